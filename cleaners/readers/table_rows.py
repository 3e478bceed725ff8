"""The rows of a table, one after the other: JSON Lines, JSON and CSV, in bounded memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Protocol, TextIO

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.page.decode import decode
from cleaners.readers.json_stream import values
from cleaners.readers.table_columns import page_of


class RowSource(Protocol):
    """Bytes of JSON in UTF-8, or told to be."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""
        ...

    def readline(self, size: int, /) -> bytes:
        """A line, or so many bytes of it."""
        ...


class RecodedStream:
    """A stream in another encoding as UTF-8; sizes are characters."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")

    def read(self, size: int, /) -> bytes:
        """Up to so many characters."""
        return self._text.read(size).encode("utf-8", "replace")

    def readline(self, size: int, /) -> bytes:
        """A line, or so many characters of it."""
        return self._text.readline(size).encode("utf-8", "replace")


def jsonl_pages(source: RowSource, origin: str, limit: int) -> Iterator[Page | Drop]:
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
        except (ValueError, RecursionError, UnusableInput) as why:
            yield Drop(origin=place, stage="read", reason="not JSON", detail=str(why))
            continue
        yield page_of(row if isinstance(row, dict) else {}, place)


def json_pages(text: TextIO, origin: str, limit: int, *, array: bool) -> Iterator[Page | Drop]:
    """One page an object of an array, or of those that follow one another; ``#`` and its number (from 1) are added to
    the origin.

    Raises ``Unusable("read", ...)`` at what is no JSON and at an object of more than ``limit`` characters.
    """
    for number, row in enumerate(values(text, limit, array=array), 1):
        yield page_of(row if isinstance(row, dict) else {}, f"{origin}#{number}")


def csv_pages(text: TextIO, delimiter: str, origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin.

    No row may have a line, or a cell, of more than ``limit`` characters.
    """
    csv.field_size_limit(limit)
    names = next(csv.reader([text.readline(limit)], delimiter=delimiter), [])
    rows = csv.DictReader(_bounded(text, limit), fieldnames=names, delimiter=delimiter)
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


def _bounded(text: TextIO, limit: int) -> Iterator[str]:
    """The lines of a text; in place of one that is longer than ``limit`` a cell that is too large."""
    while line := text.readline(limit + 1):
        if len(line) > limit:
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(limit + 1)
            line = "x" * (limit + 1)
        yield line


def _loaded(line: bytes) -> object:
    try:
        return json.loads(line, parse_int=float)  # which takes any number of digits
    except UnicodeDecodeError:  # GB18030, or a bad byte
        return json.loads(decode(line).text, parse_int=float)


def _lines(source: RowSource, limit: int) -> Iterator[bytes | None]:
    """The lines of a stream, None in place of one that is longer than ``limit``."""
    while line := source.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(limit + 1)
        yield None
