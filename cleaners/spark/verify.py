"""Candidate pairs laid along one another, with what many documents share marked in both, by
:mod:`cleaners.dedup.verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import verify
from cleaners.dedup.corpus.engine import COMMON, SLOTS, covered, limit_of, slots_of
from cleaners.dedup.fingerprint import NormalForms

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

FOUND = "doc long, other long, kind string, similarity double, containment double, covered double"
"""The columns of confirmed pairs: see :class:`cleaners.dedup.match.MatchFound`; ``doc`` is the later one."""
_MARKED = "doc long, points binary"


def crowded_slots(prints: DataFrame, documents: int) -> NDArray[np.bool_]:
    """For each counter of anchors whether so many share it that it proves nothing, as in
    :mod:`cleaners.dedup.corpus.engine`."""
    from pyspark.sql import functions as f

    anchors = prints.select(f.explode("keys").alias("key")).where("key >= 0")
    counts = anchors.groupBy(f.shiftright("key", 32 - SLOTS).alias("slot")).count()
    crowded = np.zeros(1 << SLOTS, dtype=np.bool_)
    crowded[[row.slot for row in counts.where(f.col("count") > limit_of(documents)).collect()]] = True
    return crowded


def marked(prints: DataFrame, pairs: DataFrame, crowded: Broadcast[Any]) -> DataFrame:
    """``(doc, points)`` of the documents that stand in a pair, what many share marked in the points."""
    standing = pairs.select("doc").union(pairs.select("other")).distinct()
    held = prints.join(standing, "doc", "left_semi").select("doc", "points", "keys")
    return held.mapInArrow(lambda batches: map(_marking(crowded), batches), _MARKED)


def verified(pairs: DataFrame, marked: DataFrame, documents: int) -> DataFrame:
    """:data:`FOUND` of the pairs that tell one article, in a corpus of so many documents."""
    other = marked.selectExpr("doc as other", "points as other_points")
    laid = pairs.join(other, "other").join(marked, "doc")
    return laid.select("doc", "points", "other", "other_points").mapInArrow(_verifying(documents), FOUND)


def _marking(crowded: Broadcast[Any]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def marking(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        forms = _normal(batch.column("points").to_pylist())
        keys = [np.array(row, dtype=np.int64) for row in batch.column("keys").to_pylist()]
        anchors = [row[row >= 0].astype(np.uint32) for row in keys]
        offsets = np.cumsum([0, *map(len, anchors)], dtype=np.int64)
        every = np.concatenate([np.empty(0, dtype=np.uint32), *anchors])
        common = covered(forms, every, offsets, crowded.value[slots_of(every)])
        points = forms.points | np.where(common, COMMON, np.int32(0))
        flagged = NormalForms(points=points, offsets=forms.offsets)
        return pa.record_batch({
            "doc": batch.column("doc"),
            "points": pa.array([flagged[row].tobytes() for row in range(len(flagged))], pa.binary()),
        })  # fmt: skip

    return marking


def _verifying(documents: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def verifying(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (_verified(batch, documents) for batch in batches)

    return verifying


def _verified(batch: pa.RecordBatch, documents: int) -> pa.RecordBatch:
    import pyarrow as pa

    rows = batch.to_pydict()
    texts = dict(zip(rows["doc"], rows["points"], strict=True)) | dict(
        zip(rows["other"], rows["other_points"], strict=True)
    )
    place = {doc: at for at, doc in enumerate(texts)}
    forms = _normal(list(texts.values()))
    # The text that is indexed is the longer one, most often the same for neighbours: equal ones side by side.
    order = sorted(range(len(rows["doc"])), key=lambda at: rows["other"][at])
    left = np.array([place[rows["doc"][at]] for at in order], dtype=np.int64)
    right = np.array([place[rows["other"][at]] for at in order], dtype=np.int64)
    plain = NormalForms(points=forms.points & ~COMMON, offsets=forms.offsets)
    common = (forms.points & COMMON) != 0
    verdicts = verify.verify_in_corpus(plain, left, right, common=common, documents=documents)
    return pa.RecordBatch.from_pylist([
        {"doc": rows["doc"][order[v.pair]], "other": rows["other"][order[v.pair]], "kind": v.kind,
         "similarity": v.similarity, "containment": v.left, "covered": v.right}
        for v in verdicts
    ], schema=_found_schema(pa))  # fmt: skip


def _found_schema(pa: Any) -> pa.Schema:
    reals = [(name, pa.float64()) for name in ("similarity", "containment", "covered")]
    return pa.schema([("doc", pa.int64()), ("other", pa.int64()), ("kind", pa.string()), *reals])


def _normal(points: list[bytes]) -> NormalForms:
    return NormalForms(
        points=np.frombuffer(b"".join(points), dtype=np.int32),
        offsets=np.cumsum([0, *(len(one) // 4 for one in points)], dtype=np.int64),
    )
