"""The command ``jianbao``: thin verbs over ``cleaners`` and ``crawler``, one module per group of commands."""

from crawler.cli import clean, crawl, keep, learn, match, read, schedule  # noqa: F401 - importing a module adds its commands
from crawler.cli.app import app, main

__all__ = ["app", "main"]
