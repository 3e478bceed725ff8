"""A linear-chain conditional random field: the division of a page's lines that its features make most likely.

Lafferty, McCallum, Pereira, ICML 2001. What differs between HTML and plain text is the :class:`ChainShape`: which
states there are, which may follow which, and on what a feature weighs. The weights are data (``cleaners/data/``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FORBIDDEN = -2
"""In a shape: this state cannot stand here."""
FREE = -1
"""In a shape: nothing weighs on it."""
_NOWHERE = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainShape:
    """The states of a chain, and which column of weights counts where."""

    states: tuple[str, ...]
    columns: tuple[str, ...]
    """What a feature weighs on."""
    emit: tuple[int, ...]
    """For each state the column that counts for a line in it, or ``FREE``."""
    start: tuple[int, ...]
    """For each state the column that counts where the first line has it, ``FREE`` or ``FORBIDDEN``."""
    step: tuple[tuple[int, ...], ...]
    """The same for each state of a line, after each state of the line before: ``step[before][state]``."""
    last: tuple[bool, ...]
    """For each state whether the last line may have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrfWeights:
    """What was learned of lines in general."""

    recipe: str
    """How the weights were made."""
    features: Mapping[str, tuple[float, ...]]
    """Feature -> one weight for each column of its chain's shape."""


@cache
def shipped(name: str) -> CrfWeights:
    """The weights in ``cleaners/data/NAME.json``, which come with jianbao."""
    raw = json.loads(files("cleaners").joinpath(f"data/{name}.json").read_text(encoding="utf-8"))
    return CrfWeights(recipe=raw["recipe"], features={name: tuple(row) for name, row in raw["features"].items()})


def _terms(scores: NDArray[np.float64], shape: ChainShape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the first line adds in every state; what every line adds, lines x states of the one before x states."""
    padded = np.hstack([scores, np.zeros((len(scores), 1)), np.full((len(scores), 1), _NOWHERE)])
    columns = scores.shape[1]
    place = {FREE: columns, FORBIDDEN: columns + 1}
    emit = padded[:, [place.get(column, column) for column in shape.emit]]
    flat = [place.get(column, column) for row in shape.step for column in row]
    step = padded[:, flat].reshape(len(scores), len(shape.states), len(shape.states))
    start = padded[0, [place.get(column, column) for column in shape.start]]
    joint = step + emit[:, None, :]
    return emit[0] + start, joint


def best_path(scores: NDArray[np.float64], shape: ChainShape) -> list[int]:
    """The most likely state of every line together (Viterbi), as indexes; the first of equals.

    ``scores``: lines x columns, the summed weights of each line's features.
    """
    if not len(scores):
        return []
    first, joint = _terms(scores, shape)
    best: list[float] = first.tolist()
    states = range(len(shape.states))
    back: list[list[int]] = []
    for terms in joint[1:].tolist():
        came = [max(states, key=lambda before, s=state: best[before] + terms[before][s]) for state in states]  # type: ignore[misc]
        best = [best[came[state]] + terms[came[state]][state] for state in states]
        back.append(came)
    state = max((s for s in states if shape.last[s]), key=lambda s: best[s])
    path = [state]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def marginals(scores: NDArray[np.float64], shape: ChainShape) -> NDArray[np.float64]:
    """The probability of every state of every line (forward-backward), lines x states, float64.

    Sums are kept in probabilities, each line's scaled to 1: with few states plain numbers are faster than arrays.
    """
    size, states = len(scores), range(len(shape.states))
    if not size:
        return np.zeros((0, len(shape.states)))
    first, joint = _terms(scores, shape)
    start = np.exp(first - first.max())
    factors = np.exp(joint - joint.max(axis=(1, 2), keepdims=True))
    into, out_of = factors.transpose(0, 2, 1).tolist(), factors.tolist()
    now: list[float] = (start / start.sum()).tolist()
    forward = [now]
    for columns in into[1:]:
        sums = [sum([share * factor for share, factor in zip(now, column, strict=True)]) for column in columns]
        whole = sum(sums)
        now = [share / whole for share in sums]
        forward.append(now)
    behind = [1.0 if shape.last[s] else 0.0 for s in states]
    backward = [behind]
    for rows in reversed(out_of[1:]):
        sums = [sum([share * factor for share, factor in zip(behind, row, strict=True)]) for row in rows]
        whole = sum(sums)
        behind = [share / whole for share in sums]
        backward.append(behind)
    likely = np.array(forward) * np.array(backward[::-1])
    share_of: NDArray[np.float64] = likely / likely.sum(axis=1, keepdims=True)
    return share_of
