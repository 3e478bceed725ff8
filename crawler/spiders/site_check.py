"""Looks at sites without keeping anything: what they offer, and whether a job's seeds still work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from cleaners.config import JobConfig, SeedEntry, SiteConfig
from cleaners.errors import UnusableInput
from cleaners.sentences import Sentence, sentence
from cleaners.store import DiscoveredUrl
from crawler import discover, feeds, site_survey
from crawler.request_context import RequestContext, request_for
from crawler.site_survey import Kind, SeedOffer
from crawler.visits import drop_of

HOME = "home page"
"""The name of an offer that is the home page itself."""

_SECTIONS, _FEEDS, _SITEMAPS = 12, 5, 3  # of a home page, looked at


class SurveyState:
    """What the scout found, by site id."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.seeds: dict[str, list[SeedOffer]] = {}
        """The job's own seeds."""
        self.offers: dict[str, list[SeedOffer]] = {}
        """What else the home page points to."""
        self.few: dict[str, list[SeedOffer]] = {}
        """Of these the pages with some links to articles that are no lists of news."""


class SiteCheckSpider(Spider):
    """Fetches each site's seeds, its home page, and what that points to: about twenty requests a site."""

    name = "scout"

    def __init__(self, *, job: JobConfig, found: SurveyState, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.found = found
        self._asked: set[tuple[str, str]] = set()

    async def start(self) -> AsyncIterator[Any]:
        """The seeds and the home page of every site, and what its robots.txt names."""
        for site in self.job.sites:
            self.found.seeds[site.id], self.found.offers[site.id], self.found.few[site.id] = [], [], []
            today = site.today(datetime.now(UTC))
            for seed in site.seeds:
                for _, url in seed.on([today]) if seed.kind != "page" else ():
                    yield self._look(url, site, _kind(seed), self.found.seeds[site.id])
            yield self._ask(site.home, site, self.home, into=self.found.offers[site.id], name=HOME)
            robots = urljoin(site.home, "/robots.txt")
            yield self._ask(robots, site, self.robots, into=self.found.offers[site.id], quiet=True)

    def home(self, response: Response, site: SiteConfig, into: list[SeedOffer], name: str) -> Iterator[Request]:
        """Where a home page points to; for a site that names no seeds it is the seed."""
        if not isinstance(response, TextResponse) or response.status != 200:
            self._fails(site, into, SeedOffer(kind="list", url=site.home, entries=0, name=name, why=_status(response)))
            return
        page = site_survey.home(response, site, _SECTIONS)
        self.found.names[site.id] = page.title
        count, why = site_survey.listed(response, site)
        into.append(SeedOffer(kind="list", url=site.home, entries=count, name=name, why=why))
        self._note_few(response, site, name)
        if not site.seeds:
            count, why = site_survey.linked(response, site)
            self.found.seeds[site.id].append(SeedOffer(kind="list", url=site.home, entries=count, name=name, why=why))
        for url in page.feeds[:_FEEDS]:
            yield from self._look_once(url, site, "feed", into)
        for link in page.sections:
            yield from self._look_once(link.url, site, "list", into, link.text)

    def robots(self, response: Response, site: SiteConfig, into: list[SeedOffer]) -> Iterator[Request]:
        """The sitemaps that a robots.txt names."""
        named = feeds.sitemap(response.body, response.url, _SITEMAPS, 0).sitemaps if response.status == 200 else ()
        for url in named:
            yield from self._look_once(url, site, "sitemap", into)

    async def offer(self, response: Response, site: SiteConfig, kind: Kind, into: list[SeedOffer], name: str) -> None:
        """What a feed, a sitemap or a list names today."""
        if response.status != 200:
            into.append(SeedOffer(kind=kind, url=response.request.url, entries=0, name=name, why=_status(response)))  # type: ignore[union-attr]
            return
        reading = site_survey.linked if into is self.found.seeds[site.id] else site_survey.listed
        count, why = await asyncio.to_thread(self._count, response, site, kind, reading)
        into.append(SeedOffer(kind=kind, url=response.url, entries=count, name=name, why=why))
        if kind == "list" and not count and isinstance(response, TextResponse):
            self._note_few(response, site, name)

    def _note_few(self, response: TextResponse, site: SiteConfig, name: str) -> None:
        if count := site_survey.seen(response, site):
            self.found.few[site.id].append(SeedOffer(kind="list", url=response.url, entries=count, name=name))

    def _count(
        self,
        response: Response,
        site: SiteConfig,
        kind: Kind,
        reading: Callable[[TextResponse, SiteConfig], tuple[int, Sentence | None]],
    ) -> tuple[int, Sentence | None]:
        """How many articles are named; ``reading``: how a list is read."""
        if kind == "list":
            return reading(response, site) if isinstance(response, TextResponse) else (0, sentence("no text"))
        header = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        most, limit = ("FEED_MAX_ENTRIES" if kind == "feed" else "SITEMAP_MAX_ENTRIES"), "DOWNLOAD_MAXSIZE"
        limits = self.settings.getint(most), self.settings.getint(limit)
        try:
            if kind == "feed":
                count = len(feeds.feed(response.body, response.url, *limits, content_type=header))
                return count, None if count else sentence("no entries")
            named = feeds.sitemap(response.body, response.url, *limits, content_type=header)
        except UnusableInput as why:
            return 0, Sentence(why.reason)
        count = len(named.pages) + len(named.sitemaps)
        return count, None if count else sentence("no entries")

    def _fails(self, site: SiteConfig, into: list[SeedOffer], offer: SeedOffer) -> None:
        into.append(offer)
        if offer.name == HOME and not site.seeds:
            self.found.seeds[site.id].append(offer)

    def _look_once(
        self, url: str, site: SiteConfig, kind: Kind, into: list[SeedOffer], name: str = ""
    ) -> Iterator[Request]:
        if discover.is_address(url) and (site.id, url) not in self._asked:
            yield self._look(url, site, kind, into, name)

    def _look(self, url: str, site: SiteConfig, kind: Kind, into: list[SeedOffer], name: str = "") -> Request:
        self._asked.add((site.id, url))
        return self._ask(url, site, self.offer, into=into, kind=kind, name=name)

    def _ask(
        self, url: str, site: SiteConfig, callback: Any, *, into: list[SeedOffer], quiet: bool = False, **more: Any
    ) -> Request:
        def failed(failure: Failure) -> None:
            if not quiet:
                drop = drop_of(failure.request, failure.value)  # type: ignore[attr-defined]
                kind, name = more.get("kind", "list"), more.get("name", "")
                self._fails(site, into, SeedOffer(kind=kind, url=url, entries=0, name=name, why=Sentence(drop.reason)))

        arguments = {"site": site, "into": into, **more}
        found = DiscoveredUrl(url=url, site=site.id, kind=more.get("kind", "list"), hops=0)
        context = RequestContext(site=site, found=found)
        return request_for(url, context, callback=callback, errback=failed, cb_kwargs=arguments, dont_filter=True)


def _kind(seed: SeedEntry) -> Kind:
    return seed.kind if seed.kind in {"feed", "sitemap"} else "list"


def _status(response: Response) -> Sentence:
    return Sentence("not html" if response.status == 200 else f"http {response.status}")  # reasons of Drops
