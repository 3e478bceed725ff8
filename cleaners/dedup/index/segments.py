"""The match index on disk: sorted runs in memory-mapped files, merged geometrically (a log-structured merge tree).

The store is the authority: a manifest saved in the same transaction as the documents says which files count, and
documents newer than the manifest are added again from the store on opening. The folder may be deleted at any time
while the index is closed; the index is then built anew.

O'Neil, Cheng, Gawlick, O'Neil, "The log-structured merge-tree" (1996).
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index import CandidatePairs, IndexLimits
from cleaners.dedup.index.files import RunFile, check, delete, described, mapped, merge_files, numbers, write_joined
from cleaners.dedup.index.runs import MOST, U32, MemoryIndex, SortedRun, query
from cleaners.errors import UnwritableError

log = logging.getLogger(__name__)

LAYOUT = 3
"""Of the files; those of another layout are not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentManifest:
    """Which files make up the index, and up to which document."""

    recipe: str
    """The settings the keys were made with; another recipe means another index."""
    runs: tuple[RunFile, ...] = ()
    """The runs, oldest first."""

    @property
    def last(self) -> int:
        """The greatest document id in the files; 0 when there are none."""
        return self.runs[-1].last if self.runs else 0

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps({"layout": LAYOUT} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from :meth:`to_json`; an empty manifest of no recipe when the files are of another layout."""
        held = json.loads(text)
        if held.get("layout") != LAYOUT:
            return cls(recipe="")
        return cls(recipe=held["recipe"], runs=tuple(map(_run_file, held["runs"])))


def _run_file(held: dict[str, Any]) -> RunFile:
    return RunFile(**held | {"checksums": tuple(held.get("checksums", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSettings:
    """When the index writes and merges."""

    buffer: int = 8_192
    """Documents held in memory before they are worth a run on disk."""
    ahead: int = 8
    """So many buffers may wait in memory for a slow disk; then the caller waits."""
    settled: int = 32_768
    """Merges of up to so many documents are waited for by ``flush``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _MergeTask:
    """Some neighbouring runs that become one on disk."""

    runs: list[SortedRun]
    number: int
    """Of the files it makes."""
    result: Future[SortedRun]

    @property
    def writes(self) -> bool:
        """Whether it writes what is in memory; otherwise it merges files."""
        return not self.runs[0].number


class SegmentIndex:
    """An :class:`~cleaners.dedup.index.MatchIndex` on disk, for one writer.

    ``add`` touches memory only; runs are written and merged beside the caller (the kernel of a merge releases the
    interpreter's lock). ``checkpoint`` and ``flush`` return a manifest; after it was saved, ``saved`` deletes what no
    manifest names any more.
    """

    def __init__(
        self,
        folder: Path,
        manifest: SegmentManifest,
        limits: IndexLimits = IndexLimits(),
        shape: SegmentSettings = SegmentSettings(),
    ) -> None:
        """Open the files the manifest names; raises ``FormatError`` when they are missing or damaged."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._limits, self._shape = folder, limits, shape
        self._manifest = manifest
        self._runs = [mapped(folder, file) for file in manifest.runs]
        self._buffer = MemoryIndex(limits)
        self._tasks: list[_MergeTask] = []
        self._no_room = False  # for merges, on the disk
        self._closed = False
        self._there = numbers(folder)
        self._next = 1 + max(self._there, default=0)
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="index")  # one writes and deletes, the other merges

    def __len__(self) -> int:
        return sum(run.documents for run in self._runs) + len(self._buffer)

    @property
    def closed(self) -> bool:
        """Whether it was closed, for good."""
        return self._closed

    @property
    def full(self) -> bool:
        """Whether enough is in memory to be worth a ``checkpoint``."""
        return len(self._buffer) >= self._shape.buffer

    def add(self, docs: U32, keys: DocumentKeys) -> None:
        """See :meth:`cleaners.dedup.index.MatchIndex.add`; raises ``UsageError`` for ids of 2**31 and more.

        ``UnwritableError``, here and from ``checkpoint`` and ``flush``, when files could not be written meanwhile.
        """
        if not len(docs):
            return
        self._buffer.add(docs, keys)
        self._advance()

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        """See :meth:`cleaners.dedup.index.MatchIndex.query`."""
        return query([*self._runs, *self._buffer.runs], keys, self._limits)

    def check(self) -> None:
        """Look at every byte on disk; raises ``FormatError`` that names a file in which one is not what was written."""
        for run in self._runs:
            if run.number:
                check(self._folder, run)

    def checkpoint(self) -> SegmentManifest:
        """Have what is in memory written, without waiting, and say what is on disk by now.

        Save the manifest in a transaction, then call :meth:`saved`. Documents after ``manifest.last`` have to be added
        again when the index is opened with it.
        """
        self._seal()
        while len(writing := [task.result for task in self._tasks if task.writes]) > self._shape.ahead:
            wait(writing[:1])
            self._advance()
        return self._noted()

    def flush(self) -> SegmentManifest:
        """As :meth:`checkpoint`, but waits until everything is on disk, and small runs are merged."""
        self._seal()
        while self._tasks or self._begin_merge(self._shape.settled):
            wait([task.result for task in self._tasks])
            self._take_over()
        return self._noted()

    def saved(self) -> None:
        """The manifest last returned is safe: files that neither it nor the index needs are deleted before long.

        Not at once: on a busy disk that takes as long as a file is being synced.
        """
        needed = {file.number for file in self._manifest.runs} | {run.number for run in self._runs}
        for number in self._there - needed:
            self._workers.submit(delete, self._folder, number)
        self._there &= needed

    def close(self) -> None:
        """Wait for what is under way; new files that no manifest names are deleted by a later ``saved``."""
        self._closed = True
        self._workers.shutdown(wait=True)

    def _noted(self) -> SegmentManifest:
        on_disk = itertools.takewhile(lambda run: run.number, self._runs)
        self._manifest = SegmentManifest(recipe=self._manifest.recipe, runs=tuple(described(run) for run in on_disk))
        return self._manifest

    def _seal(self) -> None:
        if self._buffer.runs:
            self._runs += self._buffer.runs
            self._submit(write_joined, self._buffer.runs)
            self._buffer = MemoryIndex(self._limits)
        self._advance()

    def _advance(self) -> None:
        self._take_over()
        self._begin_merge(MOST)

    def _begin_merge(self, most: int) -> bool:
        """Begin the merge of the smallest neighbours that are due, if no other is under way; say whether."""
        if self._no_room or not all(task.writes for task in self._tasks):
            return False
        for older, newer in reversed(list(itertools.pairwise(self._runs))):
            if older.number and newer.number and _close(older, newer) and older.documents + newer.documents <= most:
                self._submit(merge_files, [older, newer])
                return True
        return False

    def _submit(
        self, work: Callable[[Path, int, list[SortedRun], IndexLimits], SortedRun], runs: list[SortedRun]
    ) -> None:
        result = self._workers.submit(work, self._folder, self._next, runs, self._limits)
        self._tasks.append(_MergeTask(runs=runs, number=self._next, result=result))
        self._next += 1

    def _take_over(self) -> None:
        for task in [task for task in self._tasks if task.result.done()]:
            if isinstance(why := task.result.exception(), OSError):
                self._tasks.remove(task)
                if task.writes:
                    raise UnwritableError(
                        "{folder} cannot be written ({why}): make room there", folder=self._folder, why=why
                    ) from why
                self._do_without(task, why)
                continue
            at = next(n for n, run in enumerate(self._runs) if run is task.runs[0])
            self._runs[at : at + len(task.runs)] = [task.result.result()]
            self._there.add(task.number)
            self._tasks.remove(task)

    def _do_without(self, merge: _MergeTask, why: OSError) -> None:
        """A merge needs room for a copy of what it merges; without, the index is slower and nothing is lost."""
        log.warning("the match index stays in many files and will be slower: merging them failed (%s)", why)
        self._no_room = True
        self._workers.submit(delete, self._folder, merge.number)


def _close(older: SortedRun, newer: SortedRun) -> bool:
    """Whether two neighbours are near enough in size for a merge to pay: each posting is rewritten log2(n) times."""
    fits = sum(len(run.lists) + 2 * len(run.entries) for run in (older, newer)) < MOST
    return fits and older.documents <= 2 * newer.documents
