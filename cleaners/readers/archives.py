"""Members of zip and tar archives, one after the other, never written to disk under their own names."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from cleaners.errors import UnusableInput
from cleaners.items import Drop
from cleaners.readers.streams import seekable
from cleaners.readers.zip_directory import slices

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What opening and reading a member of a zip raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """One file of an archive, open for reading."""

    name: str
    stream: IO[bytes]


def is_zip(head: bytes) -> bool:
    """Whether a stream begins as a zip archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_tar(head: bytes) -> bool:
    """Whether a stream begins as a tar archive (POSIX or GNU)."""
    return head[257:262] == b"ustar"


def zip_members(stream: IO[bytes], origin: str, most: int) -> Iterator[ArchiveMember | Drop]:
    """The members of a zip archive, at most ``most`` of them; encrypted ones are Drops.

    Raises ``Unusable("read", "not a page")`` for office documents, which are zips of what no reader sees. A zip's
    directory stands at its end: a stream that cannot seek is copied to a temporary file first.
    """
    number = 0
    with seekable(stream) as file:
        for archive in slices(file):
            if not number and (kind := _document(archive)):
                raise UnusableInput("read", "not a page", f"{kind}: save it as HTML or text first")
            for info in archive.infolist():
                number += 1
                if number > most:
                    yield _too_many(origin, most)
                    return
                if not info.is_dir() and not _is_hidden(info.filename):
                    yield from _zip_member(archive, info, f"{origin}#{info.filename}")


def _document(archive: zipfile.ZipFile) -> str:
    """What kind of document a zip is, by the parts it must have (ECMA-376-2, 10.1; ODF 1.3 part 2, 3.3)."""
    if "[Content_Types].xml" in archive.NameToInfo:
        return "a document of Word, Excel or PowerPoint"
    first = next(iter(archive.infolist()), None)
    if first and first.filename == "mimetype" and first.file_size < 200:
        with suppress(*_UNREADABLE):  # encrypted, damaged: then it is told as the member that it is
            return "a document of OpenOffice" if b"opendocument" in archive.read(first) else ""
    return ""


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> Iterator[ArchiveMember | Drop]:
    if info.flag_bits & 1:
        yield Drop(origin=place, stage="read", reason="encrypted", detail="unpack it with its password first")
        return
    try:
        with archive.open(info) as member:
            yield ArchiveMember(name=info.filename, stream=member)
    except _UNREADABLE as why:
        yield Drop(origin=place, stage="read", reason="damaged archive member", detail=str(why))


def tar_members(stream: IO[bytes], origin: str, most: int) -> Iterator[ArchiveMember | Drop]:
    """The regular files of a tar stream, at most ``most`` entries; links and devices are passed over."""
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, info in enumerate(archive):
            if number >= most:
                yield _too_many(origin, most)
                return
            # Else every entry seen is kept: ten million of them would fill the memory.
            archive.members.clear()  # type: ignore[attr-defined]
            if not info.isfile() or _is_hidden(info.name):
                continue
            member = archive.extractfile(info)
            if member is not None:
                yield ArchiveMember(name=info.name, stream=member)


def _is_hidden(name: str) -> bool:
    """Files that systems leave behind (``.DS_Store``, ``__MACOSX/``), as in folders."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part not in {".", ".."} for part in parts) or "__MACOSX" in parts


def _too_many(origin: str, most: int) -> Drop:
    return Drop(origin=origin, stage="read", reason="too many members", detail=f"only the first {most} were read")
