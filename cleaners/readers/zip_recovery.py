"""The members of a zip whose directory cannot be read: by the heads that stand before each (APPNOTE 6.3.10, 4.3.7).

What an interrupted download, or one bad byte, leaves of an archive. ``zip -FF`` goes the same way.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_MAGIC = b"PK\x03\x04"
_HEAD = struct.Struct("<4sHHHHHIIIHH")
_IS_ENCRYPTED, _SIZES_FOLLOW, _IS_UTF8 = 1, 8, 0x800
_STORED, _DEFLATED = 0, 8
_PORTION = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMember:
    """A member by its own head."""

    name: str
    offset: int
    """Where its data begin."""
    method: int
    packed: int
    """Bytes of its data; 0 where they are told behind the data."""
    checksum: int
    """CRC-32 of what it unpacks to; 0 where it is told behind the data."""
    is_encrypted: bool


def local_members(stream: IO[bytes]) -> Iterator[LocalMember]:
    """Every member, as far as heads are found; between them whatever stands there is passed over."""
    at = 0
    while (at := _next(stream, at)) >= 0:
        member = local_member(stream, at)
        if member is None:
            return
        yield member
        begins, packed = member.offset, member.packed
        # A length may be wrong: what it passes over is only believed where the next record begins there.
        stream.seek(begins + packed)
        at = begins + packed if packed and stream.read(2) == b"PK" else begins


def local_member(stream: IO[bytes], at: int) -> LocalMember | None:
    """The member whose head stands at an offset; None where there is none, or it is cut."""
    stream.seek(at)
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        return None
    _, _, flags, method, _, _, checksum, packed, _, name_length, extra_length = _HEAD.unpack(head)
    name = stream.read(name_length).decode("utf-8" if flags & _IS_UTF8 else "cp437", "replace")
    told = not flags & _SIZES_FOLLOW
    return LocalMember(
        name=name,
        offset=at + _HEAD.size + name_length + extra_length,
        method=method,
        packed=packed if told else 0,
        checksum=checksum if told else 0,
        is_encrypted=bool(flags & _IS_ENCRYPTED),
    )


def _next(stream: IO[bytes], start: int) -> int:
    """Offset of the next head at or behind ``start``; -1 where there is none."""
    stream.seek(start)
    rest = b""
    while portion := stream.read(_PORTION):
        data = rest + portion
        if (found := data.find(_MAGIC)) >= 0:
            return start - len(rest) + found
        start += len(portion)
        rest = data[-(len(_MAGIC) - 1) :]
    return -1


class MemberStream(io.RawIOBase):
    """What a member unpacks to; raises ``zlib.error`` where it is damaged, at its end where its checksum differs."""

    def __init__(self, stream: IO[bytes], member: LocalMember) -> None:
        super().__init__()
        if member.method not in {_STORED, _DEFLATED} or (member.method == _STORED and not member.packed):
            raise zlib.error(f"a member of method {member.method} is not found without the directory")
        self._stream, self._member = stream, member
        self._at = member.offset
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
        self._checksum = 0
        self._waiting = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stored(len(view)) if self._inflate is None else self._inflated(len(view))
        self._checksum = zlib.crc32(data, self._checksum)
        if not data and self._member.checksum and self._checksum != self._member.checksum:
            raise zlib.error("its checksum does not fit")
        view[: len(data)] = data
        return len(data)

    def _stored(self, size: int) -> bytes:
        left = self._member.offset + self._member.packed - self._at
        data = self._portion(min(size, left))
        if len(data) < min(size, left):
            raise zlib.error("the file is cut short")
        return data

    def _inflated(self, size: int) -> bytes:
        assert self._inflate is not None, "only asked where data are deflated"
        while not self._inflate.eof:
            portion = self._waiting or self._portion(_PORTION)
            if not portion:
                raise zlib.error("the file is cut short")
            data = self._inflate.decompress(portion, size)
            self._waiting = self._inflate.unconsumed_tail
            if data:
                return data
        return b""

    def _portion(self, size: int) -> bytes:
        self._stream.seek(self._at)
        data = self._stream.read(size)
        self._at += len(data)
        return data
