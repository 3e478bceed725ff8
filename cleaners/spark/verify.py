"""Candidate pairs compared: texts are marked in the blocks that have them and go to the blocks that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.index.window import DateWindow
from cleaners.dedup.match import MatchFound
from cleaners.dedup.partitioned.layout import PartitionLayout
from cleaners.dedup.partitioned.texts import marked, matches, slot_table
from cleaners.spark.numbering import CorpusCount
from cleaners.spark.parcels import Parcel, ParcelKind, sent, unpacked

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

FOUND = "doc long, other long, kind string, similarity double, containment double, covered double"
"""The columns of confirmed pairs: see :class:`cleaners.dedup.match.MatchFound`; ``doc`` is the later one."""


def verified(
    prints: DataFrame, proposed: DataFrame, crowded: NDArray[np.uint32], corpus: CorpusCount, window: DateWindow | None
) -> DataFrame:
    """:data:`FOUND` of the pairs that tell one article.

    ``prints``: :data:`cleaners.spark.documents.PRINTS` with ``first`` and ``block``; ``proposed``: parcels of PAIRS and
    ASKED; ``window``: pairs whose dates are further apart are not compared.
    """
    from pyspark.sql import functions as f

    blocks = corpus.layout.blocks
    forms = prints.select(
        f.col("block").alias("to"), f.lit(str(ParcelKind.FORMS)).alias("kind"), f.lit(0).alias("sender"), "first",
        "docs", "lengths", f.col("points").alias("values"), "days",
    )  # fmt: skip
    told = prints.sparkSession.sparkContext.broadcast(crowded)
    asked = proposed.where(f.col("kind") == ParcelKind.ASKED)
    texts = sent(forms.union(asked), blocks, ShipTask(crowded=told, window=window))
    pairs = proposed.where(f.col("kind") == ParcelKind.PAIRS)
    laid = texts.union(pairs).repartitionById(blocks, f.col("to"))
    return laid.mapInArrow(CompareTask(layout=corpus.layout, window=window), FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShippedForms:
    """Normal forms of documents on their way."""

    docs: NDArray[np.uint32]
    """Ascending."""
    forms: NormalForms
    days: NDArray[np.int32]

    @classmethod
    def of(cls, parcels: list[Parcel]) -> _ShippedForms:
        docs = np.concatenate([np.empty(0, dtype=np.uint32), *(one.docs for one in parcels)])
        order = np.argsort(docs)
        lengths = np.concatenate([np.empty(0, dtype=np.int64), *(one.lengths for one in parcels)])
        points = np.concatenate([np.empty(0, dtype=np.int32), *(one.values for one in parcels)])
        offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))
        days = np.concatenate([np.empty(0, dtype=np.int32), *(one.days for one in parcels)])
        forms = NormalForms(points=points.astype(np.int32), offsets=offsets)
        return cls(docs=docs[order], forms=forms.select(order), days=days[order])

    def select(self, docs: NDArray[np.uint32]) -> _ShippedForms:
        rows = np.searchsorted(self.docs, docs)
        return _ShippedForms(docs=docs, forms=self.forms.select(rows), days=self.days[rows])

    def parcel(self, to: int) -> Parcel:
        return Parcel(to=to, kind=ParcelKind.FORMS, docs=self.docs, values=self.forms.points,
                      lengths=np.diff(self.forms.offsets).astype(np.uint32), days=self.days)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTask:
    """The block that has texts."""

    crowded: Broadcast[Any]
    window: DateWindow | None

    def __call__(self, parcels: Iterator[Parcel]) -> Iterator[Parcel]:
        """See :data:`cleaners.spark.parcels.Work`."""
        held: list[Parcel] = []
        asked: list[Parcel] = []
        for one in parcels:
            (held if one.kind is ParcelKind.FORMS else asked).append(one)
        if not asked:
            return
        own = _ShippedForms.of(held).select(np.unique(np.concatenate([one.docs for one in asked])))
        flagged = _ShippedForms(docs=own.docs, days=own.days, forms=marked(own.forms, slot_table(self.crowded.value)))
        for one in asked:
            shipped = flagged.select(one.docs)
            if self.window:
                first, last = one.days.reshape(-1, 2).T
                shipped = flagged.select(one.docs[self.window.reaches(shipped.days, first, last)])
            yield shipped.parcel(one.sender)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareTask:
    """The block of the later documents of pairs."""

    layout: PartitionLayout
    window: DateWindow | None

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        held: list[Parcel] = []
        pairs: list[Parcel] = []
        for one in unpacked(batches):
            (held if one.kind is ParcelKind.FORMS else pairs).append(one)
        if not pairs:
            return
        shipped = _ShippedForms.of(held)
        later = np.concatenate([one.docs for one in pairs])
        earlier = np.concatenate([one.values.astype(np.uint32) for one in pairs])
        if self.window:
            there = np.isin(earlier, shipped.docs)  # what lies too far from all was not sent
            later, earlier = later[there], earlier[there]
            days = [shipped.days[np.searchsorted(shipped.docs, side)] for side in (later, earlier)]
            near = self.window.near(*days)
            later, earlier = later[near], earlier[near]
        corpus = self.layout
        yield found_rows(matches(shipped.docs, shipped.forms, later, earlier, corpus.documents, corpus.growing))


def found_rows(found: list[MatchFound]) -> pa.RecordBatch:
    """:data:`FOUND` of these."""
    import pyarrow as pa

    reals = [(name, pa.float64()) for name in ("similarity", "containment", "covered")]
    columns = pa.schema([("doc", pa.int64()), ("other", pa.int64()), ("kind", pa.string()), *reals])
    return pa.record_batch([[getattr(one, name) for one in found] for name in columns.names], schema=columns)
