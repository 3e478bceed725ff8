"""Runs and health: what came in, what was dropped and why, which sites fell silent, who copies from whom."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from cleaners.store import RunEntry, SitePair, Store, StoreStatistics
from cleaners.store.runs import of
from crawler.jobs.site_health import SiteHealth, standing
from crawler.web.charts import BarChart, MatrixChart, bars, columns, matrix
from crawler.web.rendering import show
from crawler.web.room import room_of

_RUNS = 200  # of the journal that are looked at
_FRESH = 60.0  # seconds
_DRAWN = 60  # runs in a chart
_LISTED = 20  # runs in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFigures:
    """What the page shows, as of one state of the store."""

    counted_at: datetime
    statistics: StoreStatistics
    runs: Sequence[RunEntry]
    stored: BarChart
    """New articles by run."""
    dropped: BarChart
    """Pages that were not kept, by run."""
    published: BarChart
    """Articles by day of publication."""
    drops: BarChart
    sites: BarChart
    noise: BarChart
    disguises: MatrixChart
    """Site by disguise."""
    copying: MatrixChart
    """Where stories come from, by who copies them."""
    pairs: Sequence[SitePair]
    """The same as a list, the most frequent first."""
    troubled: Sequence[SiteHealth]
    """Sites that fell silent or changed their layout."""
    watched: int
    """Sites with enough of a past to tell."""


class HealthPage:
    """Keeps the figures: of 100,000 articles they take seconds to count.

    They are counted again when the store has changed, at most once a minute.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[object, float, HealthFigures] | None = None

    def __call__(self, request: Request) -> Response:
        """``GET /health``."""
        with room_of(request).stores.reading() as store:
            state = (store.cluster_list.newest(), tuple((run.run, run.ended) for run in store.runs.runs(limit=3)))
            with self._lock:
                now = self._clock()
                if self._known is None or (self._known[0] != state and now - self._known[1] > _FRESH):
                    self._known = (state, now, figures(store))
                found = self._known[2]
        return show(request, "health.html", figures=found, listed=found.runs[:_LISTED])


def _by_run(runs: Sequence[RunEntry], count: str) -> BarChart:
    """The latest runs in order, by one of their counts."""
    return columns([(f"{run.started:%m-%d %H:%M}", run.counts.get(count, 0)) for run in reversed(runs[:_DRAWN])])


def figures(store: Store) -> HealthFigures:
    """Count all of it."""
    counted = store.statistics()
    runs = store.runs.runs(limit=_RUNS)
    hosts = sorted({host for run in runs for host in of(run.counts, "pages")})
    now = datetime.now(UTC)
    states = [standing(host, runs, now) for host in hosts]
    pairs = store.overview.copies_between_sites()
    worn = store.overview.disguises_by_site()
    return HealthFigures(
        counted_at=now,
        statistics=counted,
        runs=runs,
        stored=_by_run(runs, "stored"),
        dropped=_by_run(runs, "dropped"),
        published=columns([(day.isoformat(), n) for day, n in store.overview.published_by_day()]),
        drops=bars({reason.replace("not an article: ", ""): n for reason, n in counted.drops.items()}),
        sites=bars(counted.sites),
        noise=bars(counted.noise_removed),
        disguises=matrix({(one.site, one.disguise): one.articles for one in worn}),
        copying=matrix({(pair.origin, pair.copier): pair.articles for pair in pairs}),
        pairs=pairs[:50],
        troubled=[state for state in states if state.state in {"silent", "changed layout"}],
        watched=sum(state.state != "unknown" for state in states),
    )
