"""Some articles on their way out, read in the shape that their writer needs: one by one, or as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cleaners.items import Clipping, Cluster, Extractor, Match
from cleaners.store.codec import ARTICLE_COLUMNS, load_evidence, parsed, row_article
from cleaners.store.database import Database, Row
from cleaners.store.export_columns import Columns, columns

Change = Literal["added", "changed"]
Span = tuple[int, int]
"""The first and the last position of some articles in the order of an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some articles of an export, in its order; to be read inside ``Exports.outgoing``."""

    database: Database = field(repr=False)
    """Where they are."""
    span: Span
    """Which of those chosen; an increment leaves some of them out."""
    size: int
    """How many they are."""
    extractors: Mapping[int, Extractor]
    """What produced the articles, by the numbers of the store."""
    changes: Sequence[Change] = ()
    """For each article what it is to the series; empty when the export is no increment."""

    def clippings(self) -> list[Clipping]:
        """The articles as clippings."""
        matches = matches_of(self.database, self.span)
        return [
            _clipping(row, matches.get(row[0], ()), self.extractors) for row in self.database.rows(_ROWS, self.span)
        ]

    def columns(self) -> Columns:
        """The articles as columns: no value becomes an object of its own."""
        return columns(self.database, self.span, matches_of(self.database, self.span))


def matches_of(database: Database, span: Span) -> dict[int, list[Row]]:
    """doc -> (other id, kind, similarity, containment, evidence, turned) of its matches, best first."""
    found: dict[int, list[Row]] = {}
    for doc, *match in database.rows(_MATCHES, (*span, *span)):
        found.setdefault(doc, []).append(tuple(match))
    return found


_MATCHES = " UNION ALL ".join(
    f"SELECT t.doc, o.id, kind, similarity, containment_{this}, evidence, {turned} FROM temp.chosen t "
    f"JOIN matches ON doc_{this} = t.doc JOIN articles o ON o.doc = doc_{that} "
    "WHERE t.position BETWEEN ? AND ? AND o.current"
    for this, that, turned in (("a", "b", 0), ("b", "a", 1))
) + " ORDER BY 4 DESC, 2"  # fmt: skip
_ROWS = (
    f"SELECT doc, CAST(text AS BLOB), markdown, {', '.join(f'a.{name}' for name in ARTICLE_COLUMNS)}, a.revision, "
    "a.extractor, c.id, c.size, a.doc = c.canonical, c.earliest_url, c.earliest_published FROM temp.leaving t "
    "JOIN articles a USING (doc) JOIN texts USING (doc) LEFT JOIN clusters c USING (cluster) "
    "WHERE t.position BETWEEN ? AND ? ORDER BY t.position"
)


def _clipping(row: Row, matches: Sequence[Row], extractors: Mapping[int, Extractor]) -> Clipping:
    _, text, markdown, *fields, revision, extractor, cluster, size, canonical, first_url, first = row
    article = row_article(fields, text.decode(), markdown, extractors[extractor])
    if cluster is None:
        family = Cluster(
            id=article.id, size=1, is_canonical=True, earliest_url=article.url, earliest_published=article.published
        )
    else:
        family = Cluster(
            id=cluster, size=size, is_canonical=bool(canonical), earliest_url=first_url,
            earliest_published=parsed(first),
        )  # fmt: skip
    return Clipping(article=article, revision=revision, cluster=family, matches=tuple(map(_match, matches)))


def _match(row: Row) -> Match:
    other, kind, similarity, share, evidence, turned = row
    return Match(
        kind=kind, other=other, similarity=similarity, containment=share,
        evidence=load_evidence(evidence, turned=bool(turned)),
    )  # fmt: skip
