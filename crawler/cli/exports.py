"""``exports``: what has left the store, and the series that can be gone on with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.application import STORE, JsonOption, StoreOption, app, counted, say

if TYPE_CHECKING:
    from cleaners.store import ExportSeries, LoggedExport


@app.command()
def exports(
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many exports.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the series that `export --since-export` goes on with, then the exports, newest first.

    An export that was interrupted just when its file took its name may be there or not: it is listed as well.
    --json prints one object with series and exports.

    \b
    Examples:
      jianbao exports --store news.db
      jianbao exports --json --limit 100
    """
    from cleaners.store import Store

    with Store.open(store, create=False, readonly=True) as opened:
        series, latest = opened.export_log.series(), opened.export_log.all(limit)
    if as_json:
        found = {"series": [asdict(one) for one in series], "exports": [asdict(one) for one in latest]}
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    for one in series:
        typer.echo(_standing(one))
    for made in latest:
        typer.echo(_told(made))
    if not latest:
        say("nothing has been exported from {store} yet", store=store)


def _standing(series: ExportSeries) -> str:
    if series.last is None:
        return f"series {series.name}: no export of it was completed"
    made, when = counted(series.exports, "export"), f"{series.last.at.astimezone():%Y-%m-%d %H:%M}"
    return f"series {series.name}: {counted(series.articles, 'article')} as of {when}, {made}"


def _told(made: LoggedExport) -> str:
    came = [str(counted(made.added, "article")) if made.name is None else f"{made.added:,} added"]
    came += [f"{count:,} {what}" for count, what in ((made.changed, "changed"), (made.removed, "removed")) if count]
    if not made.complete:
        came.append("interrupted: may be there or not")
    when = f"{made.at.astimezone():%Y-%m-%d %H:%M}"
    return f"{made.number:>4}  {when}  {made.name or '-'}  {', '.join(came)}  {made.format}  {made.target}"
