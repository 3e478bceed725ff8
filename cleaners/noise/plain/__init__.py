"""Judging the lines of a plain text: the menu before, the body with its holes, the lists after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from cleaners.items import Line, Metadata
from cleaners.noise.learned import met
from cleaners.noise.plain.features import features
from cleaners.noise.plain.segment import State, Weights, segment, shipped
from cleaners.noise.plain.shape import Shape, measure
from cleaners.noise.rules import Noise

__all__ = ["judge"]

_ROLES: dict[str, Noise] = {
    "title": "repeated title",
    "source line": "source line",
    "byline": "source line",
    "editor": "credits",
    "breadcrumb": "breadcrumb",
}
_UNNAMED: dict[State, tuple[str, Noise]] = {
    "above": ("above the body", "navigation"),
    "body": ("between paragraphs", "other"),
    "hole": ("between paragraphs", "other"),
    "below": ("below the body", "related"),
}
_OPENING = frozenset({"title", "source line", "breadcrumb"})
# What a heading says of the lines below it, until the next one says something else.
_HEADINGS = frozenset[Noise]({"related", "comments", "navigation"})


def _trimmed(states: Sequence[State], shapes: Sequence[Shape], meta: Metadata) -> list[State]:
    """What rules and metadata know better: a body's ends meet no rule, no claimed line opens it, no ad is in it."""
    out = list(states)
    body = [i for i, state in enumerate(out) if state == "body"]
    opening = list(takewhile(lambda i: not shapes[i].prose, body))
    out = _marked(out, "hole", (i for i in body if not shapes[i].prose and shapes[i].says("ads")))
    out = _marked(out, "above", (i for i in opening if meta.claims.get(i) in _OPENING))
    out = _marked(out, "above", takewhile(lambda i: shapes[i].meets_but("below"), body))
    out = _marked(out, "below", takewhile(lambda i: shapes[i].meets_but("above"), reversed(body)))
    return out if "body" in out else list(states)


def _marked(states: list[State], state: State, indexes: Iterable[int]) -> list[State]:
    marked = set(indexes)
    return [state if i in marked else old for i, old in enumerate(states)]


def _cut(line: Line, state: State, role: str | None, shape: Shape, heading: Noise | None) -> Line:
    """A line outside of the body, with the best name for what it is."""
    if role in _ROLES:
        return replace(line, verdict="cut", rule=f"claimed as {role}", noise=_ROLES[role])
    if shape.rules:
        return replace(line, verdict="cut", rule=shape.rules[0].name, noise=shape.rules[0].noise)
    name, noise = _UNNAMED[state]
    return replace(line, verdict="cut", rule=name, noise=heading if heading and state == "below" else noise)


def judge(
    lines: tuple[Line, ...],
    meta: Metadata,
    learned: frozenset[str] = frozenset(),
    *,
    weights: Weights | None = None,
) -> tuple[Line, ...]:
    """The same lines with verdict, rule and noise class.

    ``learned``: keys of lines that the site repeats (:mod:`cleaners.noise.learned`). ``weights``: the shipped ones
    where None.
    """
    shapes = [measure(line) for line in lines]
    states = _trimmed(segment(features(lines, shapes, meta), weights or shipped()), shapes, meta)
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
    return tuple(out)
