"""Records with their clusters, and verified pairs, as folders of JSON Lines or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleaners.dedup.corpus.pairs import pair_line
from cleaners.dedup.corpus.reading import Id
from cleaners.dedup.match import MatchFound
from cleaners.items import Evidence
from cleaners.spark.documents import SparkSource, object_of, quoted
from cleaners.spark.labels import CorpusLabels
from cleaners.spark.numbering import PLACE, Numbering, Stretch, mapped, stretches
from cleaners.spark.part_files import PartFormat, write_lines

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.broadcast import Broadcast
    from pyspark.sql import Column, DataFrame, SparkSession

ADDED = ("cluster_id", "cluster_size", "is_canonical")
"""The columns that records get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLabelling:
    """How records get their clusters."""

    source: SparkSource
    numbering: Broadcast[Numbering]
    labels: Broadcast[CorpusLabels]
    canonical_only: bool
    """Whether only the best copy of each cluster is written."""


def write(spark: SparkSession, records: DataFrame, labelling: RecordLabelling, folder: str, form: PartFormat) -> int:
    """Write the records (:func:`cleaners.spark.documents.placed`) to ``folder``; returns how many.

    A line that is no object of JSON goes as it stands into lines; Parquet has no place for it.
    """
    from pyspark.sql import functions as f
    from pyspark.sql.types import BooleanType, LongType, StructField, StructType

    if labelling.source.is_lines:
        told = records.mapInArrow(LineTask(labelling=labelling, objects_only=not form.is_lines), "value binary")
        lines = told.select(f.col("value").cast("string"))
        if form.is_lines:
            return write_lines(lines, folder, form)
        lines.write.text(f"{folder}.lines")
        spark.read.json(f"{folder}.lines").write.parquet(folder)
        return int(spark.read.parquet(folder).count())
    # Records that were cleaned here have these columns already, empty.
    kinds = (records.schema[labelling.source.id].dataType, LongType(), BooleanType())
    added = {name: StructField(name, kind) for name, kind in zip(ADDED, kinds, strict=True)}
    fields = {field.name: field for field in records.schema if field.name not in PLACE} | added
    columns = mapped(records, ColumnTask(labelling=labelling), StructType(list(fields.values())))
    if form.is_lines:
        return write_lines(columns.select(as_json(columns).alias("value")), folder, form)
    columns.write.parquet(folder)
    return int(spark.read.parquet(folder).count())


def as_json(rows: DataFrame) -> Column:
    """Each row as one line of JSON, with what is null."""
    from pyspark.sql import functions as f

    return f.to_json(f.struct(*(rows[quoted(name)] for name in rows.columns)), {"ignoreNullFields": "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTask:
    """Lines of JSON with the clusters of their records, and those that have none, but for blank ones."""

    labelling: RecordLabelling
    objects_only: bool

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        import pyarrow as pa

        for stretch in stretches(batches):
            yield pa.record_batch({"value": pa.array(list(self._lines(stretch)), pa.binary())})

    def _lines(self, stretch: Stretch) -> Iterator[bytes]:
        labels, numbers = self.labelling.labels.value, self.labelling.numbering.value.numbers(stretch).tolist()
        usable = dict(self.labelling.source.rows(stretch.records))
        for place, line in enumerate(stretch.records.column("value").to_pylist()):
            if record := usable.get(place):
                label = labels.label(numbers[place], record.id)
                if label.is_canonical or not self.labelling.canonical_only:
                    yield json_line(record.fields | {name: getattr(label, name) for name in ADDED})
            elif line.strip() and not self.objects_only:
                yield line.rstrip(b"\r")
            elif fields := object_of(line):
                yield json_line(fields)


def json_line(record: dict[str, Any]) -> bytes:
    """A record as JSON, lone surrogates written as escapes."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTask:
    """Columns with the clusters of their records."""

    labelling: RecordLabelling

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        return map(self._labelled, stretches(batches))

    def _labelled(self, stretch: Stretch) -> pa.RecordBatch:
        import pyarrow as pa

        labels, numbers = self.labelling.labels.value, self.labelling.numbering.value.numbers(stretch).tolist()
        found = [(place, labels.label(numbers[place], record.id))
                 for place, record in self.labelling.source.rows(stretch.records)]  # fmt: skip
        by_place = dict(found)
        columns: dict[str, pa.Array] = dict(zip(stretch.records.schema.names, stretch.records.columns, strict=True))
        kinds = (columns[self.labelling.source.id].type, pa.int64(), pa.bool_())
        for name, kind in zip(ADDED, kinds, strict=True):
            cells = [getattr(by_place[at], name) if at in by_place else None for at in range(len(stretch.records))]
            columns[name] = pa.array(cells, kind)
        batch = pa.record_batch(columns)
        if not self.labelling.canonical_only:
            return batch
        return batch.filter(pa.array([at not in by_place or by_place[at].is_canonical for at in range(len(batch))]))


def write_pairs(found: DataFrame, labels: Broadcast[CorpusLabels], folder: str, form: PartFormat) -> None:
    """Write verified pairs (:data:`cleaners.spark.verify.FOUND`) as lines of JSON, as one machine does."""
    from pyspark.sql import functions as f

    told = found.mapInArrow(PairTask(labels=labels), "value binary")
    write_lines(told.select(f.col("value").cast("string")), folder, form)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTask:
    """Lines of JSON of confirmed pairs."""

    labels: Broadcast[CorpusLabels]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        import pyarrow as pa

        for batch in batches:
            lines = [self._line(MatchFound(**row, evidence=Evidence(shared=0))) for row in batch.to_pylist()]
            yield pa.record_batch({"value": pa.array(lines, pa.binary())})

    def _line(self, found: MatchFound) -> bytes:
        labels = self.labels.value
        ids: dict[int, Id] = {doc: labels.id_of(doc) for doc in (found.doc, found.other)}
        return pair_line(found, ids, same_cluster=labels.is_together(found.doc, found.other)).rstrip(b"\n")
