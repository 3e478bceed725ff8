"""A Scrapy add-on: cleaning, matching, the store and the guard for a project that has spiders of its own.

    ADDONS = {"crawler.addon.Jianbao": 500}
    JIANBAO_STORE = "news.db"

Items that have an address (``url``) and a page (``html`` or ``body``) become clippings; other items pass untouched. An
item that becomes an article goes on with the record in its field ``article``, where it has such a field (dicts do);
one that does not is dropped, and the store keeps the reason. Where a page is one of several of an article, the others
are fetched (with the project's own middlewares) and joined: the record is that of the whole article, and items of its
later pages are dropped. Settings:

- ``JIANBAO_STORE``: the store's file; ``jianbao.db``.
- ``JIANBAO_PRIVATE_HOSTS``: hosts that may be reached on private or loopback addresses; none.
- ``JIANBAO_PROCESSES``: how many clean; every core.
- ``JIANBAO_WATCHES``: a file of watches, which tell what they wait for when the spider is closed; none.

The guard holds for every request of the project, redirects included.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self

from itemadapter import ItemAdapter
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from cleaners import parts
from cleaners.context import context_of
from cleaners.errors import JianbaoError
from cleaners.export import record
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Clipping, Drop, Page
from cleaners.parallel import WorkerPool, cores
from cleaners.parts import ArticleAssembly
from cleaners.store import RunStatus
from cleaners.urls import canonical
from crawler.middlewares.address_guard import AddressRefused, GuardMiddleware
from crawler.notify.run import load as load_watches
from crawler.notify.run import run_watches

log = logging.getLogger(__name__)

_NEAREST_TO_THE_WIRE = 990
_BEFORE_OTHERS = 100


class Jianbao:
    """The add-on; what the project's own settings say counts more."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """What belongs to the whole process: every name is resolved by the guard."""
        settings.set("TWISTED_DNS_RESOLVER", "crawler.middlewares.address_guard.GuardedResolver", "addon")
        settings.set("PRIVATE_HOSTS_OF_RUN", settings.getlist("JIANBAO_PRIVATE_HOSTS"), "addon")

    def update_settings(self, settings: BaseSettings) -> None:
        """What belongs to a crawl."""
        settings.set("PRIVATE_HOSTS", settings.getlist("JIANBAO_PRIVATE_HOSTS"), "addon")
        handlers = dict.fromkeys(("http", "https"), "crawler.middlewares.http_handler.BoundedHandler")  # bounded heads
        settings.set("DOWNLOAD_HANDLERS", {**handlers, **settings.getdict("DOWNLOAD_HANDLERS")}, "addon")
        settings.setdefault_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", AddonGuard, _NEAREST_TO_THE_WIRE)
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", ClippingPipeline, _BEFORE_OTHERS)


