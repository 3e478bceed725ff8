"""Fetches one page under the rules of a crawl and keeps nothing: robots.txt, the guard, limits, an honest agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from cleaners.config import SiteConfig
from cleaners.items import Drop, Page
from cleaners.store import DiscoveredUrl
from crawler.middlewares.warc_recorder import pairs
from crawler.request_context import RequestContext, get_context, request_for
from crawler.visits import drop_of


class FetchedPage:
    """Where the spider leaves what came of its request."""

    def __init__(self) -> None:
        self.result: Page | Drop | None = None
        """None before there is an answer."""


class OnePageSpider(Spider):
    """One request, and those that robots.txt and redirects ask for."""

    name = "one-page"

    def __init__(self, *, url: str, site: SiteConfig, fetched: FetchedPage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._url = url
        self._site = site
        self._fetched = fetched

    async def start(self) -> AsyncIterator[Request]:
        """The request."""
        found = DiscoveredUrl(url=self._url, site=self._site.id)
        context = RequestContext(site=self._site, found=found)
        yield request_for(self._url, context, callback=self.page, errback=self.failed)

    def page(self, response: Response) -> None:
        """The answer."""
        self._fetched.result = answered(response)

    def failed(self, failure: Failure) -> None:
        """No answer."""
        self._fetched.result = drop_of(failure.request, failure.value)  # type: ignore[attr-defined]


def answered(response: Response) -> Page | Drop:
    """The page of a response that nobody archives; a Drop where it has none."""
    if not 200 <= response.status < 300 or "download_stopped" in response.flags:
        reason = "not html" if response.status < 300 else f"http {response.status}"
        return Drop(origin=response.url, url=response.url, stage="fetch", reason=reason)
    context = get_context(response)
    return Page(
        body=response.body,
        origin=response.url,
        url=response.url,
        site=context.site.id,
        status=response.status,
        headers=pairs(response.headers),
        fetched_at=datetime.now(UTC),
        opt_out=context.opt_out,
    )
