"""From fetched pages to the store without holding up the downloads.

The reactor's thread only passes things on: WARC records are written in threads, pages cleaned in processes,
articles matched and kept in one thread, a batch at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from cleaners.errors import UnusableInput
from cleaners.ingest.ingester import IngestResult
from cleaners.items import Article, Drop, Page
from cleaners.store import LedgerNote, RunStatus
from cleaners.warc import HttpExchange, PageConversion, WarcArchive, read_back
from crawler.stats import CrawlReport, CrawlStats
from crawler.visits import SpiderItem, settled

log = logging.getLogger(__name__)


class ResultCleaner(Protocol):
    """Cleans pages elsewhere (:class:`cleaners.parallel.WorkerPool`)."""

    def submit(self, page: Page) -> Future[Article | Drop]:
        """Clean one page; the future never fails."""
        ...

    def close(self) -> None:
        """Let the pages in flight finish."""
        ...


class ResultSink(Protocol):
    """Keeps a batch in one transaction: :class:`cleaners.ingest.ingester.Ingester`, or
    :class:`crawler.agenda.ArchiveOnlySink`."""

    def add(self, results: Iterable[Article | Drop], visits: Sequence[LedgerNote] = ()) -> IngestResult | None:
        """Keep a batch, and note in the ledger the visits that it came of; returns what was new, if it looks."""
        ...

    def close(self, status: RunStatus = "done") -> None:
        """Note how the run ended and release the store."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How results are gathered before they are kept."""

    most: int = 200
    """Results in one batch."""
    seconds: float = 0.5
    """How long a batch waits to grow."""
    in_flight: int = 64
    """Pages handed to cleaning and not yet back."""


