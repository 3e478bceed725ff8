"""Judging the lines of an HTML page: what stands in the article's container and is not the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleaners import script
from cleaners.items import Line, Metadata
from cleaners.noise import rules
from cleaners.noise.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """How lines are judged."""

    tail: float = 0.2
    """A line that ends bodies ends this one when less than this share of the prose stands below it."""
    link_line: float = 0.8
    """From this share of link text on a line is a link, not a sentence with links."""


def signals(lines: Sequence[Line]) -> list[Rule | None]:
    """For every line the first rule it meets, judged by its text alone."""
    return [next(rules.hits(script.fold(line.text)), None) for line in lines]


def judge(
    lines: Sequence[Line],
    meta: Metadata,
    *,
    first: int,
    last: int,
    met: Sequence[Rule | None],
    learned: frozenset[str] = frozenset(),
    settings: HtmlSettings = HtmlSettings(),
) -> tuple[Line, ...]:
    """The same lines, each kept or cut: ``first`` to ``last`` is the container, ``met`` is what :func:`signals` gave."""
    weights = [line.punctuation * (1 - line.link_share) for line in lines]
    begin = next((i for i in range(first, last + 1) if weights[i] >= 2 and len(lines[i].text) > 30), first)
    total = sum(weights[first : last + 1])
    below = total
    tail: Rule | None = None
    judged: list[Line] = []
    for i, line in enumerate(lines):
        if i < first:
            judged.append(_cut(line, "above the article", "navigation"))
            continue
        if i > last:
            judged.append(_cut(line, "below the article", "related"))
            continue
        below -= weights[i]
        if (
            tail is None
            and (found := met[i])
            and found.reach == "below"
            and i > begin
            and below < settings.tail * total
        ):
            tail = found
        judged.append(
            _cut(line, tail.name, tail.noise) if tail else _inside(line, meta.claims.get(i), met[i], i < begin)
        )
    return tuple(judged)


def _inside(line: Line, role: str | None, met: Rule | None, head: bool) -> Line:
    """Judge a line of the container by itself."""
    if role == "title":
        return _cut(line, "headline", "repeated title")
    if role in ("source line", "breadcrumb") and head:
        return _cut(line, role, role)
    if met is not None and (head or met.reach != "above"):
        return _cut(line, met.name, met.noise)
    if line.link_share > 0.8 and line.punctuation < 3:
        return _cut(line, "link line", "related")
    return line


def _cut(line: Line, rule: str, noise: str) -> Line:
    return replace(line, verdict="cut", rule=rule, noise=noise)
