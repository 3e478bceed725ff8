"""A whole corpus on Spark: the steps of :func:`cleaners.dedup.corpus.deduplicate`, each one kept before the next
begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cleaners.dedup.corpus import CorpusColumns, DateField, DedupSummary
from cleaners.dedup.index.window import UNDATED
from cleaners.errors import InputError
from cleaners.spark.candidates import candidates, near
from cleaners.spark.documents import SparkSource, numbered, prints, source_of, traits
from cleaners.spark.labels import labels
from cleaners.spark.part_files import format_of, format_of_pairs
from cleaners.spark.storage import SparkStorage
from cleaners.spark.verify import crowded_slots, marked, verified
from cleaners.spark.writing import labelled, write, write_pairs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Step = Callable[[str], None]
"""Is told which step begins."""


def deduplicate(
    spark: SparkSession,
    sources: Sequence[str],
    output: str,
    *,
    columns: CorpusColumns = CorpusColumns(),
    pairs: str | None = None,
    canonical_only: bool = False,
    dating: DateField | None = None,
    step: Step = lambda name: None,
) -> DedupSummary:
    """Match every document of the files and folders ``sources`` (JSON Lines or Parquet, all of one kind, with an id
    and a text in each record) and write the records to the folder ``output``: JSON Lines when its name ends in
    ``.jsonl``, ``.jsonl.gz`` or ``.jsonl.zst``, else Parquet; the names of its parts end so too.

    The records get ``cluster_id``, ``cluster_size`` and ``is_canonical``: the same as on one machine, where documents
    follow one another by path, then by place in the file. They come in no particular order; what is no record with an
    id and a text is counted and passed through as it stands. ``pairs``: every verified pair as JSON Lines, a folder
    too, packed as its name says. ``dating``: do not compare documents that are further apart, as on one machine.
    Results appear under their names when they are whole; what lies between the steps is in a folder beside ``output``
    that is removed in the end, and is why a lost worker costs one step's tasks only.

    Raises UsageError for paths that are not there, or are there already, or ask for another format, and InputError for
    a corpus without a usable record (or a date, where one is asked for) or with two texts of one id.
    """
    form, pairs_form = format_of(output), format_of_pairs(pairs or "")
    storage = SparkStorage(spark)
    storage.check_input(sources)
    for target in filter(None, (output, pairs)):
        storage.check_output(target)
    source = source_of(sources, columns)
    with storage.workshop(output) as work:

        def kept(frame: DataFrame, name: str) -> DataFrame:
            step(name)
            frame.write.parquet(f"{work}/{name}")
            return spark.read.parquet(f"{work}/{name}")

        documents = kept(numbered(spark, list(sources), source), "documents")
        printed = kept(prints(documents, source, dating.field if dating else None), "prints")
        count, undated = _checked(printed, sources, dating)
        sharing = candidates(printed)
        proposed = kept(near(sharing, printed, dating.window) if dating else sharing, "candidates")
        crowded = spark.sparkContext.broadcast(crowded_slots(printed, count))
        flagged = kept(marked(printed, proposed, crowded), "marked")
        found = kept(verified(proposed, flagged, count), "found")
        step("clusters")
        table = labels(found, traits(documents, source, found))
        records = labelled(documents, printed, spark.createDataFrame(table), canonical_only)
        step("writing")
        written = write(spark, records, source, f"{work}/records", form)
        if pairs:
            write_pairs(found, printed, f"{work}/pairs", pairs_form)
            storage.put(f"{work}/pairs", pairs, pairs_form)
        skipped, matched = _records(documents, source) - count, found.count()
        storage.put(f"{work}/records", output, form)
    repeated = table.num_rows - len(set(table["first"].to_pylist()))
    return DedupSummary(
        documents=count, skipped=skipped, pairs=matched, clusters=count - repeated, written=written, undated=undated
    )


def _checked(printed: DataFrame, sources: Sequence[str], dating: DateField | None) -> tuple[int, int]:
    """How many documents there are, and how many without a date where one is asked for.

    Raises InputError when there are none, or none with a date, or two texts with one id.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    count = int(printed.count())
    if not count:
        raise InputError(
            f"{sources[0]} holds no record with an id and a text: name JSON Lines or Parquet that do, and their fields "
            "with --id-field and --text-field"
        )
    before = f.first("digest").over(Window.partitionBy("id").orderBy("doc"))
    others = printed.select("doc", "id", "digest", before.alias("before")).where("digest != before")
    if twice := others.orderBy("doc").first():  # saved twice, a page has one id: that is a copy
        raise InputError(
            f"{sources[0]}: the id {json.loads(twice.id)!r} occurs twice, with other texts: "
            "give each record an id of its own, or name the field that has one with --id-field"
        )
    undated = printed.where(f.col("day") == UNDATED).count() if dating else 0
    if dating and undated == count:
        raise InputError(f"{sources[0]}: no record has an ISO date in {dating.field!r}: name the field that has one")
    return count, undated


def _records(documents: DataFrame, source: SparkSource) -> int:
    """How many records there are, usable or not: blank lines are none."""
    from pyspark.sql import functions as f

    return int((documents.where(f.col("record.value").rlike(r"\S")) if source.is_lines else documents).count())
