"""Judging the lines of a plain text: the menu before, the body with its holes, the lists after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from cleaners.extract.boilerplate.chain import CrfWeights
from cleaners.extract.boilerplate.rule import Noise
from cleaners.extract.boilerplate.site_lines import met
from cleaners.extract.boilerplate.text_lines.corrections import CORRECTIONS
from cleaners.extract.boilerplate.text_lines.crf import State, body_probability, log_odds, score, segment, shipped
from cleaners.extract.boilerplate.text_lines.features import line_features
from cleaners.extract.boilerplate.text_lines.line_stats import LineStats, measure
from cleaners.extract.boilerplate.text_lines.main_prose import find as find_core
from cleaners.items import Line, Metadata

__all__ = ["JudgedText", "judge"]

_ROLES: dict[str, Noise] = {
    "title": "repeated title",
    "source line": "source line",
    "byline": "source line",
    "byline block": "source line",
    "editor": "credits",
    "breadcrumb": "breadcrumb",
}
_BLOCK = "byline block"
_UNNAMED: dict[State, tuple[str, Noise]] = {
    "above": ("above the body", "navigation"),
    "body": ("between paragraphs", "other"),
    "hole": ("between paragraphs", "other"),
    "below": ("below the body", "related"),
}
_HEADED = 12
_HALF = 0.5
# Natural logarithm of the odds.
_MUCH = 4.0
_OPENING = frozenset({"title", "source line", "breadcrumb"})
# What a heading says of the lines below it, until the next one says something else.
_HEADINGS = frozenset[Noise]({"related", "comments", "navigation"})


def _states(shapes: Sequence[LineStats], meta: Metadata, scores: NDArray[np.float64]) -> tuple[State, ...]:
    """The best division of the page.

    A body with less than half of the core's prose is believed only where it has prose close below the headline and is
    much likelier; else the best division is taken that has the core in it.
    """
    states = segment(scores)
    body = [i for i, state in enumerate(states) if state == "body"]
    core = find_core(shapes)
    inside = frozenset(i for i in range(core.first, core.last + 1) if shapes[i].prose)
    if sum(shapes[i].size for i in inside.intersection(body)) > _HALF * sum(shapes[i].size for i in inside):
        return states
    whole = segment(scores, inside)
    headed = bool(body) and meta.title_line is not None and 0 <= body[0] - meta.title_line <= _HEADED
    sure = headed and any(shapes[i].prose for i in body) and log_odds(scores, states, whole) > _MUCH
    return states if sure else whole


def _trimmed(states: Sequence[State], shapes: Sequence[LineStats], meta: Metadata) -> list[State]:
    """What rules and metadata know better: a body's ends meet no rule, no claimed line opens it, no ad is in it."""
    out = list(states)
    for correct in CORRECTIONS:
        out = correct(out, shapes)
    body = [i for i, state in enumerate(out) if state == "body"]
    opening = list(takewhile(lambda i: not shapes[i].prose, body))
    out = _marked(out, "hole", (i for i in body if not shapes[i].prose and shapes[i].says("ads")))
    out = _marked(out, "above", (i for i in opening if meta.claims.get(i) in _OPENING))
    out = _marked(out, "above", takewhile(lambda i: shapes[i].meets_but("below"), body))
    out = _marked(out, "below", takewhile(lambda i: shapes[i].meets_but("above"), reversed(body)))
    out = _marked(out, "below", _said_again(body, shapes))
    if meta.title_line is not None:
        title = shapes[meta.title_line]
        out = _marked(out, "above", (i for i in opening if title.size >= 6 and shapes[i].key == title.key))
    return out if "body" in out else list(states)


def _said_again(body: Sequence[int], shapes: Sequence[LineStats]) -> set[int]:
    """Paragraphs of a body that stands on the page twice: at least two in a row, in the order they had before."""
    prose = [i for i in body if shapes[i].prose]
    seen: set[tuple[str, str]] = set()
    again: set[int] = set()
    for first, second in pairwise(prose):
        pair = (shapes[first].key, shapes[second].key)
        if pair in seen and pair[0] != pair[1]:
            again.update((first, second))
        seen.add(pair)
    return again


