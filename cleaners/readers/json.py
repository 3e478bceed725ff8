"""JSON: an array of objects, or objects one behind the other, each of them a row; read in bounded memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from cleaners.items import Drop, Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.json_values import BrokenValue, values
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import page_of

_OBJECT = re.compile(r"(?:\[\s*)?\{\s*\"")
_NEXT_OBJECT = re.compile(r"\{\s*\"[^\"]*\"\s*:")
_NAME = re.compile(r"\.json(?:\.\w+)?$", re.IGNORECASE)


def _is_json(file: InputFile) -> bool:
    """Whether a file begins with an object or an array of them; one that is called so may begin with other values."""
    start = file.start
    if _OBJECT.match(start):
        return True
    return bool(_NAME.search(file.name)) and start.startswith(("[", "{")) and bool(_NEXT_OBJECT.search(start))


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page an object; ``#`` and its number (from 1) are added to the origin.

    What is no JSON is a Drop, as an object is of more characters than a page may have bytes; the next object is good
    again. Raises ``UnusableInput("read", ...)`` where an array does not end.
    """
    text = io.TextIOWrapper(file.whole(), encoding=file.encoding, errors="replace", newline="")
    found = values(text, file.limits.page_bytes, array=file.start.startswith("["))
    for number, row in enumerate(found, 1):
        place = f"{file.origin}#{number}"
        if isinstance(row, BrokenValue):
            yield Drop(origin=place, stage="read", reason=row.reason, detail=row.detail)
        else:
            yield page_of(row if isinstance(row, dict) else {}, place, file.table)


READER = FileReader(name="json", suffixes=(".json",), accepts=_is_json, read=_read)
