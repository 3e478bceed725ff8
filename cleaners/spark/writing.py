"""Records with their clusters, and verified pairs, as folders of JSON Lines or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cleaners.spark.documents import JSON_LINES, SparkSource

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


def labelled(documents: DataFrame, printed: DataFrame, labels: DataFrame, canonical_only: bool) -> DataFrame:
    """``record`` with ``cluster_id`` (as JSON), ``cluster_size``, ``is_canonical``."""
    from pyspark.sql import functions as f

    first = printed.select(f.col("doc").alias("first"), f.col("id").alias("cluster_id"))
    clusters = labels.join(first, "first").drop("first")
    own = printed.select("doc", "id")
    every = (
        documents.join(own, "doc")
        .join(clusters, "doc", "left")
        .select(
            "record",
            f.coalesce("cluster_id", "id").alias("cluster_id"),
            f.coalesce("cluster_size", f.lit(1)).cast("long").alias("cluster_size"),
            f.coalesce("is_canonical", f.lit(True)).alias("is_canonical"),
        )
    )
    return every.where("is_canonical") if canonical_only else every


def write(spark: SparkSession, labelled: DataFrame, source: SparkSource, folder: str, output: str) -> int:
    """Write the records to ``folder``, in the form that the name ``output`` asks for; returns how many."""
    from pyspark.sql import functions as f

    lines = output.lower().rstrip("/").endswith(JSON_LINES)
    if source.is_lines:
        text = labelled.withColumn("line", f.col("record.value").cast("binary")).drop("record")
        text = text.mapInArrow(_lines, "value string")
        place = folder if lines else f"{folder}.lines"
        text.write.text(place, compression=_compression(output))
        if not lines:
            spark.read.json(place).write.parquet(folder)
        return int(spark.read.text(place).count())
    kind = labelled.schema["record"].dataType[source.id].dataType
    name = f.from_json(f.concat(f.lit('{"id":'), "cluster_id", f.lit("}")), f"id {kind.simpleString()}")["id"]
    fields = {field: f.col("record").getField(field) for field in labelled.schema["record"].dataType.names}
    # Records that were cleaned here have these columns already, empty.
    fields |= {"cluster_id": name, "cluster_size": f.col("cluster_size"), "is_canonical": f.col("is_canonical")}
    columns = labelled.select(*(value.alias(field) for field, value in fields.items()))
    if lines:
        columns.write.json(folder, compression=_compression(output), ignoreNullFields=False)
    else:
        columns.write.parquet(folder)
    return int((spark.read.text(folder) if lines else spark.read.parquet(folder)).count())


def _lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        lines = [
            json.dumps(
                json.loads(row.pop("line")) | {**row, "cluster_id": json.loads(row["cluster_id"])}, ensure_ascii=False
            ).encode("utf-8", "backslashreplace").decode()
            for row in batch.to_pylist()
        ]  # fmt: skip
        yield pa.record_batch({"value": pa.array(lines, pa.string())})


def write_pairs(found: DataFrame, printed: DataFrame, folder: str, output: str) -> None:
    """Write verified pairs as lines of JSON, the earlier document first."""
    from pyspark.sql import functions as f

    later = printed.select("doc", f.col("id").alias("b"))
    earlier = printed.select(f.col("doc").alias("other"), f.col("id").alias("a"))
    share = f.round(f.greatest("containment", "covered"), 4)
    rest = f.to_json(f.struct("kind", f.round("similarity", 4).alias("similarity"), share.alias("containment")))
    named = found.join(later, "doc").join(earlier, "other")
    line = f.concat(f.lit('{"a": '), "a", f.lit(', "b": '), "b", f.lit(", "), f.substring(rest, 2, 1000))
    named.select(line).write.text(folder, compression=_compression(output))


def _compression(name: str) -> str:
    return "gzip" if name.rstrip("/").endswith(".gz") else "none"
