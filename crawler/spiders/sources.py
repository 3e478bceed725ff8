"""Feeds, sitemaps and lists: read for the pages and the further lists they name."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings

from cleaners.config import SeedEntry, SiteConfig
from cleaners.errors import UnusableInput
from cleaners.items import Drop, NewspaperEdition
from cleaners.page.lines.script_shell import NEEDS_BROWSER, is_empty_shell
from cleaners.store import DiscoveredUrl, Kind, UrlState
from crawler import discover, feeds, list_pages, visits
from crawler.agenda import VisitPlan
from crawler.discover import FoundLink
from crawler.paper_pages import read_issue_page
from crawler.request_context import get_context
from crawler.responses import ResponseReader
from crawler.scheduling.link_filter import LinkFilter
from crawler.visits import SpiderItem

_ISSUE_DEEP = 200  # steps from the first page of an issue: 下一版 leads from each to the next
_FRAMES_DEEP = 2  # a list in a frame in a frame, no further
_FIRST = 1000  # priority: what announces pages comes before pages

Requests = Callable[[DiscoveredUrl, UrlState | None], Request]


class AnnouncementPages:
    """The callbacks of a spider for what announces pages."""

    def __init__(
        self,
        *,
        settings: BaseSettings,
        answers: ResponseReader,
        links: LinkFilter,
        agenda: VisitPlan,
        request: Requests,
        follow: Callable[[Iterable[DiscoveredUrl], SiteConfig], Iterator[Request]],
    ) -> None:
        """``request`` makes a request of a known address, ``follow`` those of what was found and is to be visited."""
        self._settings = settings
        self._answers = answers
        self._links = links
        self._agenda = agenda
        self._request = request
        self._follow = follow
        self._sitemaps: Counter[str] = Counter()

    async def feed(self, response: Response) -> AsyncIterator[Any]:
        """The pages a feed names."""
        if done := await self._answers.without_news(response):
            yield done
            return
        most, size = self._settings.getint("FEED_MAX_ENTRIES"), self._settings.getint("DOWNLOAD_MAXSIZE")
        try:
            links = await self._read(feeds.feed, response, most + 1, size)
        except UnusableInput as why:
            yield await self._answers.drop(response, why.reason)
            return
        for one in self._announced(response, self._named(links, response, most)):
            yield one

    async def sitemap(self, response: Response) -> AsyncIterator[Any]:
        """The pages a sitemap names, and the sitemaps it names."""
        if done := await self._answers.without_news(response):
            yield done
            for entry in self._agenda.announced_by(response.url):
                yield self._request(entry.found, entry)
            return
        site = get_context(response).site
        most, size = self._settings.getint("SITEMAP_MAX_ENTRIES"), self._settings.getint("DOWNLOAD_MAXSIZE")
        files = self._settings.getint("SITEMAP_MAX_FILES")
        try:
            found = await self._read(feeds.sitemap, response, most + 1, size)
        except UnusableInput as why:
            yield await self._answers.drop(response, why.reason)
            return
        further: list[DiscoveredUrl | Drop] = []
        for url in found.sitemaps:
            if not discover.is_address(url):
                further.append(Drop(origin=url, url=url, stage="fetch", reason="malformed address"))
                continue
            self._sitemaps[site.id] += 1
            if self._sitemaps[site.id] <= files:
                further.append(announcing(url, site, "sitemap"))
            else:
                detail = f"the site names more than {files}; give it as a seed of its own to have it read"
                further.append(Drop(origin=url, url=url, stage="fetch", reason="too many sitemaps", detail=detail))
        for one in self._announced(response, [*further, *self._named(found.pages, response, most)]):
            yield one

    async def list_page(self, response: Response) -> AsyncIterator[Any]:
        """The pages a list links to, and its next page."""
        context = get_context(response)
        site, pages, hops = context.site, context.found.pages, context.found.hops
        if done := await self._answers.without_news(response):
            yield done
            for entry in self._agenda.announced_by(response.url):
                if pages > 1 or entry.found.hops:
                    yield self._request(entry.found, entry)
            return
        found: list[DiscoveredUrl | Drop] = []
        if isinstance(response, TextResponse):
            page = discover.readable(response)
            url = list_pages.next_page(page)
            if pages > 1 and url is not None and site.owns(url):
                found.append(announcing(url, site, "list", pages - 1, hops))
            if hops < _FRAMES_DEEP:
                found += (
                    announcing(frame, site, "list", pages, hops + 1)
                    for frame in list_pages.frames(page)
                    if site.owns(frame) and not site.follow.denies(frame)
                )
            found += self._links.on_page(page, site, 1, list_pages.entries(page, url, pages=pages))
            if not found and is_empty_shell(page.text):
                yield await self._answers.drop(response, "script shell", context.unrendered or NEEDS_BROWSER)
                return
        for one in self._announced(response, found):
            yield one

    async def paper_page(self, response: Response) -> AsyncIterator[Any]:
        """The articles on a page of a newspaper's issue, whatever ``depth`` says, and the other pages of the issue."""
        context = get_context(response)
        site, hops = context.site, context.found.hops
        if done := await self._answers.without_news(response):
            yield done
            for entry in self._agenda.announced_by(response.url):
                yield self._request(entry.found, entry)
            return
        found: list[DiscoveredUrl | Drop] = []
        if isinstance(response, TextResponse):
            page = discover.readable(response)
            issue = read_issue_page(page, context.found.edition, site.name)
            for link, edition in issue.pages:
                if hops < _ISSUE_DEEP and site.owns(link.url) and not site.follow.denies(link.url):
                    found.append(replace(announcing(link.url, site, "paper", hops=hops + 1), edition=edition))
            for frame in list_pages.frames(page) if not issue.articles else ():
                if hops < _ISSUE_DEEP and site.owns(frame) and not site.follow.denies(frame):
                    found.append(replace(announcing(frame, site, "paper", hops=hops + 1), edition=issue.edition))
            for one in self._links.on_page(page, site, 1, (*issue.articles, *issue.malformed)):
                found.append(replace(one, edition=issue.edition) if isinstance(one, DiscoveredUrl) else one)
        for some in self._announced(response, found):
            yield some

    async def _read(self, reading: Callable[..., Any], response: Response, most: int, limit: int) -> Any:
        """What a feed or sitemap says, read in a thread. Raises ``UnusableInput`` as :func:`crawler.feeds.feed`."""
        kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        return await asyncio.to_thread(reading, response.body, response.url, most, limit, content_type=kind)

    def _named(self, links: Sequence[FoundLink], response: Response, most: int) -> Iterator[DiscoveredUrl | Drop]:
        """What of it is to be followed. Where all links lead to other sites, or they are too many, a Drop says so."""
        site = get_context(response).site
        yield from self._links.named(links[:most], site, response.url)
        if len(links) > most:
            yield Drop(
                origin=response.url, url=response.url, stage="fetch", reason="too many entries",
                detail=f"only the first {most:,} are read; the others are found when it names them first",
            )  # fmt: skip
        places = [link.url for link in links if discover.is_address(link.url)]
        if places and not any(map(site.owns, places)):
            hosts = Counter(urlsplit(place).netloc for place in places)
            named = ", ".join(host for host, _ in hosts.most_common(3))
            cure = "a site of its own in the seed file, with that host as its `home`, has them fetched"
            yield Drop(
                origin=response.url, url=response.url, stage="fetch", reason="all links leave the site",
                detail=f"{len(places)} to {named}; {cure}",
            )  # fmt: skip

    def _announced(self, response: Response, judged: Iterable[DiscoveredUrl | Drop]) -> Iterator[SpiderItem | Request]:
        """What it came to: the links on it, and requests for those that are to be visited."""
        judged = list(judged)
        found = [one for one in judged if isinstance(one, DiscoveredUrl)]
        yield SpiderItem(item=None, visits=visits.read(response, "links", found))
        for one in judged:
            if isinstance(one, Drop):
                yield SpiderItem(item=one, visits=())
        yield from self._follow(found, get_context(response).site)


def of_seed(seed: SeedEntry, site: SiteConfig, days: Iterable[date]) -> Iterator[DiscoveredUrl]:
    """A job's seed as addresses to be visited: for each of the days where its address has a date, else one."""
    for day, url in seed.on(days):
        if seed.kind == "page":
            yield DiscoveredUrl(url=url, site=site.id, priority=_FIRST)
        else:
            found = announcing(url, site, seed.kind, seed.pages)
            issue = NewspaperEdition(date=day.isoformat()) if day and seed.kind == "paper" else None
            yield replace(found, edition=issue)


def announcing(url: str, site: SiteConfig, kind: Kind, pages: int = 1, hops: int = 0) -> DiscoveredUrl:
    """A feed, sitemap or list as an address to be visited; ``hops``: in how many frames it stands."""
    priority = _FIRST - (kind == "sitemap")  # last: a sitemap's links come without words
    return DiscoveredUrl(url=url, site=site.id, kind=kind, hops=hops, pages=pages, priority=priority)
