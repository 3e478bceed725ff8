"""The chain of plain text: what stands above the body, the body, holes in it, what follows.

Its four states can only follow one another as on a page. The weights are data (``cleaners/data/plain-lines.json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cleaners.extract.boilerplate import chain
from cleaners.extract.boilerplate.chain import FORBIDDEN, FREE, ChainShape, CrfWeights

State = Literal["above", "body", "hole", "below"]
STATES: tuple[State, ...] = ("above", "body", "hole", "below")
COLUMNS: tuple[str, ...] = ("above", "body", "hole", "below", "begin", "end", "break")
"""What a feature weighs on: its line being in a state; the body, what follows it, a hole in it beginning there."""
SHAPE = ChainShape(
    states=STATES,
    columns=COLUMNS,
    emit=(0, 1, 2, 3),
    start=(FREE, 4, FORBIDDEN, FORBIDDEN),
    step=(
        (FREE, 4, FORBIDDEN, FORBIDDEN),
        (FORBIDDEN, FREE, 6, 5),
        (FORBIDDEN, FREE, FREE, FORBIDDEN),
        (FORBIDDEN, FORBIDDEN, FORBIDDEN, FREE),
    ),
    last=(True, True, False, True),
)
_NOWHERE = float("-inf")


def shipped() -> CrfWeights:
    """The weights that come with jianbao."""
    return chain.shipped("plain-lines")


def _scores(names: Iterable[str], weights: CrfWeights) -> list[float]:
    rows = [row for row in map(weights.features.get, sorted(names)) if row is not None]
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(COLUMNS)


def score(lines: Sequence[frozenset[str]], weights: CrfWeights) -> NDArray[np.float64]:
    """The summed weights of the features of every line, lines x ``COLUMNS``."""
    return np.array([_scores(names, weights) for names in lines], np.float64).reshape(len(lines), len(COLUMNS))


def segment(scores: NDArray[np.float64], inside: frozenset[int] = frozenset()) -> tuple[State, ...]:
    """The state of every line, from its ``scores`` (lines x ``COLUMNS``); those ``inside`` are part of the body."""
    if not len(scores):
        return ()
    held = scores.copy()
    for i in inside:
        held[i, 0] = held[i, 3] = _NOWHERE
    return tuple(STATES[state] for state in chain.best_path(held, SHAPE))


def log_odds(scores: NDArray[np.float64], one: Sequence[State], other: Sequence[State]) -> float:
    """By how much, natural logarithm, one division of a page is likelier than another."""
    return _weight(scores, one) - _weight(scores, other)


def _weight(scores: NDArray[np.float64], path: Sequence[State]) -> float:
    states = [STATES.index(state) for state in path]
    total = sum(float(scores[i, SHAPE.emit[state]]) for i, state in enumerate(states))
    columns = [SHAPE.start[states[0]], *(SHAPE.step[before][state] for before, state in pairwise(states))]
    return total + sum(float(scores[i, column]) for i, column in enumerate(columns) if column >= 0)


def body_probability(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """For every line the probability that it is part of the body, from the ``scores`` (lines x ``COLUMNS``)."""
    return chain.marginals(scores, SHAPE)[:, STATES.index("body")]
