"""The kernels that search runs: keys found, their documents gathered, and counted for each row.

A run (:class:`cleaners.dedup.index.runs.SortedRun`) is a radix directory over the first bits of the keys, the keys in
ascending order, and the documents of those keys that have several. Keys are uniform, so a directory cell holds about
``CELL`` of them: one cache miss in the directory and one or two among the keys, and none of the addresses depends on
a comparison, so that the misses of many needles overlap. (A binary search waits for one after the other.)
"""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment"
# (numba takes the types from the arguments)

from __future__ import annotations

import numba
import numpy as np

KEY_BITS = 40
"""Of a key the last 32 bits are stored, the others follow from the directory."""
ROW_BITS = 24
KIND = 0xFF
"""The last byte of an anchor's key is 0, that of a band's is not."""
BAND = np.uint32(1 << 31)
SIEVE_BITS = 12
MIX = np.uint64(0x9E3779B97F4A7C15)

kernel = numba.njit(cache=True, nogil=True)


@kernel
def split(packed, places, needles, which):
    """Take ``key << ROW_BITS | row`` (ascending) apart: fills ``needles`` with the distinct keys and ``which`` with
    the number of the needle for each key of each row, from ``places[row]`` on (moved on), with the flag ``BAND`` for
    that of a band. Returns how many needles."""
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
        start, stop = np.int64(heads[cell]), np.int64(heads[cell + np.uint64(1)])
        at = start
        for k in range(start, stop):
            at += np.int64(entries[k, 0] < key)
        values[i] = entries[at, 1] * np.uint32((entries[at, 0] == key) & (at < stop))


@kernel
def tally(lists, values, totals):
    """Add to ``totals`` how many documents each needle has in one run."""
    for i in range(len(values)):
        value = np.int64(values[i])
        single = value & 1
        totals[i] += single + np.int64(lists[(value >> 1) * (1 - single)])  # lists[0] is 0


@kernel
def gather(lists, values, room, spans, gathered):
    """Copy what there is ``room`` for of each needle's documents in one run to the end of its span.

    Needle ``i`` has ``gathered[spans[i, 0]:spans[i, 1]]``. Moves the ends on and lowers ``room``.
    """
    for i in range(len(values)):
        value, end = np.int64(values[i]), np.int64(spans[i, 1])
        if value == 0 or room[i] == 0:
            continue
        if value & 1:
            gathered[end] = value >> 1
            count = 1
        else:
            count = min(np.int64(lists[value >> 1]), room[i])
            for k in range(count):
                gathered[end + k] = lists[(value >> 1) + 1 + k]
        spans[i, 1] += count
        room[i] -= count


@kernel
def count(gathered, spans, which, row_ends, least, asked, sieve, table, weights, used, found):
    """Fill ``found`` with ``row << 32 | document`` of the pairs that share a band or ``least`` anchors, ascending by
    row only; returns how many there are, and a caller whose ``found`` is too short calls again.

    Row ``r`` asks for the needles ``which[row_ends[r - 1]:row_ends[r]]``; ``asked`` has room for all documents of any
    row, for those of bands ``least`` times. Most documents share too little: a first pass adds up in a small table, the
    ``sieve``, without regard to collisions, and only what could suffice is counted exactly, in an open-addressing
    ``table`` (a power of two of slots, its ``weights`` all 0, at least twice as large as ``asked``) that is emptied by
    walking over the slots ``used``.
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
