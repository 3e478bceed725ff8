"""``jianbao explain``: why each line of a page was kept or cut."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, UsageError
from cleaners.sentences import Sentence, listed, sentence
from cleaners.urls import owner_of
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, say
from crawler.cli.columns import (
    AuthorColumn,
    HtmlColumn,
    PublishedColumn,
    SectionColumn,
    SourceColumn,
    TextColumn,
    TitleColumn,
    UrlColumn,
)
from crawler.cli.crawl import ContactOption
from crawler.cli.language import translated
from crawler.cli.layout import padded, reason_told, right_aligned

if TYPE_CHECKING:
    from cleaners.config import JobConfig, SiteConfig
    from cleaners.items import Drop, Page
    from cleaners.pipeline import PageExplanation
    from cleaners.readers import ColumnChoice

_SHOWN = 60  # characters of what a selector matches
_VERDICTS = {"keep": sentence("keep"), "cut": sentence("cut")}


@app.command()
def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID|URL|FILE",
            help="A stored article, a saved page (FILE#7 in one), - for stdin; a page on the web.",
        ),
    ],
    store: StoreOption = STORE,
    seeds: Annotated[
        Path | None,
        typer.Option("--seeds", metavar="SEEDS.yaml", help="Try its site's `extract:`, `rules:` and time zone."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where a saved page comes from: tells its site.")
    ] = None,
    contact: ContactOption = None,
    as_json: JsonOption = False,
    html_column: HtmlColumn = None,
    text_column: TextColumn = None,
    url_column: UrlColumn = None,
    title_column: TitleColumn = None,
    published_column: PublishedColumn = None,
    source_column: SourceColumn = None,
    author_column: AuthorColumn = None,
    section_column: SectionColumn = None,
) -> None:
    """Show every line of a page with keep or cut, and the rule or the features that decided.

    With --seeds the site's own selectors are tried, and what each of them matches is shown. A URL that the store does
    not have is fetched, this one page, as a crawl would: robots.txt, limits, --contact (or that of the seed file).

    Of an HTML page's lines in the block of the article: the probability that they belong to it, by the judge of lines,
    and the features that spoke loudest, with what each adds to the log odds.

    \b
    Examples:
      jianbao explain page.html
      jianbao explain dump.jsonl#7
      jianbao explain 3f2a9c0011d2e4b7 --store news.db
      jianbao explain page.html --seeds seeds/my.yaml --url https://news.example/1.html
      jianbao explain https://news.example/1.html --seeds seeds/my.yaml
      jianbao explain page.html --json | jq 'select(.verdict == "cut")'
    """
    from cleaners.config import load_job
    from cleaners.context import CleaningContext
    from cleaners.pipeline import explain as explained
    from cleaners.readers import ColumnChoice
    from crawler.jobs.typed_addresses import is_typed_address

    columns = ColumnChoice(
        html=html_column, text=text_column, url=url_column, title=title_column, published=published_column,
        source=source_column, author=author_column, section=section_column,
    )  # fmt: skip
    job = load_job(seeds) if seeds is not None else None
    if is_typed_address(what) and not _is_stored(what, store):
        page = _fetched(what, job, contact)
    else:
        page = _page(what, store, columns)
    page = replace(page, url=url) if url is not None else page
    site = _site(page, job, seeds)
    if site is None:
        _print(explained(page), as_json)
        return
    page = replace(page, site=site.id)
    result = explained(page, CleaningContext(sites={site.id: site}))
    if not as_json:
        _print_selectors(result, site, page)
    _print(result, as_json)


def _is_stored(url: str, store: Path) -> bool:
    from cleaners.store import Store

    if not store.exists():
        return False
    with Store.open(store, create=False, readonly=True) as opened:
        return opened.clippings.get(url) is not None


def _fetched(url: str, job: JobConfig | None, contact: str | None) -> Page:
    """The page on the web, asked for by the job or for this once. Raises InputError for what cannot be had."""
    from cleaners.items import Drop
    from crawler.jobs.typed_addresses import job_of
    from crawler.run import fetch_page

    asking = job or job_of([url], contact)
    site = owner_of(url, asking.sites)
    if site is None:
        raise UsageError(
            "no site of job {job} owns {url}: add one with that host as its `home`", job=asking.job, url=url
        )
    page = fetch_page(url, asking, site)
    if isinstance(page, Drop):
        detail = f" ({page.detail})" if page.detail else ""
        raise InputError("{url}: {why}", url=url, why=f"{page.reason}{detail}")
    return page


def _site(page: Page, job: JobConfig | None, seeds: Path | None) -> SiteConfig | None:
    """The site of the seed file that a page belongs to, None without a file."""
    if job is None:
        return None
    if page.url is None and len(job.sites) == 1:
        return job.sites[0]
    if page.url is None:
        raise UsageError(
            "{seeds} has {count} sites: say with --url where the page comes from", seeds=seeds, count=len(job.sites)
        )
    if (site := owner_of(page.url, job.sites)) is None:
        raise UsageError(
            "no site of {seeds} owns {url}: its sites are {names}",
            seeds=seeds,
            url=page.url,
            names=", ".join(one.id for one in job.sites),
        )
    return site


def _print_selectors(result: PageExplanation, site: SiteConfig, page: Page) -> None:
    """What each selector of the rule that applies matches."""
    day = (page.fetched_at or datetime.now(UTC)).date()
    rule = site.rule_on(day)
    if rule is None:
        answer("{site} has no `extract:` for {day}\n", site=site.id, day=day)
        return
    if rule.until:
        answer("selectors of {site} (until {day})", site=site.id, day=rule.until)
    else:
        answer("selectors of {site}", site=site.id)
    for match in result.selectors:
        first = next(iter(match.texts), None)
        told: object = sentence("matches nothing")
        if first is not None:
            told = f"{first[:_SHOWN]}{'…' if len(first) > _SHOWN else ''}"
        if len(match.texts) > 1:
            told = sentence("{text} (and {count} more)", text=told, count=len(match.texts) - 1)
        answer("  {field:10} {selector:32} {told}", field=match.field, selector=match.selector, told=told)
    typer.echo()


def _page(what: str, store: Path, columns: ColumnChoice) -> Page:
    """The bytes of a stored article's page or of a file."""
    from cleaners import readers
    from cleaners.items import Drop
    from cleaners.readers.at_origin import file_of

    origin = what if what == "-" or os.path.exists(what) or file_of(what) else _origin(what, store)
    if "#" in origin and not os.path.exists(origin):
        return _part(what, origin, store, columns)
    if os.path.isdir(origin):
        raise UsageError("{origin} is a folder: explain reads one page; name a file in it", origin=origin)
    if origin != "-" and not os.path.exists(origin):
        raise InputError("{origin}: the page {what} was cleaned from is not there any more", origin=origin, what=what)
    pages = readers.read([origin], columns=columns)
    page = next(pages, None)
    if page is None:
        raise InputError("{origin}: there is no page in it", origin=origin)
    if (second := next(pages, None)) is not None:
        say(
            "{origin} holds several pages: this is the first; the next one is {second_origin}",
            origin=origin,
            second_origin=second.origin,
        )
    if isinstance(page, Drop):
        raise InputError("{origin}: {reason} ({detail})", origin=origin, reason=page.reason, detail=page.detail)
    return page


