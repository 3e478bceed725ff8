"""Documents as Spark reads them, and what is printed of each: what finds its likes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, usable
from cleaners.dedup.index.runs import packed_keys
from cleaners.dedup.index.window import UNDATED, day_of
from cleaners.errors import UsageError
from cleaners.spark.numbering import PLACE, Stretch, mapped, stretches
from cleaners.spark.part_files import JSON_LINES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

PRINTS = (
    "path string, start long, row long, rows long, records long, documents long, undated long, characters long, "
    "postings long, docs binary, lengths binary, points binary, days binary, identities binary, keys binary"
)
"""What is known of the documents in a stretch of records (:class:`cleaners.spark.numbering.Stretch`): where it stands,
how many rows it has, records among these (a blank line is none), documents, those without a date, characters of their
texts, and postings; then, of all its documents, uint32 places in the stretch, uint32 lengths and int32 code points of
their normal forms, int32 days, uint64 digests of each one's id and text, in turns, and uint64 keys
(:func:`cleaners.dedup.index.runs.packed_keys`)."""

Rows = Iterator[tuple[int, CorpusRecord]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkSource:
    """How documents lie in a kind of file."""

    format: str
    """Spark's name of it."""
    options: dict[str, str]
    """How Spark is to read it."""
    columns: tuple[str, ...]
    """What Python has to see to get id and text; its dates too, where each field is a column."""
    id: str
    """The field of the id."""
    rows: Callable[[pa.RecordBatch], Rows]
    """Place and record of each usable document of a batch with these columns."""
    records: Callable[[pa.RecordBatch], int]
    """How many records a batch has, usable or not: blank lines are none."""

    @property
    def is_lines(self) -> bool:
        """Whether it is JSON Lines, plain or compressed as Hadoop knows it (.gz, .bz2); else it is Parquet."""
        return self.format == "text"


def placed(spark: SparkSession, paths: list[str], source: SparkSource) -> DataFrame:
    """The records of the files, with the split in which each stands (:data:`cleaners.spark.numbering.PLACE`)."""
    from pyspark.sql import functions as f

    read = spark.read.format(source.format).options(**source.options).load(paths)
    value = [f.col("value").cast("binary").alias("value")] if source.is_lines else ["*"]
    return read.select(
        *value, f.col("_metadata.file_path").alias(PLACE[0]), f.col("_metadata.file_block_start").alias(PLACE[1])
    )


def seen(records: DataFrame, source: SparkSource, date: str | None = None) -> DataFrame:
    """The records with the columns that Python has to see."""
    wanted = dict.fromkeys((*source.columns, date, *PLACE))
    return records.select(*(quoted(name) for name in wanted if name in records.columns))


def quoted(name: str | None) -> str:
    """The name of a column as Spark's expressions have it: it may have dots."""
    return "`" + str(name).replace("`", "``") + "`"


def prints(records: DataFrame, source: SparkSource, date: str | None = None) -> DataFrame:
    """:data:`PRINTS` of the records; ``date``: the field that has their date, None when nobody asks for it."""
    task = PrintTask(source=source, date=date)
    return mapped(seen(records, source, date), task, PRINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTask:
    """The first reading: :data:`PRINTS` of each stretch."""

    source: SparkSource
    date: str | None

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        return map(self._printed, stretches(batches))

    def _printed(self, stretch: Stretch) -> pa.RecordBatch:
        import pyarrow as pa

        numbered = list(self.source.rows(stretch.records))
        held = [record for _, record in numbered]
        forms = fingerprint.normal_forms([record.text for record in held])
        keys = packed_keys(fingerprint.signatures_of(forms))
        days = np.array([UNDATED if self.date is None else day_of(record.fields.get(self.date)) for record in held],
                        dtype=np.int32)  # fmt: skip
        identities = [digest for record in held for digest in _identity(record)]
        counts = {
            "row": stretch.row,
            "rows": len(stretch.records),
            "records": self.source.records(stretch.records),
            "documents": len(held),
            "undated": int((days == UNDATED).sum()),
            "characters": len(forms.points),
            "postings": len(keys),
        }
        arrays: dict[str, NDArray[Any]] = {
            "docs": np.array([place for place, _ in numbered], dtype=np.uint32),
            "lengths": np.diff(forms.offsets).astype(np.uint32),
            "points": forms.points,
            "days": days,
            "identities": np.array(identities, dtype=np.uint64),
            "keys": keys,
        }
        return pa.record_batch({
            "path": [stretch.path],
            "start": pa.array([stretch.start], pa.int64()),
            **{name: pa.array([count], pa.int64()) for name, count in counts.items()},
            **{name: pa.array([array.tobytes()], pa.binary()) for name, array in arrays.items()},
        })  # fmt: skip


def _identity(record: CorpusRecord) -> tuple[int, int]:
    return _digest(json.dumps(record.id)), _digest(record.text)


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _lines(batch: pa.RecordBatch, columns: CorpusColumns) -> Rows:
    for place, line in enumerate(batch.column("value").to_pylist()):
        fields = object_of(line)
        if fields is not None and (found := usable(fields, columns)):
            yield place, found


def _line_count(batch: pa.RecordBatch) -> int:
    return sum(not line.isspace() and line != b"" for line in batch.column("value").to_pylist())


def object_of(line: bytes) -> dict[str, Any] | None:
    """The object that a line of JSON is, if it is one."""
    try:
        fields = json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):  # the second: brackets in brackets without end
        return None
    return fields if isinstance(fields, dict) else None


def _columns(batch: pa.RecordBatch, columns: CorpusColumns) -> Rows:
    for place, row in enumerate(batch.to_pylist()):
        if found := usable(row, columns):
            yield place, found


def source_of(paths: Sequence[str], columns: CorpusColumns = CorpusColumns()) -> SparkSource:
    """By the names: a path that ends as JSON Lines do is one, everything else is Parquet; raises UsageError."""
    names = {path: path.lower().rstrip("/") for path in paths}
    if packed := next((path for path, name in names.items() if name.endswith(".zst")), None):
        raise UsageError(
            "{packed}: Spark reads .gz and .bz2, no .zst: pack it so, or match it with the local engine", packed=packed
        )
    if table := next((path for path, name in names.items() if name.endswith((".csv", ".tsv"))), None):
        raise UsageError(
            "{table}: Spark matches JSON Lines and Parquet: convert it, or match it with the local engine", table=table
        )
    kinds = {name.removesuffix(".gz").endswith((*JSON_LINES, ".bz2")) for name in names.values()}
    if len(kinds) > 1:
        raise UsageError("JSON Lines and Parquet in one run: convert one of them, or match them apart")
    if kinds == {True}:
        return SparkSource(
            format="text", options={"lineSep": "\n"}, columns=("value",), id=columns.id,
            rows=partial(_lines, columns=columns), records=_line_count,
        )  # fmt: skip
    return SparkSource(
        format="parquet", options={}, columns=(columns.id, columns.text, columns.title or "title"), id=columns.id,
        rows=partial(_columns, columns=columns), records=len,
    )  # fmt: skip
