"""The match index in memory: sorted runs, merged when the newer one has grown as large as the older one.

Also the pieces that any index made of sorted runs shares: :func:`run_of`, :func:`merged`, :func:`hits`, :func:`chosen`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaners.index import BANDS, Candidates, Keys, Limits

Pairs = NDArray[np.uint64]
"""``row << 32 | doc``: sorts by row, then by document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """Keys in ascending order, each beside its document; documents of one key ascend."""

    keys: NDArray[Any]
    docs: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The postings of the documents that came in one stretch of time."""

    bands: Postings
    anchors: Postings
    documents: int


def _postings(keys: NDArray[Any], docs: NDArray[np.uint32]) -> Postings:
    order = np.argsort(keys, kind="stable")
    return Postings(keys=keys[order], docs=docs[order])


def with_text(keys: Keys) -> NDArray[np.bool_]:
    """Which rows have text at all."""
    return keys.bands.any(axis=1)


def run_of(docs: NDArray[np.uint32], keys: Keys) -> Run:
    """A run of these documents (ids ascending)."""
    filled = with_text(keys)
    bands = _postings(keys.bands[filled].ravel(), np.repeat(docs[filled], BANDS))
    return Run(bands=bands, anchors=_postings(keys.anchors, docs[keys.rows()]), documents=len(docs))


def merged(older: Run, newer: Run) -> Run:
    """One run of two; every id of ``newer`` is greater than those of ``older``."""
    def both(a: Postings, b: Postings) -> Postings:
        return _postings(np.concatenate((a.keys, b.keys)), np.concatenate((a.docs, b.docs)))

    return Run(bands=both(older.bands, newer.bands), anchors=both(older.anchors, newer.anchors),
               documents=older.documents + newer.documents)


def hits(runs: list[Postings], keys: NDArray[Any], rows: NDArray[np.uint32], limit: int) -> Pairs:
    """One pair for each key that a row shares with a document, oldest run first, ``limit`` documents a key."""
    order = np.argsort(keys, kind="stable")
    keys, high = keys[order], rows[order].astype(np.uint64) << np.uint64(32)
    room = np.full(len(keys), limit, dtype=np.int64)
    found = [np.empty(0, dtype=np.uint64)]
    for run in runs:
        start = np.searchsorted(run.keys, keys, side="left")
        count = np.minimum(np.searchsorted(run.keys, keys, side="right") - start, room)
        room -= count
        ends = np.cumsum(count)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(start - ends + count, count)
        found.append(np.repeat(high, count) | run.docs[at])
    return np.concatenate(found)


def chosen(bands: Pairs, anchors: Pairs, shared: int) -> Candidates:
    """The pairs that share a band, or at least ``shared`` anchors."""
    pairs, counts = np.unique(anchors, return_counts=True)
    kept = np.unique(np.concatenate((bands, pairs[counts >= shared])))
    return Candidates(rows=(kept >> np.uint64(32)).astype(np.uint32), docs=kept.astype(np.uint32))


@dataclass(slots=True)
class MemoryIndex:
    """An :class:`~cleaners.index.Index` that lives as long as the process: about 2 kB a document of 800 characters."""

    _runs: list[Run] = field(default_factory=list)

    def add(self, docs: NDArray[np.uint32], keys: Keys) -> None:
        """See :meth:`cleaners.index.Index.add`."""
        run = run_of(docs, keys)
        while self._runs and self._runs[-1].documents <= run.documents:
            run = merged(self._runs.pop(), run)
        self._runs.append(run)

    def query(self, keys: Keys, limits: Limits) -> Candidates:
        """See :meth:`cleaners.index.Index.query`."""
        filled = np.flatnonzero(with_text(keys)).astype(np.uint32)
        bands = hits([run.bands for run in self._runs], keys.bands[filled].ravel(), np.repeat(filled, BANDS),
                     limits.documents)
        anchors = hits([run.anchors for run in self._runs], keys.anchors, keys.rows(), limits.documents)
        return chosen(bands, anchors, limits.shared)

    def __len__(self) -> int:
        return sum(run.documents for run in self._runs)
