"""A linear-chain conditional random field: the division of a page's lines that its features make most likely.

Lafferty, McCallum, Pereira, ICML 2001. What differs between HTML and plain text is the :class:`ChainShape`: which
states there are, which may follow which, and on what a feature weighs. The weights are data (``cleaners/data/``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
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


def _terms(scores: NDArray[np.float64], shape: ChainShape) -> tuple[list[list[float]], list[list[list[float]]]]:
    """What every line adds in every state, and after every state of the line before."""
    padded = np.hstack([scores, np.zeros((len(scores), 1)), np.full((len(scores), 1), _NOWHERE)])
    columns = scores.shape[1]
    place = {FREE: columns, FORBIDDEN: columns + 1}
    emit = padded[:, [place.get(column, column) for column in shape.emit]]
    flat = [place.get(column, column) for row in shape.step for column in row]
    step = padded[:, flat].reshape(len(scores), len(shape.states), len(shape.states))
    start = padded[0, [place.get(column, column) for column in shape.start]]
    joint = step + emit[:, None, :]
    return [(emit[0] + start).tolist()], joint.tolist()


def best_path(scores: NDArray[np.float64], shape: ChainShape) -> list[int]:
    """The most likely state of every line together (Viterbi), as indexes; the first of equals.

    ``scores``: lines x columns, the summed weights of each line's features.
    """
    if not len(scores):
        return []
    (best,), joint = _terms(scores, shape)
    states = range(len(shape.states))
    back: list[list[int]] = []
    for terms in joint[1:]:
        came = [max(states, key=lambda before, s=state: best[before] + terms[before][s]) for state in states]  # type: ignore[misc]
        best = [best[came[state]] + terms[came[state]][state] for state in states]
        back.append(came)
    state = max((s for s in states if shape.last[s]), key=lambda s: best[s])
    path = [state]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def marginals(scores: NDArray[np.float64], shape: ChainShape) -> NDArray[np.float64]:
    """The probability of every state of every line (forward-backward), lines x states, float64."""
    size, states = len(scores), range(len(shape.states))
    if not size:
        return np.zeros((0, len(shape.states)))
    (first,), joint = _terms(scores, shape)
    forward = [first]
    for terms in joint[1:]:
        before = forward[-1]
        forward.append([_log_sum([before[b] + terms[b][s] for b in states]) for s in states])
    behind = [0.0 if shape.last[s] else _NOWHERE for s in states]
    backward = [behind]
    for terms in reversed(joint[1:]):
        behind = [_log_sum([terms[b][s] + behind[s] for s in states]) for b in states]
        backward.append(behind)
    found = np.array(forward) + np.array(backward[::-1])
    found -= found.max(axis=1, keepdims=True)
    likely = np.exp(found)
    share: NDArray[np.float64] = likely / likely.sum(axis=1, keepdims=True)
    return share


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum([math.exp(value - top) for value in values])) if top > _NOWHERE else top
