"""Sorted runs of postings: made from keys, merged, and searched; the match index in memory consists of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index import CandidatePairs, IndexLimits
from cleaners.dedup.index.merge_kernels import SEGMENTS, build, merge
from cleaners.dedup.index.search_kernels import KEY_BITS, ROW_BITS, SIEVE_BITS, count, find, gather, split, tally
from cleaners.errors import UsageError

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
CELL = 6
"""Keys in a cell of the directory, about."""
MOST = 1 << 31
"""Document ids, and words in the lists of a run, have to be below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedRun:
    """Postings of the documents that came in one stretch of time, in memory or memory-mapped; never changed.

    A key has 40 bits: an anchor and a zero byte, or the first bits of a band key and 1.
    """

    heads: U32
    """The directory: the keys that begin with the bits of ``c`` are in ``entries[heads[c]:heads[c + 1]]``."""
    entries: U32
    """``(keys + 1, 2)``: the last 32 bits of each key, ascending in a cell, and its value; the last row is a fence. A
    value is ``2 * document + 1`` where there is but one, else ``2 * place in lists``."""
    lists: U32
    """A 0, then for each key of several documents how many, one more than the limit standing for any more, and the
    smallest of them, ascending: all, or as many as a crowded key proposes."""
    documents: int
    last: int
    """The greatest document id."""
    number: int = 0
    """The number in the names of its files; 0: in memory only."""
    checksums: tuple[int, ...] = ()
    """CRC-32 of each of its files, in the order of the fields; empty in memory, and where they were not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPiece:
    """The next part of a run that is being merged."""

    entries: U32
    lists: U32


class MemoryIndex:
    """A :class:`~cleaners.dedup.index.MatchIndex` that lives as long as the process."""

    def __init__(self, limits: IndexLimits = IndexLimits()) -> None:
        self._limits = limits
        self.runs: list[SortedRun] = []
        """Oldest first, each of more documents than the next one."""

    def add(self, docs: U32, keys: DocumentKeys) -> None:
        """See :meth:`cleaners.dedup.index.MatchIndex.add`; raises ``UsageError`` for ids of 2**31 and more."""
        if not len(docs):
            return
        if docs[-1] >= MOST:
            raise UsageError(
                "document {number}: the match index holds ids up to {most}; begin another store",
                number=docs[-1],
                most=MOST - 1,
            )
        run = run_of(docs, keys, self._limits)
        while self.runs and self.runs[-1].documents <= run.documents:
            run = merged(self.runs.pop(), run, self._limits)
        self.runs.append(run)

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        """See :meth:`cleaners.dedup.index.MatchIndex.query`."""
        return query(self.runs, keys, self._limits)

    def __len__(self) -> int:
        return sum(run.documents for run in self.runs)


def run_of(docs: U32, keys: DocumentKeys, limits: IndexLimits) -> SortedRun:
    """A run of these documents (ids ascending, below ``MOST``)."""
    packed = packed_keys(keys)
    heads, entries = _directory(len(packed)), np.empty((len(packed) + 1, 2), np.uint32)
    lists = np.empty(1 + len(packed) + len(packed) // 2, np.uint32)
    size, words = build(packed, docs, limits.documents, limits.crowded, _shift(heads), heads, entries, lists)
    return _closed(heads, entries[: size + 1], lists[:words], len(docs), int(docs[-1]))


def merged(older: SortedRun, newer: SortedRun, limits: IndexLimits) -> SortedRun:
    """One run of two neighbours."""
    heads, pieces = merging(older, newer, limits, len(older.entries) + len(newer.entries))
    (piece,) = pieces
    entries = np.concatenate((piece.entries, np.zeros((1, 2), np.uint32)))
    return _closed(heads, entries, piece.lists, older.documents + newer.documents, newer.last)


def merging(older: SortedRun, newer: SortedRun, limits: IndexLimits, size: int) -> tuple[U32, Iterator[RunPiece]]:
    """The directory of one run of two neighbours, whole when the iterator ends, and its pieces of up to about ``size``
    keys, each valid until the next one; one piece when ``size`` is that of both together."""
    most = len(older.entries) + len(newer.entries)
    heads = _directory(most)
    entries = np.empty((min(size, most), 2), np.uint32)
    words = len(older.lists) + len(newer.lists) + most + most // 2
    room = words if size >= most else min(words, 8 * size)  # keys of copied texts take up to 41 words, not a few
    lists = np.empty(room + 2 * limits.documents + 5, np.uint32)

    def pieces() -> Iterator[RunPiece]:
        state = np.zeros(6, np.int64)
        while state[0] < SEGMENTS:
            keys, words = merge(
                older.heads,
                older.entries,
                older.lists,
                newer.heads,
                newer.entries,
                newer.lists,
                limits.documents,
                limits.crowded,
                _shift(heads),
                state,
                heads,
                entries,
                lists,
            )
            yield RunPiece(entries=entries[:keys], lists=lists[:words])

    return heads, pieces()


def query(runs: list[SortedRun], keys: DocumentKeys, limits: IndexLimits) -> CandidatePairs:
    """See :meth:`cleaners.dedup.index.MatchIndex.query`; ``runs`` oldest first."""
    packed = packed_keys(keys)
    bands = keys.bands.shape[1]
    lengths = np.diff(keys.offsets) + np.where(keys.bands.any(axis=1), bands, 0)
    row_ends = np.cumsum(lengths)
    needles, which = np.empty(len(packed), np.uint64), np.empty(len(packed), np.uint32)
    needles = needles[: split(packed, row_ends - lengths, needles, which)]
    docs, spans = _documents(runs, needles, limits)
    most = (int(lengths.max(initial=0)) + bands * limits.shared) * limits.documents
    return sharing(docs, spans, which, row_ends, most, limits.shared)


def sharing(docs: U32, spans: U32, which: U32, row_ends: NDArray[np.int64], most: int, shared: int) -> CandidatePairs:
    """The documents that share a band, or ``shared`` anchors, with each row.

    docs, spans, which, row_ends: ``gathered`` and the rest of what
        :func:`cleaners.dedup.index.search_kernels.count` takes.
    most: the most documents of one row, those of bands counted ``shared`` times.
    """
    slots = 1 << (2 * most).bit_length()
    asked, used, sieve = np.empty(most, np.uint32), np.empty(most, np.uint32), np.empty(1 << SIEVE_BITS, np.uint32)
    table, weights = np.empty(slots, np.uint32), np.zeros(slots, np.uint32)
    size = 64 * len(row_ends) + 1024
    while True:
        found = np.empty(size, np.uint64)
        size = int(count(docs, spans, which, row_ends, shared, asked, sieve, table, weights, used, found))
        if size <= len(found):
            found = np.sort(found[:size])
            return CandidatePairs(rows=(found >> np.uint64(32)).astype(np.uint32), docs=found.astype(np.uint32))


def _documents(runs: list[SortedRun], needles: U64, limits: IndexLimits) -> tuple[U32, U32]:
    """The documents of each needle, oldest run first, of a crowded one only the first, and the span of each needle."""
    values = [np.empty(len(needles), np.uint32) for _ in runs]
    room = np.zeros(len(needles), np.int64)
    for run, value in zip(runs, values, strict=True):
        find(run.heads, run.entries, _shift(run.heads), needles, value)
        tally(run.lists, value, room)
    anchors = needles & np.uint64(0xFF) == 0
    room = np.where(room > limits.documents, np.where(anchors, limits.crowded, limits.documents), room)
    docs = np.empty(room.sum(), np.uint32)
    spans = np.repeat((np.cumsum(room) - room).astype(np.uint32)[:, None], 2, axis=1)
    for run, value in zip(runs, values, strict=True):
        gather(run.lists, value, room, spans, docs)
    return docs, spans


def packed_keys(keys: DocumentKeys) -> U64:
    """``key << ROW_BITS | row`` of all keys, ascending; see :class:`SortedRun` for what a key is."""
    filled = np.flatnonzero(keys.bands.any(axis=1)).astype(np.uint64)
    bits = np.uint64(ROW_BITS)
    bands = (keys.bands[filled] >> np.uint64(64 - KEY_BITS) | np.uint64(1)) << bits | filled[:, None]
    anchors = keys.anchors.astype(np.uint64) << np.uint64(64 - 32) | keys.rows()
    packed = np.concatenate((bands.ravel(), anchors))
    packed.sort()
    return packed


def _directory(keys: int) -> U32:
    """Room for the directory of up to so many keys."""
    return np.empty((1 << max(8, (keys // CELL).bit_length())) + 1, np.uint32)


def _shift(heads: U32) -> int:
    """How many bits of a key do not choose its cell."""
    return KEY_BITS + 1 - len(heads).bit_length()


def _closed(heads: U32, entries: U32, lists: U32, documents: int, last: int) -> SortedRun:
    for part in (heads, entries, lists):
        part.setflags(write=False)  # as those that are mapped: kernels are compiled for one kind of array only
    return SortedRun(heads=heads, entries=entries, lists=lists, documents=documents, last=last)
