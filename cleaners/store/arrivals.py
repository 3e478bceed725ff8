"""What has just arrived: which of some new texts a query or a filter is about, and how their stories stand.

A watch asks this of a few hundred texts at a time, so the indexes are asked about the range of their numbers only: the
rest of the store is not read, however large it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleaners.store.codec import GIVEN, listed, load, parsed
from cleaners.store.database import Database
from cleaners.store.key_value import StoreSettings
from cleaners.store.query import CompiledQuery, parse
from cleaners.store.selection import Selection, selected_between

_COPIES = 200  # of one story that are told one by one
_EXCERPT = 240  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCopy:
    """One copy of a story."""

    id: str
    url: str | None
    """The fetched address."""
    site: str | None
    source: str | None
    """The declared 来源."""
    published: datetime | None
    fetched_at: datetime | None
    disguises: tuple[str, ...] = ()
    publisher: str | None = None
    """The site's own name, where a seed file has said it."""

    @property
    def name(self) -> str:
        """Whose it is: the declared source, else the site by its own name, or by its id."""
        return self.source or self.site_name or self.url or self.id

    @property
    def site_name(self) -> str | None:
        """The site it stands on, by its own name, or by its id."""
        return self.publisher or self.site


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRecord:
    """A story as it stands: its best copy, and who has it."""

    best: StoryCopy
    title: str | None
    """The headline of the best copy."""
    excerpt: str
    """The beginning of its text, one line; empty where its publisher does not want it to be mined."""
    regions: tuple[str, ...]
    """What it speaks of, most often first."""
    size: int
    """How many copies there are."""
    copies: tuple[StoryCopy, ...]
    """In order of arrival, at most 200."""
    first: StoryCopy
    """The copy that seems to be the source of the others."""


_COPY = "a.id, a.url, a.site, a.source, a.published, a.fetched_at, a.disguises"


class ArrivalTable:
    """New texts of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def docs_of(self, ids: Iterable[str]) -> dict[str, int]:
        """id -> the current text of the article; those that are gone are left out."""
        query = f"SELECT id, doc FROM articles WHERE current AND id IN {GIVEN}"
        return dict(self._db.rows(query, (listed(list(ids)),)))

    def members(self, docs: Collection[int]) -> dict[int, tuple[str, ...]]:
        """doc -> ids of all articles of its cluster; of an article without copies its own."""
        rows = self._db.rows(f"SELECT doc, id, cluster FROM articles WHERE doc IN {GIVEN}", (listed(list(docs)),))
        clusters = {cluster for *_, cluster in rows if cluster is not None}
        inside: dict[int, list[str]] = {}
        query = f"SELECT cluster, id FROM articles WHERE current AND cluster IN {GIVEN}"
        for cluster, id_ in self._db.rows(query, (listed(sorted(clusters)),)):
            inside.setdefault(cluster, []).append(id_)
        return {doc: (id_,) if cluster is None else tuple(inside[cluster]) for doc, id_, cluster in rows}

    def found(self, query: str, docs: Collection[int]) -> set[int]:
        """Those of the docs that a query finds; raises ``UsageError`` for one that asks for nothing."""
        if not docs:
            return set()
        sql, values = CompiledQuery.of(parse(query).wanted, None, self._db).between(min(docs), max(docs))
        return {row[0] for row in self._db.rows(f"{sql} ORDER BY doc", values)} & set(docs)

    def selected(self, selection: Selection, docs: Collection[int]) -> set[int]:
        """Those of the docs for which a selection's conditions hold."""
        if not docs:
            return set()
        sql, values = selected_between(selection, min(docs), max(docs))
        return {row[0] for row in self._db.rows(sql, values)} & set(docs)

    def story(self, ids: Sequence[str]) -> StoryRecord | None:
        """The story of the first of these articles that is there, as it stands today; None where all are gone."""
        doc = next((docs[id_] for docs in [self.docs_of(ids)] for id_ in ids if id_ in docs), None)
        if doc is None:
            return None
        row = self._db.one(
            "SELECT coalesce(c.canonical, a.doc), coalesce(c.earliest, c.canonical, a.doc), coalesce(c.size, 1), "
            "c.cluster FROM articles a LEFT JOIN clusters c USING (cluster) WHERE a.doc = ?", (doc,),
        )  # fmt: skip
        assert row
        canonical, earliest, size, cluster = row
        said = self._db.one(
            "SELECT title, regions, substr(text, 1, ?), opt_out FROM articles JOIN texts USING (doc) WHERE doc = ?",
            (_EXCERPT, canonical),
        )
        publishers = StoreSettings(self._db).publishers()
        of_cluster = "a.cluster = ? AND a.current ORDER BY coalesce(a.first_doc, a.doc)"
        copies = self._copies(of_cluster, cluster or -1, publishers)
        [best], [first] = (self._copies("a.doc = ?", one, publishers) for one in (canonical, earliest))
        assert said
        title, regions, text, opt_out = said
        return StoryRecord(
            best=best, title=title, excerpt="" if opt_out else " ".join(text.split()), size=size, first=first,
            copies=copies or (best,), regions=tuple(one[0] for one in load(regions)),
        )  # fmt: skip

    def _copies(self, where: str, value: int, publishers: Mapping[str, str]) -> tuple[StoryCopy, ...]:
        rows = self._db.rows(f"SELECT {_COPY} FROM articles a WHERE {where} LIMIT {_COPIES}", (value,))
        return tuple(
            StoryCopy(id=id_, url=url, site=site, source=source, published=parsed(published),
                      fetched_at=parsed(fetched), disguises=tuple(load(disguises)), publisher=publishers.get(site))
            for id_, url, site, source, published, fetched, disguises in rows
        )  # fmt: skip
