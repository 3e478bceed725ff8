"""The command ``jianbao``: thin verbs over ``cleaners`` and ``crawler``, one module per group of commands."""

from crawler.cli import clean, crawl, keep, learn, match, read, schedule, sites  # noqa: F401 - importing adds the commands
from crawler.cli.app import app, main

__all__ = ["app", "main"]
