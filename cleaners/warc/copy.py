"""WARC files of several archives brought into one folder, without loss and without a second copy of the same file."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from cleaners.errors import UnwritableError

_HEAD = 256
"""First bytes of a file, which identify it: its warcinfo record has an id and a date, and is never blanked."""

Step = Callable[[int, int], None]
"""Told how many files are done, of how many."""


def gather(source: Path, target: Path, step: Step = lambda done, of: None) -> Mapping[str, str]:
    """Copy the WARC files of ``source`` into ``target``; returns the name each has there.

    Copies, not links: blanking a record in one archive does not change the other. If the file is there already, only
    what was appended since is copied. If another file has its name, it gets a longer one (always the same). A copy
    takes its name when it is complete and on disk. Raises ``UnwritableError``.
    """
    files = sorted(path for path in source.glob("[!.]*.warc*") if path.is_file())
    names: dict[str, str] = {}
    try:
        for done, file in enumerate(files):
            step(done, len(files))
            names[file.name] = _brought(file, target)
    except OSError as error:
        raise UnwritableError(
            "{target} cannot be written ({strerror}): make room or give write access, then run the same again",
            target=target,
            strerror=error.strerror,
        ) from error
    return names


def forget_drafts(archive: Path) -> None:
    """Remove the unfinished copies of a :func:`gather` that was killed; no other may be running."""
    for draft in archive.glob(".*.part"):
        draft.unlink(missing_ok=True)


def _brought(file: Path, target: Path) -> str:
    head = _head(file)
    stem, dot, kind = file.name.partition(".warc")
    longer = f"{stem}-{hashlib.sha256(head).hexdigest()[:8]}{dot}{kind}"
    for name in (file.name, longer):
        place = target / name
        if place.exists() and _head(place) != head:
            continue
        if not place.exists():
            target.mkdir(parents=True, exist_ok=True)
            _copy(file, place)
        elif place.stat().st_size < file.stat().st_size:
            _continue(file, place)
        return name
    raise UnwritableError(
        "{target} is another file than {file}: move it away, then run the same again", target=target / longer, file=file
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _copy(source: Path, place: Path) -> None:
    draft = place.with_name(f".{place.name}.part")
    with source.open("rb") as here, draft.open("wb") as there:
        shutil.copyfileobj(here, there, 1 << 20)
        there.flush()
        os.fsync(there.fileno())
    draft.replace(place)


def _continue(source: Path, place: Path) -> None:
    with source.open("rb") as here, place.open("ab") as there:
        here.seek(there.tell())
        shutil.copyfileobj(here, there, 1 << 20)
        there.flush()
        os.fsync(there.fileno())
