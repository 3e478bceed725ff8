"""Sorted runs of postings: made from keys, merged, searched, written to and mapped from files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleaners.errors import FormatError
from cleaners.index import BANDS, Candidates, Keys, Limits
from cleaners.index.lookup import count, gather, merge, spans

U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
Allocate = Callable[[str, int], U32]
"""Gives an array for the part of that name with room for that many postings."""

PARTS = ("band-keys", "band-docs", "anchor-keys", "anchor-docs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Postings of the documents that came in one stretch of time, in memory or memory-mapped."""

    parts: tuple[U32, U32, U32, U32]
    """Band keys and their documents, anchors and their documents; each pair ascends by key, then document."""
    documents: int
    number: int = 0
    """The number in the names of its files; 0: in memory only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A run on disk, as the manifest names it."""

    number: int
    documents: int
    bands: int
    """Postings of band keys."""
    anchors: int
    """Postings of anchors."""


def described(run: Run) -> RunFile:
    """How the manifest names a run that is on disk."""
    return RunFile(
        number=run.number, documents=run.documents, bands=len(run.parts[0]), anchors=len(run.parts[2])
    )


def run_of(docs: U32, keys: Keys, limit: int) -> Run:
    """A run of these documents (ids ascending), with the ``limit`` smallest of each key."""
    filled = keys.bands.any(axis=1)
    bands = _sorted(folded(keys.bands[filled]), np.repeat(docs[filled], BANDS), limit)
    anchors = _sorted(keys.anchors, docs[keys.rows()], limit)
    return Run(parts=(*bands, *anchors), documents=len(docs))


def folded(bands: NDArray[np.uint64]) -> U32:
    """Band keys as 32 bits: a chance collision costs one comparison, a wider key 100 bytes a document."""
    return ((bands ^ (bands >> np.uint64(32))) & np.uint64(0xFFFFFFFF)).astype(np.uint32).ravel()


def _sorted(keys: U32, docs: U32, limit: int) -> tuple[U32, U32]:
    order = np.argsort(keys, kind="stable")
    keys, docs = keys[order], docs[order]
    first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]) != 0)
    place = np.arange(len(keys)) - np.repeat(first, np.diff(first, append=len(keys)))
    kept = place < limit
    return keys[kept], docs[kept]


def in_memory(part: str, size: int) -> U32:
    """An :data:`Allocate` of plain arrays."""
    return np.empty(size, np.uint32)


def merged(older: Run, newer: Run, limit: int, allocate: Allocate = in_memory) -> Run:
    """One run of two neighbours, with the ``limit`` smallest documents of each key."""
    parts = []
    for at in (0, 2):
        a, b = older.parts[at : at + 2], newer.parts[at : at + 2]
        size = len(a[0]) + len(b[0])
        keys, docs = allocate(PARTS[at], size), allocate(PARTS[at + 1], size)
        kept = int(merge(a[0], a[1], b[0], b[1], keys, docs, limit))
        parts += [keys[:kept], docs[:kept]]
    return Run(parts=(parts[0], parts[1], parts[2], parts[3]), documents=older.documents + newer.documents)


