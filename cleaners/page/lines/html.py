"""HTML in, line records out: one bounded parse with lxml and one walk in document order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from cleaners.errors import UnusableInput
from cleaners.items import Head
from cleaners.page.lines import PageLines, script_data, visibility
from cleaners.page.lines.head import base_of, declarations, read_head
from cleaners.page.lines.script_shell import NEEDS_BROWSER, runs_scripts
from cleaners.page.lines.walk import TreeWalk, WalkLimits

# Sentence marks of a notice (no JavaScript, who owns the site); the shortest flash that is an article has more.
_NOTICE = 4
_LIST = 15
_PROSE = 2  # sentence marks of a line in whose block text may be hidden
_FOLDED = 4  # copy protection is a small part of what is shown
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_LONG = 3000  # bytes of a tag from which on its attributes are counted
# What stands behind them belongs to the page as browsers show it; libxml2 leaves out whatever follows an </html>.
_END_OF_PAGE = re.compile(rb"</(?:html|body)\b[^<>]*>", re.IGNORECASE)
_ENDING = np.isin(np.arange(256), [ord(letter) for letter in "hbHB"])  # by the first letter of such a tag


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlLimits:
    """What a page may hold before it is parsed; beyond that it is a bomb, a dump or a data file."""

    characters: int = 8_000_000
    """Of markup; the largest news page met has 0.9 million."""
    tags: int = 120_000
    """Counted by ``<``, those in scripts too."""
    attributes: int = 200_000
    """Counted by ``=``, those in scripts too."""
    attributes_in_tag: int = 1_000
    """Parsers compare each attribute of a tag with all others."""
    walk: WalkLimits = WalkLimits()
    """What it may show."""


def read(text: str, url: str | None = None, limits: HtmlLimits = HtmlLimits()) -> PageLines:
    """Parse a page once and walk it once.

    Raises ``Unusable("blocks", "page too large" | "page too deep" | "empty")``.
    """
    tree = _parse(text, limits)
    walk = TreeWalk(tree, limits=limits.walk)
    prose = dict.fromkeys(line.node for line in walk.lines if line.punctuation >= _PROSE)
    if hidden := visibility.hidden_classes(tree, (walk.nodes[node] for node in prose)):
        seen = TreeWalk(tree, limits=limits.walk, hidden_classes=hidden)
        if seen.ruled_weight * _FOLDED <= seen.weight:  # else paragraphs that unfold when they are asked for
            walk = seen
    if walk.hidden_weight > walk.weight:
        # The article itself waits for a script to show it.
        walk = TreeWalk(tree, limits=limits.walk, with_hidden=True)
    declared = declarations(tree)
    base, recovered = base_of(declared["base"], url), False
    head = read_head(tree, declared, base)
    if _shows_no_article(walk) and (told := script_data.find(tree, head.title)) is not None:
        tree, recovered = _parse(told.page(), limits), True
        walk = TreeWalk(tree, limits=limits.walk, with_hidden=True)
    if not walk.lines and not head.title:
        raise UnusableInput("blocks", "empty", NEEDS_BROWSER if runs_scripts(tree) else "no visible text")
    return PageLines(
        media="html",
        lines=tuple(walk.lines),
        head=head,
        tree=tree,
        nodes=tuple(walk.nodes),
        parents=tuple(walk.parents),
        images=tuple(walk.images),
        base=base,
        recovered=recovered,
    )


def head_alone(text: str, url: str | None = None) -> Head:
    """What the head of a page declares that shows nothing. Raises as :func:`read`, but for what it shows."""
    tree = _parse(text)
    declared = declarations(tree)
    return read_head(tree, declared, base_of(declared["base"], url))


def _shows_no_article(walk: TreeWalk) -> bool:
    """Whether a page shows menus and notices at most: its article, if it has one, waits for a script.

    A list of headlines is shown for its own sake, and what a script holds of their articles is not the page.
    """
    if sum(line.link_share > 0.6 and len(line.text) >= 8 for line in walk.lines) >= _LIST:
        return False
    prose = [line for line in walk.lines if line.punctuation >= 2 and line.link_share < 0.5 and len(line.text) >= 30]
    return len(prose) < 2 and sum(line.punctuation for line in prose) <= _NOTICE


def texts(tree: Any) -> list[str]:
    """The texts of the lines of a tree that is already parsed."""
    return [line.text for line in TreeWalk(tree).lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Markup:
    """A page as the parser takes it, with what its tags show before it is parsed."""

    data: bytes
    tags: NDArray[np.intp]
    """Where each ``<`` stands."""

    def ends(self) -> bytes:
        """The page without the tags that end it."""
        codes = np.frombuffer(self.data + b"  ", np.uint8)
        closing = self.tags[codes[self.tags + 1] == ord("/")]
        last = closing[_ENDING[codes[closing + 2]]].tolist()
        at = next((place for place in last if _END_OF_PAGE.match(self.data, place)), None)
        return self.data if at is None else self.data[:at] + _END_OF_PAGE.sub(b"", self.data[at:])

    def long_tags(self) -> Iterator[int]:
        """Where a tag of more than ``_LONG`` bytes begins."""
        sizes = np.diff(self.tags, append=len(self.data))
        for at in self.tags[sizes > _LONG].tolist():
            if self.data[at + 1 : at + 2].isalpha() and b">" not in self.data[at : at + _LONG + 2]:
                yield at


def _fence(page: _Markup, limits: HtmlLimits) -> None:
    """Bound tags and attributes before the parser sees the page."""
    if len(page.tags) > limits.tags:
        raise UnusableInput("blocks", "page too large", f"{len(page.tags)} tags, at most {limits.tags}")
    if page.data.count(b"=") > limits.attributes:
        raise UnusableInput("blocks", "page too large", f"more than {limits.attributes} attributes")
    for start in page.long_tags():
        if page.data.rfind(b"<script", 0, start) > page.data.rfind(b"</script", 0, start):
            continue  # a comparison in a script, followed by data
        end = page.data.find(b">", start)
        tag = _QUOTED.sub(b"", page.data[start : end if end >= 0 else len(page.data)])
        if len(tag.split(None, limits.attributes_in_tag)) > limits.attributes_in_tag:
            raise UnusableInput(
                "blocks", "page too large", f"more than {limits.attributes_in_tag} attributes in one tag"
            )


def _parse(text: str, limits: HtmlLimits = HtmlLimits()) -> Any:
    if len(text) > limits.characters:
        raise UnusableInput("blocks", "page too large", f"{len(text)} characters, at most {limits.characters}")
    # Bytes, not str: a str with an encoding declaration is refused by lxml, and NUL ends a libxml2 document.
    data = text.encode("utf-8", "replace").replace(b"\0", b"")
    page = _Markup(data=data, tags=np.flatnonzero(np.frombuffer(data, np.uint8) == ord("<")))
    _fence(page, limits)
    # Plain elements: lxml.html would ask Python for the class of each one, a tenth of the whole walk.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = etree.fromstring(page.ends(), parser)
    except etree.LxmlError as error:
        raise UnusableInput("blocks", "empty", str(error)[:200]) from error
    if tree is None:
        raise UnusableInput("blocks", "empty", "no element")
    return tree
