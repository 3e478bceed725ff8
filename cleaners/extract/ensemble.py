"""Other extractors as voters: what trafilatura and readability-lxml take for the article, and who is in the middle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from lxml import etree

from cleaners.items import Line

Choice = TypeVar("Choice")
_NOT_LETTERS = re.compile(r"[\W_]+")
# A short line is only the one that was extracted when it stands where the last match ended.
_LONG, _NEAR = 20, 30


def trafilatura_text(tree: Any, *, fast: bool = True) -> str:
    """The text of a page, or of a block, as trafilatura has it (no comments); empty when it finds nothing.

    ``fast``: without the other extractors that it falls back to.
    """
    from trafilatura import bare_extraction

    # Never deduplicate=True: it keeps state for the whole process.
    document = bare_extraction(_markup(tree), fast=fast, include_comments=False, with_metadata=False)
    return str(getattr(document, "text", None) or "")


def readability_tree(tree: Any) -> Any:
    """The article as readability-lxml has it, as a tree; None when it finds nothing."""
    from readability import Document
    from readability.readability import Unparseable

    try:
        return etree.HTML(Document(_markup(tree)).summary())
    except (Unparseable, ValueError, TypeError, etree.LxmlError):
        return None


def _markup(tree: Any) -> str:
    markup: str = etree.tostring(tree, encoding="unicode", method="html", with_tail=False)
    return markup if tree.tag == "html" else f"<html><body>{markup}</body></html>"


def found_in(lines: Sequence[Line], text: str) -> frozenset[int]:
    """Indexes of the lines that a tool's text holds: letters and digits are compared, short lines only in order."""
    whole = _NOT_LETTERS.sub("", text)
    position, found = 0, []
    for i, line in enumerate(lines):
        key = _NOT_LETTERS.sub("", line.text)
        if not key:
            continue
        at = whole.find(key, position, len(whole) if len(key) >= _LONG else position + len(key) + _NEAR)
        if at >= 0:
            position = at + len(key)
        elif len(key) < _LONG or key not in whole:
            continue
        found.append(i)
    return frozenset(found)


def line_agreement(lines: Sequence[Line]) -> Callable[[frozenset[int], frozenset[int]], float]:
    """How to compare two sets of line indexes: F1 by characters."""

    def size(indexes: frozenset[int]) -> int:
        return sum(len(lines[i].text) for i in indexes)

    def agreement(one: frozenset[int], other: frozenset[int]) -> float:
        both = size(one) + size(other)
        return 2 * size(one & other) / both if both else 0.0

    return agreement


def text_agreement(one: str, other: str) -> float:
    """F1 by characters of the lines that two texts share, 0..1."""
    first, second = _bag(one), _bag(other)
    both = _size(first) + _size(second)
    return 2 * _size(first & second) / both if both else 0.0


def medoid(choices: Mapping[str, Choice], agreement: Callable[[Choice, Choice], float]) -> str:
    """Name of the choice that agrees most with all others; the first one wins ties."""
    return max(
        choices,
        key=lambda name: sum(agreement(choices[name], choice) for other, choice in choices.items() if other != name),
    )


def _bag(text: str) -> Counter[str]:
    return Counter(key for line in text.split("\n") if (key := _NOT_LETTERS.sub("", line)))


def _size(bag: Counter[str]) -> int:
    return sum(len(key) * times for key, times in bag.items())
