"""``jianbao serve``: the reading room."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.application import STORE, StoreOption, app, say
from crawler.cli.crawl import ContactOption


@app.command()
def serve(
    store: StoreOption = STORE,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The first port to try; 0: any.")] = 8642,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST", help="Beyond 127.0.0.1 every page needs a token.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A name that browsers may use for it, beside its address."),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", metavar="FOLDER", help="Where reports of wrong cuts go; else beside the store."),
    ] = None,
    contact: ContactOption = None,
    private_hosts: Annotated[
        list[str] | None,
        typer.Option("--private-host", metavar="HOST", help="A host of this network whose pages may be clipped."),
    ] = None,
) -> None:
    """Read a store in the browser: clusters, who copied whom, what differs, how each page was cleaned.

    It listens on this machine alone and opens nothing by itself. Beyond loopback (--listen) everything needs the token
    that is printed with the address.

    \b
    Examples:
      jianbao serve --store news.db
      jianbao serve --store news.db --port 9000
      jianbao serve --store news.db --listen 192.168.1.20 --name news.example.org
    """
    from crawler.web.server import RoomSettings, open_room

    room = open_room(
        RoomSettings(store=store, listen=listen, port=port, names=tuple(name or ()), corrections=corrections,
                     contact=contact, private_hosts=tuple(private_hosts or ()))
    )  # fmt: skip
    say("{name} is shown at (Ctrl-C ends):", name=store.name)
    typer.echo(room.address)
    room.run()
