"""The verifier: does one text retell the other, how much of it, and how changed?

Matching 3-grams of two normal forms are chained on diagonals (:mod:`cleaners.chain.kernels`); a small model
(:mod:`cleaners.chain.model`) weighs coverage, density, unbroken stretches and the agreement of the numbers. Plain
containment cannot tell a cut copy from next week's issue of the same notice; the numbers on the diagonal can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleaners.chain import model as models
from cleaners.fingerprint import Normal
from cleaners.items import Evidence, MatchKind

Counts = NDArray[np.float32]
"""``(pairs, len(Count))``: what was counted of each pair."""


class Count(IntEnum):
    """The columns of the counts; characters of the shorter normal form, unless said otherwise."""

    COVERED = 0  # have a place on the diagonal of their block
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One confirmed pair."""

    pair: int
    """Its position among the pairs asked about."""
    kind: MatchKind
    similarity: float
    """Share of both texts together that they have in common, 0..1."""
    left: float
    """Share of the left text found in the right one."""
    right: float
    """Share of the right text found in the left one."""
    evidence: Evidence


def count(forms: Normal, left: NDArray[np.int64], right: NDArray[np.int64]) -> Counts:
    """Lay the texts of each pair along one another and count. Fastest when equal ``right`` lie side by side."""
    from cleaners.chain import kernels

    counts = np.zeros((len(left), len(Count)), dtype=np.float32)
    kernels.compare(forms.points, forms.offsets, left, right, counts)
    return counts


FEATURES = {
    "coverage": +1, "matched": +1, "density": +1, "chained": +1, "longest": +1, "strong": +1, "stretch": +1,
    "log stretch": +1, "gaps": 0, "agreement": +1, "differing": -1, "log agreeing": +1, "log differing": -1,
    "alone": 0, "log length": 0, "coverage of the longer": +1, "log covered": +1, "log longest": +1, "log digits": +1,
}
"""What the model sees, and which way each may move the probability (0: either way)."""


def features(counts: Counts) -> NDArray[np.float64]:
    """The features of :data:`FEATURES`, one row a pair."""
    column = counts.T.astype(np.float64)
    covered, short = column[Count.COVERED], np.maximum(column[Count.SHORT], 1)
    blocks, matched = np.maximum(column[Count.BLOCKS], 1), column[Count.MATCHED]
    agree, differ, alone = column[Count.AGREE], column[Count.DIFFER], column[Count.ALONE]
    return np.column_stack((
        covered / short, matched / blocks, column[Count.INSIDE] / np.maximum(32 * matched, 1),
        column[Count.CHAINED] / short, column[Count.LONGEST] / short, column[Count.STRONG] / blocks,
        column[Count.STRETCH] / short, np.log1p(column[Count.STRETCH]), column[Count.GAPS] / np.maximum(covered, 1),
        (agree + 0.5) / (agree + differ + 1), 100 * differ / short, np.log1p(agree), np.log1p(differ),
        alone / np.maximum(agree + differ + alone, 1), np.log(short), covered / np.maximum(column[Count.LONG], 1),
        np.log1p(covered), np.log1p(column[Count.LONGEST]), np.log1p(column[Count.DIGITS]),
    ))


def _same(forms: Normal, left: int, right: int) -> bool:
    return bool(np.array_equal(forms[left], forms[right]))


def kind_of(row: NDArray[np.float32]) -> MatchKind:
    """What kind of match a confirmed pair is that is not exact."""
    inside, matched = float(row[Count.INSIDE]), float(row[Count.MATCHED])
    covered, short, long = (float(row[at]) for at in (Count.COVERED, Count.SHORT, Count.LONG))
    if inside < SPUN_DENSITY * 32 * matched:
        return "spun"
    return "contains" if covered >= PART * short and short <= PART * long else "near"


SPUN_DENSITY = 0.72
"""Below this density of matches in matched blocks words were swapped throughout."""
PART = 0.7
"""A text of which this share is found in one that is longer by this factor is a part of it."""


def _verdict(pair: int, same: bool, left_is_short: bool, row: NDArray[np.float32], score: float) -> Verdict:
    covered, short, long = (float(row[at]) for at in (Count.COVERED, Count.SHORT, Count.LONG))
    shares = (1.0, 1.0) if same else (covered / max(short, 1), min(1.0, covered / max(long, 1)))
    return Verdict(
        pair=pair, kind="exact" if same else kind_of(row), similarity=1.0 if same else 2 * covered / (short + long),
        left=shares[not left_is_short], right=shares[left_is_short],
        evidence=Evidence(shared=int(short if same else covered), numbers_agree=int(row[Count.AGREE]),
                          score=1.0 if same else round(score, 4)))


def verify(forms: Normal, left: NDArray[np.int64], right: NDArray[np.int64],
           model: models.Model | None = None) -> Sequence[Verdict]:
    """The pairs of texts ``left[k]``, ``right[k]`` that tell one article, in order.

    Two texts of the same normal form always do. Texts shorter than a 3-gram only then.
    """
    model = model or models.load()
    counts = count(forms, left, right)
    scores = model.probability(features(counts))
    lengths = np.diff(forms.offsets)
    equal = np.flatnonzero((lengths[left] == lengths[right]) & (lengths[left] > 0))
    same = {int(pair) for pair in equal if _same(forms, int(left[pair]), int(right[pair]))}
    confirmed = np.flatnonzero((scores >= model.threshold) & (counts[:, Count.SHORT] > 0))
    return [_verdict(pair, pair in same, bool(lengths[left[pair]] <= lengths[right[pair]]), counts[pair],
                     float(scores[pair])) for pair in sorted(same | set(confirmed.tolist()))]
