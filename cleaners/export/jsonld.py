"""JSON-LD (https://www.w3.org/TR/json-ld11/): each article as a NewsArticle of schema.org, one document.

``isBasedOn`` leads to the article that a copy has most in common with among those published before it; where the
export has none of them, to the address where the story of its cluster seems to come from.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from cleaners.export.formats import ExportFormat
from cleaners.export.line_writer import LineWriter
from cleaners.export.reposts import RepostEdges
from cleaners.items import Clipping

_SCHEMA = "https://schema.org"


class JsonldWriter(LineWriter):
    """Articles as the ``@graph`` of one document."""

    opening = f'{{"@context": "{_SCHEMA}", "@graph": [\n'
    between, closing = ",\n", "\n]}\n"

    def open(self, stack: ExitStack) -> None:
        """Begin the document."""
        super().open(stack)
        self._edges = RepostEdges()

    def text(self, clipping: Clipping) -> str:
        """One article; what is unknown is left out."""
        article = clipping.article
        item: dict[str, Any] = {
            "@type": "NewsArticle",
            "@id": _name(article.id),
            "identifier": article.id,
            "url": article.url,
            "headline": article.title,
            "datePublished": article.published and article.published.isoformat(),
            "author": [{"@type": "Person", "name": name} for name in article.authors],
            "editor": [{"@type": "Person", "name": name} for name in article.editors],
            "publisher": article.source and {"@type": "Organization", "name": article.source},
            "articleSection": article.section,
            "inLanguage": article.language,
            "contentLocation": [{"@type": "Place", "name": region.name} for region in article.regions],
            "articleBody": article.text,
            "isBasedOn": self._basis(clipping),
        }
        return json.dumps({name: value for name, value in item.items() if value}, ensure_ascii=False)

    def _basis(self, clipping: Clipping) -> dict[str, str] | None:
        before = [edge for edge in self._edges.of(clipping) if edge.is_dated]
        if before:
            nearest = max(before, key=lambda edge: (edge.match.containment, edge.match.similarity, edge.earlier))
            link = {"url": nearest.earlier_url} if nearest.earlier_url else {}
            return {"@type": "NewsArticle", "@id": _name(nearest.earlier), **link}
        first = clipping.cluster.earliest_url if clipping.cluster else None
        return {"@type": "NewsArticle", "url": first} if first and first != clipping.article.url else None


def _name(article: str) -> str:
    return f"urn:jianbao:{article}"


FORMAT = ExportFormat(
    name="jsonld",
    meaning="NewsArticle of schema.org as JSON-LD, `isBasedOn` leads from a copy to what it copies; `.gz`, `.zst`",
    writer=JsonldWriter,
    suffixes=(".jsonld",),
    has_removals=False,
)
"""The format, for :mod:`cleaners.export.formats`."""
