"""The most likely division of a page's lines into what stands above the body, the body, holes in it, what follows.

A linear-chain conditional random field (Lafferty, McCallum, Pereira, ICML 2001) whose four states can only follow one
another as on a page; the best path is found by Viterbi's algorithm. The weights are data (``cleaners/data/``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

State = Literal["above", "body", "hole", "below"]
STATES: tuple[State, ...] = ("above", "body", "hole", "below")
COLUMNS: tuple[str, ...] = ("above", "body", "hole", "below", "begin", "end", "break")
"""What a feature weighs on: its line being in a state; the body, what follows it, a hole in it beginning there."""

# state -> states that the line before may have
_BEFORE: tuple[tuple[int, ...], ...] = ((0,), (0, 1, 2), (1, 2), (1, 3))
_NOWHERE = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrfWeights:
    """What was learned of lines in general."""

    recipe: str
    """How the weights were made."""
    features: Mapping[str, tuple[float, ...]]
    """Feature -> one weight for each of ``COLUMNS``."""


@lru_cache(maxsize=1)
def shipped() -> CrfWeights:
    """The weights that come with jianbao."""
    raw = json.loads(files("cleaners").joinpath("data/plain-lines.json").read_text(encoding="utf-8"))
    return CrfWeights(recipe=raw["recipe"], features={name: tuple(row) for name, row in raw["features"].items()})


def _scores(names: Iterable[str], weights: CrfWeights) -> list[float]:
    rows = [row for row in map(weights.features.get, names) if row is not None]
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(COLUMNS)


def _entry(state: int, before: int | None, score: Sequence[float]) -> float:
    """What it adds that a line is in a state after a line in another one."""
    begins = state == 1 and before in (None, 0)
    if begins:
        return score[state] + score[4]
    if before == 1 and state != 1:
        return score[state] + (score[5] if state == 3 else score[6])
    return score[state]


def segment(
    lines: Sequence[frozenset[str]], weights: CrfWeights, inside: frozenset[int] = frozenset()
) -> tuple[State, ...]:
    """The state of every line, from the features of every line; those ``inside`` are part of the body."""
    if not lines:
        return ()
    scores = [_scores(names, weights) for names in lines]
    for i in inside:
        scores[i][0] = scores[i][3] = _NOWHERE
    best = [_entry(state, None, scores[0]) if state < 2 else _NOWHERE for state in range(4)]
    back: list[list[int]] = []
    for score in scores[1:]:
        steps = [max(((best[b] + _entry(state, b, score)), b) for b in _BEFORE[state]) for state in range(4)]
        best = [value for value, _ in steps]
        back.append([before for _, before in steps])
    # A page may end in any state but a hole.
    state = max((0, 1, 3), key=lambda s: best[s])
    path = [state]
    for step in reversed(back):
        path.append(step[path[-1]])
    return tuple(STATES[s] for s in reversed(path))
