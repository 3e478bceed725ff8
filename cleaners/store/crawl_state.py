"""The ledger of a crawl: every address met, what came of it, when it is visited again, what is still to be done.

An address is queued when it is found and done when what came of it is stored: both are written in the transaction of
the results, so a run that is killed is taken up where the store says it was.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cleaners.fields import ANNOUNCEMENT, EDITION
from cleaners.items import NewspaperEdition, PageAnnouncement
from cleaners.store.database import Database, Row
from cleaners.urls import canonical

# When a page is visited again: the pause doubles while it stays the same and halves when it has changed.
#
# Estimating how often a page changes from what its visits found is that of Cho and Garcia-Molina (Estimating Frequency
# of Change, 2003); halving and doubling is its simplest form, as feed readers and Nutch's AdaptiveFetchSchedule use it.

_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitInterval:
    """Between what the pause of one kind of page moves, in seconds."""

    first: int = 0
    """After the first visit."""
    least: int = 0
    """However often it changes. 0: it may be visited in every run; how often that is, the job's schedule says."""
    most: int = 90 * _DAY
    """However long it has not changed."""

    def next_interval(self, before: int | None, elapsed: int, *, changed: bool) -> int:
        """Seconds until the next visit.

        ``before``: the pause that led to this visit, None when it is the first. ``elapsed``: seconds since the visit
        before this one.
        """
        if before is None:
            return self.first
        if changed:
            return max(self.least, before // 2)
        return min(self.most, max(2 * before, elapsed, self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisitPolicy:
    """How often pages are visited."""

    seed: VisitInterval = VisitInterval(most=6 * _HOUR)
    """Feeds, sitemaps, lists: news shows there first. Never longer than a quarter of a day."""
    page: VisitInterval = VisitInterval()
    """Articles are corrected in their first hours, then hardly ever: after half an hour, 1, 2, 4 ... hours."""
    failing: VisitInterval = VisitInterval(first=_HOUR, most=30 * _DAY)
    """What could not be fetched or has moved: a server that is down is back soon, a page that is gone stays so."""


Kind = Literal["page", "part", "feed", "sitemap", "list", "paper"]
"""A page that may be an article, a later page of one, or what announces pages."""
Outcome = Literal["article", "joined", "drop", "links", "archived", "moved", "taken down"]
"""What came of a visit: an article, a page that stands in the article of another, a Drop, only links, only an archive
record, a redirect to another address; or that the address was taken down since (``Removal.bury``): then it stays so."""

_CHUNK = 500
_COLUMNS = (
    "url, address, site, kind, hops, pages, priority, first_seen, last_seen, last_fetched, etag, last_modified, "
    "status, outcome, detail, digest, pause, next_visit, visit, edition, followed, rules, gone"
)
_GONE = frozenset((404, 410))  # RFC 9110, 15.5.5 and 15.5.11
_ANSWERED = 500  # from here on an answer says nothing of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredUrl:
    """An address that is to be visited."""

    url: str
    """As found; the ledger knows it by its canonical form."""
    site: str
    """The job's site id."""
    kind: Kind = "page"
    hops: int = 1
    """How many links away from a seed."""
    pages: int = 1
    """A list: how many of its pages are to be read, this one included."""
    priority: int = 0
    """The higher the earlier."""
    edition: NewspaperEdition | None = None
    """What the page of a newspaper that named it says of it."""
    announcement: PageAnnouncement | None = None
    """What the feed or sitemap that named it says of it. The ledger does not give it with an address: see
    :meth:`CrawlState.announcement`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReading:
    """What was done with the links of a page when it was read."""

    followed: bool
    """Whether they were followed; not: the page was as far from a seed as the job goes."""
    rules: str
    """A name of the rules by which they were chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What came of one visit, or of an attempt."""

    url: str
    site: str
    kind: Kind = "page"
    hops: int = 1
    pages: int = 1
    """As in :class:`DiscoveredUrl`: how it was asked for."""
    at: datetime
    """With a timezone."""
    outcome: Outcome | None
    """None: nothing has changed since the last visit; what came of that one stands."""
    detail: str = ""
    """The article's id, the Drop's reason, where it has moved to."""
    status: int | None = None
    """HTTP status; None without a response."""
    etag: str | None = None
    last_modified: str | None = None
    """What goes into ``If-Modified-Since``: the response's ``Last-Modified``, else its ``Date`` (RFC 9110, 13.1.3)."""
    digest: bytes | None = None
    """Of the body; None where there is none."""
    found: tuple[DiscoveredUrl, ...] = ()
    """What it links to and is to be visited."""
    reading: LinkReading | None = None
    """None where there was nothing to read."""
    announcement: PageAnnouncement | None = None
    """What was said of the address that led here."""

    @property
    def failed(self) -> bool:
        """Whether there was nothing to read."""
        return self.outcome == "drop" and self.digest is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksRead:
    """The links of a page that was fetched before are read once more, from the archive."""

    url: str
    at: datetime
    """With a timezone."""
    reading: LinkReading
    found: tuple[DiscoveredUrl, ...]
    """What of it is to be visited."""


LedgerNote = FetchResult | LinksRead
"""What the ledger is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlState:
    """What the ledger knows of an address. Times are seconds since 1970."""

    found: DiscoveredUrl
    first_seen: int
    last_seen: int
    """When a link to it was last read."""
    last_fetched: int | None
    """When it was last visited; None: never yet."""
    etag: str | None
    last_modified: str | None
    status: int | None
    outcome: Outcome | None
    """None: queued, not yet done."""
    detail: str
    digest: bytes | None
    pause: int | None
    """Seconds between the last visit and the next."""
    next_visit: int | None
    number: int
    """Counts the addresses in the order in which they were found."""
    reading: LinkReading | None = None
    """None: nobody knows."""
    gone: int | None = None
    """When it was first not there any more (404, 410); None: it is there, or nobody knows."""

    @property
    def failed(self) -> bool:
        """Whether the last visit found nothing to read."""
        return self.outcome == "drop" and self.digest is None


class CrawlState:
    """The addresses of a store. Writing belongs to the transaction of the results (``Store.transaction``)."""

    def __init__(self, database: Database, rhythm: RevisitPolicy = RevisitPolicy()) -> None:
        self._db = database
        self._rhythm = rhythm

    def find(self, urls: Iterable[str]) -> dict[str, UrlState]:
        """Canonical form -> entry, for those of the addresses (in any form) that are known."""
        known: dict[str, UrlState] = {}
        for part in _chunks(sorted({canonical(url) for url in urls})):
            query = f"SELECT {_COLUMNS} FROM ledger WHERE url IN ({','.join('?' * len(part))})"
            known.update((row[0], _entry(row)) for row in self._db.rows(query, part))
        return known

    def record(self, visits: Sequence[LedgerNote]) -> None:
        """Note what came of visits and queue what they found; Drops that earlier visits left are superseded.

        Call it before the Drops of the same visits are stored.
        """
        known = self.find(visit.url for visit in visits)
        for visit in visits:
            key, address = _names(visit.url)
            if isinstance(visit, LinksRead):
                self._queue(visit.found, visit.at, key)
                self._read(key, visit.reading)
                continue
            before = known.get(key)
            if before is None:
                asked = DiscoveredUrl(
                    url=visit.url, site=visit.site, kind=visit.kind, hops=visit.hops, pages=visit.pages
                )
                self._queue([asked], visit.at, None)
            self._queue(visit.found, visit.at, key)
            self._announce(key, visit.announcement)
            if visit.outcome is None:
                self._unchanged(key, visit, before)
                continue
            self._changed(key, visit, before)
            for form in {visit.url, key, address or key}:
                self._db.execute("DELETE FROM drops WHERE url = ?", (form,))

    def unread(self, site: str, *, depth: int, rules: str, after: int = 0, limit: int = 500) -> list[UrlState]:
        """Pages of a site whose links were not followed, or by other rules, and are to be: less than ``depth`` links
        away from a seed. In the order of their numbers, from ``after`` on.

        Where nobody knows (older stores), links were followed as far as pages were found by them.
        """
        return self._select(
            "site = :site AND kind = 'page' AND visit > :after AND hops < :depth AND digest IS NOT NULL "
            "AND outcome IN ('article', 'drop', 'archived') AND (followed = 0 OR rules != :rules OR (followed IS NULL "
            "AND hops >= (SELECT max(hops) FROM ledger WHERE site = :site AND kind = 'page'))) "
            "ORDER BY visit LIMIT :limit",
            {"site": site, "after": after, "depth": depth, "rules": rules, "limit": limit},
        )

    def unfinished(self, site: str) -> Iterator[UrlState]:
        """What was found on a site and is not yet done, one by one: by priority, the highest first, then as found."""
        query = f"SELECT {_COLUMNS} FROM ledger WHERE outcome IS NULL AND site = ? ORDER BY priority DESC, visit"
        return map(_entry, self._db.stream(query, (site,)))

    def queued(self, site: str) -> int:
        """How many those are."""
        row = self._db.one("SELECT count(*) FROM ledger WHERE outcome IS NULL AND site = ?", (site,))
        return int(row[0]) if row else 0

    def visited(self, site: str, since: datetime) -> int:
        """How many addresses of a site were visited, or tried, since a moment."""
        query = "SELECT count(*) FROM ledger WHERE site = ? AND last_fetched >= ? AND outcome IS NOT NULL"
        row = self._db.one(query, (site, int(since.timestamp())))
        return int(row[0]) if row else 0

    def failing(self, site: str, since: datetime) -> list[int]:
        """When the pages of a site that could not be had since a moment are due again, seconds since 1970."""
        query = (
            "SELECT next_visit FROM ledger WHERE site = ? AND last_fetched >= ? AND kind = 'page' AND outcome = 'drop' "
            "AND digest IS NULL AND next_visit IS NOT NULL"
        )
        return [int(due) for (due,) in self._db.rows(query, (site, int(since.timestamp())))]

    def due(self, site: str, *, at: datetime, before: datetime | None = None, limit: int = 100) -> list[UrlState]:
        """What is done on a site and to be visited again at a moment, the longest overdue first.

        ``before``: only what was last visited before that.
        """
        moment = int(at.timestamp())
        return self._select(
            "site = ? AND next_visit <= ? AND last_fetched < ? ORDER BY next_visit, visit LIMIT ?",
            (site, moment, int(before.timestamp()) if before else moment + 1, limit),
        )

    def announced_by(self, url: str) -> list[UrlState]:
        """The lists and sitemaps that a list or sitemap has named: to be read though it is unchanged itself."""
        return self._select("parent = (SELECT visit FROM ledger WHERE url = ?) ORDER BY visit", (canonical(url),))

    def latest(self, site: str, limit: int = 2000) -> list[UrlState]:
        """The pages of a site that were found last and are done, oldest first."""
        newest = self._select(
            "site = ? AND kind = 'page' AND outcome IS NOT NULL ORDER BY visit DESC LIMIT ?", (site, limit)
        )
        return newest[::-1]

    def gone(self, url: str) -> datetime | None:
        """Since when a page is not there any more (404, 410), UTC, as visits found it; None: it is, or nobody knows."""
        entry = self.find([url]).get(canonical(url))
        return None if entry is None or entry.gone is None else datetime.fromtimestamp(entry.gone, UTC)

    def announcement(self, url: str) -> PageAnnouncement | None:
        """What feeds and sitemaps have said of an address, the one that says most."""
        row = self._db.one("SELECT data FROM announcements WHERE url = ?", (canonical(url),))
        found: PageAnnouncement | None = ANNOUNCEMENT.from_row(zlib.decompress(row[0])) if row else None
        return found

    def counts(self) -> dict[str, int]:
        """Outcome -> addresses; ``queued`` for those that are not yet done."""
        rows = self._db.rows("SELECT coalesce(outcome, 'queued') AS o, count(*) FROM ledger GROUP BY o ORDER BY o")
        return dict(rows)

    def _queue(self, found: Iterable[DiscoveredUrl], at: datetime, parent: str | None) -> None:
        moment = int(at.timestamp())
        for one in found:
            announces = parent is not None and one.kind != "page"
            self._db.execute(
                "INSERT INTO ledger "
                "(url, address, site, kind, hops, pages, priority, first_seen, last_seen, edition, parent) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT visit FROM ledger WHERE url = ?)) "
                "ON CONFLICT (url) DO UPDATE SET last_seen = excluded.last_seen, hops = min(hops, excluded.hops), "
                "pages = CASE kind WHEN excluded.kind THEN excluded.pages ELSE pages END, "
                "edition = coalesce(excluded.edition, edition), parent = coalesce(excluded.parent, parent)",
                (*_names(one.url), one.site, one.kind, one.hops, one.pages, one.priority, moment, moment,
                 EDITION.to_row(one.edition), parent if announces else None),
            )  # fmt: skip
            self._announce(canonical(one.url), one.announcement)

    def _announce(self, key: str, said: PageAnnouncement | None) -> None:
        """Keep what was said of an address; not in place of more, nor of what was taken down."""
        if said is None:
            return
        packed = zlib.compress(ANNOUNCEMENT.to_row(said).encode("utf-8", "replace"))
        self._db.execute(
            "INSERT INTO announcements SELECT :url, :letters, :data WHERE NOT EXISTS "
            "(SELECT 1 FROM ledger WHERE url = :url AND outcome = 'taken down') "
            "ON CONFLICT (url) DO UPDATE SET letters = excluded.letters, data = excluded.data "
            "WHERE excluded.letters >= letters AND excluded.data != data",
            {"url": key, "letters": len(said.text), "data": packed},
        )

    def _read(self, key: str, reading: LinkReading | None) -> None:
        if reading is not None:
            query = "UPDATE ledger SET followed = ?, rules = ? WHERE url = ?"
            self._db.execute(query, (reading.followed, reading.rules, key))

    def _select(self, where: str, values: Sequence[object] | Mapping[str, object]) -> list[UrlState]:
        return [_entry(row) for row in self._db.rows(f"SELECT {_COLUMNS} FROM ledger WHERE {where}", values)]

    def _unchanged(self, key: str, visit: FetchResult, before: UrlState | None) -> None:
        moment = int(visit.at.timestamp())
        pause = self._bounds(visit).next_interval(
            before.pause if before else None, _elapsed(before, moment), changed=False
        )
        self._db.execute(
            "UPDATE ledger SET last_fetched = ?, status = ?, etag = coalesce(?, etag), "
            "last_modified = coalesce(?, last_modified), pause = ?, next_visit = ?, gone = NULL WHERE url = ?",
            (moment, visit.status, visit.etag, visit.last_modified, pause, moment + pause, key),
        )

    def _changed(self, key: str, visit: FetchResult, before: UrlState | None) -> None:
        moment = int(visit.at.timestamp())
        changed = not (before and before.outcome == visit.outcome and before.digest == visit.digest)
        was = before.pause if before and before.failed == visit.failed else None
        pause: int | None = None  # a later page of an article is visited with the first
        if visit.kind != "part":
            pause = self._bounds(visit).next_interval(was, _elapsed(before, moment), changed=changed)
        self._db.execute(
            "UPDATE ledger SET last_fetched = ?, status = ?, etag = ?, last_modified = ?, outcome = ?, detail = ?, "
            "digest = ?, kind = ?, pages = ?, pause = ?, next_visit = ?, gone = ? WHERE url = ?",
            (moment, visit.status, visit.etag, visit.last_modified, visit.outcome, visit.detail, visit.digest,
             visit.kind, visit.pages, pause, None if pause is None else moment + pause, _gone(visit, before), key),
        )  # fmt: skip
        self._read(key, visit.reading)

    def _bounds(self, visit: FetchResult) -> VisitInterval:
        if visit.failed or visit.outcome == "moved":
            return self._rhythm.failing
        return self._rhythm.page if visit.kind == "page" else self._rhythm.seed


def _gone(visit: FetchResult, before: UrlState | None) -> int | None:
    """Since when the page is gone after this visit: no answer, or an error of the server, says nothing of it."""
    since = before.gone if before else None
    if visit.status in _GONE:
        return since or int(visit.at.timestamp())
    return since if visit.status is None or visit.status >= _ANSWERED else None


def _names(url: str) -> tuple[str, str | None]:
    """The canonical form, and the address as found where it is another."""
    key = canonical(url)
    return key, None if key == url else url


def _elapsed(before: UrlState | None, moment: int) -> int:
    return moment - before.last_fetched if before and before.last_fetched is not None else 0


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))


def _entry(row: Row) -> UrlState:
    (url, address, site, kind, hops, pages, priority, first_seen, last_seen, last_fetched, etag, last_modified, status,
     outcome, detail, digest, pause, next_visit, number, edition, followed, rules, gone) = row  # fmt: skip
    return UrlState(
        found=DiscoveredUrl(
            url=address or url, site=site, kind=kind, hops=hops, pages=pages, priority=priority,
            edition=EDITION.from_row(edition),
        ),
        first_seen=first_seen, last_seen=last_seen, last_fetched=last_fetched, etag=etag, last_modified=last_modified,
        status=status, outcome=outcome, detail=detail or "", digest=digest, pause=pause, next_visit=next_visit,
        number=number, reading=None if rules is None else LinkReading(followed=bool(followed), rules=rules),
        gone=gone,
    )  # fmt: skip
