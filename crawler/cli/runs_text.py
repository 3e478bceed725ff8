"""Runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from cleaners.store import RunEntry
from cleaners.store.runs import of, totals
from crawler.wording import counted, lasting

_COMMAND = 12  # characters: the usual commands stand in one column


def told(run: RunEntry) -> str:
    """One run: when (this machine's time), how long, how it ended, what it counted; its drops on a second line."""
    took = lasting((run.ended - run.started).total_seconds()) if run.ended else ""
    ended = run.status if run.ended else "unfinished"  # it still runs, or it was killed: the store cannot tell
    dropped = of(run.counts, "dropped")
    when = f"{run.started.astimezone():%Y-%m-%d %H:%M}  {took:>12}  {ended:11}"
    line = f"{run.run:>4}  {when}  {run.command:{_COMMAND}}  {_came_to(run, dropped)}".rstrip()
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in dropped.items())
    return f"{line}\n{'':6}dropped: {reasons}" if reasons else line


def _came_to(run: RunEntry, dropped: Mapping[str, int]) -> str:
    """A run that kept articles: pages read, articles, how many are new and match others. Any other: its own counts."""
    counts = totals(run.counts)
    if not counts.keys() >= {"stored", "known", "matched"}:
        return ", ".join(f"{counted(n, 'page')} archived" if name == "archived" else f"{n:,} {name}"
                         for name, n in counts.items() if n)  # fmt: skip
    stored, articles = counts["stored"], counts["stored"] + counts["known"]
    pages = articles + sum(n for reason, n in dropped.items() if not reason.startswith("fetch:"))
    if not pages:
        return "no pages"
    new = f"{stored:,} new, {counts['matched']:,} match others"
    return f"{counted(pages, 'page')}, {counted(articles, 'article')}: {new}"
