"""What a run has to say of its job's seeds: which were not asked and when they are due, which have moved."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response

from cleaners.config import SeedEntry
from cleaners.store import DiscoveredUrl
from cleaners.urls import canonical
from crawler.request_context import get_context
from crawler.stats import CrawlStats


class SeedWatch:
    """Knows the addresses of the seeds; tells the run's counts of them."""

    def __init__(self, tally: CrawlStats) -> None:
        self._tally = tally
        self._told: set[str] = set()
        """Canonical forms of the seeds of which it is told where they lead."""

    def watch(self, seed: SeedEntry, found: DiscoveredUrl) -> None:
        """A seed is at this address today; that of a newspaper leads to the issue of the day, as it should."""
        if seed.kind != "paper" and not seed.is_dated:
            self._told.add(canonical(found.url))

    def waits(self, url: str, due: datetime | None) -> None:
        """A seed is not asked, because it is not its time yet."""
        self._tally.waiting[url] = due.isoformat(timespec="seconds") if due else None

    def led_to_what_waits(self, request: Request) -> None:
        """A redirect led to an address whose time has not come; where it began at a seed, that one waits."""
        chain: list[str] = request.meta.get("redirect_urls", [])
        known = get_context(request).known
        if chain and canonical(chain[0]) in self._told and known is not None:
            self.waits(chain[0], datetime.fromtimestamp(known.next_visit, UTC) if known.next_visit else None)

    def led(self, message: Request | Response) -> None:
        """A request or its response has come; where redirects led a seed to another address, that is told."""
        chain: list[str] = message.meta.get("redirect_urls", [])
        if chain and canonical(chain[0]) in self._told and canonical(chain[0]) != canonical(message.url):
            self._tally.moved[chain[0]] = message.url
