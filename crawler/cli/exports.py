"""``exports``: what has left the store, and the series that can be gone on with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say

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
        answer(_standing(one))
    for made in latest:
        answer(_told(made))
    if not latest:
        say("nothing has been exported from {store} yet", store=store)


def _standing(series: ExportSeries) -> Sentence:
    if series.last is None:
        return sentence("series {name}: no export of it was completed", name=series.name)
    return sentence(
        "series {name}: {articles} as of {at:%Y-%m-%d %H:%M}, {exports}",
        name=series.name,
        articles=counted(series.articles, "article"),
        at=series.last.at.astimezone(),
        exports=counted(series.exports, "export"),
    )


def _told(made: LoggedExport) -> Sentence:
    came = [counted(made.added, "article") if made.name is None else sentence("{count:,} added", count=made.added)]
    if made.changed:
        came.append(sentence("{count:,} changed", count=made.changed))
    if made.removed:
        came.append(sentence("{count:,} removed", count=made.removed))
    if not made.complete:
        came.append(sentence("interrupted: may be there or not"))
    facts = [f"{made.number:>4}", f"{made.at.astimezone():%Y-%m-%d %H:%M}", made.name or "-", listed(came)]
    return listed([*facts, made.format, made.target], "  ")
