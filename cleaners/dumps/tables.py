"""Pages in tables: JSON Lines, JSON and CSV with a column that holds HTML or text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO

import ijson

from cleaners.errors import Unusable
from cleaners.items import Drop, Page

_BODY = ("html", "raw_html", "page", "content", "raw_content", "text", "body")
"""Names of the column that holds the page, the likeliest first."""
_URL = ("url", "link", "uri", "source_url")
_BOM = b"\xef\xbb\xbf"
_JSON = re.compile(rb"\s*(\[\s*)?\{\s*\"")
_WHEN = ("fetched_at", "crawled_at", "fetch_time", "timestamp", "date_crawled")


def is_jsonl(head: bytes) -> bool:
    """Whether the first line of a stream is a JSON object with a column that may hold a page."""
    line = head.lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return False
    try:
        row = json.loads(line)
    except RecursionError:
        return True  # brackets without end: a bad line, told as such when it is read
    except ValueError:
        # The first object may be longer than the head: its beginning has to do.
        return len(line) >= len(head) - 16 and any(b'"%s"' % name.encode() in line for name in _BODY)
    return isinstance(row, dict) and _column(row) is not None


def is_json(head: bytes) -> bool:
    """Whether a stream begins as a JSON object or an array of objects; ask :func:`is_jsonl` first."""
    return bool(_JSON.match(head.removeprefix(_BOM)))


def is_csv(head: bytes) -> bool:
    """Whether the first line of a stream is a CSV header with a column that may hold a page."""
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip().lower()
    names = [name.strip(' "') for name in line.replace("\t", ",").split(",")]
    return len(names) > 1 and len(line) < 2_000 and any(n in _BODY for n in names) and all(n.isascii() for n in names)


def jsonl_pages(stream: IO[bytes], origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page a line; ``#`` and the line's number (from 1) are added to the origin."""
    for number, line in enumerate(_lines(stream, limit), 1):
        place = f"{origin}#{number}"
        if line is None:
            yield Drop(origin=place, stage="read", reason="page too large", detail=f"more than {limit} bytes in a line")
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as why:
            yield Drop(origin=place, stage="read", reason="not JSON", detail=str(why))
            continue
        yield _row(row if isinstance(row, dict) else {}, place)


def json_pages(stream: IO[bytes], head: bytes, origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page an object of an array (or the one object); ``#`` and its number (from 1) are added to the origin.

    Read as a stream (ijson), so that the array may be of any length. Raises ``Unusable("read", ...)`` at what is no
    JSON and at an object of more than ``limit`` bytes; what came before is good. ``head``: how the stream begins.
    """
    if head.startswith(_BOM):
        stream.read(len(_BOM))
    meter = _Meter(stream, limit)
    rows = ijson.items(meter, "item" if head.removeprefix(_BOM).lstrip().startswith(b"[") else "", use_float=True)
    number = 0
    while True:
        number += 1
        meter.since = 0
        try:
            row = next(rows)
        except StopIteration:
            return
        except ijson.JSONError as why:
            raise Unusable("read", "not JSON", str(why).splitlines()[0]) from why
        yield _row(row if isinstance(row, dict) else {}, f"{origin}#{number}")


def csv_pages(stream: IO[bytes], origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin."""
    csv.field_size_limit(limit)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    header = text.readline()
    delimiter = "\t" if "\t" in header else ","
    names = next(csv.reader([header], delimiter=delimiter), [])
    rows = csv.DictReader(text, fieldnames=[name.strip().lower() for name in names], delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except csv.Error as why:
            yield Drop(origin=f"{origin}#{number}", stage="read", reason="not CSV", detail=str(why))
            continue
        if row is None:
            return
        yield _row(row, f"{origin}#{number}")


class _Meter:
    """A stream that ends in an error where more than ``limit`` bytes are read at a stretch (``since``)."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.since += len(data)
        if self.since > self._limit:
            raise Unusable("read", "page too large", f"more than {self._limit} bytes in an object")
        return data


def _lines(stream: IO[bytes], limit: int) -> Iterator[bytes | None]:
    """The lines of a stream, None in place of one that is longer than ``limit``."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)
        yield None


def _row(row: Mapping[str, object], place: str) -> Page | Drop:
    name = _column(row)
    if name is None:
        return Drop(origin=place, stage="read", reason="no page in the row", detail=f"none of {', '.join(_BODY)}")
    url = next((str(row[key]) for key in _URL if row.get(key)), None)
    return Page(
        # Text, not bytes: a declaration of another encoding inside it is no longer true, so it goes as UTF-8 with BOM.
        body=_BOM + str(row[name]).encode("utf-8", "replace"),
        origin=place,
        url=url if url and url.startswith(("http://", "https://")) else None,
        fetched_at=_moment(next((row[key] for key in _WHEN if row.get(key)), None)),
    )


def _column(row: Mapping[str, object]) -> str | None:
    return next((name for name in _BODY if isinstance(row.get(name), str) and row[name]), None)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
