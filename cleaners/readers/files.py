"""From paths to pages: files, folders, pipes and standard input, each given to the reader that accepts it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from cleaners.errors import JianbaoError, UnusableInput, UsageError, is_fault_of_machine
from cleaners.items import Drop, Page
from cleaners.readers import folder
from cleaners.readers.column_choice import ColumnChoice, ColumnSearch
from cleaners.readers.input_file import InputFile, ReadLimits
from cleaners.readers.reader import FolderReader
from cleaners.readers.registry import file_reader, folder_reader
from cleaners.readers.streams import is_damage
from cleaners.urls import is_address_in_short

_LONGEST = 500  # characters of an error: that of a decoder holds all the bytes


class ReadProgress:
    """Counts the bytes of the files as they lie on the disk: what they decompress to is not known before the end."""

    def __init__(self) -> None:
        self._before = 0
        self.read = 0
        """Bytes read so far."""

    def inside(self, file: IO[bytes]) -> None:
        """The reading is somewhere in a file."""
        with suppress(OSError, ValueError):  # a reader has closed it
            self.read = self._before + file.tell()

    def past(self, size: int) -> None:
        """A file of ``size`` bytes is done."""
        self._before += size
        self.read = self._before


def read(
    paths: str | Path | Iterable[str | Path],
    limits: ReadLimits = ReadLimits(),
    gauge: ReadProgress | None = None,
    columns: ColumnChoice = ColumnChoice(),
    search: ColumnSearch | None = None,
) -> Iterator[Page | Drop]:
    """Yield every page under ``paths``, or one path, in a stable order (names sorted).

    ``-`` is standard input, a pipe is read too. Hidden files and folders (names that begin with a dot) are passed over
    inside folders and archives. What cannot be read is a ``Drop`` of the stage ``read``; ``gauge`` is told how far the
    reading is; ``columns`` says which column of a table is which, ``search`` is told which of those the tables had.
    Raises ``UsageError`` before anything is read when a path is not there.
    """
    given = [str(p) for p in ([paths] if isinstance(paths, str | Path) else paths)]
    for path in given:
        if path != "-" and not os.path.lexists(path):
            if is_address_in_short(path):
                raise UsageError(
                    "{path}: no such file or folder; a page on the web is written in full, as https://{path}", path=path
                )
            raise UsageError(
                "{path}: no such file or folder; check the spelling, or quote a name with spaces", path=path
            )
    pages_of = partial(pages, limits=limits, columns=columns, search=search)
    return _all(given, pages_of, gauge or ReadProgress())


def pages(
    stream: IO[bytes],
    origin: str,
    saved: datetime | None = None,
    limits: ReadLimits = ReadLimits(),
    columns: ColumnChoice = ColumnChoice(),
    search: ColumnSearch | None = None,
) -> Iterator[Page | Drop]:
    """Every page of one open file; ``origin`` is what it is called, ``saved`` when it was last written to."""
    return _guarded(InputFile(stream, origin=origin, saved=saved, limits=limits, columns=columns, search=search))


def size(paths: Iterable[str | Path]) -> int | None:
    """Bytes of all the files under ``paths``; None when standard input is among them."""
    given = [str(p) for p in paths]
    if "-" in given:
        return None
    names = (name for path in given for name in _walk(path, lambda _: folder.READER) if isinstance(name, str))
    return sum(os.stat(name).st_size for name in names if os.path.isfile(name))


_Pages = Callable[..., Iterator[Page | Drop]]
""":func:`pages` with the limits and columns of a run."""


def _all(given: list[str], pages_of: _Pages, gauge: ReadProgress) -> Iterator[Page | Drop]:
    for path in given:
        if path == "-":
            yield from pages_of(sys.stdin.buffer, path)
        elif _is_pipe(path):
            with open(path, "rb") as stream:
                yield from pages_of(stream, path)
        else:
            for found in _walk(path, folder_reader):
                if isinstance(found, str):
                    yield from _file(found, pages_of, gauge)
                else:
                    yield found


def _is_pipe(path: str) -> bool:
    """Such as a shell makes of ``<(command)``; those inside folders are passed over, nobody may be writing to them."""
    return os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)


def _walk(path: str, choose: Callable[[str], FolderReader]) -> Iterator[Page | Drop | str]:
    """The files at and below a path, and what readers of folders find; a stack, for folders may be very deep."""
    open_folders: list[Iterator[Page | Drop | str]] = [iter((path,))]
    while open_folders:
        try:
            found = next(open_folders[-1], None)
        except JianbaoError:  # for the user to cure
            raise
        except Exception as why:
            if is_fault_of_machine(why):
                raise
            open_folders.pop()
            yield Drop(origin=path, stage="read", reason="unreadable", detail=repr(why))
            continue
        if found is None:
            open_folders.pop()
        elif isinstance(found, str) and os.path.isdir(found):
            open_folders.append(choose(found).read(found))
        else:
            yield found


def _file(name: str, pages_of: _Pages, gauge: ReadProgress) -> Iterator[Page | Drop]:
    if not os.path.isfile(name):
        detail = "a socket, pipe, device or broken link"
        yield Drop(origin=name, stage="read", reason="not a file", detail=detail)
        return
    try:
        with open(name, "rb") as file:
            status = os.fstat(file.fileno())
            for result in pages_of(file, name, _moment(status.st_mtime)):
                gauge.inside(file)
                yield result
            gauge.past(status.st_size)
    except OSError as why:
        if is_fault_of_machine(why):
            raise
        yield Drop(origin=name, stage="read", reason="unreadable", detail=str(why.strerror or why))


def _moment(seconds: float) -> datetime | None:
    """When a file was written to; None for a time stamp beyond the years that Python knows."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _guarded(file: InputFile) -> Iterator[Page | Drop]:
    """The pages of a file and of the files in it; whatever goes wrong ends it with a Drop, after what was good.

    A reader stands on libraries that were written for files of good will: any of them may raise anything.
    """
    try:
        if file.depth > file.limits.depth:
            detail = f"more than {file.limits.depth} containers inside each other"
            raise UnusableInput("read", "nested too deeply", detail)
        for result in file_reader(file).read(file):
            if isinstance(result, InputFile):
                yield from _guarded(result)
            else:
                yield result
    except UnusableInput as why:
        yield Drop(origin=file.origin, stage="read", reason=why.reason, detail=why.detail)
    except JianbaoError:  # for the user to cure, as a reader of another package that cannot be loaded
        raise
    except (MemoryError, RecursionError) as why:
        yield Drop(origin=file.origin, stage="read", reason="too large to be read", detail=repr(why))
    except Exception as why:
        if is_fault_of_machine(why):
            raise
        detail = (str(why) or type(why).__name__) if is_damage(why) else repr(why)
        yield Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=detail[:_LONGEST])
