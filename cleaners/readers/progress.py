"""How far the reading is, for those who wait."""

from __future__ import annotations

from contextlib import suppress
from typing import IO


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
        """A file of so many bytes is done."""
        self._before += size
        self.read = self._before
