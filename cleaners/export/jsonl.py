"""JSON Lines (https://jsonlines.org): one record a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from cleaners.atomic import nothing, told, whole_file
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.records import drop_record, record, withdrawal_record
from cleaners.items import Clipping, Drop

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval


def json_line(line: Mapping[str, Any]) -> bytes:
    """One record as a line, without its end."""
    text = json.dumps(line, ensure_ascii=False, separators=(", ", ": "))
    # Line ends of Unicode, at which a reader may split who should split at newlines only.
    for sign in "\x85\u2028\u2029":
        if sign in text:
            text = text.replace(sign, f"\\u{ord(sign):04x}")
    # A lone surrogate becomes its JSON escape: the line stays valid UTF-8 and valid JSON.
    return text.encode("utf-8", "backslashreplace")


class JsonLinesFile:
    """A JSONL file, open for writing; it takes its name when the ``with`` block ends well.

    ``-`` is standard output; ``.gz`` and ``.zst`` are compressed. Raises as :func:`cleaners.atomic.whole_file`.
    """

    def __init__(self, target: str | Path, *, ready: Callable[[], None] = nothing) -> None:
        self._stack = ExitStack()
        self._target, self._ready = target, ready
        self._file: IO[bytes] | None = None
        self.written = 0
        """Records written."""

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one record."""
        assert self._file is not None, "use it in a with block"
        self._file.write(json_line(line) + b"\n")
        self.written += 1

    def __enter__(self) -> Self:
        self._file = self._stack.enter_context(whole_file(self._target, ready=self._ready))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)


class JsonLinesWriter(ExportWriter):
    """An export as JSON Lines. In an increment every record says what it is: ``change`` added, changed or removed."""

    def open(self, stack: ExitStack) -> None:
        """Begin the file."""
        self._lines = stack.enter_context(JsonLinesFile(self.task.target, ready=self.task.ready))

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        for line in self.records(batch):
            self._lines.write(line)

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        for removal in removals:
            self._lines.write(withdrawal_record(removal))


class RecordOutput:
    """Cleaned pages to one JSONL file, what was dropped to ``TARGET.drops.jsonl`` beside it.

    Both appear when the ``with`` block ends well. Without drops there is no second file (an old one is removed); with
    standard output as the target drops are only counted.
    """

    def __init__(self, target: str | Path) -> None:
        self._kept = JsonLinesFile(target)
        self._drops = None if str(target) == "-" else Path(f"{target}.drops.jsonl")
        self._dropped: list[Drop] = []
        self.dropped = 0
        """Drops so far."""

    def keep(self, clipping: Clipping) -> None:
        """Write one clipping."""
        self._kept.write(record(clipping))

    def drop(self, drop: Drop) -> None:
        """Note one page that was not kept."""
        self.dropped += 1
        if self._drops:
            self._dropped.append(drop)

    @property
    def written(self) -> int:
        """Clippings written."""
        return self._kept.written

    def __enter__(self) -> Self:
        self._kept.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.__exit__(kind, error, trace)
        if error is None and self._drops:
            self._write_drops(self._drops)

    def _write_drops(self, path: Path) -> None:
        if not self._dropped:
            with told(path):
                path.unlink(missing_ok=True)
            return
        with JsonLinesFile(path) as lines:
            for drop in self._dropped:
                lines.write(drop_record(drop))


FORMAT = ExportFormat(
    name="jsonl",
    meaning="the whole record, one a line; `.gz`, `.zst`",
    has_columns=True,
    writer=JsonLinesWriter,
    suffixes=(".jsonl", ".ndjson"),
)
"""The format, for :mod:`cleaners.export.formats`."""