def query(runs: list[Run], keys: Keys, limits: Limits) -> Candidates:
    """See :meth:`cleaners.index.Index.query`; ``runs`` oldest first."""
    filled = np.flatnonzero(keys.bands.any(axis=1))
    bands = np.unique(folded(keys.bands[filled]), return_inverse=True)
    anchors = np.unique(keys.anchors, return_inverse=True)
    by_band = _chosen([run.parts[:2] for run in runs], bands[0], limits.documents, limits.documents)
    by_anchor = _chosen([run.parts[2:] for run in runs], anchors[0], limits.documents, limits.crowded)
    # Both kinds of key side by side, row after row: a shared band alone weighs enough.
    which = np.concatenate((bands[1], anchors[1] + len(bands[0])))
    weight = np.repeat(np.array([limits.shared, 1], np.int32), (len(bands[1]), len(anchors[1])))
    row = np.concatenate((np.repeat(filled, BANDS), keys.rows().astype(np.int64)))
    order = np.argsort(row, kind="stable")
    return _counted(
        np.concatenate((by_band.docs, by_anchor.docs)),
        np.concatenate((by_band.starts, by_anchor.starts + len(by_band.docs))),
        np.concatenate((by_band.ends, by_anchor.ends + len(by_band.docs))),
        which[order],
        np.cumsum(np.bincount(row, minlength=len(keys))),
        weight[order],
        limits.shared,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The documents of each needle: ``docs[starts[i]:ends[i]]``."""

    docs: U32
    starts: I64
    ends: I64


def _chosen(runs: list[tuple[U32, ...]], needles: U32, limit: int, crowded: int) -> _Found:
    """The documents of each needle (ascending, distinct), oldest run first; the first ``crowded`` of over ``limit``."""
    places = []
    total = np.zeros(len(needles), np.int64)
    for keys, _ in runs:
        starts, counts = np.empty(len(needles), np.int64), np.empty(len(needles), np.int64)
        spans(keys, needles, starts, counts)
        places.append((starts, counts))
        total += counts
    room = np.where(total > limit, crowded, total)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(room)))
    docs, ends = np.empty(starts[-1], np.uint32), starts[:-1].copy()
    for (_, held), (where, counts) in zip(runs, places, strict=True):
        gather(held, where, counts, room, ends, docs)
    return _Found(docs=docs, starts=starts[:-1], ends=ends)


def _counted(
    docs: U32, starts: I64, ends: I64, which: I64, row_ends: I64, weight: NDArray[np.int32], least: int
) -> Candidates:
    size = 64 * len(row_ends) + 1024
    while True:
        rows, found = np.empty(size, np.uint32), np.empty(size, np.uint32)
        total = int(count(docs, starts, ends, which, row_ends, weight, least, rows, found))
        if total <= size:
            return Candidates(rows=rows[:total], docs=found[:total])
        size = total


def write(folder: Path, number: int, run: Run) -> Run:
    """Write a run's files, safely on disk when this returns, and map them."""
    for part, values in zip(PARTS, run.parts, strict=True):
        with open(_path(folder, number, part), "wb") as file:
            values.tofile(file)
            file.flush()
            os.fsync(file.fileno())
    _sync(folder)
    return mapped(folder, replace(described(run), number=number))


def merge_files(folder: Path, number: int, older: Run, newer: Run, limit: int) -> Run:
    """Merge two mapped runs into new files, through shared mappings: private memory stays flat."""

    def allocate(part: str, size: int) -> U32:
        path = _path(folder, number, part)
        if not size:
            path.touch()
            return np.empty(0, np.uint32)
        return np.memmap(path, np.uint32, "w+", shape=(size,))

    run = merged(older, newer, limit, allocate)
    for part, values in zip(PARTS, run.parts, strict=True):
        with open(_path(folder, number, part), "r+b") as file:
            file.truncate(4 * len(values))
            os.fsync(file.fileno())
    _sync(folder)
    return mapped(folder, replace(described(run), number=number))


def mapped(folder: Path, file: RunFile) -> Run:
    """Map the files of a run; raises ``FormatError`` when one is missing or has another length."""
    sizes = (file.bands, file.bands, file.anchors, file.anchors)
    parts = [_map(_path(folder, file.number, part), size) for part, size in zip(PARTS, sizes, strict=True)]
    return Run(parts=(parts[0], parts[1], parts[2], parts[3]), documents=file.documents, number=file.number)


def _map(path: Path, size: int) -> U32:
    found = path.stat().st_size if path.exists() else None
    if found != 4 * size:
        state = "is missing" if found is None else "is damaged"
        raise FormatError(f"{path} {state}: the match index is built anew from the store")
    return np.memmap(path, np.uint32, "r") if size else np.empty(0, np.uint32)


def _path(folder: Path, number: int, part: str) -> Path:
    return folder / f"{number:08d}.{part}.u32"


def numbers(folder: Path) -> set[int]:
    """The numbers of all runs that have files in the folder."""
    return {int(p.name[:8]) for p in folder.glob("*.u32") if p.name[:8].isdigit()}


def delete(folder: Path, number: int) -> None:
    """Delete the files of a run; mappings that are open stay valid."""
    for part in PARTS:
        _path(folder, number, part).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
