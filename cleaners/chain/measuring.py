"""What a pair of texts that was laid along one another shares: counts for the verifier, compiled by numba."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

from cleaners.chain.kernels import BLOCK, DRIFT, GRAM, index_grams, lay, table_size

EXAMPLES = 3
"""So many of the numbers that differ are kept as evidence."""
NEAR = 8
"""How far from the diagonal a pair of characters may lie to count as beside it."""


@njit(cache=True)
def lines_up(diagonals, block, blocks):
    """Whether a block lies on nearly the same diagonal as the one before or after it."""
    return ((block > 0 and abs(diagonals[block] - diagonals[block - 1]) <= DRIFT)
            or (block + 1 < blocks and abs(diagonals[block] - diagonals[block + 1]) <= DRIFT))


@njit(cache=True)
def beside(short, long, at, diagonal):
    """Whether the pair of characters at ``at`` stands in ``long`` within ``NEAR`` of the diagonal."""
    for place in range(max(0, at + diagonal - NEAR), min(len(long) - 1, at + diagonal + NEAR + 1)):
        if long[place] == short[at] and long[place + 1] == short[at + 1]:
            return True
    return False


@njit(cache=True)
def count_beside(short, long, places, diagonals, common, row):
    """What two texts share along the diagonals when even 3-grams are rare, as in heavily spun text."""
    blocks = (len(short) - GRAM + BLOCK) // BLOCK
    aligned = near = own = 0
    for block in range(blocks):
        if not lines_up(diagonals, block, blocks):
            continue
        aligned += 1
        first, stop = block * BLOCK, min(len(short), block * BLOCK + BLOCK)
        last = first - 1
        for at in range(first, stop):
            here = places[at] >= 0
            if not here and at > last and at + 1 < stop and beside(short, long, at, diagonals[block]):
                last = at + 1
            if here or at <= last:
                near += 1
                own += not common[at]
    row[17] = aligned
    row[18] = near
    row[19] = own


@njit(cache=True)
def is_number(char):
    """ASCII digits and Chinese numerals (in the normal form)."""
    return (0x30 <= char <= 0x39 or char == 0x4E00 or char == 0x4E8C or char == 0x4E09 or char == 0x56DB
            or char == 0x4E94 or char == 0x516D or char == 0x4E03 or char == 0x516B or char == 0x4E5D
            or char == 0x5341 or char == 0x767E or char == 0x96F6 or char == 0x3007)


@njit(cache=True)
def compare_numbers(short, long, places, at, end):
    """Whether the number ``short[at:end]`` stands in ``long`` where the characters beside it do: 1 agrees, 0 another
    number stands there, -1 nothing to compare."""
    begin = -1
    if at > 0 and places[at - 1] >= 0:
        begin = places[at - 1] + 1
        stop = begin
        while stop < len(long) and is_number(long[stop]):
            stop += 1
    elif end < len(short) and places[end] >= 0:
        stop = places[end]
        begin = stop
        while begin > 0 and is_number(long[begin - 1]):
            begin -= 1
    if begin < 0 or stop == begin:
        return -1, 0, 0
    if stop - begin != end - at:
        return 0, begin, stop
    for step in range(end - at):
        if short[at + step] != long[begin + step]:
            return 0, begin, stop
    return 1, begin, stop


@njit(cache=True)
def measure(short, long, places, diagonals, common, row, marks):
    """Fill ``row`` with what the verifier looks at, and ``marks`` with where: begin and end of what was found in the
    shorter and in the longer text, then begin and end in both of the first numbers that differ."""
    marks[:] = 0
    marks[0], marks[2] = len(short), len(long)
    blocks = (len(short) - GRAM + BLOCK) // BLOCK
    covered = matched = inside = chained = longest = run = strong = 0
    last = np.int64(-(1 << 40))
    for block in range(blocks):
        size = min(len(short), block * BLOCK + BLOCK) - block * BLOCK
        here = 0
        for at in range(block * BLOCK, block * BLOCK + size):
            here += places[at] >= 0
        covered += here
        if here * 5 >= size:
            matched += 1
            inside += here
            for at in range(block * BLOCK, block * BLOCK + size):
                if places[at] >= 0:
                    marks[0], marks[1] = min(marks[0], at), max(marks[1], at + 1)
                    marks[2], marks[3] = min(marks[2], places[at]), max(marks[3], places[at] + 1)
            run = run + here if abs(diagonals[block] - last) <= 2 * DRIFT else here
            if abs(diagonals[block] - last) <= 2 * DRIFT:
                chained += here
            last = diagonals[block]
            longest = max(longest, run)
        else:
            run = 0
        strong += here * 5 >= size * 4
    stretch = best = gaps = 0
    for at in range(len(short)):
        if places[at] >= 0 and (stretch == 0 or places[at] == places[at - 1] + 1):
            stretch += 1
        else:
            gaps += stretch > 0
            stretch = 1 if places[at] >= 0 else 0
        best = max(best, stretch)
    own = found = 0
    for at in range(len(short)):
        if not common[at]:
            own += 1
            found += places[at] >= 0
    agree = differ = alone = digits = 0
    at = 0
    while at < len(short):
        if not is_number(short[at]):
            at += 1
            continue
        end = at
        while end < len(short) and is_number(short[end]):
            end += 1
        verdict, begin, stop = compare_numbers(short, long, places, at, end)
        if verdict == 1:
            agree += 1
            digits += end - at
        elif verdict == 0:
            if differ < EXAMPLES:
                marks[4 + 4 * differ:8 + 4 * differ] = np.array([at, end, begin, stop])
            differ += 1
        else:
            alone += 1
        at = end
    row[0] = covered
    row[1] = matched
    row[2] = inside
    row[3] = chained
    row[4] = longest
    row[5] = strong
    row[6] = best
    row[7] = gaps
    row[8] = agree
    row[9] = differ
    row[10] = alone
    row[11] = digits
    row[12] = blocks
    row[13] = len(short)
    row[14] = len(long)
    row[15] = own
    row[16] = found


@njit(cache=True)
def compare(points, offsets, common, left, right, out, marks):
    """Measure each pair of texts ``left[k]``, ``right[k]``; the shorter is laid along the longer."""
    size = np.int64(0)
    for text in range(len(offsets) - 1):
        size = max(size, offsets[text + 1] - offsets[text])
    heads = np.empty(table_size(2 * size), dtype=np.int32)
    links = np.empty(size + 1, dtype=np.int32)
    votes = np.zeros(2 * size + 2, dtype=np.int16)
    places = np.empty(size + 1, dtype=np.int32)
    diagonals = np.zeros(size // BLOCK + 2, dtype=np.int64)
    indexed = np.int64(-1)
    for k in range(len(left)):
        a, b = left[k], right[k]
        if offsets[a + 1] - offsets[a] > offsets[b + 1] - offsets[b]:
            a, b = b, a
        short, long = points[offsets[a]:offsets[a + 1]], points[offsets[b]:offsets[b + 1]]
        if len(short) < GRAM:
            continue
        table = heads[:table_size(2 * len(long))]
        if b != indexed:
            index_grams(long, table, links)
            indexed = b
        lay(short, long, table, links, votes, places[:len(short)], diagonals)
        count_beside(short, long, places, diagonals, common[offsets[a]:offsets[a + 1]], out[k])
        measure(short, long, places[:len(short)], diagonals, common[offsets[a]:offsets[a + 1]], out[k], marks[k])
