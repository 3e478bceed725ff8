"""``jianbao merge``: several stores as one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.app import STORE, JsonOption, StoreOption, app, counted, say
from crawler.cli.progress import is_silent


@app.command()
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...", help="The stores to bring together.")],
    store: StoreOption = STORE,
    as_json: JsonOption = False,
) -> None:
    """Bring several stores into one (--store, made when it is not there): the same families as if one had seen all.

    Everything comes along: texts and their revisions, the queue of the crawl, drops, runs, what was learned, what was
    taken down, which exports there were; and the raw pages, copied into the archive beside the new store. The stores
    themselves stay as they are. Run it again when it was interrupted, or when the stores have grown: what is there
    already is passed over.

    \b
    Examples:
      jianbao merge shard1.db shard2.db --store news.db
      jianbao merge colleague.db --store news.db --json
    """
    from cleaners.maintenance.merge import merge as merged

    done = merged(stores, store, step=_step)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    refused = f", {counted(done.refused, 'article')} taken down before and turned away" if done.refused else ""
    say(f"{counted(done.stored, 'article')} new in {store}, {done.known:,} known already, {done.matched:,} match "
        f"another one{refused}; {counted(done.files, 'archive file')} beside it")  # fmt: skip


def _step(what: str, done: int, of: int | None) -> None:
    if not is_silent() and done and done % 500 == 0:
        say(f"{what}: {done:,}{f' of {of:,}' if of else ''}")
