"""What a rule of noise is; and which of the rules that a job gives a line meets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cleaners.config import LineRule

Noise = Literal[
    "navigation", "breadcrumb", "related", "disclaimer", "share", "credits", "ads", "comments", "source line",
    "repeated title", "other",
]  # fmt: skip
Reach = Literal["line", "above", "below"]
Cuts = Literal["outside", "anywhere"]
Sentence = Literal["prompt", "notice", "credit", "any"]
Place = Literal["anywhere", "link", "outside tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRule:
    """One habit: what a line of noise looks like. The file ``cleaners/data/noise-rules.toml`` holds them all."""

    name: str
    """Shown by ``explain``; unique."""
    noise: Noise
    """The class its characters are counted under."""
    any_of: tuple[str, ...]
    """Regular expressions; one that is found is enough."""
    reason: str
    """Why such a line is noise."""
    reach: Reach = "line"
    """line: says nothing about its neighbours; above: the body begins below it; below: the body ended above it."""
    cuts: Cuts = "outside"
    """What of an article's container it cuts, whatever the judge of lines says.

    outside: lines above the first paragraph (reach above) or below the last one (others); anywhere: also those between
    paragraphs.
    """
    longest: int = 60
    """Longer lines are prose that only mentions it."""
    sentence: Sentence = "prompt"
    """Which whole sentences meet it; others only mention the thing (:mod:`cleaners.extract.boilerplate.rules`).

    prompt: those that speak to the reader; notice: those that are nobody's reported words; credit: very short ones;
    any: all.
    """
    place: Place = "anywhere"
    """Where a line must stand to meet it. link: most of the line is a link; outside tables: not in a cell."""
    hits: int = field(default=0, repr=False)
    """Lines of the reference pages that meet it and are noise (``benchmarks/noise_rules.py``)."""
    errors: int = field(default=0, repr=False)
    """Lines of the reference pages that meet it and belong to a body."""


def overruled(text: str, rules: Sequence[LineRule]) -> LineRule | None:
    """The first of a job's rules that a line meets."""
    return next((rule for rule in rules if re.search(rule.pattern, text)), None)
