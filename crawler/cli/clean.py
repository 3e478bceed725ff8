"""``jianbao clean``: saved pages into the store, or into a file of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, UsageError
from crawler.cli.app import STORE, StoreOption, app, counted, say
from crawler.cli.progress import progress

if TYPE_CHECKING:
    from cleaners.items import Article, Drop

_BATCH = 200
_FEW = 10
_SMALL = 1_000_000  # bytes: a page, not an archive of pages


@app.command()
def clean(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, archives and folders; - is stdin.")
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="Write records (JSONL; .gz by name; - is stdout)."),
    ] = None,
    store: StoreOption = STORE,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 uses every core.")] = 0,
) -> None:
    """Clean saved pages, told apart by content.

    HTML, MHTML and text; WARC and WET; JSON Lines and CSV with a column of pages; folders, zip and tar; gzip, bzip2, xz
    and zstd around any of them.

    Into the store they are matched with what is there already. With -o no store is needed and nothing is matched: one
    record per page in input order, and what was not an article goes to OUT.drops.jsonl with the reason.

    \b
    Examples:
      jianbao clean saved-pages/ --store news.db
      jianbao clean crawl.warc.gz dump.zip page.txt -o clean.jsonl
      jianbao clean - -o - < page.html
    """
    from cleaners import dumps
    from cleaners.bulk import cleaning, cores
    from cleaners.context import Context, context_of

    if output is not None and context.get_parameter_source("store").name == "COMMANDLINE":  # type: ignore[union-attr]
        raise UsageError("-o writes records and needs no store: give -o or --store, not both")
    pages = dumps.read(paths)
    known = context_of(store) if output is None else Context()
    with cleaning(_processes(paths, jobs or cores()), known) as work:
        results = work.map(pages)
        kept, dropped = _into_store(results, store) if output is None else _into_file(results, output)
    _report(kept, dropped)


def _processes(paths: list[str], wanted: int) -> int:
    """A few small files need no pool: starting one takes longer than cleaning them."""
    small = all(Path(path).is_file() and Path(path).stat().st_size < _SMALL for path in paths if path != "-")
    return 1 if small and len(paths) <= _FEW else wanted


def _into_file(results: Iterable[Article | Drop], output: str) -> tuple[str, Counter[str]]:
    from cleaners.export import Output
    from cleaners.items import Clipping, Drop

    dropped: Counter[str] = Counter()
    with Output(output) as out, progress("pages") as advance:
        for result in results:
            if isinstance(result, Drop):
                out.drop(result)
                dropped[f"{result.stage}: {result.reason}"] += 1
            else:
                out.keep(Clipping(article=result))
            advance(1, f"{dropped.total()} dropped")
    return (counted(out.written, "record") if out.written else ""), dropped


def _into_store(results: Iterator[Article | Drop], store: Path) -> tuple[str, Counter[str]]:
    from cleaners.items import Drop
    from cleaners.keeper import Keeper

    dropped: Counter[str] = Counter()
    with Keeper(store, command="clean") as keeper, progress("pages") as advance:
        while batch := list(islice(results, _BATCH)):
            dropped.update(f"{r.stage}: {r.reason}" for r in batch if isinstance(r, Drop))
            keeper.keep(batch)
            advance(len(batch), f"{keeper.kept.stored} new, {keeper.kept.matched} reposts, {dropped.total()} dropped")
        kept = keeper.kept
    if not kept.stored + kept.known:
        return "", dropped
    return (
        f"{kept.stored} new articles in {store} ({kept.matched} of them match an earlier one), "
        f"{kept.known} known already"
    ), dropped


def _report(kept: str, dropped: Counter[str]) -> None:
    """Say what came of it on stderr; raises ``InputError`` when nothing did."""
    reasons = ", ".join(f"{n} {reason}" for reason, n in dropped.most_common(5))
    if not kept:
        raise InputError(f"no page became an article ({reasons or 'there was no file to read'})")
    say(kept + (f"; {dropped.total()} dropped ({reasons})" if dropped else ""))
