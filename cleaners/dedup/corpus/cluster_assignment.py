"""The clusters of a corpus: the decisions of :mod:`cleaners.dedup.clusters`, one connected group of documents at a
time."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.clusters import best, group
from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.corpus.member_traits import MemberTraits
from cleaners.dedup.match import MatchFound
from cleaners.items import MatchKind

KINDS: tuple[MatchKind, ...] = get_args(MatchKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterLabels:
    """What each document is in its cluster, by document number."""

    cluster: NDArray[np.int64]
    """Number of the cluster's first document."""
    size: NDArray[np.int64]
    canonical: NDArray[np.bool_]
    """Whether it is the best copy: exactly one in each cluster."""
    apart: int
    """Matches between documents of two clusters."""


class ClusterAssigner:
    """Collects matches compactly (20 bytes each), then decides."""

    def __init__(self) -> None:
        self._docs = array("I")
        self._kinds = array("B")
        self._shares = array("f")

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, found: MatchFound) -> None:
        """One match."""
        self.link(found.doc, found.other, found.kind, found.similarity, found.containment, found.covered)

    def link(
        self, doc: int, other: int, kind: MatchKind, similarity: float, containment: float, covered: float
    ) -> None:
        """One match, by what the decisions look at (see :class:`~cleaners.dedup.match.MatchFound`)."""
        self._docs.extend((doc, other))
        self._kinds.append(KINDS.index(kind))
        self._shares.extend((similarity, containment, covered))

    def docs(self) -> set[int]:
        """The documents that have a match."""
        return set(self._docs)

    def labels(self, looks: Mapping[int, MemberTraits], documents: int) -> ClusterLabels:
        """Decide for so many documents, given a look at each one that has a match."""
        cluster = np.arange(documents)
        canonical = np.ones(documents, dtype=np.bool_)
        for docs, edges in self._groups(documents):
            members = {doc: _member(doc, looks[doc]) for doc in docs}
            grouping = group(members, edges)
            for own_cluster, held in zip(grouping.clusters, grouping.inside(edges), strict=True):
                cluster[list(own_cluster)] = min(own_cluster)
                canonical[list(own_cluster)] = False
                canonical[best([members[doc] for doc in own_cluster], held, grouping.compilations).doc] = True
        pairs = self._pairs()
        return ClusterLabels(
            cluster=cluster,
            size=np.bincount(cluster, minlength=documents)[cluster],
            canonical=canonical,
            apart=int((cluster[pairs[:, 0]] != cluster[pairs[:, 1]]).sum()),
        )

    def _pairs(self) -> NDArray[np.int64]:
        return np.frombuffer(self._docs, dtype=np.uint32).reshape(-1, 2).astype(np.int64)

    def _groups(self, documents: int) -> Iterator[tuple[list[int], list[MatchEdge]]]:
        """The connected groups of more than one document, with their matches."""
        pairs = self._pairs()
        if not len(pairs):
            return
        roots = _components(pairs, documents)
        order = np.argsort(roots[pairs[:, 0]], kind="stable")
        starts = np.flatnonzero(np.diff(roots[pairs[order, 0]], prepend=-1))
        for edges in np.split(order, starts[1:]):
            yield np.unique(pairs[edges]).tolist(), [self._edge(at) for at in edges.tolist()]

    def _edge(self, at: int) -> MatchEdge:
        a, b = self._docs[2 * at : 2 * at + 2]
        similarity, one, other = self._shares[3 * at : 3 * at + 3]
        return MatchEdge(
            a=a, b=b, kind=KINDS[self._kinds[at]], similarity=similarity, containment_a=one, containment_b=other
        )


def _member(doc: int, seen: MemberTraits) -> ClusterMember:
    return ClusterMember(
        doc=doc,
        id=f"{doc:012d}",
        arrival=doc,
        title=seen.title,
        url=None,
        site=None,
        source=None,
        published=None,
        length=seen.length,
        quality=0.0,
        repairs=0,
        noise=0,
        disguises=seen.disguises,
        script=seen.script,
        spun=seen.spun,
        rarity=seen.rarity,
        furniture=seen.furniture,
        order=seen.order,
    )


def _components(pairs: NDArray[np.int64], documents: int) -> NDArray[np.int64]:
    """The smallest document reachable from each one, by label propagation with pointer jumping (Shiloach, Vishkin)."""
    roots = np.arange(documents)
    while True:
        before = roots.copy()
        least = np.minimum(roots[pairs[:, 0]], roots[pairs[:, 1]])
        np.minimum.at(roots, roots[pairs[:, 0]], least)
        np.minimum.at(roots, roots[pairs[:, 1]], least)
        roots = roots[roots]
        if np.array_equal(before, roots):
            return roots
