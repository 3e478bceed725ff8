"""A copy of a store and its archive that fit each other, made while others write.

The database is copied first, as of one moment; then the archive. Archives only grow, and a page is in its archive
before the store speaks of it, so every page that the copied store speaks of is in the copied archive. The match index
is not copied: it is made from the texts when the copy is first written to.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from cleaners.atomic import sync
from cleaners.errors import UnwritableError, UsageError
from cleaners.ingest.match_index import MANIFEST
from cleaners.progress import ProgressCallback, silent
from cleaners.store import Store
from cleaners.warc import folder_of
from cleaners.warc.scan import ArchiveDamage, WarcRecord, records

_STILL = 3600.0  # seconds: a file that was not written to for so long is not being written


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    """A backup that was made."""

    store: Path
    """The copied store: a store like any other."""
    articles: int
    """Articles in it."""
    files: int
    """Files of its archive."""
    size: int
    """Bytes of everything."""


def back_up(path: Path, folder: Path, *, step: ProgressCallback = silent) -> BackupResult:
    """Copy the store at ``path`` with its archive into ``folder``, which must not be there yet, or be empty.

    The folder has its name only when everything in it is on the disk (fsync). Raises ``UsageError`` for a folder that
    has something in it, ``UnwritableError``, and what ``Store.open`` raises.
    """
    if folder.suffix == path.suffix:
        raise UsageError(
            "{folder}: a backup is a folder (the store and its archive): name one, like {stem}",
            folder=folder,
            stem=folder.stem,
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("{folder} is there already and is never overwritten: name another folder", folder=folder)
    part = folder.absolute().with_name(f".{folder.name}.part")
    with Store.open(path, create=False, readonly=True) as store:
        try:
            shutil.rmtree(part, ignore_errors=True)  # of a backup that was killed
            part.mkdir(parents=True)
            store.copy_to(part / path.name, lambda done, total: step("store copied (pages)", done, total))
            files = _copy_archive(path, part / path.name, step)
            articles = _made_whole(part / path.name)
            sync(part)
            part.replace(folder)
        except OSError as error:
            raise UnwritableError(
                "{part}: {strerror}; free some space or choose a place you can write to",
                part=part,
                strerror=error.strerror or error,
            ) from None
        finally:
            shutil.rmtree(part, ignore_errors=True)  # what failed, or was interrupted, takes no room
    sync(folder.absolute().parent)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return BackupResult(store=folder / path.name, articles=articles, files=files, size=size)


def _made_whole(copy: Path) -> int:
    """Let the copy know that it has no match index yet; returns how many articles it has."""
    with Store.open(copy, create=False) as store:
        with store.transaction():
            store.manifests.remove(MANIFEST)
        return store.statistics().articles


def _copy_archive(path: Path, copy: Path, step: ProgressCallback) -> int:
    """Copy the archive's files as far as they are written, each ending with a whole record; returns how many."""
    files = sorted(file for file in folder_of(path).glob("*") if file.is_file())
    if files:
        folder_of(copy).mkdir()
    for done, file in enumerate(files):
        step("archive copied (files)", done, len(files))
        target = folder_of(copy) / file.name
        shutil.copy2(file, target)
        sync(target)
        _cut(path, copy, target)
    return len(files)


def _cut(path: Path, copy: Path, file: Path) -> None:
    """Have a file that was being written end with a whole record, where the copy has only the beginning of its last.

    Damage that the original has as well stays as it is.
    """
    name = f"{folder_of(copy).name}/{file.name}"
    original = folder_of(path) / file.name
    if original.stat().st_mtime < time.time() - _STILL:
        return
    torn = next((one for one in records(copy, only=name) if isinstance(one, ArchiveDamage)), None)
    if torn is None or not isinstance(next(records(path, {name: torn.offset}, only=name), None), WarcRecord):
        return
    with file.open("r+b") as opened:
        opened.truncate(torn.offset)
        os.fsync(opened.fileno())
