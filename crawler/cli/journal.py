"""Runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cleaners.store import Run
from cleaners.store.counts import of, totals
from crawler.history import standing


def told(run: Run) -> str:
    """One run: when, how long, how it ended, what it counted; what it dropped on a line of its own."""
    ended = f"to {run.ended:%H:%M} ({(run.ended - run.started).total_seconds():.0f} s)" if run.ended else ""
    dropped = of(run.counts, "dropped")
    when = f"{run.started:%Y-%m-%d %H:%M} {ended:18}"
    line = f"{run.run:>4}  {when}  {run.status:11}  {run.command}  {_came_to(run, dropped)}"
    reasons = ", ".join(f"{n} {reason}" for reason, n in dropped.items())
    return f"{line}\n{'':6}dropped: {reasons}" if reasons else line


def _came_to(run: Run, dropped: Mapping[str, int]) -> str:
    """A run that kept articles: pages read, articles, clusters that began with it. Any other: its own counts."""
    counts = totals(run.counts)
    if not counts.keys() >= {"stored", "known", "matched"}:
        return ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    stored, articles = counts["stored"], counts["stored"] + counts["known"]
    pages = articles + sum(n for reason, n in dropped.items() if not reason.startswith("fetch:"))
    return f"{pages} pages, {articles} articles, {stored} of them new, {stored - counts['matched']} new clusters"


def silent(runs: Sequence[Run]) -> list[str]:
    """The hosts of one job's runs that have fallen silent or changed their layout, a line each."""
    hosts = sorted({host for run in runs for host in of(run.counts, "pages")})
    states = [standing(host, runs, datetime.now(UTC)) for host in hosts]
    return [f"{one.host}: {one.state}: {one.detail}" for one in states if one.state in {"silent", "changed layout"}]
