"""The ledger: what was found is done once what came of it is stored, and visited again at its own pace."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleaners.items import Drop
from cleaners.store import DiscoveredUrl, FetchResult, Store
from cleaners.store.crawl_state import RevisitPolicy, VisitInterval

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIST = FetchResult(url="http://a.example/", site="a", kind="list", at=NOON, outcome="links", status=200, digest=b"1")


def page(n: int, **more: object) -> FetchResult:
    plain = FetchResult(
        url=f"http://a.example/{n}", site="a", at=NOON, outcome="article", detail="id", status=200, digest=b"%d" % n
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def links(*numbers: int) -> tuple[DiscoveredUrl, ...]:
    return tuple(DiscoveredUrl(url=f"http://a.example/{n}", site="a") for n in numbers)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db") as opened:
        yield opened


def queued(store: Store) -> list[str]:
    return [entry.found.url.rpartition("/")[2] for entry in store.crawl_state.unfinished("a")]


def due(store: Store, at: datetime) -> list[str]:
    return [entry.found.url.rpartition("/")[2] for entry in store.crawl_state.due("a", at=at)]


def queue(store: Store, found: Iterable[DiscoveredUrl], at: datetime) -> None:
    """Queue addresses as a page queues those it links to."""
    with store.transaction():
        store.crawl_state.record(
            [FetchResult(url="http://start.example/", site="start", at=at, outcome="links", found=tuple(found))]
        )


def test_a_page_is_gone_since_it_was_first_not_found(store: Store) -> None:
    def visited(hours: int, **what: object) -> datetime | None:
        store.crawl_state.record([page(1, at=NOON + hours * HOUR, **what)])
        return store.crawl_state.gone("http://a.example/1")

    missing = {"outcome": "drop", "detail": "http 404", "digest": None}
    assert visited(0) is None
    assert visited(1, **missing, status=404) == NOON + HOUR
    assert visited(2, **missing, status=503) == NOON + HOUR, "says nothing of the page"
    assert visited(3, **missing, status=None) == NOON + HOUR
    assert visited(4, **missing, status=410) == NOON + HOUR
    assert visited(5) is None, "it is there again"


def test_what_a_page_names_is_queued_until_it_is_done(store: Store) -> None:
    store.crawl_state.record([replace(LIST, found=links(3, 1, 2))])
    assert queued(store) == ["3", "1", "2"], "in the order found"
    store.crawl_state.record([page(1), page(4)])
    assert queued(store) == ["3", "2"]
    assert store.crawl_state.counts() == {"article": 2, "links": 1, "queued": 2}
    assert list(store.crawl_state.unfinished("b")) == []
    assert (store.crawl_state.queued("a"), store.crawl_state.queued("b")) == (2, 0)
    queue(store, [replace(links(7)[0], priority=5)], NOON)
    assert queued(store) == ["7", "3", "2"], "the most promising first"


def test_an_address_is_known_by_every_form_of_it(store: Store) -> None:
    wild = "http://A.example/1?b=2&a=1&utm_source=x#top"
    queue(store, [DiscoveredUrl(url=wild, site="a"), DiscoveredUrl(url="http://a.example/1?a=1&b=2", site="a")], NOON)
    assert store.crawl_state.queued("a") == 1
    assert next(store.crawl_state.unfinished("a")).found.url == wild, "asked for as it was found"
    assert list(store.crawl_state.find(["http://a.example/1?a=1&b=2#x", "http://a.example/2"])) == [
        "http://a.example/1?a=1&b=2"
    ]


def test_links_seen_again_are_noted_but_not_queued_again(store: Store) -> None:
    store.crawl_state.record([page(1)])
    queue(store, links(1, 2), NOON + HOUR)
    assert store.crawl_state.queued("a") == 1
    known = store.crawl_state.find(["http://a.example/1"])["http://a.example/1"]
    assert (known.first_seen, known.last_seen) == (NOON.timestamp(), (NOON + HOUR).timestamp())
    assert known.outcome == "article"


def test_what_is_rolled_back_is_still_to_be_done(store: Store) -> None:
    queue(store, links(1), NOON)
    with contextlib.suppress(KeyboardInterrupt), store.transaction():
        store.crawl_state.record([page(1, found=links(2))])
        raise KeyboardInterrupt
    assert queued(store) == ["1"]


def test_validators_and_digest_are_kept_for_the_next_visit(store: Store) -> None:
    store.crawl_state.record([page(1, etag='"x"', last_modified="Sat, 22 Nov 2025 12:00:00 GMT")])
    store.crawl_state.record([page(1, at=NOON + HOUR, outcome=None, status=304, digest=None)])
    known = store.crawl_state.find(["http://a.example/1"])["http://a.example/1"]
    assert (known.etag, known.last_modified, known.digest) == ('"x"', "Sat, 22 Nov 2025 12:00:00 GMT", b"1")
    assert (known.outcome, known.detail, known.status) == ("article", "id", 304)
    store.crawl_state.record([page(1, at=NOON + 2 * HOUR, outcome="drop", detail="http 500", status=500, digest=None)])
    known = store.crawl_state.find(["http://a.example/1"])["http://a.example/1"]
    assert (known.etag, known.last_modified, known.digest) == (None, None, None), "asked for as if for the first time"


def test_the_pause_doubles_while_nothing_changes_and_halves_when_something_did(store: Store) -> None:
    at, pauses = NOON, []
    for digest, after in ((b"a", 0), (b"a", 1), (b"a", 1), (b"a", 2), (b"b", 4), (b"b", 2)):
        at += after * HOUR
        store.crawl_state.record([page(1, at=at, digest=digest)])
        known = store.crawl_state.find(["http://a.example/1"])["http://a.example/1"]
        assert known.pause is not None
        pauses.append(known.pause / 3600)
        assert due(store, at + timedelta(seconds=known.pause)) == ["1"]
        assert due(store, at + timedelta(seconds=known.pause - 1)) == []
    assert pauses == [0, 1, 2, 4, 2, 4]


def test_pauses_stay_within_their_bounds() -> None:
    bounds = VisitInterval(first=10, least=5, most=100)
    assert bounds.next_interval(None, 0, changed=True) == 10
    assert [bounds.next_interval(before, 0, changed=False) for before in (5, 40, 80)] == [10, 80, 100]
    assert bounds.next_interval(10, 3600, changed=False) == 100
    assert [bounds.next_interval(before, 0, changed=True) for before in (80, 8)] == [40, 5]


def test_failures_wait_and_a_recovered_page_is_like_a_new_one(store: Store) -> None:
    rhythm = RevisitPolicy()
    gone = page(1, outcome="drop", detail="http 404", status=404, digest=None)
    store.crawl_state.record([gone])
    assert due(store, NOON + HOUR - timedelta(seconds=1)) == []
    assert due(store, NOON + HOUR) == ["1"]
    store.crawl_state.record([replace(gone, at=NOON + HOUR)])
    assert due(store, NOON + 3 * HOUR - timedelta(seconds=1)) == []
    store.crawl_state.record([page(1, at=NOON + 3 * HOUR)])
    assert due(store, NOON + 3 * HOUR + timedelta(seconds=rhythm.page.first)) == ["1"]


def test_what_this_run_has_visited_is_not_due_in_it(store: Store) -> None:
    store.crawl_state.record([page(1), page(2, at=NOON - HOUR)])
    assert [e.found.url[-1] for e in store.crawl_state.due("a", at=NOON, before=NOON)] == ["2"]
    assert [e.found.url[-1] for e in store.crawl_state.due("a", at=NOON)] == ["2", "1"], "the longest overdue first"
    assert len(store.crawl_state.due("a", at=NOON, limit=1)) == 1


def test_a_new_outcome_supersedes_the_drop_of_the_old_one(store: Store) -> None:
    def drop(origin: str, reason: str) -> None:
        store.runs.drop([Drop(origin=origin, url="http://a.example/1", stage="fetch", reason=reason)])

    lost = page(1, outcome="drop", detail="http 500", status=500, digest=None)
    for origin in ("w#1", "w#2", "w#3"):
        store.crawl_state.record([lost])
        drop(origin, "http 500")
    assert [one.origin for one in store.runs.drops()] == ["w#3"]
    store.crawl_state.record([page(1, outcome=None, status=304, digest=None)])
    assert len(store.runs.drops()) == 1
    store.crawl_state.record([page(1)])
    assert store.runs.drops() == []


def test_thousands_of_addresses_in_one_go(store: Store) -> None:
    with store.transaction():
        store.crawl_state.record([replace(LIST, found=links(*range(3000)))])
        store.crawl_state.record([page(n) for n in range(0, 3000, 2)])
    assert len(store.crawl_state.find(f"http://a.example/{n}" for n in range(4000))) == 3000
    assert store.crawl_state.queued("a") == 1500


def test_the_lists_that_a_list_has_named_are_known_to_be_its_own(store: Store) -> None:
    second = DiscoveredUrl(url="http://a.example/list?p=2", site="a", kind="list", pages=2)
    store.crawl_state.record([replace(LIST, found=(second, *links(1)))])
    assert [entry.found for entry in store.crawl_state.announced_by(LIST.url)] == [second]
    store.crawl_state.record([page(1, found=(DiscoveredUrl(url=second.url, site="a"),))])
    assert [entry.found for entry in store.crawl_state.announced_by(LIST.url)] == [second], (
        "a mere link changes nothing"
    )
    assert store.crawl_state.announced_by("http://a.example/1") == []


def test_the_latest_pages(store: Store) -> None:
    store.crawl_state.record([LIST, *(page(n) for n in range(5)), page(9, site="b")])
    queue(store, links(7), NOON)
    assert [entry.found.url[-1] for entry in store.crawl_state.latest("a", 3)] == ["2", "3", "4"]
