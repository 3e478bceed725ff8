"""Readers of saved pages: whatever was saved becomes ``Page`` records, told apart by content, never by name.

HTML, MHTML and plain-text files; WARC and WET; JSON, JSON Lines, CSV and Parquet with a column of pages; folders, zip
and tar; gzip, bzip2, xz and zstd around any of them; standard input. Everything is streamed: memory does not grow with
the input.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cleaners.errors import UnusableInput, UsageError
from cleaners.items import Drop, Page
from cleaners.readers import archives, mhtml, parquet, tables, warc
from cleaners.readers.archives import ArchiveMember
from cleaners.readers.progress import ReadProgress
from cleaners.readers.streams import PeekableStream, can_seek, compression, decompressed, is_damage, read_bounded

__all__ = ["ReadLimits", "ReadProgress", "pages", "read", "size"]

# Formats that hold no page, by their first bytes; pictures and the like are told by the decoder.
_FOREIGN = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"SQLite format 3\x00", "SQLite"),
)
_FEED = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What is read at most."""

    page_bytes: int = 32 * 1024 * 1024
    """Bytes of one page, after decompression."""
    members: int = 1_000_000
    """Members of one archive."""
    depth: int = 3
    """Containers inside each other: ``a.tar`` in ``b.zip`` in a compression."""


def read(
    paths: Iterable[str | Path], limits: ReadLimits = ReadLimits(), gauge: ReadProgress | None = None
) -> Iterator[Page | Drop]:
    """Yield every page under ``paths`` in a stable order (names sorted); ``-`` is standard input, a pipe is read too.

    Hidden files and folders (names that begin with a dot) are passed over inside folders and archives. What cannot be
    read is a ``Drop`` of the stage ``read``; ``gauge`` is told how far the reading is. Raises ``UsageError`` before
    anything is read when a path is not there.
    """
    given = [str(p) for p in paths]
    for path in given:
        if path != "-" and not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder; check the spelling, or quote a name with spaces")
    return _all(given, limits, gauge or ReadProgress())


def pages(
    stream: IO[bytes], origin: str, saved: datetime | None = None, limits: ReadLimits = ReadLimits()
) -> Iterator[Page | Drop]:
    """Every page of one open file; ``origin`` is what it is called, ``saved`` when it was last written to."""
    return _guarded(stream, origin, saved, 0, limits)


def size(paths: Iterable[str | Path]) -> int | None:
    """Bytes of all the files that :func:`read` would read; None when standard input is among them."""
    given = [str(p) for p in paths]
    if "-" in given:
        return None
    return sum(os.stat(name).st_size for path in given for name in _files(path) if os.path.isfile(name))


def _all(given: list[str], limits: ReadLimits, gauge: ReadProgress) -> Iterator[Page | Drop]:
    for path in given:
        if path == "-":
            yield from _guarded(sys.stdin.buffer, path, None, 0, limits)
        elif _is_pipe(path):
            with open(path, "rb") as stream:
                yield from _guarded(stream, path, None, 0, limits)
        else:
            for name in _files(path):
                yield from _file(name, limits, gauge)


def _is_pipe(path: str) -> bool:
    """Such as a shell makes of ``<(command)``; those inside folders are passed over, nobody may be writing to them."""
    return os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    closed: list[str] = []
    for folder, folders, names in os.walk(path, onerror=lambda why: closed.append(str(why.filename))):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        links = [f for f in folders if os.path.islink(os.path.join(folder, f))]
        yield from (os.path.join(folder, n) for n in sorted(names + links) if not n.startswith("."))
    yield from closed


def _file(name: str, limits: ReadLimits, gauge: ReadProgress) -> Iterator[Page | Drop]:
    if not os.path.isfile(name):
        yield _no_file(name)
        return
    try:
        with open(name, "rb") as file:
            status = os.fstat(file.fileno())
            saved = datetime.fromtimestamp(status.st_mtime, UTC)
            for result in _guarded(file, name, saved, 0, limits):
                gauge.inside(file)
                yield result
            gauge.past(status.st_size)
    except OSError as why:
        yield Drop(origin=name, stage="read", reason="unreadable", detail=str(why.strerror or why))


def _no_file(name: str) -> Drop:
    if not os.path.isdir(name):
        return Drop(origin=name, stage="read", reason="not a file", detail="a socket, pipe, device or broken link")
    if not os.path.islink(name):
        return Drop(origin=name, stage="read", reason="unreadable", detail="a folder that you may not open")
    return Drop(origin=name, stage="read", reason="not a file", detail="a link to a folder: give its name to read it")


def _guarded(
    stream: IO[bytes], origin: str, saved: datetime | None, depth: int, limits: ReadLimits
) -> Iterator[Page | Drop]:
    """The pages of a stream; damage ends it with a Drop, after what was good."""
    try:
        yield from _pages(stream, origin, saved, depth, limits)
    except UnusableInput as why:
        yield Drop(origin=origin, stage="read", reason=why.reason, detail=why.detail)
    except Exception as why:
        if not is_damage(why):
            raise
        yield Drop(origin=origin, stage="read", reason="damaged or cut short", detail=str(why) or type(why).__name__)


def _pages(
    stream: IO[bytes], origin: str, saved: datetime | None, depth: int, limits: ReadLimits
) -> Iterator[Page | Drop]:
    peek = PeekableStream(stream)
    head = peek.head
    if depth > limits.depth:
        raise UnusableInput("read", "nested too deeply", f"more than {limits.depth} containers inside each other")
    if name := compression(head):
        inside = PeekableStream(decompressed(peek.whole(), name))
        if name in {"gzip", "zstd"} and warc.is_warc(inside.head) and can_seek(stream):
            # Compressed record by record: read as it is, so that the offsets are those of the file.
            yield from warc.pages(peek.whole(), origin, limits.page_bytes)
        else:
            yield from _pages(inside.whole(), origin, saved, depth + 1, limits)
    elif archives.is_zip(head):
        yield from _members(archives.zip_members(peek.whole(), origin, limits.members), origin, depth, limits)
    elif archives.is_tar(head):
        yield from _members(archives.tar_members(peek.whole(), origin, limits.members), origin, depth, limits)
    elif warc.is_warc(head):
        yield from warc.pages(peek.whole(), origin, limits.page_bytes)
    elif parquet.is_parquet(head):
        yield from parquet.pages(peek.whole(), origin, limits.page_bytes)
    elif found := tables.table(head):
        yield from tables.pages(found, peek.whole(), origin, limits.page_bytes)
    else:
        yield _page(peek, origin, saved, limits)


def _members(
    members: Iterator[ArchiveMember | Drop], origin: str, depth: int, limits: ReadLimits
) -> Iterator[Page | Drop]:
    for member in members:
        if isinstance(member, Drop):
            yield member
        else:
            yield from _guarded(member.stream, f"{origin}#{member.name}", None, depth + 1, limits)


def _page(peek: PeekableStream, origin: str, saved: datetime | None, limits: ReadLimits) -> Page:
    for signature, kind in _FOREIGN:
        if peek.head.startswith(signature):
            raise UnusableInput("read", "not a page", f"{kind} data: convert it to files, JSON Lines or WARC first")
    if _FEED.match(peek.head[:4096]):
        raise UnusableInput("read", "not a page", "a feed or sitemap")
    body = read_bounded(peek.whole(), limits.page_bytes)
    if mhtml.is_mhtml(peek.head):
        return mhtml.page(body, origin)
    return Page(body=body, origin=origin, fetched_at=saved)
