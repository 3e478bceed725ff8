"""From what came of a request to what is handed in: the part that is the same for pages and for what announces them."""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from cleaners.errors import JianbaoError
from cleaners.items import Drop
from crawler import visits
from crawler.ingest_queue import IngestQueue
from crawler.request_context import get_context
from crawler.visits import SpiderItem


class ResponseReader:
    """Tells responses with something new in them from all others, and waits for their record in the archive."""

    def __init__(self, desk: IngestQueue) -> None:
        self._desk = desk

    async def origin(self, response: Response) -> str:
        """Where the response lies in the archive. Raises ``CloseSpider`` when the archive cannot be written."""
        archived = get_context(response).archived
        if archived is None:
            return response.url
        try:
            return await asyncio.wrap_future(archived.origin)
        except JianbaoError as error:
            self._desk.fail(error)
            raise CloseSpider("cannot archive") from None

    async def without_news(self, response: Response) -> SpiderItem | None:
        """What there is to hand in for a response that holds nothing new: an error, no text, the same as last time."""
        if visits.is_unchanged(response):
            await self.origin(response)
            self._desk.tally.unchanged += 1
            return SpiderItem(item=None, visits=visits.read(response, None))
        if "download_stopped" in response.flags and response.status < 400:
            kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
            return await self.drop(response, "not html", kind)
        if not 200 <= response.status < 300:
            return await self.drop(response, f"http {response.status}")
        return None if response.body else await self.drop(response, "empty")

    async def drop(self, response: Response, reason: str, detail: str = "") -> SpiderItem:
        """A response that nothing can be made of."""
        drop = Drop(origin=await self.origin(response), url=response.url, stage="fetch", reason=reason, detail=detail)
        assert response.request
        return SpiderItem(item=drop, visits=visits.not_read(response.request, drop, response.status))

    def none_for(self, request: Request, error: BaseException | None) -> SpiderItem:
        """A request without a response."""
        drop = visits.drop_of(request, error)
        return SpiderItem(item=drop, visits=visits.not_read(request, drop))