def _marked(states: list[State], state: State, indexes: Iterable[int]) -> list[State]:
    marked = set(indexes)
    return [state if i in marked else old for i, old in enumerate(states)]


def _cut(line: Line, state: State, role: str | None, shape: LineStats, heading: Noise | None) -> Line:
    """A line outside of the body, with the best name for what it is."""
    if role in _ROLES:
        return replace(line, verdict="cut", rule=f"claimed as {role}", noise=_ROLES[role])
    if shape.rules:
        return replace(line, verdict="cut", rule=shape.rules[0].name, noise=shape.rules[0].noise)
    name, noise = _UNNAMED[state]
    return replace(line, verdict="cut", rule=name, noise=heading if heading and state == "below" else noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedText:
    """The lines of a text with what was decided."""

    lines: tuple[Line, ...]
    confidence: float
    """The F1 by characters that the kept lines can expect, 0..1."""


def _expected_f1(lines: Sequence[Line], body: Sequence[float]) -> float:
    """The F1 that the kept lines can expect, when each line is part of the body with the probability ``body``."""
    right = sum(len(line.text) * likely for line, likely in zip(lines, body, strict=True) if line.verdict == "keep")
    kept = sum(len(line.text) for line in lines if line.verdict == "keep")
    there = sum(len(line.text) * likely for line, likely in zip(lines, body, strict=True))
    return 2 * right / (kept + there) if kept + there else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """The lines of a page that are judged: all but those of a byline block, which would part the text."""

    places: tuple[int, ...]
    """Their indexes on the page, in order."""
    meta: Metadata
    """With claims and headline by their new indexes."""


def without_byline_block(lines: Sequence[Line], meta: Metadata) -> JudgedPart:
    """The lines that are judged; ``meta`` has claimed those that are not."""
    places = tuple(i for i in range(len(lines)) if meta.claims.get(i) != _BLOCK)
    if len(places) == len(lines):
        return JudgedPart(places=places, meta=meta)
    new = {old: n for n, old in enumerate(places)}
    claims = {new[i]: role for i, role in meta.claims.items() if i in new}
    title_line = new.get(meta.title_line) if meta.title_line is not None else None
    return JudgedPart(places=places, meta=replace(meta, claims=claims, title_line=title_line))


def judge(
    lines: tuple[Line, ...],
    meta: Metadata,
    learned: frozenset[str] = frozenset(),
    *,
    weights: CrfWeights | None = None,
) -> JudgedText:
    """The same lines with verdict, rule and noise class, and how sure that is.

    ``learned``: keys of lines that the site repeats (:mod:`cleaners.extract.boilerplate.site_lines`). ``weights``:
    the shipped ones where None.
    """
    part = without_byline_block(lines, meta)
    judged = _judge([lines[i] for i in part.places], part.meta, learned, weights or shipped())
    if len(part.places) == len(lines):
        return judged
    out = [replace(line, verdict="cut", rule=f"claimed as {_BLOCK}", noise=_ROLES[_BLOCK]) for line in lines]
    for i, line in zip(part.places, judged.lines, strict=True):
        out[i] = line
    return JudgedText(lines=tuple(out), confidence=judged.confidence)


def _judge(lines: Sequence[Line], meta: Metadata, learned: frozenset[str], weights: CrfWeights) -> JudgedText:
    shapes = [measure(line) for line in lines]
    scores = score(line_features(lines, shapes, meta), weights)
    states = _trimmed(_states(shapes, meta, scores), shapes, meta)
    repeated = met(lines, [float(shape.size) if shape.prose else 0.0 for shape in shapes], learned)
    heading: Noise | None = None
    out: list[Line] = []
    for i, (line, state, shape) in enumerate(zip(lines, states, shapes, strict=True)):
        if i in repeated:
            out.append(replace(line, verdict="cut", rule="learned of the site", noise="navigation"))
            continue
        if state == "body":
            out.append(replace(line, verdict="keep", rule="", noise=""))
            continue
        if state == "below" and shape.below and shape.rules[0].noise in _HEADINGS:
            heading = shape.rules[0].noise
        out.append(_cut(line, state, meta.claims.get(i), shape, heading))
    return JudgedText(lines=tuple(out), confidence=_expected_f1(out, body_probability(scores).tolist()))
