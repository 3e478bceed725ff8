"""Progress on stderr: a line with count, rate and time, only where a person watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, str], None]]:
    """Yield ``advance(count, note)``; it draws nothing when stderr is no terminal or ``-q`` was given."""
    if not sys.stderr.isatty() or os.environ.get("JIANBAO_QUIET"):
        yield lambda count, note: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TextColumn("{task.speed:.0f}/s"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, note="")

        def advance(count: int, note: str) -> None:
            bar.update(task, advance=count, note=note)

        yield advance
