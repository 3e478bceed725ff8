"""The crawler's side of the store's ledger: what is to be visited in a run, and a shelf for runs that only archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cleaners.config import SiteConfig
from cleaners.items import Article, Drop, PageAnnouncement
from cleaners.store import DiscoveredUrl, FetchResult, LedgerNote, RunEntry, RunStatus, Store, UrlState

_STALE = timedelta(hours=6)
"""A run that ended early is continued for that long; what was visited before is due again in its turn."""

_EARLY = 0.1
"""Share of its pause by which what announces pages may be asked before it is due: a schedule whose runs are as far
apart as that pause would come seconds too early, and find what is new one run late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedVisit:
    """What a run does with a seed."""

    known: UrlState | None
    """What its request can build on; None where it is new, or to be read otherwise than before."""
    is_asked: bool
    due: datetime | None
    """When it is due, UTC; None: nobody knows."""


class VisitPlan:
    """What is to be visited in this run. Reads only; belongs to the event loop."""

    def __init__(self, store: Path, command: str, *, again: bool = False, now: datetime | None = None) -> None:
        """``command``: what the journal calls this run. ``again``: what announces pages is due, whenever it was read.

        Raises as ``Store.open``.
        """
        self._again = again
        self._now = now or datetime.now(UTC)
        self._store = Store.open(store, create=False, readonly=True)
        self._began = max(_began(self._store.runs.runs(200), command, self._now), self._now - _STALE)

    def close(self) -> None:
        """Release the store."""
        self._store.close()

    def entry(self, url: str) -> UrlState | None:
        """What is known of an address."""
        return next(iter(self._store.crawl_state.find([url]).values()), None)

    def entries(self, urls: Iterable[str]) -> dict[str, UrlState]:
        """Canonical form -> what is known of the address."""
        return self._store.crawl_state.find(urls)

    def announcement(self, url: str) -> PageAnnouncement | None:
        """What a feed or sitemap has said of a page."""
        return self._store.crawl_state.announcement(url)

    def is_open(self, entry: UrlState | None) -> bool:
        """Whether an address is to be visited: never seen, not done, or due and not yet visited in this run.

        What announces pages is due at once where it could not be read (what kept it may have been put right) or has
        moved (what it leads to has a date of its own).
        """
        if entry is None or entry.outcome is None or entry.last_fetched is None:
            return True
        announces = entry.found.kind not in {"page", "part"}
        early = _EARLY * (entry.pause or 0) if announces else 0
        due = entry.next_visit is not None and entry.next_visit - early <= self._now.timestamp()
        if announces:
            due = due or self._again or entry.failed or entry.outcome == "moved"
        return due and not self._is_visited(entry)

    def is_read_otherwise(self, found: DiscoveredUrl, site: SiteConfig, entry: UrlState | None) -> bool:
        """Whether what announces pages is now to be read as something else than it was before, further, or by other
        rules for its links."""
        if entry is None or found.kind in {"page", "part"} or entry.outcome in {None, "taken down"}:
            return False
        if found.kind != entry.found.kind or found.pages > entry.found.pages:
            return True
        return entry.reading is not None and entry.reading.rules != site.follow.digest

    def known(self, found: DiscoveredUrl, site: SiteConfig, url: str) -> UrlState | None:
        """What a request for an address can build on; None where it is new, or to be read otherwise than before."""
        entry = self.entry(url)
        return None if self.is_read_otherwise(found, site, entry) else entry

    def seed(self, found: DiscoveredUrl, site: SiteConfig) -> SeedVisit:
        """What a run does with a seed of its job."""
        entry = self.entry(found.url)
        if entry is None or entry.outcome == "taken down":
            return SeedVisit(known=entry, is_asked=entry is None, due=None)
        changed = found.kind != entry.found.kind or self.is_read_otherwise(found, site, entry)
        at_once = self._again or entry.failed or entry.outcome == "moved"
        due = None if entry.next_visit is None else datetime.fromtimestamp(entry.next_visit, UTC)
        is_asked = changed or self.is_open(entry) or (at_once and not self._is_visited(entry))
        return SeedVisit(known=None if changed else entry, is_asked=is_asked, due=due)

    def unread(self, site: SiteConfig) -> Iterator[UrlState]:
        """Pages visited before whose links are to be followed by the job as it is now, and were not."""
        after = 0
        while some := self._store.crawl_state.unread(
            site.id, depth=site.follow.depth, rules=site.follow.digest, after=after
        ):
            yield from some
            after = some[-1].number

    def origin(self, url: str) -> str | None:
        """Where the page of an address lies in the archive, None where nobody knows."""
        return self._store.page_origins.of(url)

    def is_visited_before(self, entry: UrlState) -> bool:
        """Whether it was visited, and not in this run."""
        return entry.outcome is not None and (entry.last_fetched or 0) < int(self._now.timestamp())

    def _is_visited(self, entry: UrlState) -> bool:
        """Whether this run has visited it."""
        return entry.last_fetched is not None and entry.last_fetched >= int(self._began.timestamp())

    def is_missing(self, entry: UrlState | None) -> bool:
        """Whether an issue of the past is to be asked for: it was not read yet. It does not change any more."""
        return self.is_open(entry) and (entry is None or entry.outcome is None or entry.failed)

    def unfinished(self, site: str) -> Iterator[UrlState]:
        """What was found on a site and is not done, one by one, the highest priority first."""
        return self._store.crawl_state.unfinished(site)

    def queued(self, site: str) -> int:
        """How many those are."""
        return self._store.crawl_state.queued(site)

    def visited(self, site: str) -> int:
        """How many addresses of a site this run has visited or tried."""
        return self._store.crawl_state.visited(site, self._now)

    def failing(self, site: str) -> list[datetime]:
        """When each page of a site that this run could not have is due again, UTC."""
        return [datetime.fromtimestamp(due, UTC) for due in self._store.crawl_state.failing(site, self._now)]

    def due(self, site: SiteConfig) -> list[UrlState]:
        """Pages to look at again, the longest overdue first; only so many that new pages have room."""
        entries = self._store.crawl_state.due(site.id, at=self._now, before=self._began)
        return [entry for entry in entries if entry.found.kind == "page"]

    def announced_by(self, url: str) -> list[UrlState]:
        """The lists and sitemaps a list or sitemap has named, those that are to be read now."""
        return [entry for entry in self._store.crawl_state.announced_by(url) if self.is_open(entry)]

    def latest(self, site: SiteConfig) -> list[UrlState]:
        """What came of the pages found last."""
        return self._store.crawl_state.latest(site.id)


