"""The match index beside a store: opened, brought up to date with the texts, made anew where it cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index import CandidatePairs, IndexLimits, MatchIndex
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.dedup.index.window import UNDATED, DateWindow, Days
from cleaners.dedup.match import MatchFound, match_batch
from cleaners.errors import FormatError
from cleaners.items import Match
from cleaners.store import Store

# A window in days for a store: what came too long after the last article of a cluster is not compared with it.

WINDOW = "window"
"""Under what name a store notes how many days apart articles may be to be compared; unless it does, all are."""
Spans = Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]
"""Gives the first and the last day of the clusters of documents; undated ones are left out."""


class TimeWindowFilter:
    """Which documents are near enough in time to be compared.

    The match index knows a cluster by one of its texts, so it is the cluster that is near or far: a text is near when
    it is within the window of the time between the cluster's first and last article.
    """

    def __init__(self, window: DateWindow, spans: Spans) -> None:
        self._window = window
        self._spans = spans

    @classmethod
    def of(cls, store: Store, spans: Spans) -> Self | None:
        """That of a store, None where it has no window."""
        window = store.settings.get(WINDOW)
        return cls(DateWindow.parse(window), spans) if window else None

    def __call__(self, docs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each pair of a new document and another one whether they may be compared."""
        spans = self._spans(np.union1d(docs, others).tolist())

        def days(of: NDArray[np.int64], end: int) -> Days:
            return np.array([spans.get(doc, (UNDATED, UNDATED))[end] for doc in of.tolist()], dtype=np.int32)

        return self._window.reaches(days(docs, 0), days(others, 0), days(others, 1))


# A match index in which superseded documents stand for those that they represented.

Heirs = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
"""For those of the documents that are superseded: the current ones that are to be compared in their place."""


class CurrentDocsIndex:
    """An :class:`~cleaners.dedup.index.MatchIndex` that proposes no superseded document, but what was left out for
    its sake.

    A text of which nearly all stands in an earlier one is not kept in the index (see :mod:`cleaners.ingest.ingester`).
    When the page of the earlier one changes, the index still has its keys and nothing else of the cluster.
    """

    def __init__(self, index: MatchIndex, heirs: Heirs) -> None:
        self._index = index
        self._heirs = heirs

    def add(self, docs: NDArray[np.uint32], keys: DocumentKeys) -> None:
        """See :meth:`cleaners.dedup.index.MatchIndex.add`."""
        self._index.add(docs, keys)

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        """See :meth:`cleaners.dedup.index.MatchIndex.query`."""
        found = self._index.query(keys)
        heirs = self._heirs(np.unique(found.docs).tolist())
        if not heirs:
            return found
        gone = np.isin(found.docs, np.fromiter(heirs, np.uint32))
        inherited = [
            (row, heir) for row, doc in zip(found.rows[gone].tolist(), found.docs[gone].tolist(), strict=True)
            for heir in heirs[doc]
        ]  # fmt: skip
        pairs = np.concatenate((
            np.stack((found.rows[~gone], found.docs[~gone]), axis=1),
            np.array(inherited, np.uint32).reshape(-1, 2),
        ))  # fmt: skip
        pairs = np.unique(pairs, axis=0)
        return CandidatePairs(rows=pairs[:, 0], docs=pairs[:, 1])

    def __len__(self) -> int:
        return len(self._index)


# Matches put into a store; and the members of a cluster matched with each other, when what held them together is gone.
#
# A copy is compared with what the match index proposes, and that has only one text of many copies: when it goes, what
# is left of the cluster has lost what it was found by.


def link(store: Store, found: Sequence[MatchFound]) -> None:
    """Keep these matches, but for those with a text that was superseded since; part of the transaction that is open."""
    ids = store.articles.ids({one.other for one in found})
    for one in found:
        if one.other in ids:
            kept = Match(
                kind=one.kind, other=ids[one.other], similarity=one.similarity, containment=one.containment,
                evidence=one.evidence,
            )  # fmt: skip
            store.clusters.link(one.doc, one.other, kept, back=one.covered)


def relink(store: Store, docs: Iterable[int]) -> None:
    """Match these texts with each other and keep what is found; part of the transaction that is open.

    In a store with a window, those that are not further apart: the cluster had grown so far by what is gone.
    """
    texts = store.articles.texts(sorted(docs))
    if len(texts) < 2:
        return
    order, near = sorted(texts), TimeWindowFilter.of(store, store.document_dates.days)
    link(store, match_batch(order, [texts[doc] for doc in order], MemoryIndex(), lambda _: [], near=near).found)


def relink_left(store: Store, revised: Iterable[int]) -> set[int]:
    """Relink what earlier texts of these articles matched, where the new text does not; returns all texts concerned."""
    concerned = set(revised)
    for doc in sorted(concerned):
        left = store.representatives.left_by(doc)
        relink(store, left)
        concerned.update(left)
    return concerned


log = logging.getLogger(__name__)

MANIFEST = "match-index"
"""Under what name the store keeps the manifest of its match index."""
REPRESENTED = 0.95
"""A text of which this share stands in an earlier one is found through that one; the match index leaves it out."""
_BATCH = 1000
_LONG = 10_000  # texts: more take so long that it is said


def recipe() -> str:
    """How the match index is made; one of another recipe is made anew."""
    return f"{fingerprint.FingerprintSettings()}; {IndexLimits().recipe}"


def index_folder(store: Path) -> Path:
    """Where the match index of a store lies: ``news.db`` -> ``news.index``."""
    return store.with_suffix(".index")


def open_index(store: Store) -> SegmentIndex:
    """The match index of a store, up to date; built anew when it is missing, damaged or outdated.

    For the store's one ingester; not inside a transaction. Raises ``UnwritableError``.
    """
    folder = index_folder(store.path)
    empty = SegmentManifest(recipe=recipe())
    saved = store.manifests.get(MANIFEST)
    manifest = SegmentManifest.from_json(saved.decode()) if saved else empty
    if manifest.recipe != empty.recipe:
        manifest = empty
    try:
        index = SegmentIndex(folder, manifest)
    except FormatError as why:
        log.warning("%s", why)
        manifest = empty
        index = SegmentIndex(folder, empty)
    try:
        _catch_up(store, index, manifest.last)
    except BaseException:
        index.close()
        raise
    return index


def _catch_up(store: Store, index: SegmentIndex, last: int) -> None:
    batch: list[tuple[int, str]] = []
    done = 0
    for entry in store.articles.texts_after(last, within=REPRESENTED):
        batch.append(entry)
        if len(batch) == _BATCH:
            _index_texts(store, index, batch)
            batch = []
            done += _BATCH
            if done == _LONG:
                log.warning("bringing the match index of %s up to date with its texts: takes some time", store.path)
    _index_texts(store, index, batch)


def _index_texts(store: Store, index: SegmentIndex, batch: Sequence[tuple[int, str]]) -> None:
    if not batch:
        return
    made = fingerprint.signatures([text for _, text in batch])
    index.add(np.array([doc for doc, _ in batch], np.uint32), made)
    if index.full:
        manifest = index.checkpoint()
        with store.transaction():
            store.manifests.put(MANIFEST, manifest.to_json().encode())
        index.saved()
