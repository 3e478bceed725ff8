"""Files that are written for hours, and go on where they were after any interruption."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

from cleaners.atomic import compressed
from cleaners.durable import sync
from cleaners.errors import UsageError


class Part:
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
                f"{self.target} is being written by another run: wait for it, or name another file"
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
