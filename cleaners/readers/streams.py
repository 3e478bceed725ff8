"""Streams of bytes with a look ahead, decompressed by content, bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, cast

from cleaners.errors import UnusableInput

HEAD = 64 * 1024
"""Bytes that are looked at to tell what a stream is."""

_PIECE = 4096

_WINDOW_LOG = 27
"""Memory a zstd file may ask for, as a power of two: what `zstd --long` needs."""


class PeekableStream(io.RawIOBase):
    """A stream whose first bytes can be looked at and are read again; seeks only when the stream below does."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._damage: BaseException | None = None
        self.head = self._look(HEAD)
        """The first bytes, fewer only when there are no more."""
        self._at = 0

    def _look(self, size: int) -> bytes:
        """Up to ``size`` bytes; damage that comes after some of them is raised when they have been read."""
        parts: list[bytes] = []
        try:
            while size > 0 and (part := self._stream.read(min(size, _PIECE))):
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
            data = self._stream.read(len(view)) or b""
        view[: len(data)] = data
        return len(data)

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
    """The stream itself, or a temporary copy of one that cannot go back."""
    if can_seek(stream):
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller, who reads the members from it
    while part := stream.read(HEAD):
        copy.write(part)
    copy.seek(0)
    return copy


def _read_up_to(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _gzip(stream: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))


def _bzip2(stream: IO[bytes]) -> IO[bytes]:
    return bz2.BZ2File(stream)


def _xz(stream: IO[bytes]) -> IO[bytes]:
    return lzma.LZMAFile(stream)


def _zstd(stream: IO[bytes]) -> IO[bytes]:
    from backports.zstd import DecompressionParameter, ZstdFile

    return cast("IO[bytes]", ZstdFile(stream, options={DecompressionParameter.window_log_max: _WINDOW_LOG}))


_COMPRESSIONS: tuple[tuple[bytes, str, Callable[[IO[bytes]], IO[bytes]]], ...] = (
    (b"\x1f\x8b", "gzip", _gzip),
    (b"BZh", "bzip2", _bzip2),
    (b"\xfd7zXZ\x00", "xz", _xz),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)

_DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, tarfile.TarError)


def is_damage(error: BaseException) -> bool:
    """Whether an error says that compressed or archived data are cut or broken."""
    return isinstance(error, _DAMAGE) or type(error).__name__ == "ZstdError"


def compression(head: bytes) -> str | None:
    """The name of the compression a stream begins with, None for others."""
    return next((name for magic, name, _ in _COMPRESSIONS if head.startswith(magic)), None)


def decompressed(stream: IO[bytes], name: str) -> IO[bytes]:
    """The stream inside a compressed one (all members or frames)."""
    return next(make for _, known, make in _COMPRESSIONS if known == name)(stream)


def read_bounded(stream: IO[bytes], limit: int) -> bytes:
    """All bytes of a stream; raises ``UnusableInput`` beyond ``limit``: a bomb costs no more than a large page."""
    data = _read_up_to(stream, limit + 1)
    if len(data) > limit:
        raise UnusableInput("read", "page too large", f"more than {limit} bytes")
    return data
