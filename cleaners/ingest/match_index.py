"""The match index beside a store: opened, brought up to date with the texts, made anew where it cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index import HOLDS, CandidatePairs, IndexLimits, MatchIndex
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.errors import FormatError
from cleaners.sentences import Sentence, sentence
from cleaners.store import Store

log = logging.getLogger(__name__)

MANIFEST = "match-index"
"""Under what name the store keeps the manifest of its match index."""
REPRESENTED = 0.95
"""A text of which this share stands in an earlier one is found through that one; the match index leaves it out."""
_BATCH = 1000
_LONG = 10_000  # texts: more take so long that it is said


Successors = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
"""For those of the documents that are superseded: the current ones that are to be compared in their place."""


def recipe() -> str:
    """How the match index is made; one of another recipe is made anew."""
    return f"{fingerprint.FingerprintSettings()}; {IndexLimits().recipe}"


def index_folder(store: Path) -> Path:
    """Where the match index of a store lies: ``news.db`` -> ``news.index``."""
    return store.with_suffix(".index")


def beyond_reach(articles: int) -> Sentence | None:
    """What a user should know where the index of so many articles finds less than that of few; else None."""
    if articles <= HOLDS:
        return None
    return sentence(
        "among more than {count:,} articles the store finds whole copies, but parts and spun ones less and less (at a "
        "million .78 of those cut to 30 %): `jianbao export --with-duplicates -o all.jsonl` and `jianbao dedup "
        "all.jsonl -o clusters.jsonl` match all at once",
        count=HOLDS,
    )


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
            save_manifest(store, manifest)
        index.saved()


def save_manifest(store: Store, manifest: SegmentManifest) -> None:
    """Note in the store what is on disk of its match index; part of the transaction that is open."""
    store.manifests.put(MANIFEST, manifest.to_json().encode())


class CurrentDocsIndex:
    """Wraps an index: replaces superseded documents among the candidates by the current ones that they represented.

    A text of which nearly all stands in an earlier one is not kept in the index (:data:`REPRESENTED`). When the page
    of the earlier one changes, the index still has its keys and nothing else of the cluster.
    """

    def __init__(self, index: MatchIndex, successors: Successors) -> None:
        self._index = index
        self._successors = successors

    def add(self, docs: NDArray[np.uint32], keys: DocumentKeys) -> None:
        """See :meth:`cleaners.dedup.index.MatchIndex.add`."""
        self._index.add(docs, keys)

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        """See :meth:`cleaners.dedup.index.MatchIndex.query`."""
        found = self._index.query(keys)
        current = self._successors(np.unique(found.docs).tolist())
        if not current:
            return found
        gone = np.isin(found.docs, np.fromiter(current, np.uint32))
        inherited = [
            (row, doc) for row, old in zip(found.rows[gone].tolist(), found.docs[gone].tolist(), strict=True)
            for doc in current[old]
        ]  # fmt: skip
        pairs = np.concatenate((
            np.stack((found.rows[~gone], found.docs[~gone]), axis=1),
            np.array(inherited, np.uint32).reshape(-1, 2),
        ))  # fmt: skip
        pairs = np.unique(pairs, axis=0)
        return CandidatePairs(rows=pairs[:, 0], docs=pairs[:, 1])

    def __len__(self) -> int:
        return len(self._index)
