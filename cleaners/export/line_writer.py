"""Formats that are texts one behind the other, an article each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cleaners.atomic import whole_file
from cleaners.export.formats import ExportWriter
from cleaners.export.records import in_script
from cleaners.items import Clipping

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval


class LineWriter(ExportWriter):
    """Articles to one text file, UTF-8; ``-`` is standard output. What an increment takes back has no place in it."""

    opening, between, closing = "", "", ""
    """What stands before all articles, between two of them, behind all."""

    @abstractmethod
    def text(self, clipping: Clipping) -> str:
        """One article, in the script asked for."""

    def open(self, stack: ExitStack) -> None:
        """Begin the file."""
        self._out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))
        self._before = self.opening
        stack.push(self._close)

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        for clipping in batch.clippings():
            text = self._before + self.text(in_script(clipping, self.task.script))
            self._out.write(text.encode("utf-8", "backslashreplace"))
            self._before = self.between

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Nothing: there is no word for it."""

    def _close(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            start = self.opening if self._before is self.opening else ""
            self._out.write((start + self.closing).encode())
