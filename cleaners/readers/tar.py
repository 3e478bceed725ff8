"""Tar archives (POSIX or GNU): their regular files one after the other, never written to disk."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from cleaners.items import Drop
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.zip import is_hidden


def _is_tar(file: InputFile) -> bool:
    return file.head[257:262] == b"ustar"


def _read(file: InputFile) -> Iterator[InputFile | Drop]:
    """Links and devices are passed over; behind the limit of members one Drop stands for all that is left."""
    most = file.limits.members
    with tarfile.open(fileobj=file.whole(), mode="r|") as archive:
        for number, info in enumerate(archive):
            if number >= most:
                detail = f"only the first {most} were read"
                yield Drop(origin=file.origin, stage="read", reason="too many members", detail=detail)
                return
            # Else every entry seen is kept: ten million of them would fill the memory.
            archive.members.clear()  # type: ignore[attr-defined]
            if not info.isfile() or is_hidden(info.name):
                continue
            member = archive.extractfile(info)
            if member is not None:
                yield file.inner(member, info.name)


READER = FileReader(name="tar", suffixes=(".tar",), accepts=_is_tar, read=_read)
