"""The match index in memory: sorted runs, merged when the newer one has grown as large as the older one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaners.index import BANDS, Candidates, Keys, Limits, rank

Pairs = NDArray[np.uint64]
"""``row << 32 | doc``: sorts by row, then by document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """Keys in ascending order, each beside its document; no key more often than the limit."""

    keys: NDArray[Any]
    docs: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The postings of the documents that came in one stretch of time."""

    bands: Postings
    anchors: Postings
    documents: int


def ordering(keys: NDArray[Any], docs: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What chooses among the documents of a key: :func:`~cleaners.index.rank` for anchors, the id for bands."""
    return rank(keys, docs) if keys.dtype == np.uint32 else docs


def _places(groups: NDArray[Any]) -> NDArray[np.int64]:
    first = np.flatnonzero(np.diff(groups, prepend=~groups[:1]) != 0)
    return np.arange(len(groups)) - np.repeat(first, np.diff(first, append=len(groups)))


def lowest(groups: NDArray[Any], keys: NDArray[Any], docs: NDArray[np.uint32], limit: int) -> NDArray[np.bool_]:
    """Which entries are among the ``limit`` lowest of their group; ``groups`` ascend."""
    kept = np.ones(len(groups), dtype=np.bool_)
    crowded = np.unique(groups[_places(groups) >= limit])
    if len(crowded):
        inside = np.flatnonzero(crowded[np.minimum(np.searchsorted(crowded, groups), len(crowded) - 1)] == groups)
        inside = inside[np.lexsort((ordering(keys[inside], docs[inside]), groups[inside]))]
        kept[inside[_places(groups[inside]) >= limit]] = False
    return kept


def postings(keys: NDArray[Any], docs: NDArray[np.uint32], limit: int) -> Postings:
    """Sorted postings of these keys, one document each."""
    order = np.argsort(keys, kind="stable")
    keys, docs = keys[order], docs[order]
    kept = lowest(keys, keys, docs, limit)
    return Postings(keys=keys[kept], docs=docs[kept])


def run_of(docs: NDArray[np.uint32], keys: Keys, limit: int) -> Run:
    """A run of these documents."""
    filled = keys.bands.any(axis=1)
    return Run(bands=postings(keys.bands[filled].ravel(), np.repeat(docs[filled], BANDS), limit),
               anchors=postings(keys.anchors, docs[keys.rows()], limit), documents=len(docs))


def merged(one: Run, other: Run, limit: int) -> Run:
    """One run of two."""
    def both(a: Postings, b: Postings) -> Postings:
        return postings(np.concatenate((a.keys, b.keys)), np.concatenate((a.docs, b.docs)), limit)

    return Run(bands=both(one.bands, other.bands), anchors=both(one.anchors, other.anchors),
               documents=one.documents + other.documents)


def hits(runs: list[Postings], keys: NDArray[Any], rows: NDArray[np.uint32], limit: int) -> Pairs:
    """One pair for each key that a row shares with a document."""
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    query, docs = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint32)]
    for run in runs:
        start = np.searchsorted(run.keys, keys, side="left")
        count = np.searchsorted(run.keys, keys, side="right") - start
        query.append(np.repeat(np.arange(len(keys)), count))
        docs.append(run.docs[np.arange(len(query[-1])) + np.repeat(start - np.cumsum(count) + count, count)])
    asked, found = np.concatenate(query), np.concatenate(docs)
    if len(runs) > 1:
        order = np.argsort(asked, kind="stable")
        asked, found = asked[order], found[order]
        kept = lowest(asked, keys[asked], found, limit)
        asked, found = asked[kept], found[kept]
    return rows[asked].astype(np.uint64) << np.uint64(32) | found


def chosen(bands: Pairs, anchors: Pairs, shared: int) -> Candidates:
    """The pairs that share a band, or at least ``shared`` anchors."""
    distinct, counts = np.unique(anchors, return_counts=True)
    kept = np.sort(np.concatenate((bands, distinct[counts >= shared])))
    kept = kept[np.diff(kept, prepend=~kept[:1]) != 0]
    return Candidates(rows=(kept >> np.uint64(32)).astype(np.uint32), docs=kept.astype(np.uint32))


class MemoryIndex:
    """An :class:`~cleaners.index.Index` that lives as long as the process: about 2 kB a document of 800 characters."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._runs: list[Run] = []

    def add(self, docs: NDArray[np.uint32], keys: Keys) -> None:
        """See :meth:`cleaners.index.Index.add`."""
        run = run_of(docs, keys, self._limits.documents)
        while self._runs and self._runs[-1].documents <= run.documents:
            run = merged(self._runs.pop(), run, self._limits.documents)
        self._runs.append(run)

    def query(self, keys: Keys) -> Candidates:
        """See :meth:`cleaners.index.Index.query`."""
        filled = np.flatnonzero(keys.bands.any(axis=1)).astype(np.uint32)
        limit = self._limits.documents
        bands = hits([run.bands for run in self._runs], keys.bands[filled].ravel(), np.repeat(filled, BANDS), limit)
        anchors = hits([run.anchors for run in self._runs], keys.anchors, keys.rows(), limit)
        return chosen(bands, anchors, self._limits.shared)

    def __len__(self) -> int:
        return sum(run.documents for run in self._runs)
