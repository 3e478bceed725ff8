"""Running crawl jobs: one process, one reactor, one job after the other."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from cleaners import __version__, config
from cleaners.config import IssueRange, JobConfig, SiteConfig
from cleaners.context import CleaningContext
from cleaners.items import Drop, Page
from cleaners.store import locks
from cleaners.store.locks import job_lock
from cleaners.warc import WarcArchive, folder_of
from crawler.agenda import ArchiveOnlySink, VisitPlan
from crawler.ingest_queue import IngestQueue, ResultCleaner
from crawler.jobs.shard import SiteShard
from crawler.process import CrawlProcess, WorkInFlight
from crawler.scheduling.link_score import LinkScorer, TopicFilter
from crawler.spiders.news import NewsSpider
from crawler.spiders.one_article import FetchedArticle, OneArticleSpider
from crawler.spiders.one_page import FetchedPage, OnePageSpider
from crawler.stats import CrawlReport, CrawlStats


def crawl(
    jobs: Sequence[JobConfig],
    *,
    store: Path,
    limit: int | None = None,
    archive_only: bool = False,
    again: bool = False,
    shard: SiteShard = SiteShard(),
    issues: IssueRange | None = None,
    progress: Callable[[CrawlReport], None] | None = None,
    stopping: Callable[[WorkInFlight], None] | None = None,
) -> CrawlReport:
    """Run jobs and say what came of them; at most ``limit`` pages a job; of their sites the ``shard``'s.

    What an earlier run left undone is taken up first; what the store has is asked for only when it is due, and then
    whether it has changed. ``again``: every seed is asked, due or not. ``issues``: only the seeds with a date in their
    address are asked, for each of these days that was not read yet; run again, it goes on where it was. ``stopping``:
    called at once when Ctrl-C or SIGTERM ends the run, with what is still waited for.

    Works once in a process (the event loop of the network library cannot be started twice), best in its main thread:
    there Ctrl-C finishes what is in flight. Where another process keeps articles in the same store, waits for it to end
    (not with ``archive_only``, which writes only what several may write).

    Raises ``SeedFileError`` for a job without contact that leaves loopback, ``JobRunsError`` where another process runs
    the job already, and what the store or the archive raise when they cannot be written.
    """
    for job in jobs:
        config.require_contact(job)
    jobs = [job for job in map(shard.of_job, jobs) if job.sites]
    for job in jobs:
        with job_lock(store, job.job):  # at once, not after a wait
            pass
    tally = CrawlStats()
    base = _settings(jobs, limit)
    process = _process(base, stopping)
    told = progress or (lambda report: None)
    failures: list[BaseException] = []

    async def one_after_the_other() -> None:
        for job in jobs:
            open_desk = partial(_desk, job, store, tally, archive_only, told)
            if failure := await _crawl_job(process, _for_job(base, job), job, store, open_desk, again, issues):
                failures.append(failure)
            if failures or tally.interrupted:
                return

    with nullcontext() if archive_only or not jobs else locks.wait_for_writer(store):
        if not _run(process, one_after_the_other()):
            tally.interrupted = True
    if failures:
        raise failures[0]
    return tally.report()


async def _crawl_job(
    process: AsyncCrawlerProcess, settings: Settings, job: JobConfig, store: Path,
    open_desk: Callable[[LinkScorer | None], IngestQueue], again: bool, issues: IssueRange | None,
) -> BaseException | None:  # fmt: skip
    """Run one job to its end; returns what made going on useless."""
    try:
        with job_lock(store, job.job):
            promises = _promises(job)
            desk = open_desk(promises)
            agenda = partial(VisitPlan, store, _command(job), again=again)
            crawler = Crawler(NewsSpider, settings)
            await process.crawl(crawler, job=job, desk=desk, agenda=agenda, promises=promises, issues=issues)
    except Exception as error:
        return error
    return desk.failure


def visit(job: JobConfig, spider: type[Spider], /, **arguments: Any) -> None:
    """Run a spider that keeps nothing, under the guard and with the manners of a crawl; ``arguments`` are the spider's.

    Works once in a process, as :func:`crawl`. Raises ``SeedFileError`` as that does.
    """
    config.require_contact(job)
    settings = _for_job(_settings([job], None), job)
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    settings.set("SCHEDULER", "scrapy.core.scheduler.Scheduler", priority="cmdline")
    extensions = {**settings.getdict("EXTENSIONS"), "crawler.middlewares.warc_recorder.WarcRecorder": None}
    settings.set("EXTENSIONS", extensions, priority="cmdline")
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES")
    middlewares["crawler.middlewares.conditional_get.ConditionalGet"] = None  # without a store nothing is known
    middlewares["crawler.middlewares.browser_rendering.BrowserRendering"] = None  # nor kept
    settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="cmdline")
    process = _process(settings)

    async def once() -> None:
        await process.crawl(Crawler(spider, settings), **arguments)

    _run(process, once())


def fetch_page(url: str, job: JobConfig, site: SiteConfig) -> Page | Drop:
    """One page, asked for as a crawl of that job would ask; nothing is kept. Works once in a process, as :func:`crawl`.

    Raises ``SeedFileError`` as that does.
    """
    fetched = FetchedPage()
    visit(job, OnePageSpider, url=url, site=site, fetched=fetched)
    return fetched.result or Drop(origin=url, url=url, stage="fetch", reason="interrupted")


def fetch_article(
    url: str, job: JobConfig, site: SiteConfig, context: CleaningContext, *, with_pictures: bool = False
) -> FetchedArticle:
    """One article with its other pages, asked for as a crawl of that job would ask; nothing is kept.

    Works once in a process, as :func:`crawl`. Raises ``SeedFileError`` as that does, KeyboardInterrupt after Ctrl-C.
    """
    fetched: list[FetchedArticle] = []
    visit(job, OneArticleSpider, url=url, site=site, context=context, with_pictures=with_pictures, fetched=fetched)
    if not fetched:
        raise KeyboardInterrupt
    return fetched[0]


def agent(job: JobConfig) -> str:
    """The user agent: what this is, and whom to ask."""
    return f"jianbao/{__version__} (+{job.contact or 'loopback only'})"


def _run(process: AsyncCrawlerProcess, work: Any) -> bool:
    """Run Scrapy's process until the work is done; whether it was, and not stopped before it began."""
    from twisted.internet import reactor

    loop = asyncio.get_event_loop()
    task = loop.create_task(work)
    task.add_done_callback(lambda done: _stop(reactor))
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    process.start(stop_after_crawl=False, install_signal_handlers=main)
    if main:  # Scrapy leaves its own there, which no longer end anything
        for number, handler in before.items():
            signal.signal(number, handler)
    return task.done()


