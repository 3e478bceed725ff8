"""What two texts share when its order is ignored, and what the model of disorder sees of it.

Some copies are the original's clauses in another order. Laid along the original such a text has no diagonal, so the
verifier finds next to nothing. It is parsed into fragments of the original instead (:mod:`.fragment_kernels`); whether
they make up the text, and whether the numbers are the same, tells a copy from another report. That texts share set
phrases is no copy, so only pairs in disorder are judged: fragments that jump back, few that go on where the last ended.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import NormalForms

FragmentCounts = NDArray[np.float32]
"""``(pairs, len(FragmentCount))``: what was counted of each pair."""


class FragmentCount(IntEnum):
    """The columns of the counts; characters of the shorter normal form, unless said otherwise. "Own" is what does not
    lie in text that many documents of the corpus share; without a corpus, everything."""

    SHORT = 0  # length of the shorter
    LONG = 1  # length of the longer
    OWN = 2  # own ones
    FRAGMENTS = 3  # stretches of the longer text that the shorter one is made of
    HELD = 4  # in fragments
    OWN_HELD = 5  # own ones in fragments
    CLAUSES = 6  # in fragments of 8 and more
    OWN_CLAUSES = 7  # own ones in these
    SENTENCES = 8  # in fragments of 16 and more
    LONGEST = 9  # in the longest fragment
    BACKWARD = 10  # fragments that stand before the end of the last one in the longer text
    ONWARD = 11  # fragments that follow within 8 characters of the end of the last one
    THERE = 12  # characters of the longer text that fragments stand for
    CHARACTERS = 13  # that both have, as multisets
    PAIRS = 14  # pairs of characters that both have, as multisets
    NUMBERS = 15  # numbers
    NUMBERS_THERE = 16  # numbers of the longer text
    NUMBERS_SHARED = 17  # numbers that both have, as multisets
    DIGITS_SHARED = 18  # digits of these


JUMPING = 0.3
"""In disorder at least this share of the fragments jumps back,"""
GOING_ON = 0.4
"""and no more than this goes on in order."""

FEATURES = {
    # how much is held
    "held": 1,
    "log held": 1,
    "held of the longer": 1,
    "log length": 0,
    "log proportion": 0,
    "in clauses": 1,
    "log in clauses": 1,
    "in sentences": 1,
    "clauses of held": 1,
    "log mean fragment": 1,
    "log longest": 1,
    "longest": 1,
    "once": 1,
    # how it lies
    "jumping back": 0,
    "going on": 0,
    "log fragments": 0,
    # in any order
    "characters": 1,
    "pairs": 1,
    "pairs of the longer": 1,
    "log lacking pairs": -1,
    "lacking characters": -1,
    # numbers
    "numbers shared": 1,
    "numbers lacking": -1,
    "log numbers shared": 1,
    "log numbers lacking": -1,
    "numbers of the longer shared": 1,
    "log digits shared": 1,
    # of what many documents do not share
    "own": 0,
    "own held": 1,
    "log own held": 1,
    "own in clauses": 1,
    "own above common": 1,
}
"""What the model sees, and which way it may move the probability: +1 up, -1 down, 0 either way."""


def count_fragments(
    forms: NormalForms, left: NDArray[np.int64], right: NDArray[np.int64], common: NDArray[np.bool_] | None = None
) -> FragmentCounts:
    """Count what each pair of texts shares in any order; arguments as in :func:`cleaners.dedup.verify.align`."""
    from cleaners.dedup.verify import fragment_kernels

    common = np.zeros(len(forms.points), dtype=np.bool_) if common is None else common
    counts = np.zeros((len(left), len(FragmentCount)), dtype=np.float32)
    fragment_kernels.compare(forms.points, forms.offsets, common, left, right, counts)
    return counts


def in_disorder(counts: FragmentCounts) -> NDArray[np.bool_]:
    """Which pairs share fragments in another order.

    >>> counts = np.zeros((2, len(FragmentCount)), np.float32)
    >>> counts[:, FragmentCount.FRAGMENTS], counts[0, FragmentCount.BACKWARD] = 10, 5
    >>> in_disorder(counts).tolist()
    [True, False]
    """
    fragments = np.maximum(counts[:, FragmentCount.FRAGMENTS], 1)
    back, on = counts[:, FragmentCount.BACKWARD] / fragments, counts[:, FragmentCount.ONWARD] / fragments
    return np.asarray((back >= JUMPING) & (on <= GOING_ON), dtype=np.bool_)


def fragment_features(counts: FragmentCounts) -> NDArray[np.float64]:
    """The features of :data:`FEATURES`, one row a pair; smoothed so that few characters prove little."""
    columns = {name: counts[:, name].astype(np.float64) for name in FragmentCount}
    short, long, fragments, held = (
        np.maximum(columns[name], 1)
        for name in (FragmentCount.SHORT, FragmentCount.LONG, FragmentCount.FRAGMENTS, FragmentCount.HELD)
    )
    clauses, own, own_held = (
        columns[name] for name in (FragmentCount.CLAUSES, FragmentCount.OWN, FragmentCount.OWN_HELD)
    )
    numbers, there, shared = (
        columns[name] for name in (FragmentCount.NUMBERS, FragmentCount.NUMBERS_THERE, FragmentCount.NUMBERS_SHARED)
    )
    characters, pairs = columns[FragmentCount.CHARACTERS], columns[FragmentCount.PAIRS]
    common = (columns[FragmentCount.HELD] - own_held + 4) / (columns[FragmentCount.SHORT] - own + 8)
    made = {
        "held": held / short,
        "log held": np.log(held),
        "held of the longer": columns[FragmentCount.THERE] / long,
        "log length": np.log(short),
        "log proportion": np.log(long / short),
        "in clauses": clauses / short,
        "log in clauses": np.log1p(clauses),
        "in sentences": columns[FragmentCount.SENTENCES] / short,
        "clauses of held": clauses / held,
        "log mean fragment": np.log(held / fragments),
        "log longest": np.log1p(columns[FragmentCount.LONGEST]),
        "longest": columns[FragmentCount.LONGEST] / short,
        "once": columns[FragmentCount.THERE] / held,
        "jumping back": columns[FragmentCount.BACKWARD] / fragments,
        "going on": columns[FragmentCount.ONWARD] / fragments,
        "log fragments": np.log(fragments),
        "characters": characters / short,
        "pairs": pairs / short,
        "pairs of the longer": pairs / long,
        "log lacking pairs": np.log1p(np.maximum(columns[FragmentCount.SHORT] - pairs, 0)),
        "lacking characters": np.maximum(columns[FragmentCount.SHORT] - characters, 0) / (short + 20),
        "numbers shared": (shared + 0.5) / (numbers + 1),
        "numbers lacking": (numbers - shared) / (numbers + 3),
        "log numbers shared": np.log1p(shared),
        "log numbers lacking": np.log1p(numbers - shared),
        "numbers of the longer shared": (shared + 0.5) / (there + 1),
        "log digits shared": np.log1p(columns[FragmentCount.DIGITS_SHARED]),
        "own": own / short,
        "own held": (own_held + 8) / (own + 8),
        "log own held": np.log1p(own_held),
        "own in clauses": (columns[FragmentCount.OWN_CLAUSES] + 4) / (own + 8),
        "own above common": (own_held + 4) / (own + 8) - common,
    }
    return np.column_stack([made[name] for name in FEATURES])
