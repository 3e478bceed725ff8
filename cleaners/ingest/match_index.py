"""The match index beside a store: opened, brought up to date with the texts, made anew where it cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cleaners.dedup import fingerprint
from cleaners.dedup.index import Limits
from cleaners.dedup.index.segments import Manifest, SegmentIndex
from cleaners.dedup.match import keys_of
from cleaners.errors import FormatError
from cleaners.store import Store

log = logging.getLogger(__name__)

MANIFEST = "match-index"
"""Under what name the store keeps the manifest of its match index."""
REPRESENTED = 0.95
"""A text of which this share stands in an earlier one is found through that one; the match index leaves it out."""
_BATCH = 1000
_LONG = 10_000  # texts: more take so long that it is said


def recipe() -> str:
    """How the match index is made; one of another recipe is made anew."""
    return f"{fingerprint.Recipe()}; {Limits().recipe}"


def index_folder(store: Path) -> Path:
    """Where the match index of a store lies: ``news.db`` -> ``news.index``."""
    return store.with_suffix(".index")


def open_index(store: Store) -> SegmentIndex:
    """The match index of a store, up to date; built anew when it is missing, damaged or outdated.

    For the store's one keeper; not inside a transaction. Raises ``UnwritableError``.
    """
    folder = index_folder(store.path)
    empty = Manifest(recipe=recipe())
    saved = store.manifests.get(MANIFEST)
    manifest = Manifest.from_json(saved.decode()) if saved else empty
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
    index.add(np.array([doc for doc, _ in batch], np.uint32), keys_of(made))
    if index.full:
        manifest = index.checkpoint()
        with store.transaction():
            store.manifests.put(MANIFEST, manifest.to_json().encode())
        index.saved()
