"""CSV (RFC 4180), UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cleaners.atomic import whole_file
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.records import withdrawal_record
from cleaners.fields import NAMES
from cleaners.readers.csv import FORMULA

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

_OF_CHANGES = ("change", "reason", "replaced_by")


class CsvWriter(ExportWriter):
    """Articles to one CSV file; ``-`` is standard output.

    A column for every name of the record; lists and mappings as JSON, what is unknown empty. An increment has the
    columns ``change``, ``reason`` and ``replaced_by`` behind them. Cells are the text as it stands; only before what a
    spreadsheet would run as a formula stands an apostrophe, which it does not show (OWASP, "CSV Injection") and which
    is taken away again where the export is read as input.
    """

    def open(self, stack: ExitStack) -> None:
        """Begin the file with the names of the columns."""
        self._names = (
            *NAMES,
            *(name for name, _ in self.task.additions.columns),
            *(_OF_CHANGES if self.task.increment else ()),
        )
        self._out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))
        self._out.write(b"\xef\xbb\xbf" + (",".join(self._names) + "\r\n").encode())

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        self._write(self.records(batch))

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        self._write([withdrawal_record(removal) for removal in removals])

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([[_cell(line.get(name)) for name in self._names] for line in lines])
        self._out.write(text.getvalue().encode("utf-8", "backslashreplace"))


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA):
        return f"'{value}"
    return str(value).lower() if isinstance(value, bool) else value


FORMAT = ExportFormat(
    name="csv",
    meaning="the same names, lists as JSON, UTF-8 with the mark that Excel needs; `.gz`, `.zst`",
    has_columns=True,
    writer=CsvWriter,
    suffixes=(".csv",),
)
"""The format, for :mod:`cleaners.export.formats`."""
