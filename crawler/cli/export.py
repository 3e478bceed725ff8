"""``export``: what the store holds, for others."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, app, counted, say
from crawler.cli.filters import (
    ArrivedSince,
    MinConfidence,
    Region,
    Since,
    SiteName,
    Source,
    Tag,
    Until,
    arrival,
    hint,
    selection,
)  # fmt: skip
from crawler.cli.help_format import LATE_CHOICES
from crawler.cli.progress import progress

if TYPE_CHECKING:
    from cleaners.export.run import ExportRequest, ExportResult
    from cleaners.store import FilterChoice, Selection, Store

_NAMED = 5  # pages


def _formats() -> list[str]:
    """The names of the formats, those of other packages too; found when they are asked for, as finding takes time."""
    from cleaners.export.formats import formats

    return list(formats())


def _known(form: str | None) -> str | None:
    if form is not None and form not in (names := _formats()):
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(map(repr, names))}.")
    return form


LATE_CHOICES["export_format"] = _formats


@app.command()
def export(
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE|DIR|-", help="Where to; - is stdout.")],
    export_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            callback=_known,
            autocompletion=_formats,
            help="What to write; else the name of the file says it (.jsonl.zst, .parquet).",
        ),
    ] = None,
    store: StoreOption = STORE,
    region: Region = None,
    site: SiteName = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    arrived_since: ArrivedSince = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="QUERY", help="Only what this finds, as `jianbao search` does.")
    ] = None,
    tag: Tag = None,
    min_confidence: MinConfidence = None,
    script: Annotated[
        Literal["keep", "simplified", "traditional"], typer.Option("--script", help="Convert the script.")
    ] = "keep",
    with_duplicates: Annotated[
        bool, typer.Option("--with-duplicates", help="Every copy, not only the best one of each cluster.")
    ] = False,
    include_opt_outs: Annotated[
        bool, typer.Option("--include-opt-outs", help="Also articles that opt out of text and data mining.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="At most so many (rss: the 100 newest).")
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Your tags and notes, too; without it they stay in the store.")
    ] = False,
    signals: Annotated[
        bool, typer.Option("--signals", help="Add what corpora are filtered by: repetition, line ends, shares.")
    ] = False,
    scrub: Annotated[
        bool, typer.Option("--scrub", help="Replace mobile numbers, mails, ID numbers, bank cards, plates by marks.")
    ] = False,
    column_hook: Annotated[
        list[str] | None,
        typer.Option("--column-hook", metavar="MODULE:FUNCTION", help="Add a column: a function from texts to values."),
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="CONDITION", help="Only such records: 'quality >= .8'; repeatable."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Start a series that --since-export goes on with.")] = None,
    since_export: Annotated[
        str | None,
        typer.Option("--since-export", metavar="NAME", help="Only what was added, changed, removed since."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Export articles, the best copy of each cluster once; the same store gives the same bytes.

    Articles that opt out of text and data mining are left out and counted. The store notes what left with which export.

    \b
    Examples:
      jianbao export -o news.jsonl.gz
      jianbao export -o - --since 2024-01-01 --script simplified | head -1
      jianbao export -o sure.jsonl --min-confidence 0.95
      jianbao export -o clippings/ --format markdown --region 新疆
      jianbao export -o vault/ --format markdown --tag 水利 --notes
      jianbao export -o cotton.ris --query '棉花 NOT 招聘' --arrived-since yesterday
      jianbao export -o dataset/ --format hf
      jianbao export -o corpus.parquet --scrub --filter 'signals.top_3gram < .2' --filter 'quality >= .8'
      jianbao export -o scored.jsonl.zst --column-hook my_model:educational
      jianbao export -o all.parquet --name corpus
      jianbao export -o monday.parquet --since-export corpus
    """
    from cleaners.export.additions import ExportAdditions
    from cleaners.export.run import ExportRequest, format_of

    if name is not None and since_export is not None:
        raise UsageError("--name starts a series, --since-export goes on with it: give one of them")
    if as_json and output == "-":
        raise UsageError("--json prints what was done, -o - the articles: give one of them")
    if arrived_since is not None and (name or since_export):
        raise UsageError("a series has no --arrived-since: --since-export NAME itself brings what is new")
    order = ExportRequest(
        target=output,
        form=export_format or format_of(output),
        script=script,
        additions=ExportAdditions.of(
            with_signals=signals, with_scrubbing=scrub, with_notes=notes, hooks=column_hook or (), filters=filters or ()
        ),
        name=since_export or name,
        increment=since_export is not None,
    )
    wanted = selection(region, site, source, since, until, min_confidence=min_confidence, tag=tag)
    choice = _choice(order, wanted, with_duplicates=with_duplicates, with_opt_outs=include_opt_outs, limit=limit)
    order, made = _made(store, replace(order, choice=replace(choice, query=query)), arrived_since)
    _tell(order, made, as_json=as_json)


