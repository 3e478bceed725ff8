"""The page at an origin: what an article of a store was cleaned from, wherever that is."""

from __future__ import annotations

import os
from pathlib import Path

from cleaners import warc
from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.files import read


def page_at(origin: str, store: Path) -> Page:
    """Read one page back: a record of the store's archive, a file, or a page inside of a file (``dump.jsonl#7``).

    Files are looked for from the folder of the process. Raises ``UnusableInput`` with stage ``read`` for what is not
    there any more, or cannot be read.
    """
    try:
        if "#" in origin:
            return warc.read_back(origin, store)
    except UnusableInput:
        if file_of(origin) is None:
            raise
    file = origin if os.path.isfile(origin) else file_of(origin)
    if file is None:
        raise UnusableInput("read", "unreadable", f"{origin}: no such file")
    for page in read([file]):
        if file == origin or page.origin == origin:
            if isinstance(page, Drop):
                raise UnusableInput("read", page.reason, page.detail)
            return page
    raise UnusableInput("read", "not a page", f"{origin}: {file} has no such page")


def file_of(origin: str) -> str | None:
    """The file that an origin leads into: the shortest beginning, up to a ``#``, that is one; None for no file."""
    parts = origin.split("#")
    names = ("#".join(parts[:n]) for n in range(1, len(parts)))
    return next(filter(os.path.isfile, names), None)
