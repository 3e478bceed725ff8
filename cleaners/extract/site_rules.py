"""A site's own selectors, where the general method is overruled by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.cssselect import CSSSelector

from cleaners.extract.container import span
from cleaners.metadata import SelectedTexts
from cleaners.page.lines import PageLines

if TYPE_CHECKING:
    from cleaners.config import SiteExtractRule

_XPATH = "xpath:"
_MOST = 50  # matches of a selector that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorMatch:
    """What one selector of a site's rule finds on a page."""

    field: str
    selector: str
    texts: tuple[str, ...]
    """What each thing that it matches says; empty where it matches nothing."""


def selected(blocks: PageLines, rule: SiteExtractRule) -> SelectedTexts:
    """What the selectors for single fields name; a selector that matches nothing leaves its field to the page."""
    if blocks.tree is None:
        return SelectedTexts()
    title, published, source = (
        next(iter(_texts(blocks, selector)), None) if selector else None
        for selector in (rule.title, rule.published, rule.source)
    )
    authors = tuple(_texts(blocks, rule.authors)) if rule.authors else ()
    return SelectedTexts(title=title, published=published, source=source, authors=authors)


def matches(blocks: PageLines, rule: SiteExtractRule) -> tuple[SelectorMatch, ...]:
    """What each selector of a rule finds."""
    named = [(name, getattr(rule, name)) for name in ("body", "title", "published", "source", "authors")]
    named += [("drop", selector) for selector in rule.drop]
    return tuple(
        SelectorMatch(field=name, selector=selector, texts=tuple(_texts(blocks, selector)))
        for name, selector in named
        if selector is not None
    )


def _found(tree: Any, selector: str) -> list[Any]:
    """The elements, or by XPath also the texts, that a selector matches."""
    if tree is None:
        return []
    if not selector.startswith(_XPATH):
        return list(CSSSelector(selector)(tree))[:_MOST]
    try:
        found = etree.XPath(selector.removeprefix(_XPATH))(tree)
    except etree.XPathError:  # what only this page makes of it
        return []
    return found[:_MOST] if isinstance(found, list) else [str(found)]


def _texts(blocks: PageLines, selector: str) -> list[str]:
    said = (_text(one) for one in _found(blocks.tree, selector))
    return [text for text in said if text]


def _text(one: Any) -> str:
    """What an element says: its text, else what it holds for machines (``<meta content>``, ``<time datetime>``)."""
    if isinstance(one, str):
        return " ".join(one.split())
    if one.tag == "time" and one.get("datetime"):
        return str(one.get("datetime")).strip()
    text = " ".join("".join(one.itertext()).split())
    return text or (one.get("content") or one.get("datetime") or one.get("value") or "").strip()


def body(blocks: PageLines, rule: SiteExtractRule) -> int | None:
    """The block (index into ``PageLines.nodes``) that the rule names as the body, None where it has no text."""
    if rule.body is None:
        return None
    for element in _found(blocks.tree, rule.body):
        node = _node(blocks, element)
        if node is not None and span(blocks, node)[1] >= 0:
            return node
    return None


def dropped(blocks: PageLines, rule: SiteExtractRule) -> frozenset[int]:
    """Indexes of the lines in elements that the rule drops."""
    lines: set[int] = set()
    for selector in rule.drop:
        for element in _found(blocks.tree, selector):
            node = _node(blocks, element)
            if node is not None:
                first, last = span(blocks, node)
                lines.update(range(first, last + 1))
    return frozenset(lines)


def _node(blocks: PageLines, element: Any) -> int | None:
    return next((i for i, node in enumerate(blocks.nodes) if node is element), None)
