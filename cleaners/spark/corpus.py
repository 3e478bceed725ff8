"""A whole corpus on Spark: the steps of :func:`cleaners.corpus.deduplicate`, each one kept before the next begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cleaners.corpus import Summary
from cleaners.errors import InputError, UsageError
from cleaners.spark.candidates import candidates
from cleaners.spark.documents import LINES, TABLE, Source, numbered, prints
from cleaners.spark.labels import labels
from cleaners.spark.storage import Storage
from cleaners.spark.verify import crowded_slots, marked, verified

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

Step = Callable[[str], None]
"""Is told which step begins."""
_JSON = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".ndjson", ".ndjson.gz")


def deduplicate(
    spark: SparkSession,
    sources: Sequence[str],
    output: str,
    *,
    pairs: str | None = None,
    canonical_only: bool = False,
    step: Step = lambda name: None,
) -> Summary:
    """Match every document of the files and folders ``sources`` (JSON Lines or Parquet, all of one kind, with ``id``
    and ``text``) and write the records to the folder ``output``, as Parquet, or JSON Lines when its name ends so.

    The records get ``cluster_id``, ``cluster_size`` and ``is_canonical``: the same as on one machine, where documents
    follow one another by path, then by place in the file. They come in no particular order. ``pairs``: every verified
    pair as JSON Lines, a folder too. Results appear under their names when they are whole; what lies between the steps
    is in a folder beside ``output`` that is removed in the end, and is why a lost worker costs one step's tasks only.

    Raises UsageError for paths that are not there, or are there already, and InputError for a corpus without a usable
    record or with an id that occurs twice.
    """
    storage = Storage(spark)
    storage.check_input(sources)
    for target in filter(None, (output, pairs)):
        storage.check_output(target)
    source = _source(sources)
    with storage.workshop(output) as work:

        def kept(frame: DataFrame, name: str) -> DataFrame:
            step(name)
            frame.write.parquet(f"{work}/{name}")
            return spark.read.parquet(f"{work}/{name}")

        documents = kept(numbered(spark, list(sources), source), "documents")
        printed = kept(prints(documents, source), "prints")
        count = _checked(printed, sources)
        proposed = kept(candidates(printed), "candidates")
        crowded = spark.sparkContext.broadcast(crowded_slots(printed, count))
        flagged = kept(marked(printed, proposed, crowded), "marked")
        found = kept(verified(proposed, flagged), "found")
        step("clusters")
        table = labels(found, printed)
        labelled = _labelled(documents, printed, spark.createDataFrame(table), canonical_only)
        step("writing")
        written = _write(spark, labelled, source, f"{work}/records", output)
        if pairs:
            _pairs(found, printed).write.text(f"{work}/pairs", compression=_compression(pairs))
            storage.put(f"{work}/pairs", pairs)
        total, matched = documents.where(_not_blank(source)).count(), found.count()
        storage.put(f"{work}/records", output)
    repeated = table.num_rows - len(set(table["first"].to_pylist()))
    return Summary(documents=count, skipped=total - count, pairs=matched, clusters=count - repeated, written=written)


def _source(paths: Sequence[str]) -> Source:
    """By the names: a path that ends as JSON Lines do is one, everything else is Parquet."""
    kinds = {path.lower().endswith((*_JSON, ".jsonl/", ".bz2")) for path in paths}
    if len(kinds) > 1:
        raise UsageError("JSON Lines and Parquet in one run: convert one of them, or match them apart")
    return LINES if kinds == {True} else TABLE


def _checked(printed: DataFrame, sources: Sequence[str]) -> int:
    """How many documents there are; raises InputError when there are none, or two with one id."""
    count = int(printed.count())
    if not count:
        raise InputError(f"{sources[0]} holds no record with an id and a text: name JSON Lines or Parquet that do")
    twice = printed.groupBy("id").count().where("count > 1").select("id").first()
    if twice:
        raise InputError(f"{sources[0]}: the id {twice.id} occurs twice: give each record an id of its own")
    return count


def _labelled(documents: DataFrame, printed: DataFrame, labels: DataFrame, canonical_only: bool) -> DataFrame:
    """``record`` with ``cluster_id`` (as JSON), ``cluster_size``, ``is_canonical``."""
    from pyspark.sql import functions as f

    first = printed.select(f.col("doc").alias("first"), f.col("id").alias("cluster_id"))
    families = labels.join(first, "first").drop("first")
    own = printed.select("doc", "id")
    every = documents.join(own, "doc").join(families, "doc", "left").select(
        "record",
        f.coalesce("cluster_id", "id").alias("cluster_id"),
        f.coalesce("cluster_size", f.lit(1)).cast("long").alias("cluster_size"),
        f.coalesce("is_canonical", f.lit(True)).alias("is_canonical"),
    )
    return every.where("is_canonical") if canonical_only else every


def _write(spark: SparkSession, labelled: DataFrame, source: Source, folder: str, output: str) -> int:
    """Write the records; returns how many."""
    from pyspark.sql import functions as f

    lines = output.lower().rstrip("/").endswith(_JSON)
    if source is LINES:
        text = labelled.withColumn("line", f.col("record.value").cast("binary")).drop("record")
        text = text.mapInArrow(_lines, "value string")
        place = folder if lines else f"{folder}.lines"
        text.write.text(place, compression=_compression(output))
        if not lines:
            spark.read.json(place).write.parquet(folder)
        return int(spark.read.text(place).count())
    kind = labelled.schema["record"].dataType["id"].dataType
    name = f.from_json(f.concat(f.lit('{"id":'), "cluster_id", f.lit("}")), f"id {kind.simpleString()}")["id"]
    columns = labelled.select("record.*", name.alias("cluster_id"), "cluster_size", "is_canonical")
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


def _pairs(found: DataFrame, printed: DataFrame) -> DataFrame:
    """Verified pairs as lines of JSON, the earlier document first."""
    from pyspark.sql import functions as f

    later = printed.select("doc", f.col("id").alias("b"))
    earlier = printed.select(f.col("doc").alias("other"), f.col("id").alias("a"))
    share = f.round(f.greatest("containment", "covered"), 4)
    rest = f.to_json(f.struct("kind", f.round("similarity", 4).alias("similarity"), share.alias("containment")))
    named = found.join(later, "doc").join(earlier, "other")
    return named.select(f.concat(f.lit('{"a": '), "a", f.lit(', "b": '), "b", f.lit(", "), f.substring(rest, 2, 1000)))


def _not_blank(source: Source) -> str:
    return "trim(record.value) != ''" if source is LINES else "true"


def _compression(name: str) -> str:
    return "gzip" if name.rstrip("/").endswith(".gz") else "none"
