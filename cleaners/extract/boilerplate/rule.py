"""What a rule of noise is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Noise = Literal[
    "navigation", "breadcrumb", "related", "disclaimer", "share", "credits", "ads", "comments", "source line",
    "repeated title", "other",
]  # fmt: skip
Reach = Literal["line", "above", "below"]
Sentence = Literal["prompt", "notice", "credit", "any"]
Place = Literal["anywhere", "link", "outside tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRule:
    """One habit: what a line of noise looks like."""

    name: str
    """Shown by ``explain``; unique."""
    noise: Noise
    """The class its characters are counted under."""
    reach: Reach = "line"
    """line: says nothing about its neighbours; above: the body begins below it; below: the body ended above it."""
    longest: int = 60
    """Longer lines are prose that only mentions it."""
    sentence: Sentence = "prompt"
    """Which whole sentences meet it; others only mention the thing (:mod:`cleaners.extract.boilerplate.rules`).

    prompt: those that speak to the reader; notice: those that are nobody's reported words; credit: very short ones;
    any: all.
    """
    place: Place = "anywhere"
    """Where a line must stand to meet it. link: most of the line is a link; outside tables: not in a cell."""
    any_of: tuple[str, ...]
    """Regular expressions; one that is found is enough."""
    reason: str
    """Why such a line is noise."""