def _choice(
    order: ExportRequest, wanted: Selection, *, with_duplicates: bool, with_opt_outs: bool, limit: int | None
) -> FilterChoice:
    """Which articles: a format that shows what is new has the newest first, and only some where no series wants all."""
    from cleaners.export.formats import format_named
    from cleaners.store import FilterChoice

    form = format_named(order.form)
    return FilterChoice(
        selection=wanted,
        with_duplicates=with_duplicates or form.every_copy,
        with_opt_outs=with_opt_outs,
        newest_first=form.newest is not None,
        limit=limit or (None if order.name else form.newest),
    )


def _made(store: Path, order: ExportRequest, arrived_since: str | None) -> tuple[ExportRequest, ExportResult]:
    """The export, and what was asked for in the end: a store that cannot be written does not note it."""
    from cleaners.export.run import export as make

    opened, noted = _opened(store)
    with opened:
        wanted = replace(order.choice.selection, arrived_since=arrival(opened, arrived_since))
        order = replace(order, note=noted, choice=replace(order.choice, selection=wanted))
        hint(opened, order.choice.selection)
        if order.increment and order.name is not None:
            _check_series(opened, order.name)
        with progress("exporting") as advance, _uncollected():
            return order, make(opened, order, lambda count: advance(count, ""))


def _check_series(store: Store, name: str) -> None:
    """The first series of a store may begin with an increment; a name beside others is misspelt. Raises UsageError."""
    from crawler.cli.filters import meant

    if store.export_log.last(name) is None:
        if others := [series.name for series in store.export_log.series() if series.last]:
            raise UsageError(
                "no series of exports is called {name} ({meant}): --name {name} begins one", name=name,
                meant=meant(name, others),
            )  # fmt: skip
        say("no export is called {name} yet: a new series begins, with everything", name=name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows and records hold no cycles: looking for some takes a fifth of the time of an export."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _opened(store: Path) -> tuple[Store, bool]:
    """The store, and whether it can note the export: one that cannot be written is only read."""
    from cleaners.store import Store

    writable = not store.exists() or (os.access(store, os.W_OK) and os.access(store.absolute().parent, os.W_OK))
    if not writable:
        say("{store} cannot be written: it will not know of this export, nor will `jianbao takedown`", store=store)
    return Store.open(store, create=False, readonly=not writable), writable


def _tell(order: ExportRequest, made: ExportResult, *, as_json: bool) -> None:
    from cleaners.export.formats import format_named

    if as_json:
        typer.echo(json.dumps(asdict(made) | {"target": order.target, "format": order.form}, ensure_ascii=False))
        return
    place = "stdout" if order.target == "-" else order.target
    if order.increment:
        say(
            "{added:,} added, {changed:,} changed, {removed:,} removed since the last {name}: {place}",
            added=made.added, changed=made.changed, removed=made.removed, name=order.name, place=place,
        )  # fmt: skip
    elif made.added:
        say("{articles} exported to {place}", articles=counted(made.added, "article"), place=place)
    else:
        say("nothing to export: no article matches; {place} has none", place=place)
    if made.copies and not order.increment:
        say("left out: {copies} of these (--with-duplicates takes them in)", copies=counted(made.copies, "copy"))
    if least := order.choice.selection.min_confidence:
        say("of articles with a confidence of at least {least:g} (--min-confidence)", least=least)
    if made.filtered:
        say("{articles} left out by --filter", articles=counted(made.filtered, "article"))
    left = made.opt_outs
    if left.articles or left.copies:
        which = counted(left.articles, "article")
        if left.copies:
            which = sentence("{articles} and {copies} of such", articles=which, copies=counted(left.copies, "copy"))
        say(
            "left out: {which} whose publishers do not want text and data mining (--include-opt-outs takes them in)",
            which=which,
        )
    if made.removed and not format_named(order.form).has_removals:
        say("{form} cannot say what was removed", form=order.form)
    _tell_pages(made)


def _tell_pages(made: ExportResult) -> None:
    if made.tidied.removed:
        say("{pages} of earlier exports removed", pages=counted(made.tidied.removed, "page"))
    if kept := made.tidied.kept:
        say("{pages} not touched, as changed by you: {names}", pages=counted(len(kept), "page"), names=_named(kept))
    if offered := made.tidied.offered:
        say(
            "beside them stands what has changed since in the articles: {names}; one that is moved over your page "
            "takes its place, its line `# jianbao` copied into your page says that you have seen it",
            names=_named(offered),
        )


def _named(pages: Sequence[str]) -> Sentence:
    """The first of them, and how many more there are."""
    more = len(pages) - _NAMED
    return listed([*pages[:_NAMED], sentence("{count:,} more", count=more)] if more > 0 else pages)
