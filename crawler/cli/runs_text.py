"""Runs as text for a terminal."""

from __future__ import annotations

from cleaners.sentences import Sentence, listed, sentence
from cleaners.store import RunEntry
from cleaners.store.runs import of, totals
from crawler.cli.layout import padded, reason_told, right_aligned
from crawler.wording import counted, lasting

_COMMAND = 12  # characters: the usual commands stand in one column
_STATES = {"done": sentence("done"), "failed": sentence("failed"), "interrupted": sentence("interrupted")}
_COUNTS = {
    "stored": sentence("stored"), "known": sentence("known"), "dropped": sentence("dropped"),
    "matched": sentence("matched"),
}  # fmt: skip


def told(run: RunEntry) -> Sentence:
    """One run: when (this machine's time), how long, how it ended, what it counted; its drops on a second line."""
    took = right_aligned(lasting((run.ended - run.started).total_seconds()) if run.ended else "", 12)
    # Without an end it still runs, or it was killed: the store cannot tell.
    ended = padded(_STATES.get(run.status, Sentence(run.status)) if run.ended else sentence("unfinished"), 11)
    dropped = of(run.counts, "dropped")
    facts: list[object] = [f"{run.run:>4}", f"{run.started.astimezone():%Y-%m-%d %H:%M}", took, ended]
    came = came_to(run)
    line = listed([*facts, padded(run.command, _COMMAND), came] if came.values else [*facts, run.command], "  ")
    if not dropped:
        return line
    reasons = ", ".join(f"{n:,} {reason_told(reason)}" for reason, n in dropped.items())
    return sentence("{line}\n      dropped: {reasons}", line=line, reasons=reasons)


def came_to(run: RunEntry) -> Sentence:
    """A run that kept articles: pages, articles, what is new of them and matches others. Any other: its own counts."""
    counts, dropped = totals(run.counts), of(run.counts, "dropped")
    if not counts.keys() >= {"stored", "known", "matched"}:
        return listed(
            sentence("{pages} archived", pages=counted(n, "page")) if name == "archived"
            else sentence("{count:,} {name}", count=n, name=_COUNTS.get(name, name))
            for name, n in counts.items() if n
        )  # fmt: skip
    articles, unchanged = counts["stored"] + counts["known"], counts.get("unchanged", 0)
    pages = articles + unchanged + sum(n for reason, n in dropped.items() if not reason.startswith("fetch:"))
    if not pages:
        return listed([sentence("no pages")])
    changed = counts.get("changed", 0)  # runs of earlier versions did not tell these apart
    told = sentence(
        "{articles}: {new:,} new, {changed:,} changed, {known:,} known, {matched:,} match others",
        articles=counted(articles, "article"),
        new=counts["stored"] - changed,
        changed=changed,
        known=counts["known"],
        matched=counts["matched"],
    )
    parts = [counted(pages, "page"), *([sentence("{count:,} unchanged", count=unchanged)] if unchanged else [])]
    return listed([*parts, *([told] if articles else [])])
