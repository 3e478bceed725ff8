"""Drawings of numbers, as places on a drawing; ``templates/charts.html`` draws them, each beside its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

WIDTH = 460
_LABELS, _NUMBERS, _BAR = 180, 60, 24
_HEIGHT = 150  # of a chart over time
_CELL, _SIDE, _ABOVE, _DATES = 32, 140, 96, 56  # of a matrix: a cell, room for names of rows, of columns, for dates
NO_DETAILS: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """One bar with its name and number; coordinates in units of the drawing."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars side by side, or one below the other."""

    bars: tuple[ChartBar, ...]
    width: float
    height: float
    left_out: int = 0
    """Names that are not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """How often a row meets a column."""

    row: int
    column: int
    value: int
    x: float
    y: float
    depth: int
    """1..5: how dark."""
    detail: str = ""
    """What its table says in place of the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixChart:
    """Rows and columns of names."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[MatrixCell, ...]
    width: float
    height: float
    top: float
    """Above the cells, for the names of the columns."""
    cell: float = _CELL
    side: float = _SIDE


def bars(counts: Mapping[str, int], most: int = 12) -> BarChart:
    """Names with their numbers, one below the other, the first ``most``.

    >>> [round(bar.width) for bar in bars({"a": 2, "b": 1}).bars]
    [220, 110]
    """
    shown = list(counts.items())[:most]
    top = max((n for _, n in shown), default=0) or 1
    room = WIDTH - _LABELS - _NUMBERS
    made = tuple(
        ChartBar(label=name, value=n, x=_LABELS, y=i * _BAR, width=round(room * n / top, 1), height=_BAR - 6)
        for i, (name, n) in enumerate(shown)
    )
    return BarChart(bars=made, width=WIDTH, height=len(made) * _BAR, left_out=len(counts) - len(made))


def columns(series: Sequence[tuple[str, int]]) -> BarChart:
    """Numbers over time, side by side, in order."""
    top = max((n for _, n in series), default=0) or 1
    step = WIDTH / max(1, len(series))
    made = tuple(
        ChartBar(
            label=name, value=n, x=round(i * step, 2), width=round(max(1.0, min(step * 0.8, 24)), 2),
            y=round(_HEIGHT - (height := (_HEIGHT - 16) * n / top), 2), height=round(height, 2),
        )
        for i, (name, n) in enumerate(series)
    )  # fmt: skip
    return BarChart(bars=made, width=WIDTH, height=_HEIGHT)


def matrix(
    pairs: Mapping[tuple[str, str], int], most: int = 10, *, columns: Sequence[str] = (),
    details: Mapping[tuple[str, str], str] = NO_DETAILS,
) -> MatrixChart:  # fmt: skip
    """How often each of the most frequent rows meets each of the most frequent columns, or each of the ``columns``.

    ``details``: what the table says of a cell in place of its value.
    """
    top = _DATES if columns else _ABOVE
    rows = _frequent(pairs, 0, most)
    names = tuple(columns) or _frequent(pairs, 1, most)
    most_often = max(pairs.values(), default=1)
    cells = tuple(
        MatrixCell(
            row=i, column=j, value=n, x=_SIDE + j * _CELL, y=top + i * _CELL,
            depth=max(1, min(5, -(-5 * n // most_often))), detail=details.get((row, column), ""),
        )
        for i, row in enumerate(rows)
        for j, column in enumerate(names)
        if (n := pairs.get((row, column), 0))
    )  # fmt: skip
    return MatrixChart(
        rows=rows, columns=names, cells=cells, width=_SIDE + len(names) * _CELL, height=top + len(rows) * _CELL,
        top=top,
    )  # fmt: skip


def _frequent(pairs: Mapping[tuple[str, str], int], side: int, most: int) -> tuple[str, ...]:
    sums: dict[str, int] = {}
    for pair, n in pairs.items():
        sums[pair[side]] = sums.get(pair[side], 0) + n
    return tuple(sorted(sums, key=lambda name: (-sums[name], name))[:most])
