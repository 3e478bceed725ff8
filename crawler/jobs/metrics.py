"""Metrics for Prometheus, read from the store when they are asked for (extra ``monitor``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server, write_to_textfile
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cleaners.errors import UsageError
from cleaners.store import RunEntry, Store
from cleaners.store.runs import of, totals
from crawler.jobs.site_health import removed_sites, standing

_RUNS = 200  # of a job, the latest


class StoreCollector(Collector):
    """Opens the store for every scrape: what another process has written shows at once."""

    def __init__(self, store: Path, commands: Sequence[str]) -> None:
        self._store = store
        self._commands = commands

    def collect(self) -> Iterator[Metric]:
        """Every metric; none while there is no store."""
        if not self._store.exists():
            return
        with Store.open(self._store, create=False, readonly=True) as store:
            numbers = store.statistics()
            runs = {command: store.runs.runs(_RUNS, command=command) for command in self._commands}
        for name, about, value in (
            ("articles", "Current articles in the store.", numbers.articles),
            ("clusters", "Clusters of articles, singletons included.", numbers.clusters),
        ):
            yield GaugeMetricFamily(f"jianbao_{name}", about, value=value)
        drops = GaugeMetricFamily("jianbao_drops", "Pages that did not become articles.", labels=["reason"])
        for reason, count in numbers.drops.items():
            drops.add_metric([reason], count)
        yield drops
        yield from _of_runs(runs)


def _of_runs(runs: dict[str, list[RunEntry]]) -> Iterator[Metric]:
    ended = GaugeMetricFamily("jianbao_run_ended", "Unix time when the last good run ended.", labels=["run"])
    took = GaugeMetricFamily("jianbao_run_seconds", "How long the last good run took.", labels=["run"])
    counts = GaugeMetricFamily("jianbao_run_counts", "What the last good run counted.", labels=["run", "what"])
    failed = GaugeMetricFamily("jianbao_run_failed", "1 when the latest run did not end well.", labels=["run"])
    trouble = GaugeMetricFamily("jianbao_site_trouble", "1: a silent or changed site.", labels=["run", "site", "state"])
    for command, some in runs.items():
        if some:
            failed.add_metric([command], float(some[0].status not in {"done", "running"}))
        good = next((run for run in some if run.status == "done" and run.ended), None)
        if good is None or good.ended is None:
            continue
        ended.add_metric([command], good.ended.timestamp())
        took.add_metric([command], (good.ended - good.started).total_seconds())
        for what, count in totals(good.counts).items():
            counts.add_metric([command, what], count)
        for site in sorted({site for run in some for site in of(run.counts, "new")} - removed_sites(some)):
            found = standing(site, some, datetime.now(UTC))
            if found.state in {"silent", "changed layout"}:
                trouble.add_metric([command, site, found.state], 1)
    yield from (ended, took, counts, failed, trouble)


def registry(store: Path, commands: Sequence[str]) -> CollectorRegistry:
    """The metrics of a store and of these runs (``crawl xinjiang``), as the journal calls them."""
    made = CollectorRegistry()
    made.register(StoreCollector(store, commands))
    return made


def serve(metrics: CollectorRegistry, port: int) -> None:
    """Answer on ``http://127.0.0.1:PORT/metrics`` from a thread of its own.

    Raises ``UsageError`` for a port that is in use, or that nobody but root may take.
    """
    try:
        start_http_server(port, addr="127.0.0.1", registry=metrics)
    except (OSError, OverflowError) as why:
        told = getattr(why, "strerror", None) or str(why)
        raise UsageError(
            "port {port} cannot be listened on ({told}): choose another one with --metrics-port", port=port, told=told
        ) from None


def write(metrics: CollectorRegistry, file: Path) -> None:
    """Write them for the textfile collector of node_exporter, whole or not at all."""
    write_to_textfile(str(file), metrics)
