"""The graph of reposts as GraphML (http://graphml.graphdrawing.org/specification.html), for Gephi, yEd, networkx.

A node is an article, an edge leads from a copy to an article that it matches and that stands before it by date. Nodes
and edges alternate, as the format allows, so memory does not grow with the texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from lxml import etree

from cleaners.atomic import whole_file
from cleaners.escaping import xml_text
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.records import in_script
from cleaners.export.reposts import RepostEdge, RepostEdges
from cleaners.items import Article, Clipping

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NODE = {"title": "string", "url": "string", "site": "string", "source": "string", "published": "string",
         "cluster": "string", "disguises": "string", "quality": "double"}  # fmt: skip
_EDGE = {"kind": "string", "similarity": "double", "containment": "double", "dated": "boolean"}


class GraphmlWriter(ExportWriter):
    """Articles to one graph; ``-`` is standard output."""

    def open(self, stack: ExitStack) -> None:
        """Begin the file, its keys and the graph in it."""
        out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))
        self._xml = stack.enter_context(etree.xmlfile(out, encoding="utf-8"))
        self._edges = RepostEdges()
        self._xml.write_declaration()
        stack.enter_context(self._xml.element(_tag("graphml"), nsmap={None: _NAMESPACE}))
        for owner, columns in (("node", _NODE), ("edge", _EDGE)):
            for name, kind in columns.items():
                named = {"id": _key(owner, name), "for": owner, "attr.name": name, "attr.type": kind}
                with self._xml.element(_tag("key"), named):
                    pass
        stack.enter_context(self._xml.element(_tag("graph"), {"id": "reposts", "edgedefault": "directed"}))

    def put(self, batch: ExportBatch) -> None:
        """Write some articles, and how they hang together with those before them."""
        for clipping in batch.clippings():
            shown = in_script(clipping, self.task.script)
            with self._xml.element(_tag("node"), {"id": shown.article.id}):
                self._write("node", _values(shown))
            for edge in self._edges.of(shown):
                with self._xml.element(_tag("edge"), {"source": shown.article.id, "target": edge.earlier}):
                    self._write("edge", _relation(edge))

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Nothing: a graph cannot say it."""

    def _write(self, owner: str, values: Mapping[str, str | None]) -> None:
        for name, value in values.items():
            if value:
                with self._xml.element(_tag("data"), {"key": _key(owner, name)}):
                    self._xml.write(xml_text(value))


def _values(clipping: Clipping) -> dict[str, str | None]:
    article: Article = clipping.article
    return {
        "title": article.title, "url": article.url, "site": article.site, "source": article.source,
        "published": article.published.isoformat() if article.published else None,
        "cluster": clipping.cluster.id if clipping.cluster else article.id,
        "disguises": " ".join(article.disguises), "quality": f"{article.quality:.4f}",
    }  # fmt: skip


def _relation(edge: RepostEdge) -> dict[str, str | None]:
    match = edge.match
    return {"kind": match.kind, "similarity": f"{match.similarity:.4f}", "containment": f"{match.containment:.4f}",
            "dated": str(edge.is_dated).lower()}  # fmt: skip


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _key(owner: str, name: str) -> str:
    return f"{owner}_{name}"


FORMAT = ExportFormat(
    name="graphml",
    meaning="the graph of reposts for Gephi, yEd, networkx: every copy a node; `.gz`, `.zst`",
    writer=GraphmlWriter,
    suffixes=(".graphml",),
    has_removals=False,
    every_copy=True,
)
"""The format, for :mod:`cleaners.export.formats`."""
