"""The match index on disk: sorted runs in memory-mapped files, merged geometrically (a log-structured merge tree).

The store is the authority: a manifest saved in the same transaction as the documents says which files count, and
documents newer than the manifest are added again from the store on opening. The folder may be deleted at any time
while the index is closed; the index is then built anew.

O'Neil, Cheng, Gawlick, O'Neil, "The log-structured merge-tree" (1996).
"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from cleaners.errors import UsageError
from cleaners.index import Candidates, Keys, Limits
from cleaners.index.files import RunFile, delete, described, mapped, merge_files, numbers, write
from cleaners.index.runs import MOST, U32, Run, merged, query, run_of

LAYOUT = 2
"""Of the files; those of another layout are not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Which files make up the index, and up to which document."""

    recipe: str
    """The settings the keys were made with; another recipe means another index."""
    last: int = 0
    """The greatest document id in the files; 0 when there are none."""
    runs: tuple[RunFile, ...] = ()
    """The runs, oldest first."""

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps({"layout": LAYOUT} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from :meth:`to_json`; an empty manifest of no recipe when the files are of another layout."""
        held = json.loads(text)
        if held.get("layout") != LAYOUT:
            return cls(recipe="")
        return cls(recipe=held["recipe"], last=held["last"], runs=tuple(RunFile(**run) for run in held["runs"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """When the index writes and merges."""

    buffer: int = 8_192
    """Documents held in memory before they are worth a run on disk."""
    inline: int = 32_768
    """Merges up to so many documents happen at once; larger ones in a thread of their own."""


class SegmentIndex:
    """An :class:`~cleaners.index.Index` on disk, for one writer.

    ``add`` touches memory only. ``flush`` writes and returns the manifest; after it was saved, ``saved`` deletes what
    no manifest names any more. Large merges run beside the caller (their kernel releases the interpreter's lock).
    """

    def __init__(self, folder: Path, manifest: Manifest, limits: Limits = Limits(), shape: Shape = Shape()) -> None:
        """Open the files the manifest names; raises ``FormatError`` when they are missing or damaged."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._limits, self._shape = folder, limits, shape
        self._manifest = manifest
        self._written = [mapped(folder, file) for file in manifest.runs]
        self._buffer: list[Run] = []
        self._last = manifest.last
        self._next = 1 + max(numbers(folder), default=0)
        self._merging: tuple[Run, Run, Future[Run]] | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="index-merge")

    def __len__(self) -> int:
        return sum(run.documents for run in (*self._written, *self._buffer))

    @property
    def full(self) -> bool:
        """Whether enough is in memory to be worth a ``flush``."""
        return sum(run.documents for run in self._buffer) >= self._shape.buffer

    def add(self, docs: U32, keys: Keys) -> None:
        """See :meth:`cleaners.index.Index.add`; raises ``UsageError`` for ids of 2**31 and more."""
        if not len(docs):
            return
        if docs[-1] >= MOST:
            raise UsageError(f"document {docs[-1]}: the match index holds ids up to {MOST - 1}; begin another store")
        run = run_of(docs, keys, self._limits)
        while self._buffer and self._buffer[-1].documents <= run.documents:
            run = merged(self._buffer.pop(), run, self._limits)
        self._buffer.append(run)
        self._last = int(docs[-1])

    def query(self, keys: Keys) -> Candidates:
        """See :meth:`cleaners.index.Index.query`."""
        return query([*self._written, *self._buffer], keys, self._limits)

    def flush(self) -> Manifest:
        """Write what is in memory, take over a finished merge, begin another, and say what is to be saved.

        The files are on disk (fsync) when this returns. Save the manifest in the transaction that holds the documents,
        then call :meth:`saved`.
        """
        self._take_over()
        if self._buffer:
            self._write_buffer()
        self._manifest = Manifest(
            recipe=self._manifest.recipe,
            last=self._last,
            runs=tuple(described(run) for run in self._written),
        )
        self._begin_merge()
        return self._manifest

    def saved(self) -> None:
        """The manifest of the last ``flush`` is safe: files it does not name are deleted."""
        if self._merging is None:
            for number in numbers(self._folder) - {file.number for file in self._manifest.runs}:
                delete(self._folder, number)

    def close(self) -> None:
        """Wait for a merge under way; its files are deleted by a later ``saved``, for no manifest names them."""
        self._worker.shutdown(wait=True)

    def _write_buffer(self) -> None:
        run = self._buffer[0]
        for later in self._buffer[1:]:
            run = merged(run, later, self._limits)
        while self._written and self._joins_at_once(self._written[-1], run):
            run = merged(self._written.pop(), run, self._limits)
        self._written.append(write(self._folder, self._number(), run))
        self._buffer = []

    def _joins_at_once(self, older: Run, newer: Run) -> bool:
        busy = self._merging is not None and older.number in {run.number for run in self._merging[:2]}
        return not busy and _close(older, newer) and older.documents + newer.documents <= self._shape.inline

    def _begin_merge(self) -> None:
        if self._merging:
            return
        for older, newer in zip(self._written, self._written[1:], strict=False):
            if _close(older, newer):
                task = self._worker.submit(
                    merge_files, self._folder, self._number(), older, newer, self._limits
                )
                self._merging = (older, newer, task)
                return

    def _take_over(self) -> None:
        if self._merging is None or not self._merging[2].done():
            return
        older, newer, task = self._merging
        at = next(n for n, run in enumerate(self._written) if run.number == older.number)
        assert self._written[at + 1].number == newer.number
        self._written[at : at + 2] = [task.result()]
        self._merging = None

    def _number(self) -> int:
        self._next += 1
        return self._next - 1


def _close(older: Run, newer: Run) -> bool:
    """Whether two neighbours are near enough in size for a merge to pay: each posting is rewritten log2(n) times."""
    fits = sum(len(run.lists) + 2 * len(run.entries) for run in (older, newer)) < MOST
    return fits and older.documents <= 2 * newer.documents
