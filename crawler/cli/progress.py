"""Progress on stderr: a line with count, rate, time and time left, only where a person watches."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from crawler.cli.application import say

_SOON = 5.0  # seconds before there is enough to tell the time left from


@contextmanager
def progress(what: str, share: Callable[[], float | None] = lambda: None) -> Iterator[Callable[[int, str], None]]:
    """Yield ``advance(count, note)``; it draws nothing when stderr is no terminal or ``-q`` was given.

    ``share``: how much of the work is done, 0..1, where that is known: gives the time left. Never asked when silent.
    """
    if is_silent():
        yield lambda count, note: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        TextColumn("{task.fields[note]}"),
    )
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, note="", rate="", left="")

        def advance(count: int, note: str) -> None:
            left = time_left(time.monotonic() - began, share())
            bar.update(task, advance=count, note=note, rate=_rate(bar.tasks[0].speed), left=left)

        yield advance


@contextmanager
def steps() -> Iterator[Callable[[str, int, int | None], None]]:
    """Yield ``at(step, done, total)`` for work in several steps; silent as :func:`progress`."""
    if is_silent():
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


def is_silent() -> bool:
    """Whether nobody watches, or ``-q`` was given."""
    return not sys.stderr.isatty() or bool(os.environ.get("JIANBAO_QUIET"))


def time_left(spent: float, share: float | None) -> str:
    """Seconds spent and the share done as the time that is left; empty while that cannot be told.

    >>> time_left(60, 0.5), time_left(7200, 0.25), time_left(60, None)
    ('1:00 left', '6:00:00 left', '')
    """
    if not share or spent < _SOON:
        return ""
    minutes, seconds = divmod(round(spent * max(0.0, 1 - share) / share), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"


def _rate(speed: float | None) -> str:
    """Nothing before there is something to measure."""
    return f"{speed:,.0f}/s" if speed else ""


# Says that the first matching on a machine compiles its inner loops, so that nobody takes it for hanging.


@contextmanager
def compiling_told() -> Iterator[None]:
    """While this lasts, the first kernel that numba compiles (and does not find in its cache) is told of, once."""
    if is_silent():
        yield
        return
    from numba.core import event

    class CompilingNotice(event.Listener):
        """Speaks once."""

        def __init__(self) -> None:
            self._quiet = False

        def on_start(self, event: Any) -> None:
            if not self._quiet:
                self._quiet = True
                say("compiling the matching for this machine: some 20 seconds, once")

        def on_end(self, event: Any) -> None:
            """Nothing to say."""

    with event.install_listener("numba:compile", CompilingNotice()):
        yield
