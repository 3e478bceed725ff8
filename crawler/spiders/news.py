"""The one spider: what it fetches is said by a job (a seed file), how politely by the settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Response, TextResponse
from twisted.python.failure import Failure

from cleaners import parts
from cleaners.config import IssueRange, JobConfig, SeedEntry, SiteConfig, days_back, days_between
from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, LinksRead, UrlState
from cleaners.urls import canonical
from crawler import visits
from crawler.agenda import VisitPlan
from crawler.ingest_queue import IngestQueue
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.conditional_get import NOT_DUE
from crawler.middlewares.warc_recorder import pairs
from crawler.request_context import RequestContext, get_context, request_for
from crawler.responses import ResponseReader
from crawler.scheduling.link_filter import LinkFilter
from crawler.scheduling.link_score import OFF_TOPIC, LinkScorer
from crawler.scheduling.scheduler import FrontierScheduler
from crawler.spiders.article_parts import LIMIT, PartFetcher
from crawler.spiders.seed_watch import SeedWatch
from crawler.spiders.sources import AnnouncementPages, of_seed
from crawler.visits import SpiderItem

ResponseCallback = Callable[[Response], AsyncIterator[Any]]

_AGAIN = 200  # taken off the priority of pages that were read before: new ones come first
_AT_ONCE = 500  # addresses looked up in the ledger


class NewsSpider(Spider):
    """Fetches what a job's seeds announce and hands pages and Drops to the pipeline."""

    name = "news"

    agenda: VisitPlan
    """What is to be visited; there once the store is open, before the first request."""
    announcements: AnnouncementPages

    def __init__(
        self,
        *,
        job: JobConfig,
        desk: IngestQueue,
        agenda: Callable[[], VisitPlan],
        promises: LinkScorer | None = None,
        issues: IssueRange | None = None,
        **kwargs: Any,
    ) -> None:
        """``agenda`` is called by :meth:`prepare`. ``issues``: back issues are asked for, and nothing else."""
        super().__init__(**kwargs)
        self.job = job
        self.desk = desk
        self.has_begun = False
        """Whether the seeds have been asked for: what earlier runs left undone comes after them."""
        self._make_agenda = agenda
        self._issues = issues
        self._sites = {site.id: site for site in job.sites}
        self._answers = ResponseReader(desk)
        self._links = LinkFilter(desk.tally, promises)
        self._parts = PartFetcher(
            desk=desk, answers=self._answers, fetch=self._fetch, request=self._request_beside, read=self._read
        )
        self._seed_watch = SeedWatch(desk.tally)
        self._refused: dict[str, set[str]] = {}
        """Site at its limit -> canonical forms of what was not asked for."""

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
        self.announcements = AnnouncementPages(
            settings=self.settings,
            answers=self._answers,
            links=self._links,
            agenda=self.agenda,
            request=self._request,
            follow=self._follow,
        )

    async def finish(self) -> None:
        """Finish what was handed in, count what a limit has left in the ledger, and release everything."""
        await self.desk.close()
        self._settle_sums()
        self.agenda.close()

    def _settle_sums(self) -> None:
        """What the ledger says of this run, to be compared with what was handed in."""
        tally = self.desk.tally
        for site in self._sites:
            queued = self.agenda.queued(site)
            # Seeds and pages visited before do not wait in the ledger's queue.
            others = self.agenda.entries(self._refused.get(site, ())).values()
            waiting = sum(self.agenda.is_visited_before(entry) for entry in others)
            waiting += len(self._refused.get(site, ())) - len(others)
            tally.failing += self.agenda.failing(site)
            tally.in_ledger += self.agenda.visited(site) + queued + waiting
            if site in self._refused or tally.interrupted:
                tally.left += queued + waiting
            else:
                tally.ruled_out += queued

    async def start(self) -> AsyncIterator[Any]:
        """A request for every seed and for pages to look at again; the frontier adds what earlier runs left undone."""
        for site in self.job.sites:
            self._links.remember(self.agenda.latest(site))
            for seed, found in self._seeds(site):
                self._seed_watch.watch(seed, found)
                visit = self.agenda.seed(found, site)
                if self.agenda.is_missing(visit.known) if self._issues else visit.is_asked:
                    yield self._request(found, visit.known)
                else:
                    self._seed_watch.waits(found.url, visit.due)
        self.has_begun = True
        for site in self.job.sites if self._issues is None else ():
            for entry in self.agenda.unread(site):
                async for one in self._read_again(entry, site):
                    yield one
            for entry in self.agenda.due(site):
                if request := self.again(entry):
                    yield request

    async def _read_again(self, entry: UrlState, site: SiteConfig) -> AsyncIterator[Any]:
        """The links of a page that were not followed when it was visited: read in the archive, else on the web."""
        found, origin = entry.found, self.agenda.origin(entry.found.url)
        if not (site.owns(found.url) and site.follow.admits(found.url)):
            return
        page = await asyncio.to_thread(self.desk.read_back, origin) if origin else None
        if page is None:
            yield self._request(found, None)
            return
        response = HtmlResponse(found.url, body=page.body, headers=dict(page.headers))
        judged = list(self._links.on_page(response, site, found.hops + 1))
        links = tuple(one for one in judged if isinstance(one, DiscoveredUrl))
        note = LinksRead(url=found.url, at=datetime.now(UTC), reading=visits.reading(site, found), found=links)
        yield SpiderItem(item=None, visits=(note,))
        for one in judged:
            if isinstance(one, Drop):
                yield SpiderItem(item=one, visits=())
        for request in self._follow(links, site):
            yield request

    def _seeds(self, site: SiteConfig) -> Iterator[tuple[SeedEntry, DiscoveredUrl]]:
        """What a site's seeds name today; of back issues those of its seeds alone that have a date."""
        today = site.today(datetime.now(UTC))
        for seed in site.entries:
            if self._issues is None:
                days = days_back(today, seed.days)
            elif seed.is_dated:
                days = days_between(self._issues.first, self._issues.last)
            else:
                continue
            for found in of_seed(seed, site, days):
                yield seed, found

    @property
    def site_ids(self) -> Iterable[str]:
        """See :class:`crawler.scheduling.scheduler.LedgerBacklog`, as the next three."""
        return self._sites.keys()

    @property
    def is_settled(self) -> bool:
        """Whether the ledger holds every address that was found so far, those of the seeds included."""
        return self.has_begun and self.desk.is_settled

    def unfinished(self, site: str) -> Iterator[Request]:
        """Requests for what was found on a site and is not done."""
        return filter(None, map(self.again, self.agenda.unfinished(site)))

    def note_left(self, request: Request) -> None:
        """A request is left for the next run."""
        context = get_context(request)
        self._refused.setdefault(context.site.id, set()).add(canonical(context.found.url))

    def again(self, entry: UrlState) -> Request | None:
        """A request for what the ledger knows; None where the job, as it now stands, does not have it visited."""
        site, found = self._sites[entry.found.site], entry.found
        if found.kind == "page" and not (
            site.owns(found.url) and site.follow.admits(found.url) and found.hops <= site.follow.depth
        ):
            return None
        return self._request(found, entry)

    def _request(self, found: DiscoveredUrl, known: UrlState | None) -> Request:
        callbacks: dict[str, ResponseCallback] = {
            "page": self.page,
            "part": self.page,
            "list": self.announcements.list_page,
            "feed": self.announcements.feed,
            "sitemap": self.announcements.sitemap,
            "paper": self.announcements.paper_page,
        }
        if found.kind == "page" and found.announcement is None and known is not None:
            found = replace(found, announcement=self.agenda.announcement(found.url))
        was_read = found.kind == "page" and known is not None and known.outcome is not None
        return request_for(
            found.url,
            RequestContext(site=self._sites[found.site], found=found, known=known),
            callback=partial(self._guarded, callbacks[found.kind]),
            errback=self.failed,
            priority=found.priority - _AGAIN * was_read,
        )

    def _follow(self, found: Iterable[DiscoveredUrl], site: SiteConfig) -> Iterator[Request]:
        """Requests for what is new, left undone, due, or to be read otherwise than before."""
        rest = iter(found)
        while some := list(islice(rest, _AT_ONCE)):
            known = self.agenda.entries(one.url for one in some)
            for one in some:
                entry = known.get(canonical(one.url))
                if self.agenda.is_read_otherwise(one, site, entry):
                    yield self._request(one, None)
                elif self.agenda.is_open(entry):
                    yield self._request(one, entry)

    async def _guarded(self, read: ResponseCallback, response: Response) -> AsyncIterator[Any]:
        """What a callback makes of a response; what it was not made for ends as a Drop."""
        self._seed_watch.led(response)
        is_noted = False
        try:
            async for one in read(response):
                is_noted = is_noted or (isinstance(one, SpiderItem) and bool(one.visits))
                yield one
        except CloseSpider:
            raise
        except Exception as error:  # one odd answer must not vanish, nor end the run
            self.logger.warning("%s: %r", response.url, error, exc_info=self.logger.isEnabledFor(logging.DEBUG))
            drop = await self._answers.drop(response, "failed", f"{type(error).__name__}: {error}"[:300])
            yield replace(drop, visits=()) if is_noted else drop

    async def page(self, response: Response) -> AsyncIterator[Any]:
        """A page that may be an article, or one of the pages of an article."""
        if done := await self._answers.without_news(response):
            yield done
            return
        self._links.fetched(response.url, response.body)
        page, found, refused = await self._read(response)
        if parts.may_name_parts(response.body, response.url):
            read = await self._parts.read(response, page, found)
            found = read.found
            for item in read.items:
                yield item
            if read.left:
                assert response.request
                self.note_left(response.request)
                self._leave(get_context(response).site)
            elif read.result is not None:
                self.came_of(page, read.result)
        else:
            yield SpiderItem(item=page, visits=visits.read(response, "archived", found))
        for drop in refused:
            yield SpiderItem(item=drop, visits=())
        for request in self._follow(found, get_context(response).site):
            yield request

    async def _read(self, response: Response) -> tuple[Page, tuple[DiscoveredUrl, ...], list[Drop]]:
        """The page of a response, what on it is to be visited, and links that are refused."""
        context = get_context(response)
        assert context.archived is not None
        site, hops = context.site, context.found.hops
        judged: list[DiscoveredUrl | Drop] = []
        if hops < site.follow.depth and isinstance(response, TextResponse):
            judged += self._links.on_page(response, site, hops + 1)
        page = Page(
            body=response.body,
            origin=await self._answers.origin(response),
            url=response.url,
            site=site.id,
            status=response.status,
            headers=pairs(response.headers),
            fetched_at=context.archived.fetched_at,
            opt_out=context.opt_out,
            edition=context.found.edition,
            announcement=context.found.announcement,
            unrendered=context.unrendered,
        )
        found = tuple(one for one in judged if isinstance(one, DiscoveredUrl))
        return page, found, [one for one in judged if isinstance(one, Drop)]

    def _request_beside(self, found: DiscoveredUrl, context: RequestContext) -> Request:
        """A request for another page of an article."""
        return request_for(
            found.url, RequestContext(site=context.site, found=found), callback=self.page, errback=self.failed
        )

    async def _fetch(self, request: Request) -> Response:
        """The response to a request that does not wait in the queue. Raises what the download raises, and
        :class:`~crawler.middlewares.address_guard.AddressRefused` where the run ends."""
        if self.crawler.engine is None or not self.crawler.crawling:
            raise AddressRefused(LIMIT, "the run was interrupted")
        return await self.crawler.engine.download_async(request)

    def has_joined(self, url: str) -> bool:
        """Whether a page was read in this run as one of an article of several: it need not be asked for again."""
        return self._parts.has_joined(url)

    def came_of(self, page: Page, result: Article | Drop) -> None:
        """What was made of a page: kinds of address that give no articles are given up."""
        if page.url is not None:
            self._links.came_of(page.url, isinstance(result, Article) or result.reason == OFF_TOPIC)

    def dropped(self, request: Request) -> None:
        """Scrapy fetches nothing twice in a run: a redirect to what was asked for before ends there."""
        if request.meta.get("redirect_times"):
            self._seed_watch.led(request)
            self.desk.add_visits(visits.moved(request))

    def failed(self, failure: Failure) -> Iterator[SpiderItem]:
        """A request without a response: what is left for later is counted, the rest are Drops."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        self._seed_watch.led(request)
        if isinstance(error, AddressRefused) and error.reason == "limit":
            self.note_left(request)
            self._leave(get_context(request).site)
        elif isinstance(error, AddressRefused) and error.reason == NOT_DUE:
            self._seed_watch.led_to_what_waits(request)
            yield SpiderItem(item=None, visits=visits.moved(request))
        else:
            yield self._answers.none_for(request, error)

    def _leave(self, site: SiteConfig) -> None:
        """A site is at its limit: what the ledger holds of it waits for the next run."""
        scheduler = self.crawler.engine.scheduler if self.crawler.engine else None
        assert isinstance(scheduler, FrontierScheduler)
        scheduler.leave(site.id)
