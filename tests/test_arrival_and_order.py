"""Search and export by arrival and in an order; days as people write them; what the feed says of itself."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from typer.testing import CliRunner

from cleaners.ingest.ingester import Ingester
from cleaners.items import Article
from cleaners.store import Store, WatchState
from crawler.cli import app
from crawler.cli.moments import HERE, moment
from tests.test_watches import PLAIN, told_of, watches

NOW = datetime(2026, 12, 1, 10, 30, tzinfo=HERE)
TEXTS = {
    "a": "棉田里来了新的采棉机，一个上午就收完了三十亩地，比去年快了一倍。",
    "b": "水库的闸门昨夜打开，下游的棉花地今天一早就浇上了头遍水。",
    "c": "镇上的中学换了新的课桌，孩子们说终于不用再垫本子写字。",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: a (May) and b (no date) an hour before the last one, c (January) and a copy of a (June) in that."""
    path = tmp_path_factory.mktemp("arrival") / "s.db"
    with Ingester(path, command="first") as ingester:
        ingester.add([made("a", published=day(5)), made("b")])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE events SET at = at - 3600")
        database.execute("UPDATE runs SET started = '2026-11-01T00:00:00+00:00'")
    with Ingester(path, command="second") as ingester:
        ingester.add([made("c", published=day(1)), made("d", text=TEXTS["a"], published=day(6))])
    return path


