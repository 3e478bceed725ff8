"""Records of cleaned pages and what was dropped, in two files that are whole or not there, and can be gone on with."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from cleaners.atomic import sync, told
from cleaners.compression import compressed
from cleaners.errors import FormatError, UsageError
from cleaners.export import drop_record, record
from cleaners.items import Article, Clipping, Drop
from cleaners.parallel.checkpoint import Checkpoint

# Files that are written for hours, and go on where they were after any interruption.


class PartialFile:
    """A JSON Lines file under a temporary name: what was there at a :meth:`sync` can be gone back to.

    Compressed by the suffix of its target; each sync ends a gzip member (RFC 1952) or zstd frame (RFC 8878), of which
    a file may have many.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name[:200]}.part")
        self._file: IO[bytes] | None = None
        self._member = ExitStack()
        self._stream: IO[bytes] | None = None

    def open(self, size: int) -> None:
        """Go on after the first ``size`` bytes; raises UsageError while another process writes here."""
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UsageError(
                "{target} is being written by another run: wait for it, or name another file", target=self.target
            ) from None
        os.ftruncate(file.fileno(), size)
        self._file = file

    def write(self, record: Mapping[str, Any]) -> None:
        """One record."""
        assert self._file is not None, "open it first"
        if self._stream is None:
            self._stream = self._member.enter_context(compressed(self._file, self.target.suffix))
        # A lone surrogate becomes its JSON escape: the line stays valid UTF-8 and valid JSON.
        self._stream.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> int:
        """Have everything on the disk; returns how many bytes that is."""
        assert self._file is not None, "open it first"
        self._member.close()
        self._stream = None
        self._file.flush()
        os.fsync(self._file.fileno())
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """Let go of the file; what came after the last sync may be lost."""
        with suppress(OSError, ValueError):
            self._member.close()
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = self._stream = None


def replace_whole(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of a file, safe on the disk when this returns."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


_OFTEN = 500
"""Results between two marks: at most so many pages are cleaned again. By count, so that the same input gives the same
bytes in a compressed file too."""
_FIRST = 20
"""Results before the first mark, which is there after seconds; each later one when there are twice as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OutputState:
    """What is on the disk, as the file beside the parts says."""

    mark: Checkpoint = Checkpoint()
    kept_bytes: int = 0
    drop_bytes: int = 0
    written: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    complete: bool = False

    @classmethod
    def read(cls, path: Path) -> Self | None:
        try:
            data = json.loads(path.read_bytes())
            return cls(**{**data, "mark": Checkpoint(**data["mark"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise FormatError("{path} is damaged: delete it, and start anew without --resume", path=path) from None


class ResumableOutput:
    """Cleaned pages to one JSONL file, Drops to ``TARGET.drops.jsonl`` beside it.

    Both take their names when the ``with`` block ends well (no Drops: no second file, an old one is removed). Until
    then they grow under hidden names, and ``.TARGET.progress.json`` says after every few hundred results how much of
    them is on the disk, and of which pages. What an interrupted run left stays when there is such a mark.
    """

    def __init__(self, target: Path, *, resume: bool, start: Checkpoint = Checkpoint()) -> None:
        """``start``: of a run with these options.

        Raises UsageError for a place where no file can be, or a finished part that ``resume`` does not take up.
        """
        _check(target)
        self._kept = PartialFile(target)
        self._drops = PartialFile(target.with_name(f"{target.name}.drops.jsonl"))
        self._marked = target.with_name(f".{target.name[:200]}.progress.json")
        before = _OutputState.read(self._marked)
        if before and not resume:
            raise UsageError(
                "{target} was begun by a run that did not end ({done} pages are done): add --resume to go "
                "on, or delete {marked} to start anew",
                target=target,
                done=before.mark.done,
                marked=self._marked,
            )
        self._state = before or _OutputState(mark=start)
        self._since = 0
        self._within = False
        """Whether results that belong together are being written."""
        self.mark = self._state.mark
        """How far the output is: pages before it are in there."""
        self.written = self._state.written
        """Articles written, by earlier runs too."""
        self.dropped = Counter(self._state.reasons)
        """Drops by stage and reason, of earlier runs too."""

    @property
    def complete(self) -> bool:
        """Whether an earlier run had come to the end and was only kept from giving the files their names."""
        return self._state.complete

    def add(self, *results: Article | Drop) -> None:
        """Write the next results; no run goes on between those that are given together. Raises UnwritableError."""
        with told(self._kept.target):
            self._within = True
            for result in results:
                if isinstance(result, Drop):
                    self._drops.write(drop_record(result))
                    self.dropped[f"{result.stage}: {result.reason}"] += 1
                else:
                    self._kept.write(record(Clipping(article=result)))
                    self.written += 1
                self.mark = self.mark.past(result.origin)
                self._since += 1
            self._within = False
            if self._since >= min(_OFTEN, max(_FIRST, self._state.mark.done)):
                self._save()

    def __enter__(self) -> Self:
        with told(self._kept.target):
            if not self.complete:
                self._kept.open(self._state.kept_bytes)
                self._drops.open(self._state.drop_bytes)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            with told(self._kept.target):
                if kind is None:
                    self._finish()
                elif issubclass(kind, KeyboardInterrupt) and self._since and not self._within:
                    self._save()
        finally:
            for part in (self._kept, self._drops):
                part.close()
                if not self._state.mark.done and not self.complete:
                    part.path.unlink(missing_ok=True)

    def _save(self, *, complete: bool = False) -> None:
        """First the results, then the mark that says so."""
        state = _OutputState(
            mark=self.mark, kept_bytes=self._kept.sync(), drop_bytes=self._drops.sync(), written=self.written,
            reasons=dict(self.dropped), complete=complete,
        )  # fmt: skip
        replace_whole(self._marked, json.dumps(asdict(state), ensure_ascii=False).encode())
        self._state = state
        self._since = 0

    def _finish(self) -> None:
        if not self.complete:
            self._save(complete=True)
        for part in (self._kept, self._drops):
            if part is self._drops and not self.dropped:
                part.path.unlink(missing_ok=True)
                part.target.unlink(missing_ok=True)
            elif part.path.exists():  # else an earlier run had given it its name
                part.path.replace(part.target)
        sync(self._marked.parent)
        self._marked.unlink()


def _check(target: Path) -> None:
    if target.is_dir():
        raise UsageError("{target} is a folder: name a file", target=target)
    if not target.parent.is_dir():
        raise UsageError(
            "{target} cannot be made: there is no folder {parent}; make it first", target=target, parent=target.parent
        )
