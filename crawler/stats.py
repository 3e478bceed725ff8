"""Counting what a crawl does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cleaners.items import Article, Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What a crawl did, so far or in the end."""

    fetched: int = 0
    """Responses of any kind: pages, feeds, sitemaps, lists, robots.txt, redirects, errors."""
    bytes: int = 0
    """Bytes of their bodies as they came over the wire."""
    pages: int = 0
    """Pages that went to cleaning, or with ``archive_only`` would have."""
    rendered: int = 0
    """Of the pages and lists those that a browser has read."""
    kept_off: Mapping[str, int] = field(default_factory=dict)
    """Requests of the scripts of such pages that were refused, by reason."""
    articles: int = 0
    """Articles cleaned and handed to the store."""
    joined: int = 0
    """Pages that stand in the article of another: its second, third ..."""
    drops: Mapping[str, int] = field(default_factory=dict)
    """``stage: reason`` -> how many."""
    unchanged: int = 0
    """Responses that brought nothing new: 304, or the very bytes of the last visit."""
    not_due: int = 0
    """Seeds that were not asked because it is not their time yet."""
    left: int = 0
    """Requests not made because a limit was reached: the next run's work."""
    traps: Mapping[str, int] = field(default_factory=dict)
    """Links not followed because they lead into an endless web, by kind."""
    seconds: float = 0.0
    interrupted: bool = False
    """Whether it was ended by Ctrl-C or a signal; what was in flight is stored."""


class CrawlStats:
    """Counts what happens; :meth:`report` is the picture at that moment."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.fetched = self.bytes = self.pages = self.articles = self.joined = self.left = 0
        self.unchanged = self.not_due = 0
        self.rendered = 0
        self.kept_off: Counter[str] = Counter()
        self.drops: Counter[str] = Counter()
        self.traps: Counter[str] = Counter()
        self.interrupted = False

    def result(self, result: Article | Drop) -> None:
        """Count what came of a page."""
        if isinstance(result, Drop):
            self.drops[f"{result.stage}: {result.reason}"] += 1
        else:
            self.articles += 1

    def report(self) -> CrawlReport:
        """The counts so far."""
        return CrawlReport(
            fetched=self.fetched,
            bytes=self.bytes,
            pages=self.pages,
            rendered=self.rendered,
            kept_off=dict(self.kept_off.most_common()),
            articles=self.articles,
            joined=self.joined,
            drops=dict(self.drops.most_common()),
            unchanged=self.unchanged,
            not_due=self.not_due,
            left=self.left,
            traps=dict(self.traps),
            seconds=round(time.monotonic() - self._began, 3),
            interrupted=self.interrupted,
        )
