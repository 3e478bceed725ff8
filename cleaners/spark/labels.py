"""Clusters, decided on the driver by :mod:`cleaners.dedup.clusters`: only the documents that match anything come
here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner
from cleaners.dedup.corpus.member_traits import MemberTraits

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def labels(found: DataFrame, looks: DataFrame) -> pa.Table:
    """``doc, first, cluster_size, is_canonical`` of every document that has a match; ``looks`` is of these documents
    (:func:`cleaners.spark.documents.traits`).

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
    decided = clusters.labels(_looks(looks, docs), len(docs))
    return pa.table({
        "doc": docs, "first": docs[decided.cluster], "cluster_size": decided.size,
        "is_canonical": pa.array(decided.canonical),
    })  # fmt: skip


def _looks(looks: DataFrame, docs: NDArray[np.int64]) -> dict[int, MemberTraits]:
    """The traits by place in ``docs``."""
    held = looks.toArrow()
    rows = held.take(np.argsort(held["doc"].to_numpy())).to_pylist()
    assert [row["doc"] for row in rows] == docs.tolist()
    return {
        place: MemberTraits(
            length=row["length"],
            title=None if row["title"] is None else row["title"].decode("utf-8", "surrogatepass"),
            disguises=tuple(row["disguises"].split()),
            script=row["script"],
            spun=row["spun"],
            furniture=row["furniture"],
            order=row["clause_order"],
        )
        for place, row in enumerate(rows)
    }
