"""The cells of a table at their places: rows and columns as a reader sees them, spans counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_GROUPS = ("thead", "tbody", "tfoot")
_CELLS = ("td", "th")
_WIDEST = 100  # columns; the most that a span of HTML is asked for in earnest
_LONGEST = 2_000  # rows that a span reaches down


def rows_of(table: Any) -> dict[Any, tuple[Any | None, ...]]:
    """Row element -> for each column the cell element that stands there, None where there is none.

    A cell that spans rows stands in each of them, so that every row can be read by itself; one that spans columns
    stands in the first of them, a head in all. (The forming of a table, HTML Living Standard, 4.9.12.)
    """
    placed: dict[Any, tuple[Any | None, ...]] = {}
    reaching: dict[int, tuple[int, Any | None]] = {}  # column -> rows it still reaches, the cell shown there
    for row in _rows(table):
        shown: dict[int, Any | None] = {}
        below: dict[int, tuple[int, Any | None]] = {}
        for column, (rows, cell) in reaching.items():
            shown[column] = cell
            if rows > 1:
                below[column] = (rows - 1, cell)
        column = 0
        for cell in row.iterchildren(*_CELLS):
            while column in shown:
                column += 1
            wide, high = _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", _LONGEST)
            for own in range(column, min(column + wide, _WIDEST)):
                shown[own] = cell if own == column or cell.tag == "th" else None
                if high > 1:
                    below[own] = (high - 1, shown[own])
            column += wide
        reaching = below
        placed[row] = tuple(shown.get(n) for n in range(max(shown, default=-1) + 1))
    return placed


def _rows(table: Any) -> Iterator[Any]:
    for child in table.iterchildren("tr", *_GROUPS):
        if child.tag == "tr":
            yield child
        else:
            yield from child.iterchildren("tr")


def _span(cell: Any, name: str, most: int) -> int:
    value = (cell.get(name) or "").strip()
    if not (value.isascii() and value.isdigit()):
        return 1
    # A rowspan of 0 reaches to the end of its group; a colspan of 0 is a mistake.
    number = int(value[:6])
    return min(number, most) if number else (most if name == "rowspan" else 1)
