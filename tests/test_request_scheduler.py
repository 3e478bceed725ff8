"""The queue of a run: a window in memory, the rest in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.test import get_crawler

from cleaners.config import parse_job
from cleaners.store import DiscoveredUrl, FetchResult, Store, UrlState
from cleaners.store.crawl_state import Kind
from crawler.agenda import VisitPlan
from crawler.request_context import RequestContext, request_for
from crawler.scheduling.scheduler import FrontierScheduler
from tests.test_crawl_state import queue

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)
WINDOW = 10
JOB = parse_job(
    "job: a\ncontact: a@b.example\nsites:\n"
    "- {id: a, name: a, home: 'http://a.example/'}\n- {id: b, name: b, home: 'http://b.example/'}\n"
)
SITES = {site.id: site for site in JOB.sites}


def request(found: DiscoveredUrl, known: UrlState | None = None, **meta: object) -> Request:
    context = RequestContext(site=SITES[found.site], found=found, known=known)
    made = request_for(found.url, context, callback=NO_CALLBACK, priority=found.priority)
    made.meta.update(meta)
    return made


def pages(site: str, count: int, priority: int = 0) -> list[DiscoveredUrl]:
    return [
        DiscoveredUrl(url=f"http://{site}.example/{priority}/{n}", site=site, priority=priority) for n in range(count)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db") as opened:
        yield opened


def frontier(store: Store) -> tuple[FrontierScheduler, Any]:
    agenda = VisitPlan(store.path, "crawl a", now=NOON)
    news = SimpleNamespace(
        site_ids=list(SITES),
        has_begun=True,
        is_settled=True,
        unfinished=lambda site: (request(entry.found, entry) for entry in agenda.unfinished(site)),
    )
    simple: dict[str, object] = {
        "PAGES_IN_MEMORY": WINDOW,
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
    }
    crawler = get_crawler(Spider, {**simple, "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue"})
    news.crawler = crawler
    made = FrontierScheduler.from_crawler(crawler)
    made.open(news)  # type: ignore[arg-type]
    return made, news


def drained(made: FrontierScheduler) -> list[str]:
    """Every address it gives, in order; never more waiting than the windows of two sites."""

    async def drain() -> list[str]:
        given = []
        while made.has_pending_requests():
            assert len(made) <= 2 * WINDOW
            if (one := made.next_request()) is not None:
                given.append(one.url)
        return given

    return asyncio.run(drain())


def test_what_earlier_runs_left_is_taken_up_a_window_at_a_time(store: Store) -> None:
    queue(store, [*pages("a", 300), *pages("a", 30, 5), *pages("b", 40)], NOON)
    made, _ = frontier(store)
    given = drained(made)
    assert len(given) == len(set(given)) == 370
    ours = [url for url in given if "//a." in url]
    assert ours[:WINDOW] == [found.url for found in pages("a", WINDOW, 5)], "the highest priority first"
    assert any("//b." in url for url in given[: 4 * WINDOW]), "no site waits for another one's long list"


def test_what_a_sitemap_names_beyond_the_window_comes_from_the_ledger(store: Store) -> None:
    made, news = frontier(store)
    assert drained(made) == []
    named = pages("a", 200)
    for found in named:
        assert made.enqueue_request(request(found))
    assert len(made) == WINDOW
    news.is_settled = False  # the shelf has not yet written what the sitemap named
    first = [made.next_request() for _ in range(WINDOW)]
    assert all(first)
    assert made.next_request() is None

    async def ask() -> bool:
        return made.has_pending_requests()

    assert asyncio.run(ask()), "the run is not over"
    queue(store, named, NOON)
    news.is_settled = True
    given = [one.url for one in first if one] + drained(made)
    assert given == [found.url for found in named]


def test_a_site_at_its_limit_is_left_to_the_next_run(store: Store) -> None:
    queue(store, [*pages("a", 100), *pages("b", 30)], NOON)
    made, _ = frontier(store)
    made.next_request()
    made.leave("a")
    assert made.enqueue_request(request(pages("a", 1, 7)[0]))
    given = drained(made)
    assert sum("//a." in url for url in given) < WINDOW
    assert sum("//b." in url for url in given) >= 29


def test_retries_and_redirects_never_wait_outside(store: Store) -> None:
    made, _ = frontier(store)
    for found in pages("a", WINDOW + 1):
        made.enqueue_request(request(found))
    assert len(made) == WINDOW
    again = pages("a", 2, 9)
    made.enqueue_request(request(again[0], retry_times=1))
    made.enqueue_request(request(again[1], redirect_times=1))
    assert len(made) == WINDOW + 2


@pytest.mark.parametrize(("kind", "is_open"), [("list", True), ("feed", True), ("page", False)])
def test_a_list_is_asked_by_the_run_that_comes_seconds_before_it_is_due(
    store: Store, kind: Kind, is_open: bool
) -> None:
    """A schedule with runs as far apart as its pause came too early each time, and found what was new one run late."""
    seed = DiscoveredUrl(url="http://a.example/list", site="a", kind=kind)
    queue(store, [seed], NOON)
    for hours in (6, 12):
        at = NOON + timedelta(hours=hours)
        store.crawl_state.record(
            [FetchResult(url=seed.url, site="a", kind=kind, at=at, outcome="links", status=200, digest=b"1")]
        )
    [entry] = store.crawl_state.find([seed.url]).values()
    assert entry.next_visit and entry.pause
    for seconds, expected in ((-20, is_open), (0, True), (-entry.pause // 2, False)):
        plan = VisitPlan(store.path, "crawl a", now=datetime.fromtimestamp(entry.next_visit + seconds, UTC))
        assert plan.is_open(entry) == expected, seconds
        plan.close()
