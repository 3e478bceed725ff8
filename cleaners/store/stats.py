"""The store in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What a store holds; every mapping is ordered by count, largest first."""

    articles: int
    """Current articles."""
    clusters: int
    """Families, singletons included."""
    duplicates: int
    """Articles that are not the best copy of their family."""
    revisions: int
    """Superseded texts kept."""
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


_COUNTS = {
    "drops": "SELECT stage || ': ' || reason, count(*) FROM drops GROUP BY 1",
    "sites": "SELECT site, count(*) FROM articles WHERE current AND site IS NOT NULL GROUP BY 1",
    "regions": "SELECT name, count(*) FROM article_places JOIN places USING (place) GROUP BY 1",
    "matches": "SELECT kind, count(*) FROM matches JOIN articles a ON a.doc = doc_a JOIN articles b ON b.doc = doc_b "
    "WHERE a.current AND b.current GROUP BY 1",
    "noise_removed": "SELECT key, sum(value) FROM articles, json_each(noise_removed) WHERE current GROUP BY 1",
    "disguises": "SELECT value, count(*) FROM articles, json_each(disguises) WHERE current GROUP BY 1",
    "repairs": "SELECT key, sum(value) FROM articles, json_each(repairs) WHERE current GROUP BY 1",
}


def statistics(database: Database) -> Statistics:
    """Count everything, in one snapshot."""
    with database.snapshot():
        articles = _number(database, "SELECT count(*) FROM articles WHERE current")
        single = _number(database, "SELECT count(*) FROM articles WHERE current AND cluster IS NULL")
        clusters = single + _number(database, "SELECT count(*) FROM clusters")
        counts: dict[str, dict[str, int]] = {
            name: {key: int(n) for key, n in database.rows(f"{query} ORDER BY 2 DESC, 1")}
            for name, query in _COUNTS.items()
        }
        return Statistics(
            articles=articles,
            clusters=clusters,
            duplicates=articles - clusters,
            revisions=_number(database, "SELECT count(*) FROM articles WHERE NOT current"),
            **counts,
        )


def _number(database: Database, query: str) -> int:
    row = database.one(query)
    return int(row[0]) if row else 0
