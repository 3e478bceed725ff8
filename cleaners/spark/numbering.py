"""Dense numbers of documents: every record has one, by path, then by place in the file, whoever reads it.

Spark reads the splits of files in an order of its own; a split knows its file and where it begins, and a record its
place among those of its split. How many records each split has is known when the corpus was read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.partitioned.layout import PartitionLayout, PartitionSettings
from cleaners.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

PLACE = ("_split_path", "_split_start")
"""The columns that say in which split of a file a record stands."""


@contextmanager
def fixed_splits(spark: SparkSession) -> Iterator[None]:
    """Within this, a file is split at the same places whenever it is read, also when executors come or go."""
    name = "spark.sql.files.minPartitionNum"
    before = spark.conf.get(name, None)
    spark.conf.set(name, before or str(max(2, spark.sparkContext.defaultParallelism)))
    try:
        yield
    finally:
        if before is None:
            spark.conf.unset(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Records of a batch that follow one another in one split."""

    path: str
    start: int
    """Of the split, in the file."""
    row: int
    """Records of the split before these."""
    records: pa.RecordBatch
    """Without the columns :data:`PLACE`."""


Task = Callable[[Iterator["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]
"""What a task makes of the batches of a partition."""


def mapped(frame: DataFrame, task: Task, schema: StructType | str) -> DataFrame:
    """What ``task`` makes of each partition; unlike with ``mapInArrow``, names of columns may have dots."""
    plain = frame.toDF(*(f"c{number}" for number in range(len(frame.columns))))
    return plain.mapInArrow(NamedTask(names=tuple(frame.columns), task=task), schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTask:
    """A task whose batches get the names of their columns back."""

    names: tuple[str, ...]
    task: Task

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        return self.task(batch.rename_columns(list(self.names)) for batch in batches)


def stretches(batches: Iterable[pa.RecordBatch]) -> Iterator[Stretch]:
    """The records of a task; ``batches`` have the columns :data:`PLACE`."""
    read: dict[tuple[str, int], int] = {}
    for batch in batches:
        paths, starts = batch.column(PLACE[0]).dictionary_encode(), batch.column(PLACE[1]).to_numpy()
        places = paths.indices.to_numpy()
        changes = np.flatnonzero((np.diff(places) != 0) | (np.diff(starts) != 0)) + 1
        records = batch.drop_columns(list(PLACE))
        for begin, stop in zip([0, *changes.tolist()], [*changes.tolist(), len(places)], strict=True):
            if begin == stop:
                continue
            split = (paths.dictionary[places[begin]].as_py(), int(starts[begin]))
            row = read.get(split, 0)
            read[split] = row + stop - begin
            yield Stretch(path=split[0], start=split[1], row=row, records=records.slice(begin, stop - begin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """The number of the first record of each split, by path and start; and how many records each has."""

    first: dict[tuple[str, int], int]
    size: dict[tuple[str, int], int]

    def numbers(self, stretch: Stretch) -> NDArray[np.int64]:
        """Of the records of a stretch. Raises InputError when the file is not what it was."""
        split = (stretch.path, stretch.start)
        stop = stretch.row + len(stretch.records)
        if stop > self.size.get(split, 0):
            raise InputError("{path} changed while it was read: give a file that nobody writes to", path=stretch.path)
        return np.arange(stretch.row, stop) + self.first[split]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusCount:
    """What the first reading of a corpus found."""

    documents: int
    """Records with an id and a text."""
    records: int
    """Records, usable or not."""
    undated: int
    """Documents without a date."""
    numbering: Numbering
    layout: PartitionLayout
    places: pa.Table
    """``path, start, row, first, block`` of each row of what was printed (:data:`cleaners.spark.documents.PRINTS`)."""


COUNTS = ("path", "start", "row", "rows", "records", "documents", "undated", "characters", "postings")
"""The columns of prints that numbering looks at."""


def numbered(
    counts: pa.Table, settings: PartitionSettings, growing: GrowingAnchorSettings = GrowingAnchorSettings()
) -> CorpusCount:
    """Number the records of a corpus; ``counts``: :data:`COUNTS` of all that was printed; ``growing``: how its anchors
    grow, and from how many documents on."""
    import pyarrow as pa

    held = counts.sort_by([(name, "ascending") for name in ("path", "start", "row")])
    rows = held["rows"].to_numpy().astype(np.int64)
    ends = np.cumsum(rows)
    documents, records, undated, postings = (int(held[name].to_numpy().sum())
                                             for name in ("documents", "records", "undated", "postings"))  # fmt: skip
    layout = PartitionLayout.of(
        rows, held["characters"].to_numpy().astype(np.int64), documents, postings, settings=settings, growing=growing
    )
    first: dict[tuple[str, int], int] = {}
    size: dict[tuple[str, int], int] = {}
    for split, begin, count in zip(
        zip(held["path"].to_pylist(), held["start"].to_pylist(), strict=True), (ends - rows).tolist(), rows.tolist(),
        strict=True,
    ):  # fmt: skip
        first.setdefault(split, begin)
        size[split] = size.get(split, 0) + count
    begins = (ends - rows).astype(np.int64)
    places = pa.table({
        "path": held["path"], "start": held["start"], "row": held["row"], "first": begins,
        "block": layout.blocks_of(begins).astype(np.int32),
    })  # fmt: skip
    return CorpusCount(
        documents=documents, records=records, undated=undated, layout=layout, places=places,
        numbering=Numbering(first=first, size=size),
    )  # fmt: skip
