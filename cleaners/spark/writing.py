"""Records with their clusters, and verified pairs, as folders of JSON Lines or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cleaners.spark.documents import SparkSource, object_of
from cleaners.spark.part_files import PartFormat, write_lines

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession


def labelled(documents: DataFrame, printed: DataFrame, labels: DataFrame, canonical_only: bool) -> DataFrame:
    """``record`` with ``cluster_id`` (as JSON), ``cluster_size``, ``is_canonical``: none of them where the record
    has no id or no text."""
    from pyspark.sql import functions as f

    first = printed.select(f.col("doc").alias("first"), f.col("id").alias("cluster_id"))
    clusters = labels.join(first, "first").drop("first")
    own = printed.select("doc", "id")
    is_usable = f.col("id").isNotNull()
    every = (
        documents.join(own, "doc", "left")
        .join(clusters, "doc", "left")
        .select(
            "record",
            f.coalesce("cluster_id", "id").alias("cluster_id"),
            f.when(is_usable, f.coalesce("cluster_size", f.lit(1))).cast("long").alias("cluster_size"),
            f.when(is_usable, f.coalesce("is_canonical", f.lit(True))).alias("is_canonical"),
        )
    )
    return every.where("is_canonical or is_canonical is null") if canonical_only else every


def write(spark: SparkSession, labelled: DataFrame, source: SparkSource, folder: str, form: PartFormat) -> int:
    """Write the records to ``folder``; returns how many.

    A line that is no object of JSON goes as it stands into lines; Parquet has no place for it.
    """
    from pyspark.sql import functions as f

    if source.is_lines:
        value = f.col("record.value")
        usable = labelled.where("cluster_id is not null").withColumn("line", value.cast("binary")).drop("record")
        others = labelled.where("cluster_id is null").where(value.rlike(r"\S")).select(value.alias("value"))
        told = usable.mapInArrow(_lines, "value string")
        if form.is_lines:
            return write_lines(told.union(others), folder, form)
        objects = others.select(f.col("value").cast("binary").alias("value")).mapInArrow(_objects, "value string")
        told.union(objects).write.text(f"{folder}.lines")
        spark.read.json(f"{folder}.lines").write.parquet(folder)
        return int(spark.read.parquet(folder).count())
    kind = labelled.schema["record"].dataType[source.id].dataType
    name = f.from_json(f.concat(f.lit('{"id":'), "cluster_id", f.lit("}")), f"id {kind.simpleString()}")["id"]
    fields = {field: f.col("record").getField(field) for field in labelled.schema["record"].dataType.names}
    # Records that were cleaned here have these columns already, empty.
    fields |= {"cluster_id": name, "cluster_size": f.col("cluster_size"), "is_canonical": f.col("is_canonical")}
    columns = labelled.select(*(value.alias(field) for field, value in fields.items()))
    if form.is_lines:
        return write_lines(columns.select(as_json(columns).alias("value")), folder, form)
    columns.write.parquet(folder)
    return int(spark.read.parquet(folder).count())


def as_json(rows: DataFrame) -> Column:
    """Each row as one line of JSON, with what is null."""
    from pyspark.sql import functions as f

    return f.to_json(f.struct(*(rows[f"`{name}`"] for name in rows.columns)), {"ignoreNullFields": "false"})


def _lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Lines of JSON with the clusters of their records."""
    for batch in batches:
        yield _as_lines(
            json.loads(row.pop("line")) | {**row, "cluster_id": json.loads(row["cluster_id"])}
            for row in batch.to_pylist()
        )


def _objects(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The lines that are an object of JSON."""
    for batch in batches:
        yield _as_lines(filter(None, map(object_of, batch.column("value").to_pylist())))


def _as_lines(records: Iterable[dict[str, Any]]) -> pa.RecordBatch:
    import pyarrow as pa

    lines = [json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() for record in records]
    return pa.record_batch({"value": pa.array(lines, pa.string())})


def write_pairs(found: DataFrame, printed: DataFrame, folder: str, form: PartFormat) -> None:
    """Write verified pairs as lines of JSON, the earlier document first, as one machine does."""
    from pyspark.sql import functions as f

    later = printed.select("doc", f.col("id").alias("b"))
    earlier = printed.select(f.col("doc").alias("other"), f.col("id").alias("a"))
    shares = {
        "similarity": f.col("similarity"), "containment": f.greatest("containment", "covered"),
        "a_in_b": f.col("covered"), "b_in_a": f.col("containment"),
    }  # fmt: skip
    rest = f.to_json(f.struct("kind", *(f.round(share, 4).alias(name) for name, share in shares.items())))
    named = found.join(later, "doc").join(earlier, "other")
    line = f.concat(f.lit('{"a": '), "a", f.lit(', "b": '), "b", f.lit(", "), f.substring(rest, 2, 1000))
    write_lines(named.select(line.alias("value")), folder, form)
