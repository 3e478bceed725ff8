"""One walk over a page: HTML or plain text in, line records out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from cleaners.items import Head, Line

_HEADLINES = 3  # headings, or first lines of a text, that are looked at closely


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """A page as lines in reading order."""

    media: Literal["html", "text"]
    """What the page turned out to be, by content."""
    lines: tuple[Line, ...]
    """Every visible line, in document order."""
    head: Head
    """What the head declares; empty for plain text."""
    tree: Any = None
    """The lxml tree the lines came from (parsed once), None for plain text."""
    nodes: tuple[Any, ...] = ()
    """HTML: the block elements in document order; ``Line.node`` is an index into it."""
    parents: tuple[int, ...] = ()
    """HTML: for each of ``nodes`` the index of the block that encloses it, -1 at the root."""
    images: tuple[tuple[int, Any], ...] = ()
    """HTML: every image element with the index of the line it stands in or before."""
    recovered: bool = False
    """HTML: whether the lines are those of an article in the data of its scripts, for the page shows none."""
    misread: int = 0
    """How many stretches of the page were decoded in a wrong charset, and are read back here."""
    base: str | None = None
    """HTML: what relative addresses are joined to."""

    @property
    def picture_base(self) -> str | None:
        """The same for pictures: of a page that was saved without its address the one that it says is its own."""
        return self.base or self.head.declared_url


def read(text: str, url: str | None = None) -> PageLines:
    """Turn a decoded page into lines; HTML or plain text is told apart by content.

    Raises ``Unusable("blocks", ...)`` for pages beyond the limits or with nothing to read.
    """
    from cleaners.page.decode import mojibake

    found = _read(text, url)
    first = [line.text for line in found.lines if line.heading == 1 or found.media == "text"][:_HEADLINES]
    suspected = mojibake.suspicion((line.text for line in found.lines), (found.head.title, *first))
    if not suspected:
        return found
    mended = mojibake.mend(text, suspected)
    return replace(_read(mended.text, url), misread=mended.segments) if mended.segments else found


def _read(text: str, url: str | None) -> PageLines:
    from cleaners.page.lines import fragment, html, plain

    if fragment.is_page(text):  # most are
        return html.read(fragment.escaped_once(text), url)
    text = fragment.opened(text)
    form = fragment.form(text)
    if form == "html":
        return html.read(fragment.escaped_once(fragment.page_of(text)), url)
    return plain.read(fragment.text_of(text) if form == "tagged" else fragment.unescaped(text))
