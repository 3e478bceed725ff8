"""Documents and their places: numbers that ascend as the documents stand in the files, whoever reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from cleaners.dedup import fingerprint
from cleaners.dedup.corpus.member_traits import look
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, usable
from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index.window import UNDATED, day_of
from cleaners.errors import UsageError
from cleaners.spark.part_files import JSON_LINES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_ROWS = 33
"""Bits for the row in its split of a file; 30 are left for the splits."""
BAND = np.int64(-1 << 63)
"""Set in the key of a band: it is negative. An anchor's key is the anchor."""
PRINTS = "doc long, id string, digest binary, day int, points binary, keys array<long>"
"""What is known of a document: its number, its id as JSON, what tells its text from others, its day (see
:mod:`cleaners.dedup.index.window`), its normal form (int32 code points), its keys."""
TRAITS = (
    "doc long, length int, title binary, disguises string, script string, spun double, furniture double, "
    "clause_order double"
)
"""What the choice of the best copy looks at: :class:`cleaners.dedup.corpus.member_traits.MemberTraits`."""

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
    """Number and record of each usable document of a batch with ``doc`` and these columns."""

    @property
    def is_lines(self) -> bool:
        """Whether it is JSON Lines, plain or compressed as Hadoop knows it (.gz, .bz2); else it is Parquet."""
        return self.format == "text"


def numbered(spark: SparkSession, paths: list[str], source: SparkSource) -> DataFrame:
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


def prints(documents: DataFrame, source: SparkSource, date: str | None = None) -> DataFrame:
    """:data:`PRINTS` of every usable document; ``date``: the field that has its date, None when nobody asks for it."""
    printed = _printed(source.rows, date)
    return _seen(documents, source, date).mapInArrow(lambda batches: map(printed, batches), PRINTS)


def traits(documents: DataFrame, source: SparkSource, found: DataFrame) -> DataFrame:
    """:data:`TRAITS` of the documents that stand in a confirmed pair: nobody asks about the others."""
    standing = found.select("doc").union(found.selectExpr("other as doc")).distinct()
    looked = _looked(source.rows)
    held = _seen(documents.join(standing, "doc", "left_semi"), source)
    return held.mapInArrow(lambda batches: map(looked, batches), TRAITS)


def _seen(documents: DataFrame, source: SparkSource, date: str | None = None) -> DataFrame:
    """The documents with the columns that Python has to see."""
    from pyspark.sql import functions as f

    if source.is_lines:
        columns = [f.col("record.value").cast("binary").alias("value")]
    else:
        there, wanted = documents.schema["record"].dataType.names, dict.fromkeys((*source.columns, date))
        columns = [f.col("record").getField(name).alias(name) for name in wanted if name in there]
    return documents.select("doc", *columns)


def _printed(rows: Callable[[pa.RecordBatch], Rows], date: str | None) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def printed(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        numbered = list(rows(batch))
        held = [record for _, record in numbered]
        forms = fingerprint.normal_forms([record.text for record in held])
        keys = keys_of(fingerprint.signatures_of(forms))
        days = [UNDATED if date is None else day_of(record.fields.get(date)) for record in held]
        return pa.record_batch({
            "doc": pa.array([doc for doc, _ in numbered], pa.int64()),
            "id": pa.array([json.dumps(record.id) for record in held], pa.string()),
            "digest": pa.array([_digest(record.text) for record in held], pa.binary()),
            "day": pa.array(days, pa.int32()),
            "points": pa.array([forms[row].tobytes() for row in range(len(held))], pa.binary()),
            "keys": pa.array(keys, pa.list_(pa.int64())),
        })  # fmt: skip

    return printed


def _looked(rows: Callable[[pa.RecordBatch], Rows]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def looked(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        numbered = list(rows(batch))
        looks = [look(record.text) for _, record in numbered]
        return pa.record_batch({
            "doc": pa.array([doc for doc, _ in numbered], pa.int64()),
            "length": pa.array([one.length for one in looks], pa.int32()),
            "title": pa.array([encoded(one.title) for one in looks], pa.binary()),
            "disguises": pa.array([" ".join(one.disguises) for one in looks], pa.string()),
            "script": pa.array([one.script for one in looks], pa.string()),
            "spun": pa.array([one.spun for one in looks], pa.float64()),
            "furniture": pa.array([one.furniture for one in looks], pa.float64()),
            "clause_order": pa.array([one.order for one in looks], pa.float64()),
        })  # fmt: skip

    return looked


def keys_of(signatures: DocumentKeys) -> list[Any]:
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


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _lines(batch: pa.RecordBatch, columns: CorpusColumns) -> Rows:
    for doc, line in zip(batch.column("doc").to_pylist(), batch.column("value").to_pylist(), strict=True):
        fields = object_of(line)
        if fields is not None and (found := usable(fields, columns)):
            yield doc, CorpusRecord(id=found[0], text=found[1], fields=fields)


def object_of(line: bytes) -> dict[str, Any] | None:
    """The object that a line of JSON is, if it is one."""
    try:
        fields = json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):  # the second: brackets in brackets without end
        return None
    return fields if isinstance(fields, dict) else None


def _columns(batch: pa.RecordBatch, columns: CorpusColumns) -> Rows:
    for row in batch.to_pylist():
        doc = row.pop("doc")
        if found := usable(row, columns):
            yield doc, CorpusRecord(id=found[0], text=found[1], fields=row)


def source_of(paths: Sequence[str], columns: CorpusColumns = CorpusColumns()) -> SparkSource:
    """By the names: a path that ends as JSON Lines do is one, everything else is Parquet; raises UsageError."""
    names = {path: path.lower().rstrip("/") for path in paths}
    if packed := next((path for path, name in names.items() if name.endswith(".zst")), None):
        raise UsageError(f"{packed}: Spark reads .gz and .bz2, no .zst: pack it so, or match it with the local engine")
    if table := next((path for path, name in names.items() if name.endswith((".csv", ".tsv"))), None):
        raise UsageError(
            f"{table}: Spark matches JSON Lines and Parquet: convert it, or match it with the local engine"
        )
    kinds = {name.removesuffix(".gz").endswith((*JSON_LINES, ".bz2")) for name in names.values()}
    if len(kinds) > 1:
        raise UsageError("JSON Lines and Parquet in one run: convert one of them, or match them apart")
    if kinds == {True}:
        rows = partial(_lines, columns=columns)
        return SparkSource(format="text", options={"lineSep": "\n"}, columns=("value",), id=columns.id, rows=rows)
    both = (columns.id, columns.text)
    return SparkSource(
        format="parquet", options={}, columns=both, id=columns.id, rows=partial(_columns, columns=columns)
    )
