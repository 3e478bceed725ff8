"""What the markup beside the headline calls by name: class, rel and itemprop of its elements, moments in attributes.

Class names are no standard, so a mark is only asked where the text itself tells nothing, and its text must look like an
answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from cleaners.chinese import script
from cleaners.metadata.dates import FULL_DATE
from cleaners.metadata.folding import FoldedText
from cleaners.page.lines import PageLines

MarkRole = Literal["author", "account", "source", "date"]
_WORDS: dict[str, MarkRole] = {
    **dict.fromkeys(("author", "authors", "byline", "writer", "zuozhe", "reporter", "authi"), "author"),
    **dict.fromkeys(
        ("nickname", "nick", "username", "account", "poster", "screenname", "uname", "wemedia", "profile"), "account"
    ),
    **dict.fromkeys(("source", "laiyuan", "origin", "medianame", "copyfrom"), "source"),
}
_PAIRS: dict[tuple[str, str], MarkRole] = {
    ("head", "name"): "account",
    ("user", "name"): "account",
    ("media", "name"): "source",
    ("screen", "name"): "account",
    ("nick", "name"): "account",
}
_SPLIT = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_LONGEST = 60
_ELEMENTS = 60  # of one line


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFields:
    """A text that an element's name tells the role of."""

    role: MarkRole
    text: str
    """Folded, white space as single blanks; for ``date`` the attribute as it stands."""
    raw: str
    """As it stands."""
    line: int
    """Index of the line the element stands in."""
    sure: bool = False
    """Whether a standard says so (rel, itemprop), not a class name."""

    def own(self, name: str) -> str:
        """A name found in the folded text, in the page's own characters."""
        return FoldedText(index=self.line, raw=self.raw, text=self.text).own(name)


Marks = Callable[[], Sequence[MarkedFields]]
"""The marks beside a headline, in order; looked up when they are first asked for."""


def marked(blocks: PageLines, indexes: Sequence[int]) -> Marks:
    """The marks in the lines ``indexes`` of an HTML page; most pages tell all in their text and never ask."""

    @cache
    def found() -> Sequence[MarkedFields]:
        return [mark for index in indexes if blocks.lines[index].node >= 0 for mark in _of_line(blocks, index)]

    return found


def _of_line(blocks: PageLines, index: int) -> Iterator[MarkedFields]:
    line = blocks.lines[index]
    if len(line.text) > 3 * _LONGEST:
        return
    packed = "".join(line.text.split())
    for count, element in enumerate(blocks.nodes[line.node].iter()):
        if count > _ELEMENTS:
            return
        if not isinstance(element.tag, str):
            continue
        values = (element.get("datetime") or "", element.get("title") or "")
        moments = [value for value in values if value and len(value) <= 40 and FULL_DATE.match(value)]
        role = role_of(element)
        if not moments and not role:
            continue
        raw = " ".join(" ".join(element.itertext()).split())
        if not raw or "".join(raw.split()) not in packed:
            continue
        for value in moments:
            yield MarkedFields(role="date", text=value, raw=value, line=index)
        if role and 2 <= len(raw) <= _LONGEST:
            yield MarkedFields(role=role, text=script.fold(raw), raw=raw, line=index, sure=_is_sure(element))


def role_of(element: Any) -> MarkRole | None:
    """What the names of an element say that its text is."""
    if _is_sure(element):
        return "author"
    found: MarkRole | None = None
    for name in (element.get("class") or "", element.get("id") or ""):
        words = [word.lower() for word in _SPLIT.split(name) if word]
        for first, second in pairwise([*words, ""]):
            found = found or _PAIRS.get((first, second)) or _WORDS.get(first)
    return found


def _is_sure(element: Any) -> bool:
    return any("author" in (element.get(name) or "").split() for name in ("rel", "itemprop"))
