"""A window in days: what is too far apart is not compared."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleaners.corpus import Dating, Summary, deduplicate
from cleaners.errors import InputError, UsageError
from cleaners.index.window import UNDATED, Window, day_of
from tests.test_chain import OTHER, STORY


@pytest.mark.parametrize("value", ["2024-03-01", "2024-03-01T23:30:00+08:00", date(2024, 3, 1),
                                   datetime(2024, 3, 1, 12, tzinfo=UTC)])
def test_dates_that_can_be_read(value: Any) -> None:
    assert day_of(value) == date(2024, 3, 1).toordinal()


@pytest.mark.parametrize("value", [None, "", "昨天", "2024-13-01", 20240301, [], {"year": 2024}])
def test_anything_else_is_undated(value: Any) -> None:
    assert day_of(value) == UNDATED


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "3w", "1.5d"])
def test_what_is_no_window(text: str) -> None:
    with pytest.raises(UsageError, match="90d"):
        Window.parse(text)


def test_the_window_includes_its_last_day_and_the_undated() -> None:
    days = np.array([1000, 1090, 1091, UNDATED], dtype=np.int32)
    here = np.full(4, 1000, dtype=np.int32)
    assert Window.parse("90d").near(here, days).tolist() == [True, True, False, True]
    assert Window.parse("90d").near(days, here).tolist() == [True, True, False, True]


def matched(folder: Path, records: list[dict[str, Any]], dating: Dating | None) -> tuple[Summary, set[tuple[Any, Any]]]:
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
    done, pairs = matched(tmp_path, records, Dating(window=Window(days=90)))
    assert pairs == {("first", "soon"), ("soon", "late"),
                     *((other, "undated") for other in ("first", "soon", "late"))}
    assert done.undated == 1
    done, pairs = matched(tmp_path, records, None)
    assert ("first", "late") in pairs
    assert done.undated == 0


def test_a_field_without_dates_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'day'"):
        matched(tmp_path, [{"id": 1, "text": STORY, "published": "2024-01-01"}],
                Dating(window=Window(days=9), field="day"))
