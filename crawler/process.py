"""Scrapy's process, and how it is ended before its time (Ctrl-C, SIGTERM)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.middlewares.politeness import CrawlBudget, RequestPace
from crawler.spiders.news import NewsSpider


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkInFlight:
    """What a crawl that was told to end still finishes."""

    requests: int
    """Requests that were sent and not answered."""
    seconds: float
    """How long one of them may take."""
    results: int
    """Outcomes of answers that are not yet in the store."""


class CrawlProcess(AsyncCrawlerProcess):
    """Stops a crawl as a whole: Scrapy would leave one that is still opening, or closing already, as it stands.

    What was sent is waited for; what only waits for its turn is left for the next run.
    """

    def __init__(self, settings: Settings, stopping: Callable[[WorkInFlight], None]) -> None:
        """``stopping`` is called at once when the process is told to end."""
        super().__init__(settings)
        self._stopping = stopping
        self._is_stopping = False

    async def stop(self) -> None:
        """Called by Scrapy after a signal; again after a second one, and whenever the event loop ends."""
        if self._is_stopping or not self.crawlers:
            return
        self._is_stopping = True
        self._stopping(_in_flight(list(self.crawlers)))
        while any(one.crawling and not (one.engine and one.engine.running) for one in self.crawlers):
            await asyncio.sleep(0.05)
        if not any(map(_is_closing, self.crawlers)):
            for crawler in self.crawlers:
                _leave_what_waits(crawler)
            await super().stop()
        await self.join()


def _in_flight(crawlers: list[Crawler]) -> WorkInFlight:
    slots = [slot for one in crawlers if one.engine for slot in one.engine.downloader.slots.values()]
    spiders = [one.spider for one in crawlers]
    return WorkInFlight(
        requests=sum(len(slot.transferring) for slot in slots),
        seconds=max((one.settings.getfloat("DOWNLOAD_TIMEOUT") for one in crawlers), default=0.0),
        results=sum(spider.desk.unsettled for spider in spiders if isinstance(spider, NewsSpider)),
    )


def _leave_what_waits(crawler: Crawler) -> None:
    if (budget := crawler.get_downloader_middleware(CrawlBudget)) is not None:
        budget.end("the run was interrupted")
    if (pace := crawler.get_extension(RequestPace)) is not None:
        pace.end_pauses()


def _is_closing(crawler: Crawler) -> bool:
    slot = crawler.engine._slot if crawler.engine else None  # Scrapy has no public word for it
    return slot is not None and slot.closing is not None
