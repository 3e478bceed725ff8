"""The clusters of a store as a list to page through: by arrival or by date, filtered, from any place on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cleaners.disguises import Disguise
from cleaners.store.codec import load, parsed
from cleaners.store.database import Database
from cleaners.store.query import CompiledQuery
from cleaners.store.search import ArticleSearch
from cleaners.store.selection import Selection, conditions

ListOrder = Literal["arrival", "date"]
"""Newest first: by when an article came into the store, or by when it was published (undated ones last)."""

_LEAD = 160  # characters of a text that a list shows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlace:
    """A place in a list of clusters: the one after which the next page begins."""

    doc: int
    """The text by which a cluster stands where it stands: its newest one of those that are selected."""
    published_at: int | None = None
    """Its date in seconds since 1970 (UTC); None where it has none, and in a list by arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCluster:
    """One cluster in a list, as the copy of it that is shown."""

    place: ListPlace
    id: str
    """The cluster's id; an article without copies is its own."""
    size: int
    """How many copies there are."""
    article_id: str
    """The copy that is shown: the best one where it is selected, else the newest one that is."""
    title: str | None
    url: str | None
    site: str | None
    source: str | None
    published: datetime | None
    disguises: tuple[Disguise, ...]
    """Those of the copy that is shown."""
    confidence: float | None
    region: str | None
    """The region that it speaks of most."""
    lead: str
    """How its text begins, one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterListPage:
    """A page of a list."""

    clusters: tuple[ListedCluster, ...]
    following: ListPlace | None
    """Where the next page goes on; None at the end."""


class ClusterList:
    """The clusters of a store, newest first."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._search = ArticleSearch(database)

    def page(
        self, order: ListOrder = "arrival", *, selection: Selection | None = None, query: str | None = None,
        newer_than: int = 0, after: ListPlace | None = None, limit: int = 30,
    ) -> ClusterListPage:  # fmt: skip
        """At most ``limit`` clusters with a copy that is selected, found by ``query`` and newer than a doc.

        A cluster stands once in the list, at the newest of these copies. Read from ``after`` on: no page costs more
        than the first. Raises UsageError for a query that asks for nothing.
        """
        where, values = conditions(selection or Selection())
        if newer_than:
            where += " AND doc > ?"
            values.append(newer_than)
        with self._db.snapshot():
            question = self._search.compiled(query) if query is not None else None
            walk = _ListWalk(db=self._db, order=order, where=where, values=values, question=question)
            places: list[tuple[ListPlace, int | None]] = []
            for place, cluster in walk.clusters(after):
                places.append((place, cluster))
                if len(places) > limit:
                    break
            shown = tuple(self._shown(place, cluster, walk) for place, cluster in places[:limit])
            return ClusterListPage(
                clusters=shown, following=places[limit - 1][0] if len(places) > limit else None
            )  # fmt: skip

    def listed(self, docs: Sequence[int]) -> list[ListedCluster]:
        """The clusters of some texts, each shown as that text, in their order."""
        return [self._listed(doc, ListPlace(doc=doc)) for doc in docs]

    def newest(self) -> int:
        """The doc of the text that came last; 0 in an empty store."""
        row = self._db.one("SELECT max(doc) FROM articles")
        return int(row[0] or 0) if row else 0

    def _shown(self, place: ListPlace, cluster: int | None, walk: _ListWalk) -> ListedCluster:
        best = self._db.one("SELECT canonical FROM clusters WHERE cluster = ?", (cluster,)) if cluster else None
        doc = best[0] if best and walk.has(best[0]) else place.doc
        return self._listed(doc, place)

    def _listed(self, doc: int, place: ListPlace) -> ListedCluster:
        row = self._db.one(
            "SELECT coalesce(c.id, a.id), coalesce(c.size, 1), a.id, title, url, site, source, published, disguises, "
            "a.confidence, regions, substr(text, 1, ?) FROM articles a JOIN texts USING (doc) "
            "LEFT JOIN clusters c ON c.cluster = a.cluster WHERE a.doc = ?", (_LEAD, doc),
        )  # fmt: skip
        assert row, "a text of this snapshot"
        id_, size, article, title, url, site, source, published, disguises, sure, regions, lead = row
        first = next(iter(load(regions)), None)
        return ListedCluster(
            place=place, id=id_, size=size, article_id=article, title=title, url=url, site=site, source=source,
            published=parsed(published), disguises=tuple(load(disguises)), confidence=sure,
            region=first[0] if first else None, lead=" ".join(lead.split()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListWalk:
    """The selected texts in order, the newest first."""

    db: Database
    order: ListOrder
    where: str
    """Conditions as `` AND ...``, with their values."""
    values: list[Any]
    question: CompiledQuery | None
    """What finds them, besides; None for a list without a search."""

    def clusters(self, after: ListPlace | None) -> Iterator[tuple[ListPlace, int | None]]:
        """(place, cluster) of each cluster at its newest text; None for an article without copies."""
        met: set[int] = set()
        for doc, cluster, published_at in self._texts(after):
            place = ListPlace(doc=doc, published_at=published_at)
            if cluster is None:
                yield place, None
            elif cluster not in met:
                met.add(cluster)
                if after is None or not self._stood_before(place, cluster):
                    yield place, cluster

    def has(self, doc: int) -> bool:
        """Whether a text is selected."""
        sql = f"SELECT doc FROM articles WHERE doc = ? AND current{self.where}"
        return bool(self._found([row[0] for row in self.db.rows(sql, (doc, *self.values))]))

    def _found(self, docs: Sequence[int]) -> Collection[int]:
        """Those of a few texts that the query finds: asked for these alone, however many it finds in all."""
        return self.question.among(self.db, docs) if self.question and docs else docs

    def _texts(self, after: ListPlace | None) -> Iterator[tuple[int, int | None, int | None]]:
        if self.order == "arrival":
            yield from self._read("NULL", "doc < ?", (after.doc,) if after else (2**62,), "doc DESC")
            return
        if after is None or after.published_at is not None:
            when, values = "published_at IS NOT NULL", tuple[int, ...]()
            if after is not None and after.published_at is not None:
                when = "published_at <= ? AND (published_at < ? OR doc < ?)"
                values = (after.published_at, after.published_at, after.doc)
            yield from self._read("published_at", when, values, "published_at DESC, doc DESC")
            after = None
        yield from self._read(
            "NULL", "published_at IS NULL AND doc < ?", (after.doc,) if after else (2**62,), "doc DESC"
        )

    def _read(
        self, date: str, when: str, values: tuple[int, ...], order: str
    ) -> Iterator[tuple[int, int | None, int | None]]:
        found, asked = "", list[Any]()
        if self.question:
            sql, asked = self.question.statement()
            found = f" AND doc IN (SELECT doc FROM ({sql}))"
        rows: Iterator[Any] = self.db.stream(
            f"SELECT doc, cluster, {date} FROM articles WHERE current AND {when}{self.where}{found} ORDER BY {order}",
            (*values, *self.values, *asked),
        )
        yield from rows

    def _stood_before(self, place: ListPlace, cluster: int) -> bool:
        """Whether a cluster has a newer selected text: then an earlier page showed it."""
        if self.order == "arrival":
            newer, values = "doc > ?", tuple[int, ...]((place.doc,))
        elif place.published_at is None:
            newer, values = "(published_at IS NOT NULL OR doc > ?)", (place.doc,)
        else:
            newer = "(published_at > ? OR (published_at = ? AND doc > ?))"
            values = (place.published_at, place.published_at, place.doc)
        sql = (
            "SELECT doc FROM articles INDEXED BY articles_by_cluster "
            f"WHERE cluster = ? AND current AND {newer}{self.where}"
        )
        return bool(self._found([row[0] for row in self.db.rows(sql, (cluster, *values, *self.values))]))
