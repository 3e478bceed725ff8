"""``jianbao window``: how far apart in time a store's articles may be to be compared."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.app import STORE, StoreOption, app, say


@app.command()
def window(
    days: Annotated[
        str | None, typer.Argument(metavar="DAYS", help="A number of days, as 90d; none to compare all again.")
    ] = None,
    store: StoreOption = STORE,
) -> None:
    """Set, show or lift the window in days outside of which a store's articles are not compared.

    An article that comes later than that after the last one of a family is not matched with it; what has no date is
    compared with all. Holds for every later crawl and clean into this store; what is matched stays matched.

    \b
    Examples:
      jianbao window 90d --store news.db
      jianbao window none --store news.db
      jianbao window
    """
    from cleaners.dedup.index.window import Window
    from cleaners.ingest.ingester import WINDOW
    from cleaners.store import Store

    wanted = None if days is None else "" if days == "none" else f"{Window.parse(days).days}d"
    with Store.open(store, create=wanted is not None, readonly=wanted is None) as opened:
        if wanted is not None:
            opened.notes.put(WINDOW, wanted)
        now = f"window: {opened.notes.get(WINDOW) or 'none'}"
    if days is None:
        typer.echo(now)
    else:
        say(now)
