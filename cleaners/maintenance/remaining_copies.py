"""Copies that are still in a store of what was taken down: found by its traces, since its text is gone."""

from __future__ import annotations

from collections.abc import Iterable

from cleaners.ingest.takedown_filter import TakedownFilter, comparable
from cleaners.store import Store, Tombstone

_PORTION = 500
_PART = 0.4
"""A text of which less is known, in proportion to what is known of the smaller one, holds a copy among other things: a
digest. It stays, as it does when the article itself is taken down with its cluster."""


def copies_of(store: Store, stones: Iterable[Tombstone]) -> list[str]:
    """Ids of the articles that are copies of what was taken down, and of those in their all_clusters, by arrival.

    Reads every text of the store: about 10,000 a second.
    """
    wanted = {stone.id for stone in stones}
    watch = TakedownFilter([(id_, one) for id_, one in store.tombstones.traces() if id_ in wanted])
    met: set[int] = set()
    docs = store.integrity.spread(None)
    for at in range(0, len(docs), _PORTION):
        texts = store.articles.texts(docs[at : at + _PORTION])
        found = zip(texts, watch.check(list(texts.values())), strict=True)
        met.update(doc for doc, one in found if one and one.of_text >= _PART * one.share)
    all_clusters = {cluster.id for cluster in store.clusters.clusters_of(sorted(met)).values() if cluster.size > 1}
    met.update(doc for own_cluster in all_clusters for doc in store.clusters.members(own_cluster))
    return list(store.articles.ids(sorted(met)).values())


def incomparable(store: Store) -> list[str]:
    """Ids of what was taken down with another normal form than today's: their copies are not known again."""
    kinds: dict[str, list[bool]] = {}
    for id_, one in store.tombstones.traces():
        kinds.setdefault(id_, []).append(comparable(one))
    return [id_ for id_, those in kinds.items() if not all(those)]
