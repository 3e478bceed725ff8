"""Other extractors as voters: what trafilatura and readability take for the article, and who is in the middle.

readability-lxml brings chardet (LGPL), which decoded text does not need; so it is asked only where it is installed
(extra ``readability``), else the older copy of it that trafilatura ships.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from lxml import etree

from cleaners.items import Line

Choice = TypeVar("Choice")
_NOT_LETTERS = re.compile(r"[\W_]+")
# A short line is only the one that was extracted when it stands where the last match ended.
_LONG, _NEAR = 20, 30
# They tell what they raise, too, with a traceback for each odd page.
for _library in ("readability", "trafilatura"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


def trafilatura_text(tree: Any, *, fast: bool = True) -> str:
    """The text of a page, or of a block, as trafilatura has it (no comments); empty when it finds nothing.

    ``fast``: without the other extractors that it falls back to.
    """
    from trafilatura import bare_extraction

    # Never deduplicate=True: it keeps state for the whole process.
    document = bare_extraction(_markup(tree), fast=fast, include_comments=False, with_metadata=False)
    return str(getattr(document, "text", None) or "")


@cache
def readability_version() -> str:
    """Whose readability votes here, with the version of the library that it comes with."""
    try:
        return f"readability-lxml {version('readability-lxml')}"
    except PackageNotFoundError:
        return f"readability of trafilatura {version('trafilatura')}"


def readability_tree(tree: Any) -> Any:
    """The article as readability has it (:func:`readability_version`), as a tree; None when it finds nothing."""
    summary = (
        _readability_lxml if readability_version().startswith("readability-lxml ") else _readability_of_trafilatura
    )
    try:
        return etree.HTML(summary(_markup(tree)))
    except (ValueError, TypeError, etree.LxmlError):
        return None


def _readability_lxml(markup: str) -> str:
    """Raises ValueError where it finds nothing, of which its own ``Unparseable`` is one."""
    from readability import Document

    return str(Document(markup).summary())


def _readability_of_trafilatura(markup: str) -> str:
    """Raises ValueError where it finds nothing."""
    from lxml import html
    from trafilatura.readability_lxml import Document

    try:
        return Document(html.document_fromstring(markup)).summary()
    except AssertionError as no_parent:  # all of what it took for the article is to be cut
        raise ValueError("nothing left") from no_parent


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
