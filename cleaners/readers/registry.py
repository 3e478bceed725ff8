"""All readers in the order in which they are asked; the first that accepts a file or folder reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from cleaners.errors import UsageError
from cleaners.readers import (
    compressed,
    csv,
    folder,
    json,
    jsonl,
    mhtml,
    parquet,
    refused,
    saved_page,
    tar,
    warc,
    zip,
)
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader, FolderReader

GROUP = "jianbao.readers"
"""The group of entry points by which other packages add readers."""

FILES = (
    warc.READER,  # before `compressed`: a WARC compressed by record is read as it is, for the offsets of its records
    compressed.READER,
    zip.READER,
    tar.READER,
    parquet.READER,
    jsonl.READER,  # before `json`: its first line is an object, too
    json.READER,
    csv.READER,  # after JSON: a line of JSON may look like a header
    mhtml.READER,
    refused.READER,  # readers from other packages come before it, unless they say otherwise
    saved_page.READER,  # accepts anything
)
"""The built-in readers of files."""

FOLDERS = (
    folder.READER,  # accepts anything; readers from other packages come before it
)
"""The built-in readers of folders."""

_Kind = TypeVar("_Kind", FileReader, FolderReader)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderList:
    """The readers in the order in which they are asked."""

    files: tuple[FileReader, ...]
    folders: tuple[FolderReader, ...]


def file_reader(file: InputFile) -> FileReader:
    """The reader of a file. Raises what :func:`all_readers` raises."""
    return next(reader for reader in all_readers().files if reader.accepts(file))


def folder_reader(path: str) -> FolderReader:
    """The reader of a folder. Raises what :func:`all_readers` raises."""
    return next(reader for reader in all_readers().folders if reader.accepts(path))


@cache
def all_readers() -> ReaderList:
    """The built-in readers and those of other packages.

    Raises ``UsageError`` where a reader of another package cannot be loaded, or is declared wrongly.
    """
    files, folders = list(FILES), list(FOLDERS)
    names = {reader.name for reader in FILES} | {reader.name for reader in FOLDERS}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        reader = _loaded(point)
        if reader.name in names:
            raise _wrong(point, f"there is a reader of the name {reader.name} already")
        names.add(reader.name)
        if isinstance(reader, FileReader):
            _insert(files, reader, reader.before or refused.READER.name, point)
        else:
            _insert(folders, reader, reader.before or folder.READER.name, point)
    return ReaderList(files=tuple(files), folders=tuple(folders))


def _loaded(point: EntryPoint) -> FileReader | FolderReader:
    try:
        reader = point.load()
    except Exception as why:  # the module of another package may raise anything
        raise _wrong(point, f"{type(why).__name__}: {why}") from why
    if not isinstance(reader, FileReader | FolderReader):
        raise _wrong(point, "it is neither a FileReader nor a FolderReader of cleaners.readers")
    return reader


def _insert(readers: list[_Kind], reader: _Kind, before: str, point: EntryPoint) -> None:
    names = [known.name for known in readers]
    if before not in names:
        raise _wrong(point, f"it comes before {before}, which is none of {', '.join(names)}")
    readers.insert(names.index(before), reader)


def _wrong(point: EntryPoint, why: str) -> UsageError:
    package = point.dist.name if point.dist else "unknown"
    return UsageError(f"reader {point.value} of the package {package}: {why}; mend or uninstall that package")
