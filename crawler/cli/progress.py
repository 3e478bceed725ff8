"""Progress on stderr: a line with count, rate and time, only where a person watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, str], None]]:
    """Yield ``advance(count, note)``; it draws nothing when stderr is no terminal or ``-q`` was given."""
    if _is_silent():
        yield lambda count, note: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, note="", rate="")

        def advance(count: int, note: str) -> None:
            bar.update(task, advance=count, note=note, rate=_rate(bar.tasks[0].speed))

        yield advance


@contextmanager
def steps() -> Iterator[Callable[[str, int, int | None], None]]:
    """Yield ``at(step, done, total)`` for work in several steps; silent as :func:`progress`."""
    if _is_silent():
        yield lambda step, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description} {task.completed:,.0f}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def at(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total, rate="")
            speed = next(task.speed for task in bar.tasks if task.id == tasks[step])
            bar.update(tasks[step], completed=done, total=total, rate=_rate(speed))

        yield at


def _rate(speed: float | None) -> str:
    """Nothing before there is something to measure."""
    return f"{speed:,.0f}/s" if speed else ""


def _is_silent() -> bool:
    return not sys.stderr.isatty() or bool(os.environ.get("JIANBAO_QUIET"))
