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
OCCURRENCES = 12
"""Places of one 3-gram in the longer text that are used at most."""
STEPS = 64
"""Places of one hash that are looked at; more share a hash only in text that repeats itself."""


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
def align(short, long, heads, links, votes, places, diagonals):
    """Align a text with a longer one, block by block: a block's characters are looked for near one diagonal.

    short, long: int32[s], int32[l], characters in normal form.
    heads, links: int32[table_size(2 * l)], int32[l], the 3-grams of ``long`` (:func:`index_grams`).
    votes: int16[s + l + 1] or longer, scratch, all 0.
    places: int32[s], out: the place in ``long`` of each character of ``short``, -1 where it has none on the diagonal.
    diagonals: int64[s // BLOCK + 1] or longer, out: the diagonal (place in ``long`` minus place in ``short``) of each
        block.
    """
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
            taken = steps = 0
            while place >= 0 and taken < OCCURRENCES and steps < STEPS:
                steps += 1
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
def log_odds(features, bias, feature, split, left, right):
    """The sum of what the trees say of each row of features; trees as in
    :class:`cleaners.dedup.verify.model.VerifierModel`."""
    out = np.full(len(features), bias)
    for row in range(len(features)):
        for tree in range(len(feature)):
            node = 0
            while feature[tree, node] >= 0:
                low = features[row, feature[tree, node]] <= split[tree, node]
                node = left[tree, node] if low else right[tree, node]
            out[row] += split[tree, node]
    return out
