"""CSV and its like with a column of pages; read in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.csv_dialect import CsvDialect, dialect_of, is_named_table
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import folded, is_body_name, page_of


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin.

    No row may have a line, or a cell, of more characters than a page may have bytes: it is a Drop, as a row is that has
    more cells than there are names. Raises ``UnusableInput("read", ...)`` for what is called a table and has no column
    of pages, instead of taking it for one long article.
    """
    dialect = dialect_of(file)
    if dialect is None:
        raise UnusableInput("read", "no page in the table", _why_not(file))
    text = io.TextIOWrapper(file.whole(), encoding=dialect.encoding, errors="replace", newline="")
    limit = file.limits.page_bytes
    csv.field_size_limit(limit)
    for _ in range(dialect.above):
        text.readline(limit)
    names = list(dialect.names) or _parsed([text.readline(limit).lstrip("\ufeff")], dialect)
    rows = _reader(_bounded(text, limit), dialect)
    number = 0
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as why:
            number += 1
            yield Drop(origin=f"{file.origin}#{number}", stage="read", reason="not CSV", detail=str(why))
            continue
        if cells is None:
            return
        if not cells:  # a blank line
            continue
        number += 1
        place = f"{file.origin}#{number}"
        if len(cells) > len(names):
            if not any(cell.strip() for cell in cells[len(names) :]):
                cells = cells[: len(names)]
            elif is_body_name(folded(names[-1])):  # the text itself has the separator, and no quotes around it
                cells = [*cells[: len(names) - 1], dialect.delimiter.join(cells[len(names) - 1 :])]
            else:
                detail = f"{len(cells)} cells under {len(names)} names: is a text with the separator not quoted?"
                yield Drop(origin=place, stage="read", reason="not CSV", detail=detail)
                continue
        yield page_of(dict(zip(names, cells, strict=False)), place, file.columns)


def _reader(lines: Iterator[str], dialect: CsvDialect) -> Iterator[list[str]]:
    if dialect.escaped:
        return csv.reader(lines, delimiter=dialect.delimiter, escapechar="\\", doublequote=False)
    return csv.reader(lines, delimiter=dialect.delimiter)


def _parsed(lines: list[str], dialect: CsvDialect) -> list[str]:
    return next(_reader(iter(lines), dialect), [])


def _why_not(file: InputFile) -> str:
    first = file.start.split("\n", 1)[0].strip()[:200]
    return (
        f"no line at its top names a column of texts, it begins with {first!r}: name the one that holds them "
        "(--text-column, --html-column), or give the columns names in a first line"
    )


def _bounded(text: TextIO, limit: int) -> Iterator[str]:
    """The lines of a text; in place of one that is longer than ``limit`` a cell that is too large."""
    while line := text.readline(limit + 1):
        if len(line) > limit:
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(limit + 1)
            line = "x" * (limit + 1)
        yield line


def _is_csv(file: InputFile) -> bool:
    return dialect_of(file) is not None or is_named_table(file)


READER = FileReader(name="csv", suffixes=(".csv", ".tsv"), accepts=_is_csv, read=_read)
