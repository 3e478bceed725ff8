"""Which links of a site are followed, and how soon: its own rules, endless webs, a focus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from scrapy.http import TextResponse

from cleaners.config import SiteConfig
from cleaners.items import Drop
from cleaners.store import DiscoveredUrl, UrlState
from crawler import discover
from crawler.scheduling import traps
from crawler.scheduling.link_score import OFF_TOPIC, LinkScorer
from crawler.stats import CrawlStats

_OF_THE_WEB = ("http:", "https:", "//")
_PROMISE = 100  # what a focus adds to the priority of the best of links


class LinkFilter:
    """Judges links when they are found; learns from what came of the pages. Memory: as
    :class:`crawler.scheduling.traps.TrapDetector`, and a number for each refused link."""

    def __init__(self, tally: CrawlStats, promises: LinkScorer | None) -> None:
        """``promises``: the job's focus."""
        self._tally = tally
        self._promises = promises
        self._mazes = traps.TrapDetector()
        self._told: set[int] = set()

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

    def on_page(
        self,
        response: TextResponse,
        site: SiteConfig,
        hops: int,
        links: Iterable[discover.FoundLink] | None = None,
    ) -> Iterator[DiscoveredUrl | Drop]:
        """The links of a page that are to be followed, ``hops`` links away from a seed; a Drop for each refused one.

        ``links``: what was read on it, where those are not simply its links.
        """
        around = None
        if self._promises is not None:
            around = self._promises.of_title(discover.readable(response).css("title::text").get(""))
        if discover.has_too_many_links(response):
            detail = f"only the first {discover.MOST_LINKS} are read"
            yield Drop(origin=response.url, url=response.url, stage="fetch", reason="too many links", detail=detail)
        today = datetime.now(UTC).date()
        for link in discover.links(response) if links is None else links:
            yield from self._judged(
                link, site, hops, around, response.url, partial(traps.trap, today=today, on=response.url)
            )

    def named(
        self, links: Iterable[discover.FoundLink], site: SiteConfig, source: str
    ) -> Iterator[DiscoveredUrl | Drop]:
        """The same of what a feed or sitemap at ``source`` names. It has an end: no address in it leads on and on."""
        for link in links:
            yield from self._judged(link, site, 1, None, source, lambda url: None)

    def _judged(
        self,
        link: discover.FoundLink,
        site: SiteConfig,
        hops: int,
        around: float | None,
        source: str,
        endless: Callable[[str], str | None],
    ) -> Iterator[DiscoveredUrl | Drop]:
        """A link that belongs to the site and passes its rules.

        ``around``: with a focus, how well the title of the page fits on which it stands. ``source``: that page.
        """
        if not discover.is_address(link.url):
            if not link.url or link.url.lower().startswith(_OF_THE_WEB):
                yield from self._refused(link.url or f"{source} {link.text[:80]}".strip(), "malformed address", source)
        elif site.owns(link.url) and site.follow.admits(link.url):
            if why := endless(link.url) or self._mazes.closed(link.url):
                self._tally.traps[why] += 1
                yield from self._refused(link.url, f"trap: {why}", source)
                return
            yield DiscoveredUrl(
                url=link.url, site=site.id, hops=hops, priority=self._promise(link, site, around) - hops,
                announcement=link.announcement,
            )  # fmt: skip

    def _refused(self, url: str, reason: str, source: str) -> Iterator[Drop]:
        """The Drop of a link that is not asked for, once in a run."""
        key = hash((url, reason))
        if key not in self._told:
            self._told.add(key)
            yield Drop(origin=url, url=url, stage="fetch", reason=reason, detail=f"on {source}"[:300])

    def _promise(self, link: discover.FoundLink, site: SiteConfig, around: float | None) -> int:
        if self._promises is None:
            return 0
        return round(_PROMISE * self._promises.of_link(link.url, link.text, around, site))
