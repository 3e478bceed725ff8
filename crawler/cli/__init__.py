"""The command ``jianbao``: thin verbs over ``cleaners`` and ``crawler``, one module per group of commands."""

from crawler.cli import (  # noqa: F401 - importing adds the commands
    clean,
    clip,
    crawl,
    dedup,
    explain,
    export,
    exports,
    find,
    learned,
    maintenance,
    mcp,
    opml,
    reports,
    schedule,
    search,
    serve,
    show,
    sites,
    tag,
    watch,
)
from crawler.cli.application import app, main

__all__ = ["app", "main"]
