"""What the store holds: ``search``, ``stats``, ``drops`` and ``runs``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.app import STORE, JsonOption, StoreOption, app, say

if TYPE_CHECKING:
    from cleaners.store import Selection, Store

Region = Annotated[str | None, typer.Option("--region", help="Only about this region (阿克苏, 新疆/阿克苏).")]
SiteName = Annotated[str | None, typer.Option("--site", help="Only this site (id or domain).")]
Source = Annotated[str | None, typer.Option("--source", help="Only this declared 来源.")]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Published on or after.")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Published before.")
]


@app.command()
def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='Words; "a phrase", AND, OR, NOT; simplified finds traditional too.')
    ],
    store: StoreOption = STORE,
    region: Region = None,
    site: SiteName = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    with_duplicates: Annotated[bool, typer.Option("--with-duplicates", help="Every copy of an article.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find articles by words of one, two or more characters, exactly; the best match first.

    \b
    Examples:
      jianbao search 产业园
      jianbao search '喀什 AND (纺织 OR 锂电) NOT 招聘' --since 2024-01-01
      jianbao search 開發區 --region 新疆 --json
    """
    with _open(store) as opened:
        chosen = selection(region, site, source, since, until)
        hits = opened.search.find(query, selection=chosen, limit=limit, with_duplicates=with_duplicates)
        for hit in hits:
            if as_json:
                typer.echo(json.dumps(asdict(hit), ensure_ascii=False, default=_iso))
                continue
            copies = f"  {hit.cluster_size} copies" if hit.cluster_size > 1 else ""
            day = f"{hit.published:%Y-%m-%d}" if hit.published else "no date   "
            typer.echo(f"{hit.id}  {day}  {hit.site or hit.source or '-'}{copies}  {hit.title or '(no title)'}")
            for passage in hit.passages[:2]:
                typer.echo(f"    {_marked(passage.text, passage.marks)}")
        if not hits:
            say("nothing found")


@app.command()
def stats(store: StoreOption = STORE, as_json: JsonOption = False) -> None:
    """Count what the store holds: articles, families, drops, noise removed, by site and region.

    \b
    Example:
      jianbao stats --store news.db
    """
    with _open(store) as opened:
        numbers = asdict(opened.statistics())
    if as_json:
        typer.echo(json.dumps(numbers, ensure_ascii=False))
        return
    for name, value in numbers.items():
        if isinstance(value, int):
            typer.echo(f"{name.replace('_', ' '):14} {value:,}")
    for name, value in numbers.items():
        if isinstance(value, dict) and value:
            typer.echo(f"\n{name.replace('_', ' ')}")
            for key, n in list(value.items())[:20]:
                typer.echo(f"  {n:>9,}  {key}")


@app.command()
def drops(
    store: StoreOption = STORE,
    reason: Annotated[str | None, typer.Option("--reason", help="Only this reason.")] = None,
    stage: Annotated[str | None, typer.Option("--stage", help="Only this stage.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the pages that did not become articles, each with its stage and reason.

    \b
    Examples:
      jianbao drops --store news.db
      jianbao drops --stage fetch --json
    """
    from cleaners.export import drop_record

    with _open(store) as opened:
        for drop in opened.journal.drops(reason=reason, stage=stage, limit=limit):
            if as_json:
                typer.echo(json.dumps(drop_record(drop), ensure_ascii=False))
            else:
                detail = f"  ({drop.detail})" if drop.detail else ""
                typer.echo(f"{drop.stage}: {drop.reason}{detail}  {drop.url or drop.origin}")


@app.command()
def runs(
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the runs that wrote to the store, newest first: what each counted, what it dropped and why.

    Below them stand the sites of its crawls that have fallen silent or changed their layout, by their own history.

    \b
    Example:
      jianbao runs --store news.db
    """
    from crawler.cli.journal import silent, told

    with _open(store) as opened:
        latest = opened.journal.runs(limit)
        crawls = sorted({run.command for run in latest if run.command.startswith("crawl ")})
        if not as_json:
            troubled = [silent(opened.journal.runs(200, command=command)) for command in crawls]
    for run in latest:
        typer.echo(json.dumps(asdict(run), ensure_ascii=False, default=str) if as_json else told(run))
    if not as_json:
        for line in (line for lines in troubled for line in lines):
            typer.echo(line)


def _open(store: Path) -> Store:
    from cleaners.store import Store

    return Store.open(store, create=False, readonly=True)


def selection(
    region: str | None, site: str | None, source: str | None, since: datetime | None, until: datetime | None
) -> Selection:
    """The filters that commands share."""
    from zoneinfo import ZoneInfo

    from cleaners.store import Selection

    here = ZoneInfo("Asia/Shanghai")  # the days of the articles are Chinese days
    return Selection(
        region=region,
        site=site,
        source=source,
        since=since and since.replace(tzinfo=here),
        until=until and until.replace(tzinfo=here),
    )


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The passage with what was found in 【】, so that it shows in a pipe as well."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}【{text[start:end]}】{text[end:]}"
    return text
