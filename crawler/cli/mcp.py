"""``jianbao mcp``: the store for language models."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.application import STORE, StoreOption, app, say


@app.command()
def mcp(
    store: StoreOption = STORE,
    http: Annotated[
        int | None,
        typer.Option("--http", metavar="PORT", min=1, max=65535, help="On 127.0.0.1 by HTTP, instead of stdin/stdout."),
    ] = None,
) -> None:
    """Offer a store to language models (Model Context Protocol): latest, search, show, cluster, find, stats; read-only.

    Answers are bounded, and mark what was copied from pages as untrusted. By HTTP it listens on this machine alone.

    \b
    Examples:
      jianbao mcp --store news.db
      jianbao mcp --store news.db --http 8765
    """
    from cleaners.store import Store
    from crawler.mcp_server import serve_http, server

    Store.open(store, create=False, readonly=True).close()  # what is no store is told now, not to a model
    offered = server(store)
    if http is None:
        offered.run("stdio")
        return
    say("MCP at http://127.0.0.1:{http}/mcp (Ctrl-C ends)", http=http)
    serve_http(offered, http)
