"""``export``: what the store holds, for others."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cleaners.errors import UsageError
from crawler.cli.application import STORE, JsonOption, StoreOption, app, counted, say
from crawler.cli.filters import Region, Since, SiteName, Source, Until, hint, selection
from crawler.cli.progress import progress

if TYPE_CHECKING:
    from cleaners.export.run import ExportRequest, ExportResult
    from cleaners.store import Store

_NEWEST = 100  # items of a feed
_NAMED = 5  # pages


@app.command()
def export(
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE|DIR|-", help="Where to; - is stdout.")],
    form: Annotated[
        Literal["jsonl", "parquet", "csv", "markdown", "rss", "hf"] | None,
        typer.Option("--format", "-f", help="What to write; else the name of the file says it (.jsonl.zst, .parquet)."),
    ] = None,
    store: StoreOption = STORE,
    region: Region = None,
    site: SiteName = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    script: Annotated[
        Literal["keep", "simplified", "traditional"], typer.Option("--script", help="Convert the script.")
    ] = "keep",
    with_duplicates: Annotated[
        bool, typer.Option("--with-duplicates", help="Every copy, not only the best one of each cluster.")
    ] = False,
    include_opt_outs: Annotated[
        bool, typer.Option("--include-opt-outs", help="Also articles that opt out of text and data mining.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="At most so many (rss: the 100 newest).")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Start a series that --since-export goes on with.")] = None,
    since_export: Annotated[
        str | None,
        typer.Option("--since-export", metavar="NAME", help="Only what was added, changed, removed since."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Export articles, the best copy of each cluster once; the same store gives the same bytes.

    Articles that opt out of text and data mining are left out and counted. The store notes what left with which export.

    \b
    Examples:
      jianbao export -o news.jsonl.gz
      jianbao export -o - --since 2024-01-01 --script simplified | head -1
      jianbao export -o clippings/ --format markdown --region 新疆
      jianbao export -o dataset/ --format hf
      jianbao export -o all.parquet --name corpus
      jianbao export -o monday.parquet --since-export corpus
    """
    from cleaners.export.run import ExportRequest, format_of
    from cleaners.export.run import export as make
    from cleaners.store import FilterChoice

    if name is not None and since_export is not None:
        raise UsageError("--name starts a series, --since-export goes on with it: give one of them")
    if as_json and output == "-":
        raise UsageError("--json prints what was done, -o - the articles: give one of them")
    form = form or format_of(output)
    increment = since_export is not None
    opened, noted = _opened(store)
    with opened:
        choice = FilterChoice(
            selection=selection(region, site, source, since, until),
            with_duplicates=with_duplicates,
            with_opt_outs=include_opt_outs,
            newest_first=form == "rss",
            limit=limit or (_NEWEST if form == "rss" and not (name or increment) else None),
        )
        order = ExportRequest(
            target=output, form=form, choice=choice, script=script, name=since_export or name, increment=increment,
            note=noted,
        )  # fmt: skip
        hint(opened, choice.selection)
        if since_export is not None:
            _tell_if_new(opened, since_export)
        with progress("exporting") as advance, _uncollected():
            made = make(opened, order, lambda count: advance(count, ""))
    _tell(order, made, as_json=as_json)


def _tell_if_new(store: Store, name: str) -> None:
    from crawler.cli.filters import meant

    if store.export_log.last(name) is None:
        others = [series.name for series in store.export_log.series() if series.last]
        known = f" ({meant(name, others)})" if others else ""
        say(f"no export is called {name} yet: a new series begins, with everything{known}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows and records hold no cycles: looking for some takes a fifth of the time of an export."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _opened(store: Path) -> tuple[Store, bool]:
    """The store, and whether it can note the export: one that cannot be written is only read."""
    from cleaners.store import Store

    writable = not store.exists() or (os.access(store, os.W_OK) and os.access(store.absolute().parent, os.W_OK))
    if not writable:
        say(f"{store} cannot be written: it will not know of this export, nor will `jianbao takedown`")
    return Store.open(store, create=False, readonly=not writable), writable


def _tell(order: ExportRequest, made: ExportResult, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(made) | {"target": order.target, "format": order.form}, ensure_ascii=False))
        return
    place = "stdout" if order.target == "-" else order.target
    if order.increment:
        counts = f"{made.added:,} added, {made.changed:,} changed, {made.removed:,} removed"
        say(f"{counts} since the last {order.name}: {place}")
    else:
        say(f"{counted(made.added, 'article')} exported to {place}")
    left = made.opt_outs
    if left.articles or left.copies:
        copies = f" and {counted(left.copies, 'copy').replace('copys', 'copies')} of such" if left.copies else ""
        say(f"left out: {counted(left.articles, 'article')}{copies} whose publishers do not want text and data mining "
            "(--include-opt-outs takes them in)")  # fmt: skip
    if order.form == "rss" and made.removed:
        say("a feed cannot say what was removed")
    _tell_pages(made)


def _tell_pages(made: ExportResult) -> None:
    if made.tidied.removed:
        say(f"{counted(made.tidied.removed, 'page')} of earlier exports removed")
    if kept := made.tidied.kept:
        more = f" and {len(kept) - _NAMED:,} more" if len(kept) > _NAMED else ""
        say(f"not touched, as changed by hand: {', '.join(kept[:_NAMED])}{more}; what is deleted is written anew")
