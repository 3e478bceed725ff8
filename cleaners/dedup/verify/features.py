"""What was counted of a pair of texts, and what the verifier's model sees of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float32]
"""``(pairs, len(Count))``: what was counted of each pair."""


class AlignmentCount(IntEnum):
    """The columns of the counts; characters of the shorter normal form, unless said otherwise.

    "Own" is what does not lie in text that many documents of the corpus share; without a corpus, everything.
    """

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
    OWN = 15  # own ones
    OWN_COVERED = 16  # covered ones of those
    ALIGNED = 17  # blocks on nearly the diagonal of a neighbour, however few their matches
    BESIDE = 18  # in aligned blocks: covered, or in a pair of characters that stands beside the diagonal
    OWN_BESIDE = 19  # own ones of those
    OWN_INSIDE = 20  # own ones in matched blocks
    OWN_COVERED_INSIDE = 21  # covered ones of those
    OWN_STRETCH = 22  # most own ones in one unbroken stretch
    OWN_VERBATIM = 23  # own ones in unbroken stretches of 16 characters and more
    DENSE_LENGTH = 24  # length of the segment where covered ones most outweigh the others, one to one
    DENSE_COVERED = 25  # covered ones in it
    LOOSE_LENGTH = 26  # the same, a covered one outweighing nearly three others
    LOOSE_COVERED = 27  # covered ones in it
    INNER = 28  # from the first to the last covered one in matched blocks
    HOLES = 29  # of those, in gaps of 24 and more
    SWAPS = 30  # gaps in both texts at once: something else stands there
    SWAPPED = 31  # their characters, in the text that has fewer there
    UNEVEN = 32  # how many more the other one has there
    LONG_SWAPS = 33  # such gaps of more than a word on both sides
    INSERTED = 34  # in gaps that the longer text does not have
    DROPS = 35  # gaps that only the longer text has
    JUMPS = 36  # gaps after which the longer text goes on elsewhere


FEATURES = {
    # how much was found
    "coverage": 1,
    "log covered": 1,
    "coverage of the longer": 0,
    "log length": 0,
    "log proportion": 0,
    "matched": 1,
    "density": 1,
    "strong": 1,
    # how it lies
    "chained": 1,
    "longest": 1,
    "log longest": 1,
    "stretch": 1,
    "log stretch": 1,
    "stretch of covered": 1,
    "gaps": 0,
    "log mean stretch": 1,
    "dense of covered": 0,
    "dense": 0,
    "density of dense": 1,
    "log dense score": 1,
    "loose of covered": 0,
    "loose": 0,
    "density of loose": 0,
    "log loose covered": 1,
    "holes": -1,
    "log holes": -1,
    # numbers
    "agreement": 1,
    "differing": -1,
    "differing of compared": -1,
    "log agreeing": 1,
    "log differing": -1,
    "alone": 0,
    "log digits": 1,
    # along the diagonals, even where 3-grams are rare
    "aligned": 1,
    "log aligned": 1,
    "beside of aligned": 1,
    "beside": 1,
    "log beside": 1,
    # of what many documents do not share
    "own": 0,
    "own coverage": 1,
    "log own covered": 1,
    "common coverage": 0,
    "own above common": 1,
    "own coverage inside": 1,
    "own above common inside": 1,
    "log own stretch": 1,
    "own stretch": 1,
    "own verbatim": 1,
    "log own verbatim": 1,
    "own beside": 1,
    "log own beside": 1,
    # what lies between what was found
    "swaps of gaps": 0,
    "log swaps": 0,
    "swapped of covered": 0,
    "log swapped": 0,
    "uneven of swapped": 0,
    "uneven of covered": 0,
    "long swaps of gaps": 0,
    "log long swaps": 0,
    "inserted of covered": 0,
    "log inserted": 0,
    "drops of gaps": 0,
    "log drops": 0,
    "jumps of gaps": 0,
    "log jumps": 0,
}
"""What the model sees, and which way it may move the probability: +1 up, -1 down, 0 either way."""


def pair_features(counts: Counts) -> NDArray[np.float64]:
    """The features of :data:`FEATURES`, one row a pair; smoothed so that few characters prove little."""
    made = _amounts(counts) | _gaps(counts) | _numbers(counts) | _own(counts)
    return np.column_stack([made[name] for name in FEATURES])


def _columns(counts: Counts, *names: AlignmentCount) -> NDArray[np.float64]:
    return np.ascontiguousarray(counts[:, list(names)].T, dtype=np.float64)


def _amounts(counts: Counts) -> dict[str, NDArray[np.float64]]:
    found, longest, stretch, gaps, beside = _columns(
        counts,
        AlignmentCount.COVERED,
        AlignmentCount.LONGEST,
        AlignmentCount.STRETCH,
        AlignmentCount.GAPS,
        AlignmentCount.BESIDE,
    )
    matched, inside, strong, aligned = _columns(
        counts, AlignmentCount.MATCHED, AlignmentCount.INSIDE, AlignmentCount.STRONG, AlignmentCount.ALIGNED
    )
    covered, short, long, blocks, inner = np.maximum(
        _columns(
            counts,
            AlignmentCount.COVERED,
            AlignmentCount.SHORT,
            AlignmentCount.LONG,
            AlignmentCount.BLOCKS,
            AlignmentCount.INNER,
        ),
        1,
    )
    dense, in_dense, loose, in_loose, holes, chained = _columns(
        counts,
        AlignmentCount.DENSE_LENGTH,
        AlignmentCount.DENSE_COVERED,
        AlignmentCount.LOOSE_LENGTH,
        AlignmentCount.LOOSE_COVERED,
        AlignmentCount.HOLES,
        AlignmentCount.CHAINED,
    )
    return {
        "coverage": found / short,
        "log covered": np.log1p(found),
        "coverage of the longer": found / long,
        "log length": np.log(short),
        "log proportion": np.log(long / short),
        "matched": matched / blocks,
        "density": inside / np.maximum(32 * matched, 1),
        "strong": strong / blocks,
        "chained": chained / short,
        "longest": longest / short,
        "log longest": np.log1p(longest),
        "stretch": stretch / short,
        "log stretch": np.log1p(stretch),
        "stretch of covered": stretch / covered,
        "gaps": gaps / covered,
        "log mean stretch": np.log(covered / np.maximum(gaps, 1)),
        "dense of covered": in_dense / covered,
        "dense": dense / short,
        "density of dense": (in_dense + 2) / (dense + 4),
        "log dense score": np.log1p(np.maximum(2 * in_dense - dense, 0)),
        "loose of covered": in_loose / covered,
        "loose": loose / short,
        "density of loose": (in_loose + 4) / (loose + 8),
        "log loose covered": np.log1p(in_loose),
        "holes": holes / inner,
        "log holes": np.log1p(holes),
        "aligned": aligned / blocks,
        "log aligned": np.log1p(aligned),
        "beside": beside / short,
        "beside of aligned": beside / np.maximum(32 * aligned, 1),
        "log beside": np.log1p(beside),
    }


def _gaps(counts: Counts) -> dict[str, NDArray[np.float64]]:
    swaps, swapped, uneven, long_swaps, inserted, drops, jumps = _columns(
        counts,
        AlignmentCount.SWAPS,
        AlignmentCount.SWAPPED,
        AlignmentCount.UNEVEN,
        AlignmentCount.LONG_SWAPS,
        AlignmentCount.INSERTED,
        AlignmentCount.DROPS,
        AlignmentCount.JUMPS,
    )
    covered, gaps = np.maximum(_columns(counts, AlignmentCount.COVERED, AlignmentCount.GAPS), 1)
    return {
        "swaps of gaps": swaps / gaps,
        "log swaps": np.log1p(swaps),
        "swapped of covered": swapped / covered,
        "log swapped": np.log1p(swapped),
        "uneven of swapped": uneven / np.maximum(swapped, 1),
        "uneven of covered": uneven / covered,
        "long swaps of gaps": long_swaps / gaps,
        "log long swaps": np.log1p(long_swaps),
        "inserted of covered": inserted / covered,
        "log inserted": np.log1p(inserted),
        "drops of gaps": drops / gaps,
        "log drops": np.log1p(drops),
        "jumps of gaps": jumps / gaps,
        "log jumps": np.log1p(jumps),
    }


def _numbers(counts: Counts) -> dict[str, NDArray[np.float64]]:
    agree, differ, alone, digits, short = _columns(
        counts,
        AlignmentCount.AGREE,
        AlignmentCount.DIFFER,
        AlignmentCount.ALONE,
        AlignmentCount.DIGITS,
        AlignmentCount.SHORT,
    )
    return {
        "agreement": (agree + 0.5) / (agree + differ + 1),
        "differing": 100 * differ / np.maximum(short, 100),
        "differing of compared": differ / (agree + differ + 2),
        "log agreeing": np.log1p(agree),
        "log differing": np.log1p(differ),
        "alone": alone / np.maximum(agree + differ + alone, 1),
        "log digits": np.log1p(digits),
    }


def _own(counts: Counts) -> dict[str, NDArray[np.float64]]:
    own, found, inside, found_inside, stretch, verbatim, beside = _columns(
        counts,
        AlignmentCount.OWN,
        AlignmentCount.OWN_COVERED,
        AlignmentCount.OWN_INSIDE,
        AlignmentCount.OWN_COVERED_INSIDE,
        AlignmentCount.OWN_STRETCH,
        AlignmentCount.OWN_VERBATIM,
        AlignmentCount.OWN_BESIDE,
    )
    covered, all_inside, matched = _columns(
        counts, AlignmentCount.COVERED, AlignmentCount.INSIDE, AlignmentCount.MATCHED
    )
    (short,) = np.maximum(_columns(counts, AlignmentCount.SHORT), 1)
    common = (covered - found + 4) / (short - own + 8)
    coverage_inside = (found_inside + 2) / (inside + 4)
    common_inside = (all_inside - found_inside + 2) / (np.maximum(32 * matched - inside, 0) + 4)
    return {
        "own": own / short,
        "own coverage": (found + 8) / (own + 8),
        "log own covered": np.log1p(found),
        "common coverage": common,
        "own above common": (found + 4) / (own + 8) - common,
        "own coverage inside": coverage_inside,
        "own above common inside": coverage_inside - common_inside,
        "own stretch": stretch / short,
        "log own stretch": np.log1p(stretch),
        "own verbatim": (verbatim + 4) / (own + 8),
        "log own verbatim": np.log1p(verbatim),
        "own beside": (beside + 4) / (own + 8),
        "log own beside": np.log1p(beside),
    }
