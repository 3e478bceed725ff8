"""The compressions that files are read and written in: gzip, bzip2, xz, zstd. The only home of the zstd library."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

_ZSTD_WINDOW_LOG = 27
"""Memory a zstd file may ask for, as a power of two: what `zstd --long` needs."""
_XZ_MEMORY = 256 * 1024 * 1024
"""Bytes of memory an xz file may ask for; ``xz -9`` needs 65 MB."""
_ZSTD_LEVEL = 6
_GZIP_LEVEL = 6


def zstd_library() -> Any:
    """The zstd of the standard library, before Python 3.14 its backport (which Scrapy requires too)."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def zstd_decompressor() -> Any:
    """One of a frame, which may ask for bounded memory."""
    zstd = zstd_library()
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


class _Members(io.RawIOBase):
    """The members (of bzip2, xz) or frames (of zstd) of a file, one behind the other; zeros may follow them."""

    def __init__(self, file: IO[bytes], decompressor: Callable[[], Any], magics: tuple[bytes, ...]) -> None:
        super().__init__()
        self._file, self._new, self._magics = file, decompressor, magics
        self._member = decompressor()
        self._waiting = b""  # bytes of the member that were read to tell that it begins
        self._ended = False
        self.junk_follows = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer; raises ``EOFError`` where a member is cut, what the library raises where it is damaged."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = b""
        while not data and not self._ended:
            if self._member.eof:
                self._begin_next(self._member.unused_data)
                continue
            piece = b""
            if self._member.needs_input:
                piece, self._waiting = self._waiting or self._file.read(io.DEFAULT_BUFFER_SIZE), b""
                if not piece:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            data = self._member.decompress(piece, len(view))
        view[: len(data)] = data
        return len(data)

    def _begin_next(self, behind: bytes) -> None:
        """Begin the member behind the one that has ended; ``behind``: what was read of it already."""
        while not (behind := behind.lstrip(b"\0")) and (piece := self._file.read(io.DEFAULT_BUFFER_SIZE)):
            behind = piece
        longest = max(map(len, self._magics))
        while len(behind) < longest and (piece := self._file.read(longest - len(behind))):
            behind += piece
        if behind.startswith(self._magics):
            self._member, self._waiting = self._new(), behind
        else:
            self._ended, self.junk_follows = True, bool(behind)


_GzipReader: Any = vars(gzip)["_GzipReader"]


class _GzipMembers(_GzipReader):  # type: ignore[misc]
    """The members of a gzip file; ends where something else follows the first."""

    junk_follows = False

    def _read_gzip_header(self, *more: Any) -> Any:  # from Python 3.14 on with an argument
        try:
            return super()._read_gzip_header(*more)
        except gzip.BadGzipFile:
            if not self._pos:
                raise
            self.junk_follows = True
            return None


class CompressedStream(io.BufferedReader):
    """What is in a compressed file, to the end of its last whole member: what follows may be something else.

    gzip(1) reads it so, with a warning; the readers of the standard library end there without a word.
    """

    def __init__(self, members: _GzipMembers | _Members) -> None:
        self._members = members
        super().__init__(members)

    @property
    def is_followed_by_junk(self) -> bool:
        """Whether the members read so far are followed by something else than zeros."""
        return bool(self._members.junk_follows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """One way to compress a file."""

    name: str
    suffix: str
    magic: bytes
    """The first bytes of such a file."""
    reader: Callable[[IO[bytes]], CompressedStream]
    """The stream inside a compressed one: all members or frames."""


def _xz_decompressor() -> Any:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


_BZIP2, _XZ, _ZSTD = b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(bytes((number,)) + b"\x2a\x4d\x18" for number in range(0x50, 0x60))
"""How frames without data begin (RFC 8878, 3.1.2), which tools leave behind the others."""

COMPRESSIONS = (
    Compression(name="gzip", suffix=".gz", magic=b"\x1f\x8b", reader=lambda file: CompressedStream(_GzipMembers(file))),
    Compression(
        name="bzip2",
        suffix=".bz2",
        magic=_BZIP2,
        reader=lambda file: CompressedStream(_Members(file, bz2.BZ2Decompressor, (_BZIP2,))),
    ),
    Compression(
        name="xz",
        suffix=".xz",
        magic=_XZ,
        reader=lambda file: CompressedStream(_Members(file, _xz_decompressor, (_XZ,))),
    ),
    Compression(
        name="zstd",
        suffix=".zst",
        magic=_ZSTD,
        reader=lambda file: CompressedStream(_Members(file, zstd_decompressor, (_ZSTD, *_ZSTD_SKIPPABLE))),
    ),
)
"""All of them; the first bytes of none are those of another."""


def compression_of(head: bytes) -> Compression | None:
    """The compression that a file begins with, None for others."""
    return next((one for one in COMPRESSIONS if head.startswith(one.magic)), None)


def compression_named(suffix: str) -> Compression | None:
    """The compression of a suffix as ``.gz``, None for others."""
    return next((one for one in COMPRESSIONS if one.suffix == suffix), None)


def is_broken(error: BaseException) -> bool:
    """Whether an error says that compressed data are cut or broken."""
    return isinstance(error, EOFError | OSError | lzma.LZMAError | zlib.error) or type(error).__name__ == "ZstdError"


@contextmanager
def compressed(file: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """A stream that compresses into ``file`` as the suffix says (.gz, .zst, else not at all): one member or frame."""
    if suffix == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=_GZIP_LEVEL) as stream:
            yield cast(IO[bytes], stream)
    elif suffix == ".zst":
        with zstd_library().ZstdFile(file, mode="wb", level=_ZSTD_LEVEL) as stream:
            yield cast(IO[bytes], stream)
    else:
        yield file
