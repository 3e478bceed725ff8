"""The item pipeline: what the spider finds goes to its desk."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, Self

from scrapy.crawler import Crawler

from cleaners.items import Article, Drop, Page
from crawler.ingest_queue import IngestQueue
from crawler.visits import SpiderItem


class KeepingSpider(Protocol):
    """What the pipeline asks of the spider (:class:`crawler.spiders.news.NewsSpider`)."""

    desk: IngestQueue

    async def prepare(self) -> None:
        """Open what the crawl writes to."""
        ...

    async def finish(self) -> None:
        """Finish what was handed in and release everything."""
        ...

    def came_of(self, page: Page, result: Article | Drop) -> None:
        """Hear what became of a page."""
        ...


class CleanAndKeep:
    """Hands pages to the desk, tells the spider what came of them, ends the crawl when nothing can be kept."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    @property
    def _spider(self) -> KeepingSpider:
        spider: Any = self._crawler.spider
        keeping: KeepingSpider = spider
        return keeping

    async def open_spider(self) -> None:
        """Before the first request. Raises what the store raises when it cannot be opened."""
        await self._spider.prepare()
        self._watch = asyncio.ensure_future(self._end_on_failure())

    async def process_item(self, item: Any) -> Any:
        """Hand in what the spider delivers; other items are passed on."""
        if isinstance(item, SpiderItem):
            result = await self._spider.desk.submit(item.item, item.visits)
            if isinstance(item.item, Page) and result is not None:
                self._spider.came_of(item.item, result)
        return item

    async def close_spider(self) -> None:
        """After the last one. Scrapy has stopped crawling before only when it was told to (Ctrl-C)."""
        self._spider.desk.tally.interrupted |= not self._crawler.crawling
        if self._watch is not None:
            self._watch.cancel()
        await self._spider.finish()

    async def _end_on_failure(self) -> None:
        await self._spider.desk.failed()
        asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="cannot store"))  # noqa: RUF006
