"""Who copied whom, as a drawing: a row for each copy, its place by date, a line from the copy that it is most like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cleaners.dedup.clusters.model import ClusterMember
from cleaners.dedup.clusters.tree import CopyTree
from cleaners.publication_time import latest

WIDTH, ROW, TOP = 720, 26, 14
_LABELS, _RIGHT, _UNDATED = 190, 20, 60
MOST = 40
"""Rows that are drawn: the best copy and those most like it; the table has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One copy: coordinates in the units of the drawing."""

    member: ClusterMember
    branch: CopyTree
    depth: int
    """How many copies lead to it."""
    x: float
    y: float
    above: tuple[float, float] | None
    """Where the copy is that it hangs on; None for the best copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineTick:
    """A day or an hour on the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The drawing of a cluster."""

    rows: tuple[TimelineRow, ...]
    ticks: tuple[TimelineTick, ...]
    height: float
    left: float = _LABELS
    """Where the axis begins."""
    right: float = WIDTH - _RIGHT
    width: float = WIDTH
    undated_x: float | None = None
    """Where the copies without a date stand; None where each has one."""
    hidden: int = 0
    """Copies that are not drawn."""


def timeline(tree: CopyTree, members: Mapping[int, ClusterMember]) -> Timeline:
    """Draw a cluster; ``members``: doc -> each member of the tree."""
    drawn = list(_rows(tree))
    shown = drawn[:MOST]
    # What names the day alone stands at its end: it is not drawn as the first of the day.
    dates = [latest(date) for branch, _, _ in shown if (date := members[branch.doc].published)]
    undated = len(dates) < len(shown)
    left = _LABELS + (_UNDATED if undated and dates else 0)
    first, last = (min(dates), max(dates)) if dates else (None, None)
    rows: list[TimelineRow] = []
    places: dict[int, tuple[float, float]] = {}
    for n, (branch, depth, parent) in enumerate(shown):
        member = members[branch.doc]
        x = _place(latest(member.published), first, last, left) if member.published else _LABELS + _UNDATED / 3
        y = TOP + n * ROW + ROW / 2
        places[branch.doc] = (x, y)
        above = places[parent] if parent is not None else None
        rows.append(TimelineRow(member=member, branch=branch, depth=min(depth, 8), x=x, y=y, above=above))
    return Timeline(
        rows=tuple(rows), ticks=tuple(_ticks(first, last, left)), height=TOP + len(rows) * ROW + 34, left=left,
        undated_x=_LABELS + _UNDATED / 3 if undated else None, hidden=len(drawn) - len(shown),
    )  # fmt: skip


def branches(tree: CopyTree) -> Iterator[tuple[CopyTree, int | None]]:
    """Every copy, each followed by those that hang on it, with the doc of the one above it."""
    for branch, _, parent in _rows(tree):
        yield branch, parent


def _rows(tree: CopyTree) -> Iterator[tuple[CopyTree, int, int | None]]:
    open_: list[tuple[CopyTree, int, int | None]] = [(tree, 0, None)]
    while open_:
        branch, depth, parent = open_.pop()
        yield branch, depth, parent
        open_ += [(below, depth + 1, branch.doc) for below in reversed(branch.branches)]


def _place(date: datetime | None, first: datetime | None, last: datetime | None, left: float) -> float:
    right = WIDTH - _RIGHT
    if date is None or first is None or last is None or first == last:
        return (left + right) / 2
    return round(left + 10 + (right - left - 20) * ((date - first) / (last - first)), 1)


def _ticks(first: datetime | None, last: datetime | None, left: float) -> Iterator[TimelineTick]:
    if first is None or last is None:
        return
    span = last - first
    form = "%m-%d %H:%M" if span < timedelta(days=3) else "%Y-%m-%d"
    parts: Sequence[float] = (0.0, 0.5, 1.0) if span else (0.0,)
    for part in parts:
        moment = first + span * part
        told = moment.strftime("%m-%d" if moment.time() == time.max else form)  # of that day no hour is known
        yield TimelineTick(x=_place(moment, first, last, left), text=told)
