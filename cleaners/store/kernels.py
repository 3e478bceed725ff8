"""The inner loop of the search index, compiled by numba and cached on disk. Imported only to store articles."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit

SPACE = np.uint8(0x20)


@njit(cache=True, nogil=True)
def put(out, at, point):
    """Write a code point as UTF-8 (RFC 3629); returns the place behind it."""
    if point < 0x80:
        out[at] = point
        return at + 1
    if point < 0x800:
        out[at], out[at + 1] = 0xC0 | point >> 6, 0x80 | point & 0x3F
        return at + 2
    if point < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F
        return at + 3
    out[at], out[at + 1] = 0xF0 | point >> 18, 0x80 | point >> 12 & 0x3F
    out[at + 2], out[at + 3] = 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F
    return at + 4


@njit(cache=True, nogil=True)
def tokens(points, offsets, fold, kind, mark, out):
    """The tokens of text ``i``, ``points[offsets[i]:offsets[i + 1]]``, as ``words.tokens`` gives them.

    ``fold``: code point -> the one it is compared as. ``kind``: of a folded one, 0, 1 (letter), 2 (ideograph). Into
    ``out``, UTF-8; returns where each begins, and the end. Of one character at most 18 bytes come.
    """
    starts = np.zeros(len(offsets), np.int64)
    at = np.int64(0)
    for text in range(len(offsets) - 1):
        starts[text] = at
        begin, end = offsets[text], offsets[text + 1]
        # The last character seen, what it was and where it stood; whether it stands in a bigram or is marked already.
        char, was, place, written = np.int64(0), 0, np.int64(-2), False
        for here in range(begin, end):
            next_char = np.int64(fold[points[here]])
            now = kind[next_char]
            if now == 0:
                continue
            joined = here == place + 1 and now == was
            if was == 2 and joined:
                at = put(out, at, char)
                at = put(out, at, next_char)
                out[at] = SPACE
                at += 1
            elif was == 2:
                at = put(out, at, char)  # something follows its run: the last one stands alone
                out[at] = SPACE
                at += 1
            elif was == 1 and not joined:
                out[at] = SPACE
                at += 1
            written = was == 2 and joined
            if was == 1 and now == 2:
                at = put(out, at, next_char)
                at = put(out, at, mark)
                out[at] = SPACE
                at += 1
                written = True
            if now == 1:
                at = put(out, at, next_char)
            char, was, place = next_char, now, np.int64(here)
        if was == 2 and not written:
            at = put(out, at, char)
        elif was == 2:
            at += np.int64(-1)  # the space before it
    starts[-1] = at
    return starts


@njit(cache=True, nogil=True)
def letters(points, offsets, fold, kind, seen, out):
    """The ideographs of each text once, in the order in which they come, joined by spaces, as ``words.letters``.

    ``seen``: zeros, one for each folded code point. Into ``out``, UTF-8; returns where each text begins, and the end.
    """
    starts = np.zeros(len(offsets), np.int64)
    at = np.int64(0)
    for text in range(len(offsets) - 1):
        starts[text] = at
        for here in range(offsets[text], offsets[text + 1]):
            char = np.int64(fold[points[here]])
            if kind[char] == 2 and seen[char] != text + 1:
                seen[char] = text + 1
                if at > starts[text]:
                    out[at] = SPACE
                    at += 1
                at = put(out, at, char)
    starts[-1] = at
    return starts
