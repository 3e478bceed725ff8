"""The store in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cleaners.quality import DOUBTFUL
from cleaners.store.codec import GIVEN, listed, load
from cleaners.store.database import Database
from cleaners.store.key_value import MATCHED_BY
from cleaners.store.selection import Selection, conditions
from cleaners.urls import clipping_id

# What articles can be filtered by: the values that some article has.

_VALUES = {
    "site": "SELECT site FROM articles WHERE current AND site IS NOT NULL GROUP BY site ORDER BY count(*) DESC, site",
    "source": "SELECT source FROM articles WHERE current AND source IS NOT NULL GROUP BY source "
    "ORDER BY count(*) DESC, source",
    "region": "SELECT name FROM article_places JOIN places USING (place) GROUP BY place ORDER BY count(*) DESC, name",
    "tag": "SELECT tag FROM tags GROUP BY tag ORDER BY count(*) DESC, tag",
}


class ColumnValues:
    """The values of filters."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def missing(self, selection: Selection) -> dict[str, str]:
        """Those of its filters ``site``, ``source``, ``region`` and ``tag`` that let nothing through by themselves:
        their names and the values that were asked for."""
        nothing = Selection()
        single = {
            "site": replace(nothing, site=selection.site),
            "source": replace(nothing, source=selection.source),
            "region": replace(nothing, region=selection.region),
            "tag": replace(nothing, tag=selection.tag),
        }
        return {name: getattr(one, name) for name, one in single.items() if one != nothing and not self._any(one)}

    def of(self, name: str) -> list[str]:
        """Every value of ``site``, ``source``, ``region`` or ``tag`` that some article has, the most frequent first."""
        return [row[0] for row in self._db.rows(_VALUES[name])]

    def sites(self, limit: int) -> list[str]:
        """At most ``limit`` sites, by name: a step in the index for each, whatever the number of articles."""
        rows = self._db.rows(
            "WITH RECURSIVE known (site) AS (SELECT min(site) FROM articles UNION ALL "
            "SELECT (SELECT min(site) FROM articles WHERE site > known.site) FROM known WHERE site IS NOT NULL) "
            "SELECT site FROM known WHERE site IS NOT NULL LIMIT ?", (limit,),
        )  # fmt: skip
        return [row[0] for row in rows]

    def _any(self, selection: Selection) -> bool:
        where, values = conditions(selection)
        return self._db.one(f"SELECT 1 FROM articles WHERE current{where} LIMIT 1", values) is not None


# What takes how much room in the file of a store.

