"""The one spider: what it fetches is said by a job (a seed file), how politely by the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from cleaners.errors import JianbaoError, Unusable
from cleaners.items import Drop, Page
from cleaners.sites import Job, Seed, Site
from cleaners.store import Entry, Found, Kind
from cleaners.urls import canonical
from crawler import discover, traps, visits
from crawler.conditional import NOT_DUE
from crawler.desk import Desk
from crawler.guard import Refused
from crawler.ledger import Agenda
from crawler.promise import OFF_TOPIC, Promises
from crawler.recorder import pairs
from crawler.visits import Delivery

_SEED, _PAGE = 1000, 0  # priorities: what announces pages comes before pages, near pages before far ones
_PROMISE = 100  # what a focus adds for the best of links
_AGAIN = 200  # what is taken off for pages that were read before: new ones come first


class NewsSpider(Spider):
    """Fetches what a job's seeds announce and hands pages and Drops to the pipeline."""

    name = "news"

    agenda: Agenda
    """What is to be visited; there once the store is open, before the first request."""

    def __init__(
        self, *, job: Job, desk: Desk, agenda: Callable[[], Agenda], promises: Promises | None = None, **kwargs: Any
    ) -> None:
        """``agenda`` is called by :meth:`prepare`."""
        super().__init__(**kwargs)
        self.job = job
        self.desk = desk
        self._make_agenda = agenda
        self.promises = promises
        self._sites = {site.id: site for site in job.sites}
        self._sitemaps: dict[str, int] = {}
        self._mazes = traps.Mazes()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make one."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        assert isinstance(spider, cls)
        crawler.signals.connect(spider.dropped, signals.request_dropped)
        return spider

    async def prepare(self) -> None:
        """Open the desk and the agenda. Raises what the store raises when it cannot be opened."""
        await self.desk.open()
        self.agenda = self._make_agenda()

    async def finish(self) -> None:
        """Finish what was handed in and release everything."""
        await self.desk.close()
        self.agenda.close()

    async def start(self) -> AsyncIterator[Any]:
        """A request for every seed, for what earlier runs have left undone, for pages to look at again."""
        for site in self.job.sites:
            self._remember(site)
            for seed in site.entries:
                found = _seed(seed, site)
                entry = self.agenda.entry(found.url)
                if self.agenda.is_open(entry):
                    yield self._request(found, entry)
                else:
                    self.desk.tally.not_due += 1
        for entry in self.agenda.unfinished(self.job.sites):
            if self._is_wanted(entry.found):
                yield self._request(entry.found, entry)
        for site in self.job.sites:
            for entry in self.agenda.due(site):
                if self._is_wanted(entry.found):
                    yield self._request(entry.found, entry, less=_AGAIN)

    def _remember(self, site: Site) -> None:
        """Kinds of address that gave no articles in earlier runs stay given up."""
        for entry in self.agenda.latest(site):
            if entry.outcome in {"article", "drop"} and not entry.failed:
                self._mazes.came_of(entry.found.url, entry.outcome == "article" or entry.detail == OFF_TOPIC)

    def _is_wanted(self, found: Found) -> bool:
        """Whether the job, as it now stands, has the address visited."""
        site = self._sites[found.site]
        if found.kind != "page":
            return True
        return site.owns(found.url) and site.follow.admits(found.url) and found.hops <= site.follow.depth

    def _request(self, found: Found, known: Entry | None, less: int = 0) -> Request:
        callbacks: dict[Kind, Callable[..., Any]] = {
            "page": self.page,
            "list": self.from_list,
            "feed": self.from_feed,
            "sitemap": self.from_sitemap,
        }
        return Request(
            found.url,
            callback=callbacks[found.kind],
            errback=self.failed,
            meta={
                "site": self._sites[found.site],
                "kind": "page" if found.kind == "page" else "seed",
                "found": found,
                "known": known,
            },
            cb_kwargs={"site": self._sites[found.site]},
            priority=found.priority - less,
        )

    async def from_feed(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """The pages a feed names."""
        if done := await self._done(response):
            yield done
            return
        most = self.settings.getint("FEED_MAX_ENTRIES")
        links = await asyncio.to_thread(discover.feed, response.body, response.url, most)
        for one in self._announced(response, self._pages(links, site, 1)):
            yield one

    async def from_sitemap(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """The pages a sitemap names, and the sitemaps it names."""
        if done := await self._done(response):
            yield done
            for entry in self.agenda.announced_by(response.url):
                yield self._request(entry.found, entry)
            return
        limits = self.settings.getint("SITEMAP_MAX_ENTRIES"), self.settings.getint("DOWNLOAD_MAXSIZE")
        try:
            found = await asyncio.to_thread(discover.sitemap, response.body, response.url, *limits)
        except Unusable as why:
            yield await self._drop(response, why.reason)
            return
        further = []
        for url in filter(discover.is_address, found.sitemaps):
            self._sitemaps[site.id] = self._sitemaps.get(site.id, 0) + 1
            if self._sitemaps[site.id] <= self.settings.getint("SITEMAP_MAX_FILES"):
                further.append(_announcing(url, site, "sitemap"))
        for one in self._announced(response, [*further, *self._pages(found.pages, site, 1)]):
            yield one

    async def from_list(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """The pages a list links to, and its next page."""
        pages = response.meta["found"].pages
        if done := await self._done(response):
            yield done
            for entry in self.agenda.announced_by(response.url) if pages > 1 else ():
                yield self._request(entry.found, entry)
            return
        found: list[Found] = []
        if isinstance(response, TextResponse):
            url = discover.next_page(response) if pages > 1 else None
            if url is not None and discover.is_address(url) and site.owns(url):
                found.append(_announcing(url, site, "list", pages - 1))
            found += self._pages(discover.links(response), site, 1, self._around(response))
        for one in self._announced(response, found):
            yield one

    async def page(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """A page that may be an article."""
        if done := await self._done(response):
            yield done
            return
        self._mazes.fetched(response.url, response.body)
        hops = response.meta["found"].hops
        found: list[Found] = []
        if hops < site.follow.depth and isinstance(response, TextResponse):
            found += self._pages(discover.links(response), site, hops + 1, self._around(response))
        page = Page(
            body=response.body,
            origin=await self._origin(response),
            url=response.url,
            site=site.id,
            status=response.status,
            headers=pairs(response.headers),
            fetched_at=response.meta["fetched_at"],
            opt_out=response.meta.get("opt_out", ()),
        )
        yield Delivery(item=page, visits=visits.read(response, "archived", found))
        for request in self._open(found):
            yield request

    def came_of(self, page: Page, is_article: bool) -> None:
        """What the pipeline made of a page: kinds of address that give no articles are given up."""
        if page.url is not None:
            self._mazes.came_of(page.url, is_article)

    def dropped(self, request: Request) -> None:
        """Scrapy fetches nothing twice in a run: a redirect to what was asked for before ends there."""
        if request.meta.get("redirect_times"):
            self.desk.note(visits.moved(request))

    def _pages(
        self, links: Iterable[discover.Link], site: Site, hops: int, around: float | None = None
    ) -> Iterator[Found]:
        """Those links that belong to the site, pass its rules and are no trap."""
        today = datetime.now(UTC).date()
        for link in links:
            if not (discover.is_address(link.url) and site.owns(link.url) and site.follow.admits(link.url)):
                continue
            if why := traps.trap(link.url, today) or self._mazes.closed(link.url):
                self.desk.tally.traps[why] += 1
                continue
            priority = _PAGE - hops + self._promise(link, site, around)
            yield Found(url=link.url, site=site.id, hops=hops, priority=priority)

    def _announced(self, response: Response, found: list[Found] | Iterator[Found]) -> Iterator[Delivery | Request]:
        """What a feed, sitemap or list came to: the links on it, and requests for those that are to be visited."""
        found = list(found)
        yield Delivery(item=None, visits=visits.read(response, "links", found))
        yield from self._open(found)

    def _open(self, found: list[Found]) -> Iterator[Request]:
        """Requests for what is new, left undone, or due."""
        known = self.agenda.entries(one.url for one in found)
        for one in found:
            entry = known.get(canonical(one.url))
            if self.agenda.is_open(entry):
                yield self._request(one, entry, less=_AGAIN if entry is not None and entry.outcome else 0)

    def _around(self, response: TextResponse) -> float | None:
        """With a focus: how well the title of a page fits."""
        return None if self.promises is None else self.promises.of_title(response.css("title::text").get(""))

    def _promise(self, link: discover.Link, site: Site, around: float | None) -> int:
        """What a focus adds to a link's priority."""
        if self.promises is None:
            return 0
        return round(_PROMISE * self.promises.of_link(link.url, link.text, around, site))

    async def _origin(self, response: Response) -> str:
        """Where the response lies in the archive; ends the crawl when the archive cannot be written."""
        promise: Future[str] | None = response.meta.get("origin")
        if promise is None:
            return response.url
        try:
            return await asyncio.wrap_future(promise)
        except JianbaoError as error:
            self.desk.fail(error)
            raise CloseSpider("cannot archive") from None

    async def _done(self, response: Response) -> Delivery | None:
        """What there is to hand in for a response that holds nothing new: an error, no text, the same as last time."""
        if visits.is_unchanged(response):
            await self._origin(response)
            self.desk.tally.unchanged += 1
            return Delivery(item=None, visits=visits.read(response, None))
        if "download_stopped" in response.flags and response.status < 400:
            return await self._drop(
                response, "not html", (response.headers.get(b"Content-Type") or b"").decode("latin-1")
            )
        if not 200 <= response.status < 300:
            return await self._drop(response, f"http {response.status}")
        return None if response.body else await self._drop(response, "empty")

    async def _drop(self, response: Response, reason: str, detail: str = "") -> Delivery:
        drop = Drop(origin=await self._origin(response), url=response.url, stage="fetch", reason=reason, detail=detail)
        assert response.request
        return Delivery(item=drop, visits=visits.not_read(response.request, drop, response.status))

    def failed(self, failure: Failure) -> Iterator[Delivery]:
        """A request without a response: what is left for later is counted, the rest are Drops."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, Refused) and error.reason == "limit":
            self.desk.tally.left += 1
        elif isinstance(error, Refused) and error.reason == NOT_DUE:
            yield Delivery(item=None, visits=visits.moved(request))
        else:
            drop = visits.drop_of(request, error)
            yield Delivery(item=drop, visits=visits.not_read(request, drop))


def _seed(seed: Seed, site: Site) -> Found:
    if seed.list_page:
        return _announcing(seed.url, site, "list", seed.pages)
    return _announcing(seed.url, site, "feed" if seed.feed else "sitemap")


def _announcing(url: str, site: Site, kind: Kind, pages: int = 1) -> Found:
    priority = _SEED - (kind == "sitemap")  # last: a sitemap's links come without words
    return Found(url=url, site=site.id, kind=kind, hops=0, pages=pages, priority=priority)
