"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cleaners.compression import compressed
from cleaners.errors import UnwritableError, UsageError

# What is safe from a power cut.


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the names in a folder. Raises ``OSError``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def nothing() -> None:
    """What is to be done before a file takes its name, where nothing is."""


@contextmanager
def whole_file(target: str | Path, *, ready: Callable[[], None] = nothing) -> Iterator[IO[bytes]]:
    """A binary file to write to that takes its name only when the block ends well.

    ``ready`` is called when all is written, just before it takes its name: what it raises keeps it from doing so.
    ``-`` is standard output; devices and pipes are written directly. Compressed by suffix: ``.gz`` (RFC 1952, without
    time and name, so that the same content gives the same bytes) or ``.zst`` (RFC 8878). Raises UsageError when the
    folder is not there, UnwritableError for a full disk or a place that cannot be written.
    """
    if str(target) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        ready()
        return
    path = Path(target)
    if path.is_dir():
        raise UsageError("{path} is a folder: name a file", path=path)
    check_parent(path)
    if path.exists() and not path.is_file():
        with told(path), path.open("wb") as device:
            yield device
        ready()
        return
    draft = _draft(path)
    try:
        with told(path):
            with draft.open("wb") as file:
                with compressed(file, path.suffix) as stream:
                    yield stream
                file.flush()
                os.fsync(file.fileno())
            ready()
            draft.replace(path)
            _sync_names(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(
    target: str | Path, *, replaces: Callable[[Path], bool], ready: Callable[[], None] = nothing
) -> Iterator[Path]:
    """A folder to fill that takes its name only when the block ends well; ``ready`` as in :func:`whole_file`.

    A folder that is there and not empty is replaced when ``replaces`` says so of it: it is moved aside for a moment and
    removed when the new one stands in its place. Raises UsageError, UnwritableError as :func:`whole_file`.
    """
    path = Path(target)
    aside = _draft(path, "old")
    if path.is_dir() and any(path.iterdir()) and not replaces(path):
        raise UsageError("{path} holds files that are not of an earlier export: name a new folder", path=path)

    def place(draft: Path) -> None:
        if path.is_dir():
            path.replace(aside)
        draft.replace(path)

    try:
        with draft_folder(path, place=place, ready=ready) as draft:
            yield draft
    finally:
        if aside.is_dir() and not path.exists():
            aside.replace(path)
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def draft_folder(
    target: str | Path, *, place: Callable[[Path], None], ready: Callable[[], None] = nothing
) -> Iterator[Path]:
    """A folder to fill beside ``target``; when the block ends well, ``place`` is given it to put it where it belongs.

    ``ready`` is called before, when the disk has all of it. What ``place`` leaves of it is removed. Raises as
    :func:`whole_folder`.
    """
    path = Path(target)
    if path.exists() and not path.is_dir():
        raise UsageError("{path} is a file: name a folder", path=path)
    check_parent(path)
    draft = _draft(path)
    try:
        with told(path):
            draft.mkdir()
            yield draft
            for made in sorted(draft.rglob("*")):
                sync(made)
            ready()
            place(draft)
            _sync_names(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of the system while ``path`` is written, as one line with the cure."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableError(
            "{path} cannot be written ({strerror}): make room or give write access, or name another place",
            path=path,
            strerror=error.strerror or error,
        ) from error


def check_parent(path: Path) -> None:
    """Raise UsageError for a file or folder whose own folder is not there."""
    if not path.absolute().parent.is_dir():
        raise UsageError(
            "{path} cannot be made: there is no folder {parent}; make it first", path=path, parent=path.parent
        )


def _draft(path: Path, kind: str = "part") -> Path:
    """A name beside the target, as a rename is only atomic within one file system; what the dead have left is removed.

    A folder that was moved aside by a process that died before its new one stood there comes back.
    """
    path = path.absolute()
    name = f".{path.name[:200]}."
    for left in path.parent.glob(f"{_literal(name)}*.{kind}"):
        process = left.name[len(name) : -len(kind) - 1]
        if not process.isdecimal() or _works(int(process)):
            continue
        if kind == "old" and not path.exists():
            left.replace(path)
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return path.with_name(f"{name}{os.getpid()}.{kind}")


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _works(process: int) -> bool:
    """Whether another process of this number is there; one of our own number is dead (in a container all have 1)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # of another user
    return process != os.getpid()


def _sync_names(folder: Path) -> None:
    with suppress(PermissionError):  # a folder may be written to and not be read
        sync(folder)
