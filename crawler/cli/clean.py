"""``jianbao clean``: saved pages into the store, or into a file of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cleaners.errors import InputError
from crawler.cli.app import STORE, StoreOption, app
from crawler.cli.progress import progress

if TYPE_CHECKING:
    from cleaners.items import Article, Drop


@app.command()
def clean(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders; - reads one page from stdin.")],
    output: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it at run time
        typer.Option("--output", "-o", metavar="OUT", help="Write records (JSONL, .gz by name, - for stdout) instead of storing."),
    ] = None,
    store: StoreOption = STORE,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 uses every core.")] = 0,
) -> None:
    """Clean saved pages: HTML and text files, plain or gzipped, alone or in folders.

    Into the store they are matched with what is there already; with -o no store is needed, nothing is matched, and one
    record per page is written in input order (what was not an article goes to OUT.drops.jsonl).

    \b
    Examples:
      jianbao clean saved-pages/ --store news.db
      jianbao clean dump.txt page.html.gz -o clean.jsonl
      curl -s https://news.example/a.html | jianbao clean - -o -
    """
    results = _cleaned(paths, jobs, store if output is None else None)
    counts = _store(results, store) if output is None else _write(results, output)
    _report(counts)
