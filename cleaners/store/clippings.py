"""Clippings read back: articles with their matches and family, one by one or in bulk, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaners.items import Clipping
from cleaners.store.articles import Articles
from cleaners.store.database import Database
from cleaners.store.families import Families
from cleaners.store.selection import Selection, conditions

_PORTION = 200


class Clippings:
    """What the store keeps, whole."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._articles = Articles(database)
        self._families = Families(database)

    def get(self, id_or_url: str) -> Clipping | None:
        """One clipping by id, cluster id that was forwarded, or url; None when there is none."""
        doc = self._articles.doc(id_or_url)
        if doc is None and (target := self._families.resolve(id_or_url)) != id_or_url:
            doc = self._articles.doc(target)
        return self.read([doc])[0] if doc is not None else None

    def family(self, cluster_id: str) -> list[Clipping]:
        """The members of a family, in order of arrival; also by an id that was forwarded."""
        return self.read(self._families.members(cluster_id))

    def read(self, docs: Sequence[int]) -> list[Clipping]:
        """Clippings by doc, in that order; docs that are gone are left out."""
        articles = self._articles.get(docs)
        clusters = self._families.clusters_of(docs)
        matches = self._families.matches_of(docs)
        return [
            Clipping(article=articles[doc][0], revision=articles[doc][1], matches=matches[doc], cluster=clusters[doc])
            for doc in docs
            if doc in articles
        ]

    def select(self, selection: Selection | None = None, *, with_duplicates: bool = False) -> Iterator[Clipping]:
        """Every clipping of a selection, by date and id (without a date: last), as of one moment.

        One for each family, its best copy among those selected, unless ``with_duplicates``.
        """
        where, values = conditions(selection or Selection())
        with self._db.snapshot():
            docs = [r[0] for r in self._db.rows(
                f"SELECT doc FROM articles WHERE current{where} ORDER BY published_at IS NULL, published_at, id",
                values,
            )]  # fmt: skip
            if not with_duplicates:
                docs = self._best(docs)
            for i in range(0, len(docs), _PORTION):
                yield from self.read(docs[i : i + _PORTION])

    def _best(self, docs: Sequence[int]) -> list[int]:
        """One doc for each family: its canonical copy when that was selected, else the copy of best quality."""
        chosen: dict[int, tuple[bool, float, int]] = {}
        rows = self._db.rows(
            "SELECT a.doc, a.cluster, a.doc = c.canonical, a.quality FROM articles a JOIN clusters c USING (cluster) "
            "WHERE a.current"
        )
        selected = set(docs)
        family = {doc: cluster for doc, cluster, _, _ in rows if doc in selected}
        for doc, cluster, canonical, quality in rows:
            if doc in selected:
                chosen[cluster] = max(chosen.get(cluster, (False, -1.0, 0)), (bool(canonical), quality, -doc))
        best = {-entry[2] for entry in chosen.values()}
        return [doc for doc in docs if doc not in family or doc in best]
