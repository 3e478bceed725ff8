"""The one spider: what it fetches is said by a job (a seed file), how politely by the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from cleaners import parts
from cleaners.config import IssueRange, JobConfig, SiteConfig, days_back, days_between
from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, UrlState
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
from crawler.spiders.sources import AnnouncementPages, of_seed
from crawler.visits import SpiderItem

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
        self._left: Counter[str] = Counter()

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
        for site, refused in self._left.items():
            self.desk.tally.left += max(refused, self.agenda.queued(site))
        self.agenda.close()

    async def start(self) -> AsyncIterator[Any]:
        """A request for every seed and for pages to look at again; the frontier adds what earlier runs left undone."""
        for site in self.job.sites:
            self._links.remember(self.agenda.latest(site))
            for found in self._seeds(site):
                entry = self.agenda.entry(found.url)
                if self.agenda.is_missing(entry) if self._issues else self.agenda.is_open(entry):
                    yield self._request(found, entry)
                else:
                    self.desk.tally.not_due += 1
        self.has_begun = True
        for site in self.job.sites if self._issues is None else ():
            for entry in self.agenda.due(site):
                if request := self.again(entry):
                    yield request

    def _seeds(self, site: SiteConfig) -> Iterator[DiscoveredUrl]:
        """What a site's seeds name today; of back issues those of its seeds alone that have a date."""
        today = site.today(datetime.now(UTC))
        for seed in site.entries:
            if self._issues is None:
                yield from of_seed(seed, site, days_back(today, seed.days))
            elif seed.is_dated:
                yield from of_seed(seed, site, days_between(self._issues.first, self._issues.last))

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

    def count_left(self) -> None:
        """Count a request that is left for the next run."""
        self.desk.tally.left += 1

    def again(self, entry: UrlState) -> Request | None:
        """A request for what the ledger knows; None where the job, as it now stands, does not have it visited."""
        site, found = self._sites[entry.found.site], entry.found
        if found.kind == "page" and not (
            site.owns(found.url) and site.follow.admits(found.url) and found.hops <= site.follow.depth
        ):
            return None
        return self._request(found, entry)

    def _request(self, found: DiscoveredUrl, known: UrlState | None) -> Request:
        callbacks: dict[str, Callable[..., Any]] = {
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
            callback=callbacks[found.kind],
            errback=self.failed,
            priority=found.priority - _AGAIN * was_read,
        )

    def _follow(self, found: Iterable[DiscoveredUrl]) -> Iterator[Request]:
        """Requests for what is new, left undone, or due."""
        rest = iter(found)
        while some := list(islice(rest, _AT_ONCE)):
            known = self.agenda.entries(one.url for one in some)
            for one in some:
                entry = known.get(canonical(one.url))
                if self.agenda.is_open(entry):
                    yield self._request(one, entry)

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
                self._leave(get_context(response).site)
            elif read.result is not None:
                self.came_of(page, read.result)
        else:
            yield SpiderItem(item=page, visits=visits.read(response, "archived", found))
        for drop in refused:
            yield SpiderItem(item=drop, visits=())
        for request in self._follow(found):
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
            self.desk.add_visits(visits.moved(request))

    def failed(self, failure: Failure) -> Iterator[SpiderItem]:
        """A request without a response: what is left for later is counted, the rest are Drops."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, AddressRefused) and error.reason == "limit":
            self._leave(get_context(request).site)
        elif isinstance(error, AddressRefused) and error.reason == NOT_DUE:
            yield SpiderItem(item=None, visits=visits.moved(request))
        else:
            yield self._answers.none_for(request, error)

    def _leave(self, site: SiteConfig) -> None:
        """A site is at its limit: what the ledger holds of it waits for the next run."""
        self._left[site.id] += 1
        scheduler = self.crawler.engine.scheduler if self.crawler.engine else None
        assert isinstance(scheduler, FrontierScheduler)
        scheduler.leave(site.id)
