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
_ZSTD_LEVEL = 6
_GZIP_LEVEL = 6


def zstd_library() -> Any:
    """The zstd of the standard library, before Python 3.14 its backport (which Scrapy requires too)."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _read_zstd(stream: IO[bytes]) -> IO[bytes]:
    zstd = zstd_library()
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return cast(IO[bytes], zstd.ZstdFile(stream, options=options))


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


class GzipStream(io.BufferedReader):
    """What is in a gzip file, to the end of its last whole member (as gzip(1) reads it, with a warning)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._members = _GzipMembers(file)
        super().__init__(self._members)

    @property
    def is_followed_by_junk(self) -> bool:
        """Whether the members read so far are followed by something else."""
        return bool(self._members.junk_follows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """One way to compress a file."""

    name: str
    suffix: str
    magic: bytes
    """The first bytes of such a file."""
    reader: Callable[[IO[bytes]], IO[bytes]]
    """The stream inside a compressed one: all members or frames."""


COMPRESSIONS = (
    Compression(name="gzip", suffix=".gz", magic=b"\x1f\x8b", reader=GzipStream),
    Compression(name="bzip2", suffix=".bz2", magic=b"BZh", reader=bz2.BZ2File),
    Compression(name="xz", suffix=".xz", magic=b"\xfd7zXZ\x00", reader=lzma.LZMAFile),
    Compression(name="zstd", suffix=".zst", magic=b"\x28\xb5\x2f\xfd", reader=_read_zstd),
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


def inflate_zstd(body: bytes, limit: int) -> bytes:
    """Up to ``limit`` bytes of what the first frame of ``body`` holds; raises ``ZstdError`` where it is broken."""
    zstd = zstd_library()
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
    return cast(bytes, decompressor.decompress(body, max_length=limit))
