"""The records of a WARC one after the other; what is damaged costs the record that it stands in, not the file.

fastwarc ends a file at the first bad byte. Here the next record behind that is looked for: the next member of a
compressed file, the next ``WARC/1`` of a plain one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from os import SEEK_END
from typing import IO, Any

from cleaners.compression import compression_of, zstd_decompressor

_MAGIC = b"WARC/"
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_PORTION = 1 << 20
_LONGEST_HEAD = 1 << 24  # bytes; cookies and policies make heads of 70 kB
_LOOKED_AT = 4096  # bytes of a member, to tell whether it is a record
_MOST_DAMAGE = 1_000  # places
_DIGESTS = ("md5:", "sha1:", "sha256:")  # what fastwarc can compute; of others nothing is known
_GAP = 8  # bytes behind a record: two line ends, as it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """A record as it stands."""

    offset: int
    """Where it begins in the file."""
    fields: dict[str, str]
    """Its named fields by lower-case names, the first of each."""
    block: bytes | None
    """Its content; None where that is longer than asked for."""
    length: int
    """How long the content should be."""
    fits_digest: bool = True
    """Whether its content is what its digest says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRecord:
    """A place at which no record could be read."""

    offset: int
    why: str


def records(stream: IO[bytes], limit: int) -> Iterator[RawRecord | DamagedRecord]:
    """Every response, resource, conversion, revisit and metadata record; longer contents than ``limit`` bytes left out.

    ``stream`` can seek and stands at the first byte of the file.
    """
    start, magic, before = _beginning(stream)
    if before:
        yield DamagedRecord(offset=0, why=before)
    failures = 0
    unread = ""  # why nothing could be read between the last record and where the reading goes on
    while start >= 0:
        stream.seek(start)
        last: RawRecord | None = None
        reader = _Reader(stream, limit)
        try:
            for record in reader:
                if unread:
                    yield DamagedRecord(offset=start - 1, why=unread)
                    unread = ""
                if last is not None:
                    yield last
                last = record
        except Exception as why:  # of fastwarc: OSError, ValueError and others
            failures += 1
            if failures > _MOST_DAMAGE:
                yield DamagedRecord(offset=start, why=f"more than {_MOST_DAMAGE} damaged places: the rest is not read")
                return
            told = str(why) or type(why).__name__
            if last is not None and not _ends_well(stream, magic, last):
                yield DamagedRecord(offset=last.offset, why="its length is wrong")
                start = _next(stream, magic, last.offset + 1)
                continue
            if last is not None:
                yield last
            if reader.at < 0 or reader.is_inside:
                at = max(reader.at, start)
                yield DamagedRecord(offset=at, why=told)
                unread, start = "", _next(stream, magic, at + 1)
                continue
            # Behind the last record, where no record begins any more, or one that cannot be read either.
            unread, at = told, reader.at
            start = _next(stream, magic, at + 1)
            if start < 0:
                yield DamagedRecord(offset=at + 1, why=told)
            continue
        if last is not None and _passes_the_end(stream, magic, last):
            # Cut, or its length is wrong and others stand behind it.
            yield DamagedRecord(offset=last.offset, why="the file is cut short, or its length is wrong")
            start = _next(stream, magic, last.offset + 1)
            continue
        if last is not None:
            yield last
        if (tail := _tail(stream, magic, reader)) >= 0:
            yield DamagedRecord(offset=tail, why="the file is cut short")
        return


def _beginning(stream: IO[bytes]) -> tuple[int, bytes, str]:
    """Where the first record begins, the magic of all, and what is wrong with what stands before it (empty: nothing).

    The magic of the first record may be damaged, or a mark or blank lines stand before it.
    """
    start = stream.tell()
    head = stream.read(_LOOKED_AT)
    kind = compression_of(head)
    magic = {"gzip": _GZIP, "zstd": _ZSTD}.get(kind.name if kind else "", _MAGIC)
    if head.startswith(magic):
        return start, magic, ""
    found = [(at, one) for one in (_MAGIC, _GZIP, _ZSTD) if (at := _next(stream, one, start)) >= 0]
    first, magic = min(found, default=(start, _MAGIC))
    stream.seek(start)
    is_blank = first - start < _LOOKED_AT and not stream.read(first - start).lstrip(_BOM).strip()
    return first, magic, "" if is_blank else "no record begins at the beginning of the file"


