"""Clusters, decided on the driver by :mod:`cleaners.dedup.clusters`: only the documents that match anything come
here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner
from cleaners.dedup.corpus.member_traits import MemberTraits, look
from cleaners.dedup.corpus.reading import Id
from cleaners.spark.documents import SparkSource, seen
from cleaners.spark.numbering import Numbering, mapped, stretches

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

TRAITS = (
    "doc long, id string, length int, title binary, disguises string, script string, spun double, rarity double, "
    "furniture double, clause_order double"
)
"""The id of a document as JSON, and what the choice of the best copy looks at
(:class:`cleaners.dedup.corpus.member_traits.MemberTraits`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLabel:
    """What a document is among the others."""

    cluster_id: Id
    """The id of its cluster's first document."""
    cluster_size: int
    is_canonical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusLabels:
    """The labels of all documents that stand in a confirmed pair; any other one is alone."""

    docs: NDArray[np.int64]
    """Ascending."""
    ids: tuple[Id, ...]
    """Of these documents."""
    first: NDArray[np.int64]
    """Of each one's cluster, the place of its first document in ``docs``."""
    size: NDArray[np.int64]
    canonical: NDArray[np.bool_]
    apart: int
    """Confirmed pairs between documents of two clusters."""

    @property
    def repeated(self) -> int:
        """How many documents are not the first of their cluster."""
        return len(self.docs) - len(np.unique(self.first))

    def label(self, doc: int, own: Id) -> DocumentLabel:
        """Of a document with its own id."""
        at = self._place(doc)
        if at is None:
            return DocumentLabel(cluster_id=own, cluster_size=1, is_canonical=True)
        return DocumentLabel(
            cluster_id=self.ids[self.first[at]], cluster_size=int(self.size[at]), is_canonical=bool(self.canonical[at])
        )

    def is_together(self, doc: int, other: int) -> bool:
        """Whether two of ``docs`` are of one cluster."""
        one, two = np.searchsorted(self.docs, [doc, other])
        return bool(self.first[one] == self.first[two])

    def id_of(self, doc: int) -> Id:
        """Of one of ``docs``."""
        return self.ids[int(np.searchsorted(self.docs, doc))]

    def _place(self, doc: int) -> int | None:
        at = int(np.searchsorted(self.docs, doc))
        return at if at < len(self.docs) and self.docs[at] == doc else None


def traits(
    records: DataFrame, source: SparkSource, docs: NDArray[np.int64], numbering: Broadcast[Numbering]
) -> DataFrame:
    """:data:`TRAITS` of these documents, ascending: those of a confirmed pair, nobody asks about the others."""
    wanted = records.sparkSession.sparkContext.broadcast(docs)
    task = LookTask(source=source, docs=wanted, numbering=numbering)
    return mapped(seen(records, source), task, TRAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTask:
    """The second reading: :data:`TRAITS` of some documents."""

    source: SparkSource
    docs: Broadcast[Any]
    numbering: Broadcast[Numbering]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        wanted, numbering = self.docs.value, self.numbering.value
        for stretch in stretches(batches):
            numbers = numbering.numbers(stretch)
            rows = np.flatnonzero(np.isin(numbers, wanted))
            if len(rows):
                yield self._looked(stretch.records.take(rows), numbers[rows])

    def _looked(self, batch: pa.RecordBatch, docs: NDArray[np.int64]) -> pa.RecordBatch:
        import pyarrow as pa

        held = [record for _, record in self.source.rows(batch)]
        looks = [look(record.text, record.title) for record in held]
        return pa.record_batch({
            "doc": pa.array(docs, pa.int64()),
            "id": pa.array([json.dumps(record.id) for record in held], pa.string()),
            "length": pa.array([one.length for one in looks], pa.int32()),
            "title": pa.array([encoded(one.title) for one in looks], pa.binary()),
            "disguises": pa.array([" ".join(one.disguises) for one in looks], pa.string()),
            "script": pa.array([one.script for one in looks], pa.string()),
            "spun": pa.array([one.spun for one in looks], pa.float64()),
            "rarity": pa.array([one.rarity for one in looks], pa.float64()),
            "furniture": pa.array([one.furniture for one in looks], pa.float64()),
            "clause_order": pa.array([one.order for one in looks], pa.float64()),
        })  # fmt: skip


def encoded(text: str | None) -> bytes | None:
    """A text as Arrow can hold it, lone surrogates and all."""
    return None if text is None else text.encode("utf-8", "surrogatepass")


def matched_docs(found: pa.Table) -> NDArray[np.int64]:
    """The documents of confirmed pairs (:data:`cleaners.spark.verify.FOUND`), ascending."""
    return np.unique(np.concatenate((found["doc"].to_numpy(), found["other"].to_numpy())).astype(np.int64))


def labels(found: pa.Table, looks: pa.Table) -> CorpusLabels:
    """The labels that follow from all confirmed pairs (:data:`cleaners.spark.verify.FOUND`); ``looks`` is of their
    documents (:data:`TRAITS`).

    20 bytes a match and about 500 a document are held at once.
    """
    docs = matched_docs(found)
    pairs = np.column_stack([found["doc"].to_numpy(), found["other"].to_numpy()]).reshape(-1, 2).astype(np.int64)
    places = np.searchsorted(docs, pairs)
    clusters = ClusterAssigner()
    kinds = found["kind"].to_pylist()
    shares = np.column_stack([found[name].to_numpy() for name in ("similarity", "containment", "covered")])
    for at in np.lexsort((pairs[:, 1], pairs[:, 0])).tolist():  # the order that one machine finds them in
        clusters.link(int(places[at, 0]), int(places[at, 1]), kinds[at], *map(float, shares[at]))
    held = looks.sort_by("doc")
    assert held["doc"].to_pylist() == docs.tolist()
    decided = clusters.labels(dict(enumerate(_traits(held))), len(docs))
    return CorpusLabels(
        docs=docs, ids=tuple(map(json.loads, held["id"].to_pylist())), first=decided.cluster, size=decided.size,
        canonical=decided.canonical, apart=decided.apart,
    )  # fmt: skip


def _traits(looks: pa.Table) -> Iterator[MemberTraits]:
    for row in looks.to_pylist():
        yield MemberTraits(
            length=row["length"],
            title=None if row["title"] is None else row["title"].decode("utf-8", "surrogatepass"),
            disguises=tuple(row["disguises"].split()),
            script=row["script"],
            spun=row["spun"],
            rarity=row["rarity"],
            furniture=row["furniture"],
            order=row["clause_order"],
        )
