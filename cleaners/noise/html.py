"""Judging the lines of an HTML page: what stands in the article's container and is not the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleaners import script
from cleaners.items import Line, Metadata
from cleaners.noise import learned as repeated
from cleaners.noise import rules
from cleaners.noise.rules import Rule

# No rule looks at longer lines; folding them would cost more than reading the page.
LONGEST = max(rule.longest for rule in rules.RULES) + 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """How lines are judged."""

    tail: float = 0.2
    """A line that ends bodies ends this one when at most this share of the prose stands below it."""
    link_line: float = 0.8
    """From this share of link text on, a line is a link and not a sentence with links."""


class Signals:
    """For every line the first rule it meets, judged by its text alone; found when asked for, once."""

    __slots__ = ("_found", "_lines")

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._found: dict[int, Rule | None] = {}

    def __getitem__(self, index: int) -> Rule | None:
        if index not in self._found:
            text = self._lines[index].text
            self._found[index] = next(rules.hits(script.fold(text)), None) if len(text) <= LONGEST else None
        return self._found[index]


def weigh(line: Line) -> float:
    """How much a line looks like prose: its sentence marks outside of links."""
    if line.heading or line.link_share > 0.6 or len(line.text) < 12:
        return 0.0
    return line.punctuation * (1 - line.link_share)


def judge(
    lines: Sequence[Line],
    meta: Metadata,
    signals: Signals,
    *,
    first: int,
    last: int,
    learned: frozenset[str] = frozenset(),
    dropped: frozenset[int] = frozenset(),
    settings: HtmlSettings = HtmlSettings(),
) -> tuple[Line, ...]:
    """The same lines, each kept or cut: those from ``first`` to ``last`` stand in the article's container.

    ``learned``: keys of lines the site repeats (:mod:`cleaners.noise.learned`); ``dropped``: indexes ruled out before.
    """
    inside = lines[first : last + 1]
    weights = [weigh(line) for line in inside]
    known = repeated.met(inside, weights, learned)
    begin = next((i for i, line in enumerate(inside) if weights[i] >= 2 and len(line.text) > 30), 0)
    end = _tail(weights, [signals[first + i] for i in range(len(inside))], begin, settings.tail)
    judged = [_cut(line, "above the article", "navigation") for line in lines[:first]]
    for i, line in enumerate(inside):
        if first + i in dropped:
            judged.append(_cut(line, "left out", "other"))
        elif i in known:
            judged.append(_cut(line, "repeated on this site", "other"))
        elif i >= end and (ending := signals[first + end]):
            own = signals[first + i] or ending
            judged.append(_cut(line, own.name if own is ending else f"below: {ending.name}", own.noise))
        else:
            echo = i < begin and line.text == meta.title  # copies often print the headline again above the text
            role = "title" if echo else meta.claims.get(first + i)
            judged.append(_by_itself(line, role, signals[first + i], i < begin, settings))
    judged += [_cut(line, "below the article", "related") for line in lines[last + 1 :]]
    return tuple(judged)


def _tail(weights: Sequence[float], met: Sequence[Rule | None], begin: int, share: float) -> int:
    """Where the body ends: at the first line that ends bodies and has little prose below it."""
    total = sum(weights)
    below = total
    for i, rule in enumerate(met):
        below -= weights[i]
        if rule is not None and rule.reach == "below" and i > begin and below <= share * total:
            return i
    return len(met)


def _by_itself(line: Line, role: str | None, met: Rule | None, head: bool, settings: HtmlSettings) -> Line:
    """Judge a line of the container; ``head``: it stands above the first paragraph."""
    if role == "title":
        return _cut(line, "headline", "repeated title")
    if role in ("source line", "breadcrumb") and head:
        return _cut(line, role, role)
    if met is not None and (head or met.reach != "above"):
        return _cut(line, met.name, met.noise)
    if not any(map(str.isalnum, line.text)):
        return _cut(line, "no letters", "other")
    if line.link_share > settings.link_line and line.punctuation < 3:
        return _cut(line, "a link, not a sentence", "related")
    return line


def _cut(line: Line, rule: str, noise: str) -> Line:
    return replace(line, verdict="cut", rule=rule, noise=noise)
