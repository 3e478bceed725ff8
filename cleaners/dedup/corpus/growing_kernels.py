"""The inner loops of growing anchors, compiled by numba and cached on disk."""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment"
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def deal(packed, bits, docs, most, crowded, last, base, lists, owners, places, deeper, groups):
    """Deal out one level of keys: those of few documents become lists, the others go one level deeper.

    packed: uint64[n], ``key << bits | row``, ascending; rows of one key are ascending by document.
    docs: uint32[rows], the document of each row.
    most, crowded: a key of more than ``most`` documents goes deeper; on the ``last`` level it lists the first
    ``crowded`` of them.
    base: where ``lists`` will begin among all lists.
    lists: uint32[2 * n], out: for each listed key how many documents, and these.
    owners, places: uint32[n], uint64[n], out: each document of a listed key, and where in all lists its list begins.
    deeper, groups: int64[n], out: the rows that go deeper, and the number of their key.

    Returns the words of ``lists``, the length of ``owners``, the length of ``deeper``, and the number of groups.
    """
    words, owned, deep, group = 0, 0, 0, 0
    low = np.uint64((1 << bits) - 1)
    start = 0
    while start < len(packed):
        key = packed[start] >> np.uint64(bits)
        stop, count, before = start, 0, np.int64(-1)
        while stop < len(packed) and packed[stop] >> np.uint64(bits) == key:
            doc = np.int64(docs[packed[stop] & low])
            count += np.int64(doc != before)
            before = doc
            stop += 1
        if count > most and not last:
            for at in range(start, stop):
                deeper[deep], groups[deep] = packed[at] & low, group
                deep += 1
            group += 1
        elif count > 1:
            named = count if count <= most else crowded
            lists[words] = named
            written, before = 0, np.int64(-1)
            for at in range(start, stop):
                doc = np.int64(docs[packed[at] & low])
                if doc != before:
                    if written < named:
                        lists[words + 1 + written] = doc
                        written += 1
                    owners[owned], places[owned] = doc, base + words
                    owned += 1
                before = doc
            words += named + 1
        start = stop
    return words, owned, deep, group


GRAM = 4
CHARACTER = np.uint64(0xFFFF)
"""Of a code point so many bits are looked at: a 4-gram is one number."""
MIX = np.uint64(0x9E3779B97F4A7C15)
ROOM = 8
"""Slots for each 4-gram: of one in sixteen the slot is taken again, and it counts as missing."""


@njit(cache=True, nogil=True)
def slot_bits(length):
    """The bits of a slot of a table that has room for a text of this length."""
    bits = 9
    while 1 << bits < ROOM * length:
        bits += 1
    return bits


@njit(cache=True, nogil=True)
def held(points, ends, left, right):
    """For each pair of texts the share of the 4-grams of the shorter one that stand in the other, 1 where it has none.

    points: int32[characters], of which the lower 16 bits are looked at.
    ends: int64[texts + 1]; text ``i`` is ``points[ends[i]:ends[i + 1]]``.
    left, right: int64[pairs], numbers of texts.
    """
    out = np.ones(len(left), dtype=np.float64)
    longest = np.int64(0)
    for pair in range(len(left)):
        longest = max(longest, ends[left[pair] + 1] - ends[left[pair]])
    slots = np.empty(1 << slot_bits(longest), dtype=np.uint64)
    table, shift, indexed = slots, np.uint64(0), np.int64(-1)
    for pair in range(len(left)):
        own, other = left[pair], right[pair]
        short = min(ends[own + 1] - ends[own], ends[other + 1] - ends[other]) - GRAM + 1
        if short <= 0:
            continue
        if own != indexed:
            bits = slot_bits(ends[own + 1] - ends[own])
            table, shift, indexed = slots[: 1 << bits], np.uint64(64 - bits), own
            table[:] = 0
            gram = np.uint64(0)
            for at in range(ends[own], ends[own + 1]):
                gram = gram << np.uint64(16) | np.uint64(points[at]) & CHARACTER
                if at >= ends[own] + GRAM - 1:
                    table[gram * MIX >> shift] = gram
        found, gram = 0, np.uint64(0)
        for at in range(ends[other], ends[other + 1]):
            gram = gram << np.uint64(16) | np.uint64(points[at]) & CHARACTER
            found += at >= ends[other] + GRAM - 1 and table[gram * MIX >> shift] == gram
        out[pair] = found / short
    return out
