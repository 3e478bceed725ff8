"""The match index in memory: sorted runs, merged when the newer one has grown as large as the older one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.index import BANDS, CandidatePairs, IndexKeys, IndexLimits

Pairs = NDArray[np.uint64]
"""``row << 32 | doc``: sorts by row, then by document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingBuffer:
    """Keys in ascending order, each beside its document; equal keys have ascending documents, one more than the
    limit at most."""

    keys: NDArray[Any]
    docs: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRun:
    """The postings of the documents that came in one stretch of time."""

    bands: PostingBuffer
    anchors: PostingBuffer
    documents: int


def _places(groups: NDArray[Any]) -> NDArray[np.int64]:
    """The place of each entry among its equals, from 0; equals lie side by side."""
    first = np.flatnonzero(np.diff(groups, prepend=~groups[:1]) != 0)
    return np.arange(len(groups)) - np.repeat(first, np.diff(first, append=len(groups)))


def postings(keys: NDArray[Any], docs: NDArray[np.uint32], limit: int) -> PostingBuffer:
    """Sorted postings of these keys, one document each; documents ascend."""
    order = np.argsort(keys, kind="stable")
    keys, docs = keys[order], docs[order]
    kept = _places(keys) <= limit
    return PostingBuffer(keys=keys[kept], docs=docs[kept])


def run_of(docs: NDArray[np.uint32], keys: IndexKeys, limit: int) -> MemoryRun:
    """A run of these documents (ids ascend)."""
    filled = keys.bands.any(axis=1)
    return MemoryRun(
        bands=postings(keys.bands[filled].ravel(), np.repeat(docs[filled], BANDS), limit),
        anchors=postings(keys.anchors, docs[keys.rows()], limit),
        documents=len(docs),
    )


def merged(one: MemoryRun, other: MemoryRun, limit: int) -> MemoryRun:
    """One run of two; the ids of ``other`` are greater."""

    def both(a: PostingBuffer, b: PostingBuffer) -> PostingBuffer:
        return postings(np.concatenate((a.keys, b.keys)), np.concatenate((a.docs, b.docs)), limit)

    return MemoryRun(
        bands=both(one.bands, other.bands),
        anchors=both(one.anchors, other.anchors),
        documents=one.documents + other.documents,
    )


def hits(runs: list[PostingBuffer], keys: NDArray[Any], rows: NDArray[np.uint32], limit: int, crowded: int) -> Pairs:
    """One pair for each key that a row shares with a document, ``crowded`` of them for a key of more than ``limit``."""
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    spans = [
        (np.searchsorted(run.keys, keys, side="left"), np.searchsorted(run.keys, keys, side="right")) for run in runs
    ]
    total = sum((end - start for start, end in spans), np.zeros(len(keys), dtype=np.int64))
    room = np.where(total > limit, crowded, limit)
    found = [np.empty(0, dtype=np.uint64)]
    for run, (start, end) in zip(runs, spans, strict=True):
        count = np.minimum(end - start, room)
        room -= count
        at = np.arange(count.sum()) + np.repeat(start - np.cumsum(count) + count, count)
        found.append(np.repeat(rows, count).astype(np.uint64) << np.uint64(32) | run.docs[at])
    return np.concatenate(found)


def chosen(bands: Pairs, anchors: Pairs, shared: int) -> CandidatePairs:
    """The pairs that share a band, or at least ``shared`` anchors."""
    distinct, counts = np.unique(anchors, return_counts=True)
    kept = np.sort(np.concatenate((bands, distinct[counts >= shared])))
    kept = kept[np.diff(kept, prepend=~kept[:1]) != 0]
    return CandidatePairs(rows=(kept >> np.uint64(32)).astype(np.uint32), docs=kept.astype(np.uint32))


class MemoryIndex:
    """An :class:`~cleaners.dedup.index.MatchIndex` that lives as long as the process: about 2 kB a document of 800
    characters."""

    def __init__(self, limits: IndexLimits = IndexLimits()) -> None:
        self._limits = limits
        self._runs: list[MemoryRun] = []

    def add(self, docs: NDArray[np.uint32], keys: IndexKeys) -> None:
        """See :meth:`cleaners.dedup.index.MatchIndex.add`."""
        run = run_of(docs, keys, self._limits.documents)
        while self._runs and self._runs[-1].documents <= run.documents:
            run = merged(self._runs.pop(), run, self._limits.documents)
        self._runs.append(run)

    def query(self, keys: IndexKeys) -> CandidatePairs:
        """See :meth:`cleaners.dedup.index.MatchIndex.query`."""
        filled = np.flatnonzero(keys.bands.any(axis=1)).astype(np.uint32)
        limits = self._limits
        bands = hits(
            [run.bands for run in self._runs],
            keys.bands[filled].ravel(),
            np.repeat(filled, BANDS),
            limits.documents,
            limits.documents,
        )
        anchors = hits([run.anchors for run in self._runs], keys.anchors, keys.rows(), limits.documents, limits.crowded)
        return chosen(bands, anchors, self._limits.shared)

    def __len__(self) -> int:
        return sum(run.documents for run in self._runs)
