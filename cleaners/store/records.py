"""Clippings read back: articles with their matches and cluster, one by one or in bulk, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaners.items import Clipping
from cleaners.store.articles import ArticleTable
from cleaners.store.clusters import ClusterTable
from cleaners.store.database import Database
from cleaners.store.selection import FilterChoice, Selection, chosen

_PORTION = 200


class ClippingReader:
    """What the store keeps, whole."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._articles = ArticleTable(database)
        self._clusters = ClusterTable(database)

    def get(self, id_or_url: str) -> Clipping | None:
        """One clipping by id, cluster id that was forwarded, or url; None when there is none."""
        doc = self._articles.doc(id_or_url)
        if doc is None and (target := self._clusters.resolve(id_or_url)) != id_or_url:
            doc = self._articles.doc(target)
        return self.read([doc])[0] if doc is not None else None

    def cluster(self, cluster_id: str) -> list[Clipping]:
        """The members of a cluster, in order of arrival; also by an id that was forwarded."""
        return self.read(self._clusters.members(cluster_id))

    def read(self, docs: Sequence[int]) -> list[Clipping]:
        """Clippings by doc, in that order; docs that are gone are left out."""
        articles = self._articles.get(docs)
        clusters = self._clusters.clusters_of(docs)
        matches = self._clusters.matches_of(docs)
        return [
            Clipping(article=articles[doc][0], revision=articles[doc][1], matches=matches[doc], cluster=clusters[doc])
            for doc in docs
            if doc in articles
        ]

    def select(self, selection: Selection | None = None, *, with_duplicates: bool = False) -> Iterator[Clipping]:
        """Every clipping of a selection, by date and id (without a date: last), as of one moment.

        One for each cluster, its best copy among those selected, unless ``with_duplicates``.
        """
        choice = FilterChoice(selection=selection or Selection(), with_duplicates=with_duplicates, with_opt_outs=True)
        query, values = chosen(choice)
        with self._db.snapshot():
            docs = [row[0] for row in self._db.rows(query, values)]
            for i in range(0, len(docs), _PORTION):
                yield from self.read(docs[i : i + _PORTION])
