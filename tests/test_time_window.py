"""A window in days: what is too far apart is not compared."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from cleaners.dedup.corpus import DateField, DedupSummary, deduplicate
from cleaners.dedup.index.window import UNDATED, DateWindow, day_of
from cleaners.errors import InputError, UsageError
from cleaners.ingest.ingester import WINDOW, Ingester
from cleaners.items import Article
from cleaners.store import Store
from crawler.cli import app
from tests.test_verify import OTHER, STORY


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01",
        "2024-03-01T23:30:00+08:00",
        date(2024, 3, 1),
        datetime(2024, 3, 1, 12, tzinfo=UTC),
        datetime(2024, 2, 29, 23, tzinfo=UTC),  # 7 in the morning where it was published
        datetime(2024, 3, 1, 7, tzinfo=timezone(timedelta(hours=8))),
        datetime(2024, 3, 1, 23),
    ],
)
def test_dates_that_can_be_read(value: Any) -> None:
    assert day_of(value) == date(2024, 3, 1).toordinal()


@pytest.mark.parametrize("value", [None, "", "昨天", "2024-13-01", 20240301, [], {"year": 2024}])
def test_anything_else_is_undated(value: Any) -> None:
    assert day_of(value) == UNDATED


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "3w", "1.5d"])
def test_what_is_no_window(text: str) -> None:
    with pytest.raises(UsageError, match="90d"):
        DateWindow.parse(text)


def test_the_window_includes_its_last_day_and_the_undated() -> None:
    days = np.array([1000, 1090, 1091, UNDATED], dtype=np.int32)
    here = np.full(4, 1000, dtype=np.int32)
    assert DateWindow.parse("90d").near(here, days).tolist() == [True, True, False, True]
    assert DateWindow.parse("90d").near(days, here).tolist() == [True, True, False, True]


def matched(
    folder: Path, records: list[dict[str, Any]], dating: DateField | None
) -> tuple[DedupSummary, set[tuple[Any, Any]]]:
    source, pairs = folder / "in.jsonl", folder / "pairs.jsonl"
    source.write_text("\n".join(json.dumps(record) for record in records))
    done = deduplicate(source, folder / "out.jsonl", pairs=pairs, dating=dating)
    return done, {(p["a"], p["b"]) for p in map(json.loads, pairs.read_text().splitlines())}


def test_a_corpus_with_a_window(tmp_path: Path) -> None:
    records = [
        {"id": "first", "text": STORY, "published": "2024-01-01"},
        {"id": "other", "text": OTHER, "published": "2024-01-01"},
        {"id": "soon", "text": STORY, "published": "2024-03-31T08:00:00+08:00"},
        {"id": "late", "text": STORY, "published": "2024-06-01"},
        {"id": "undated", "text": STORY},
    ]
    done, pairs = matched(tmp_path, records, DateField(window=DateWindow(days=90)))
    assert pairs == {("first", "soon"), ("soon", "late"), *((other, "undated") for other in ("first", "soon", "late"))}
    assert done.undated == 1
    done, pairs = matched(tmp_path, records, None)
    assert ("first", "late") in pairs
    assert done.undated == 0


def test_a_field_without_dates_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'day'"):
        matched(
            tmp_path,
            [{"id": 1, "text": STORY, "published": "2024-01-01"}],
            DateField(window=DateWindow(days=9), field="day"),
        )


def kept(folder: Path, window: str | None, *dates: str | None) -> list[int]:
    """Keep copies of one story, published on ``dates``, one batch each; how many matched an earlier one."""
    with Store.open(folder / "s.db") as store:
        if window:
            store.settings.put(WINDOW, window)
    matched = []
    with Ingester(folder / "s.db") as ingester:
        for number, day in enumerate(dates):
            published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
            one = Article(id=f"{number:016x}", origin=f"{number}.html", text=STORY, published=published)
            matched.append(ingester.add([one]).matched)
    return matched


def test_a_store_compares_what_is_near_a_cluster_in_time(tmp_path: Path) -> None:
    dates = ["2024-01-01", "2024-03-20", "2024-06-10", "2024-12-24", None, "2024-12-31"]
    (tmp_path / "all").mkdir()
    (tmp_path / "near").mkdir()
    assert kept(tmp_path / "all", None, *dates) == [0, 1, 1, 1, 1, 1]
    # The third is within 90 days of the second, though the index knows only the first; the fourth is alone, the one
    # without a date matches all.
    assert kept(tmp_path / "near", "90d", *dates) == [0, 1, 1, 0, 1, 1]


def test_a_window_within_a_batch(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        store.settings.put(WINDOW, "90d")
    batch = [
        Article(id=f"{month:016x}", origin=f"{month}.html", text=STORY, published=datetime(2024, month, 1, tzinfo=UTC))
        for month in (1, 2, 12)
    ]
    with Ingester(tmp_path / "s.db") as ingester:
        assert ingester.add(batch).matched == 1


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_cluster_that_grows_within_a_batch_reaches_as_far_as_one_by_one(tmp_path: Path, size: int) -> None:
    with Store.open(tmp_path / "s.db") as store:
        store.settings.put(WINDOW, "90d")
    articles = [
        Article(id=f"{month:016x}", origin=f"{month}.html", text=STORY, published=datetime(2024, month, 1, tzinfo=UTC))
        for month in (1, 3, 5, 7)
    ]
    with Ingester(tmp_path / "s.db") as ingester:
        for start in range(0, len(articles), size):
            ingester.add(articles[start : start + size])
        assert ingester.kept.matched == 3
        assert ingester.store.statistics().clusters == 1


def test_the_command_sets_shows_and_lifts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANBAO_STORE", str(tmp_path / "s.db"))
    run = CliRunner()
    assert "window: 90d" in run.invoke(app, ["window", "090d"]).stderr
    assert "window: 90d" in run.invoke(app, ["window"]).stdout
    assert "window: none" in run.invoke(app, ["window", "none"]).stderr
    with Ingester(tmp_path / "s.db") as ingester:
        assert ingester.kept.stored == 0
    assert isinstance(run.invoke(app, ["window", "soon"]).exception, UsageError)
