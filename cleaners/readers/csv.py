"""CSV and its like with a column of pages; read in bounded memory."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.column_choice import folded
from cleaners.readers.csv_dialect import CsvDialect, dialect_of, is_named_table
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import is_body_name, named_cells, page_of
from cleaners.urls import is_web_address

_MOST_SEPARATORS = 1_000_000  # in a row: the longest page of prose has a third of that
_SEPARATOR = re.compile(r"[,;|\t\x01^]")
_PIECE = 64 * 1024
_MOST_TRIED = 200  # lines of a row, of which one may begin another
_OF_AN_EXPORT = frozenset(("id", "origin", "text", "noise_removed", "extractor"))  # names that no other table has
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet runs as a formula (OWASP, "CSV Injection")."""


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after the header) are added to the origin.

    No row may have more characters than a page may have bytes, or more separators than any text has: it is a Drop, as
    a row is that has more cells than there are names. Raises ``UnusableInput("read", ...)`` for what is called a table
    and has no column of pages, instead of taking it for one long article.
    """
    dialect = dialect_of(file)
    if dialect is None:
        raise UnusableInput("read", "no page in the table", _why_not(file))
    text = io.TextIOWrapper(file.whole(), encoding=dialect.encoding, errors="replace", newline="")
    limit = file.limits.page_bytes
    csv.field_size_limit(limit)
    for _ in range(dialect.above):
        text.readline(limit)
    lines = _RowLines(text, limit, dialect.delimiter)
    rows = _reader(lines, dialect)
    try:
        names = list(dialect.names) or [name.lstrip("\ufeff") for name in next(rows, [])]
    except csv.Error as why:
        raise UnusableInput("read", "not CSV", f"its header: {why}") from None
    quotes = _QuoteCheck(dialect, len(names))
    is_export = _OF_AN_EXPORT.issubset(names)
    number = 0
    while True:
        lines.begin_row()
        try:
            cells = next(rows, None)
            if cells and (fault := quotes.fault(cells, lines)):
                raise csv.Error(fault)
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
        if is_export:
            cells = [_without_apostrophe(cell) for cell in cells]
        yield page_of(named_cells(names, cells), place, file.table)


def _reader(lines: Iterable[str], dialect: CsvDialect, *, strict: bool = False) -> Iterator[list[str]]:
    if dialect.escaped:
        return csv.reader(lines, delimiter=dialect.delimiter, escapechar="\\", doublequote=False, strict=strict)
    return csv.reader(lines, delimiter=dialect.delimiter, strict=strict)


def _without_apostrophe(cell: str) -> str:
    """A cell as it was before the export set an apostrophe before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _why_not(file: InputFile) -> str:
    first = file.start.split("\n", 1)[0].strip()[:200]
    file.table.choice(_SEPARATOR.split(first))
    lacking = "".join(f"there is no column {name}: " for name in file.table.lacking())
    return (
        f"{lacking}no line at its top names a column of texts, it begins with {first!r}: name the one that holds them "
        "(--text-column, --html-column), or give the columns names in a first line"
    )


class _QuoteCheck:
    """Whether a row is one: a quote that is never closed takes in the rows behind it, and the parser says no word."""

    def __init__(self, dialect: CsvDialect, columns: int) -> None:
        self._dialect, self._columns = dialect, columns
        self._addresses: set[int] = set()
        """The columns in which the rows up to now had addresses."""

    def fault(self, cells: list[str], lines: _RowLines) -> str:
        """What is wrong with a row of several lines, empty for nothing; the rows that it took in are given back."""
        written = lines.row
        if len(written) > 1 or lines.has_ended:
            try:
                next(_reader(written, self._dialect, strict=True), None)
            except csv.Error:  # a quote inside of a text, as people leave it, or one without an end
                for at in range(1, min(len(written), _MOST_TRIED)):
                    if self._begins_row(written[at : at + _MOST_TRIED]):
                        lines.give_back(at)
                        return "a quote without an end"
                if lines.has_ended:
                    return "it ends inside of quotes: is the file cut short?"
        if len(cells) == self._columns:
            self._addresses = {number for number, cell in enumerate(cells) if is_web_address(cell.strip())}
        return ""

    def _begins_row(self, lines: list[str]) -> bool:
        """Whether a whole row begins with the first of these lines: by its count of cells, and an address or quotes."""
        if self._columns == 1:
            return False
        try:
            cells = next(_reader(lines, self._dialect, strict=True), [])
        except csv.Error:
            return False
        if len(cells) != self._columns:
            return False
        if self._addresses:
            return all(is_web_address(cells[number].strip()) for number in self._addresses)
        return lines[0].startswith('"') or f'{self._dialect.delimiter}"' in lines[0]


class _RowLines:
    """The lines of a text for the parser, which would gather a row without end in memory before it says a word.

    A line of more than ``limit`` characters or `_MOST_SEPARATORS` ends with ``csv.Error``, and the next row begins with
    the next line. Where a row of several lines has as many, a quote has no end, and no line can be trusted to begin a
    row: raises ``UnusableInput``.
    """

    def __init__(self, text: TextIO, limit: int, delimiter: str) -> None:
        self._text, self._limit, self._delimiter = text, limit, delimiter
        self._ahead: deque[str] = deque()
        self._size = self._separators = 0
        self.row: list[str] = []
        """The lines of the row that is read."""
        self.has_ended = False
        """Whether the text ended while the row was read."""

    def begin_row(self) -> None:
        """The lines up to now are those of other rows."""
        self._size = self._separators = 0
        self.row = []
        self.has_ended = False

    def give_back(self, at: int) -> None:
        """The lines of the row from its line ``at`` (from 0) on belong to others."""
        self._ahead.extendleft(reversed(self.row[at:]))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._text.readline(self._limit + 1)
        if not line:
            self.has_ended = True
            raise StopIteration
        self.row.append(line)
        self._size += len(line)
        self._separators += line.count(self._delimiter)
        if self._size > self._limit or self._separators > _MOST_SEPARATORS:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(_PIECE)
            what = f"{self._limit} characters" if self._size > self._limit else f"{_MOST_SEPARATORS} separators"
            if len(self.row) > 1:
                raise UnusableInput("read", "not CSV", f"a row of more than {what}: a quote without an end?")
            raise csv.Error(f"a row of more than {what}")
        return line


def _is_csv(file: InputFile) -> bool:
    return dialect_of(file) is not None or is_named_table(file)


READER = FileReader(name="csv", suffixes=(".csv", ".tsv"), accepts=_is_csv, read=_read)
