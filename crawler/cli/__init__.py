"""The command ``jianbao``: thin verbs over ``cleaners`` and ``crawler``, one module per group of commands."""

from crawler.cli import (  # noqa: F401 - importing adds the commands
    clean,
    crawl,
    export,
    exports,
    holdings,
    learn,
    match,
    merge,
    read,
    schedule,
    search,
    show,
    sites,
    upkeep,
    window,
)
from crawler.cli.app import app, main

__all__ = ["app", "main"]
