"""Columns of numbers that do not fit into memory: written in sorted runs, read again by ranges of the first column.

What is read is read, not mapped: memory holds one run while rows are added, and one range while they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

ROWS = 1 << 21
"""So many rows are sorted in memory and make a run."""
Columns = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _SpilledRun:
    """Rows in the file, ascending in the first column."""

    places: tuple[int, ...]
    """Where each column begins, in bytes."""
    stops: NDArray[np.int64]
    """How many of the rows lie in each cell and those before it; the last number goes on for all cells beyond."""

    def span(self, first: int, stop: int) -> tuple[int, int]:
        """Its rows in the cells ``first`` to ``stop - 1``."""
        return self._before(first), self._before(stop)

    def _before(self, cell: int) -> int:
        return int(self.stops[min(cell, len(self.stops)) - 1]) if cell else 0


class SpilledColumns:
    """Rows of unsigned numbers in a file that its maker deletes; first all are added, then they are read.

    A cell is what agrees in the first column but for its last ``shift`` bits; cells are read whole. Of rows that agree
    in the first column those that were added first come first.
    """

    def __init__(self, path: Path, types: Sequence[DTypeLike], *, shift: int, rows: int = ROWS) -> None:
        self._file = path.open("w+b")
        self._types = tuple(np.dtype(one) for one in types)
        self._shift, self._most = shift, rows
        self._waiting: list[Columns] = []
        self._held = 0
        self._runs: list[_SpilledRun] = []
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

    def sizes(self) -> NDArray[np.int64]:
        """How many rows each cell has, from cell 0 on."""
        self._spill()
        out = np.zeros(max((len(run.stops) for run in self._runs), default=0), dtype=np.int64)
        for run in self._runs:
            out[: len(run.stops)] += np.diff(run.stops, prepend=0)
        return out

    def cells(self, first: int, stop: int) -> Columns:
        """The rows of the cells ``first`` to ``stop - 1``; run by run."""
        self._spill()
        return self._joined([self._read(run, *run.span(first, stop)) for run in self._runs])

    def of(self, values: NDArray[Any]) -> Columns:
        """The rows whose first column is one of ``values``; not in order."""
        wanted = np.unique(values.astype(self._types[0]))
        parts = []
        for first, stop in _stretches(np.unique(wanted >> self._types[0].type(self._shift)).astype(np.int64)):
            columns = self.cells(first, stop)
            kept = np.isin(columns[0], wanted)
            parts.append(tuple(column[kept] for column in columns))
        return self._joined(parts)

    def _joined(self, parts: Sequence[Columns]) -> Columns:
        empty = [np.empty(0, dtype=one) for one in self._types]
        return tuple(np.concatenate([none, *(part[at] for part in parts)]) for at, none in enumerate(empty))

    def _read(self, run: _SpilledRun, start: int, stop: int) -> Columns:
        """Rows of a run; raises OSError where the file is shorter than what was written."""
        columns = []
        for place, kind in zip(run.places, self._types, strict=True):
            out = np.empty(stop - start, dtype=kind)
            self._file.seek(place + start * kind.itemsize)
            if self._file.readinto(out.data) < out.nbytes:
                raise OSError(f"{self._file.name} has become shorter while it was read")
            columns.append(out)
        return tuple(columns)

    def _spill(self) -> None:
        if not self._held:
            return
        columns = self._joined(self._waiting)
        self._waiting, self._held = [], 0
        order = np.argsort(columns[0], kind="stable")
        places = []
        for column in columns:
            places.append(self._end)
            self._file.seek(self._end)
            self._file.write(column[order].data)
            self._end += column.nbytes
        cells = (columns[0][order] >> self._types[0].type(self._shift)).astype(np.int64)
        stops = np.searchsorted(cells, np.arange(cells[-1] + 1), side="right").astype(np.int64)
        self._runs.append(_SpilledRun(places=tuple(places), stops=stops))


def _stretches(cells: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Neighbouring cells (ascending) as ranges."""
    breaks = np.flatnonzero(np.diff(cells) > 1) + 1
    for part in np.split(cells, breaks) if len(cells) else []:
        yield int(part[0]), int(part[-1]) + 1
