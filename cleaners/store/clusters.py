"""Matches and clusters in the store: what a decision about clusters needs, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from cleaners.dedup.clusters.model import (
    ClusterDecision,
    ClusterMember,
    ClusterNeighbourhood,
    EarliestSource,
    MatchEdge,
)
from cleaners.fields.kinds import moment
from cleaners.items import Cluster, Match
from cleaners.store.codec import GIVEN, dump_evidence, listed, load, load_evidence, parsed
from cleaners.store.database import Database
from cleaners.store.relations import CLUSTER_COLUMNS, CLUSTER_JOIN, cluster_of, match_of, match_rows

# Who stands in for a text that was superseded: the match index knows a cluster by one of its texts.


class ClusterRepresentatives:
    """The texts that superseded ones represented in the match index."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def successors(self, docs: Sequence[int], *, within: float) -> dict[int, tuple[int, ...]]:
        """Maps an outdated text to the current texts of which it contains at least the share ``within``.

        Outdated: superseded by a newer text of its article, or gone. Where a text that it contains is outdated too, the
        texts that this one contains take its place. Docs that are current are left out.
        """
        found: dict[int, tuple[int, ...]] = {}
        for doc in self._superseded(docs):
            current: set[int] = set()
            met, open_ = {doc}, [doc]
            while open_:
                for heir, is_current in self._represented(open_.pop(), within):
                    if is_current:
                        current.add(heir)
                    elif heir not in met:
                        met.add(heir)
                        open_.append(heir)
            found[doc] = tuple(sorted(current))
        return found

    def holders(self, doc: int, *, within: float) -> frozenset[int]:
        """The current texts that hold the share ``within`` of a text and came before it."""
        rows = self._db.rows(
            "SELECT doc_a FROM matches JOIN articles ON doc = doc_a WHERE doc_b = ? AND current "
            "AND kind NOT IN ('spun', 'shuffled') AND containment_b >= ?", (doc, within),
        )  # fmt: skip
        return frozenset(r[0] for r in rows)

    def left_by(self, doc: int) -> list[int]:
        """The current texts that an earlier text of the same article matched and this one does not."""
        rows = self._db.rows(
            "WITH old AS "
            "(SELECT doc FROM articles WHERE NOT current AND id = (SELECT id FROM articles WHERE doc = :doc)) "
            "SELECT doc FROM articles WHERE current AND doc != :doc "
            "AND doc IN (SELECT doc_b FROM matches WHERE doc_a IN old UNION "
            "SELECT doc_a FROM matches WHERE doc_b IN old) "
            "AND doc NOT IN (SELECT doc_a FROM matches WHERE doc_b = :doc UNION "
            "SELECT doc_b FROM matches WHERE doc_a = :doc) ORDER BY doc", {"doc": doc},
        )  # fmt: skip
        return [r[0] for r in rows]

    def _superseded(self, docs: Sequence[int]) -> list[int]:
        query = f"SELECT doc FROM articles WHERE current AND doc IN {GIVEN}"
        standing = {row[0] for row in self._db.rows(query, (listed(docs),))}
        return [doc for doc in docs if doc not in standing]

    def _represented(self, doc: int, within: float) -> list[tuple[int, bool]]:
        rows = self._db.rows(
            "SELECT doc_b, current FROM matches JOIN articles ON doc = doc_b "
            "WHERE doc_a = ? AND kind NOT IN ('spun', 'shuffled') AND containment_b >= ?", (doc, within),
        )  # fmt: skip
        return [(heir, bool(current)) for heir, current in rows]


# When the articles of a cluster were published: what a window in days asks (see :mod:`cleaners.dedup.index.window`).

_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


