"""The order of requests in a crawl with a focus: over all hosts, the best first."""

from __future__ import annotations

import time
from typing import Any

from scrapy import Request
from scrapy.pqueues import DownloaderAwarePriorityQueue

from crawler.request_context import find_context

_TIER = 12
"""Promises (in hundredths) that differ by less count as equal: then the hosts take turns."""
_PATIENCE = 60.0
"""Seconds without a single request, after which nothing waits for better ones any more: their host may be stuck."""
_WAITING = 2
"""Requests of one host on their way: one that runs and one that waits for its turn."""


class BestFirst(DownloaderAwarePriorityQueue):
    """Takes from the host whose next request promises most, as long as that host is not kept busy already.

    Scrapy's own queue goes round the hosts whatever their requests promise. Where the pages of a run are counted
    (``PAGES_OF_RUN``), the poorer requests of idle hosts wait for the better ones of busy hosts, and every page waits
    until the feeds and lists are read: a budget is spent on the best. Without that limit no host is left idle.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_budget = self.crawler.settings.getint("PAGES_OF_RUN") > 0
        self._last = time.monotonic()

    def pop(self) -> Request | None:
        """The next request, None when there is none for now."""
        slot = self._best()
        if slot is None:
            return None
        queue = self.pqueues[slot]
        request: Request | None = queue.pop()
        self._last = time.monotonic()
        if len(queue) == 0:
            del self.pqueues[slot]
            queue.close()
        return request

    def peek(self) -> Request | None:
        """What :meth:`pop` would give."""
        slot = self._best()
        return None if slot is None else self.pqueues[slot].peek()

    def _best(self) -> str | None:
        active = {slot: count for count, slot in self._downloader_interface.stats(self.pqueues)}
        if not active:
            return None
        tiers = {slot: (self.pqueues[slot].curprio or 0) // _TIER for slot in active}
        free = [slot for slot in active if active[slot] < _WAITING]
        if self._has_budget and time.monotonic() - self._last < _PATIENCE:
            best = min(tiers.values())
            free = [slot for slot in free if tiers[slot] == best and not self._must_wait(slot)]
        return min(free, key=lambda slot: (tiers[slot], active[slot], slot), default=None)

    def _must_wait(self, slot: str) -> bool:
        """Whether the slot's next request is a page while something that announces pages is still being read."""
        head = self.pqueues[slot].peek()
        return head is not None and not _announces(head) and any(map(_announces, self._on_their_way()))

    def _on_their_way(self) -> set[Request]:
        engine = self.crawler.engine
        assert engine is not None
        reading = engine.scraper.slot.active if engine.scraper.slot else set()
        return engine.downloader.active | reading


def _announces(request: Request) -> bool:
    context = find_context(request)
    return context is not None and not context.is_page
