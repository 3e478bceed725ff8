"""What the store holds: ``stats``, ``drops`` and ``runs``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.app import STORE, JsonOption, StoreOption, app

if TYPE_CHECKING:
    from cleaners.store import Store


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
