"""Pairs worth comparing: keys go to the owners of their ranges, and the lists of documents to the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.index.window import DateWindow
from cleaners.dedup.partitioned import candidates as counting
from cleaners.dedup.partitioned.candidates import BlockPairs
from cleaners.dedup.partitioned.grown import GrownPostings, GrownRanges, grown
from cleaners.dedup.partitioned.layout import PartitionLayout
from cleaners.dedup.partitioned.postings import BlockLists, PostingRanges, dealt
from cleaners.spark.numbering import CorpusCount
from cleaners.spark.parcels import SCHEMA, Parcel, ParcelKind, packed, sent

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_HELD = 2_000_000
"""Postings that a task collects before it sends them: 8 bytes each, 20 those of growing anchors."""
_CLASHES = 20
"""So many are told of; digests agree by chance less often."""


def candidates(prints: DataFrame, corpus: CorpusCount, window: DateWindow | None = None) -> DataFrame:
    """Parcels: PAIRS of each block and what is ASKED of others for it, what is CROWDED, and CLASHES of ids.

    ``prints``: :data:`cleaners.spark.documents.PRINTS` with ``first`` and ``block``. ``window``: what is ASKED says for
    which days.
    """
    from pyspark.sql import functions as f

    layout = corpus.layout
    texts = ("lengths", "points") if layout.growing else ()
    told = prints.select("first", "docs", "keys", "identities", *texts).mapInArrow(PostTask(layout=layout), SCHEMA)
    lists = sent(told, layout.ranges + layout.hash_ranges, DealTask(layout=layout))
    if window:
        days = prints.select(
            f.col("block").alias("to"), f.lit(str(ParcelKind.DAYS)).alias("kind"), f.lit(0).alias("sender"), "first",
            "docs", f.lit(None).cast("binary").alias("lengths"), f.lit(None).cast("binary").alias("values"), "days",
        )  # fmt: skip
        lists = lists.union(days)
    # What concerns all goes through a partition of its own, after those of the blocks.
    return sent(lists, layout.blocks + 1, CountTask(layout=layout))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTask:
    """Keys and identities of documents, and their growing anchors where anchors grow, cut by range."""

    layout: PartitionLayout

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See :data:`cleaners.spark.numbering.Task`."""
        return packed(self._parcels(batches))

    def _parcels(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Parcel]:
        ranges = PostingRanges(self.layout)
        hashed = GrownRanges(self.layout, self.layout.growing) if self.layout.growing else None
        for row in (row for batch in batches for row in batch.to_pylist()):
            docs = np.frombuffer(row["docs"], dtype=np.uint32) + np.uint32(row["first"])
            ranges.add(np.frombuffer(row["keys"], dtype=np.uint64), docs)
            yield from self._identities(docs, np.frombuffer(row["identities"], dtype=np.uint64).reshape(-1, 2))
            if ranges.size >= _HELD:
                yield from _postings(ranges)
            if hashed:
                hashed.add(_forms(row), docs)
                if hashed.size >= _HELD:
                    yield from self._grown(hashed)
        yield from _postings(ranges)
        if hashed:
            yield from self._grown(hashed)

    def _grown(self, ranges: GrownRanges) -> Iterator[Parcel]:
        """Their ranges come after those of the keys."""
        for number, postings in ranges.take():
            values = np.concatenate((postings.hashes, postings.paths))
            yield Parcel(to=self.layout.ranges + number, kind=ParcelKind.GROWN, docs=postings.docs, values=values)

    def _identities(self, docs: NDArray[np.uint32], pairs: NDArray[np.uint64]) -> Iterator[Parcel]:
        owners = pairs[:, 0] % np.uint64(self.layout.ranges)
        for owner in np.unique(owners).tolist():
            own = owners == owner
            yield Parcel(to=owner, kind=ParcelKind.IDENTITIES, docs=docs[own], values=pairs[own].ravel())


def _forms(row: dict[str, Any]) -> NormalForms:
    lengths = np.frombuffer(row["lengths"], dtype=np.uint32)
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))
    return NormalForms(points=np.frombuffer(row["points"], dtype=np.int32), offsets=offsets)


