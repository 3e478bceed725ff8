"""One line of a text, measured: what the segmenter's features are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleaners.characters import HAN
from cleaners.chinese.script import fold
from cleaners.extract.boilerplate.rule import Noise, NoiseRule, Reach
from cleaners.extract.boilerplate.rules import bare, hits
from cleaners.items import Line

_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_BULLET = re.compile(r"^\s?[•·●○■◆▪▶►※]")
_SENTENCE_END = re.compile(r"[。!?！？；;][”」』’\"'）)】]*$|[”」』][)）]?$")
PROSE = 15
"""Tokens a sentence needs to be prose."""
LONG = 40
"""Tokens from which on a line with punctuation is prose, however it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStats:
    """One line as the segmenter sees it."""

    text: str
    """Folded, without bullets."""
    key: str
    """Its letters and digits only: what echoes are compared by."""
    size: int
    """Tokens: a CJK character or another word."""
    bullet: bool
    """Whether it begins with a bullet."""
    closed: bool
    """Whether it ends as a sentence does."""
    prose: bool
    """Whether it looks like a paragraph: a sentence that ends, or a long line with punctuation."""
    rules: tuple[NoiseRule, ...]
    """The noise rules it meets."""
    above: bool
    """Whether one of them says that the body begins below."""
    below: bool
    """Whether one of them says that the body ended above."""
    layout: tuple[bool, int, bool]
    """Blank line before it, indent, bullet."""

    def meets_but(self, reach: Reach) -> bool:
        """Whether a rule of another reach than this one is met."""
        return any(rule.reach != reach for rule in self.rules)

    def says(self, noise: Noise) -> bool:
        """Whether a rule of this class of noise is met."""
        return any(rule.noise == noise for rule in self.rules)


def measure(line: Line) -> LineStats:
    """Measure one line."""
    folded = fold(line.text)
    text = bare(folded)
    tokens = _TOKEN.findall(text)
    bullet = bool(_BULLET.match(line.text))
    closed = bool(_SENTENCE_END.search(text))
    rules = tuple(hits(folded))
    sentence = closed and line.punctuation > 0 and len(tokens) >= PROSE
    return LineStats(
        text=text,
        key="".join(tokens),
        size=len(tokens),
        bullet=bullet,
        closed=closed,
        prose=sentence or (len(tokens) >= LONG and line.punctuation >= 2),
        rules=rules,
        above=any(rule.reach == "above" for rule in rules),
        below=any(rule.reach == "below" for rule in rules),
        layout=(line.gap > 0, line.indent, bullet),
    )
