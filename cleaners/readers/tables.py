"""Pages in tables: JSON Lines, JSON and CSV with a column that holds HTML or text; which of them a stream is."""

from __future__ import annotations

import csv
import io
import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Literal

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.page.decode import decode
from cleaners.readers import table_rows
from cleaners.readers.streams import HEAD
from cleaners.readers.table_columns import BESIDE, BODY

_OBJECT = re.compile(r"\s*(\[\s*)?\{\s*\"")
_BODY_KEYS = tuple(key for name in BODY for key in (f'"{name}"', json.dumps(name)))
_LINE_END = re.compile("\r\n?|\n")
_DELIMITERS = (",", "\t", ";")
_USUAL = ("utf-8", "gb18030", "big5hkscs")  # the last two: what sheets are saved in as CSV on Chinese Windows
_HEADER, _LONGEST = 4000, 40  # bytes of the line with the names of a CSV, characters of one name, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """What kind of table a stream is."""

    kind: Literal["lines", "array", "object", "csv"]
    """JSON Lines; an array of objects; objects one behind the other; lines of cells with a header."""
    encoding: str
    """Python's name of it; of JSON Lines only ``utf-8``, ``utf-8-sig`` or ``utf-16``: others are told line by line."""
    delimiter: str = ""
    """Between the cells of a CSV."""


def table(head: bytes) -> PageTable | None:
    """The table that a stream begins as, None where it is none; ``head``: its first ``HEAD`` bytes, all if fewer."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        start, encoding = head.decode("utf-16", "ignore"), "utf-16"
    else:
        start, encoding = head.decode("utf-8-sig", "replace"), "utf-8-sig" if head.startswith(BOM_UTF8) else "utf-8"
    start = start.lstrip()
    if start.startswith("<"):
        return None
    if _is_lines(start, cut=len(head) >= HEAD):
        return PageTable(kind="lines", encoding=encoding)
    if json_begins := _OBJECT.match(start):
        known = encoding if encoding != "utf-8" else _encoding(head)
        return PageTable(kind="array" if json_begins[1] else "object", encoding=known)
    return _csv(head, encoding)


def pages(kind: PageTable, stream: IO[bytes], origin: str, limit: int) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1, after a header) are added to the origin.

    Raises ``Unusable("read", ...)`` at what is no JSON in an array, and at an object in it of more than ``limit``
    characters; what came before is good. Other rows that cannot be used are Drops, as a line of more than ``limit``
    bytes (characters, where it is not UTF-8).
    """
    if kind.kind == "lines":
        return table_rows.jsonl_pages(
            stream if kind.encoding == "utf-8" else table_rows.RecodedStream(stream, kind.encoding), origin, limit
        )
    text = io.TextIOWrapper(stream, encoding=kind.encoding, errors="replace", newline="")
    if kind.kind == "csv":
        return table_rows.csv_pages(text, kind.delimiter, origin, limit)
    return table_rows.json_pages(text, origin, limit, array=kind.kind == "array")


def _is_lines(start: str, *, cut: bool) -> bool:
    """Whether the first line is a JSON object; ``cut``: the stream goes on behind ``start``."""
    line, end, _ = start.partition("\n")
    if not line.startswith("{"):
        return False
    try:
        row = json.loads(line)
    except RecursionError:
        return True  # brackets without end: a bad line, told as such when it is read
    except ValueError:
        # An object may be longer than what is looked at, or in another encoding: its beginning has to do.
        return ((cut and not end) or "\ufffd" in line) and any(key in line for key in _BODY_KEYS)
    return isinstance(row, dict) and bool(row)


def _csv(head: bytes, encoding: str) -> PageTable | None:
    """The CSV whose header is the first line: names of columns, one of them of a page."""
    for name in _USUAL if encoding == "utf-8" else (encoding,):
        header = _LINE_END.split(head[:_HEADER].decode(name, "replace"), maxsplit=1)[0]
        for delimiter in _DELIMITERS:
            if _is_header(header, delimiter):
                # Names in ASCII say nothing of the cells.
                sure = encoding != "utf-8" or not (header.isascii() or "\ufffd" in header)
                return PageTable(kind="csv", encoding=name if sure else _encoding(head), delimiter=delimiter)
    return None


def _is_header(line: str, delimiter: str) -> bool:
    try:
        names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # what is no table may hold anything
        return False
    if len(names) < 2 or max(map(len, names)) > _LONGEST or not any(name in BODY for name in names):
        return False
    return line.isascii() or any(name in BESIDE for name in names)  # 首页,新闻,正文 is a menu


def _encoding(head: bytes) -> str:
    try:
        getincrementaldecoder("utf-8")().decode(head)  # which does not mind a character that is cut
    except UnicodeDecodeError:
        with suppress(UnusableInput):
            return decode(head).encoding
    return "utf-8"
