"""How what is known of a text that is gone lies in another one: what the decision about its return looks at.

A copy has the anchors of the original in long unbroken runs, or, where words were swapped, in short ones with short
gaps between them and the same figures in these. The next item of a series has them in the runs of its frame, with gaps
in which other things stand. So it is enough to know the places in the text that comes in; of the one that is gone the
anchors and numbers are known without order. A few small trees weigh this (gradient boosting: Friedman, 2001), fitted by
``benchmarks/returning.py``, which prints how well, out of fold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.verify.model import Model, model_of

ANCHOR = 4
"""Characters of an anchor."""
RUN, GAP = 24, 20
"""A run, and a gap, of so many characters is a long one."""
REACH = 12
"""A number with shared anchors so near on both sides stands where the other text has one too."""

FEATURES = {
    # how much is shared: anchors
    "share": 1, "share of it": 1, "share of the known": 1, "log shared": 1, "log anchors": 0, "log proportion": 0,
    # how they lie in the text that comes in
    "log longest run": 1, "longest run": 1, "log mean run": 1, "in long runs": 1, "in long gaps": -1,
    "in short gaps": 0, "gaps": 0, "log longest gap": -1, "span": 0,
    # numbers
    "numbers": 1, "log numbers": 1, "log fewer numbers": 0, "log agreeing": 1, "log differing": -1, "agreement": 1,
}  # fmt: skip
"""What the model sees, and which way it may move the probability: +1 up, -1 down, 0 either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a text that is gone; both ascending, each once."""

    anchors: NDArray[np.uint32]
    numbers: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A text that comes in: what stands in it, and where."""

    length: int
    """Characters of its normal form."""
    anchors: NDArray[np.uint32]
    """In the order of the text, repeated ones too."""
    places: NDArray[np.int32]
    """Where each begins."""
    numbers: NDArray[np.uint32]
    """Hashed, in the order of the text."""
    spans: NDArray[np.int32]
    """``(numbers, 2)``: where each begins and ends."""
    own: Known
    """The same without order: what would be known of it."""


def features(known: Known, text: Placed) -> NDArray[np.float64]:
    """The features of :data:`FEATURES` for a text that shares some of the known anchors."""
    shared = _stand_in(text.anchors, known.anchors)
    common = int(_stand_in(text.own.anchors, known.anchors).sum())
    sizes = max(1, len(text.own.anchors)), max(1, len(known.anchors))
    figures = int(_stand_in(text.own.numbers, known.numbers).sum())
    fewer = min(len(text.own.numbers), len(known.numbers))
    runs, gaps = _stretches(text, shared)
    span = max(1.0, float(runs.sum() + gaps.sum()))
    longest, gap = max(runs, default=0.0), max(gaps, default=0.0)
    agree, differ = _agreement(known, text, text.places[shared])
    return np.array((
        common / min(sizes), common / sizes[0], common / sizes[1], np.log1p(common), np.log(min(sizes)),
        np.log(sizes[0] / sizes[1]),
        np.log1p(longest), longest / (ANCHOR * min(sizes)), np.log1p(runs.mean() if len(runs) else 0.0),
        runs[runs >= RUN].sum() / span, gaps[gaps >= GAP].sum() / span, gaps[gaps < GAP].sum() / span,
        100 * len(gaps) / span, np.log1p(gap), span / max(1, text.length),
        (figures + 0.5) / (fewer + 1), np.log1p(figures), np.log1p(fewer), np.log1p(agree), np.log1p(differ),
        (agree + 0.5) / (agree + differ + 1),
    ))  # fmt: skip


def _stand_in(values: NDArray[np.uint32], known: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of the values stand in ``known`` (ascending): ``np.isin`` without sorting each time."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    return np.asarray(known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values)


def _stretches(text: Placed, shared: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lengths of the runs of shared anchors, and of those of others between these."""
    at = np.flatnonzero(shared)
    if not len(at):
        return np.empty(0), np.empty(0)
    inside, places = shared[at[0] : at[-1] + 1], text.places[at[0] : at[-1] + 1]
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = np.concatenate(([0], turns + 1)), np.concatenate((turns, [len(inside) - 1]))
    lengths = (places[last] - places[first] + ANCHOR).astype(np.float64)
    return lengths[inside[first]], lengths[~inside[first]]


def _agreement(known: Known, text: Placed, places: NDArray[np.int32]) -> tuple[int, int]:
    """How many numbers between shared anchors the known text has, and how many it has not."""
    if not len(places) or not len(text.numbers):
        return 0, 0
    begins, ends = text.spans[:, 0], text.spans[:, 1]
    before = np.searchsorted(places, begins) - 1
    after = np.searchsorted(places, ends - 2)
    framed = (before >= 0) & (after < len(places))
    framed &= begins - places[np.maximum(before, 0)] - ANCHOR <= REACH
    framed &= places[np.minimum(after, len(places) - 1)] - ends <= REACH
    agree = _stand_in(text.numbers[framed], known.numbers)
    return int(agree.sum()), int((~agree).sum())


@cache
def load() -> Model:
    """The model that ships with the package (read once)."""
    data = json.loads((files("cleaners") / "data" / "returning.json").read_text(encoding="utf-8"))
    if data["features"] != list(FEATURES):
        raise RuntimeError("data/returning.json was fitted on other features: benchmarks/returning.py --fit")
    return model_of(data)
