"""Runs and health: what came in, what was dropped and why, which sites fell silent, who copies from whom, over time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from cleaners.store import RunEntry, SitePair, Store, StoreStatistics, StoreTrends
from cleaners.store.runs import of
from crawler.jobs.site_health import SiteHealth, removed_sites, standing
from crawler.web.charts import BarChart, MatrixChart, bars, columns, matrix
from crawler.web.rendering import show
from crawler.web.room import room_of

_RUNS = 200  # of the journal, and of each job, that are looked at
_FRESH = 60.0  # seconds
_DRAWN = 60  # runs in a chart
_LISTED = 20  # runs in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """What the page shows of the articles, as of one state of the store."""

    counted_at: datetime
    statistics: StoreStatistics
    published: BarChart
    """Articles by day of publication."""
    drops: BarChart
    sites: BarChart
    noise: BarChart
    disguises: MatrixChart
    """Site by disguise."""
    disguised: MatrixChart
    """Site by period: percent of its articles that wear a disguise."""
    cut: MatrixChart
    """Class of noise by period: characters cut for each article."""
    copying: MatrixChart
    """Where stories come from, by who copies them."""
    pairs: Sequence[SitePair]
    """The same as a list, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubledSite:
    """A site of a job that fell silent or changed its layout."""

    job: str
    """The command of its runs, as the journal calls it."""
    health: SiteHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """What the page shows of the runs: of all, or of one job."""

    jobs: Sequence[str]
    """The commands of the journal's latest runs, by name: jobs of crawls and what else has written."""
    chosen: str
    """The one that is shown; empty for all."""
    runs: Sequence[RunEntry]
    """Newest first."""
    stored: BarChart
    """New articles by run."""
    dropped: BarChart
    """Pages that were not kept, by run."""
    troubled: Sequence[TroubledSite]
    watched: int
    """Sites with enough of a past to tell."""


class HealthPage:
    """Keeps the figures of the articles: of 100,000 they take seconds to count.

    They are counted again when the store has changed, at most once a minute.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[object, float, StoreFigures] | None = None

    def __call__(self, request: Request) -> Response:
        """``GET /health``; ``?job=``: the runs of one command."""
        with room_of(request).stores.reading() as store:
            state = (store.cluster_list.newest(), tuple((run.run, run.ended) for run in store.runs.runs(limit=3)))
            with self._lock:
                now = self._clock()
                if self._known is None or (self._known[0] != state and now - self._known[1] > _FRESH):
                    self._known = (state, now, store_figures(store))
                found = self._known[2]
            runs = run_figures(store, request.query_params.get("job", ""))
        return show(request, "health.html", figures=found, journal=runs, listed=runs.runs[:_LISTED])


def run_figures(store: Store, job: str = "") -> RunFigures:
    """What the journal says, of the command ``job`` alone where it has such."""
    jobs = sorted({run.command for run in store.runs.runs(limit=_RUNS)})
    chosen = job if job in jobs else ""
    runs = store.runs.runs(limit=_RUNS, command=chosen or None)
    now = datetime.now(UTC)
    states: list[TroubledSite] = []
    for command in [chosen] if chosen else jobs:
        own = runs if chosen else store.runs.runs(limit=_RUNS, command=command)
        sites = sorted({site for run in own for site in of(run.counts, "pages")} - removed_sites(own))
        if command.startswith("crawl "):  # whoever cleans or clips waits for no site
            states += [TroubledSite(job=command, health=standing(site, own, now)) for site in sites]
    return RunFigures(
        jobs=jobs, chosen=chosen, runs=runs, stored=_by_run(runs, "stored"), dropped=_by_run(runs, "dropped"),
        troubled=[one for one in states if one.health.state in {"silent", "changed layout"}],
        watched=sum(one.health.state != "unknown" for one in states),
    )  # fmt: skip


def store_figures(store: Store) -> StoreFigures:
    """Count all articles."""
    counted = store.statistics()
    pairs = store.overview.copies_between_sites()
    worn = store.overview.disguises_by_site()
    trends = store.overview.trends()
    return StoreFigures(
        counted_at=datetime.now(UTC),
        statistics=counted,
        published=columns([(day.isoformat(), n) for day, n in store.overview.published_by_day()]),
        drops=bars(_by_reason(counted.drops)),
        sites=bars(counted.sites),
        noise=bars(counted.noise_removed),
        disguises=matrix({(one.site, one.disguise): one.articles for one in worn}),
        disguised=_disguised(trends),
        cut=_cut(trends),
        copying=matrix({(pair.origin, pair.copier): pair.articles for pair in pairs}),
        pairs=pairs[:50],
    )


def _by_reason(drops: Mapping[str, int]) -> dict[str, int]:
    """Reason -> pages, whatever the stage, most first; from ``stage: reason`` -> pages."""
    found: Counter[str] = Counter()
    for name, n in drops.items():
        found[name.partition(": ")[2]] += n
    return dict(found.most_common())


def _by_run(runs: Sequence[RunEntry], count: str) -> BarChart:
    """The latest runs in order, by one of their counts."""
    return columns([(f"{run.started:%m-%d %H:%M}", run.counts.get(count, 0)) for run in reversed(runs[:_DRAWN])])


def _disguised(trends: StoreTrends) -> MatrixChart:
    found = [one for one in trends.disguised() if one.disguised]
    return matrix(
        {(one.site, trends.name(one.period)): max(1, round(100 * one.disguised / one.articles)) for one in found},
        columns=[trends.name(first) for first in trends.periods],
        details={(one.site, trends.name(one.period)): f"{one.disguised} / {one.articles}" for one in found},
    )


def _cut(trends: StoreTrends) -> MatrixChart:
    return matrix(
        {(one.noise, trends.name(one.period)): round(one.characters) for one in trends.noise()},
        columns=[trends.name(first) for first in trends.periods],
    )
