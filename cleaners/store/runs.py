"""What came of the work: runs, and the pages that were not kept, each with its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

from cleaners.items import Article, Drop
from cleaners.store.codec import load, now, parsed
from cleaners.store.database import Database
from cleaners.urls import site_name, site_of

if TYPE_CHECKING:
    from cleaners.config import SiteConfig

# What a run counts for the journal: by site and by reason, under names that say which.
#
# ``pages SITE``: pages read; ``articles SITE``: those that were articles; ``new SITE``: articles the store did not
# have; ``dropped STAGE: REASON``; ``visits SITE``: 1 for each site of a crawl's job. SITE is the id of the seed file,
# for what is of none of a job's sites the registered domain, or a host without one: the name ``Article.site`` has.

_MOST = 200  # names a run notes: a dump of the whole web has more sites than a journal should hold


class RunCounts:
    """Counts results as they are kept."""

    def __init__(self, *, visited: Sequence[SiteConfig] = ()) -> None:
        """``visited``: the sites of a crawl's job."""
        self._visited = visited
        self._visits = {f"visits {site.id}": 1 for site in visited}
        self._owners: dict[str, str | None] = {}
        self._counts: Counter[str] = Counter()

    def add(self, articles: Iterable[Article], drops: Iterable[Drop], fresh: Iterable[Article]) -> None:
        """Count a batch; ``fresh``: those of its articles that are new to the store."""
        for article in articles:
            site = self._site(article)
            self._note("pages", site)
            self._note("articles", site)
        for article in fresh:
            self._note("new", self._site(article))
        for drop in drops:
            self._counts[f"dropped {drop.stage}: {drop.reason}"] += 1
            if drop.stage != "fetch":
                self._note("pages", self._owner(drop.url))
            if drop.reason == "off topic":
                self._note("articles", self._owner(drop.url))  # an article, though not one that was wanted

    def most(self) -> dict[str, int]:
        """The counts, the largest first, at most 200, and the sites of the job, all of them."""
        return dict(self._counts.most_common(_MOST)) | self._visits

    def _note(self, what: str, site: str | None) -> None:
        if site:
            self._counts[f"{what} {site}"] += 1

    def _site(self, article: Article) -> str | None:
        return article.site or self._owner(article.url)

    def _owner(self, url: str | None) -> str | None:
        """The first site of the job that owns an address, else its domain."""
        if url is None or not self._visited:
            return site_of(url)
        host = url.partition("://")[2].partition("/")[0]
        if host not in self._owners:
            self._owners[host] = site_name(url, self._visited)
        return self._owners[host]


def of(counts: Mapping[str, int], what: str) -> dict[str, int]:
    """One kind of count, by site or by reason: ``of(run.counts, "dropped")``."""
    return {name.removeprefix(f"{what} "): n for name, n in counts.items() if name.startswith(f"{what} ")}


def totals(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that stand for the whole run."""
    return {name: n for name, n in counts.items() if " " not in name}


RunStatus = Literal["running", "done", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run of a command that writes."""

    run: int
    """Its number."""
    command: str
    """What was run (``clean``, ``crawl xinjiang-industry`` ...)."""
    started: datetime
    """When it started, UTC."""
    ended: datetime | None
    """When it ended, None while it runs or when it was killed."""
    status: str
    """A ``RunStatus``; ``running`` without an end is a run that was killed, or still runs."""
    counts: Mapping[str, int]
    """What it counted: ``stored``, ``known`` ..., and by site and reason (see ``cleaners.store.runs``)."""

    @property
    def reached_nobody(self) -> bool:
        """Whether a crawl failed because there was nobody to be reached: it came to its end with that."""
        return self.status == "failed" and not self.counts.get("archived") and not of(self.counts, "pages")


class RunJournal:
    """Runs and drops of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def start(self, command: str) -> int:
        """Note that a run starts; returns its number."""
        run = self._db.execute(
            "INSERT INTO runs (command, started, status, counts) VALUES (?, ?, 'running', '{}')", (command, now())
        ).lastrowid
        assert run
        return run

    def end(self, run: int, counts: Mapping[str, int], status: RunStatus = "done") -> None:
        """Note how a run ended."""
        self._db.execute(
            "UPDATE runs SET ended = ?, status = ?, counts = ? WHERE run = ?",
            (now(), status, json.dumps(dict(counts), ensure_ascii=False), run),
        )

    def runs(self, limit: int = 50, *, command: str | None = None) -> list[RunEntry]:
        """The latest runs, newest first; only of one ``command`` where it is given."""
        rows = self._db.rows(
            "SELECT run, command, started, ended, status, counts FROM runs "
            "WHERE :command IS NULL OR command = :command ORDER BY run DESC LIMIT :limit",
            {"command": command, "limit": limit},
        )
        return [
            RunEntry(
                run=run, command=command, started=begun, ended=parsed(ended), status=status, counts=dict(load(counts)))
            for run, command, started, ended, status, counts in rows
            if (begun := parsed(started)) is not None
        ]  # fmt: skip

    def started(self, run: int) -> datetime | None:
        """When a run began, UTC; None where there is none of this number."""
        row = self._db.one("SELECT started FROM runs WHERE run = ?", (run,))
        return parsed(row[0]) if row else None

    def drop(self, drops: Iterable[Drop], run: int | None = None) -> int:
        """Keep drops; what was dropped there for the same reason before is not counted twice. Returns how many are new.

        A drop leaves when its origin becomes an article.
        """
        new = 0
        with self._db.transaction():
            for drop in drops:
                new += self._db.execute(
                    "INSERT OR IGNORE INTO drops VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (drop.origin, drop.stage, drop.reason, drop.url, drop.detail, run, now()),
                ).rowcount
        return new

    def drops(
        self, *, reason: str | None = None, stage: str | None = None, url: str | None = None, site: str | None = None,
        since: datetime | None = None, limit: int = 100,
    ) -> list[Drop]:  # fmt: skip
        """Drops by stage, reason and origin; only those of an address where ``url`` is given.

        ``site``: the id of a site that was crawled, or a registered domain; ``since``: (with a timezone) dropped then
        or later.
        """
        domains = None if site is None else self._domains(site)
        rows = self._db.rows(
            "SELECT origin, stage, reason, url, detail FROM drops WHERE (:reason IS NULL OR reason = :reason) "
            "AND (:stage IS NULL OR stage = :stage) AND (:url IS NULL OR url = :url) "
            "AND (:since IS NULL OR at >= :since) ORDER BY stage, reason, origin LIMIT :limit",
            {"reason": reason, "stage": stage, "url": url, "limit": limit if domains is None else -1,
             "since": since and since.astimezone(UTC).isoformat(timespec="seconds")},
        )  # fmt: skip
        wanted = (row for row in rows if domains is None or site_of(row[3]) in domains)
        return [Drop(origin=o, stage=s, reason=r, url=u, detail=d) for o, s, r, u, d in islice(wanted, limit)]

    def _domains(self, site: str) -> set[str]:
        """The registered domains that a site's name stands for: its own, and those of the site of that id."""
        rows = self._db.rows("SELECT url FROM ledger WHERE site = ? ORDER BY visit LIMIT 100", (site,))
        return {site, *filter(None, (site_of(url) for (url,) in rows))}

    def kinds(self) -> dict[tuple[str, str], int]:
        """How many drops there are of each stage and reason, most first."""
        rows = self._db.rows("SELECT stage, reason, count(*) FROM drops GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2")
        return {(stage, reason): count for stage, reason, count in rows}
