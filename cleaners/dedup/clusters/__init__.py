"""Clusters of articles: who belongs together, which copy is the best, where the story comes from. Pure decisions.

The decision is made anew from all the matches of a neighbourhood each time, so it does not depend on the order in
which they arrived. (What does: the id of a cluster is the id of the member that arrived first.)
"""

from __future__ import annotations

from collections.abc import Mapping

from cleaners.dedup.clusters.best_copy import best
from cleaners.dedup.clusters.earliest_source import earliest
from cleaners.dedup.clusters.grouping import ClusterSettings, group
from cleaners.dedup.clusters.model import ClusterDecision, ClusterNeighbourhood

__all__ = ["ClusterSettings", "assign", "best", "earliest", "group"]


def assign(
    around: ClusterNeighbourhood,
    strictness: ClusterSettings = ClusterSettings(),
    publishers: Mapping[str, str] | None = None,
) -> tuple[ClusterDecision, ...]:
    """Decide the clusters of a neighbourhood; every member is in exactly one. In order of their first members.

    ``publishers``: site -> the name it goes by in a declared source (示例日报), where known.
    """
    members = {m.doc: m for m in around.members}
    grouping = group(members, around.edges, strictness)
    clusters = []
    for docs, inside in zip(grouping.clusters, grouping.inside(around.edges), strict=True):
        cluster = [members[doc] for doc in docs]
        clusters.append(
            ClusterDecision(
                id=cluster[0].id,
                members=docs,
                canonical=best(cluster, inside, grouping.compilations).doc,
                earliest=earliest(cluster, inside, publishers or {}) if len(cluster) > 1 else None,
            )
        )
    return tuple(clusters)
