"""Runs as files: three a run, written once, safely on disk before anything names them, and memory-mapped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import IO

import numpy as np

from cleaners.atomic import sync
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import U32, SortedRun, merged, merging
from cleaners.errors import FormatError

PARTS = ("heads", "entries", "lists")
PIECE = 1 << 18
"""Keys that a merge of files writes at a time: it holds some 10 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A run on disk, as the manifest names it."""

    number: int
    documents: int
    last: int
    """The greatest document id."""
    heads: int
    """Size of the directory."""
    entries: int
    """Keys, and the fence."""
    lists: int
    """Words in the lists."""


def described(run: SortedRun) -> RunFile:
    """How the manifest names a run that is on disk."""
    return RunFile(
        number=run.number,
        documents=run.documents,
        last=run.last,
        heads=len(run.heads),
        entries=len(run.entries),
        lists=len(run.lists),
    )


def write_joined(folder: Path, number: int, runs: list[SortedRun], limits: IndexLimits) -> SortedRun:
    """Write the files of one run of these neighbours, safely on disk when this returns, and map them."""
    run = reduce(lambda older, newer: merged(older, newer, limits), runs)
    with _files(folder, number) as files:
        for file, values in zip(files, (run.heads, run.entries, run.lists), strict=True):
            file.write(values.data)  # not tofile, which does not tell what its last write came to
    return mapped(folder, replace(described(run), number=number))


def merge_files(folder: Path, number: int, runs: list[SortedRun], limits: IndexLimits) -> SortedRun:
    """Merge two runs into files, piece by piece, safely on disk when this returns, and map them."""
    older, newer = runs
    keys = words = 0
    with _files(folder, number) as (heads_file, entries_file, lists_file):
        heads, pieces = merging(older, newer, limits, PIECE)
        for piece in pieces:
            entries_file.write(piece.entries.data)
            lists_file.write(piece.lists.data)
            keys, words = keys + len(piece.entries), words + len(piece.lists)
        entries_file.write(np.zeros(2, np.uint32).data)
        heads_file.write(heads.data)
    return mapped(
        folder,
        RunFile(
            number=number,
            documents=older.documents + newer.documents,
            last=newer.last,
            heads=len(heads),
            entries=keys + 1,
            lists=words,
        ),
    )


def mapped(folder: Path, file: RunFile) -> SortedRun:
    """A run on disk; raises ``FormatError`` when a file is missing or has another size than the manifest says."""
    heads, entries, lists = (
        _map(_path(folder, file.number, part), size)
        for part, size in zip(PARTS, (file.heads, 2 * file.entries, file.lists), strict=True)
    )
    return SortedRun(
        heads=heads,
        entries=entries.reshape(-1, 2),
        lists=lists,
        documents=file.documents,
        last=file.last,
        number=file.number,
    )


def numbers(folder: Path) -> set[int]:
    """The numbers of all runs that have files in the folder."""
    return {int(p.name[:8]) for p in folder.glob("*.u32") if p.name[:8].isdigit()}


def delete(folder: Path, number: int) -> None:
    """Delete the files of a run; mappings that are open stay valid."""
    for path in folder.glob(f"{number:08d}.*.u32"):
        path.unlink(missing_ok=True)


def _map(path: Path, size: int) -> U32:
    found = path.stat().st_size if path.exists() else None
    if found != 4 * size:
        state = "is missing" if found is None else "is damaged"
        raise FormatError(f"{path} {state}: the match index is built anew from the store")
    return np.asarray(np.memmap(path, np.uint32, "r"))


def _path(folder: Path, number: int, part: str) -> Path:
    return folder / f"{number:08d}.{part}.u32"


@contextmanager
def _files(folder: Path, number: int) -> Iterator[list[IO[bytes]]]:
    """The files of a new run; when the block ends they, and their names, are safely on disk."""
    files: list[IO[bytes]] = []
    try:
        for part in PARTS:
            files.append(_path(folder, number, part).open("wb"))
        yield files
        for file in files:
            file.flush()
            os.fsync(file.fileno())
    finally:
        for file in files:
            file.close()
    sync(folder)