def _stop(reactor: Any) -> None:
    from twisted.internet.error import ReactorNotRunning

    with suppress(ReactorNotRunning):  # Ctrl-C has stopped it; it may still call itself running
        reactor.stop()


def _promises(job: JobConfig) -> LinkScorer | None:
    if job.focus is None:
        return None
    from crawler.scheduling.topic import aim

    return LinkScorer(aim(job.focus))


def _desk(
    job: JobConfig,
    store: Path,
    tally: CrawlStats,
    archive_only: bool,
    progress: Callable[[CrawlReport], None],
    promises: LinkScorer | None,
) -> IngestQueue:
    archive = WarcArchive(folder_of(store), name=job.job, software=f"jianbao/{__version__}")
    if archive_only:
        register = partial(ArchiveOnlySink, store, command=_command(job))
        return IngestQueue(archive=archive, tally=tally, cleaner=None, shelf=register, progress=progress)
    from cleaners.context import context_of
    from cleaners.ingest.ingester import Ingester
    from cleaners.parallel import WorkerPool, cores

    publishers = {site.id: site.name for site in job.sites}
    workers: ResultCleaner = WorkerPool(cores(), context_of(store, job.sites))
    return IngestQueue(
        archive=archive,
        tally=tally,
        cleaner=TopicFilter(workers, promises) if promises else workers,
        shelf=lambda: Ingester(store, command=_command(job), publishers=publishers, visited=job.sites),
        progress=progress,
    )


def _command(job: JobConfig) -> str:
    """What the store's journal calls the job's runs."""
    return f"crawl {job.job}"


def _settings(jobs: Sequence[JobConfig], limit: int | None) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    hosts = sorted({host for job in jobs for host in job.allow_private_hosts})
    settings.set("PRIVATE_HOSTS_OF_RUN", hosts, priority="cmdline")
    settings.set("PAGES_OF_RUN", limit or 0, priority="cmdline")
    return settings


def _for_job(base: Settings, job: JobConfig) -> Settings:
    settings = base.copy()
    settings.set("USER_AGENT", agent(job), priority="cmdline")
    settings.set("PRIVATE_HOSTS", list(job.allow_private_hosts), priority="cmdline")
    settings.set("DOWNLOAD_VERIFY_CERTIFICATES", job.verify_tls, priority="cmdline")
    if job.focus is not None:
        settings.set("SCHEDULER_PRIORITY_QUEUE", "crawler.scheduling.best_first.BestFirst", priority="cmdline")
    return settings


def _process(settings: Settings, stopping: Callable[[WorkInFlight], None] | None = None) -> AsyncCrawlerProcess:
    """Scrapy's process, speaking as loudly as the rest of the program."""
    level = logging.getLogger().getEffectiveLevel()
    before = logging.root.manager.disable
    logging.disable(max(before, level - 1))  # while being made it sets its own logger to DEBUG, and speaks
    process = CrawlProcess(settings, stopping or (lambda work: None))
    logging.disable(before)
    logging.getLogger("scrapy").setLevel(level)
    if level > logging.INFO:
        for name in ("scrapy.downloadermiddlewares", "scrapy.core.downloader", "scrapy.core.scraper"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what Scrapy calls an error is a Drop here
    return process


__all__ = ["CrawlReport", "WorkInFlight", "agent", "crawl", "fetch_article", "fetch_page", "visit"]
