"""Streams of bytes with a look ahead, bounded."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from typing import IO

from cleaners.compression import is_broken
from cleaners.errors import UnusableInput

HEAD = 64 * 1024
"""Bytes that are looked at to tell what a stream is."""

_PIECE = 4096


class PeekableStream(io.RawIOBase):
    """A stream whose first bytes can be looked at and are read again; seeks only when the stream below does."""

    def __init__(self, stream: IO[bytes], spend: Callable[[int], None] = lambda count: None) -> None:
        """``spend`` is told the count of bytes of each reading; what it raises ends the reading."""
        super().__init__()
        self._stream = stream
        self._spend = spend
        self._damage: BaseException | None = None
        self.head = self._look(HEAD)
        """The first bytes, fewer only when there are no more."""
        self._at = 0

    def _look(self, size: int) -> bytes:
        """Up to ``size`` bytes; damage that comes after some of them is raised when they have been read."""
        parts: list[bytes] = []
        try:
            while size > 0 and (part := self._some(min(size, _PIECE))):
                self._spend(len(part))
                parts.append(part)
                size -= len(part)
        except Exception as why:
            if not parts or not is_damage(why):
                raise
            self._damage = why
        return b"".join(parts)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, from the head first."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.head[self._at : self._at + len(view)]
        self._at += len(data)
        if not data and self._damage:
            raise self._damage
        if not data:
            data = self._some(len(view))
            self._spend(len(data))
        view[: len(data)] = data
        return len(data)

    def _some(self, size: int) -> bytes:
        """Up to ``size`` bytes. What is buffered comes by itself: damage behind it would take it along."""
        stream = self._stream
        return stream.read1(size) if isinstance(stream, io.BufferedReader) else stream.read(size) or b""

    def whole(self) -> IO[bytes]:
        """The stream from its first byte, seekable where the one below is."""
        if self._damage is None and can_seek(self._stream):
            self._stream.seek(0)
            return self._stream
        return io.BufferedReader(self)


def can_seek(stream: IO[bytes]) -> bool:
    """Whether a stream can go back at no cost: files can; members and decompressed streams would start anew."""
    return type(stream) in {io.BufferedReader, io.BufferedRandom, io.BytesIO} and stream.seekable()


def seekable(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or a temporary copy of one that cannot go back.

    Raises ``UnusableInput("read", ...)`` where the disk has no room for the copy.
    """
    if can_seek(stream):
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller, who reads the members from it
    while part := stream.read(HEAD):
        try:
            copy.write(part)
            copy.flush()
        except OSError as why:  # apart from the reading: a full disk is no damage of the file
            copy.close()
            detail = f"{why.strerror}: unpack the file, or let TMPDIR name a folder with more room"
            raise UnusableInput("read", "no room for a temporary copy", detail) from None
    copy.seek(0)
    return copy


def _read_up_to(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def is_damage(error: BaseException) -> bool:
    """Whether an error says that compressed or archived data are cut or broken."""
    return is_broken(error) or isinstance(error, zipfile.BadZipFile | tarfile.TarError)


def read_bounded(stream: IO[bytes], limit: int) -> bytes:
    """All bytes of a stream; raises ``UnusableInput`` beyond ``limit``: a bomb costs no more than a large page."""
    data = _read_up_to(stream, limit + 1)
    if len(data) > limit:
        raise UnusableInput("read", "page too large", f"more than {limit} bytes")
    return data
