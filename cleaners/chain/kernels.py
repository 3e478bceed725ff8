"""The inner loops of the verifier, compiled by numba and cached on disk. Imported by what calls them, when it does.

One text is laid along another as read aligners do (Li, "Minimap and miniasm", 2016): matching 3-grams vote, in blocks
of 32 characters of the shorter text, for the diagonal on which most of them lie.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

GRAM = 3
BLOCK = 32
DRIFT = 16
"""How far from its block's diagonal a match may lie: words swapped or set in shift the rest."""
EXAMPLES = 3
"""So many of the numbers that differ are kept as evidence."""
NEAR = 8
"""How far from the diagonal a pair of characters may lie to count as beside it."""
OCCURRENCES = 12
"""Of a 3-gram that stands more often in the longer text only so many places are looked at."""


@njit(cache=True)
def slot(points, at, mask):
    """Hash of the 3-gram at ``at``."""
    mixed = np.uint32(points[at]) * np.uint32(0x9E3779B1)
    mixed = np.uint32((mixed ^ np.uint32(points[at + 1])) * np.uint32(0x85EBCA6B))
    mixed = np.uint32((mixed ^ (mixed >> np.uint32(15)) ^ np.uint32(points[at + 2])) * np.uint32(0xC2B2AE35))
    return np.int64(mixed ^ (mixed >> np.uint32(15))) & mask


@njit(cache=True)
def index_grams(points, heads, links):
    """Chain the places of each 3-gram, ascending: ``heads`` by hash, ``links`` by place; -1 ends a chain."""
    heads[:] = -1
    mask = len(heads) - 1
    for at in range(len(points) - GRAM, -1, -1):
        where = slot(points, at, mask)
        links[at] = heads[where]
        heads[where] = at


@njit(cache=True)
def table_size(length):
    """A power of two of at least ``length``."""
    size = 64
    while size < length:
        size *= 2
    return size


@njit(cache=True)
def lay(short, long, heads, links, votes, places, diagonals):
    """Lay ``short`` along ``long``: fill ``places`` with the place in ``long`` of each character of ``short`` that has
    one on its block's diagonal (else -1) and ``diagonals`` with the diagonal of each block (``votes`` is scratch)."""
    mask = len(heads) - 1
    places[:] = -1
    starts = len(short) - GRAM + 1
    found_at = np.empty(BLOCK * OCCURRENCES, dtype=np.int32)
    found_on = np.empty(BLOCK * OCCURRENCES, dtype=np.int32)
    before = np.int64(0)
    for block in range((starts + BLOCK - 1) // BLOCK):
        found = 0
        for at in range(block * BLOCK, min(starts, block * BLOCK + BLOCK)):
            place = heads[slot(short, at, mask)]
            taken = 0
            while place >= 0 and taken < OCCURRENCES:
                if long[place] == short[at] and long[place + 1] == short[at + 1] and long[place + 2] == short[at + 2]:
                    found_at[found] = at
                    found_on[found] = place - at
                    votes[place - at + len(short)] += 1
                    found += 1
                    taken += 1
                place = links[place]
        best, most = np.int64(0), np.int64(-1)
        for k in range(found):
            diagonal = np.int64(found_on[k])
            count = np.int64(votes[diagonal + len(short)]) * 4 + (3 if abs(diagonal - before) <= DRIFT else 0)
            if count > most:
                best, most = diagonal, count
        for k in range(found):
            votes[found_on[k] + len(short)] = 0
        diagonals[block] = best
        if found == 0:
            continue
        before = best
        for k in range(found):
            if abs(found_on[k] - best) <= DRIFT:
                at = found_at[k]
                for step in range(GRAM):
                    old = places[at + step]
                    new = at + step + found_on[k]
                    if old < 0 or abs(new - at - step - best) < abs(old - at - step - best):
                        places[at + step] = new


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


@njit(cache=True)
def log_odds(features, bias, feature, split, left, right):
    """The sum of what the trees say of each row of features; trees as in :class:`cleaners.chain.model.Model`."""
    out = np.full(len(features), bias)
    for row in range(len(features)):
        for tree in range(len(feature)):
            node = 0
            while feature[tree, node] >= 0:
                low = features[row, feature[tree, node]] <= split[tree, node]
                node = left[tree, node] if low else right[tree, node]
            out[row] += split[tree, node]
    return out
