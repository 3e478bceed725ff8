"""What a rule of noise is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Noise = Literal[
    "navigation", "breadcrumb", "related", "disclaimer", "share", "credits", "ads", "comments", "source line",
    "repeated title", "other",
]  # fmt: skip
Reach = Literal["line", "above", "below"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One habit: what a line of noise looks like."""

    name: str
    """Shown by ``explain``; unique."""
    noise: Noise
    """The class its characters are counted under."""
    reach: Reach = "line"
    """line: says nothing about its neighbours; above: the body begins below it; below: the body ended above it."""
    longest: int = 60
    """Longer lines are prose that only mentions it."""
    any_of: tuple[str, ...]
    """Regular expressions; one that is found is enough."""
    reason: str
    """Why such a line is noise."""
