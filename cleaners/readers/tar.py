"""Tar archives (POSIX, GNU, or older than both): their regular files one after the other, never written to disk.

:mod:`tarfile` ends without a word at a head that is none. Here the next head behind it is looked for, as behind the
end of an archive to which another one was appended.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import Any, Self

from cleaners.items import Drop
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.zip import is_hidden

_BLOCK = tarfile.BLOCKSIZE
_CHECKSUM = slice(148, 156)  # of a head (POSIX.1-1988)
_MOST_DAMAGE = 1_000  # places
_PORTION = 1 << 16  # bytes


def _is_tar(file: InputFile) -> bool:
    """Whether a file begins as POSIX and GNU tar do, or with a head whose checksum is right."""
    head = file.head[:_BLOCK]
    if head[257:262] == b"ustar":
        return True
    try:
        told = int(head[_CHECKSUM].strip(b" \0"), 8)
    except ValueError:
        return False
    return len(head) == _BLOCK and told == sum(head) - sum(head[_CHECKSUM]) + 8 * ord(" ")


class _Head(tarfile.TarInfo):
    """The head of a member; its archive notes where there is none that can be read."""

    @classmethod
    def fromtarfile(cls, tarfile: Any) -> Self:
        """The next head; raises what the base class raises."""
        archive: _Archive = tarfile
        try:
            return super().fromtarfile(archive)
        except Exception as why:
            archive.passed_over(why)
            raise

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """A head from its bytes; none of a negative size, with which the reading would go in a circle."""
        head = super().frombuf(buf, encoding, errors)
        if head.size < 0:
            raise tarfile.HeaderError("negative size")
        return head


class _Archive(tarfile.TarFile):
    """An archive that goes on behind what is no head."""

    tarinfo = _Head
    damage = ""
    """What is wrong with the blocks since the last member; empty: nothing."""
    damaged_at = 0
    _has_end = False
    """Whether the last block read was one of the zeros with which an archive ends."""
    _last: tarfile.TarInfo | None = None

    def passed_over(self, why: Exception) -> None:
        """A block was no head."""
        kind = type(why).__name__
        if kind == "EOFHeaderError":
            self._has_end = True
        elif kind != "EmptyHeaderError":
            self._note(f"no head of a member: {why}")
        elif self.offset and not self._has_end:
            self._note("it has no end: is it cut short?")

    def _note(self, why: str) -> None:
        self._has_end = False
        if not self.damage:
            self.damage, self.damaged_at = why, self.offset

    def next(self) -> tarfile.TarInfo | None:
        """The next member, wherever it stands; None where there is none."""
        while True:
            before = self.offset
            try:
                self._skip()
                found = super().next()
            except (tarfile.TarError, ValueError, OverflowError) as why:
                self._note(str(why))
                position = self.fileobj.tell()
                if position >= self.offset:
                    self.offset = max(before + _BLOCK, position + -position % _BLOCK)
                elif self._last is None:
                    return None
                else:  # behind the end of the file: the size of the last member is wrong
                    self.offset, self._last = self._last.offset_data, None
                continue
            # Else every entry seen is kept: ten million of them would fill the memory.
            self.members.clear()  # type: ignore[attr-defined]
            if found is not None:
                self._has_end, self._last = False, found
                self.offset = max(self.offset, found.offset_data)  # an extended head may name a negative size
            return found

    def _skip(self) -> None:
        """Go on to the next head in a stream that cannot seek; :mod:`tarfile` does not notice that it has ended."""
        file: Any = self.fileobj
        if self.firstmember is not None or hasattr(file, "seekable"):  # type: ignore[attr-defined]
            return
        while (left := self.offset - file.tell()) > 0:
            if not file.read(min(left, _PORTION)):
                raise tarfile.ReadError("unexpected end of data")


def _read(file: InputFile) -> Iterator[InputFile | Drop]:
    """Links and devices are Drops; behind the limit of members one Drop stands for all that is left."""
    most = file.limits.members
    number = damages = 0
    mode: Any = "r:" if file.can_seek else "r|"
    with _Archive.open(fileobj=file.whole(), mode=mode, ignore_zeros=True) as archive:
        while (info := archive.next()) is not None:
            number += 1
            if archive.damage:
                yield _damage(file, archive)
                damages += 1
            if number > most or damages > _MOST_DAMAGE:
                detail = f"only the first {number - 1} were read"
                yield Drop(origin=file.origin, stage="read", reason="too many members", detail=detail)
                return
            if info.isdir() or is_hidden(info.name):
                continue
            if info.issym() or info.islnk() or info.isdev():
                detail = f"a link to {info.linkname}" if info.linkname else "a pipe or device"
                yield Drop(origin=f"{file.origin}#{info.name}", stage="read", reason="not a file", detail=detail)
            elif (member := archive.extractfile(info)) is not None:
                yield file.inner(member, info.name)
        if archive.damage:
            yield _damage(file, archive)


def _damage(file: InputFile, archive: _Archive) -> Drop:
    detail, archive.damage = f"{archive.damage} (byte {archive.damaged_at})", ""
    return Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=detail)


READER = FileReader(name="tar", suffixes=(".tar",), accepts=_is_tar, read=_read)
