"""The lines of a file of many records, read in bounded memory: a line that is too long is told and left out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Protocol

from cleaners.readers.input_file import InputFile


class LineSource(Protocol):
    """Lines of bytes."""

    def readline(self, size: int, /) -> bytes:
        """A line, or so many bytes of it."""
        ...


class _RecodedLines:
    """The lines of a stream in another encoding as UTF-8; sizes are characters."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")

    def readline(self, size: int, /) -> bytes:
        """A line, or ``size`` characters of it."""
        return self._text.readline(size).encode("utf-8", "replace")


def file_lines(file: InputFile) -> tuple[Iterator[bytes | None], str]:
    """The lines of a file, None in place of one of more bytes than a page may have; and their encoding.

    A file in UTF-16 or UTF-32, whose line ends are not one byte, comes as UTF-8 (sizes are characters there).
    """
    limit = file.limits.page_bytes
    if file.mark.startswith(("utf-16", "utf-32")):
        return bounded_lines(_RecodedLines(file.whole(), file.mark), limit), "utf-8"
    return bounded_lines(file.whole(), limit), file.encoding


def bounded_lines(source: LineSource, limit: int) -> Iterator[bytes | None]:
    """The lines of a stream, None in place of one that is longer than ``limit``."""
    while line := source.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(limit + 1)
        yield None