class IngestQueue:
    """Where one job's exchanges and pages are handed in. Lives in the event loop; owns the threads behind it."""

    def __init__(
        self,
        *,
        archive: WarcArchive,
        tally: CrawlStats,
        cleaner: ResultCleaner | None,
        shelf: Callable[[], ResultSink],
        progress: Callable[[CrawlReport], None] = lambda report: None,
        batching: BatchSettings = BatchSettings(),
    ) -> None:
        """``cleaner`` is None to archive only; ``shelf`` is called in the thread that keeps."""
        self.tally = tally
        self.failure: BaseException | None = None
        self._archive = archive
        self._cleaner = cleaner
        self._make_shelf = shelf
        self._progress = progress
        self._batching = batching
        self._recording = ThreadPoolExecutor(2, thread_name_prefix="warc")  # compressing is most of the work
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._room = asyncio.Semaphore(batching.in_flight)
        self._results: asyncio.Queue[SpiderItem | None] = asyncio.Queue(maxsize=batching.most * 4)
        self._notes: list[LedgerNote] = []
        self.unsettled = 0
        """Outcomes that were handed in and are not yet in the store."""
        self._shelving: asyncio.Task[None] | None = None
        self._failed = asyncio.Event()

    def fail(self, error: BaseException) -> None:
        """Note what makes going on useless: a full disk, a broken store. The first one counts."""
        self.failure = self.failure or error
        self._failed.set()

    async def failed(self) -> BaseException | None:
        """Wait until going on is useless; returns why."""
        await self._failed.wait()
        return self.failure

    def count(self, body: bytes) -> None:
        """Count a response that is not recorded."""
        self.tally.fetched += 1
        self.tally.bytes += len(body)

    def read_back(self, origin: str) -> Page | None:
        """The page at an origin of the archive, None where it is not there any more. For a thread."""
        try:
            return read_back(origin, self._archive.folder.parent)
        except UnusableInput:
            return None

    def record(self, exchange: HttpExchange) -> Future[str]:
        """Write an exchange to the archive; the future gives its origin."""
        self.count(exchange.body)
        return self._recording.submit(self._archive.write, exchange)

    def record_conversion(self, page: PageConversion) -> Future[str]:
        """Write what a browser made of a page to the archive; the future gives its origin."""
        self.tally.rendered += 1
        return self._recording.submit(self._archive.write, page)

    @property
    def only_archives(self) -> bool:
        """Whether pages are cleaned later, from the archive."""
        return self._cleaner is None

    @property
    def is_settled(self) -> bool:
        """Whether the store holds everything that was taken; notes go with what is taken next."""
        return not self.unsettled

    async def open(self) -> None:
        """Open the store. Raises what the store raises when it cannot be opened."""
        loop = asyncio.get_running_loop()
        shelf = await loop.run_in_executor(self._keeping, self._make_shelf)
        self._shelving = loop.create_task(self._shelve(shelf))

    def add_visits(self, visits: Iterable[LedgerNote]) -> None:
        """Note visits that have nothing to hand in with them."""
        self.tally.note(notes := tuple(visits), None)
        self._notes += notes

    async def submit(
        self, item: Page | Article | Drop | None, visits: tuple[LedgerNote, ...] = ()
    ) -> Article | Drop | None:
        """Clean a page and put what comes of it on the way to the store; waits when too much is on its way.

        ``visits`` are noted as done together with it. Returns what came of it, None for a page that is only archived.
        """
        self.unsettled += 1
        result = await self.clean(item) if isinstance(item, Page) else item
        if result is not None:
            self.tally.result(result)
        self._progress(self.tally.report())
        notes = settled(visits, result)
        self.tally.note(notes, result)
        await self._results.put(SpiderItem(item=result, visits=notes))
        return result

    async def clean(self, page: Page) -> Article | Drop | None:
        """What comes of a page, kept nowhere yet; None for a page that is only archived."""
        self.tally.pages += 1
        if self._cleaner is None:
            return None
        try:
            async with self._room:
                return await asyncio.wrap_future(self._cleaner.submit(page))
        except Exception as error:  # of a filter, of a pool that is gone: a page must not vanish
            log.warning("%s: %r", page.origin, error, exc_info=log.isEnabledFor(logging.DEBUG))
            detail = f"{type(error).__name__}: {error}"[:300]
            return Drop(origin=page.origin, url=page.url, stage="extract", reason="failed", detail=detail)

    async def close(self) -> None:
        """Finish what was handed in, then let go of files, processes and store. Raises what went wrong in keeping."""
        loop = asyncio.get_running_loop()
        if self._cleaner is not None:
            await loop.run_in_executor(None, self._cleaner.close)
        if self._shelving is not None:
            await self._results.put(None)
            await self._shelving
        await loop.run_in_executor(None, self._recording.shutdown)
        self._archive.close()
        self._keeping.shutdown()

    async def _shelve(self, shelf: ResultSink) -> None:
        loop = asyncio.get_running_loop()
        try:
            while (batch := await self._batch()) is not None:
                if self.failure is None:
                    try:
                        await loop.run_in_executor(self._keeping, self._keep, shelf, batch)
                    except Exception as error:  # keep emptying the queue: a full one would hold up the close
                        self.fail(error)
                self.unsettled -= len(batch)
        finally:
            await loop.run_in_executor(self._keeping, shelf.close, self._status())

    def _keep(self, shelf: ResultSink, batch: Sequence[SpiderItem]) -> None:
        """The archive first: what the store calls done has its record on the disk."""
        self._archive.sync()
        kept = shelf.add(
            [one.item for one in batch if isinstance(one.item, Article | Drop)],
            [visit for one in batch for visit in one.visits],
        )
        if kept is not None:
            self.tally.kept(kept)

    def _status(self) -> RunStatus:
        if self.failure is not None:
            return "failed"
        if self.tally.interrupted:
            return "interrupted"
        report = self.tally.report()
        return "failed" if report.drops and report.reached_nobody else "done"

    async def _batch(self) -> list[SpiderItem] | None:
        """The next outcomes: what is there within a moment; None at the end."""
        first = await self._results.get()
        notes, self._notes = tuple(self._notes), []
        if first is None and not notes:
            return None
        batch = [first] if first is not None else []
        if notes:
            self.unsettled += 1
            batch.append(SpiderItem(item=None, visits=notes))
        if first is None:
            self._results.put_nowait(None)  # for the next call
            return batch
        until = time.monotonic() + self._batching.seconds
        while len(batch) < self._batching.most:
            try:
                result = await self._next(until - time.monotonic())
            except TimeoutError:
                break
            if result is None:
                self._results.put_nowait(None)  # for the next call
                break
            batch.append(result)
        return batch

    async def _next(self, seconds: float) -> SpiderItem | None:
        """The next outcome; raises ``TimeoutError`` when none comes in time.

        What is there is taken at once: to wait for it costs turns of a loop that the downloads keep busy.
        """
        if not self._results.empty():
            return self._results.get_nowait()
        return await asyncio.wait_for(self._results.get(), max(0.0, seconds))
