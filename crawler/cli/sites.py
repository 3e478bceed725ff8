"""``jianbao sites check``: what a site offers to be crawled by, and how a job's sites do."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from cleaners.errors import InputError, SeedFileError, UsageError
from cleaners.sentences import Sentence, listed, sentence
from cleaners.urls import is_address_in_short
from crawler.cli.application import STORE, TROUBLE, StoreOption, answer, counted, say
from crawler.cli.language import spoken
from crawler.cli.layout import glossed
from crawler.cli.learned import sites
from crawler.cli.progress import is_silent

if TYPE_CHECKING:
    from cleaners.config import JobConfig
    from cleaners.store import RunEntry
    from crawler.jobs.site_health import SiteHealth
    from crawler.site_survey import SeedOffer
    from crawler.spiders.site_check import SurveyState

_WRONG = {"silent", "changed layout"}


@sites.command()
def check(
    what: Annotated[str, typer.Argument(metavar="HOME|SEEDS.yaml", help="A home page, or a job whose sites to check.")],
    store: StoreOption = STORE,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact",
            metavar="MAIL|URL",
            envvar="JIANBAO_CONTACT",
            help="Where the site's owner reaches you; needed for a home page beyond this machine.",
        ),
    ] = None,
) -> None:
    """Look at a site: propose seeds from its home page, or tell how a job's sites and seeds do.

    For a home page prints an entry for a seed file: the feeds it declares, the sitemaps of its robots.txt, the pages
    that look like lists of news, else those that name a few articles (`verified: no`); where there is none of these,
    nothing but why (exit code 1). For a job tells of every site whether it has fallen silent or changed its layout, by
    its own history in the store, and which seeds name no articles today (exit code 5 where there is any of it). Asks
    politely, as a crawl: takes a while.

    \b
    Examples:
      jianbao sites check https://news.example/ --contact you@your.domain >> seeds/mine.yaml
      jianbao sites check seeds/xinjiang.yaml --store news.db
    """
    from cleaners.config import require_contact

    is_home = re.match(r"https?://", what, re.IGNORECASE) is not None
    job = _job_of(what, contact) if is_home else _load(what)
    require_contact(job)
    from crawler.run import visit  # Scrapy, which takes a second to load: after all that can be wrong without it
    from crawler.spiders.site_check import SiteCheckSpider, SurveyState

    found = SurveyState()
    if not is_silent():
        say("asking about twenty addresses of each site, one at a time with pauses")
    visit(job, SiteCheckSpider, job=job, found=found)
    if is_home:
        _propose(job, found)
    else:
        _report(job, found, store)


def _load(what: str) -> JobConfig:
    from cleaners.config import load_job

    is_site = re.fullmatch(r"[\w.-]+\.[a-z]{2,}", what) is not None or is_address_in_short(what)
    if not Path(what).exists() and is_site and not _is_yaml(what):
        raise UsageError(
            "{what}: no such seed file; if it is a site, write its address in full, as https://{what}", what=what
        )
    return load_job(what)


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _job_of(home: str, contact: str | None) -> JobConfig:
    """A job of one site, its home page; a loopback host that is named is allowed.

    Raises UsageError for what no seed file could hold, in the words of the seed files' reader.
    """
    from cleaners.config import is_loopback, parse_job
    from cleaners.urls import site_of
    from crawler.site_survey import site_id

    try:
        host = urlsplit(home).hostname or ""
    except ValueError:  # [ without ]
        host = ""
    if not host:
        raise UsageError("{home} is not a web address: write it in full, as https://news.example/", home=home)
    local = [host] if is_loopback(host) else []
    if not local and contact is None:
        raise UsageError("say who asks: add --contact you@your.domain, so that the site can reach you")
    site = {"id": site_id(site_of(home) or host), "name": host, "home": home}
    job = {"job": "sites-check", "contact": contact, "allow_private_hosts": local, "sites": [site]}
    try:
        return parse_job(json.dumps(job, ensure_ascii=False))  # JSON is YAML
    except SeedFileError as wrong:
        raise UsageError("{home}: {why}", home=home, why=str(wrong).partition(": ")[2]) from None


def _propose(job: JobConfig, found: SurveyState) -> None:
    """The entry on stdout where something works, and nothing there where not; on stderr what was looked at in vain."""
    from crawler.site_survey import proposal

    site = job.sites[0]
    offers = _best_first(found.offers[site.id])
    working = [offer for offer in offers if offer.entries]
    for offer in offers:
        if not offer.entries:
            say("not proposed: {name} {url}: {why}", name=_name(offer), url=offer.url, why=_came_to(offer))
    if not working and site.id not in found.names:
        raise InputError(
            "{home}: the home page cannot be read ({why}): check address and network",
            home=site.home,
            why=_came_to(offers[-1]),
        )
    if not working and (few := _best_first(found.few[site.id])):
        typer.echo(proposal(site, found.names.get(site.id, ""), few, datetime.now(UTC).date(), verified=False))
        say(
            "a weak proposal: no feed, no sitemap, and {pages} with few links to articles; look whether these are "
            "its news, and take out what is not",
            pages=counted(len(few), "page"),
        )
        return
    if not working:
        raise InputError(
            "{home}: nothing to propose: no feed, sitemap or list of news was found; if you know a "
            "page that announces its articles, write it as `list:` into a seed file",
            home=site.home,
        )
    typer.echo(proposal(site, found.names.get(site.id, ""), working, datetime.now(UTC).date()))
    say("{seeds} found to work: the entry belongs under `sites:` of a seed file", seeds=counted(len(working), "seed"))


def _best_first(offers: list[SeedOffer]) -> list[SeedOffer]:
    """Feeds before sitemaps before lists, the home page last: it repeats what the lists say."""
    from crawler.spiders.site_check import HOME

    order = ("feed", "sitemap", "list")
    return sorted(offers, key=lambda offer: (order.index(offer.kind), offer.name == HOME, -offer.entries))


def _name(offer: SeedOffer) -> object:
    """What the home page calls a seed; else its kind, as seed files have it."""
    from crawler.spiders.site_check import HOME

    return sentence("home page") if offer.name == HOME else offer.name or offer.kind


def _came_to(offer: SeedOffer) -> object:
    """What was found at a seed, or why there is nothing: a reason of Drops with what it means."""
    from crawler.site_survey import told

    found = told(offer)
    return found if found.values else glossed("reason", spoken(found))


def _report(job: JobConfig, found: SurveyState, store: Path) -> None:
    """Of every site a verdict and, indented under it, what it rests on."""
    from crawler.jobs.site_health import standing

    runs = _runs(job, store)
    is_well = True
    for site in job.sites:
        seeds = found.seeds[site.id]
        history = standing(site.id, runs, datetime.now(UTC))
        is_well = is_well and history.state not in _WRONG and all(offer.entries for offer in seeds)
        answer("{site}: {verdict}", site=site.id, verdict=_verdict(history, seeds))
        for offer in seeds:
            answer("  {name} {url}: {found}", name=_name(offer), url=offer.url, found=_came_to(offer))
        known = {seed.url for seed in site.entries}
        for offer in _best_first(found.offers[site.id]):
            if offer.entries and offer.url not in known:
                answer(
                    "  could be a seed: {kind} {url} ({found})", kind=offer.kind, url=offer.url, found=_came_to(offer)
                )
    if not is_well:
        raise typer.Exit(TROUBLE)


def _verdict(history: SiteHealth, seeds: Sequence[SeedOffer]) -> Sentence:
    """What is wrong with a site by its past and by its seeds today; that it does well only where neither is."""
    from crawler.jobs.site_health import STATES

    dead = sum(not offer.entries for offer in seeds)
    told = [listed([STATES[history.state], history.detail], ": ")] if history.state in _WRONG else []
    if dead == len(seeds):
        told.append(sentence("no seed names an article today"))
    elif dead == 1:
        told.append(sentence("1 of {seeds} seeds names no articles today", seeds=len(seeds)))
    elif dead:
        told.append(sentence("{dead} of {seeds} seeds name no articles today", dead=dead, seeds=len(seeds)))
    if not told:
        told = [STATES["well"]] if history.state == "well" else [sentence("seeds work"), history.detail]
    if history.last_new:
        told.append(sentence("last new article {day:%Y-%m-%d %H:%M}", day=history.last_new.astimezone()))
    return listed(told, "; ")


def _runs(job: JobConfig, store: Path) -> list[RunEntry]:
    from cleaners.store import Store

    if not store.exists():
        say("{store}: no such store: without it there is no history to tell from", store=store)
        return []
    with Store.open(store, create=False, readonly=True) as opened:
        return opened.runs.runs(500, command=f"crawl {job.job}")
