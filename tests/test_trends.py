"""How disguises and noise change over time: periods, shares, means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cleaners.items import Article
from cleaners.store import Store

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db") as opened:
        yield opened


def put(store: Store, at: datetime | None, **given: Any) -> None:
    number = store.statistics().articles
    article = Article(
        id=f"{number:016x}",
        origin=f"{number}.html",
        published=at,
        **{"text": f"第{number}号渠放水。", "site": "a.example"} | given,
    )
    store.articles.put(article)


@pytest.mark.parametrize(("step", "unit", "last"), [
    (timedelta(days=40), "month", date(2026, 11, 1)), (timedelta(days=8), "week", date(2026, 11, 23)),
    (timedelta(days=1), "day", date(2026, 11, 29)),
])  # fmt: skip
def test_the_longest_period_that_shows_a_change(store: Store, step: timedelta, unit: str, last: date) -> None:
    for n in range(6):
        put(store, datetime(2026, 11, 29, 12, tzinfo=UTC) - n * step)
    trends = store.overview.trends(now=NOW)
    assert (trends.unit, trends.periods[-1]) == (unit, last)
    assert 4 <= len(trends.periods) <= 12
    assert list(trends.periods) == sorted(set(trends.periods))


def test_a_week_begins_on_monday(store: Store) -> None:
    for day in (1, 2, 8, 9, 15, 22, 23):  # the first is a Sunday
        put(store, datetime(2026, 11, day, tzinfo=UTC))
    trends = store.overview.trends(now=NOW)
    assert trends.unit == "week"
    assert trends.periods == tuple(date(2026, 10, 26) + timedelta(days=7 * n) for n in range(5))


def test_shares_and_means_are_of_the_articles_of_a_period(store: Store) -> None:
    for month in (8, 9, 10, 11):
        for _ in range(month - 7):
            put(store, datetime(2026, month, 3, tzinfo=UTC), noise_removed={"ads": 10 * month, "share": 1})
        put(store, datetime(2026, month, 28, tzinfo=UTC), disguises=("spun", "invisible") if month > 9 else ())
        put(store, datetime(2026, month, 28, tzinfo=UTC), site="plain.example")
    put(store, datetime(2031, 1, 1, tzinfo=UTC), disguises=("spun",))  # a wrong date
    put(store, None, disguises=("spun",), noise_removed={"ads": 9999})
    trends = store.overview.trends(now=NOW)
    assert trends.periods == tuple(date(2026, month, 1) for month in (8, 9, 10, 11))
    assert [(one.site, one.period.month, one.disguised, one.articles) for one in trends.disguised()] == [
        ("a.example", 8, 0, 2), ("a.example", 9, 0, 3), ("a.example", 10, 1, 4), ("a.example", 11, 1, 5),
    ]  # fmt: skip
    ads = {one.period.month: one.characters for one in trends.noise() if one.noise == "ads"}
    assert ads == {8: 80 / 3, 9: 180 / 4, 10: 300 / 5, 11: 440 / 6}


def test_a_sparse_store_has_its_latest_months_with_gaps(store: Store) -> None:
    for year in range(2010, 2026):
        put(store, datetime(year, 5, 5, tzinfo=UTC))
    assert store.overview.trends(now=NOW).periods == tuple(date(year, 5, 1) for year in range(2014, 2026))


def test_a_store_without_dates_has_no_periods(store: Store) -> None:
    assert store.overview.trends().periods == ()
    put(store, None, disguises=("spun",))
    trends = store.overview.trends()
    assert (trends.periods, trends.disguised(), trends.noise()) == ((), [], [])
