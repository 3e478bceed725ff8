"""CSV (RFC 4180), UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cleaners.atomic import nothing, whole_file
from cleaners.export.records import ScriptChoice, records, withdrawal_record
from cleaners.fields import NAMES
from cleaners.store import ExportBatch, ExportRemoval

_OF_CHANGES = ("change", "reason", "replaced_by")


@contextmanager
def csv_file(
    target: str | Path, *, script: ScriptChoice = "keep", increment: bool = False, ready: Callable[[], None] = nothing
) -> Iterator[CsvWriter]:
    """Articles to one CSV file, which takes its name when the block ends well; ``-`` is standard output.

    A column for every name of the record; lists and mappings as JSON, what is unknown empty. An increment has the
    columns ``change``, ``reason`` and ``replaced_by`` behind them. Cells are the text as it stands. Raises as
    :func:`cleaners.atomic.whole_file`.
    """
    names = (*NAMES, *(_OF_CHANGES if increment else ()))
    with whole_file(target, ready=ready) as out:
        out.write(b"\xef\xbb\xbf" + (",".join(names) + "\r\n").encode())
        yield CsvWriter(out, names, script)


class CsvWriter:
    """The file as it is filled."""

    def __init__(self, out: IO[bytes], names: Sequence[str], script: ScriptChoice) -> None:
        self._out, self._names, self._script = out, names, script

    def put(self, portion: ExportBatch) -> None:
        """Write some articles."""
        self._write(list(records(portion, self._script)))

    def write_removals(self, withdrawals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        self._write([withdrawal_record(withdrawal) for withdrawal in withdrawals])

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([[_cell(line.get(name)) for name in self._names] for line in lines])
        self._out.write(text.getvalue().encode("utf-8", "backslashreplace"))


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else value
