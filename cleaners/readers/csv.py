"""CSV with a header, one of whose names is that of a column of pages; read in bounded memory."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from cleaners.items import Drop, Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import BESIDE, BODY, page_of

_LINE_END = re.compile("\r\n?|\n")
_DELIMITERS = (",", "\t", ";")
_USUAL = ("utf-8", "gb18030", "big5hkscs")  # the last two: what sheets are saved in as CSV on Chinese Windows
_HEADER, _LONGEST = 4000, 40  # bytes of the line with the names of a CSV, characters of one name, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvDialect:
    """How a CSV is written."""

    encoding: str
    """Python's name of it."""
    delimiter: str
    """Between the cells."""


def _dialect(file: InputFile) -> CsvDialect | None:
    """How a CSV is written whose header is the first line; None where that is no header."""
    if file.start.startswith("<"):
        return None
    for name in (file.mark,) if file.mark else _USUAL:
        header = _LINE_END.split(file.head[:_HEADER].decode(name, "replace"), maxsplit=1)[0]
        for delimiter in _DELIMITERS:
            if _is_header(header, delimiter):
                # Names in ASCII say nothing of the cells.
                sure = file.mark or not (header.isascii() or "\ufffd" in header)
                return CsvDialect(encoding=name if sure else file.encoding, delimiter=delimiter)
    return None


def _is_header(line: str, delimiter: str) -> bool:
    try:
        names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # what is no table may hold anything
        return False
    if len(names) < 2 or max(map(len, names)) > _LONGEST or not any(name in BODY for name in names):
        return False
    return line.isascii() or any(name in BESIDE for name in names)  # 首页,新闻,正文 is a menu


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin.

    No row may have a line, or a cell, of more characters than a page may have bytes: it is a Drop.
    """
    dialect = _dialect(file)
    assert dialect is not None, "read without being accepted"
    text = io.TextIOWrapper(file.whole(), encoding=dialect.encoding, errors="replace", newline="")
    limit = file.limits.page_bytes
    csv.field_size_limit(limit)
    names = next(csv.reader([text.readline(limit)], delimiter=dialect.delimiter), [])
    rows = csv.DictReader(_bounded(text, limit), fieldnames=names, delimiter=dialect.delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except csv.Error as why:
            yield Drop(origin=f"{file.origin}#{number}", stage="read", reason="not CSV", detail=str(why))
            continue
        if row is None:
            return
        yield page_of(row, f"{file.origin}#{number}")


def _bounded(text: TextIO, limit: int) -> Iterator[str]:
    """The lines of a text; in place of one that is longer than ``limit`` a cell that is too large."""
    while line := text.readline(limit + 1):
        if len(line) > limit:
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(limit + 1)
            line = "x" * (limit + 1)
        yield line


READER = FileReader(name="csv", suffixes=(".csv", ".tsv"), accepts=lambda file: _dialect(file) is not None, read=_read)
