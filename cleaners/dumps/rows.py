"""The rows of a table, one after the other: JSON Lines, JSON and CSV, in bounded memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Protocol, TextIO

import ijson

from cleaners.decode import decode
from cleaners.dumps.columns import page_of
from cleaners.errors import Unusable
from cleaners.items import Drop, Page


class Source(Protocol):
    """Bytes of JSON in UTF-8, or told to be."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""
        ...

    def readline(self, size: int, /) -> bytes:
        """A line, or so many bytes of it."""
        ...


class Recoded:
    """A stream in another encoding as UTF-8; sizes are characters."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")

    def read(self, size: int, /) -> bytes:
        """Up to so many characters."""
        return self._text.read(size).encode("utf-8", "replace")

    def readline(self, size: int, /) -> bytes:
        """A line, or so many characters of it."""
        return self._text.readline(size).encode("utf-8", "replace")


def jsonl_pages(source: Source, origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page a line; ``#`` and the line's number (from 1) are added to the origin."""
    for number, line in enumerate(_lines(source, limit), 1):
        place = f"{origin}#{number}"
        if line is None:
            yield Drop(origin=place, stage="read", reason="page too large", detail=f"more than {limit} bytes in a line")
            continue
        if not line.strip():
            continue
        try:
            row = _loaded(line)
        except (ValueError, RecursionError, Unusable) as why:
            yield Drop(origin=place, stage="read", reason="not JSON", detail=str(why))
            continue
        yield page_of(row if isinstance(row, dict) else {}, place)


def json_pages(source: Source, path: str, origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page an object at ``path`` (as ijson names it: ``item`` for those of an array, empty for the one object);
    ``#`` and its number (from 1) are added to the origin.

    Raises ``Unusable("read", ...)`` at what is no JSON and at an object of more than ``limit`` bytes.
    """
    meter = _Meter(source, limit)
    rows = ijson.items(meter, path, use_float=True)
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
        yield page_of(row if isinstance(row, dict) else {}, f"{origin}#{number}")


def csv_pages(text: TextIO, delimiter: str, origin: str) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin."""
    names = next(csv.reader([text.readline()], delimiter=delimiter), [])
    rows = csv.DictReader(text, fieldnames=names, delimiter=delimiter)
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
        yield page_of(row, f"{origin}#{number}")


class _Meter:
    """A stream that ends in an error where more than ``limit`` bytes are read at a stretch (``since``)."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source, self._limit = source, limit
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.since += len(data)
        if self.since > self._limit:
            raise Unusable("read", "page too large", f"more than {self._limit} bytes in an object")
        return data


def _loaded(line: bytes) -> object:
    try:
        return json.loads(line)
    except UnicodeDecodeError:  # GB18030, or a bad byte
        return json.loads(decode(line).text)


def _lines(source: Source, limit: int) -> Iterator[bytes | None]:
    """The lines of a stream, None in place of one that is longer than ``limit``."""
    while line := source.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(limit + 1)
        yield None