def _began(runs: Sequence[RunEntry], command: str, now: datetime) -> datetime:
    """When this run began, or the first of those that it continues: the ones before it that did not come to an end."""
    mine = [run for run in runs if run.command == command]  # newest first; the first is this one
    began = mine[0].started if mine else now
    for run in mine[1:]:
        if run.status == "done" or run.reached_nobody:
            break
        began = run.started
    return began


class ArchiveOnlySink:
    """A shelf for a run that only archives: notes what was fetched, matches nothing."""

    def __init__(self, path: Path, *, command: str) -> None:
        self._store = Store.open(path)
        self._run = self._store.runs.start(command)
        self._archived = 0

    def add(self, results: Iterable[Article | Drop], visits: Sequence[LedgerNote] = ()) -> None:
        """Note the visits; of the Drops those without a record in the archive (cleaning it finds the others)."""
        drops = [one for one in results if isinstance(one, Drop) and "#" not in one.origin]
        with self._store.transaction():
            self._store.crawl_state.record(visits)
            self._store.runs.drop(drops, self._run)
        self._archived += sum(isinstance(note, FetchResult) and note.outcome == "archived" for note in visits)

    def close(self, status: RunStatus = "done") -> None:
        """Note how the run ended and release the store."""
        self._store.runs.end(self._run, {"archived": self._archived}, status)
        self._store.close()
