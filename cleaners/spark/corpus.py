"""A whole corpus on Spark: the steps of :func:`cleaners.dedup.corpus.deduplicate`, each one kept before the next
begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cleaners.dedup.corpus import CorpusColumns, DateField, DedupSummary
from cleaners.dedup.corpus.engine import corpus_recipe
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.partitioned.layout import PartitionSettings
from cleaners.errors import InputError
from cleaners.spark.candidates import candidates
from cleaners.spark.documents import SparkSource, placed, prints, source_of
from cleaners.spark.labels import labels, matched_docs, traits
from cleaners.spark.numbering import COUNTS, CorpusCount, Numbering, fixed_splits, numbered
from cleaners.spark.parcels import Parcel, ParcelKind, unpacked
from cleaners.spark.part_files import format_of, format_of_pairs
from cleaners.spark.storage import SparkStorage
from cleaners.spark.verify import verified
from cleaners.spark.writing import RecordLabelling, write, write_pairs

if TYPE_CHECKING:
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame, SparkSession

_NONE = np.empty(0, dtype=np.uint32)
_ARRAYS = {
    # Cells that are whole arrays: nothing in them repeats, and Spark's reader takes a group of rows at once.
    "compression": "lz4_raw",
    "parquet.enable.dictionary": "false",
    "parquet.block.row.count.limit": "16",
}
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
    growing: GrowingAnchorSettings = GrowingAnchorSettings(),
    partitions: PartitionSettings = PartitionSettings(),
    step: Step = lambda name: None,
) -> DedupSummary:
    """Match every document of the files and folders ``sources`` (JSON Lines or Parquet, all of one kind, with an id
    and a text in each record) and write the records to the folder ``output``: JSON Lines when its name ends in
    ``.jsonl``, ``.jsonl.gz`` or ``.jsonl.zst``, else Parquet; the names of its parts end so too.

    The records get ``cluster_id``, ``cluster_size`` and ``is_canonical``: the same as on one machine, where documents
    follow one another by path, then by place in the file. They come in no particular order; what is no record with an
    id and a text is counted and passed through as it stands. ``pairs``: every verified pair as JSON Lines, a folder
    too, packed as its name says. ``dating``: do not compare documents that are further apart, as on one machine.
    ``growing``: from which size on a corpus is matched by growing anchors, and by which, as on one machine.
    ``partitions``: how much a task has in hand.
    Results appear under their names when they are whole; what lies between the steps is in a folder beside ``output``
    that is removed in the end, and is why a lost worker costs one step's tasks only.

    Raises UsageError for paths that are not there, or are there already, or ask for another format, and InputError for
    a corpus without a usable record (or a date, where one is asked for) or with two texts of one id.
    """
    from pyspark.sql import functions as f

    form, pairs_form = format_of(output), format_of_pairs(pairs or "")
    storage = SparkStorage(spark)
    storage.check_input(sources)
    for target in filter(None, (output, pairs)):
        storage.check_output(target)
    source = source_of(sources, columns)
    with storage.workshop(output) as work, fixed_splits(spark):

        def kept(frame: DataFrame, name: str) -> DataFrame:
            step(name)
            frame.write.options(**_ARRAYS).parquet(f"{work}/{name}")
            return spark.read.parquet(f"{work}/{name}")

        records = placed(spark, list(sources), source)
        printed = kept(prints(records, source, dating.field if dating else None), "prints")
        corpus = numbered(printed.select(*COUNTS).toArrow(), partitions, growing)
        _check(corpus, sources, dating)
        numbering = spark.sparkContext.broadcast(corpus.numbering)
        printed = printed.join(f.broadcast(spark.createDataFrame(corpus.places)), ["path", "start", "row"])
        window = dating.window if dating else None
        proposed = kept(candidates(printed, corpus, window), "candidates")
        told = _told(proposed)
        _check_ids(told, records, source, numbering, sources)
        crowded = np.concatenate([_NONE, *(one.values.astype(np.uint32) for one in told[ParcelKind.CROWDED])])
        found = kept(verified(printed, proposed, crowded, corpus, window), "found")
        step("clusters")
        pairs_found = found.toArrow()
        looks = traits(records, source, matched_docs(pairs_found), numbering).toArrow()
        decided = labels(pairs_found, looks)
        step("writing")
        told_labels = spark.sparkContext.broadcast(decided)
        labelling = RecordLabelling(
            source=source, numbering=numbering, labels=told_labels, canonical_only=canonical_only
        )
        written = write(spark, records, labelling, f"{work}/records", form)
        if pairs:
            write_pairs(found, told_labels, f"{work}/pairs", pairs_form)
            storage.put(f"{work}/pairs", pairs, pairs_form)
        storage.put(f"{work}/records", output, form)
    return DedupSummary(
        documents=corpus.documents,
        skipped=corpus.records - corpus.documents,
        pairs=pairs_found.num_rows,
        apart=decided.apart,
        clusters=corpus.documents - decided.repeated,
        written=written,
        undated=corpus.undated if dating else 0,
        recipe=corpus_recipe(corpus.layout.growing),
    )


def _told(proposed: DataFrame) -> dict[ParcelKind, list[Parcel]]:
    """What concerns all blocks: CROWDED, and CLASHES."""
    from pyspark.sql import functions as f

    found: dict[ParcelKind, list[Parcel]] = {ParcelKind.CROWDED: [], ParcelKind.CLASHES: []}
    rows = proposed.where(f.col("kind").isin([str(kind) for kind in found]))
    for one in unpacked(rows.toArrow().to_batches()):
        found[one.kind].append(one)
    return found


def _check(corpus: CorpusCount, sources: Sequence[str], dating: DateField | None) -> None:
    """Raises InputError when there are no documents, or none with a date where one is asked for."""
    if not corpus.documents:
        raise InputError(
            "{source} holds no record with an id and a text: name JSON Lines or Parquet that do, and "
            "their fields with --id-field and --text-field",
            source=sources[0],
        )
    if dating and corpus.undated == corpus.documents:
        raise InputError(
            "{source}: no record has an ISO date in {field!r}: name the field that has one",
            source=sources[0],
            field=dating.field,
        )


def _check_ids(
    told: dict[ParcelKind, list[Parcel]],
    records: DataFrame,
    source: SparkSource,
    numbering: Broadcast[Numbering],
    sources: Sequence[str],
) -> None:
    """Raises InputError for two texts with one id; saved twice, a page has one id: that is a copy."""
    clashes = {(int(doc), int(first)) for one in told[ParcelKind.CLASHES]
               for doc, first in zip(one.docs, one.values, strict=True)}  # fmt: skip
    if not clashes:
        return
    docs = np.unique(np.array(sorted(clashes), dtype=np.int64))
    looks = traits(records, source, docs, numbering).toArrow()
    ids = dict(zip(looks["doc"].to_pylist(), looks["id"].to_pylist(), strict=True))
    if twice := next((ids[doc] for doc, first in sorted(clashes) if ids[doc] == ids[first]), None):
        raise InputError(
            "{source}: the id {id!r} occurs twice, with other texts: give each record an id of its "
            "own, or name the field that has one with --id-field",
            source=sources[0],
            id=json.loads(twice),
        )
