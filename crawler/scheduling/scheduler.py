"""The queue of a run: a window of each site's pages in memory, the rest in the ledger.

Whatever feeds, sitemaps and pages name is queued in the ledger first. Of each site only so many pages wait in memory
(``PAGES_IN_MEMORY``); when half of them are done, the next ones are taken from the ledger, those of the highest
priority first. So a run that takes up a million addresses needs no more memory than one that takes up a thousand.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

_PAUSE = 1.0  # seconds between two looks into the ledger for a site that had nothing more at the first
_SOON = 0.2  # seconds


class FrontierScheduler(Scheduler):
    """Scrapy's scheduler behind that window."""

    def open(self, spider: Spider) -> Any:
        """Nothing waits yet; what earlier runs have left is taken up when the seeds have been asked for."""
        assert self.crawler
        news: Any = spider
        self._news: NewsSpider = news
        self._most = self.crawler.settings.getint("PAGES_IN_MEMORY")
        self._waiting: Counter[str] = Counter()
        self._behind = dict.fromkeys((site.id for site in self._news.job.sites), 0.0)
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
        if self._behind and self._news.has_begun:
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
        is_settled = self._news.has_begun and self._news.desk.is_settled  # else the ledger does not know all yet
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
        known = request.meta["known"]
        if known is not None and known.outcome is not None:  # read before: due in the next run as well
            self._news.desk.tally.left += 1
        elif site not in self._given_up:
            self._behind.setdefault(site, 0.0)
            self._overflowed.add(site)

    def _refill(self, site: str, at_once: bool = False) -> None:
        """Fill a site's window from the ledger."""
        now = time.monotonic()
        if not at_once and now - self._behind[site] < _PAUSE:
            return
        for entry in self._news.agenda.unfinished(site):
            if self._waiting[site] >= self._most:
                self._behind[site] = 0.0
                return
            if (request := self._news.again(entry)) is not None:
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
    site = request.meta.get("site")
    return None if site is None else str(site.id)


def _may_wait(request: Request) -> bool:
    """Whether the ledger can give it again: a page, not one that is being tried again or has been redirected."""
    meta = request.meta
    return meta.get("kind") == "page" and not (meta.get("redirect_times") or meta.get("retry_times"))
