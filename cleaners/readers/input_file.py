"""What a reader is given: an open file, or one inside a container, with its first bytes to tell the format by."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from os import SEEK_END
from pathlib import PurePosixPath
from typing import IO

from cleaners.errors import UnusableInput
from cleaners.page.decode import decode
from cleaners.readers.column_choice import ColumnChoice, ColumnSearch, TableColumns
from cleaners.readers.streams import HEAD, PeekableStream, can_seek

_MARKS = (
    (BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
    (BOM_UTF8, "utf-8-sig"),
)
_ZEROS: dict[tuple[bool, ...], str] = {
    (True, False, True, False): "utf-16-le",
    (False, True, False, True): "utf-16-be",
    (True, False, False, False): "utf-32-le",
    (False, False, False, True): "utf-32-be",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What is read at most."""

    page_bytes: int = 32 * 1024 * 1024
    """Bytes of one page, after decompression."""
    members: int = 1_000_000
    """Members of one archive."""
    depth: int = 3
    """Containers inside each other: ``a.tar`` in ``b.zip`` in a compression."""
    expansion: int = 200
    """How many times its own bytes a file may unpack to, beyond :attr:`free_expansion`; pages stay below 50."""
    free_expansion: int = 256 * 1024 * 1024
    """Bytes that any file may unpack to, however small it is."""


class Expansion:
    """How much a file on the disk has unpacked to, with all that is in it: a bomb ends before time and disk do."""

    def __init__(self, stream: IO[bytes], limits: ReadLimits) -> None:
        self._limits = limits
        self._packed = _size(stream)
        self._unpacked = 0

    def read(self, count: int) -> None:
        """So many bytes of the file itself have come, where its size is not known before."""
        self._packed += count

    def unpack(self, count: int) -> None:
        """So many bytes came out of a container; raises ``UnusableInput("read", ...)`` beyond the limits."""
        self._unpacked += count
        if self._unpacked > self._limits.free_expansion + self._limits.expansion * self._packed:
            detail = f"more than {self._limits.expansion} times its bytes: if it is well, unpack it and give the folder"
            raise UnusableInput("read", "unpacks to too much", detail)


def _size(stream: IO[bytes]) -> int:
    """Bytes of a stream that can go back; 0 for others, whose bytes are counted as they come."""
    if not can_seek(stream):
        return 0
    here, end = stream.tell(), stream.seek(0, SEEK_END)
    stream.seek(here)
    return end


class InputFile:
    """A file to read: one on the disk, standard input, a member of an archive, what a compressed file holds.

    Nothing is read before it is asked for: what is damaged raises in the reader that asks, not where it is opened.
    """

    def __init__(
        self,
        stream: IO[bytes],
        *,
        origin: str,
        saved: datetime | None = None,
        limits: ReadLimits = ReadLimits(),
        columns: ColumnChoice = ColumnChoice(),
        search: ColumnSearch | None = None,
        depth: int = 0,
        expansion: Expansion | None = None,
    ) -> None:
        self.stream = stream
        self.origin = origin
        """What its pages are called: the path as given, members joined by ``#``."""
        self.saved = saved
        """When the file was last written to, with a timezone; None where nothing tells."""
        self.limits = limits
        self.columns = columns
        """Which column of a table is which, where the user says so."""
        self._search = search
        self.depth = depth
        """Containers around it."""
        self._expansion = expansion or Expansion(stream, limits)

    def inner(self, stream: IO[bytes], member: str = "") -> InputFile:
        """A file inside this one; ``member`` is its name there, empty where a compression holds a single file.

        A reader of a container yields it, and it is read as any other file.
        """
        origin = f"{self.origin}#{member}" if member else self.origin
        saved = None if member else self.saved
        return InputFile(
            stream,
            origin=origin,
            saved=saved,
            limits=self.limits,
            columns=self.columns,
            search=self._search,
            depth=self.depth + 1,
            expansion=self._expansion,
        )

    def unpack(self, count: int) -> None:
        """So many bytes come out of a format that compresses by itself; raises ``UnusableInput`` beyond the limits."""
        self._expansion.unpack(count)

    @cached_property
    def table(self) -> TableColumns:
        """The columns that were chosen, for the table that this file is."""
        return TableColumns(self.columns, self.origin, self._search)

    @property
    def name(self) -> str:
        """The last part of the path, or of the member's path."""
        return PurePosixPath(self.origin.rpartition("#")[2]).name

    @cached_property
    def _peek(self) -> PeekableStream:
        return PeekableStream(self.stream, self._expansion.unpack if self.depth else self._expansion.read)

    @property
    def head(self) -> bytes:
        """The first 64 KiB, fewer only when there are no more."""
        return self._peek.head

    @property
    def is_cut(self) -> bool:
        """Whether the file may go on behind the head."""
        return len(self.head) >= HEAD

    @property
    def can_seek(self) -> bool:
        """Whether the file can go back at no cost."""
        return can_seek(self.stream)

    def whole(self) -> IO[bytes]:
        """The file from its first byte; seekable where :attr:`can_seek` is true."""
        return self._peek.whole()

    @cached_property
    def mark(self) -> str:
        """Python's name of the encoding that the first bytes announce (``utf-16``, ``utf-8-sig``), else empty.

        By a byte order mark, or by the zeros in the first two ASCII characters, as RFC 4627 (3) tells JSON.
        """
        return next((name for first, name in _MARKS if self.head.startswith(first)), "") or _ZEROS.get(
            tuple(map(bool, self.head[:4])), ""
        )

    @cached_property
    def start(self) -> str:
        """The head as text without leading white space; read as UTF-8 where no byte order mark says otherwise."""
        return self.decoded_head(self.mark or "utf-8").lstrip("\ufeff").lstrip()

    def decoded_head(self, encoding: str) -> str:
        """The head as text in an encoding; a character of UTF-16 or UTF-32 that is cut at its end is left out."""
        return self.head.decode(encoding, "ignore" if encoding.startswith(("utf-16", "utf-32")) else "replace")

    @cached_property
    def encoding(self) -> str:
        """Python's name of the encoding: of the mark, UTF-8 where the head is that, else what the bytes look like."""
        if self.mark:
            return self.mark
        try:
            getincrementaldecoder("utf-8")().decode(self.head)  # which does not mind a character that is cut
        except UnicodeDecodeError:
            with suppress(UnusableInput):
                return decode(self.head).encoding
        return "utf-8"
