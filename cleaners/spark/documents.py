"""Documents and their places: numbers that ascend as the documents stand in the files, whoever reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cleaners import fingerprint
from cleaners.corpus.families import look
from cleaners.corpus.reading import Id, usable
from cleaners.fingerprint import Signatures

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_ROWS = 33
"""Bits for the row in its split of a file; 30 are left for the splits."""
BAND = np.int64(-1 << 63)
"""Set in the key of a band: it is negative. An anchor's key is the anchor."""
PRINTS = (
    "doc long, id string, points binary, keys array<long>, length int, title binary, annotated boolean"
)
"""What is known of a document: its number, its id as JSON, its normal form (int32 code points), its keys, its look."""

Rows = Iterator[tuple[int, Id, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How documents lie in a kind of file."""

    format: str
    """Spark's name of it."""
    options: dict[str, str]
    """How Spark is to read it."""
    columns: tuple[str, ...]
    """What Python has to see to get id and text."""
    rows: Callable[[pa.RecordBatch], Rows]
    """Number, id and text of each usable document of a batch with ``doc`` and these columns."""


def numbered(spark: SparkSession, paths: list[str], source: Source) -> DataFrame:
    """The records of the files with ``doc``: by path, then by place in the file.

    Spark reads the splits of files in an order of its own; a split knows where it begins, and a row where it stands
    among those that its task has read.
    """
    from pyspark.sql import functions as f

    read = spark.read.format(source.format).options(**source.options).load(paths)
    row = f.monotonically_increasing_id().bitwiseAND(f.lit((1 << _ROWS) - 1))
    placed = read.select(
        f.struct("*").alias("record"), f.col("_metadata.file_path").alias("path"),
        f.col("_metadata.file_block_start").alias("start"), row.alias("row"),
    )  # fmt: skip
    splits = sorted((path, start) for path, start in placed.select("path", "start").distinct().collect())
    starts = [(path, start, number << _ROWS) for number, (path, start) in enumerate(splits)]
    first = spark.createDataFrame(starts, "path string, start long, first long")
    doc = (f.col("first") + f.col("row")).alias("doc")
    return placed.join(f.broadcast(first), ["path", "start"]).select(doc, "record")


def prints(documents: DataFrame, source: Source) -> DataFrame:
    """:data:`PRINTS` of every usable document."""
    from pyspark.sql import functions as f

    columns = [f.col(f"record.{name}").alias(name) for name in source.columns]
    if source is LINES:
        columns = [f.col("record.value").cast("binary").alias("value")]
    rows = source.rows
    return documents.select("doc", *columns).mapInArrow(lambda batches: map(_printed(rows), batches), PRINTS)


def _printed(rows: Callable[[pa.RecordBatch], Rows]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def printed(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        held = list(rows(batch))
        forms = fingerprint.normal_forms([text for _, _, text in held])
        keys = keys_of(fingerprint.signatures_of(forms))
        looks = [look(text) for _, _, text in held]
        return pa.record_batch({
            "doc": pa.array([doc for doc, _, _ in held], pa.int64()),
            "id": pa.array([json.dumps(name) for _, name, _ in held], pa.string()),
            "points": pa.array([forms[row].tobytes() for row in range(len(held))], pa.binary()),
            "keys": pa.array(keys, pa.list_(pa.int64())),
            "length": pa.array([one.length for one in looks], pa.int32()),
            "title": pa.array([encoded(one.title) for one in looks], pa.binary()),
            "annotated": pa.array([one.annotated for one in looks], pa.bool_()),
        })  # fmt: skip

    return printed


def keys_of(signatures: Signatures) -> list[Any]:
    """The keys of each document, each once; none for a document without text."""
    return [
        np.unique(np.concatenate((
            signatures.anchors[signatures.offsets[row]:signatures.offsets[row + 1]].astype(np.int64),
            signatures.bands[row].astype(np.int64) | BAND if signatures.bands[row].any() else [],
        )).astype(np.int64))
        for row in range(len(signatures))
    ]  # fmt: skip


def encoded(text: str | None) -> bytes | None:
    """A text as Arrow can hold it, lone surrogates and all."""
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _lines(batch: pa.RecordBatch) -> Rows:
    for doc, line in zip(batch.column("doc").to_pylist(), batch.column("value").to_pylist(), strict=True):
        try:
            fields = json.loads(line) if line.strip() else None
        except ValueError:
            continue
        if isinstance(fields, dict) and (found := usable(fields)):
            yield doc, *found


def _columns(batch: pa.RecordBatch) -> Rows:
    for row in batch.to_pylist():
        if found := usable(row):
            yield row["doc"], *found


LINES = Source(format="text", options={"lineSep": "\n"}, columns=("value",), rows=_lines)
"""JSON Lines, plain or compressed as Hadoop knows it (.gz, .bz2)."""
TABLE = Source(format="parquet", options={}, columns=("id", "text"), rows=_columns)
