"""Clusters, decided on the driver by :mod:`cleaners.dedup.clusters`: only the documents that match anything come
here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner
from cleaners.dedup.corpus.member_traits import MemberTraits

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def labels(found: DataFrame, prints: DataFrame) -> pa.Table:
    """``doc, first, cluster_size, is_canonical`` of every document that has a match.

    20 bytes a match and about 500 a document are held at once.
    """
    import pyarrow as pa

    held = found.toArrow()
    pairs = np.column_stack([held["doc"].to_numpy(), held["other"].to_numpy()]).reshape(-1, 2).astype(np.int64)
    docs, places = np.unique(pairs, return_inverse=True)
    clusters = ClusterAssigner()
    places = places.reshape(-1, 2)
    kinds = held["kind"].to_pylist()
    shares = np.column_stack([held[name].to_numpy() for name in ("similarity", "containment", "covered")])
    for at in np.lexsort((pairs[:, 1], pairs[:, 0])).tolist():  # the order that one machine finds them in
        clusters.link(int(places[at, 0]), int(places[at, 1]), kinds[at], *map(float, shares[at]))
    decided = clusters.labels(_looks(found, prints, docs))
    return pa.table({
        "doc": docs, "first": docs[decided.cluster], "cluster_size": decided.size,
        "is_canonical": pa.array(decided.canonical),
    })  # fmt: skip


def _looks(found: DataFrame, prints: DataFrame, docs: NDArray[np.int64]) -> Sequence[MemberTraits]:
    standing = found.select("doc").union(found.selectExpr("other as doc")).distinct()
    traits = ("length", "title", "disguises", "script", "spun", "furniture")
    held = prints.join(standing, "doc", "left_semi").select("doc", *traits).toArrow()
    order = np.argsort(held["doc"].to_numpy())
    rows = held.take(order).to_pylist()
    assert [row["doc"] for row in rows] == docs.tolist()
    return [
        MemberTraits(
            length=row["length"],
            title=None if row["title"] is None else row["title"].decode("utf-8", "surrogatepass"),
            disguises=tuple(row["disguises"].split()),
            script=row["script"],
            spun=row["spun"],
            furniture=row["furniture"],
        )
        for row in rows
    ]
