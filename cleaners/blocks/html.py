"""HTML in, line records out: one bounded parse with lxml and one walk in document order."""

from __future__ import annotations

import re
from typing import Any

from lxml import html as lxml_html

from cleaners.blocks import Blocks
from cleaners.blocks.head import base_of, read_head
from cleaners.blocks.walk import Walk
from cleaners.errors import Unusable

# No news page met so far has a tenth of this; a page beyond it is a bomb, a dump or a data file.
MAX_CHARACTERS = 8_000_000
MAX_TAGS = 200_000
MAX_ATTRIBUTES = 300_000
MAX_TAG_CHARACTERS = 2_000_000
MAX_DEPTH = 400

_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000}")
_MARKUP_START = re.compile(
    r"[\s\ufeff]*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,5000}?-->\s*){0,5}"
    r"<(?:!doctype\s+html|(?:html|head|body|meta|title|script|style|link|div|table|article|section|p|h1|center)\b)",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING = re.compile(r"</(?:p|div|a|span|td|tr|table|li|ul|title|body|html|script|h[1-6])\s*>", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a decoded text is markup, judged by its content alone: how it starts, or how many tags it closes."""
    if _MARKUP_START.match(text[:20_000]):
        return True
    sample = text[:100_000]
    closed = len(_CLOSING.findall(sample))
    return closed >= 5 and closed * 600 > len(sample)


def read(text: str, url: str | None = None) -> Blocks:
    """Parse a page once and walk it once.

    Raises ``Unusable("blocks", "page too large" | "page too deep" | "empty")``.
    """
    _fence(text)
    tree = _parse(text)
    walk = Walk(tree, max_depth=MAX_DEPTH)
    if walk.hidden_weight > walk.weight:
        # The article itself waits for a script to show it.
        walk = Walk(tree, max_depth=MAX_DEPTH, with_hidden=True)
    head = read_head(tree, text, url)
    if not walk.lines and not head.title:
        raise Unusable("blocks", "empty", "no visible text")
    return Blocks(
        media="html",
        lines=tuple(walk.lines),
        head=head,
        tree=tree,
        nodes=tuple(walk.nodes),
        parents=tuple(walk.parents),
        images=tuple(walk.images),
        base=base_of(tree, url),
    )


def texts(tree: Any) -> list[str]:
    """The texts of the lines of a tree that is already parsed."""
    return [line.text for line in Walk(tree, max_depth=MAX_DEPTH).lines]


def _fence(text: str) -> None:
    """Bound size, tags and attributes before the parser sees the page."""
    if len(text) > MAX_CHARACTERS:
        raise Unusable("blocks", "page too large", f"{len(text)} characters, at most {MAX_CHARACTERS}")
    tags = text.count("<")
    if tags > MAX_TAGS:
        raise Unusable("blocks", "page too large", f"{tags} tags, at most {MAX_TAGS}")
    for match in _LONG_TAG.finditer(text):
        end = text.find(">", match.end())
        tag = text[match.start() : end if end >= 0 else len(text)]
        if len(tag.split(None, MAX_ATTRIBUTES // 100)) >= MAX_ATTRIBUTES // 100:
            raise Unusable("blocks", "page too large", "too many attributes in one tag")


def _parse(text: str) -> Any:
    # Bytes, not str: a str with an encoding declaration is refused by lxml, and NUL ends a libxml2 document.
    data = text.replace("\0", "").encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except Exception as error:  # lxml raises many kinds for pages without any element
        raise Unusable("blocks", "empty", str(error)[:200]) from error
    return tree