class AddonGuard(GuardMiddleware):
    """The guard, telling what it refused: in the log and in Scrapy's stats (``jianbao/refused``)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._stats = crawler.stats

    def process_request(self, request: Request) -> None:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` for what is not to be fetched."""
        with self._telling(request):
            super().process_request(request)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` for a name that leads to a private
        address."""
        with self._telling(request):
            super().process_exception(request, exception)

    @contextmanager
    def _telling(self, request: Request) -> Iterator[None]:
        try:
            yield
        except AddressRefused as why:
            log.warning("%s: %s (%s)", request.url, why.reason, why.detail)
            if self._stats:
                self._stats.inc_value("jianbao/refused")
            raise


class ClippingPipeline:
    """The item pipeline: cleans in processes, keeps in a thread, so that the downloads go on meanwhile."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store = Path(crawler.settings.get("JIANBAO_STORE") or "jianbao.db").absolute()
        self._watches = crawler.settings.get("JIANBAO_WATCHES") or None
        self._processes = crawler.settings.getint("JIANBAO_PROCESSES") or cores()
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="store")  # a store is written by one thread
        self._waiting: SimpleQueue[Article | Drop] = SimpleQueue()
        self._broken = False
        self._turns: dict[str, asyncio.Lock] = {}
        self._joined: dict[str, Article] = {}
        """Canonical form of each page of an article of several -> the article."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Read the watches, open the store. Raises ``SeedFileError`` and what ``Ingester`` raises."""
        self._file = load_watches(Path(self._watches).absolute()) if self._watches else None
        command = f"scrapy {self._crawler.spider.name}" if self._crawler.spider else "scrapy"
        self._workers = WorkerPool(self._processes, context_of(self._store))
        self._ingester = await self._in_thread(lambda: Ingester(self._store, command=command))

    async def process_item(self, item: Any) -> Any:
        """Clean and keep; returns when it is stored. Raises ``DropItem`` for what is no article."""
        page = page_of(item)
        if page is None:
            return item
        result = await self._completed(await self._cleaned(page))
        self._waiting.put(result)
        try:
            await self._in_thread(self._keep)
        except Exception:
            if not self._broken and self._crawler.engine:
                asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="cannot store"))  # noqa: RUF006
            self._broken = True
            raise
        if isinstance(result, Drop):
            raise DropItem(f"{result.stage}: {result.reason} {page.url}")
        fields = ItemAdapter(item)
        if isinstance(item, dict) or "article" in fields.field_names():
            fields["article"] = record(Clipping(article=result))
        return item

    async def close_spider(self) -> None:
        """Write what was learned, note the run's end, close the store; tell what watches wait for."""
        self._workers.close()
        ended: RunStatus = "done" if self._crawler.crawling else "interrupted"  # Ctrl-C stops crawling before the close
        await self._in_thread(lambda: self._ingester.close("failed" if self._broken else ended))
        await self._in_thread(self._tell)
        self._keeping.shutdown()

    def _tell(self) -> None:
        """What cannot be told now is told in the next run, or by ``jianbao watch``."""
        if self._file is None:
            return
        try:
            results = run_watches(self._file, self._store, now=datetime.now(UTC))
        except JianbaoError as why:
            log.error("watches: %s", why)
            return
        for one in results:
            log.log(logging.WARNING if one.failure else logging.INFO, "%s: %d told by %s%s", one.watch, one.told,
                    one.channel, f"; {one.failure}" if one.failure else "")  # fmt: skip

    async def _cleaned(self, page: Page) -> Article | Drop:
        return await asyncio.wrap_future(self._workers.submit(page))

    async def _completed(self, result: Article | Drop) -> Article | Drop:
        """A page with the other pages of its article, which are fetched; from its first page on, where it is a later
        one, and a Drop where that was done before."""
        piece = parts.page_of(result)
        if piece is None or not piece.pager.is_told:
            return result
        first = piece.pager.preceding[0] if piece.pager.is_later else str(piece.url)
        async with self._turns.setdefault(canonical(first), asyncio.Lock()):
            if (done := self._joined.get(canonical(str(piece.url)))) is not None:
                return done if done.id == piece.id else parts.joined_drop(piece, done)
            head: Article | Drop | str = result
            if piece.pager.is_later:
                head = await self._fetched(first)
            if not isinstance(head, Article) or (head is not result and not parts.is_same_article(head, piece)):
                return parts.settled(result)
            assembly = ArticleAssembly(head)
            if assembly.whole is not None and isinstance(whole := await self._fetched(assembly.whole), Article):
                assembly.offer_whole(whole)
            while (url := assembly.wanted()) is not None:
                got = piece if canonical(url) == canonical(str(piece.url)) else await self._fetched(url)
                if isinstance(got, str):
                    assembly.miss(got)
                elif (page := parts.page_of(got)) is None:
                    assembly.miss(got.reason if isinstance(got, Drop) else "empty")
                else:
                    assembly.offer(page)
            article = assembly.article()
            self._joined.update((canonical(str(one.url)), article) for one in (head, *assembly.pages))
            return article

    async def _fetched(self, url: str) -> Article | Drop | str:
        """What another page of an article is, fetched as the project fetches and cleaned; or why there is none."""
        assert self._crawler.engine
        try:
            response = await self._crawler.engine.download_async(Request(url))
        except Exception as error:  # whatever the project's downloads raise
            return error.reason if isinstance(error, AddressRefused) else type(error).__name__
        if response.status != 200 or not response.body:
            return f"http {response.status}"
        pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items()
                      for value in values)  # fmt: skip
        return await self._cleaned(
            Page(body=response.body, origin=url, url=response.url, headers=pairs, fetched_at=datetime.now(UTC))
        )

    def _keep(self) -> None:
        """Everything that waits, in one transaction: the first of several calls does it for all."""
        batch = []
        with suppress(Empty):
            while True:
                batch.append(self._waiting.get_nowait())
        if not batch:
            return
        try:
            self._ingester.add(batch)
        except Exception:
            for result in batch:  # the calls to come fail by them: nothing counts as kept that is not
                self._waiting.put(result)
            raise

    async def _in_thread(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._keeping, work)


def page_of(item: Any) -> Page | None:
    """The page that an item carries: a mapping, ``scrapy.Item``, dataclass, attrs or pydantic object; None for none."""
    if not ItemAdapter.is_item(item):
        return None
    fields: Mapping[str, Any] = ItemAdapter(item)
    url = fields.get("url")
    body = fields.get("body") or fields.get("html")
    if not isinstance(url, str) or not isinstance(body, bytes | str) or not body:
        return None
    # Text is encoded again: what it declares of its own encoding no longer holds.
    headers = () if isinstance(body, bytes) else (("Content-Type", "text/html; charset=utf-8"),)
    content = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
    return Page(body=content, origin=url, url=url, headers=headers, fetched_at=datetime.now(UTC))
