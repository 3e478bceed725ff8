"""Fitting the weights of a linear-chain CRF, for the chains of plain text and of HTML alike.

The likelihood of the states that the gold allows is maximised by Adam with an L2 penalty; where a line may have several
states, all of them are summed over. Everything is done in one order, so that the same pages give the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from cleaners.extract.boilerplate.chain import ChainShape

STEPS = 80
"""Of Adam."""
_NEVER = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A page: the features of its lines, and the states these may have."""

    rows: Sequence[Sequence[int]]
    """For each line the rows of the weights that its features add."""
    allowed: NDArray[np.bool_]
    """Lines x states."""
    weight: float = 1.0
    """How much it counts beside other pages."""


@numba.njit(cache=True)
def _sum(values: NDArray[Any]) -> float:
    top = values.max()
    return top if top < -1e8 else top + np.log(np.exp(values - top).sum())


@numba.njit(cache=True)
def _term(score: NDArray[Any], column: int) -> float:
    return _NEVER if column == -2 else 0.0 if column == -1 else score[column]


@numba.njit(cache=True)
def _expect(
    scores: NDArray[Any],
    allowed: NDArray[Any],
    emit: NDArray[Any],
    start: NDArray[Any],
    step: NDArray[Any],
    last: NDArray[Any],
    counts: NDArray[Any],
) -> None:
    """Forward-backward: ``counts`` gets the expected use of every column by every line."""
    size, states = allowed.shape
    held = np.empty(states)
    own = np.empty((size, states))
    for t in range(size):
        for s in range(states):
            own[t, s] = _term(scores[t], emit[s]) if allowed[t, s] else _NEVER
    forward, backward = np.empty((size, states)), np.empty((size, states))
    for s in range(states):
        forward[0, s] = own[0, s] + _term(scores[0], start[s])
        backward[size - 1, s] = 0.0 if last[s] else _NEVER
    for t in range(1, size):
        for s in range(states):
            for before in range(states):
                held[before] = forward[t - 1, before] + _term(scores[t], step[before, s])
            forward[t, s] = _sum(held) + own[t, s]
    total = _sum(forward[size - 1] + backward[size - 1])
    for t in range(size - 1, 0, -1):
        for before in range(states):
            for s in range(states):
                held[s] = _term(scores[t], step[before, s]) + own[t, s] + backward[t, s]
                if step[before, s] >= 0:
                    counts[t, step[before, s]] += np.exp(max(-30.0, min(0.0, forward[t - 1, before] + held[s] - total)))
            backward[t - 1, before] = _sum(held)
    for t in range(size):
        for s in range(states):
            likely = np.exp(max(-30.0, min(0.0, forward[t, s] + backward[t, s] - total)))
            if emit[s] >= 0:
                counts[t, emit[s]] += likely
            if t == 0 and start[s] >= 0:
                counts[t, start[s]] += likely


@numba.njit(cache=True)
def _gradient(
    weights: NDArray[Any],
    index: NDArray[Any],
    begin: NDArray[Any],
    pages: NDArray[Any],
    allowed: NDArray[Any],
    importance: NDArray[Any],
    emit: NDArray[Any],
    start: NDArray[Any],
    step: NDArray[Any],
    last: NDArray[Any],
) -> NDArray[Any]:
    out = np.zeros_like(weights)
    columns, states = weights.shape[1], allowed.shape[1]
    for page in range(len(pages) - 1):
        first, behind = pages[page], pages[page + 1]
        size = behind - first
        scores = np.zeros((size, columns))
        for t in range(size):
            for j in range(begin[first + t], begin[first + t + 1]):
                scores[t] += weights[index[j]]
        gold, free = np.zeros((size, columns)), np.zeros((size, columns))
        _expect(scores, allowed[first:behind], emit, start, step, last, gold)
        _expect(scores, np.ones((size, states), np.bool_), emit, start, step, last, free)
        for t in range(size):
            for j in range(begin[first + t], begin[first + t + 1]):
                out[index[j]] += importance[page] * (gold[t] - free[t])
    return out


def fit(
    examples: Sequence[Example], rows: int, shape: ChainShape, *, l2: float, steps: int = STEPS, rate: float = 0.1
) -> NDArray[np.float64]:
    """Weights (rows x columns of the shape) that make the gold states likely, the smaller the larger ``l2``."""
    index = np.array([row for one in examples for line in one.rows for row in line], np.int64)
    begin = np.cumsum([0, *(len(line) for one in examples for line in one.rows)])
    pages = np.cumsum([0, *(len(one.rows) for one in examples)])
    allowed = np.vstack([one.allowed for one in examples])
    importance = np.array([one.weight for one in examples])
    emit, start, step, last = (np.array(part) for part in (shape.emit, shape.start, shape.step, shape.last))
    weights = np.zeros((rows, len(shape.columns)))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for turn in range(1, steps + 1):
        slope = _gradient(weights, index, begin, pages, allowed, importance, emit, start, step, last) - l2 * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.98 * square + 0.02 * slope * slope
        speed = rate * min(1.0, 3 * (1 - turn / (steps + 1)))
        weights += speed * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.98**turn)) + 1e-6)
    return weights