def _part(what: str, origin: str, store: Path, columns: ColumnChoice) -> Page:
    """The page at an origin inside a file: a record of the archive, or a page of a zip, a JSON Lines and the like."""
    from cleaners.errors import UnusableInput
    from cleaners.readers.at_origin import MISSING, file_of, page_at

    try:
        return page_at(origin, store, columns)
    except UnusableInput as why:
        if why.reason != MISSING and file_of(origin):
            raise InputError(
                "{origin}: {reason} ({detail})", origin=origin, reason=why.reason, detail=why.detail
            ) from None
        if what == origin:
            raise InputError(
                "{origin}: {detail}; the `origin` of a record names its page", origin=origin, detail=why.detail
            ) from None
        raise InputError(
            "{origin}: the page {what} was cleaned from is not there any more ({reason}); a file that "
            "you gave is looked for from the folder you are in",
            origin=origin,
            what=what,
            reason=why.reason,
        ) from None


def _origin(what: str, store: Path) -> str:
    from cleaners.store import Store

    if not store.exists():
        raise UsageError(
            "{what}: no such file, and there is no store at {store} to look it up in", what=what, store=store
        )
    with Store.open(store, create=False, readonly=True) as opened:
        if (found := opened.clippings.get(what)) is None:
            raise UsageError(
                "{what}: no such file, nor an article of {store}; `jianbao search` finds ids", what=what, store=store
            )
        return found.article.origin


