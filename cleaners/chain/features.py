"""What was counted of a pair of texts, and what the verifier's model sees of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float32]
"""``(pairs, len(Count))``: what was counted of each pair."""


class Count(IntEnum):
    """The columns of the counts; characters of the shorter normal form, unless said otherwise."""

    COVERED = 0  # have a place in the longer text, on the diagonal of their block
    MATCHED = 1  # blocks of 32 characters of which a fifth is covered
    INSIDE = 2  # covered ones in matched blocks
    CHAINED = 3  # covered ones in matched blocks that follow one on nearly the same diagonal
    LONGEST = 4  # covered ones in the longest such run
    STRONG = 5  # blocks of which four fifths are covered
    STRETCH = 6  # the longest unbroken stretch
    GAPS = 7  # ends of stretches
    AGREE = 8  # numbers that stand at corresponding places in both
    DIFFER = 9  # numbers in whose place another stands
    ALONE = 10  # numbers with no counterpart
    DIGITS = 11  # digits of the agreeing numbers
    BLOCKS = 12  # all blocks
    SHORT = 13  # length of the shorter
    LONG = 14  # length of the longer
    OWN = 15  # not in text that many documents of the corpus share (without a corpus: all)
    OWN_COVERED = 16  # covered ones of those
    ALIGNED = 17  # blocks on nearly the diagonal of a neighbour, however few their matches
    BESIDE = 18  # in aligned blocks: covered, or in a pair of characters that stands beside the diagonal
    OWN_BESIDE = 19  # of those, not in text that many documents share


FEATURES = {
    "coverage": 1, "matched": 1, "density": 1, "chained": 1, "longest": 1, "strong": 1, "stretch": 1, "log stretch": 1,
    "gaps": 0, "agreement": 1, "differing": -1, "log agreeing": 1, "log differing": -1, "alone": 0, "log length": 0,
    "coverage of the longer": 1, "log covered": 1, "log longest": 1, "log digits": 1, "own coverage": 1,
    "log own covered": 1, "own": 0, "aligned": 1, "log aligned": 1, "beside of aligned": 1, "beside": 1,
    "log beside": 1, "log own beside": 1, "own beside": 1,
}
"""What the model sees, and which way it may move the probability: +1 up, -1 down, 0 either way."""


def features(counts: Counts) -> NDArray[np.float64]:
    """The features of :data:`FEATURES`, one row a pair; smoothed so that few characters prove little."""
    c = counts.T.astype(np.float64)
    short, long, blocks = np.maximum(c[[Count.SHORT, Count.LONG, Count.BLOCKS]], 1)
    agree, differ, alone = c[Count.AGREE], c[Count.DIFFER], c[Count.ALONE]
    own, aligned = c[Count.OWN], c[Count.ALIGNED]
    return np.column_stack((
        c[Count.COVERED] / short,
        c[Count.MATCHED] / blocks,
        c[Count.INSIDE] / np.maximum(32 * c[Count.MATCHED], 1),
        c[Count.CHAINED] / short,
        c[Count.LONGEST] / short,
        c[Count.STRONG] / blocks,
        c[Count.STRETCH] / short,
        np.log1p(c[Count.STRETCH]),
        c[Count.GAPS] / np.maximum(c[Count.COVERED], 1),
        (agree + 0.5) / (agree + differ + 1),
        100 * differ / np.maximum(short, 100),
        np.log1p(agree),
        np.log1p(differ),
        alone / np.maximum(agree + differ + alone, 1),
        np.log(short),
        c[Count.COVERED] / long,
        np.log1p(c[Count.COVERED]),
        np.log1p(c[Count.LONGEST]),
        np.log1p(c[Count.DIGITS]),
        (c[Count.OWN_COVERED] + 8) / (own + 8),
        np.log1p(c[Count.OWN_COVERED]),
        own / short,
        aligned / blocks,
        np.log1p(aligned),
        c[Count.BESIDE] / np.maximum(32 * aligned, 1),
        c[Count.BESIDE] / short,
        np.log1p(c[Count.BESIDE]),
        np.log1p(c[Count.OWN_BESIDE]),
        (c[Count.OWN_BESIDE] + 4) / (own + 8),
    ))