class _Reader:
    """fastwarc from where the stream stands; knows at which record it failed."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.at = -1
        """Offset of the record reached last, -1 before the first."""
        self.length = 0
        """Bytes of its content, as its head tells."""
        self.is_inside = False
        """Whether that one is being read."""

    def __iter__(self) -> Iterator[RawRecord]:
        from fastwarc.warc import ArchiveIterator, WarcRecordType

        wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.revisit
        wanted |= WarcRecordType.metadata
        untyped = (WarcRecordType.unknown, WarcRecordType.no_type)
        known = ArchiveIterator(self._stream, parse_http=False, max_header_len=_LONGEST_HEAD)
        for record in known:
            self.at, self.length, self.is_inside = record.stream_pos, record.content_length, True
            if record.record_type & wanted:
                yield self._taken(record)
            elif record.record_type in untyped:
                if not record.headers.get("Content-Length"):
                    raise ValueError("a record without type and length")
                yield RawRecord(
                    offset=record.stream_pos, fields=_fields(record), block=None, length=record.content_length
                )
            self.is_inside = False

    def _taken(self, record: Any) -> RawRecord:
        fields = _fields(record)
        length = record.content_length
        if length > self._limit:
            return RawRecord(offset=record.stream_pos, fields=fields, block=None, length=length)
        record.freeze()  # into memory: to verify and then read, a stream that cannot go back would not do
        told = fields.get("warc-block-digest", "").lower().startswith(_DIGESTS)
        fits = not told or record.verify_block_digest(consume=False)
        return RawRecord(
            offset=record.stream_pos, fields=fields, block=record.reader.read(), length=length, fits_digest=fits
        )


def _fields(record: Any) -> dict[str, str]:
    """The named fields of a record; a dict is asked ten times as fast as fastwarc."""
    return {name.lower(): value for name, value in reversed(list(record.headers.items()))}


def _passes_the_end(stream: IO[bytes], magic: bytes, record: RawRecord) -> bool:
    """Whether a record is longer than what the file still holds; nothing is known of a long one that is compressed."""
    if record.block is not None:
        return len(record.block) < record.length
    return magic == _MAGIC and record.offset + record.length > stream.seek(0, SEEK_END)


def _ends_well(stream: IO[bytes], magic: bytes, record: RawRecord) -> bool:
    """Whether blank lines, or the end of the file or of its own member, stand where a record should end."""
    if magic == _MAGIC:
        behind = _behind(stream, record.offset, record.length)
        return not behind or behind.startswith((b"\r\n", b"\n"))
    if record.block is None:
        return True
    stream.seek(record.offset)
    member = zlib.decompressobj(16 + zlib.MAX_WBITS) if magic == _GZIP else zstd_decompressor()
    data, most = bytearray(), _PORTION + record.length
    while not member.eof and len(data) < most and (packed := stream.read(_PORTION)):
        data += member.decompress(packed, most - len(data))
    head, end, content = bytes(data).partition(b"\r\n\r\n")
    if not end or record.fields.get("warc-record-id", "").encode() not in head:
        return True  # one of several in a member, or its head is too long to find its end
    behind = content[record.length :].lstrip(b"\r\n")
    return len(content) >= record.length and (not behind or behind.startswith(_MAGIC))


def _behind(stream: IO[bytes], offset: int, length: int) -> bytes:
    """The bytes behind a record of a plain file; none where its head is too long to find its end."""
    stream.seek(offset)
    end = stream.read(_PORTION).find(b"\r\n\r\n")
    if end < 0:
        return b""
    stream.seek(min(offset + end + 4 + length, stream.seek(0, SEEK_END)))  # a length may be any number
    return stream.read(_GAP)


def _tail(stream: IO[bytes], magic: bytes, reader: _Reader) -> int:
    """Where a record begins that fastwarc passed over in silence, as it does when its head is cut; -1 for none."""
    if reader.at < 0:
        return -1
    if magic != _MAGIC:
        return _next(stream, magic, reader.at + 1)
    behind = _behind(stream, reader.at, reader.length).lstrip(b"\r\n")
    return stream.tell() - len(behind) if behind else -1


def _next(stream: IO[bytes], magic: bytes, start: int) -> int:
    """Offset of the next record at or behind ``start``; -1 where there is none."""
    at, rest = start, b""
    stream.seek(start)
    while portion := stream.read(_PORTION):
        data = rest + portion
        found = data.find(magic)
        while found >= 0:
            offset = at - len(rest) + found
            if _is_record(stream, magic, offset):
                return offset
            found = data.find(magic, found + 1)
        at += len(portion)
        rest = data[-(len(magic) - 1) :]
        stream.seek(at)
    return -1


def _is_record(stream: IO[bytes], magic: bytes, offset: int) -> bool:
    stream.seek(offset)
    try:
        if magic == _MAGIC:
            return stream.read(8) in {b"WARC/1.0", b"WARC/1.1", b"WARC/0.1"}
        if magic == _GZIP:
            data = stream.read(_LOOKED_AT)
            begins = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, len(_MAGIC))
            # Of a member that the end of the file cuts off nothing may come out at all.
            return begins == _MAGIC or (not begins and len(data) < _LOOKED_AT)
        frame = compression_of(_ZSTD)
        return frame is not None and frame.reader(stream).read(len(_MAGIC)) == _MAGIC
    except Exception:  # each library has errors of its own; the magic was bytes of something else
        return False
