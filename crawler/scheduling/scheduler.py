"""The queue of a run: a window of each site's pages in memory, the rest in the ledger.

Whatever feeds, sitemaps and pages name is queued in the ledger first. Of each site only so many pages wait in memory
(``PAGES_IN_MEMORY``); when half of them are done, the next ones are taken from the ledger, those of the highest
priority first. So a run that takes up a million addresses needs no more memory than one that takes up a thousand.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler

from crawler.request_context import find_context, get_context

_PAUSE = 1.0  # seconds between two looks into the ledger for a site that had nothing more at the first
_SOON = 0.2  # seconds


class LedgerBacklog(Protocol):
    """What the scheduler asks of the spider whose requests it holds (:class:`crawler.spiders.news.NewsSpider`)."""

    @property
    def site_ids(self) -> Iterable[str]:
        """The sites of the job."""
        ...

    @property
    def has_begun(self) -> bool:
        """Whether the seeds have been asked for: what earlier runs left undone comes after them."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether the seeds have been asked for and the ledger holds every address that was found so far."""
        ...

    def unfinished(self, site: str) -> Iterator[Request]:
        """Requests for what the ledger holds of a site and is not done, the highest priority first."""
        ...

    def note_left(self, request: Request) -> None:
        """A request is left for the next run."""
        ...


class FrontierScheduler(Scheduler):
    """Scrapy's scheduler behind that window."""

    def open(self, spider: Spider) -> Any:
        """Nothing waits yet; what earlier runs have left is taken up when the seeds have been asked for."""
        assert self.crawler
        backlog: Any = spider
        self._backlog: LedgerBacklog = backlog
        self._most = self.crawler.settings.getint("PAGES_IN_MEMORY")
        self._waiting: Counter[str] = Counter()
        self._behind = dict.fromkeys(self._backlog.site_ids, 0.0)
        """Sites with more in the ledger, perhaps -> when that was last looked up."""
        self._overflowed: set[str] = set()
        self._given_up: set[str] = set()
        return super().open(spider)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request, or leave it to the ledger, which has it or is about to."""
        site = _site(request)
        if site is None:
            return super().enqueue_request(request)
        if _may_wait(request) and (site in self._given_up or self._waiting[site] >= self._most):
            self._overflow(site, request)
            return True
        return self._take(site, request)

    def next_request(self) -> Request | None:
        """The next request, None when there is none for now."""
        if self._behind and self._backlog.has_begun:
            for site in [one for one in self._behind if self._waiting[one] <= self._most // 2]:
                self._refill(site)
        request = super().next_request()
        if request is not None and (site := _site(request)) is not None:
            self._waiting[site] -= 1
        return request

    def has_pending_requests(self) -> bool:
        """Whether anything waits here or in the ledger. Scrapy asks when nothing is being fetched or read."""
        if super().has_pending_requests():
            return True
        if not self._behind:
            return False
        is_settled = self._backlog.is_settled  # else the ledger does not know all yet
        for site in tuple(self._behind):
            self._refill(site, at_once=True)
            if is_settled and not self._waiting[site]:
                self._behind.pop(site, None)
        if self._behind:
            asyncio.get_running_loop().call_later(_SOON, self._wake)
        return bool(self._behind)

    def leave(self, site: str) -> None:
        """Take up nothing more of a site in this run."""
        self._given_up.add(site)
        self._behind.pop(site, None)

    def _take(self, site: str, request: Request) -> bool:
        taken = super().enqueue_request(request)
        self._waiting[site] += taken
        return taken

    def _overflow(self, site: str, request: Request) -> None:
        known = get_context(request).known
        if known is not None and known.outcome is not None:  # read before: due in the next run as well
            self._backlog.note_left(request)
        elif site not in self._given_up:
            self._behind.setdefault(site, 0.0)
            self._overflowed.add(site)

    def _refill(self, site: str, at_once: bool = False) -> None:
        """Fill a site's window from the ledger."""
        now = time.monotonic()
        if not at_once and now - self._behind[site] < _PAUSE:
            return
        for request in self._backlog.unfinished(site):
            if self._waiting[site] >= self._most:
                self._behind[site] = 0.0
                return
            self._take(site, request)  # what is on its way already has been seen, and is not taken twice
        self._behind[site] = now
        if site not in self._overflowed:
            del self._behind[site]

    def _wake(self) -> None:
        """Have the engine ask again; by itself it does so every five seconds."""
        engine: Any = self.crawler and self.crawler.engine
        if engine and engine._slot is not None:
            engine._slot.nextcall.schedule()


def _site(request: Request) -> str | None:
    context = find_context(request)
    return None if context is None else context.site.id


def _may_wait(request: Request) -> bool:
    """Whether the ledger can give it again: a page, not one that is being tried again or has been redirected."""
    is_second_try = request.meta.get("redirect_times") or request.meta.get("retry_times")
    return get_context(request).is_page and not is_second_try
