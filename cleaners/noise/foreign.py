"""Noise in pages that are not Chinese: the few lines that extractors for all languages leave in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cleaners.noise.rules import Rule

_END = r"\b.{0,120}$"

RULES: tuple[Rule, ...] = (
    Rule(
        name="leads to other articles",
        noise="related",
        longest=200,
        any_of=(
            rf"^\W*(?:related(?: stor(?:y|ies)| articles?)?|(?:read|see) (?:more|also)){_END}",
            rf"^\W*(?:don.t miss|more from|most read){_END}",
            r"^\W*you may also like\b.{0,40}$",
        ),
        reason="names or heads links to other articles",
    ),
    Rule(
        name="prompt to subscribe",
        noise="ads",
        longest=200,
        any_of=(rf"^\W*(?:sign up|subscribe|follow us|click here){_END}", r"^\W*advertisement\W*$"),
        reason="asks for something instead of telling something",
    ),
    Rule(
        name="comments and sharing",
        noise="comments",
        longest=40,
        any_of=(r"^\W*(?:\d+ )?comments?\W*$", r"^\W*share this\b.{0,30}$", r"^\W*tags?\W*$"),
        reason="furniture below an article",
    ),
)
_COMPILED = tuple((rule, re.compile("|".join(rule.any_of), re.IGNORECASE)) for rule in RULES)


def met(text: str) -> Rule | None:
    """The first rule that a line meets."""
    return next((rule for rule, pattern in _COMPILED if len(text) <= rule.longest and pattern.search(text)), None)


def clean(lines: Iterable[str], title: str | None) -> list[str]:
    """The lines without noise and, near the top, without the ``title`` repeated."""
    key = _letters(title or "")
    return [
        line
        for i, line in enumerate(lines)
        if line.strip() and not met(line) and not (i < 3 and key and _letters(line) == key)
    ]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
