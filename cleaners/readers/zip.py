"""Zip archives: their members one after the other, never written to disk under their own names."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import IO

from cleaners.errors import UnusableInput
from cleaners.items import Drop
from cleaners.readers.folder import parts_of_pages
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import seekable
from cleaners.readers.zip_recovery import MemberStream, local_member, local_members

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What opening and reading a member of a zip raises."""
_MIMETYPE_BYTES = 200


def _is_zip(file: InputFile) -> bool:
    return file.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _read(file: InputFile) -> Iterator[InputFile | Drop]:
    """The members in the order of the archive's directory; encrypted and damaged ones are Drops.

    Where the directory is damaged, the members are found without it. Raises ``UnusableInput("read", ...)`` for an
    archive of too many members, and for office documents, which are zips of what no reader sees. A zip's directory
    stands at its end: a stream that cannot seek is copied to a temporary file first.
    """
    with seekable(file.whole()) as stream:
        _check_count(stream, file.limits.members)
        try:
            directory = zipfile.ZipFile(stream)
        except (*_UNREADABLE, struct.error) as why:  # names that are no UTF-8 are ValueErrors
            yield Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=f"its directory: {why}")
            yield from _without_directory(file, stream)
            return
        with directory as archive:
            if kind := _document(archive):
                raise UnusableInput("read", "not a page", f"{kind}: save it as HTML or text first")
            begins = min((info.header_offset for info in archive.infolist()), default=0)
            if begins and not any(local_member(stream, info.header_offset) for info in archive.infolist()):
                detail = "its directory: no member stands where it says"
                yield Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=detail)
                yield from _without_directory(file, stream)
                return
            if begins:  # another archive, to which this one was appended
                yield from _without_directory(file, stream, end=begins)
            parts = parts_of_pages(archive.namelist())
            for folder in sorted(parts):
                detail = "the pictures, scripts and frames of a page beside it"
                yield Drop(origin=f"{file.origin}#{folder}", stage="read", reason="parts of a page", detail=detail)
            overlapping = _overlapping(archive, stream)
            for info in archive.infolist():
                if info in overlapping:
                    detail = "its data are those of another member, too, as in bombs"
                    place = f"{file.origin}#{info.filename}"
                    yield Drop(origin=place, stage="read", reason="damaged archive member", detail=detail)
                    continue
                if info.is_dir() or is_hidden(info.filename):
                    continue
                if not parts or not any(info.filename.startswith(folder) for folder in parts):
                    yield from _member(file, archive, info)


def _check_count(stream: IO[bytes], most: int) -> None:
    """Refuse an archive by what its end record says: zipfile makes an object of 600 bytes of every member at once."""
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]
    if end and (count := end[4]) > most:
        detail = f"{count} members, more than {most}: unpack it and give the folder"
        raise UnusableInput("read", "too many members", detail)


def _overlapping(archive: zipfile.ZipFile, stream: IO[bytes]) -> set[zipfile.ZipInfo]:
    """Members whose data begin before the data of another one end; the first of them counts as good.

    A bomb names one piece of data many times (D. Fifield, A better zip bomb, 2019). Where only the directory names a
    size that reaches into the next member, and the member's own head another, that one is believed.
    """
    found, end = set(), 0
    members = sorted(archive.infolist(), key=lambda info: info.header_offset)
    for info, following in zip_longest(members, members[1:]):
        if following and info.header_offset + info.compress_size > following.header_offset:
            own = local_member(stream, info.header_offset)
            if own and own.packed and own.packed < info.compress_size:
                info.compress_size = own.packed
        if info.header_offset < end and info.compress_size:
            found.add(info)
        else:
            end = max(end, info.header_offset + zipfile.sizeFileHeader + info.compress_size)  # type: ignore[attr-defined]
    return found


def _without_directory(file: InputFile, stream: IO[bytes], end: int | None = None) -> Iterator[InputFile | Drop]:
    """The members found by their own heads, those before ``end``."""
    for number, member in enumerate(local_members(stream)):
        if end is not None and member.offset >= end:
            return
        place = f"{file.origin}#{member.name}"
        if number >= file.limits.members:
            detail = f"only the first {file.limits.members} were read"
            yield Drop(origin=file.origin, stage="read", reason="too many members", detail=detail)
            return
        if member.name.endswith("/") or is_hidden(member.name):
            continue
        if member.is_encrypted:
            yield Drop(origin=place, stage="read", reason="encrypted", detail="unpack it with its password first")
            continue
        try:
            yield file.inner(io.BufferedReader(MemberStream(stream, member)), member.name)
        except _UNREADABLE as why:
            yield Drop(origin=place, stage="read", reason="damaged archive member", detail=str(why))


def _document(archive: zipfile.ZipFile) -> str:
    """What kind of document a zip is, by the parts it must have (ECMA-376-2, 10.1; ODF 1.3 part 2, 3.3)."""
    if "[Content_Types].xml" in archive.NameToInfo:
        return "a document of Word, Excel or PowerPoint"
    first = next(iter(archive.infolist()), None)
    if first and first.filename == "mimetype" and first.file_size < _MIMETYPE_BYTES:
        with suppress(*_UNREADABLE):  # encrypted, damaged: then it is told as the member that it is
            return "a document of OpenOffice" if b"opendocument" in archive.read(first) else ""
    return ""


def _member(file: InputFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[InputFile | Drop]:
    place = f"{file.origin}#{info.filename}"
    if info.flag_bits & 1:
        yield Drop(origin=place, stage="read", reason="encrypted", detail="unpack it with its password first")
        return
    try:
        with archive.open(info) as member:
            yield file.inner(member, info.filename)
    except _UNREADABLE as why:
        yield Drop(origin=place, stage="read", reason="damaged archive member", detail=str(why))


def is_hidden(name: str) -> bool:
    """Whether a member of an archive is one that systems leave behind (``.DS_Store``, ``__MACOSX/``)."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part not in {".", ".."} for part in parts) or "__MACOSX" in parts


READER = FileReader(name="zip", suffixes=(".zip",), accepts=_is_zip, read=_read)
