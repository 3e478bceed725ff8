"""A site's own selectors, where the general method is overruled by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml.cssselect import CSSSelector

from cleaners.extract.container import span
from cleaners.page.lines import PageLines

if TYPE_CHECKING:
    from cleaners.config import SiteExtractRule


def body(blocks: PageLines, rule: SiteExtractRule) -> int | None:
    """The block (index into ``PageLines.nodes``) that the rule names as the body, None where it has no text."""
    if rule.body is None:
        return None
    for element in CSSSelector(rule.body)(blocks.tree):
        node = _node(blocks, element)
        if node is not None and span(blocks, node)[1] >= 0:
            return node
    return None


def dropped(blocks: PageLines, rule: SiteExtractRule) -> frozenset[int]:
    """Indexes of the lines in elements that the rule drops."""
    lines: set[int] = set()
    for selector in rule.drop:
        for element in CSSSelector(selector)(blocks.tree):
            node = _node(blocks, element)
            if node is not None:
                first, last = span(blocks, node)
                lines.update(range(first, last + 1))
    return frozenset(lines)


def _node(blocks: PageLines, element: Any) -> int | None:
    return next((i for i, node in enumerate(blocks.nodes) if node is element), None)
