"""The inner loops of the fingerprint, compiled by numba and cached on disk. Imported by what calls them, when it does.

All code points are int32, all texts of a batch lie in one array, text ``i`` in ``offsets[i]:offsets[i + 1]``.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

from cleaners.dedup.fingerprint.fold import STARTS

CJK = 0x2E80
LONGEST = 48
"""An annotation is at most so many characters long."""


@njit(cache=True)
def closing(char):
    """The bracket that closes this one, 0 for other characters."""
    if char == 0x28:
        return 0x29
    if char == 0xFF08:
        return 0xFF09
    if char == 0x5B:
        return 0x5D
    if char == 0xFF3B:
        return 0xFF3D
    if char == 0x3010:
        return 0x3011
    if char == 0x3014:
        return 0x3015
    return 0


@njit(cache=True)
def annotation_end(points, start, stop, table):
    """Where the annotation that opens at ``start`` ends (after its bracket), or -1: a bracket with only lower-case
    Latin letters (capitals beside a tone mark), tone marks or digits, bopomofo, and what the normal form drops."""
    close = closing(points[start])
    letters = marks = capitals = 0
    for at in range(start + 1, min(stop, start + LONGEST)):
        char = points[at]
        if char == close or (close == 0xFF09 and char == 0x29) or (close == 0x29 and char == 0xFF09):
            return at + 1 if letters and (marks or not capitals) else -1
        if 0x61 <= char <= 0x7A or 0x3105 <= char <= 0x312F or 0x31A0 <= char <= 0x31BF:
            letters += 1
        elif 0xE0 <= char <= 0x24F or 0x250 <= char <= 0x2AF or 0x1E00 <= char <= 0x1EFF:
            letters += 1
            marks += 1
        elif 0x300 <= char <= 0x36F or 0x2C7 <= char <= 0x2D9:
            marks += 1
        elif 0x41 <= char <= 0x5A or 0xC0 <= char <= 0xDF:
            capitals += 1
        elif 0x31 <= char <= 0x35:
            before, after = points[at - 1], points[at + 1] if at + 1 < stop else 0
            if not 0x61 <= before <= 0x7A or 0x30 <= after <= 0x39:
                return -1
        elif table[char] != 0 or closing(char):
            return -1
    return -1


@njit(cache=True)
def fold_characters(points, offsets, table, expansions, out, places):
    """Fold each character into ``out``; returns the offsets of the results, the last one -1 when ``out`` is full.

    ``places``: as long as ``out`` it gets where in its text each result comes from; empty, it is left alone.
    """
    placed = len(places) > 0
    ends = np.zeros(len(offsets), dtype=np.int64)
    size = 0
    for text in range(len(offsets) - 1):
        first, at, stop = size, offsets[text], offsets[text + 1]
        while at < stop:
            char = points[at]
            form = table[char]
            if size + 20 > len(out):
                ends[-1] = -1
                return ends
            if form > 0:
                out[size] = form
                if placed:
                    places[size] = at - offsets[text]
                size += 1
            elif form < 0:
                for step in range(expansions[-form]):
                    out[size] = expansions[step - form + 1]
                    if placed:
                        places[size] = at - offsets[text]
                    size += 1
            elif size > first and (out[size - 1] & ~STARTS) >= CJK and closing(char):
                end = annotation_end(points, at, stop, table)
                if end > 0:
                    at = end
                    continue
            at += 1
        ends[text + 1] = size
    return ends


@njit(cache=True)
def word_at(points, at, stop, words, slots):
    """Offset into ``words`` of the longest word that begins at ``at``, 0 for none."""
    pair = np.int64(points[at] & ~STARTS) << 21 | np.int64(points[at + 1] & ~STARTS)
    slot = np.int64(np.uint64(pair) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) & (len(slots) - 1)
    while slots[slot, 0] and slots[slot, 0] != pair:
        slot = (slot + 1) & (len(slots) - 1)
    entry = slots[slot, 1]
    while slots[slot, 0] and words[entry]:
        length = words[entry]
        if at + length <= stop:
            step = 2
            while step < length and words[entry + 2 + step] == points[at + step] & ~STARTS:
                step += 1
            if step >= length:
                return entry
        entry += 2 + length + words[entry + 1]
    return 0


@njit(cache=True)
def fold_words(points, offsets, words, slots, places):
    """Put the word of its class for each word, in place (nothing grows); returns the new offsets.

    ``places``: where each character comes from, moved along; empty, it is left alone.
    """
    placed = len(places) > 0
    ends = np.zeros(len(offsets), dtype=np.int64)
    size = 0
    for text in range(len(offsets) - 1):
        at, stop = offsets[text], offsets[text + 1]
        while at < stop:
            entry = word_at(points, at, stop, words, slots) if points[at] >= STARTS and at + 1 < stop else 0
            if entry:
                length, form = words[entry], entry + 2 + words[entry]
                for step in range(words[entry + 1]):
                    points[size] = words[form + step]
                    if placed:
                        places[size] = places[at + step]
                    size += 1
                at += length
            else:
                points[size] = points[at] & ~STARTS
                if placed:
                    places[size] = places[at]
                size += 1
                at += 1
        ends[text + 1] = size
    return ends


@njit(cache=True)
def gram(points, at, width):
    """64-bit hash of ``width`` characters: a polynomial, then the finalizer of splitmix64 (Steele et al., 2014)."""
    mixed = np.uint64(width)
    for step in range(width):
        mixed = (mixed ^ np.uint64(points[at + step])) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@njit(cache=True)
def shingles(points, offsets, width):
    """The 32-bit hash of every ``width``-gram and their offsets; a shorter text is one shingle as a whole."""
    counts = np.zeros(len(offsets), dtype=np.int64)
    for text in range(len(offsets) - 1):
        length = offsets[text + 1] - offsets[text]  # np.diff takes four seconds to compile
        counts[text + 1] = counts[text] + (max(1, length - width + 1) if length else 0)
    out = np.empty(counts[-1], dtype=np.uint32)
    for text in range(len(offsets) - 1):
        size = min(width, offsets[text + 1] - offsets[text])
        for step in range(counts[text + 1] - counts[text]):
            out[counts[text] + step] = gram(points, offsets[text] + step, size) >> np.uint64(32)
    return out, counts


@njit(cache=True)
def finalized(hashes):
    """The finalizer of MurmurHash3 (Appleby) on each 32-bit hash."""
    out = np.empty_like(hashes)
    for at in range(len(hashes)):
        mixed = hashes[at]
        mixed = np.uint32((mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        mixed = np.uint32((mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        out[at] = mixed ^ (mixed >> np.uint32(16))
    return out


@njit(cache=True)
def minhash(hashes, offsets, scale, shift):
    """MinHash of each set of 32-bit hashes, scheme ``affine32`` of datasketch 2.0: the finalizer of MurmurHash3, then
    the minimum of ``scale * hash + shift`` modulo 2**32 for each permutation."""
    out = np.empty((len(offsets) - 1, len(scale)), dtype=np.uint32)
    mixed = finalized(hashes)
    for text in range(len(offsets) - 1):
        values = mixed[offsets[text] : offsets[text + 1]]
        for k in range(len(scale)):
            a, b, least = scale[k], shift[k], np.uint32(0xFFFFFFFF)
            for at in range(len(values)):  # one permutation at a time: this loop becomes vector instructions
                value = np.uint32(np.uint32(a * values[at]) + b)
                least = value if value < least else least
            out[text, k] = least
    return out


@njit(cache=True)
def band_keys(minhashes, bands, rows):
    """``(n, bands)`` 64-bit keys of ``rows`` hash values each, different for each band; never 0."""
    out = np.empty((len(minhashes), bands), dtype=np.uint64)
    for text in range(len(minhashes)):
        for band in range(bands):
            mixed = np.uint64(band + 1)
            for row in range(rows):
                mixed = (mixed ^ np.uint64(minhashes[text, band * rows + row])) * np.uint64(0x9E3779B97F4A7C15)
                mixed ^= mixed >> np.uint64(29)
            out[text, band] = max(mixed, np.uint64(1))
    return out


@njit(cache=True)
def anchors(points, offsets, width, modulus):
    """``row << 32 | key`` of the ``width``-grams whose hash is 0 modulo ``modulus`` (a power of two), unsorted."""
    out = np.empty(len(points), dtype=np.uint64)
    size = 0
    for text in range(len(offsets) - 1):
        for at in range(offsets[text], offsets[text + 1] - width + 1):
            mixed = gram(points, at, width)
            if mixed & np.uint64(modulus - 1) == 0:
                out[size] = np.uint64(text) << np.uint64(32) | mixed >> np.uint64(32)
                size += 1
    return out[:size]


@njit(cache=True)
def placed_anchors(points, width, modulus):
    """The anchors of one text (see :func:`anchors`) in its order, repeated ones too, and where each begins."""
    keys = np.empty(len(points), dtype=np.uint32)
    places = np.empty(len(points), dtype=np.int32)
    size = 0
    for at in range(len(points) - width + 1):
        mixed = gram(points, at, width)
        if mixed & np.uint64(modulus - 1) == 0:
            keys[size], places[size] = mixed >> np.uint64(32), at
            size += 1
    return keys[:size], places[:size]


@njit(cache=True)
def common(points, offsets, width, modulus, keys, starts, crowded):
    """For each character whether it lies in text that many documents share: the anchors before and after it (where
    there are such) are ``crowded``. Row ``i`` has the anchors ``keys[starts[i]:starts[i + 1]]``, ascending."""
    out = np.zeros(len(points), dtype=np.bool_)
    for text in range(len(offsets) - 1):
        row = keys[starts[text] : starts[text + 1]]
        last, known = offsets[text], False
        for at in range(offsets[text], offsets[text + 1] - width + 1):
            mixed = gram(points, at, width)
            if mixed & np.uint64(modulus - 1) == 0:
                now = crowded[starts[text] + np.searchsorted(row, np.uint32(mixed >> np.uint64(32)))]
                if now and (known or last == offsets[text]):
                    out[last : at + width] = True
                elif now:
                    out[at : at + width] = True
                last, known = at, now
        if known:
            out[last : offsets[text + 1]] = True
    return out


@njit(cache=True)
def growing_anchors(points, offsets, width, modulus, bits):
    """The ``width``-grams whose hash is 0 modulo ``modulus`` (a power of two), with the text that follows each: rows
    (uint32), hashes of 40 bits (uint64), and paths (uint64): three hashes of ``bits`` bits, the first one highest, of
    the next two characters, the two after them, and the four after those (as many as are left of the text)."""
    rows, hashes = np.empty(len(points), dtype=np.uint32), np.empty(len(points), dtype=np.uint64)
    paths = np.empty(len(points), dtype=np.uint64)
    size = 0
    for text in range(len(offsets) - 1):
        for at in range(offsets[text], offsets[text + 1] - width + 1):
            mixed = gram(points, at, width)
            if mixed & np.uint64(modulus - 1):
                continue
            path = np.uint64(0)
            for begin, stop in ((width, width + 2), (width + 2, width + 4), (width + 4, width + 8)):
                first = min(at + begin, offsets[text + 1])
                part = gram(points, first, min(at + stop, offsets[text + 1]) - first)
                path = path << np.uint64(bits) | part >> np.uint64(64 - bits)
            rows[size], hashes[size], paths[size] = text, mixed >> np.uint64(24), path
            size += 1
    return rows[:size].copy(), hashes[:size].copy(), paths[:size].copy()
