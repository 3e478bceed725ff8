"""Readers of saved pages: files, folders and standard input become ``Page`` records, told apart by content.

Reads HTML and plain-text files, plain or gzipped. Archives (WARC, zip, tar ...) are recognised and recorded as a Drop
that says so.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cleaners.errors import Unusable, UsageError
from cleaners.items import Drop, Page

# First bytes of formats that are not a page, with their names.
_SIGNATURES = (
    (b"WARC/", "WARC"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one saved page may weigh, in bytes, after decompression."""

    page_bytes: int = 32 * 1024 * 1024


def read(paths: Iterable[str | Path], limits: Limits = Limits()) -> Iterator[Page | Drop]:
    """Yield every page under ``paths`` in a stable order (names sorted); ``-`` is standard input.

    Hidden files and folders (names that begin with a dot) are passed over inside folders. What cannot be read is a
    ``Drop`` of the stage ``read``. Raises ``UsageError`` before anything is read when a path is not there.
    """
    given = [str(p) for p in paths]
    for path in given:
        if path != "-" and not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder; check the spelling, or quote a name with spaces")
    return _pages(given, limits)


def _pages(given: list[str], limits: Limits) -> Iterator[Page | Drop]:
    for path in given:
        for name in [path] if path == "-" else _files(path):
            yield _page(name, limits)


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (os.path.join(folder, n) for n in sorted(names) if not n.startswith("."))


def _page(name: str, limits: Limits) -> Page | Drop:
    try:
        body = _body(name, limits.page_bytes)
        for signature, kind in _SIGNATURES:
            if body.startswith(signature):
                raise Unusable("read", "not a page", f"{kind} data; unpack it first")
    except Unusable as why:
        return Drop(origin=name, stage="read", reason=why.reason, detail=why.detail)
    except OSError as why:
        return Drop(origin=name, stage="read", reason="unreadable", detail=str(why.strerror or why))
    saved = None if name == "-" else datetime.fromtimestamp(os.stat(name).st_mtime, UTC)
    return Page(body=body, origin=name, fetched_at=saved)


def _body(name: str, limit: int) -> bytes:
    """The bytes of one file, gunzipped where they are gzip; raises Unusable beyond the limit or when damaged."""
    if name == "-":
        raw = sys.stdin.buffer.read(limit + 1)
    else:
        if not os.path.isfile(name):
            raise Unusable("read", "not a file", "a socket, pipe, device or broken link")
        with open(name, "rb") as file:
            raw = file.read(limit + 1)
    if raw.startswith(b"\x1f\x8b"):
        raw = _gunzip(raw, limit)
    if len(raw) > limit:
        raise Unusable("read", "page too large", f"more than {limit} bytes")
    return raw


def _gunzip(raw: bytes, limit: int) -> bytes:
    """Gunzip at most ``limit + 1`` bytes: a bomb costs no more than a large page."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            return file.read(limit + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as why:
        raise Unusable("read", "damaged gzip", str(why)) from None
