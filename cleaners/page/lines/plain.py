"""Plain text into lines: what a text dump holds, with the layout that is left of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cleaners.errors import UnusableInput
from cleaners.items import Head, Line
from cleaners.page.lines import PageLines
from cleaners.page.lines.hard_wraps import unwrap

_BREAK = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_LEADING = re.compile(r"[\s\ufeff]*")
# Invisible characters inside a line are a disguise for ``restore`` to count; alone they make no line.
_BLANK = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*")
# An ASCII mark inside a number, a clock time or an address is no sentence punctuation.
_PUNCTUATION = re.compile(r"[，。；：？！、…]|[,.;:?!](?![0-9A-Za-z/\\])")
_WIDE = "\u3000"
_TAB = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """How large a text may be before it is no article any more."""

    characters: int = 3_000_000
    """A long book has a million."""
    lines: int = 30_000
    """Lines that are not blank."""


def punctuation(text: str) -> int:
    """How many sentence punctuation marks a text has, full width or ASCII.

    >>> punctuation("全年增长4.4%，其中，出口增长2%。")
    3
    """
    return len(_PUNCTUATION.findall(text))


def _columns(space: str) -> int:
    return sum(2 if char == _WIDE else _TAB if char == "\t" else 1 for char in space)


def _lines(text: str) -> Iterator[Line]:
    gap = 0
    for raw in _BREAK.split(text):
        if _BLANK.fullmatch(raw):
            gap += 1
            continue
        shown = _SPACE.sub(" ", raw).strip(" \ufeff")
        leading = _LEADING.match(raw)
        indent = _columns(leading.group().strip("\ufeff")) if leading else 0
        yield Line(text=shown, punctuation=punctuation(shown), gap=gap, indent=indent)
        gap = 0


def read(text: str, limits: TextLimits = TextLimits()) -> PageLines:
    """Turn a text into lines: the text of each with white space folded, the blank lines before it, its indent.

    A text that was broken into lines of one width is joined into paragraphs first.

    Raises ``Unusable("blocks", ...)``: ``empty``, ``too long`` (beyond ``limits``).
    """
    if len(text) > limits.characters:
        raise UnusableInput("blocks", "too long", f"{len(text)} characters")
    lines: list[Line] = []
    for line in _lines(text):
        lines.append(line)
        if len(lines) > limits.lines:
            raise UnusableInput("blocks", "too long", f"more than {limits.lines} lines")
    if not lines:
        raise UnusableInput("blocks", "empty")
    return PageLines(media="text", lines=unwrap(lines), head=Head())
