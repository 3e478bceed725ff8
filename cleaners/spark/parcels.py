"""What tasks send each other: rows of a few columns whose cells are whole arrays, so that Spark only moves bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def _no_numbers() -> NDArray[np.uint32]:
    return np.empty(0, dtype=np.uint32)


def _no_days() -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


class ParcelKind(StrEnum):
    """What a parcel holds."""

    POSTINGS = "postings"
    """For a range of keys; values: uint64, see :mod:`cleaners.dedup.partitioned.postings`."""
    GROWN = "grown"
    """For a range of hashes; docs, and as values uint64 the hashes of their growing anchors, then the paths."""
    IDENTITIES = "identities"
    """For a range of ids; docs, and as values uint64 digests of each one's id and text, in turns."""
    LISTS = "lists"
    """For a block; values: uint32, see :mod:`cleaners.dedup.partitioned.kernels`."""
    CROWDED = "crowded"
    """For all; values: uint32, counters of anchors that prove nothing."""
    CLASHES = "clashes"
    """For all; docs whose id, by its digest, an earlier one with another text has; values: uint32, the earlier ones."""
    PAIRS = "pairs"
    """For the block of the later documents; docs are these, values: uint32, the earlier ones."""
    ASKED = "asked"
    """For a block, from another one that needs texts of its docs; days, where the corpus is dated: the first and the
    last one for which each is asked, in turns."""
    DAYS = "days"
    """For a block; docs and their days."""
    FORMS = "forms"
    """For a block; docs, lengths, values: int32, their normal forms; days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One row."""

    to: int
    """The partition that gets it."""
    kind: ParcelKind
    sender: int = 0
    """The block that asks."""
    docs: NDArray[np.uint32] = field(default_factory=_no_numbers)
    lengths: NDArray[np.uint32] = field(default_factory=_no_numbers)
    values: NDArray[np.uint32] | NDArray[np.int32] | NDArray[np.uint64] = field(default_factory=_no_numbers)
    days: NDArray[np.int32] = field(default_factory=_no_days)
    """As in :mod:`cleaners.dedup.index.window`, where the corpus is dated."""


SCHEMA = "to int, kind string, sender int, first long, docs binary, lengths binary, values binary, days binary"
"""The columns; ``docs`` are counted from ``first``."""
_VALUES: dict[ParcelKind, np.dtype[Any]] = {
    ParcelKind.POSTINGS: np.dtype(np.uint64),
    ParcelKind.GROWN: np.dtype(np.uint64),
    ParcelKind.IDENTITIES: np.dtype(np.uint64),
    ParcelKind.FORMS: np.dtype(np.int32),
}

Work = Callable[[Iterator[Parcel]], Iterator[Parcel]]
"""What a task does: with all parcels of a partition, in any order."""


def sent(frame: DataFrame, partitions: int, work: Work) -> DataFrame:
    """What ``work`` makes of the parcels of each partition; ``frame`` has the columns of :data:`SCHEMA`."""
    from pyspark.sql import functions as f

    dealt = frame.repartitionById(partitions, f.col("to"))
    return dealt.mapInArrow(PartitionTask(work=work), SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionTask:
    """Work on parcels as a task on rows."""

    work: Work

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        return packed(self.work(unpacked(batches)))


def unpacked(batches: Iterable[pa.RecordBatch]) -> Iterator[Parcel]:
    """The parcels of these rows; their arrays are views of the batch."""
    for batch in batches:
        columns: list[list[Any]] = [_cells(column) for column in batch.columns]
        for to, kind, sender, first, docs, lengths, values, days in zip(*columns, strict=True):
            known = ParcelKind(kind)
            yield Parcel(
                to=to, kind=known, sender=sender,
                docs=_array(docs, np.dtype(np.uint32)) + np.uint32(first),
                lengths=_array(lengths, np.dtype(np.uint32)),
                values=_array(values, _VALUES.get(known, np.dtype(np.uint32))),
                days=_array(days, np.dtype(np.int32)),
            )  # fmt: skip


def _cells(column: pa.Array) -> list[Any]:
    """The values of a column; of bytes without a copy."""
    import pyarrow as pa

    if pa.types.is_binary(column.type):
        return [cell.as_buffer() for cell in column]
    cells: list[Any] = column.to_pylist()
    return cells


def _array(cell: pa.Buffer | None, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.empty(0, dtype=kind) if cell is None else np.frombuffer(cell, dtype=kind)


def packed(parcels: Iterable[Parcel]) -> Iterator[pa.RecordBatch]:
    """A row for each parcel."""
    import pyarrow as pa

    for one in parcels:
        cells = map(_cell, (one.docs, one.lengths, one.values, one.days))
        yield pa.record_batch(
            [pa.array([one.to], pa.int32()), pa.array([str(one.kind)]), pa.array([one.sender], pa.int32()),
             pa.array([0], pa.int64()), *cells],
            names=["to", "kind", "sender", "first", "docs", "lengths", "values", "days"],
        )  # fmt: skip


def _cell(array: NDArray[Any]) -> pa.Array:
    """A column of one cell that holds an array, without a copy."""
    import pyarrow as pa

    ends = np.array([0, array.nbytes], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(array))]
    return pa.Array.from_buffers(pa.binary(), 1, buffers)
