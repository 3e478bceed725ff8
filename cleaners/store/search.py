"""Full-text search: ranked, filtered, with passages to read; simplified and traditional found alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleaners.store.database import Database
from cleaners.store.passages import Passage, passages
from cleaners.store.query import Query, parse
from cleaners.store.rows import parsed, seconds

_TITLE_WEIGHT = 4.0  # a word in the headline says what an article is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles: every condition that is not None must hold."""

    site: str | None = None
    """Site id or registered domain."""
    region: str | None = None
    """A region by name or path (``阿克苏``, ``新疆/阿克苏``); regions inside it count."""
    source: str | None = None
    """The declared 来源, exactly."""
    since: datetime | None = None
    """Published at this moment or later, with a timezone; articles without a date are left out."""
    until: datetime | None = None
    """Published before this moment; articles without a date are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found."""

    doc: int
    """Its text's number."""
    id: str
    """Its id."""
    title: str | None
    """Its headline."""
    url: str | None
    """Its address."""
    site: str | None
    """Its site."""
    source: str | None
    """Its declared source."""
    published: datetime | None
    """Its date."""
    cluster_size: int
    """How many copies there are, itself included."""
    score: float
    """BM25 with the headline weighing four times; larger is better."""
    passages: tuple[Passage, ...]
    """Where in the text the words stand; empty when only the headline has them."""


class Search:
    """The search index of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(
        self, query: str, *, selection: Selection | None = None, limit: int = 20, with_duplicates: bool = False
    ) -> list[Hit]:
        """The best ``limit`` articles for a query (see ``query.py`` for the language), best first.

        Of the copies of one article the best-ranked one is given, all of them ``with_duplicates``.
        Raises UsageError for a query that asks for nothing.
        """
        asked = parse(query)
        hits: list[Hit] = []
        families: set[int] = set()
        with self._db.snapshot():
            for row in self._ranked(asked, selection or Selection(), limit, with_duplicates):
                cluster = row[7]
                if not with_duplicates and cluster in families:
                    continue
                families.update(() if cluster is None else (cluster,))
                hits.append(self._hit(row, asked))
                if len(hits) == limit:
                    break
        return hits

    def count(self, query: str, *, selection: Selection | None = None) -> int:
        """How many articles a query finds, copies included."""
        where, values = conditions(selection or Selection())
        row = self._db.one(
            f"SELECT count(*) FROM search JOIN articles a ON a.doc = search.rowid WHERE search MATCH ?{where}",
            (parse(query).expression, *values),
        )
        return int(row[0]) if row else 0

    def docs(self, query: str) -> list[int]:
        """Every doc a query finds, in order."""
        return [r[0] for r in self._db.rows(
            "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (parse(query).expression,)
        )]  # fmt: skip

    def _ranked(
        self, asked: Query, selection: Selection, limit: int, with_duplicates: bool
    ) -> Iterator[tuple[Any, ...]]:
        """Rows by rank; in growing portions, as copies may fill the first."""
        where, values = conditions(selection)
        offset, portion = 0, limit if with_duplicates else 2 * limit
        while True:
            rows = self._db.rows(
                "SELECT a.doc, a.id, a.title, a.url, a.site, a.source, a.published, a.cluster, "
                f"bm25(search, {_TITLE_WEIGHT}, 1.0) AS score FROM search JOIN articles a ON a.doc = search.rowid "
                f"WHERE search MATCH ?{where} ORDER BY score, a.doc LIMIT ? OFFSET ?",
                (asked.expression, *values, portion, offset),
            )
            yield from rows
            if len(rows) < portion:
                return
            offset, portion = offset + portion, portion * 4

    def _hit(self, row: Sequence[Any], asked: Query) -> Hit:
        doc, id_, title, url, site, source, published, cluster, score = row
        text = self._db.one("SELECT text FROM texts WHERE doc = ?", (doc,))
        size = self._db.one("SELECT size FROM clusters WHERE cluster = ?", (cluster,))
        return Hit(
            doc=doc, id=id_, title=title, url=url, site=site, source=source, published=parsed(published),
            cluster_size=size[0] if size else 1, score=-score,
            passages=passages(text[0] if text else "", asked.finders),
        )  # fmt: skip


def conditions(selection: Selection) -> tuple[str, list[Any]]:
    """The selection as `` AND ...`` over ``articles a``, with its values."""
    parts: list[str] = []
    values: list[Any] = []
    simple = (
        ("a.site = ?", selection.site),
        ("a.source = ?", selection.source),
        ("a.published_at >= ?", seconds(selection.since)),
        ("a.published_at < ?", seconds(selection.until)),
    )
    for sql, value in simple:
        if value is not None:
            parts.append(sql)
            values.append(value)
    if selection.region is not None:
        parts.append(
            "a.doc IN (SELECT doc FROM article_places JOIN places USING (place) "
            "WHERE instr('/' || name || '/', '/' || ? || '/'))"
        )
        values.append(selection.region.strip("/"))
    return "".join(f" AND {part}" for part in parts), values
