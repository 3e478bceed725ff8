"""Judging the lines of a plain text: the menu before, the body with its holes, the lists after."""

from __future__ import annotations

from dataclasses import replace

from cleaners.items import Line, Metadata
from cleaners.noise.plain.features import features
from cleaners.noise.plain.segment import State, Weights, segment, shipped
from cleaners.noise.rules import Noise, Rule, hits
from cleaners.script import fold

__all__ = ["judge"]

_ROLES: dict[str, Noise] = {
    "title": "repeated title",
    "source line": "source line",
    "byline": "source line",
    "editor": "credits",
    "breadcrumb": "breadcrumb",
}
_DEFAULT: dict[State, tuple[str, Noise]] = {
    "above": ("above the body", "navigation"),
    "hole": ("between paragraphs", "other"),
    "below": ("below the body", "related"),
}
_LASTING = frozenset[Noise]({"related", "comments", "disclaimer", "navigation"})


def _cut(line: Line, rule: str, noise: str) -> Line:
    return replace(line, verdict="cut", rule=rule, noise=noise)


def _named(line: Line, state: State, role: str | None, rule: Rule | None, heading: Noise | None) -> Line:
    """A line outside the body, cut with the best name for what it is."""
    if role in _ROLES:
        return _cut(line, f"claimed as {role}", _ROLES[role])
    if rule:
        return _cut(line, rule.name, rule.noise)
    name, noise = _DEFAULT[state]
    return _cut(line, name, heading or noise)


def judge(
    lines: tuple[Line, ...], meta: Metadata, learned: frozenset[str] = frozenset(), *, weights: Weights | None = None
) -> tuple[Line, ...]:
    """The same lines with verdict, rule and noise class.

    ``learned``: texts of lines that repeat across the pages of the site. ``weights``: those shipped, if None.
    """
    states = segment(features(lines, meta), weights or shipped())
    heading: Noise | None = None
    out: list[Line] = []
    for i, (line, state) in enumerate(zip(lines, states, strict=True)):
        if line.text in learned:
            out.append(_cut(line, "learned of the site", "navigation"))
            continue
        if state == "body":
            out.append(replace(line, verdict="keep", rule="", noise=""))
            continue
        rule = next(hits(fold(line.text)), None)
        out.append(_named(line, state, meta.claims.get(i), rule, heading if state == "below" else None))
        if state == "below" and rule and rule.reach == "below" and rule.noise in _LASTING:
            heading = rule.noise
    return tuple(out)
