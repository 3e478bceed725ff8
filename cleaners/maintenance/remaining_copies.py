"""Copies of taken-down articles that are still in a store: found by the hashes kept, as the texts are gone."""

from __future__ import annotations

from collections.abc import Iterable

from cleaners.ingest.takedown_filter import TakedownFilter, comparable
from cleaners.store import Store, Tombstone

_PORTION = 500
_PART = 0.4
"""Share of a text that must be the taken-down one, relative to the share of the smaller text. Below it the text is a
digest that holds a copy among other things; it stays, as it does when the article is taken down with its cluster."""


def copies_of(store: Store, stones: Iterable[Tombstone]) -> list[str]:
    """Ids of the articles that are copies of taken-down ones, and of all articles in their clusters, by arrival.

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
    """Ids of takedowns whose hashes were made by an older normalizer: they cannot be compared with today's texts."""
    kinds: dict[str, list[bool]] = {}
    for id_, one in store.tombstones.traces():
        kinds.setdefault(id_, []).append(comparable(one))
    return [id_ for id_, those in kinds.items() if not all(those)]
