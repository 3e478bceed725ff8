"""All readers in the order in which they are asked; the first that accepts a file or folder reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from typing import TypeVar

from cleaners.plugins import PluginGroup
from cleaners.readers import (
    compressed,
    csv,
    feed,
    folder,
    json,
    jsonl,
    mhtml,
    parquet,
    refused,
    saved_page,
    tar,
    text_records,
    trec,
    warc,
    zip,
)
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader, FolderReader

PLUGINS = PluginGroup("jianbao.readers", "reader", FileReader, FolderReader)
"""The readers that other packages add."""

FILES = (
    warc.READER,  # before `compressed`: a WARC compressed by record is read as it is, for the offsets of its records
    compressed.READER,
    zip.READER,
    tar.READER,
    parquet.READER,
    feed.READER,  # before JSON: a feed may be one
    jsonl.READER,  # before `json`: its first line is an object, too
    json.READER,
    csv.READER,  # after JSON: a line of JSON may look like a header
    mhtml.READER,
    trec.READER,
    text_records.READER,
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
    for point, reader in PLUGINS.declared():
        if reader.name in names:
            raise PLUGINS.wrong(point, f"there is a reader of the name {reader.name} already")
        names.add(reader.name)
        if isinstance(reader, FileReader):
            _insert(files, reader, reader.before or refused.READER.name, point)
        else:
            _insert(folders, reader, reader.before or folder.READER.name, point)
    return ReaderList(files=tuple(files), folders=tuple(folders))


def _insert(readers: list[_Kind], reader: _Kind, before: str, point: EntryPoint) -> None:
    names = [known.name for known in readers]
    if before not in names:
        raise PLUGINS.wrong(point, f"it comes before {before}, which is none of {', '.join(names)}")
    readers.insert(names.index(before), reader)
