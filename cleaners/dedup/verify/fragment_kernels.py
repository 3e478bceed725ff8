"""What two texts share in any order, compiled by numba: the shorter one is parsed into fragments of the longer one.

The parse is that of relative Lempel-Ziv factoring (Kuruppu, Puglisi, Zobel, "Relative Lempel-Ziv Compression of
Genomes", 2010): from each place on the longest stretch that stands anywhere in the other text.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

from cleaners.dedup.verify.fragments import FragmentCount
from cleaners.dedup.verify.kernels import GRAM, OCCURRENCES, STEPS, index_grams, slot, table_size
from cleaners.dedup.verify.measure_kernels import DIGITS, is_number

LEAST = 4
"""Characters of a fragment at least."""
NEXT = 8
"""A fragment that begins so near behind the end of the one before goes on in order."""
CLAUSE, SENTENCE = 8, 16
"""Characters of a long fragment, and of a very long one."""


@njit(cache=True)
def longest_match(short, long, at, heads, links, expected):
    """Place and length of the longest stretch of ``long`` that stands at ``at`` in ``short``; of several equally long
    ones the nearest to the place ``expected``."""
    mask = len(heads) - 1
    best, most = np.int64(-1), 0
    place = np.int64(heads[slot(short, at, mask)])
    taken = steps = 0
    while place >= 0 and taken < OCCURRENCES and steps < STEPS:
        steps += 1
        length = 0
        stop = min(len(short) - at, len(long) - place)
        while length < stop and short[at + length] == long[place + length]:
            length += 1
        taken += length >= GRAM
        if length > most or (length == most and abs(place - expected) < abs(best - expected)):
            best, most = place, length
        place = np.int64(links[place])
    return best, most


@njit(cache=True)
def parse(short, long, heads, links, common, used, row):
    """Parse ``short`` into fragments of ``long`` and count them.

    heads, links: the 3-grams of ``long``, see :func:`~cleaners.dedup.verify.kernels.index_grams`.
    common: bool[s], whether many documents share the character. used: bool[l], scratch, all False.
    row: float32[len(FragmentCount)], out.
    """
    at = end = np.int64(0)
    fragments = held = own_held = clauses = own_clauses = sentences = longest = backward = onward = 0
    while at <= len(short) - LEAST:
        place, length = longest_match(short, long, at, heads, links, end)
        if length < LEAST:
            at += 1
            continue
        if fragments:
            backward += place < end
            onward += 0 <= place - end <= NEXT
        fragments += 1
        held += length
        own = 0
        for step in range(length):
            own += not common[at + step]
            used[place + step] = True
        own_held += own
        clauses += length if length >= CLAUSE else 0
        own_clauses += own if length >= CLAUSE else 0
        sentences += length if length >= SENTENCE else 0
        longest = max(longest, length)
        end = place + length
        at += length
    there = 0
    for place in range(len(long)):
        there += used[place]
    row[FragmentCount.FRAGMENTS], row[FragmentCount.HELD], row[FragmentCount.OWN_HELD] = fragments, held, own_held
    row[FragmentCount.CLAUSES], row[FragmentCount.OWN_CLAUSES] = clauses, own_clauses
    row[FragmentCount.SENTENCES], row[FragmentCount.LONGEST] = sentences, longest
    row[FragmentCount.BACKWARD], row[FragmentCount.ONWARD], row[FragmentCount.THERE] = backward, onward, there


@njit(cache=True)
def mixed(one, other, mask):
    """Slot of a pair of numbers."""
    key = np.uint32(one) * np.uint32(0x9E3779B1) ^ np.uint32(other) * np.uint32(0x85EBCA6B)
    key = np.uint32((key ^ (key >> np.uint32(15))) * np.uint32(0xC2B2AE35))
    return np.int64(key ^ (key >> np.uint32(13))) & mask


@njit(cache=True)
def number_at(text, at):
    """End of the number that begins at ``at``, and its hash."""
    end, value = at, np.uint32(2166136261)
    while end < len(text) and is_number(text[end]):
        value = np.uint32((value ^ np.uint32(DIGITS[text[end]])) * np.uint32(16777619))
        end += 1
    return end, value


@njit(cache=True)
def count_common(short, long, bag, row):
    """Characters, pairs of characters and numbers that both texts have, as multisets (chance meetings of hashes count
    too); ``bag``: int16[power of two], scratch."""
    mask = len(bag) - 1
    bag[:] = 0
    for at in range(len(long)):
        bag[mixed(long[at], 0, mask)] += 1
        if at + 1 < len(long):
            bag[mixed(long[at], long[at + 1], mask)] += 1
    characters = pairs = 0
    for at in range(len(short)):
        place = mixed(short[at], 0, mask)
        if bag[place] > 0:
            bag[place] -= 1
            characters += 1
        if at + 1 < len(short):
            place = mixed(short[at], short[at + 1], mask)
            if bag[place] > 0:
                bag[place] -= 1
                pairs += 1
    bag[:] = 0
    here = there = both = digits = 0
    at = 0
    while at < len(long):
        if is_number(long[at]):
            at, value = number_at(long, at)
            bag[mixed(value, 1, mask)] += 1
            there += 1
        else:
            at += 1
    at = 0
    while at < len(short):
        if is_number(short[at]):
            begin = at
            at, value = number_at(short, at)
            here += 1
            place = mixed(value, 1, mask)
            if bag[place] > 0:
                bag[place] -= 1
                both += 1
                digits += at - begin
        else:
            at += 1
    row[FragmentCount.CHARACTERS], row[FragmentCount.PAIRS] = characters, pairs
    row[FragmentCount.NUMBERS], row[FragmentCount.NUMBERS_THERE] = here, there
    row[FragmentCount.NUMBERS_SHARED], row[FragmentCount.DIGITS_SHARED] = both, digits


@njit(cache=True)
def compare(points, offsets, common, left, right, out):
    """Count what each pair of texts ``left[k]``, ``right[k]`` shares in any order.

    points: int32[characters], offsets: int64[texts + 1], the texts in normal form, one after the other.
    common: bool[characters], whether many documents of the corpus share the text there.
    left, right: int64[pairs], numbers of texts; fastest when those of one longer text follow one another.
    out: float32[pairs, len(FragmentCount)], zeros; see :class:`~cleaners.dedup.verify.fragments.FragmentCount`.
    """
    size = np.int64(0)
    for k in range(len(left)):
        size = max(size, offsets[left[k] + 1] - offsets[left[k]], offsets[right[k] + 1] - offsets[right[k]])
    heads = np.empty(table_size(2 * size), dtype=np.int32)
    links = np.empty(size + 1, dtype=np.int32)
    used = np.empty(size + 1, dtype=np.bool_)
    bag = np.empty(table_size(8 * size), dtype=np.int16)
    indexed = np.int64(-1)
    for k in range(len(left)):
        a, b = left[k], right[k]
        if offsets[a + 1] - offsets[a] > offsets[b + 1] - offsets[b]:
            a, b = b, a
        short, long = points[offsets[a] : offsets[a + 1]], points[offsets[b] : offsets[b + 1]]
        row = out[k]
        row[FragmentCount.SHORT], row[FragmentCount.LONG] = len(short), len(long)
        if len(short) < LEAST:
            continue
        table = heads[: table_size(2 * len(long))]
        if b != indexed:
            index_grams(long, table, links)
            indexed = b
        known = common[offsets[a] : offsets[a + 1]]
        own = 0
        for at in range(len(short)):
            own += not known[at]
        row[FragmentCount.OWN] = own
        used[: len(long)] = False
        parse(short, long, table, links, known, used[: len(long)], row)
        count_common(short, long, bag[: table_size(8 * len(long))], row)
