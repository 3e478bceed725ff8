"""Runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cleaners.store import Run
from cleaners.store.counts import of, totals
from crawler.history import standing


def told(run: Run) -> str:
    """One run: when, how long, how it ended, what it counted; what it dropped on a line of its own."""
    took = f"{(run.ended - run.started).total_seconds():.0f} s" if run.ended else "-"
    counts = ", ".join(f"{n} {name}" for name, n in totals(run.counts).items() if n)
    line = f"{run.run:>4}  {run.started:%Y-%m-%d %H:%M}  {took:>7}  {run.status:11}  {run.command}  {counts}"
    dropped = ", ".join(f"{n} {reason}" for reason, n in of(run.counts, "dropped").items())
    return f"{line}\n{'':6}dropped: {dropped}" if dropped else line


def silent(runs: Sequence[Run]) -> list[str]:
    """The hosts of one job's runs that have fallen silent or changed their layout, a line each."""
    hosts = sorted({host for run in runs for host in of(run.counts, "pages")})
    states = [standing(host, runs, datetime.now(UTC)) for host in hosts]
    return [f"{one.host}: {one.state}: {one.detail}" for one in states if one.state in {"silent", "changed layout"}]