def day(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


def made(name: str, text: str | None = None, **given: Any) -> Article:
    return Article(
        id=name * 16, origin=name, text=text or TEXTS[name], title=f"标题{name}", url=f"https://{name}.example/1",
        site=f"{name}.example", script="simplified", **given,
    )  # fmt: skip


def run(*args: object) -> Any:
    return CliRunner().invoke(app, [*map(str, args)])


def found(store: Path, *args: object) -> str:
    done = run("search", *args, "--json", "--store", store)
    assert done.exit_code == 0, done.output
    return "".join(json.loads(line)["id"][0] for line in done.stdout.splitlines())


def test_without_a_word_the_last_stored_come_first(store: Path) -> None:
    assert found(store, "--with-duplicates") == "dcba"
    assert found(store, "--with-duplicates", "-n", 2) == "dc"
    once = found(store)
    assert len(once) == 3 and set(once) - set("ad") == set("cb"), "of a story its best copy"
    assert found(store, "--site", "b.example") == "b"


def test_an_order_is_asked_for(store: Path) -> None:
    every = "--with-duplicates", "--sort"
    assert [found(store, *every, order) for order in ("new", "old", "arrived")] == ["dacb", "cadb", "dcba"]
    assert found(store, "棉", *every, "new") == "dab"
    assert found(store, "棉", *every, "old", "--until", "2026-05-15") == "a"
    assert sorted(found(store, "棉", *every, "best")) == ["a", "b", "d"]
    assert run("search", "--sort", "newest", "--store", store).exit_code == 2


def test_what_was_stored_since_a_moment_or_a_run(store: Path) -> None:
    for since in ("30m", "半小时前", "2"):
        assert found(store, "--with-duplicates", "--arrived-since", since) == "dc", since
        assert found(store, "棉", "--with-duplicates", "--arrived-since", since) == "d", since
    assert found(store, "--with-duplicates", "--arrived-since", "1") == "dcba"
    assert found(store, "--with-duplicates", "--arrived-since", "2h") == "dcba"
    for wrong, told in (("77", "no run of this number"), ("soon", "no date and no run")):
        done = run("search", "--arrived-since", wrong, "--store", store)
        assert told in str(done.exception)


def test_what_was_stored_before_there_were_events_has_arrived_when_it_was_fetched(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    first = datetime.now(UTC) - timedelta(hours=5)
    with Ingester(path) as ingester:
        ingester.add([made("a", fetched_at=first), made("b"), made("d", text=TEXTS["a"])])
        ingester.add([made("a", text=TEXTS["a"] + "\n更正：是二十亩。", fetched_at=first + timedelta(hours=2))])
        ingester.add(
            [made("a", text=TEXTS["a"] + "\n更正：二十亩。", fetched_at=first + timedelta(hours=2))]
        )  # `reclean`
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM events")
        database.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
        database.execute("ALTER TABLE ledger DROP COLUMN gone")
        database.execute("PRAGMA user_version = 14")
        database.execute("DELETE FROM migrations WHERE version >= 15")
    file = watches(tmp_path, PLAIN)
    with Ingester(path) as ingester:
        with ingester.store.transaction():
            ingester.store.watch_log.put_state("all", WatchState(judged=0, issued_at=first))
        ingester.add([made("c")])
    with Store.open(path, create=False) as store:
        events = store.events.after(-99, 99)
    hours = [round((one.at - first).total_seconds() / 3600) for one in events]
    assert [(one.event, one.kind, one.id[0]) for one in events] == [
        (-3, "story", "a"), (-2, "story", "b"), (-1, "copy", "d"), (0, "revision", "a"), (1, "story", "c"),
    ]  # fmt: skip
    assert hours == [0, 0, 0, 2, 5]
    assert found(path, "--with-duplicates", "--arrived-since", "4h") == "ca"
    assert told_of(file, path) == ["标题c"], "a watch that was there before tells no old news"
    again = told_of(file, path, since=first - timedelta(minutes=1))
    assert again == ["标题a", "标题b", "标题c"], "but where it is asked to look back"


def test_an_export_takes_a_query_and_an_arrival(store: Path, tmp_path: Path) -> None:
    def exported(*args: object) -> str:
        done = run("export", "-o", "-", "--with-duplicates", "--store", store, *args)
        assert done.exit_code == 0, done.output
        return "".join(sorted(json.loads(line)["id"][0] for line in done.stdout.splitlines()))

    assert exported("--query", "棉 NOT 水库") == "ad"
    assert exported("--query", "棉", "--arrived-since", "30m") == "d"
    assert exported("--arrived-since", "2") == "cd"
    series = run("export", "-o", tmp_path / "x.jsonl", "--name", "n", "--arrived-since", "2h", "--store", store)
    assert "--since-export" in str(series.exception)


def test_an_export_of_nothing_says_so(store: Path, tmp_path: Path) -> None:
    done = run("export", "-o", tmp_path / "x.jsonl", "--query", "天文台", "--store", store)
    assert done.exit_code == 0 and "nothing to export" in done.stderr


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("2026-11-30", "2026-11-30 00:00"), ("2026/1/2", "2026-01-02 00:00"), ("2026年1月2日", "2026-01-02 00:00"),
        ("2026-11-30 08:15", "2026-11-30 08:15"), ("2026-11-30T08:15:00", "2026-11-30 08:15"),
        ("2026-11-30T00:15:00Z", "2026-11-30 08:15"), ("today", "2026-12-01 00:00"), ("今天", "2026-12-01 00:00"),
        ("Yesterday", "2026-11-30 00:00"), ("昨天", "2026-11-30 00:00"), ("前天", "2026-11-29 00:00"),
        ("7d", "2026-11-24 00:00"), ("7 days ago", "2026-11-24 00:00"), ("3天前", "2026-11-28 00:00"),
        ("三天前", "2026-11-28 00:00"), ("最近一周", "2026-11-24 00:00"), ("2w", "2026-11-17 00:00"),
        ("2h", "2026-12-01 08:30"), ("90m", "2026-12-01 09:00"), ("2小时前", "2026-12-01 08:30"),
        ("半小时前", "2026-12-01 10:00"), ("1个月前", "2026-11-01 00:00"), ("1 month ago", "2026-11-01 00:00"),
    ],
)  # fmt: skip
def test_days_as_people_write_them(said: str, means: str) -> None:
    understood = moment(said, NOW.astimezone(UTC))
    assert understood and f"{understood:%Y-%m-%d %H:%M}" == means and understood.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    "said", ["", "soon", "2026-13-01", "2026-02-30", "99999y", "d", "7", "2026", "半年前", "12-31"]
)
def test_what_is_no_day_is_told(said: str) -> None:
    assert moment(said, NOW) is None
    done = run("search", "x", f"--since={said}")
    assert done.exit_code == 2 and "is no date: write it as" in done.stderr


def test_the_feed_says_what_it_is(store: Path, tmp_path: Path) -> None:
    def feed(*args: object) -> Any:
        done = run("export", "-o", tmp_path / "x.rss", "--store", store, *args)
        assert done.exit_code == 0, done.output
        read = feedparser.parse((tmp_path / "x.rss").read_bytes())
        assert not read.bozo
        return read.feed

    asked = feed("--query", "课桌", "--script", "simplified")
    assert (asked.title, asked.link, asked.language) == ("剪报: 课桌", "https://c.example/", "zh-cn")
    text = (tmp_path / "x.rss").read_text(encoding="utf-8")
    assert "<content:encoded>" in text and 'xmlns:content="http://purl.org/rss/1.0/modules/content/"' in text
    site = feed("--site", "b.example")
    assert (site.title, site.link, site.language) == ("剪报: b.example", "https://b.example/", "zh")
    empty = feed("--query", "天文台")
    assert empty.title == "剪报: 天文台" and empty.link
