"""Which links of a site are followed, and how soon: its own rules, endless webs, a focus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from scrapy.http import TextResponse

from cleaners.config import SiteConfig
from cleaners.store import DiscoveredUrl, UrlState
from crawler import discover
from crawler.scheduling import traps
from crawler.scheduling.link_score import OFF_TOPIC, LinkScorer
from crawler.stats import CrawlStats

_PROMISE = 100  # what a focus adds to the priority of the best of links


class LinkFilter:
    """Judges links when they are found; learns from what came of the pages. Memory: as
    :class:`crawler.scheduling.traps.TrapDetector`."""

    def __init__(self, tally: CrawlStats, promises: LinkScorer | None) -> None:
        """``promises``: the job's focus."""
        self._tally = tally
        self._promises = promises
        self._mazes = traps.TrapDetector()

    def remember(self, entries: Iterable[UrlState]) -> None:
        """Kinds of address that gave no articles in earlier runs stay given up."""
        for entry in entries:
            if entry.outcome in {"article", "drop"} and not entry.failed:
                self.came_of(entry.found.url, entry.outcome == "article" or entry.detail == OFF_TOPIC)

    def fetched(self, url: str, body: bytes) -> None:
        """A page has come."""
        self._mazes.fetched(url, body)

    def came_of(self, url: str, is_article: bool) -> None:
        """A page was cleaned."""
        self._mazes.came_of(url, is_article)

    def on_page(self, response: TextResponse, site: SiteConfig, hops: int) -> Iterator[DiscoveredUrl]:
        """The links of a page that are to be followed, ``hops`` links away from a seed."""
        return self.of(discover.links(response), site, hops, self.title_promise(response))

    def title_promise(self, response: TextResponse) -> float | None:
        """With a focus, how well the title of a page fits."""
        return None if self._promises is None else self._promises.of_title(response.css("title::text").get(""))

    def of(
        self, links: Iterable[discover.FoundLink], site: SiteConfig, hops: int, around: float | None = None
    ) -> Iterator[DiscoveredUrl]:
        """Those links that belong to the site, pass its rules and are no trap.

        ``around``: with a focus, how well the title of the page fits on which they stand.
        """
        today = datetime.now(UTC).date()
        for link in links:
            if not (discover.is_address(link.url) and site.owns(link.url) and site.follow.admits(link.url)):
                continue
            if why := traps.trap(link.url, today) or self._mazes.closed(link.url):
                self._tally.traps[why] += 1
                continue
            yield DiscoveredUrl(
                url=link.url, site=site.id, hops=hops, priority=self._promise(link, site, around) - hops
            )

    def _promise(self, link: discover.FoundLink, site: SiteConfig, around: float | None) -> int:
        if self._promises is None:
            return 0
        return round(_PROMISE * self._promises.of_link(link.url, link.text, around, site))
