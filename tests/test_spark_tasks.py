"""What tasks on Spark do and send each other, and how records get their numbers; here without Spark, run by hand."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cleaners.dedup.corpus import DateField, deduplicate
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.index.window import DateWindow
from cleaners.dedup.partitioned.layout import PartitionSettings
from cleaners.errors import InputError
from cleaners.spark import candidates, labels, verify, writing
from cleaners.spark.candidates import clashing
from cleaners.spark.compiling import compile_kernels
from cleaners.spark.documents import PrintTask, object_of, source_of
from cleaners.spark.numbering import COUNTS, PLACE, Numbering, numbered, stretches
from cleaners.spark.parcels import Parcel, ParcelKind, PartitionTask, packed, unpacked
from tests.spark_corpus import written


def batch(*rows: tuple[str, str, int]) -> pa.RecordBatch:
    values, paths, starts = zip(*rows, strict=True)
    return pa.record_batch({"value": list(values), PLACE[0]: list(paths), PLACE[1]: pa.array(starts, pa.int64())})


def test_records_are_counted_by_the_split_in_which_they_stand() -> None:
    batches = [
        batch(("1", "b", 0), ("2", "b", 0), ("3", "a", 0)),
        batch(("4", "a", 0), ("5", "a", 9), ("6", "b", 7)),
    ]
    found = [(one.path, one.start, one.row, one.records.column("value").to_pylist()) for one in stretches(batches)]
    assert found == [
        ("b", 0, 0, ["1", "2"]), ("a", 0, 0, ["3"]), ("a", 0, 1, ["4"]), ("a", 9, 0, ["5"]), ("b", 7, 0, ["6"]),
    ]  # fmt: skip
    assert next(stretches(batches)).records.schema.names == ["value"]


def test_a_file_that_has_grown_is_told() -> None:
    numbering = Numbering(first={("b", 0): 40}, size={("b", 0): 2})
    (two,) = stretches([batch(("1", "b", 0), ("2", "b", 0))])
    assert numbering.numbers(two).tolist() == [40, 41]
    for rows in ([("1", "b", 0)] * 3, [("1", "b", 5)], [("1", "c", 0)]):
        (more,) = stretches([batch(*rows)])
        with pytest.raises(InputError, match="changed while it was read"):
            numbering.numbers(more)


def test_parcels_come_as_they_were_sent() -> None:
    points = np.array([-1, 2, 1 << 30], dtype=np.int32)
    keys = np.array([1, 1 << 63], dtype=np.uint64)
    docs = np.array([7, 9], dtype=np.uint32)
    sent = [
        Parcel(to=3, kind=ParcelKind.FORMS, docs=docs, lengths=docs, values=points, days=points),
        Parcel(to=0, kind=ParcelKind.POSTINGS, values=keys),
        Parcel(to=1, kind=ParcelKind.ASKED, sender=2, docs=docs),
    ]
    came = list(unpacked(packed(sent)))
    for one, other in zip(came, sent, strict=True):
        assert (one.to, one.kind, one.sender) == (other.to, other.kind, other.sender)
        for name in ("docs", "lengths", "values", "days"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    (row,) = next(packed(sent[:1])).to_pylist()
    moved = pa.RecordBatch.from_pylist([row | {"first": 100}], schema=next(packed(sent[:1])).schema)
    assert next(unpacked([moved])).docs.tolist() == [107, 109]


def test_two_texts_of_one_id_are_told_however_they_come() -> None:
    docs = np.array([9, 2, 4, 5, 7], dtype=np.uint32)
    digests = np.array([[1, 50], [1, 50], [1, 51], [2, 50], [2, 50]], dtype=np.uint64)
    for parts in ([slice(0, 5)], [slice(3, 5), slice(1, 3), slice(0, 1)]):
        later, first = clashing([(docs[part], digests[part].ravel()) for part in parts])
        assert (later.tolist(), first.tolist()) == ([4], [2]), "9 is a copy of 2, and so is 7 of 5"
    none, _ = clashing([])
    assert not len(none)


DAY = DateField(window=DateWindow(days=40), field="day")
Rows = Iterable[pa.RecordBatch]


@dataclass(frozen=True)
class Held:
    """What Spark calls a broadcast variable."""

    value: Any


def moved(rows: Rows, partitions: int, task: Callable[[Iterator[pa.RecordBatch]], Rows]) -> list[pa.RecordBatch]:
    """A shuffle and what follows it; the last row that was sent comes first."""
    parts = defaultdict[int, list[pa.RecordBatch]](list)
    for one in (batch.slice(at, 1) for batch in rows for at in range(len(batch))):
        parts[one.column("to")[0].as_py() % partitions].insert(0, one)
    return [made for part in parts.values() for made in task(iter(part))]


def of_kind(rows: Rows, *kinds: ParcelKind) -> list[pa.RecordBatch]:
    return [one for one in rows if one.column("kind")[0].as_py() in kinds]


def by_hand(
    source: Path, dating: DateField | None, growing: GrowingAnchorSettings
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records with their clusters, and the pairs."""
    form = source_of([str(source)])
    lines = source.read_bytes().split(b"\n")
    lines = lines if lines[-1] else lines[:-1]

    def batches() -> Iterator[pa.RecordBatch]:
        for begin in range(0, len(lines), 20):
            own = lines[begin : begin + 20]
            split = pa.array([100 * (begin // 100)] * len(own), pa.int64())
            yield pa.record_batch(
                {"value": pa.array(own, pa.binary()), PLACE[0]: ["file:/in"] * len(own), PLACE[1]: split}
            )

    printing = PrintTask(source=form, date=dating.field if dating else None)
    prints = pa.Table.from_batches(list(printing(batches())))
    corpus = numbered(prints.select(COUNTS), PartitionSettings(documents=30, postings=4000), growing)
    layout, window, numbering = corpus.layout, dating.window if dating else None, Held(corpus.numbering)
    assert layout.blocks > 5 and layout.ranges > 4 and (layout.hash_ranges > 4 or not layout.growing)
    joined = prints.join(corpus.places, ["path", "start", "row"]).combine_chunks().to_batches()
    told = list(candidates.PostTask(layout=layout)(iter(joined)))
    lists = moved(told, layout.ranges + layout.hash_ranges, PartitionTask(work=candidates.DealTask(layout=layout)))
    forms = [form_row(row, ParcelKind.FORMS) for batch in joined for row in batch.to_pylist()]
    days = [form_row(row, ParcelKind.DAYS) for batch in joined for row in batch.to_pylist()] if window else []
    proposed = moved([*lists, *days], layout.blocks + 1, PartitionTask(work=candidates.CountTask(layout=layout)))
    crowded = [one.values for one in unpacked(of_kind(proposed, ParcelKind.CROWDED))]
    shipping = verify.ShipTask(crowded=Held(np.concatenate(crowded)), window=window)
    texts = moved([*forms, *of_kind(proposed, ParcelKind.ASKED)], layout.blocks, PartitionTask(work=shipping))
    comparing = verify.CompareTask(layout=layout, window=window)
    found = pa.Table.from_batches(moved([*texts, *of_kind(proposed, ParcelKind.PAIRS)], layout.blocks, comparing))
    looking = labels.LookTask(source=form, docs=Held(labels.matched_docs(found)), numbering=numbering)
    decided = Held(labels.labels(found, pa.Table.from_batches(list(looking(batches())))))
    rule = writing.RecordLabelling(source=form, numbering=numbering, labels=decided, canonical_only=False)
    records = writing.LineTask(labelling=rule, objects_only=True)(batches())
    pairs = writing.PairTask(labels=decided)(iter(found.to_batches()))
    return told_lines(records), told_lines(pairs)


def form_row(row: dict[str, Any], kind: ParcelKind) -> pa.RecordBatch:
    """What Spark selects of a row of prints."""
    (schema,) = {one.schema for one in packed([Parcel(to=0, kind=kind)])}
    cells = {"to": row["block"], "kind": str(kind), "sender": 0, "values": row["points"]}
    return pa.RecordBatch.from_pylist([row | cells], schema=schema)


def told_lines(rows: Rows) -> list[dict[str, Any]]:
    return [json.loads(line) for batch in rows for line in batch.column("value").to_pylist()]


def in_order(rows: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize(
    ("dating", "growing_from"), [(None, 10_000), (DAY, 10_000), (DAY, 0)], ids=["undated", "dated", "growing"]
)
def test_tasks_run_by_hand_give_what_one_machine_gives(
    tmp_path: Path, dating: DateField | None, growing_from: int
) -> None:
    growing = GrowingAnchorSettings(documents_from=growing_from)
    source = written(tmp_path)
    if dating:
        rows = [json.loads(line) for line in source.read_bytes().split(b"\n")[:50]]
        dates = [None, "2024-01-01", "2024-01-30", "2024-04-01"]
        rows = [row | {"id": f"{n}/{m}", "day": day} for n, row in enumerate(rows) for m, day in enumerate(dates)]
        source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    here, pairs = tmp_path / "here.jsonl", tmp_path / "pairs.jsonl"
    done = deduplicate(source, here, pairs=pairs, dating=dating, growing=growing)
    assert ("growing" in done.recipe) == (growing_from == 0)
    records, found = by_hand(source, dating, growing)
    assert done.pairs > 100
    assert in_order(found) == in_order(map(json.loads, pairs.open("rb")))
    assert in_order(records) == in_order(filter(None, map(object_of, here.open("rb"))))


def compiled() -> set[tuple[str, str, str]]:
    """The types for which there is machine code, of each kernel that was compiled or loaded in this process."""
    rooms = [room for name, room in sys.modules.items() if name.startswith("cleaners.") and "kernels" in name]
    return {
        (room.__name__, name, str(types))
        for room in rooms for name, kernel in vars(room).items() for types in getattr(kernel, "signatures", ())
    }  # fmt: skip


@pytest.mark.parametrize("growing_from", [10_000, 0])
def test_tasks_run_what_the_driver_has_compiled(tmp_path: Path, growing_from: int) -> None:
    compile_kernels()
    before = compiled()
    by_hand(written(tmp_path), DAY, GrowingAnchorSettings(documents_from=growing_from))
    assert compiled() == before