def _print(result: PageExplanation, as_json: bool) -> None:
    from cleaners.items import Drop

    evidence = result.body.evidence if result.body else None
    is_dropped = isinstance(result.result, Drop)
    if isinstance(result.result, Drop) and not as_json:
        _print_drop(result.result)
    for i, line in enumerate(result.lines):
        likely = evidence.probability(i) if evidence else None
        reasons = evidence.reasons(i) if evidence else ()
        if as_json:
            told = {**asdict(line), "probability": likely, "reasons": reasons}
            if is_dropped:  # nobody has asked which of its lines would stay
                told["verdict"] = None
            typer.echo(json.dumps(told, ensure_ascii=False))
            continue
        why = ": ".join(filter(None, (line.noise, line.rule)))
        shown = "    " if likely is None else f"{likely:4.2f}"
        verdict = right_aligned("-" if is_dropped else _VERDICTS[line.verdict], 4)
        typer.echo(f"{verdict}  {shown}  {why[:36]:36}  {line.text}")
        if reasons and not line.rule:
            typer.echo(f"{'':12}{'; '.join(reasons)}")
    if as_json or is_dropped:
        return
    typer.echo()
    for name, value in _facts(result):
        answer("{name} {value}", name=padded(name, 12), value=value)


def _print_drop(drop: Drop) -> None:
    """That a page is no article and what decided it, above its lines, of which none is kept."""
    reason = reason_told(f"{drop.stage}: {drop.reason}")
    answer("{name} {value}", name=padded(sentence("dropped"), 12), value=reason)
    if drop.detail:
        answer("{name} {value}", name=" " * 12, value=drop.detail)
    typer.echo()


def _facts(result: PageExplanation) -> list[tuple[str | Sentence, object]]:
    """What the page was read as, a field a line, with the rule that found it."""
    from cleaners.fields import SHOWN
    from cleaners.fields.kinds import Moment
    from cleaners.items import Clipping, Drop
    from crawler.cli.article_text import shown

    assert not isinstance(result.result, Drop)
    clipping, rules = Clipping(article=result.result), result.metadata.rules
    facts: list[tuple[str | Sentence, object]] = []
    for field in SHOWN:
        # A date with the offset that was made out for it.
        is_date = isinstance(field.kind, Moment)
        value = field.kind.record(field.value(clipping)) if is_date else shown(field, clipping)
        if value and field.explained:
            rule = f"   [{rules[field.name]}]" if field.name in rules else ""
            facts.append((translated(field.label or field.name), f"{value}{rule}"))
    if "text" in rules:
        told = sentence("of the feed's entry: the page has none   [{rule}]", rule=rules["text"])
        facts.append((sentence("text"), told))
    if result.body:
        sure = result.result.confidence
        measured = sentence("not measured") if sure is None else sentence("{share:.2f} of 1", share=sure)
        facts.append((sentence("confidence"), listed([measured, f"[{result.body.extractor}]"], "   ")))
    return facts
