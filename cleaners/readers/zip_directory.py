"""The central directory of a zip in slices: :mod:`zipfile` makes an object of 600 bytes of each of its entries at once,
and an archive may have ten million (PKWARE, APPNOTE.TXT, 4.3.12 to 4.3.16)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

_SLICE = 20_000
"""Entries that are in memory at once."""
_ENTRY = struct.Struct("<4s24s3H12s")  # signature, what is of no interest here, lengths of name, extra, comment; rest
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_MOST = 0xFFFFFFFF


def slices(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The archive as several, each with some of the entries, in order; as it is when it has few.

    Raises ``BadZipFile`` where the directory is damaged.
    """
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if not end or end[4] <= _SLICE:
        with zipfile.ZipFile(file) as archive:
            yield archive
        return
    entries, size, offset, place = end[4], end[5], end[6], end[9]
    begin = place - size - (_END64.size + _LOCATOR64.size if end[0] == b"PK\x06\x06" else 0)
    at, left = begin, entries
    while left > 0:
        count = min(left, _SLICE)
        part = _entries(file, at, begin + size, count)
        with zipfile.ZipFile(_TailView(file, begin, part.getvalue() + _end(count, part.tell(), offset))) as archive:
            yield archive
        at += part.tell()
        left -= _SLICE


def _entries(file: IO[bytes], at: int, stop: int, count: int) -> io.BytesIO:
    """The bytes of the next entries."""
    file.seek(at)
    part = io.BytesIO()
    for _ in range(count):
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02") or at + part.tell() >= stop:
            raise zipfile.BadZipFile("the directory is damaged")
        part.write(head)
        part.write(file.read(sum(_ENTRY.unpack(head)[2:5])))
    return part


def _end(entries: int, size: int, offset: int) -> bytes:
    """The end of a directory with so many entries, which begins at ``offset``."""
    place = offset + size
    large = b""
    if place >= _MOST:
        large = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, entries, entries, size, offset)
        large += _LOCATOR64.pack(b"PK\x06\x07", 0, place, 1)
        offset = _MOST
    return large + _END.pack(b"PK\x05\x06", 0, 0, entries, entries, size, offset, 0)


class _TailView(io.RawIOBase):
    """A file of which everything from ``begin`` on is something else."""

    def __init__(self, file: IO[bytes], begin: int, tail: bytes) -> None:
        super().__init__()
        self._file, self._begin, self._tail = file, begin, tail
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._begin + len(self._tail)}[whence]
        if base + offset < 0:
            raise OSError(22, "before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            size = max(0, self._begin + len(self._tail) - self._at)
        data = b""
        if self._at < self._begin:
            self._file.seek(self._at)
            data = self._file.read(min(size, self._begin - self._at))
            self._at += len(data)
        if len(data) < size and self._at >= self._begin:
            rest = self._tail[self._at - self._begin : self._at - self._begin + size - len(data)]
            self._at += len(rest)
            data += rest
        return data
