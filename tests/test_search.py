"""Search beyond what test_store.py asks of it: the compiled tokens, filters, what the command line says."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.errors import UsageError
from cleaners.items import Article, Region
from cleaners.keeper import Keeper
from cleaners.regions.named import named
from cleaners.store import Selection, Store
from cleaners.store.indexing import entries
from cleaners.store.words import letters, tokens
from crawler.cli import app


def test_compiled_tokens_are_those_that_queries_are_made_of() -> None:
    rng = random.Random(1)
    texts = ["".join(rng.choices("人民大会堂，。25ab é亿x\n𠀀Ａ台臺", k=rng.randrange(12))) for _ in range(2000)]
    texts += [f"{chr(point)}a中{chr(point)}{chr(point)}" for point in range(0, 0x32000, 37)]
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    for (title, text), entry in zip(pairs, entries(pairs), strict=True):
        assert entry == (tokens(title), tokens(text), letters(title + text)), (title, text)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "s.db"
    body = "巴扎上的馕坑从清晨烧到夜里，卖馕的人说今年的面粉便宜了两成，来买的人反而更多。"
    day = datetime(2024, 6, 1, tzinfo=UTC)
    with Keeper(path) as keeper:
        keeper.keep([
            Article(id=f"{1:016x}", origin="1", text=body, title="馕坑", url="https://a.example/1", site="a", published=day),
            Article(id=f"{2:016x}", origin="2", text=body, title="馕坑", site="b", disguises=("annotated",)),
            Article(id=f"{3:016x}", origin="3", text="馕坑旁边修了一条新路。" * 3, disguises=("punctuation", "invisible")),
        ])  # fmt: skip
    return path


def test_disguise_and_copies_are_filters(store: Path) -> None:
    cases = {
        Selection(disguise="any"): 2, Selection(disguise="annotated"): 1, Selection(disguise="invisible"): 1,
        Selection(disguise="spun"): 0, Selection(copied=True): 2, Selection(copied=False): 1,
        Selection(copied=True, disguise="any"): 1, Selection(): 3,
    }  # fmt: skip
    with Store.open(store, readonly=True) as opened:
        for selection, count in cases.items():
            assert opened.search.count("馕坑", selection=selection) == count, selection


@pytest.mark.parametrize("most", [0, 2_000])
def test_large_and_small_selections_are_read_differently_and_mean_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("cleaners.store.search._SET", most)
    kashgar, aksu = Region(name="新疆/喀什", code="653100", count=1), Region(name="新疆/阿克苏", code="652900", count=2)
    day = datetime(2024, 6, 1, tzinfo=UTC)
    with Store.open(tmp_path / "s.db") as opened:
        for n in range(1, 9):
            opened.articles.put(Article(
                id=f"{n:016x}", origin=str(n), text="馕坑边上的路。" if n % 2 else "路，新的。", site="a" if n < 6 else "b",
                source="甲报" if n % 3 else None, published=day.replace(day=n), regions=(kashgar, aksu)[: n % 3],
                disguises=("spun",) if n == 4 else (),
            ))  # fmt: skip
        cases = {
            Selection(region="新疆"): {1, 2, 4, 5, 7, 8}, Selection(region="新疆/阿克苏"): {2, 5, 8}, Selection(site="b"): {6, 7, 8},
            Selection(region="喀什", site="b", source="甲报"): {7, 8}, Selection(since=day.replace(day=3)): {3, 4, 5, 6, 7, 8},
            Selection(disguise="any"): {4}, Selection(copied=False): set(range(1, 9)), Selection(region="江西"): set(),
        }  # fmt: skip
        queries = {"路": range(1, 9), "馕坑": {1, 3, 5, 7}, "馕坑 OR 新": range(1, 9), "路 NOT 馕坑": {2, 4, 6, 8}}
        for selection, docs in cases.items():
            for query, held in queries.items():
                found = {hit.doc for hit in opened.search.find(query, selection=selection)}
                assert found == docs & set(held), (selection, query)
                assert opened.search.count(query, selection=selection) == len(found)


def test_json_has_stable_names(store: Path) -> None:
    done = CliRunner().invoke(app, ["search", "饢坑 麵粉", "--store", str(store), "--copied", "--json"])
    (hit,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(hit) == [
        "id", "title", "url", "site", "source", "published", "cluster_id", "cluster_size", "score", "passages",
    ]  # fmt: skip
    assert (hit["id"], hit["cluster_id"], hit["cluster_size"]) == (f"{1:016x}", f"{1:016x}", 2)
    assert hit["published"] == "2024-06-01T00:00:00+00:00" and hit["score"] == 1
    (start, end), *_ = hit["passages"][0]["marks"]
    assert hit["passages"][0]["text"][start:end] == "馕坑"


def test_a_score_compares_with_the_best_hit_also_for_a_word_that_every_article_has(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for n in range(1, 5):
            title = "产业园" if n == 2 else "消息"
            store.articles.put(Article(id=f"{n:016x}", origin=str(n), title=title, text=f"产业园第{n}期。" + "开工。" * n))
        scores = [hit.score for hit in store.search.find("产业园")]
        assert scores[0] == 1 and all(0.05 < score < 1 for score in scores[1:])
        assert {hit.score for hit in store.search.find("工")} == {1.0}


def test_a_region_goes_by_all_its_names() -> None:
    names = {"阿克蘇地區": "新疆/阿克苏", "新疆维吾尔自治区/喀什地区": "新疆/喀什", "吉林": "吉林", "新疆/": "新疆", "萍乡": "江西/萍乡"}
    assert {name: named(name) for name in names} == names
    for wrong, cure in {"阿克素": "阿克苏", "鼓楼区": "江苏/南京/鼓楼", "ＱＱ": "jianbao stats", "": "jianbao stats"}.items():
        with pytest.raises(UsageError, match=cure):
            named(wrong)


def test_an_unknown_region_is_said_to_be_unknown(store: Path) -> None:
    done = CliRunner().invoke(app, ["search", "馕坑", "--store", str(store), "--region", "阿克素"])
    assert "no region of China is called 阿克素: did you mean" in str(done.exception)
