"""CSV in and out: one record a row, every value a string."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cleaners.compression import is_broken
from cleaners.dedup.corpus.reading import opened
from cleaners.errors import FormatError

CELL = 64 << 20
"""Characters that a cell may have."""
_HEAD = 1 << 16
_DELIMITERS = (",", "\t", ";", "|")


def rows(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file, called ``name``, by the names in its first line.

    UTF-8, with or without a mark, else GB 18030 as Excel saves it on Chinese Windows; commas, tabs, semicolons or
    bars. Raises FormatError for a row with more cells than there are names, and for a damaged file.
    """
    csv.field_size_limit(CELL)
    with _text(path) as text:
        first = text.readline(_HEAD)
        names = next(csv.reader([first]), [])
        delimiter = max(_DELIMITERS, key=first.count)
        names = next(csv.reader([first], delimiter=delimiter), [])
        row = 0
        try:
            for row, cells in enumerate(filter(None, csv.reader(text, delimiter=delimiter)), 1):
                if len(cells) > len(names):
                    raise FormatError(
                        "{name}, row {row}: {cells} cells under {names} names: put quotes around texts that "
                        "hold the separator",
                        name=name,
                        row=row,
                        cells=len(cells),
                        names=len(names),
                    )
                yield dict(zip(names, cells, strict=False))
        except (csv.Error, UnicodeDecodeError) as error:
            raise FormatError(
                "{name} is no CSV that can be read after row {row} ({error}): save it again",
                name=name,
                row=row,
                error=error,
            ) from error
        except Exception as error:
            if not is_broken(error):
                raise
            raise FormatError(
                "{name} is damaged after row {row} ({error}): fetch or compress it again",
                name=name,
                row=row,
                error=error,
            ) from error


@contextmanager
def _text(path: Path) -> Iterator[io.TextIOWrapper]:
    with opened(path) as file:
        head = file.read(_HEAD)
    encoding = "utf-8-sig" if _is_utf8(head) else "gb18030"
    with opened(path) as file:
        yield io.TextIOWrapper(file, encoding=encoding, newline="")


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two by the end of the head
    return True


def write(out: IO[bytes], records: Iterable[Mapping[str, Any]], names: Sequence[str], *, delimiter: str = ",") -> None:
    """Write records under ``names``; nothing (None) is an empty cell, a list or an object is JSON."""
    text = io.TextIOWrapper(out, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(names)
    writer.writerows([_cell(record.get(name)) for name in names] for record in records)
    text.detach()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
