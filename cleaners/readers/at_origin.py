"""The page at an origin: what an article of a store was cleaned from, wherever that is."""

from __future__ import annotations

import os
from pathlib import Path

from cleaners import warc
from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.column_choice import ColumnChoice
from cleaners.readers.files import read

MISSING = "no such page"
"""The reason where a file is there, and not that page in it."""


def page_at(origin: str, store: Path, columns: ColumnChoice = ColumnChoice()) -> Page:
    """Read one page back: a record of the store's archive, a file, or a page inside of a file (``dump.jsonl#7``).

    Files are looked for from the folder of the process; ``columns`` says which column of a table is which. Raises
    ``UnusableInput`` for what is not there any more, or cannot be read; with the reason of its Drop where it has one.
    """
    whole = os.path.isfile(origin)
    file = origin if whole else file_of(origin)
    try:
        if not whole:
            return warc.read_back(origin, store)
    except UnusableInput:
        if file is None:
            raise
    for page in read([file or origin], columns=columns):
        if whole or page.origin == origin:
            if isinstance(page, Drop):
                raise UnusableInput("read", page.reason, page.detail)
            return page
    raise UnusableInput("read", MISSING, f"{file} has no such page")


def file_of(origin: str) -> str | None:
    """The file that an origin leads into: the shortest beginning, up to a ``#``, that is one; None for no file."""
    parts = origin.split("#")
    names = ("#".join(parts[:n]) for n in range(1, len(parts)))
    return next(filter(os.path.isfile, names), None)
