"""``jianbao sites check``: what a site offers to be crawled by, and how a job's sites do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from cleaners.errors import InputError, UsageError
from crawler.cli.app import STORE, StoreOption, say
from crawler.cli.learn import sites

if TYPE_CHECKING:
    from cleaners.sites import Job
    from cleaners.store import Run
    from crawler.spiders.scout import Survey
    from crawler.survey import Offer

_LOOPBACK = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|::1)$")


@sites.command()
def check(
    what: Annotated[str, typer.Argument(metavar="HOME|SEEDS.yaml", help="A home page, or a job whose sites to check.")],
    store: StoreOption = STORE,
    contact: Annotated[
        str | None,
        typer.Option(envvar="JIANBAO_CONTACT", help="For a home page: where its owner reaches you (mail or web)."),
    ] = None,
) -> None:
    """Look at a site: propose seeds from its home page, or tell how a job's sites and seeds do.

    For a home page prints an entry for a seed file: the feeds it declares, the sitemaps of its robots.txt, the pages
    that look like lists of news. For a job tells of every site whether it has fallen silent or changed its layout, by
    its own history in the store, and which seeds do not work today. Asks politely, as a crawl: takes a while.

    \b
    Examples:
      jianbao sites check https://news.example/ --contact you@your.domain >> seeds/mine.yaml
      jianbao sites check seeds/xinjiang.yaml --store news.db
    """
    from crawler.run import visit
    from crawler.spiders.scout import Scout, Survey

    is_home = re.match(r"https?://", what) is not None
    job = _job_of(what, contact) if is_home else _load(Path(what))
    found = Survey()
    visit(job, Scout, job=job, found=found)
    if is_home:
        _propose(job, found)
    else:
        _report(job, found, store)


def _load(path: Path) -> Job:
    from cleaners.sites import load

    return load(path)


def _job_of(home: str, contact: str | None) -> Job:
    """A job of one site, its home page; a loopback host that is named is allowed."""
    from cleaners.sites import Job, Site
    from cleaners.urls import site_of

    host = urlsplit(home).hostname
    if not host:
        raise UsageError(f"{home} is not a web address: write it in full, as https://news.example/")
    local = (host,) if _LOOPBACK.match(host) else ()
    if not local and contact is None:
        raise UsageError("say who asks: add --contact you@your.domain, so that the site can reach you")
    site = Site(id=re.sub(r"[^a-z0-9.\-]", "-", site_of(home) or host), name=host, home=home)
    return Job(job="sites-check", contact=contact, allow_private_hosts=local, sites=(site,))


def _propose(job: Job, found: Survey) -> None:
    from crawler.survey import proposal

    site = job.sites[0]
    offers = _best_first(found.offers[site.id])
    typer.echo(proposal(site, found.names.get(site.id, ""), offers, datetime.now(UTC).date()))
    for offer in offers:
        if not offer.entries:
            say(f"not proposed: {offer.kind} {offer.url}: {offer.why}")
    if not any(offer.entries for offer in offers):
        raise InputError(f"{site.home}: nothing that announces articles was found; look at the site yourself")


def _best_first(offers: list[Offer]) -> list[Offer]:
    """Feeds before sitemaps before lists, the home page last: it repeats what the lists say."""
    order = ("feed", "sitemap", "list")
    return sorted(offers, key=lambda offer: (order.index(offer.kind), offer.name == "home page", -offer.entries))


def _report(job: Job, found: Survey, store: Path) -> None:
    from cleaners.urls import site_of
    from crawler.history import standing

    runs = _runs(job, store)
    for site in job.sites:
        state = standing(site_of(site.home) or site.id, runs, datetime.now(UTC))
        last = f", last new article {state.last_new:%Y-%m-%d %H:%M} UTC" if state.last_new else ""
        typer.echo(f"{site.id}: {state.state}{f': {state.detail}' if state.detail else ''}{last}")
        for offer in found.seeds[site.id]:
            typer.echo(f"  {offer.kind} {offer.url}: {offer.why or f'{offer.entries} entries'}")
        known = {seed.url for seed in site.seeds}
        for offer in _best_first(found.offers[site.id]):
            if offer.entries and offer.url not in known:
                typer.echo(f"  could be a seed: {offer.kind} {offer.url} ({offer.entries} entries)")


def _runs(job: Job, store: Path) -> list[Run]:
    from cleaners.store import Store

    if not store.exists():
        say(f"{store}: no such store: without it there is no history to tell from")
        return []
    with Store.open(store, create=False, readonly=True) as opened:
        return opened.journal.runs(500, command=f"crawl {job.job}")
