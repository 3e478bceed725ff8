"""Columns of numbers that do not fit into memory: written in sorted runs, read again by ranges of the first column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

ROWS = 1 << 22
"""So many rows are sorted in memory and make a run."""
Columns = tuple[NDArray[Any], ...]


class SpilledColumns:
    """Rows of unsigned numbers in a file that its maker deletes; first all are added, then they are read.

    Of rows that agree in the first column those that were added first come first.
    """

    def __init__(self, path: Path, types: Sequence[DTypeLike], rows: int = ROWS) -> None:
        self._file = path.open("w+b")
        self._types = tuple(np.dtype(one) for one in types)
        self._most = rows
        self._waiting: list[Columns] = []
        self._held = 0
        self._runs: list[Columns] = []
        self._end = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is read any more."""
        self._runs = []
        self._file.close()

    def add(self, *columns: NDArray[Any]) -> None:
        """More rows, in columns of one length."""
        self._waiting.append(columns)
        self._held += len(columns[0])
        self.rows += len(columns[0])
        if self._held >= self._most:
            self._spill()

    def between(self, first: int, last: int) -> Columns:
        """The rows whose first column is at least ``first`` and at most ``last``; not in order."""
        self._spill()
        parts = []
        for run in self._runs:
            start = int(np.searchsorted(run[0], self._types[0].type(first), side="left"))
            stop = int(np.searchsorted(run[0], self._types[0].type(last), side="right"))
            parts.append(tuple(column[start:stop] for column in run))
        return self._joined(parts)

    def of(self, values: NDArray[Any]) -> Columns:
        """The rows whose first column is one of ``values``, which are distinct; not in order."""
        self._spill()
        wanted = values.astype(self._types[0])
        parts = []
        for run in self._runs:
            starts, stops = (np.searchsorted(run[0], wanted, side=side) for side in ("left", "right"))
            lengths = stops - starts
            take = np.arange(lengths.sum()) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
            parts.append(tuple(column[take] for column in run))
        return self._joined(parts)

    def _joined(self, parts: Sequence[Columns]) -> Columns:
        empty = [np.empty(0, dtype=one) for one in self._types]
        return tuple(np.concatenate([none, *(part[at] for part in parts)]) for at, none in enumerate(empty))

    def _spill(self) -> None:
        if not self._held:
            return
        columns = self._joined(self._waiting)
        self._waiting, self._held = [], 0
        order = np.argsort(columns[0], kind="stable")
        run = []
        for column, kind in zip(columns, self._types, strict=True):
            self._end += -self._end % 8
            self._file.seek(self._end)
            self._file.write(column[order].tobytes())
            self._file.flush()
            run.append(np.memmap(self._file.name, dtype=kind, mode="r", offset=self._end, shape=column.shape))
            self._end += column.nbytes
        self._runs.append(tuple(run))
