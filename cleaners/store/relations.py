"""What an article is related to, as SQL that all readers of it share: its cluster, its matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cleaners.items import Cluster, Match
from cleaners.store.codec import load_evidence, parsed
from cleaners.store.database import Database, Row

ARTICLE_CLUSTER = {
    "cluster_id": "coalesce(c.id, a.id)",
    "cluster_size": "coalesce(c.size, 1)",
    "is_canonical": "coalesce(a.doc = c.canonical, 1)",
    "earliest_url": "CASE WHEN c.cluster IS NULL THEN a.url ELSE c.earliest_url END",
    "earliest_published": "CASE WHEN c.cluster IS NULL THEN a.published ELSE c.earliest_published END",
}
"""Field of the record -> its SQL over article ``a`` and :data:`CLUSTER_JOIN`: a singleton is its own cluster."""
CLUSTER_COLUMNS = ", ".join(ARTICLE_CLUSTER.values())
"""All of :data:`ARTICLE_CLUSTER`, for :func:`cluster_of`."""
CLUSTER_JOIN = "LEFT JOIN clusters c ON c.cluster = a.cluster AND a.current"
"""The cluster of article ``a``; a superseded text is in none."""


def cluster_of(values: Sequence[Any]) -> Cluster:
    """The cluster in the values of :data:`CLUSTER_COLUMNS`."""
    id_, size, canonical, url, published = values
    return Cluster(
        id=id_, size=size, is_canonical=bool(canonical), earliest_url=url, earliest_published=parsed(published)
    )


def match_rows(database: Database, docs: str, parameters: Sequence[Any]) -> dict[int, list[Row]]:
    """doc -> (other id, kind, similarity, containment, evidence, turned) of its matches with current articles, best
    first.

    ``docs``: a SELECT of ``doc``, each once, with its ``parameters``.
    """
    # CROSS JOIN: the outer loop is that over the docs.
    query = " UNION ALL ".join(
        f"SELECT t.doc, o.id, kind, similarity, containment_{this}, evidence, {turned} FROM ({docs}) t "
        f"CROSS JOIN matches ON doc_{this} = t.doc CROSS JOIN articles o ON o.doc = doc_{that} WHERE o.current"
        for this, that, turned in (("a", "b", 0), ("b", "a", 1))
    )
    found: dict[int, list[Row]] = {}
    for doc, *match in database.rows(f"{query} ORDER BY 4 DESC, 2", (*parameters, *parameters)):
        found.setdefault(doc, []).append(tuple(match))
    return found


def match_of(row: Row) -> Match:
    """The match in a row of :func:`match_rows`."""
    other, kind, similarity, share, evidence, turned = row
    return Match(
        kind=kind, other=other, similarity=similarity, containment=share,
        evidence=load_evidence(evidence, turned=bool(turned)),
    )  # fmt: skip
