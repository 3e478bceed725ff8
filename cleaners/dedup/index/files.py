"""Runs as files: three a run, written once, safely on disk before anything names them, and memory-mapped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import IO
from zlib import crc32

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
    checksums: tuple[int, ...] = ()
    """CRC-32 of each file, in the order of `PARTS`; empty where an older version wrote them."""


def described(run: SortedRun) -> RunFile:
    """How the manifest names a run that is on disk."""
    return RunFile(
        number=run.number,
        documents=run.documents,
        last=run.last,
        heads=len(run.heads),
        entries=len(run.entries),
        lists=len(run.lists),
        checksums=run.checksums,
    )


def write_joined(folder: Path, number: int, runs: list[SortedRun], limits: IndexLimits) -> SortedRun:
    """Write the files of one run of these neighbours, safely on disk when this returns, and map them."""
    run = reduce(lambda older, newer: merged(older, newer, limits), runs)
    with _files(folder, number) as files:
        parts = (run.heads, run.entries, run.lists)
        for file, values in zip(files, parts, strict=True):
            file.write(values.data)  # not tofile, which does not tell what its last write came to
    checksums = tuple(crc32(values.data) for values in parts)
    return mapped(folder, replace(described(run), number=number, checksums=checksums))


def merge_files(folder: Path, number: int, runs: list[SortedRun], limits: IndexLimits) -> SortedRun:
    """Merge two runs into files, piece by piece, safely on disk when this returns, and map them."""
    older, newer = runs
    keys = words = entries_sum = lists_sum = 0
    with _files(folder, number) as (heads_file, entries_file, lists_file):
        heads, pieces = merging(older, newer, limits, PIECE)
        for piece in pieces:
            entries_file.write(piece.entries.data)
            lists_file.write(piece.lists.data)
            entries_sum, lists_sum = crc32(piece.entries.data, entries_sum), crc32(piece.lists.data, lists_sum)
            keys, words = keys + len(piece.entries), words + len(piece.lists)
        fence = np.zeros(2, np.uint32)
        entries_file.write(fence.data)
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
            checksums=(crc32(heads.data), crc32(fence.data, entries_sum), lists_sum),
        ),
    )


def mapped(folder: Path, file: RunFile) -> SortedRun:
    """A run on disk.

    Raises ``FormatError`` when a file is missing, has another size than the manifest says, or its directory is none;
    :func:`check` looks at every byte.
    """
    heads, entries, lists = (
        _map(_path(folder, file.number, part), size)
        for part, size in zip(PARTS, (file.heads, 2 * file.entries, file.lists), strict=True)
    )
    if not len(heads) or heads[-1] != file.entries - 1 or (heads[1:] < heads[:-1]).any():
        raise _damaged(_path(folder, file.number, "heads"))
    return SortedRun(
        heads=heads,
        entries=entries.reshape(-1, 2),
        lists=lists,
        documents=file.documents,
        last=file.last,
        number=file.number,
        checksums=file.checksums,
    )


def check(folder: Path, run: SortedRun) -> None:
    """Look at every byte of a run on disk; raises ``FormatError`` where one is not what was written.

    A run of an older version has no checksums: then its keys have to ascend and its values to lead somewhere.
    """
    parts = (run.heads, run.entries, run.lists)
    if run.checksums:
        for part, values, expected in zip(PARTS, parts, run.checksums, strict=True):
            if crc32(values.data) != expected:
                raise _damaged(_path(folder, run.number, part))
        return
    keys, values = run.entries[:-1, 0], run.entries[:-1, 1]
    ascends = np.ones(len(keys) + 1, bool)
    ascends[1:-1] = keys[1:] >= keys[:-1]
    ascends[run.heads] = True  # where a cell begins
    places = values[values & 1 == 0] >> 1
    if not ascends.all() or (values[values & 1 == 1] >> 1 > run.last).any() or (places >= len(run.lists)).any():
        raise _damaged(_path(folder, run.number, "entries"))
    if (run.lists[places] < 2).any() or (run.lists > run.last).any():
        raise _damaged(_path(folder, run.number, "lists"))


def numbers(folder: Path) -> set[int]:
    """The numbers of all runs that have files in the folder."""
    return {int(p.name[:8]) for p in folder.glob("*.u32") if p.name[:8].isdigit()}


def delete(folder: Path, number: int) -> None:
    """Delete the files of a run; mappings that are open stay valid."""
    for path in folder.glob(f"{number:08d}.*.u32"):
        path.unlink(missing_ok=True)


def _map(path: Path, size: int) -> U32:
    found = path.stat().st_size if path.exists() else None
    if found is None:
        raise FormatError("{path} is missing: the match index is built anew from the store", path=path)
    if found != 4 * size:
        raise _damaged(path)
    return np.asarray(np.memmap(path, np.uint32, "r"))


def _damaged(path: Path) -> FormatError:
    return FormatError("{path} is damaged: the match index is built anew from the store", path=path)


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