# Prefixes of the names of tables and indexes, the longest first; the rest of them is small.
_PARTS = (
    ("search_", "search index: words and phrases"),
    ("characters_", "search index: single characters"),
    ("texts", "texts and Markdown"),
    ("article_places", "regions of articles"),
    ("sqlite_autoindex_articles", "articles: indexes"),
    ("articles_", "articles: indexes"),
    ("articles", "articles: metadata"),
    ("matches", "matches"),
    ("clusters", "clusters"),
    ("ledger", "ledger of crawls"),
    ("announcements", "what feeds say of pages"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSize:
    """Bytes."""

    text: int
    """Titles and texts, revisions included, as UTF-8."""
    file: int
    """The file of the store, free pages included, without its write-ahead log."""
    parts: Mapping[str, int]
    """Part of the file -> bytes, largest first; empty where SQLite was built without ``dbstat``."""


def storage_size(database: Database) -> StorageSize:
    """Measure a store. It reads every page: seconds for a large one."""
    with database.snapshot():
        text = database.one("SELECT sum(length(CAST(text AS BLOB))) FROM texts")
        title = database.one("SELECT sum(length(CAST(title AS BLOB))) FROM articles")
        pages, size = (database.one(f"PRAGMA {name}") for name in ("page_count", "page_size"))
        assert text
        assert title
        assert pages
        assert size
        return StorageSize(
            text=(text[0] or 0) + (title[0] or 0), file=pages[0] * size[0], parts=_parts(database, pages[0] * size[0])
        )


def _parts(database: Database, whole: int) -> dict[str, int]:
    if database.one("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_DBSTAT_VTAB'") is None:
        return {}
    found: dict[str, int] = {}
    for name, size in database.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
        part = next((part for prefix, part in _PARTS if name.startswith(prefix)), "the rest")
        found[part] = found.get(part, 0) + size
    found["free pages"] = whole - sum(found.values())
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


# Where the pages are that a store was made from: what cleaning again starts from.

_STAGES = ("decode", "blocks", "metadata", "extract", "denoise", "restore")


class OriginTable:
    """The origins of a store's articles and Drops."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, site: str | None = None) -> dict[str, int]:
        """Origin -> doc of the current text that was cleaned from it; of one ``site``, where it is given."""
        query = "SELECT origin, doc FROM articles WHERE current AND (:site IS NULL OR site = :site) ORDER BY doc"
        return dict(self._db.rows(query, {"site": site}))

    def further(self, docs: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Doc -> the origins of the pages after the first, of those of the texts that were joined from several."""
        query = f"SELECT doc, part_origins FROM articles WHERE part_origins IS NOT NULL AND doc IN {GIVEN}"
        return {doc: tuple(load(origins)) for doc, origins in self._db.rows(query, (listed(docs),))}

    def given_sites(self) -> dict[str, str]:
        """Origin -> site of the articles whose site no address tells: it was given when they were cleaned."""
        return dict(
            self._db.rows("SELECT origin, site FROM articles WHERE current AND url IS NULL AND site IS NOT NULL")
        )

    def drops(self) -> list[str]:
        """Origins of the pages that cleaning found to be no articles (not: those that were not read or not wanted)."""
        marks = ",".join("?" * len(_STAGES))
        rows = self._db.rows(f"SELECT DISTINCT origin FROM drops WHERE stage IN ({marks}) ORDER BY origin", _STAGES)
        return [r[0] for r in rows]

    def of(self, url: str) -> str | None:
        """The origin of the page at an address: of its current article, else of a Drop that cleaning made of it."""
        row = self._db.one("SELECT origin FROM articles WHERE id = ? AND current", (clipping_id(url, b""),))
        if row is None:
            marks = ",".join("?" * len(_STAGES))
            query = f"SELECT origin FROM drops WHERE url = ? AND stage IN ({marks}) ORDER BY origin DESC LIMIT 1"
            row = self._db.one(query, (url, *_STAGES))
        return row[0] if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatistics:
    """What a store holds; every mapping is ordered by count, largest first."""

    articles: int
    """Current articles."""
    clusters: int
    """Clusters, singletons included."""
    duplicates: int
    """Articles that are not the best copy of their cluster."""
    revisions: int
    """Superseded texts kept."""
    doubtful: int
    """Articles whose confidence is under :data:`cleaners.quality.DOUBTFUL`."""
    drops: Mapping[str, int]
    """``stage: reason`` -> pages."""
    sites: Mapping[str, int]
    """Site -> articles."""
    regions: Mapping[str, int]
    """Region -> articles that speak of it."""
    matches: Mapping[str, int]
    """Kind of match -> pairs."""
    noise_removed: Mapping[str, int]
    """Class of noise -> characters cut."""
    disguises: Mapping[str, int]
    """Disguise -> articles."""
    repairs: Mapping[str, int]
    """Kind of repair -> repairs."""
    matched_by: Mapping[str, int]
    """Recipe of matching -> articles that it compared with those before them, since recipes are noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulArticle:
    """An article whose body a person should look at."""

    id: str
    """Its id."""
    confidence: float
    """How sure it is that the body is right and whole, 0..1."""
    title: str | None
    """Its headline."""
    url: str | None
    """Its address."""
    origin: str
    """Where its page is."""


def doubtful_articles(database: Database, limit: int) -> list[DoubtfulArticle]:
    """The current articles whose confidence is under :data:`cleaners.quality.DOUBTFUL`, the least sure first."""
    rows = database.rows(
        "SELECT id, confidence, title, url, origin FROM articles WHERE current AND confidence IS NOT NULL "
        "AND confidence < ? ORDER BY confidence, id LIMIT ?",
        (DOUBTFUL, limit),
    )
    return [DoubtfulArticle(id=id_, confidence=sure, title=title, url=url, origin=origin)
            for id_, sure, title, url, origin in rows]  # fmt: skip


_COUNTS = {
    "drops": "SELECT stage || ': ' || reason, count(*) FROM drops GROUP BY 1",
    "sites": "SELECT site, count(*) FROM articles WHERE current AND site IS NOT NULL GROUP BY 1",
    "regions": "SELECT name, count(*) FROM article_places JOIN places USING (place) GROUP BY 1",
    "matches": "SELECT kind, count(*) FROM matches JOIN articles a ON a.doc = doc_a JOIN articles b ON b.doc = doc_b "
    "WHERE a.current AND b.current GROUP BY 1",
    "noise_removed": "SELECT key, sum(value) FROM articles, json_each(noise_removed) WHERE current GROUP BY 1",
    "disguises": "SELECT value, count(*) FROM articles, json_each(disguises) WHERE current GROUP BY 1",
    "repairs": "SELECT key, sum(value) FROM articles, json_each(repairs) WHERE current GROUP BY 1",
    "matched_by": "SELECT recipe, count(*) FROM (SELECT value AS recipe, CAST(key AS INTEGER) AS first, "
    "lead(CAST(key AS INTEGER)) OVER (ORDER BY CAST(key AS INTEGER)) AS beyond "
    f"FROM json_each((SELECT value FROM meta WHERE key = '{MATCHED_BY}'))) "
    "JOIN articles ON current AND doc >= first AND (beyond IS NULL OR doc < beyond) GROUP BY 1",
}


def statistics(database: Database) -> StoreStatistics:
    """Count everything, in one snapshot."""
    with database.snapshot():
        articles = _number(database, "SELECT count(*) FROM articles WHERE current")
        single = _number(database, "SELECT count(*) FROM articles WHERE current AND cluster IS NULL")
        clusters = single + _number(database, "SELECT count(*) FROM clusters")
        counts: dict[str, dict[str, int]] = {
            name: {key: int(n) for key, n in database.rows(f"{query} ORDER BY 2 DESC, 1")}
            for name, query in _COUNTS.items()
        }
        return StoreStatistics(
            articles=articles,
            clusters=clusters,
            duplicates=articles - clusters,
            doubtful=_number(database, f"SELECT count(*) FROM articles WHERE current AND confidence < {DOUBTFUL}"),
            revisions=_number(database, "SELECT count(*) FROM articles WHERE NOT current"),
            **counts,
        )


def _number(database: Database, query: str) -> int:
    row = database.one(query)
    return int(row[0]) if row else 0
