"""Counting what a crawl does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cleaners.ingest.ingester import IngestResult
from cleaners.items import Article, Drop
from cleaners.store import FetchResult, LedgerNote
from cleaners.urls import canonical


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
    new: int = 0
    """Of these articles those that the store did not have."""
    changed: int = 0
    """Those that it had with another text: it has a new revision now."""
    known: int = 0
    """Those that it had as they are."""
    matched: int = 0
    """Of the new and changed ones those that match an earlier article: reposts, excerpts, spun copies."""
    joined: int = 0
    """Pages that stand in the article of another: its second, third ..."""
    drops: Mapping[str, int] = field(default_factory=dict)
    """``stage: reason`` -> how many."""
    unchanged: int = 0
    """Responses that brought nothing new: 304, or the very bytes of the last visit."""
    not_due: int = 0
    """Seeds that were not asked because it is not their time yet."""
    waiting: Mapping[str, str | None] = field(default_factory=dict)
    """Each of those -> when it is due, ISO 8601 in UTC; null: not known."""
    failing: int = 0
    """Pages that could not be had and are asked for again by a later run."""
    failing_due: str | None = None
    """When the first of them is due, ISO 8601 in UTC."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Seeds that lead to another address by a redirect -> that address."""
    left: int = 0
    """Addresses not asked because a limit was reached or the run was ended: the next run's work."""
    found: int = 0
    """Addresses that the run came by and that were to be visited, by the ledger; and links that it refused."""
    ends: Mapping[str, int] = field(default_factory=dict)
    """What became of each of them, by the results that were handed in: ``articles``, ``dropped``, ``unchanged``,
    ``lists and feeds``, ``joined parts``, ``redirects``, ``only archived``, ``ruled out``,
    ``left for later``: they add up to it."""
    traps: Mapping[str, int] = field(default_factory=dict)
    """Links not followed because they lead into an endless web, by kind."""
    seconds: float = 0.0
    interrupted: bool = False
    """Whether it was ended by Ctrl-C or a signal; what was in flight is stored."""

    @property
    def reached_nobody(self) -> bool:
        """Whether nothing was to be had of any site, though it was time to ask."""
        return not (self.fetched or self.pages or self.not_due)


_ENDS = {"article": "articles", "drop": "dropped", "links": "lists and feeds", "moved": "redirects",
         "archived": "only archived", "joined": "joined parts"}  # fmt: skip


_FIXED = frozenset(("articles", "dropped", "unchanged", "ruled out", "left for later"))


class CrawlStats:
    """Counts what happens; :meth:`report` is the picture at that moment."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.fetched = self.bytes = self.pages = self.articles = self.joined = self.left = self.unchanged = 0
        self.waiting: dict[str, str | None] = {}
        self.moved: dict[str, str] = {}
        self.failing: list[datetime] = []
        """When each page that could not be had is due again."""
        self.rendered = 0
        self.kept_off: Counter[str] = Counter()
        self.drops: Counter[str] = Counter()
        self.traps: Counter[str] = Counter()
        self.interrupted = False
        self.new = self.changed = self.known = self.matched = 0
        self._ends: dict[int, str] = {}
        """Hash of the canonical form of an address -> what became of it."""
        self._beside = 0
        self.in_ledger = 0
        """Addresses that the ledger says were visited in this run, or are left."""
        self.ruled_out = 0
        """Addresses in the queue that the job, as it now stands, does not have visited."""

    def note(self, notes: Sequence[LedgerNote], result: Article | Drop | None) -> None:
        """What became of addresses; without a note a Drop is of a link that the ledger does not know."""
        self._beside += not notes and isinstance(result, Drop)
        for visit in notes:
            if isinstance(visit, FetchResult):
                end = "unchanged" if visit.outcome is None else _ENDS.get(visit.outcome, visit.outcome)
                self._ends[hash(canonical(visit.url))] = end

    def kept(self, result: IngestResult) -> None:
        """Count what was new of a batch."""
        self.new += result.stored - result.changed
        self.changed += result.changed
        self.known += result.known
        self.matched += result.matched

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
            new=self.new,
            changed=self.changed,
            known=self.known,
            matched=self.matched,
            joined=self.joined,
            drops=dict(self.drops.most_common()),
            unchanged=self.unchanged,
            not_due=len(self.waiting),
            waiting=dict(self.waiting),
            failing=len(self.failing),
            failing_due=min(self.failing).isoformat() if self.failing else None,
            moved=dict(self.moved),
            left=self.left,
            found=self.in_ledger + self._beside,
            ends=self._ended(),
            traps=dict(self.traps),
            seconds=round(time.monotonic() - self._began, 3),
            interrupted=self.interrupted,
        )

    def _ended(self) -> dict[str, int]:
        counts = Counter(self._ends.values())
        counts["dropped"] += self._beside
        counts["ruled out"] = self.ruled_out
        counts["left for later"] = self.left
        names = ("articles", "dropped", "unchanged", *sorted(set(counts) - _FIXED), "ruled out", "left for later")
        return {name: counts[name] for name in names}