class DocumentDates:
    """Days of articles, first and last days of clusters."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def spans(self, docs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """For each doc the first and the last day (UTC, counted from 0001-01-01) of its cluster, or its own when it is
        in none yet; docs without any date are left out."""
        rows = self._db.rows(
            "WITH given AS MATERIALIZED (SELECT DISTINCT value AS doc FROM json_each(?)) "
            "SELECT doc, first, last FROM articles JOIN (SELECT cluster, min(published_at) first, "
            "max(published_at) last FROM articles WHERE current AND cluster IN (SELECT cluster FROM articles "
            "WHERE doc IN given) GROUP BY cluster) USING (cluster) WHERE doc IN given "
            "UNION ALL SELECT doc, published_at, published_at FROM articles WHERE cluster IS NULL AND doc IN given",
            (listed(docs),),
        )
        return {doc: (_day(first), _day(last)) for doc, first, last in rows if first is not None}

    def days(self, docs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """The same with each doc's own day, whatever cluster it is in."""
        query = f"SELECT doc, published_at FROM articles WHERE published_at IS NOT NULL AND doc IN {GIVEN}"
        return {doc: (_day(at), _day(at)) for doc, at in self._db.rows(query, (listed(docs),))}


def _day(seconds: int) -> int:
    return seconds // _DAY + _EPOCH


_MEMBER = (
    "a.doc, a.id, coalesce(a.first_doc, a.doc), a.title, a.url, a.site, a.source, a.published, length(t.text), "
    "a.quality, a.disguises, a.repairs, a.noise_removed, a.script FROM articles a "
    "JOIN texts t USING (doc) WHERE a.current"
)


