"""A damaged store put in order: what can be read of it goes into a new file, which takes its place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cleaners.atomic import sync
from cleaners.errors import UnwritableError
from cleaners.progress import ProgressCallback, silent
from cleaners.sentences import Sentence, sentence
from cleaners.store.recover import SalvageResult, flush
from cleaners.store.recover import salvage as read_out
from cleaners.warc import folder_of


def salvage(path: Path, *, losing: bool, step: ProgressCallback = silent) -> SalvageResult:
    """Make a damaged store anew from what can be read of it; the damaged file stays beside it as ``NAME.db.damaged``.

    ``losing``: also where a part is lost; else nothing is changed then. The turn must be held (``turn``). Raises
    ``DamagedError`` where nothing can be read, ``UnwritableError`` without room for a copy, ``StoreBusyError`` while
    another program has the store open.
    """
    part = path.with_name(f".{path.stem}.salvaged{path.suffix}")
    _remove(part)
    try:
        made = read_out(path, part, lambda table, done: step(f"read ({table})", done, None))
        if made.whole or losing:
            sync(part)
            flush(path)  # reading it began a log anew
            os.replace(_kept(path), damaged_name(path))
            os.replace(part, path)
            sync(path.absolute().parent)
    except OSError as error:
        raise UnwritableError(
            "{part}: {strerror}; free some space for a copy of the store", part=part, strerror=error.strerror or error
        ) from None
    finally:
        _remove(part)
    return made


def damaged_name(path: Path) -> Path:
    """Where the damaged file is kept."""
    return path.with_name(f"{path.name}.damaged")


def beyond_saving(path: Path) -> Sentence:
    """What to do where nothing can be read: in words, with the ways that there are here."""
    return sentence(
        "copy the file, its archive and all back from a backup (`jianbao backup` makes them); or move {name} away and "
        "{clean}",
        name=path.name,
        clean=cleaned_again(path),
    )


def cleaned_again(path: Path) -> Sentence:
    """How articles come back from their pages, in words."""
    if any(folder_of(path).glob("*.warc*")):
        return sentence(
            "clean its archive again, the raw pages are in it: `jianbao clean {archive} --store {path}`",
            archive=folder_of(path),
            path=path,
        )
    return sentence("clean the files again from which it was made: `jianbao clean FILES --store {path}`", path=path)


def is_ours(path: Path) -> bool:
    """Whether a file that is no store was one: by what lies beside it."""
    return any(path.with_suffix(ending).is_dir() for ending in (".index", ".warc"))


def _kept(path: Path) -> Path:
    """A second name for the file, so that there is one under its own name at any moment."""
    second = path.with_name(f".{path.name}.damaged")
    second.unlink(missing_ok=True)
    try:
        os.link(path, second)
    except OSError:  # a file system without links
        shutil.copy2(path, second)
    return second


def _remove(part: Path) -> None:
    for name in (part, *(part.with_name(part.name + ending) for ending in ("-wal", "-shm", "-journal"))):
        name.unlink(missing_ok=True)
