"""What a pair of texts that was laid along one another shares: counts for the verifier, compiled by numba."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

from cleaners.dedup.verify.features import AlignmentCount
from cleaners.dedup.verify.kernels import BLOCK, DRIFT, GRAM, align, index_grams, table_size

NEAR = 8
"""How far from the diagonal a pair of characters may lie to count as beside it."""
VERBATIM = 16
"""An unbroken stretch this long is verbatim."""
HOLE = 24
"""So many characters in a row that are not covered are a hole."""
WORD, FAR = 4, 64
"""Words swapped for others are so long at most; what goes on so much farther on goes on elsewhere."""
NUMERALS = np.isin(np.arange(0x9700), [ord(char) for char in "0123456789〇一二三四五六七八九十百零"])
"""By code point."""
DIGITS = np.arange(0x9700, dtype=np.int32)
"""By code point: a numeral that stands for one digit as that digit. Mills spell numbers by halves (1七 for 17)."""
for at, numerals in enumerate(("〇零", "一", "二", "三", "四", "五", "六", "七", "八", "九")):
    DIGITS[[ord(numeral) for numeral in numerals]] = ord("0") + at
WORTH, DENSE, LOOSE = 20, 20, 7
"""What a covered character is worth to a segment, and what another one costs a dense and a loose one."""


@njit(cache=True)
def lines_up(diagonals, block, blocks):
    """Whether a block lies on nearly the same diagonal as the one before or after it."""
    return (block > 0 and abs(diagonals[block] - diagonals[block - 1]) <= DRIFT) or (
        block + 1 < blocks and abs(diagonals[block] - diagonals[block + 1]) <= DRIFT
    )


@njit(cache=True)
def beside(short, long, at, diagonal):
    """Whether the pair of characters at ``at`` stands in ``long`` within ``NEAR`` of the diagonal."""
    for place in range(max(0, at + diagonal - NEAR), min(len(long) - 1, at + diagonal + NEAR + 1)):
        if long[place] == short[at] and long[place + 1] == short[at + 1]:
            return True
    return False


@njit(cache=True)
def measure_beside(short, long, places, diagonals, common, row):
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
    row[AlignmentCount.ALIGNED], row[AlignmentCount.BESIDE], row[AlignmentCount.OWN_BESIDE] = aligned, near, own


@njit(cache=True)
def is_number(char):
    """ASCII digits and Chinese numerals (in the normal form)."""
    return char < len(NUMERALS) and NUMERALS[char]


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
        if DIGITS[short[at + step]] != DIGITS[long[begin + step]]:
            return 0, begin, stop
    return 1, begin, stop


@njit(cache=True)
def measure_blocks(places, diagonals, common, row, marks):
    """What is covered, block by block; ``marks``: begin and end of it in the shorter and in the longer text."""
    length = len(places)
    marks[0], marks[1], marks[2], marks[3] = length, 0, 1 << 30, 0
    run, last = 0, np.int64(-(1 << 40))
    blocks = (length - GRAM + BLOCK) // BLOCK
    for block in range(blocks):
        first, stop = block * BLOCK, block * BLOCK + BLOCK if block + 1 < blocks else length
        here = own = own_here = 0
        for at in range(first, stop):
            found = places[at] >= 0
            here += found
            own += not common[at]
            own_here += found and not common[at]
        row[AlignmentCount.BLOCKS] += 1
        row[AlignmentCount.COVERED] += here
        row[AlignmentCount.OWN] += own
        row[AlignmentCount.OWN_COVERED] += own_here
        row[AlignmentCount.STRONG] += here * 5 >= (stop - first) * 4
        if here * 5 < stop - first:
            run = 0
            continue
        follows = abs(diagonals[block] - last) <= 2 * DRIFT
        last, run = diagonals[block], run + here if follows else here
        row[AlignmentCount.MATCHED] += 1
        row[AlignmentCount.INSIDE] += here
        row[AlignmentCount.CHAINED] += here if follows else 0
        row[AlignmentCount.LONGEST] = max(row[AlignmentCount.LONGEST], run)
        row[AlignmentCount.OWN_INSIDE] += own
        row[AlignmentCount.OWN_COVERED_INSIDE] += own_here
        for at in range(first, stop):
            if places[at] >= 0:
                marks[0], marks[1] = min(marks[0], at), max(marks[1], at + 1)
                marks[2], marks[3] = min(marks[2], places[at]), max(marks[3], places[at] + 1)


@njit(cache=True)
def find_stretches(places, begins, ends):
    """Fill ``begins`` and ``ends`` with the unbroken stretches of what is covered; returns how many there are."""
    found = 0
    at = 0
    while at < len(places):
        if places[at] < 0:
            at += 1
            continue
        begins[found] = at
        at += 1
        while at < len(places) and places[at] == places[at - 1] + 1:
            at += 1
        ends[found] = at
        found += 1
    return found


@njit(cache=True)
def measure_stretches(begins, ends, common, row):
    """How long what is covered goes on unbroken."""
    longest = most = verbatim = 0
    for k in range(len(begins)):
        own = 0
        for at in range(begins[k], ends[k]):
            own += not common[at]
        longest, most = max(longest, ends[k] - begins[k]), max(most, own)
        verbatim += own if ends[k] - begins[k] >= VERBATIM else 0
    row[AlignmentCount.STRETCH], row[AlignmentCount.OWN_STRETCH], row[AlignmentCount.OWN_VERBATIM] = (
        longest,
        most,
        verbatim,
    )
    row[AlignmentCount.GAPS] = len(begins)


@njit(cache=True)
def best_segment(begins, ends, cost):
    """Length of the segment in which covered characters most outweigh the others, and how many are covered: the
    maximal scoring segment (Bentley, "Programming Pearls", column 8)."""
    best = score = 0
    length = most = first = found = 0
    for k in range(len(begins)):
        score -= cost * (begins[k] - ends[k - 1]) if k else 0
        if score <= 0:
            score, first, found = 0, begins[k], 0
        score += WORTH * (ends[k] - begins[k])
        found += ends[k] - begins[k]
        if score > best:
            best, length, most = score, ends[k] - first, found
    return length, most


@njit(cache=True)
def measure_segments(begins, ends, row, marks):
    """Where what is covered lies closest, and how much is missing in between."""
    row[AlignmentCount.DENSE_LENGTH], row[AlignmentCount.DENSE_COVERED] = best_segment(begins, ends, DENSE)
    row[AlignmentCount.LOOSE_LENGTH], row[AlignmentCount.LOOSE_COVERED] = best_segment(begins, ends, LOOSE)
    row[AlignmentCount.INNER] = max(0, marks[1] - marks[0])
    holes = 0
    for k in range(1, len(begins)):
        gap = begins[k] - ends[k - 1]
        holes += gap if gap >= HOLE and ends[k - 1] > marks[0] and begins[k] < marks[1] else 0
    row[AlignmentCount.HOLES] = holes


@njit(cache=True)
def measure_gaps(places, begins, ends, row):
    """What lies between the stretches: other words, words set in, words left out, or a place elsewhere."""
    swaps = swapped = uneven = long_swaps = inserted = drops = jumps = 0
    for k in range(1, len(begins)):
        here, there = begins[k] - ends[k - 1], places[begins[k]] - places[ends[k - 1] - 1] - 1
        if there < 0 or there - here > FAR:
            jumps += 1
        elif here == 0:
            drops += 1
        elif there == 0:
            inserted += here
        else:
            swaps += 1
            swapped += min(here, there)
            uneven += abs(here - there)
            long_swaps += min(here, there) > WORD
    (
        row[AlignmentCount.SWAPS],
        row[AlignmentCount.SWAPPED],
        row[AlignmentCount.UNEVEN],
        row[AlignmentCount.LONG_SWAPS],
    ) = swaps, swapped, uneven, long_swaps
    row[AlignmentCount.INSERTED], row[AlignmentCount.DROPS], row[AlignmentCount.JUMPS] = inserted, drops, jumps


@njit(cache=True)
def measure_numbers(short, long, places, row, marks):
    """Which numbers agree; ``marks[4:]``: begin and end in both texts of the first that differ."""
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
            row[AlignmentCount.AGREE] += 1
            row[AlignmentCount.DIGITS] += end - at
        elif verdict == 0:
            shown = 4 + 4 * np.int64(row[AlignmentCount.DIFFER])
            if shown + 4 <= len(marks):
                marks[shown], marks[shown + 1], marks[shown + 2], marks[shown + 3] = at, end, begin, stop
            row[AlignmentCount.DIFFER] += 1
        else:
            row[AlignmentCount.ALONE] += 1
        at = end


@njit(cache=True)
def compare(points, offsets, common, left, right, out, marks):
    """Measure each pair of texts ``left[k]``, ``right[k]``; the shorter one is aligned with the longer one.

    points: int32[characters], offsets: int64[texts + 1], the texts in normal form, one after the other.
    common: bool[characters], whether many documents of the corpus share the text there.
    left, right: int64[pairs], numbers of texts.
    out: float32[pairs, len(AlignmentCount)], zeros; out: see :class:`~cleaners.dedup.verify.features.AlignmentCount`.
    marks: int32[pairs, 4 + 4 * examples], zeros; out: see :class:`~cleaners.dedup.verify.Alignment`.
    """
    size = np.int64(0)
    for text in range(len(offsets) - 1):
        size = max(size, offsets[text + 1] - offsets[text])
    heads = np.empty(table_size(2 * size), dtype=np.int32)
    links = np.empty(size + 1, dtype=np.int32)
    votes = np.zeros(2 * size + 2, dtype=np.int16)
    scratch = np.empty(size + 1, dtype=np.int32)
    begins, ends = np.empty(size + 1, dtype=np.int32), np.empty(size + 1, dtype=np.int32)
    diagonals = np.zeros(size // BLOCK + 2, dtype=np.int64)
    indexed = np.int64(-1)
    for k in range(len(left)):
        a, b = left[k], right[k]
        if offsets[a + 1] - offsets[a] > offsets[b + 1] - offsets[b]:
            a, b = b, a
        short, long = points[offsets[a] : offsets[a + 1]], points[offsets[b] : offsets[b + 1]]
        if len(short) < GRAM:
            continue
        table = heads[: table_size(2 * len(long))]
        if b != indexed:
            index_grams(long, table, links)
            indexed = b
        places = scratch[: len(short)]
        align(short, long, table, links, votes, places, diagonals)
        known, row = common[offsets[a] : offsets[a + 1]], out[k]
        row[AlignmentCount.SHORT], row[AlignmentCount.LONG] = len(short), len(long)
        measure_blocks(places, diagonals, known, row, marks[k])
        found = find_stretches(places, begins, ends)
        measure_stretches(begins[:found], ends[:found], known, row)
        measure_segments(begins[:found], ends[:found], row, marks[k])
        measure_gaps(places, begins[:found], ends[:found], row)
        measure_numbers(short, long, places, row, marks[k])
        measure_beside(short, long, places, diagonals, known, row)
