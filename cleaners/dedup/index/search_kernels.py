"""The kernels that search runs: keys found, their documents gathered, and counted for each row.

A run (:class:`cleaners.dedup.index.runs.SortedRun`) is a radix directory over the first bits of the keys, the keys in
ascending order, and the documents of those keys that have several. Keys are uniform, so a directory cell holds about
``CELL`` of them: one cache miss in the directory and one or two among the keys. Addresses are computed, not compared:
the cache misses of several keys run in parallel. (A binary search waits for each before the next.)
"""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment"
# (numba takes the types from the arguments)

from __future__ import annotations

import numba
import numpy as np

KEY_BITS = 40
"""Bits of a key: the last 32 are stored, the others follow from its cell in the directory."""
ROW_BITS = 24
KIND = 0xFF
"""The last byte of an anchor's key is 0, that of a band's is not."""
BAND = np.uint32(1 << 31)
SIEVE_BITS = 12
MIX = np.uint64(0x9E3779B97F4A7C15)

kernel = numba.njit(cache=True, nogil=True)


@kernel
def split(packed, places, needles, which):
    """Split packed keys into distinct keys (needles) and, for each row, the numbers of its needles.

    packed: uint64[n], ``key << ROW_BITS | row``, ascending.
    places: int64[rows], where the numbers of each row begin in ``which``; moved on while it is filled.
    needles: uint64[n], out: the distinct keys, ascending.
    which: uint32[n], out: for each key of each row the number of its needle, with the flag ``BAND`` if it is a band.

    Returns the number of needles.
    """
    last, count = np.uint64(0), 0
    for at in range(len(packed)):
        key = packed[at] >> np.uint64(ROW_BITS)
        if key != last or count == 0:
            needles[count] = key
            count += 1
            last = key
        row = packed[at] & np.uint64((1 << ROW_BITS) - 1)
        which[places[row]] = np.uint32(count - 1) | (np.uint32(0) if key & np.uint64(KIND) == 0 else BAND)
        places[row] += 1
    return count


@kernel
def find(heads, entries, shift, needles, values):
    """The value of each needle (ascending) in one run (:class:`cleaners.dedup.index.runs.SortedRun`), else 0."""
    for i in range(len(needles)):
        cell = needles[i] >> np.uint64(shift)
        key = np.uint32(needles[i] & np.uint64(0xFFFFFFFF))
        # Of a damaged file any number may come: what is read stays inside the arrays.
        stop = min(np.int64(heads[cell + np.uint64(1)]), np.int64(len(entries) - 1))
        start = min(np.int64(heads[cell]), stop)
        at = start
        for k in range(start, stop):
            at += np.int64(entries[k, 0] < key)
        values[i] = entries[at, 1] * np.uint32((entries[at, 0] == key) & (at < stop))


@kernel
def tally(lists, values, totals):
    """Add to ``totals`` (int64[needles]) how many documents each needle has in one run."""
    for i in range(len(values)):
        value = np.int64(values[i])
        single = value & 1
        place = (value >> 1) * (1 - single)
        totals[i] += single + (np.int64(lists[place]) if place < len(lists) else 0)  # lists[0] is 0


@kernel
def gather(lists, values, room, spans, gathered):
    """Append the documents that each needle has in one run to its span, as far as there is room.

    lists: uint32[w], values: uint32[needles], of the run (see :class:`cleaners.dedup.index.runs.SortedRun`).
    room: int64[needles], documents that each needle may still take; lowered.
    spans: uint32[needles, 2]; needle ``i`` has ``gathered[spans[i, 0]:spans[i, 1]]``; the ends are moved on.
    gathered: uint32[d], out.
    """
    for i in range(len(values)):
        value, end = np.int64(values[i]), np.int64(spans[i, 1])
        if value == 0 or room[i] == 0:
            continue
        if value & 1:
            gathered[end] = value >> 1
            count = 1
        else:
            place = value >> 1
            if place >= len(lists):
                continue
            count = min(np.int64(lists[place]), room[i], len(lists) - 1 - place)
            for k in range(count):
                gathered[end + k] = lists[(value >> 1) + 1 + k]
        spans[i, 1] += count
        room[i] -= count


@kernel
def count(gathered, spans, which, row_ends, least, asked, sieve, table, weights, used, found):
    """Find the pairs of a row and a document that share a band or ``least`` anchors.

    gathered: uint32[d], documents of all needles; needle ``i`` has ``gathered[spans[i, 0]:spans[i, 1]]``.
    spans: uint32[needles, 2].
    which: uint32[n], numbers of needles; row ``r`` has ``which[row_ends[r - 1]:row_ends[r]]``.
    row_ends: int64[rows].
    least: anchors that a pair must share.
    asked: uint32[m], scratch; ``m`` is the most documents of one row, those of bands counted ``least`` times.
    sieve: uint32[2**SIEVE_BITS], scratch.
    table, weights: uint32[slots], scratch; ``slots`` is a power of two, at least ``2 * m``; ``weights`` is all 0.
    used: uint32[m], scratch.
    found: uint64[any], out: ``row << 32 | document``, ascending by row only.

    Returns the number of pairs; if it is greater than ``len(found)``, call again with a longer ``found``.

    Most documents share too little. A first pass adds up in the small ``sieve`` without looking at collisions; only
    documents that could suffice are counted exactly, in the open-addressing ``table``, which is emptied afterwards by
    walking over the slots in ``used``.
    """
    total = 0
    for row in range(len(row_ends)):
        for slot in range(len(sieve)):
            sieve[slot] = 0
        size = 0
        for w in range(row_ends[row - 1] if row else 0, row_ends[row]):
            needle = which[w] & ~BAND
            start, stop = np.int64(spans[needle, 0]), np.int64(spans[needle, 1])
            for _ in range(least if which[w] & BAND else 1):  # a band alone weighs enough
                for j in range(start, stop):
                    sieve[(np.uint64(gathered[j]) * MIX) >> np.uint64(64 - SIEVE_BITS)] += np.uint32(1)
                    asked[size] = gathered[j]
                    size += 1
        filled = 0
        for j in range(size):
            mixed = np.uint64(asked[j]) * MIX
            if sieve[mixed >> np.uint64(64 - SIEVE_BITS)] < least:
                continue
            slot = np.int64(mixed >> np.uint64(30)) & (len(table) - 1)
            while weights[slot] and table[slot] != asked[j]:
                slot = (slot + 1) & (len(table) - 1)
            if not weights[slot]:
                table[slot] = asked[j]
                used[filled] = slot
                filled += 1
            weights[slot] += np.uint32(1)
        for i in range(filled):
            if weights[used[i]] >= least:
                if total < len(found):
                    found[total] = np.uint64(row) << np.uint64(32) | np.uint64(table[used[i]])
                total += 1
            weights[used[i]] = 0
    return total