class ClusterTable:
    """The match edges and clusters of a store. Docs that are superseded take part in nothing."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def link(self, doc: int, other: int, match: Match, *, back: float) -> None:
        """Keep one match as seen from ``doc``; ``back`` is the share of the OTHER text found in this one.

        The same pair again replaces what was known of it.
        """
        first, second, this, that, evidence = doc, other, match.containment, back, dump_evidence(match.evidence)
        if doc > other:
            first, second, this, that = other, doc, back, match.containment
            evidence = dump_evidence(load_evidence(evidence, turned=True))
        self._db.execute(
            "INSERT OR REPLACE INTO matches VALUES (?, ?, ?, ?, ?, ?, ?)",
            (first, second, match.kind, round(match.similarity, 4), round(this, 4), round(that, 4), evidence),
        )

    def around(self, docs: Iterable[int]) -> ClusterNeighbourhood:
        """What a decision about these texts depends on: every cluster they, their matches or their old revisions are
        in.

        Only clusters that may change are read: those of the texts and of the texts they match.
        """
        seeds = set(docs)
        met = set(seeds)
        for doc in seeds:
            met.update(
                r[0] for r in self._db.rows(
                    "SELECT doc_b FROM matches WHERE doc_a = ? UNION SELECT doc_a FROM matches WHERE doc_b = ?",
                    (doc, doc),
                )
            )  # fmt: skip
        keys: set[int] = set()
        for doc in met:
            keys.update(
                r[0] for r in self._db.rows(
                    "SELECT cluster FROM articles WHERE cluster IS NOT NULL AND "
                    "id = (SELECT id FROM articles WHERE doc = ?)", (doc,),
                )
            )  # fmt: skip
        for key in keys:
            met.update(r[0] for r in self._db.rows("SELECT doc FROM articles WHERE cluster = ?", (key,)))
        members = [m for doc in sorted(met) if (m := self._member(doc))]
        edges = {(e.a, e.b): e for m in members for e in self._edges(m.doc)}
        return ClusterNeighbourhood(members=tuple(members), edges=tuple(edges[pair] for pair in sorted(edges)))

    def save(self, clusters: Sequence[ClusterDecision]) -> None:
        """Write down what was decided about a whole neighbourhood: its clusters replace those its members had.

        An id that no cluster has any more is forwarded to the cluster that most of its members went to, and is not
        given to another one while it leads there: then the id of a later member stands for the first one's.
        """
        with self._db.transaction():
            clusters = [replace(cluster, id=self._free_id(cluster)) for cluster in clusters]
            docs = [doc for cluster in clusters for doc in cluster.members]
            before = self._dissolve(docs)
            living = {f.id for f in clusters if len(f.members) > 1}
            for cluster in clusters:
                if len(cluster.members) > 1:
                    self._write(cluster)
            for gone, ids in before.items():
                if gone not in living:
                    self._forward(gone, ids)

    def cluster_of(self, doc: int) -> Cluster:
        """The cluster of an article, seen from it; a singleton is its own."""
        return self.clusters_of([doc])[doc]

    def clusters_of(self, docs: Sequence[int]) -> dict[int, Cluster]:
        """doc -> its cluster."""
        query = f"SELECT a.doc, {CLUSTER_COLUMNS} FROM articles a {CLUSTER_JOIN} WHERE a.doc IN {GIVEN}"
        return {doc: cluster_of(values) for doc, *values in self._db.rows(query, (listed(docs),))}

    def members(self, cluster_id: str) -> tuple[int, ...]:
        """The docs of a cluster, by arrival; also by an id that was forwarded; empty when there is no such cluster."""
        target = self.resolve(cluster_id)
        rows = self._db.rows(
            "SELECT a.doc FROM clusters c JOIN articles a USING (cluster) WHERE c.id = ? AND a.current "
            "ORDER BY coalesce(a.first_doc, a.doc)",
            (target,),
        ) or self._db.rows("SELECT doc FROM articles WHERE id = ? AND current AND cluster IS NULL", (target,))
        return tuple(r[0] for r in rows)

    def cluster(self, cluster_id: str) -> ClusterDecision | None:
        """A cluster as it was decided, also by an id that was forwarded; None for a singleton and for no cluster."""
        row = self._db.one(
            "SELECT cluster, id, canonical, earliest, earliest_url, earliest_published, confidence, evidence "
            "FROM clusters WHERE id = ?", (self.resolve(cluster_id),),
        )  # fmt: skip
        if row is None:
            return None
        _, id_, canonical, doc, url, published, confidence, evidence = row
        first = EarliestSource(doc=doc, url=url, published=parsed(published), confidence=confidence,
                         evidence=dict(load(evidence))) if doc is not None else None  # fmt: skip
        return ClusterDecision(id=id_, members=self.members(id_), canonical=canonical, earliest=first)

    def among(self, docs: Sequence[int]) -> ClusterNeighbourhood:
        """These members, and the matches they have with each other."""
        members = [m for doc in docs if (m := self._member(doc))]
        inside = {m.doc for m in members}
        edges = {(e.a, e.b): e for m in members for e in self._edges(m.doc) if e.a in inside and e.b in inside}
        return ClusterNeighbourhood(members=tuple(members), edges=tuple(edges[pair] for pair in sorted(edges)))

    def resolve(self, cluster_id: str) -> str:
        """Where an id leads today: itself, or what became of its cluster. The id of an article without copies is its
        own, also where it once was that of a cluster (see :meth:`left_behind`)."""
        alone = "SELECT 1 FROM articles WHERE id = ? AND current AND cluster IS NULL"
        return cluster_id if self._db.one(alone, (cluster_id,)) else self._forwarded(cluster_id)

    def left_behind(self, cluster: Cluster) -> str | None:
        """The cluster that had the id of an article which now stands alone, under the id it goes by since."""
        if cluster.size > 1:
            return None
        found = self._forwarded(cluster.id)
        return found if found != cluster.id else None

    def _forwarded(self, cluster_id: str) -> str:
        seen: set[str] = set()
        while cluster_id not in seen and (
            row := self._db.one("SELECT target FROM forwards WHERE id = ?", (cluster_id,))
        ):
            seen.add(cluster_id)
            cluster_id = row[0]
        return cluster_id

    def matches_of(self, docs: Sequence[int]) -> dict[int, tuple[Match, ...]]:
        """doc -> its matches with current articles, seen from it, best first."""
        found = match_rows(self._db, "SELECT DISTINCT value AS doc FROM json_each(?)", (listed(docs),))
        return {doc: tuple(map(match_of, found.get(doc, ()))) for doc in docs}

    def _member(self, doc: int) -> ClusterMember | None:
        row = self._db.one(f"SELECT {_MEMBER} AND a.doc = ?", (doc,))
        if row is None:
            return None
        repairs, noise = dict(load(row[11])), dict(load(row[12]))
        return ClusterMember(
            doc=row[0], id=row[1], arrival=row[2], title=row[3], url=row[4], site=row[5], source=row[6],
            published=parsed(row[7]), length=row[8], quality=row[9], disguises=tuple(load(row[10])),
            repairs=sum(repairs.values()), noise=sum(noise.values()), script=row[13],
        )  # fmt: skip

    def _edges(self, doc: int) -> list[MatchEdge]:
        return [
            MatchEdge(a=a, b=b, kind=kind, similarity=similarity, containment_a=x, containment_b=y)
            for a, b, kind, similarity, x, y in self._db.rows(
                "SELECT doc_a, doc_b, kind, similarity, containment_a, containment_b FROM ("
                "SELECT *, doc_b AS other FROM matches WHERE doc_a = :doc UNION ALL "
                "SELECT *, doc_a FROM matches WHERE doc_b = :doc) JOIN articles ON doc = other WHERE current",
                {"doc": doc},
            )
        ]

    def _dissolve(self, docs: Sequence[int]) -> dict[str, list[str]]:
        """Take the docs out of their clusters; returns those that have lost all: id -> ids of the articles it had."""
        keys = {
            r[0] for doc in docs for r in self._db.rows(
                "SELECT cluster FROM articles WHERE cluster IS NOT NULL AND id = "
                "(SELECT id FROM articles WHERE doc = ?)", (doc,),
            )
        }  # fmt: skip
        query = "SELECT DISTINCT id FROM articles WHERE cluster = ?"
        had = {key: [r[0] for r in self._db.rows(query, (key,))] for key in keys}
        self._db.executemany("UPDATE articles SET cluster = NULL WHERE doc = ?", ((d,) for d in docs))
        gone: dict[str, list[str]] = {}
        for key in keys:
            if self._db.one("SELECT 1 FROM articles WHERE cluster = ? AND current", (key,)) is None:
                row = self._db.one("DELETE FROM clusters WHERE cluster = ? RETURNING id", (key,))
                gone.update({row[0]: had[key]} if row else {})
                self._db.execute("UPDATE articles SET cluster = NULL WHERE cluster = ?", (key,))
        return gone

    def _free_id(self, cluster: ClusterDecision) -> str:
        """The id of the first member that leads to no other cluster; the first one's where each does."""
        ids = [cluster.id]
        if len(cluster.members) > 1 and self._leads_away(cluster.id, cluster):
            query = "SELECT id FROM articles WHERE doc = ?"
            ids += [row[0] for doc in cluster.members for row in self._db.rows(query, (doc,))]
        return next((id_ for id_ in ids[1:] if not self._leads_away(id_, cluster)), cluster.id)

    def _leads_away(self, id_: str, cluster: ClusterDecision) -> bool:
        target = self._forwarded(id_)
        return target != id_ and not set(self.members(target)) & set(cluster.members)

    def _write(self, cluster: ClusterDecision) -> None:
        first = cluster.earliest
        key = self._db.execute(
            "INSERT INTO clusters (id, size, canonical, earliest, earliest_url, earliest_published, confidence, "
            "evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                cluster.id, len(cluster.members), cluster.canonical, first and first.doc, first and first.url,
                first and moment(first.published), first and first.confidence,
                json.dumps(dict(first.evidence), ensure_ascii=False) if first else None,
            ),
        ).lastrowid  # fmt: skip
        self._db.executemany("UPDATE articles SET cluster = ? WHERE doc = ?", ((key, d) for d in cluster.members))
        self._db.execute("DELETE FROM forwards WHERE id = ?", (cluster.id,))

    def _forward(self, gone: str, ids: Sequence[str]) -> None:
        row = self._db.one(
            "SELECT c.id FROM articles a JOIN clusters c USING (cluster) WHERE a.current "
            f"AND a.id IN {GIVEN} GROUP BY c.cluster "
            "ORDER BY count(*) DESC, min(coalesce(a.first_doc, a.doc)) LIMIT 1", (listed(ids),),
        )  # fmt: skip
        if row and row[0] != gone:
            self._db.execute("INSERT OR REPLACE INTO forwards VALUES (?, ?)", (gone, row[0]))