def _postings(ranges: PostingRanges) -> Iterator[Parcel]:
    for number, postings in ranges.take():
        yield Parcel(to=number, kind=ParcelKind.POSTINGS, values=postings)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealTask:
    """The owner of a range."""

    layout: PartitionLayout

    def __call__(self, parcels: Iterator[Parcel]) -> Iterator[Parcel]:
        """See :data:`cleaners.spark.parcels.Work`."""
        postings: dict[int, list[NDArray[np.uint64]]] = {}
        growing: dict[int, list[GrownPostings]] = {}
        identities: list[tuple[NDArray[np.uint32], NDArray[np.uint64]]] = []
        for one in parcels:
            if one.kind is ParcelKind.POSTINGS:
                postings.setdefault(one.to, []).append(one.values.astype(np.uint64))
            elif one.kind is ParcelKind.GROWN:
                hashes, paths = one.values.astype(np.uint64).reshape(2, -1)
                growing.setdefault(one.to, []).append(GrownPostings(hashes=hashes, paths=paths, docs=one.docs))
            else:
                identities.append((one.docs, one.values.astype(np.uint64)))
        for number, parts in postings.items():
            told = dealt(number, parts, self.layout)
            yield from map(_list_parcel, told.lists)
            yield Parcel(to=self.layout.blocks, kind=ParcelKind.CROWDED, values=told.crowded)
        for grown_parts in growing.values():
            assert self.layout.growing
            yield from map(_list_parcel, grown(grown_parts, self.layout, self.layout.growing))
        later, first = clashing(identities)
        if len(later):
            yield Parcel(to=self.layout.blocks, kind=ParcelKind.CLASHES, docs=later, values=first)


def _list_parcel(lists: BlockLists) -> Parcel:
    return Parcel(to=lists.block, kind=ParcelKind.LISTS, values=lists.words)


def clashing(
    identities: Iterable[tuple[NDArray[np.uint32], NDArray[np.uint64]]],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The first documents whose id, by its digest, an earlier one with another text has, and the first with that id.

    identities: docs, and uint64[2 * n] digests of each one's id and text, in turns.
    """
    parts = list(identities)
    docs = np.concatenate([np.empty(0, dtype=np.uint32), *(docs for docs, _ in parts)])
    pairs = np.concatenate([np.empty(0, dtype=np.uint64), *(pairs for _, pairs in parts)]).reshape(-1, 2)
    order = np.lexsort((docs, pairs[:, 0]))
    docs, names, texts = docs[order], pairs[order, 0], pairs[order, 1]
    new = np.diff(names, prepend=~names[:1]) != 0
    firsts = np.flatnonzero(new)[np.cumsum(new) - 1]
    clash = np.flatnonzero(texts != texts[firsts])
    clash = clash[np.argsort(docs[clash])][:_CLASHES]
    return docs[clash], docs[firsts[clash]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTask:
    """The block of the later documents of pairs; or what concerns all."""

    layout: PartitionLayout

    def __call__(self, parcels: Iterator[Parcel]) -> Iterator[Parcel]:
        """See :data:`cleaners.spark.parcels.Work`."""
        words: dict[int, list[NDArray[np.uint32]]] = {}
        dated: list[Parcel] = []
        for one in parcels:
            if one.kind is ParcelKind.LISTS:
                words.setdefault(one.to, []).append(one.values.astype(np.uint32))
            elif one.kind is ParcelKind.DAYS:
                dated.append(one)
            else:
                yield one
        for block, parts in words.items():
            found = counting.candidates(block, parts, self.layout)
            yield Parcel(to=block, kind=ParcelKind.PAIRS, docs=found.later, values=found.earlier)
            yield from self._asked(block, found, dated)

    def _asked(self, block: int, found: BlockPairs, dated: list[Parcel]) -> Iterator[Parcel]:
        reach = np.empty((0, 2), dtype=np.int32)
        if dated:
            docs = np.concatenate([one.docs for one in dated])
            order = np.argsort(docs)
            reach = np.column_stack(found.reach(docs[order], np.concatenate([one.days for one in dated])[order]))
        done = 0
        for home, docs in found.asked(self.layout):
            days = reach[done : done + len(docs)].ravel()
            yield Parcel(to=home, kind=ParcelKind.ASKED, sender=block, docs=docs, days=days)
            done += len(docs)
