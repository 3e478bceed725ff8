"""Any folder: its files in the order of their names, then its folders; hidden ones are passed over."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cleaners.items import Drop
from cleaners.readers.reader import FolderReader


def _read(path: str) -> Iterator[Drop | str]:
    try:
        with os.scandir(path) as listing:
            entries = sorted((one for one in listing if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError:
        yield Drop(origin=path, stage="read", reason="unreadable", detail="a folder that you may not open")
        return
    for entry in entries:
        if entry.is_symlink() and entry.is_dir():
            detail = "a link to a folder: give its name to read it"
            yield Drop(origin=entry.path, stage="read", reason="not a file", detail=detail)
        elif not entry.is_dir():
            yield entry.path
    yield from (entry.path for entry in entries if entry.is_dir(follow_symlinks=False))


READER = FolderReader(name="folder", accepts=lambda path: True, read=_read)
