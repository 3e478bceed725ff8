"""Which articles hold a passage, and who had it first."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.errors import UsageError
from cleaners.store import Store
from cleaners.store.passage_search import PassageHit, find_passage
from crawler.cli import app
from tests.test_dedup import OTHER, STORY, THIRD
from tests.test_export_snapshot import DAY, put

QUOTE = "过去两岸的村民赶集要坐渡船，遇上大风就得停航"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "news.db") as store:
        put(store, 1, f"{STORY}\n{QUOTE}。", published=DAY + timedelta(days=3))
        put(store, 2, f"{QUOTE}，孩子上学也不便。{OTHER}", published=DAY)
        put(store, 3, THIRD, published=DAY - timedelta(days=9))
        put(store, 4, f"某报转述：「{QUOTE[:14]}」", published=None)
    return tmp_path / "news.db"


def hits(path: Path, passage: str, least: float = 0.5) -> list[PassageHit]:
    with Store.open(path, readonly=True) as store:
        return find_passage(passage, store.search, store.clippings, least=least)


def test_who_had_it_first_comes_first_and_says_where(path: Path) -> None:
    found = hits(path, QUOTE)
    assert [hit.clipping.article.id[-1] for hit in found] == ["2", "1", "4"]
    assert [round(hit.share, 2) for hit in found] == [1, 1, 0.62]
    for hit in found:
        for place in hit.places:
            assert hit.clipping.article.text[place.begin_a : place.end_a] == QUOTE[place.begin_b : place.end_b]
    assert [hit.clipping.article.id[-1] for hit in hits(path, QUOTE, least=0.9)] == ["2", "1"]


@pytest.mark.parametrize(
    "disguised",
    [
        "過去兩岸的村民趕集要坐渡船，遇上大風就得停航",
        "过去(guòqù)两岸(àn)的村民赶集要坐渡船(dùchuán)，遇上大风就得停航",
        "\u200b".join(QUOTE),
        QUOTE.replace("，", "\n"),
        " ".join(QUOTE),
    ],
)
def test_a_disguised_passage_is_found(path: Path, disguised: str) -> None:
    assert [hit.clipping.article.id[-1] for hit in hits(path, disguised, least=0.9)] == ["2", "1"]


def test_too_little_is_refused_and_what_nobody_has_is_not_found(path: Path) -> None:
    with pytest.raises(UsageError, match="at least 8"):
        hits(path, "大桥，通车")
    assert hits(path, "这一句话没有哪一家报纸写过，也不会有人写。") == []


def test_the_command(path: Path, tmp_path: Path) -> None:
    (tmp_path / "quote.txt").write_text(QUOTE + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["find", str(tmp_path / "quote.txt"), "--store", str(path), "--json"])
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["id"][-1], first["share"]) == ("2", 1)
    shown = CliRunner().invoke(app, ["find", "-", "--store", str(path), "-n", "1"], input=QUOTE)
    assert QUOTE in shown.stdout and "2 further articles" in shown.stderr
    missing = CliRunner().invoke(app, ["find", QUOTE, "--store", str(path)])
    assert isinstance(missing.exception, UsageError) and "| jianbao find -" in str(missing.exception)
