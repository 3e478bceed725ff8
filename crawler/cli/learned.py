"""What was learned, to be reviewed and undone: ``jianbao sites noise`` and ``jianbao lexicon``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say
from crawler.cli.filters import meant
from crawler.cli.help_format import CommandGroup
from crawler.cli.layout import padded, right_aligned

if TYPE_CHECKING:
    from cleaners.store import NoiseLine

sites = CommandGroup(
    help="Find seeds on a site, check a job's sites, review what was learned.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(sites, name="sites")


@sites.command()
def noise(
    site: Annotated[str | None, typer.Argument(metavar="SITE", help="Only this site (id or domain).")] = None,
    store: StoreOption = STORE,
    add: Annotated[
        str | None,
        typer.Option("--add", metavar="LINE", help="This line, as it stands on the pages, is noise of the site."),
    ] = None,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="KEY", help="This line is no noise: never cut it again."),
    ] = None,
    redo: Annotated[
        str | None,
        typer.Option("--redo", metavar="KEY", help="Take an --undo back."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the lines known as a site's noise, with counts and an example; add one, undo what was learned wrongly.

    A line is learned when it stands in several different articles of a site (copies of one article count once). One
    that was added counts from the next page on; lines that differ in numbers, white space or script are the same.

    \b
    Examples:
      jianbao sites noise example-daily
      jianbao sites noise example-daily --undo 0月0日本报讯
      jianbao sites noise example-daily --add "关注我们，天天读报"
    """
    from cleaners.store import Store

    if sum(option is not None for option in (add, undo, redo)) > 1:
        raise UsageError("give one of --add, --undo and --redo at a time")
    if add is not None:
        _add_line(store, site, add)
        return
    if (key := undo or redo) is not None:
        _mark_line(store, site, key, undone=undo is not None)
        return
    with Store.open(store, create=False, readonly=True) as opened:
        lines = opened.learned.lines(site)
        if not lines:
            others = sorted({line.site for line in opened.learned.lines()})
            if site and others:
                say("nothing learned of {site}: {meant}", site=site, meant=meant(site, others))
            else:
                say("nothing learned yet: it takes a line in several articles of one site")
        for line in lines:
            if as_json:
                typer.echo(json.dumps(asdict(line), ensure_ascii=False))
            else:
                answer(_line_told(line))


def _add_line(store: Path, site: str | None, text: str) -> None:
    """Keep a line as a site's noise, also one that was undone before."""
    from cleaners.extract.boilerplate.site_lines import countable, key
    from cleaners.items import Line
    from cleaners.store import Store
    from cleaners.store.learned import NoiseLine

    if site is None:
        raise UsageError("name the site the line belongs to: jianbao sites noise SITE --add LINE")
    if not countable([Line(text=text)]):
        raise UsageError("{text!r} has too few letters to be told from other lines: give the whole line", text=text)
    with Store.open(store, create=False) as opened:
        opened.learned.note([NoiseLine(site=site, key=key(text), example=text, clusters=0)])
        opened.learned.undo(site, key(text), undone=False)
    say(
        "{key}: cut on pages of {site} from now on; clean the pages again to see it in those stored",
        key=key(text),
        site=site,
    )


def _mark_line(store: Path, site: str | None, key: str, *, undone: bool) -> None:
    """Take back that a line of a site is noise, or take that back."""
    from cleaners.store import Store

    with Store.open(store, create=False) as opened:
        if site is None:
            raise UsageError("name the site the line belongs to: jianbao sites noise SITE --undo KEY")
        if not opened.learned.undo(site, key, undone=undone):
            raise UsageError(
                "{key}: no such line of {site}; `jianbao sites noise {site}` lists the keys", key=key, site=site
            )
    change = sentence("will not be cut any more") if undone else sentence("counts as noise again")
    say("{key}: {change}; clean the pages again to see it", key=key, change=change)


def _line_told(line: NoiseLine) -> Sentence:
    """A learned line as two lines of text: how often, its state, its key; then how it looks on a page."""
    return sentence(
        "in {count}  {state}  {site}  {key}\n                        as {example}",
        count=right_aligned(counted(line.clusters, "article"), 14),
        state=padded(sentence("undone") if line.undone else sentence("cut"), 6),
        site=line.site,
        key=line.key,
        example=line.example,
    )


@app.command()
def lexicon(
    store: StoreOption = STORE,
    least: Annotated[int, typer.Option("--least", min=1, metavar="N", help="Only pairs met at least so often.")] = 3,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="SPUN=PLAIN", help="This pair is no substitution: never count it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the word substitutions learned from spun copies and their originals.

    \b
    Examples:
      jianbao lexicon --store news.db --least 3
      jianbao lexicon --undo 家当=产业
    """
    from cleaners.chinese.spinning import whole_words
    from cleaners.store import Store

    with Store.open(store, create=False, readonly=undo is None) as opened:
        if undo is not None:
            spun, _, plain = undo.partition("=")
            if not opened.learned.undo_pair(spun, plain):
                raise UsageError("{undo}: no such pair; `jianbao lexicon` lists them as SPUN=PLAIN", undo=undo)
            say("{undo}: not counted any more", undo=undo)
            return
        every = opened.learned.pairs(undone=True)
        whole = whole_words({(pair.spun, pair.plain): pair.count for pair in every})
        pairs = [pair for pair in every if pair.count >= least and (pair.undone or (pair.spun, pair.plain) in whole)]
        if not pairs:
            say("no substitutions yet: they come from spun copies whose original is stored too; see also --least 1")
        for pair in pairs:
            if as_json:
                typer.echo(json.dumps(asdict(pair), ensure_ascii=False))
            else:
                facts: list[object] = [f"{pair.count:>6,}×", f"{pair.spun}={pair.plain}"]
                answer(listed([*facts, sentence("undone")] if pair.undone else facts, "  "))
