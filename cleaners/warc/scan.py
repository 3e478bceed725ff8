"""Scan the archive record by record: the place and URL of each, and where a damaged file ends.

Every gzip member is decompressed to its end, so a record that a crash cut off is found (existing WARC readers skip it
silently).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from cleaners.warc.write import ROLE_FIELD, folder_of

_GZIP = b"\x1f\x8b"
_PORTION = 1 << 16
_HEAD = 1 << 16  # bytes of a record in which its own header must end


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """Where a record lies."""

    file: str
    """The file, relative to the store's folder (``news.warc/crawl-00001.warc.gz``)."""
    offset: int
    """Its first byte (of the gzip member, in a compressed file)."""
    length: int
    """Its bytes, compressed ones in a compressed file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """A record of the archive, as far as is needed to know whose it is."""

    place: RecordPlace
    url: str | None
    """``WARC-Target-URI``."""
    kind: str | None
    """``WARC-Type``."""
    role: str | None
    """``WARC-Jianbao-Role``: ``announcement`` for feeds, sitemaps and lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveDamage:
    """From here on a file could not be read: a tail that a crash cut off, or a failing disk."""

    file: str
    offset: int
    """First byte behind the last whole record."""


def records(
    store: Path, since: Mapping[str, int] | None = None, *, only: str | None = None
) -> Iterator[WarcRecord | ArchiveDamage]:
    """Every record of the archive beside ``store``, file by file, each in the order of its offsets.

    ``since``: file (as in :class:`RecordPlace`) -> offset of the record to begin with, where the first ones are not
    wanted. ``only``: the one file to read.
    """
    folder = folder_of(store)
    for path in sorted([*folder.glob("*.warc.gz"), *folder.glob("*.warc")]):
        name = f"{folder.name}/{path.name}"
        if only in {None, name}:
            yield from _records(path, name, (since or {}).get(name, 0))


def _records(path: Path, name: str, start: int) -> Iterator[WarcRecord | ArchiveDamage]:
    end = start
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            size = os.fstat(file.fileno()).st_size
            while end < size:
                file.seek(end)
                length, head = _member(file) if packed else _plain(file)
                if end + length > size:
                    raise EOFError
                yield WarcRecord(
                    place=RecordPlace(file=name, offset=end, length=length),
                    url=_field(head, "WARC-Target-URI"),
                    kind=_field(head, "WARC-Type"),
                    role=_field(head, ROLE_FIELD),
                )
                end += length if packed else length + _blank_lines(file, end + length)
    except (OSError, EOFError, ValueError, zlib.error):
        yield ArchiveDamage(file=name, offset=end)


def _member(file: BinaryIO) -> tuple[int, bytes]:
    """The length of the gzip member at hand and the first bytes in it. Raises ``EOFError`` when it is cut short."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    read, head = 0, b""
    while not inflate.eof:
        portion = file.read(_PORTION)
        if not portion:
            raise EOFError
        read += len(portion)
        found = inflate.decompress(portion)
        head += found[: _HEAD - len(head)]
    return read - len(inflate.unused_data), head


def _plain(file: BinaryIO) -> tuple[int, bytes]:
    """The length of the uncompressed record at hand, without the blank lines behind it, and its header."""
    head, mark, _ = file.read(_HEAD).partition(b"\r\n\r\n")
    if not mark:
        raise EOFError
    return len(head) + len(mark) + int(_field(head, "Content-Length") or ""), head


def _blank_lines(file: BinaryIO, end: int) -> int:
    file.seek(end)
    behind = file.read(8)
    return len(behind) - len(behind.lstrip(b"\r\n"))


def _field(head: bytes, name: str) -> str | None:
    """A named field of a record's header (WARC 1.1, 4)."""
    if not head.startswith(b"WARC/"):
        raise ValueError("not a WARC record")
    for line in head.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name.lower():
            return value.strip().strip("<>")
    return None


def place_of(store: Path, origin: str) -> RecordPlace | None:
    """Where the record of a page of our own archive lies; None for origins elsewhere, and where no whole record is."""
    return next(iter(exchange_of(store, origin)), None)


def exchange_of(store: Path, origin: str) -> tuple[RecordPlace, ...]:
    """The places of the response at an origin of our own archive, of the request for it, which stands behind it, and of
    the record behind that which says how it was found."""
    name, _, offset = origin.rpartition("#")
    folder = folder_of(store)
    path = folder / Path(name).name
    if name != f"{folder.name}/{path.name}" or not offset.isdigit():
        return ()
    found = [one for one in islice(_records(path, name, int(offset)), 3) if isinstance(one, WarcRecord)]
    behind = [one for one in found[1:] if one.url == found[0].url and one.kind in {"request", "metadata"}]
    return tuple(one.place for one in [*found[:1], *behind])
