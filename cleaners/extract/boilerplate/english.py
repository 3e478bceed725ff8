"""Noise in pages that are not Chinese: the few lines that extractors for all languages leave in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cleaners.extract.boilerplate.rule import NoiseRule

_END = r"\b.{0,120}$"
_LABEL = (
    r"(?:source|editors?|authors?|(?:release|publish(?:ed|ing)?|update) (?:time|date)|updated?|published|released?"
    r"|clicks?|views?|hits?|visits?|page views?)"
)
_BUTTON = r"(?:print|close(?: window)?|e-?mail|share|save|favou?rites?|large|medium|small|big|back|top|comments?|a[+-])"

RULES: tuple[NoiseRule, ...] = (
    NoiseRule(
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
    NoiseRule(
        name="prompt to subscribe",
        noise="ads",
        longest=200,
        any_of=(rf"^\W*(?:sign up|subscribe|follow us|click here){_END}", r"^\W*advertisement\W*$"),
        reason="asks for something instead of telling something",
    ),
    NoiseRule(
        name="comments and sharing",
        noise="comments",
        longest=40,
        any_of=(r"^\W*(?:\d+ )?comments?\W*$", r"^\W*share this\b.{0,30}$", r"^\W*tags?\W*$"),
        reason="furniture below an article",
    ),
    NoiseRule(
        name="path to the page",
        noise="breadcrumb",
        longest=160,
        any_of=(
            r"^\W*(?:current|your|present) (?:location|position)\s*[:：].*[>»›/]",
            r"^\W*you are here\s*[:：]",
            r"^\W*home(?: ?page)?\s*(?:>{1,2}|»|›|::|/)\s*\w[^.!?]*$",
        ),
        reason="the path from the home page to the article",
    ),
    NoiseRule(
        name="line of properties",
        noise="source line",
        longest=200,
        any_of=(
            rf"^\W*{_LABEL}\s*[:：](?=.*(?:{_LABEL}\s*[:：]|(?:19|20)\d\d\s?[-/.年]\s?\d))[^.!?]*(?:\.\w[^.!?]*)*$",
        ),
        reason="when and where it was published, counters",
    ),
    NoiseRule(
        name="credit of an editor",
        noise="credits",
        longest=60,
        any_of=(r"^\W*(?:web |responsible |executive |duty )?editors?\s*[:：]\s*[\w .,&'-]{2,40}\W*$",),
        reason="who processed the article",
    ),
    NoiseRule(
        name="buttons of the page",
        noise="share",
        longest=80,
        any_of=(
            rf"^\W*{_BUTTON}(?:[\s\W]+{_BUTTON})+\W*$",
            r"^\W*(?:print|close|back to top|print this page|close window)\W*$",
            r"^\W*(?:text|font)(?: ?size)?\s*[:：](?:[\s\W]*(?:large|medium|small|big|normal|[sml]|a[+-]?))*\W*$",
        ),
        reason="print, close, font size",
    ),
    NoiseRule(
        name="neighbours in a column",
        noise="related",
        longest=200,
        any_of=(r"^\W*(?:prev(?:ious)?|next)(?: (?:article|post|story|page|news))?\s*[:：]\s*\S.*(?<![.!?])$",),
        reason="links to the articles before and after",
    ),
    NoiseRule(
        name="heading of a list",
        noise="related",
        longest=40,
        any_of=(
            r"^\W*(?:most|top) (?:viewed|popular|read|commented|shared|searched)(?: (?:news|stories|articles))?\W*$",
            r"^\W*(?:hot|latest|top|recommended|related|popular) (?:news|stories|articles|topics|videos|photos|links)"
            r"\W*$",
            r"^\W*(?:editor.s (?:picks?|choice)|recommended(?: for you)?|what.s (?:hot|new)|trending(?: now)?)\W*$",
        ),
        reason="the name of a list of other articles",
    ),
    NoiseRule(
        name="end of the page",
        noise="navigation",
        longest=200,
        any_of=(
            r"^\W*copyright\W*(?:\(c\)|©|\d{4}|by\b)",
            r"\ball rights reserved\b",
            r"^\W*opens? in (?:a )?new window\W*$",
        ),
        reason="whose page it is",
    ),
    NoiseRule(
        name="sharing of a blog",
        noise="share",
        longest=80,
        any_of=(
            r"^\W*click to (?:share|print|email)\b.*\(opens in new window\)",
            r"^\W*(?:like this|share (?:to|on|via)\b.{0,40})\s*[:：]?(?:\s*loading)?\W*$",
        ),
        reason="what blog software adds below a text",
    ),
)
_COMPILED = tuple((rule, re.compile("|".join(rule.any_of), re.IGNORECASE)) for rule in RULES)


def met(text: str) -> NoiseRule | None:
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
