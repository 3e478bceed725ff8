"""The one spider: what it fetches is said by a job (a seed file), how politely by the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from cleaners.errors import JianbaoError, Unusable
from cleaners.items import Drop, Page
from cleaners.sites import Job, Seed, Site
from crawler import discover, traps
from crawler.desk import Desk
from crawler.guard import Refused
from crawler.promise import Promises
from crawler.recorder import pairs

_SEED, _PAGE = 1000, 0  # priorities: what announces pages comes before pages, near pages before far ones
_PROMISE = 100  # what a focus adds for the best of links
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection refused"),
    (CannotResolveHostError, "host not found"),
    (ResponseDataLossError, "cut short"),
    (DownloadCancelledError, "too large"),
)


class NewsSpider(Spider):
    """Fetches what a job's seeds announce and hands pages and Drops to the pipeline."""

    name = "news"

    def __init__(self, *, job: Job, desk: Desk, promises: Promises | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.desk = desk
        self.promises = promises
        self._sitemaps: dict[str, int] = {}
        self._mazes = traps.Mazes()

    async def start(self) -> AsyncIterator[Any]:
        """A request for every seed of every site."""
        for site in self.job.sites:
            for seed in site.entries:
                yield self._seed(seed, site)

    def _seed(self, seed: Seed, site: Site) -> Request:
        if seed.list_page:
            return self._announcing(seed.url, site, self.from_list, pages=seed.pages)
        return self._announcing(seed.url, site, self.from_feed if seed.feed else self.from_sitemap)

    def _announcing(self, url: str, site: Site, callback: Any, **more: Any) -> Request:
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            meta={"site": site, "kind": "seed"},
            cb_kwargs={"site": site, **more},
            priority=_SEED - (callback == self.from_sitemap),  # last: a sitemap's links come without words
        )

    async def from_feed(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """The pages a feed names."""
        if drop := await self._unread(response):
            yield drop
            return
        most = self.settings.getint("FEED_MAX_ENTRIES")
        for request in self._pages(await asyncio.to_thread(discover.feed, response.body, response.url, most), site, 1):
            yield request

    async def from_sitemap(self, response: Response, site: Site) -> AsyncIterator[Any]:
        """The pages a sitemap names, and the sitemaps it names."""
        if drop := await self._unread(response):
            yield drop
            return
        limits = self.settings.getint("SITEMAP_MAX_ENTRIES"), self.settings.getint("DOWNLOAD_MAXSIZE")
        try:
            found = await asyncio.to_thread(discover.sitemap, response.body, response.url, *limits)
        except Unusable as why:
            yield Drop(origin=await self._origin(response), url=response.url, stage="fetch", reason=why.reason)
            return
        for url in filter(discover.is_address, found.sitemaps):
            self._sitemaps[site.id] = self._sitemaps.get(site.id, 0) + 1
            if self._sitemaps[site.id] <= self.settings.getint("SITEMAP_MAX_FILES"):
                yield self._announcing(url, site, self.from_sitemap)
        for request in self._pages(found.pages, site, 1):
            yield request

    async def from_list(self, response: Response, site: Site, pages: int) -> AsyncIterator[Any]:
        """The pages a list links to, and its next page."""
        if drop := await self._unread(response):
            yield drop
            return
        if not isinstance(response, TextResponse):
            return
        url = discover.next_page(response) if pages > 1 else None
        if url is not None and discover.is_address(url) and site.owns(url):
            yield self._announcing(url, site, self.from_list, pages=pages - 1)
        for request in self._pages(discover.links(response), site, 1, self._around(response)):
            yield request

    async def page(self, response: Response, site: Site, hops: int) -> AsyncIterator[Any]:
        """A page that may be an article."""
        if drop := await self._unread(response):
            yield drop
            return
        self._mazes.fetched(response.url, response.body)
        yield Page(
            body=response.body,
            origin=await self._origin(response),
            url=response.url,
            site=site.id,
            status=response.status,
            headers=pairs(response.headers),
            fetched_at=response.meta["fetched_at"],
        )
        if hops < site.follow.depth and isinstance(response, TextResponse):
            for request in self._pages(discover.links(response), site, hops + 1, self._around(response)):
                yield request

    def came_of(self, page: Page, is_article: bool) -> None:
        """What the pipeline made of a page: kinds of address that give no articles are given up."""
        if page.url is not None:
            self._mazes.came_of(page.url, is_article)

    def _pages(
        self, links: Iterable[discover.Link], site: Site, hops: int, around: float | None = None
    ) -> Iterable[Request]:
        """Requests for those links that belong to the site, pass its rules and are no trap."""
        today = datetime.now(UTC).date()
        for link in links:
            if not (discover.is_address(link.url) and site.owns(link.url) and site.follow.admits(link.url)):
                continue
            if why := traps.trap(link.url, today) or self._mazes.closed(link.url):
                self.desk.tally.traps[why] += 1
                continue
            yield Request(
                link.url,
                callback=self.page,
                errback=self.failed,
                meta={"site": site, "kind": "page"},
                cb_kwargs={"site": site, "hops": hops},
                priority=_PAGE - hops + self._promise(link, site, around),
            )

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

    async def _unread(self, response: Response) -> Drop | None:
        """A Drop for a response that holds nothing to read: an error, or no text."""
        reason, detail = "", ""
        if response.status >= 400:
            reason = f"http {response.status}"
        elif "download_stopped" in response.flags:
            reason, detail = "not html", (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        elif not 200 <= response.status < 300:
            reason = f"http {response.status}"
        elif not response.body:
            reason = "empty"
        if not reason:
            return None
        return Drop(origin=await self._origin(response), url=response.url, stage="fetch", reason=reason, detail=detail)

    def failed(self, failure: Failure) -> Iterable[Drop]:
        """A request without a response: what is left for later is counted, the rest are Drops."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, Refused) and error.reason == "limit":
            self.desk.tally.left += 1
            return
        yield Drop(origin=request.url, url=request.url, stage="fetch", reason=_reason(error), detail=_detail(error))


def _reason(error: BaseException | None) -> str:
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, IgnoreRequest):  # raised by Scrapy's own middleware: a bomb in the content encoding
        return "too large" if "DOWNLOAD_MAXSIZE" in str(error) else "refused"
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "failed")


def _detail(error: BaseException | None) -> str:
    return error.detail if isinstance(error, Refused) else f"{type(error).__name__}: {error}"[:300]
