"""How a CSV is written, by its first lines: encoding, separator, quotes, its header or what its columns hold.

Sheets come from Excel (``sep=``, semicolons, UTF-16), from databases (``|``, ``\\x01``, ``\\"``), from people (a line
above the header, no header at all). What is certain is read; a file that is called .csv and is none of it is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cleaners.readers.column_choice import ColumnChoice, folded
from cleaners.readers.input_file import InputFile
from cleaners.readers.table_columns import BESIDE, is_body_name
from cleaners.urls import is_web_address

_LINE_END = re.compile("\r\n?|\n")
_DELIMITERS = (",", "\t", ";", "|", "\x01", "^")
_SEPARATOR_LINE = re.compile(r"""["']?sep=(.)["']?\s*""", re.IGNORECASE)
_USUAL = ("utf-8", "gb18030", "big5hkscs")  # the last two: what sheets are saved in as CSV on Chinese Windows
_HEADER, _LONGEST = 4000, 40  # characters of the line with the names of a CSV, of one name, at most
_ABOVE = 5  # lines that may stand above the header of a file that is called a table
_SUFFIXES = (".csv", ".tsv")
_SENTENCE = re.compile(r"[。！？；，、]|[.!?,;](?=\s|$)")
_PROSE = 3  # marks of sentences of a cell that is a text
_TITLE = range(4, 61)  # characters of a headline
_DATE = re.compile(r"\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvDialect:
    """How a CSV is written."""

    encoding: str
    """Python's name of it."""
    delimiter: str
    """Between the cells."""
    names: tuple[str, ...] = ()
    """Names of the columns where no line has them; empty: the header has."""
    above: int = 0
    """Lines above the header, or above the first row where there is none."""
    escaped: bool = False
    """Whether a quote inside of quotes is written ``\\"`` and not doubled."""


def is_named_table(file: InputFile) -> bool:
    """Whether a file is called a table, and is not markup or data of another kind."""
    return file.name.lower().endswith(_SUFFIXES) and not file.start.startswith(("<", "{", "["))


def dialect_of(file: InputFile) -> CsvDialect | None:
    """How a file is written that is a CSV with pages; None where it is none, or none that is certain."""
    if file.start.startswith("<"):
        return None
    named = is_named_table(file)
    for encoding in (file.mark,) if file.mark else _USUAL:
        text = file.decoded_head(encoding).lstrip("\ufeff")
        lines = _LINE_END.split(text)
        for above, line, delimiters in _candidates(lines, named):
            for delimiter in delimiters:
                if _is_header(line[:_HEADER], delimiter, file.columns) or (
                    _is_only_name(line, lines[above + 1 :], file.columns, named) and delimiter == ","
                ):
                    # Names in ASCII say nothing of the cells.
                    sure = file.mark or not (line.isascii() or "\ufffd" in line)
                    return CsvDialect(
                        encoding=encoding if sure else file.encoding,
                        delimiter=delimiter,
                        above=above,
                        escaped=_is_escaped(text),
                    )
    return _without_header(file, named)


def _candidates(lines: list[str], named: bool) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The lines that may be the header: the first that is not blank, further ones where the file is called a table."""
    seen = 0
    delimiters: tuple[str, ...] = _DELIMITERS
    for number, line in enumerate(lines[: 4 * _ABOVE]):
        if not line.strip():
            continue
        if told := _SEPARATOR_LINE.fullmatch(line):
            delimiters = (told[1],)
            continue
        yield number, line, delimiters
        seen += 1
        if seen >= (_ABOVE if named else 1):
            return


def _is_header(line: str, delimiter: str, choice: ColumnChoice) -> bool:
    names = _cells(line, delimiter)
    if len(names) < 2 or max(map(len, names)) > _LONGEST:
        return False
    folds = [folded(name) for name in names]
    if _chosen(choice) & set(folds):
        return True
    if not any(map(is_body_name, folds)):
        return False
    return line.isascii() or any(name in BESIDE for name in folds)  # 首页,新闻,正文 is a menu


def _chosen(choice: ColumnChoice) -> set[str]:
    return {folded(name) for name in (choice.text, choice.html) if name is not None}


def _is_only_name(line: str, below: list[str], choice: ColumnChoice, named: bool) -> bool:
    """Whether a line is the header of a table with one column; in a file not called so its rows must be quoted."""
    name = folded(line)
    if not (is_body_name(name) or name in _chosen(choice)) or len(line) > _LONGEST:
        return False
    first = next((one for one in below if one.strip()), "")
    return bool(first) and (named or first.startswith('"'))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # what is no table may hold anything
        return []


def _is_escaped(text: str) -> bool:
    return '\\"' in text and '""' not in text.replace(',"",', "")


def _without_header(file: InputFile, named: bool) -> CsvDialect | None:
    """A table without a header, whose first rows have an address and a text in the same two columns."""
    text = file.decoded_head(file.encoding).lstrip("\ufeff")
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if not lines or not (named or is_web_address(_first_cell(lines[0]))):
        return None
    for delimiter in _DELIMITERS:
        try:
            rows = [row for _, row in zip(range(4), csv.reader(lines, delimiter=delimiter), strict=False) if row]
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        if width < 2 or len(rows) < 2 or any(len(row) != width for row in rows[:-1]):
            continue
        names = _told_by_content(rows[:-1] if file.is_cut and len(rows) > 1 else rows, width)
        if names:
            return CsvDialect(encoding=file.encoding, delimiter=delimiter, names=names, escaped=_is_escaped(text))
    return None


def _first_cell(line: str) -> str:
    return re.split(r"[,;|\t\x01^]", line, maxsplit=1)[0].strip(" \"'")


def _told_by_content(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """Names for columns by what they hold; empty where none is sure to hold addresses, or none texts."""
    columns = [[row[n].strip() for row in rows if n < len(row)] for n in range(width)]
    names = [f"column {n + 1}" for n in range(width)]
    addresses = [n for n in range(width) if all(map(is_web_address, columns[n]))]
    texts = [
        n for n in range(width) if n not in addresses and all(len(_SENTENCE.findall(c)) >= _PROSE for c in columns[n])
    ]
    if not addresses or not texts:
        return ()
    names[addresses[0]] = "url"
    body = max(texts, key=lambda n: sum(map(len, columns[n])))
    names[body] = "content"
    for n in range(width):
        if names[n].startswith("column") and all(_DATE.match(cell) for cell in columns[n]):
            names[n] = "published"
            break
    for n in range(width):
        if names[n].startswith("column") and all(len(cell) in _TITLE and not cell.isdigit() for cell in columns[n]):
            names[n] = "title"
            break
    return tuple(names)
