"""The store: nothing committed is lost, nothing is kept twice, what is not a store is said to be none."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from cleaners import urls
from cleaners.dedup import clusters
from cleaners.errors import FormatError, NotAStoreError, StoreBusyError, UnwritableError, UsageError
from cleaners.items import (
    Article,
    ArticleImage,
    Drop,
    Evidence,
    Extractor,
    Match,
    MissingPart,
    NewspaperEdition,
    Region,
)
from cleaners.store import NoiseLine, Selection, Store
from cleaners.store.tokens import finder, letters, tokens

ROOT = Path(__file__).resolve().parent.parent
CHINA = timezone(timedelta(hours=8))
FULL = Article(
    id=urls.clipping_id("http://news.example/a", b""), origin="dump.zip#a.html", url="http://news.example/a", site="news.example",
    title="河边的老磨坊重新转动", text="修了三年，河边的老磨坊又转起来了。\n村里人说，水声比从前还响。",
    markdown="修了三年，河边的**老磨坊**又转起来了。\n\n村里人说，水声比从前还响。",
    published=datetime(2023, 5, 6, 7, 8, tzinfo=CHINA), authors=("甲记者", "乙记者"), editors=("丙",), source="示例日报",
    section="乡村", regions=(Region(name="江西/萍乡", code="360300", count=3), Region(name="江西", code="360000", count=1)),
    language="zh", script="simplified", disguises=("annotated",), repairs={"annotation": 12}, noise_removed={"ads": 40, "related": 7},
    quality=0.75, opt_out=("meta:noai",), next_url="http://news.example/a_2", fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
    extractor=Extractor(name="jianbao", version="0.1", recipe="r"), declared_url="http://news.example/mill",
    images=(ArticleImage(url="http://news.example/1.jpg", caption="老磨坊"), ArticleImage(url="http://news.example/2.jpg")),
    extra={"row": 7, "编号": "甲-3", "tags": ["水", None]},
    edition=NewspaperEdition(paper="示例日报", date="2023-05-06", number="2", name="乡村"),
    found_by={"title": "heading", "published": "feed published"},
    parts=("http://news.example/a", "http://news.example/a_3"), part_origins=("dump.zip#a_3.html",),
    missing_parts=(MissingPart(url="http://news.example/a_2", reason="http 404"),),
)  # fmt: skip


def article(n: int, text: str = "", **given: object) -> Article:
    plain = Article(
        id=f"{n:016x}",
        origin=f"pages/{n}.html",
        text=text or f"第{n}篇文章的正文。",
        title=f"标题{n}",
        url=f"http://s.example/{n}",
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def match(other: int, kind: str = "near", similarity: float = 0.9, containment: float = 0.9) -> Match:
    evidence = Evidence(shared=500, numbers_agree=2, numbers_differ=(("3", "4"),), score=0.97, here=(0.0, 0.4))
    return Match(kind=kind, other=f"{other:016x}", similarity=similarity, containment=containment, evidence=evidence)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "jianbao.db") as opened:
        yield opened


# Articles


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    store.articles.put(FULL)
    found = store.clippings.get(FULL.id)
    assert found is not None
    assert found.article == FULL
    assert found.revision == 1
    assert store.clippings.get("HTTP://News.example/a?utm_source=x#top") == found
    assert store.clippings.get("http://nowhere.example/") is None


def test_the_same_article_twice_adds_nothing(store: Store) -> None:
    assert store.articles.put(FULL) == 1
    assert store.articles.put(replace(FULL, origin="elsewhere.html", fetched_at=None)) is None
    assert store.statistics().articles == 1
    assert store.search.count("老磨坊") == 1


def test_changed_text_is_a_new_revision_and_the_old_one_is_kept(store: Store) -> None:
    first = store.articles.put(FULL)
    second = store.articles.put(replace(FULL, text="磨坊又停了，等来年开春。", markdown=None))
    assert second is not None
    assert second != first
    found = store.clippings.get(FULL.id)
    assert found is not None
    assert (found.revision, found.article.text) == (2, "磨坊又停了，等来年开春。")
    assert [a.text for a in store.articles.revisions(FULL.id)] == [FULL.text, "磨坊又停了，等来年开春。"]
    assert store.search.docs("水声") == []
    assert store.search.docs("开春") == [second]
    assert store.articles.texts([1, second]) == {second: "磨坊又停了，等来年开春。"}
    assert [doc for doc, _ in store.articles.texts_after(0, within=0.95)] == [second]
    assert (store.statistics().articles, store.statistics().revisions) == (1, 1)


def test_captures_of_one_address_in_any_order_and_again_give_the_same(tmp_path: Path) -> None:
    captures = [
        replace(FULL, text=f"第{n}次抓取的正文。", fetched_at=datetime(2024, 1, n, tzinfo=UTC)) for n in (1, 2, 3)
    ]
    for order in itertools.permutations(captures):
        with Store.open(tmp_path / f"{id(order)}.db") as store:
            for capture in order:
                store.articles.put(capture)
            assert [store.articles.put(capture) for capture in order] == [None] * 3
            assert [a.text for a in store.articles.revisions(FULL.id)] == [c.text for c in captures]
            assert store.search.docs("抓取") == store.search.docs("第3次")
            found = store.clippings.get(FULL.id)
            assert found is not None
            assert found.article.text == "第3次抓取的正文。"


def test_undated_captures_again_add_nothing_but_a_later_return_to_an_old_text_counts(store: Store) -> None:
    first, second = replace(FULL, fetched_at=None), replace(FULL, text="另一个版本。", fetched_at=None)
    assert [store.articles.put(a) for a in (first, second, first, second)] == [1, 2, None, None]
    dated = [
        replace(a, id="b" * 16, fetched_at=datetime(2024, 1, n, tzinfo=UTC))
        for n, a in enumerate((first, second, first), 1)
    ]
    assert [store.articles.put(a) for a in dated] == [3, 4, 5]
    assert len(store.articles.revisions("b" * 16)) == 3


def test_what_else_a_page_says_is_refreshed_in_place(store: Store) -> None:
    store.articles.put(FULL)
    store.articles.flag(1, "spun")
    assert (
        store.articles.put(replace(FULL, source="另一家日报", opt_out=("meta:noai", "header:tdm"), regions=())) is None
    )
    found = store.clippings.get(FULL.id)
    assert found is not None
    assert (found.revision, found.article.source, found.article.opt_out) == (
        1,
        "另一家日报",
        ("meta:noai", "header:tdm"),
    )
    assert found.article.disguises == ("annotated", "spun")
    assert store.statistics().regions == {}


def test_nothing_of_a_failed_batch_is_kept(store: Store) -> None:
    def fails() -> None:
        with store.transaction():
            store.articles.put(FULL)
            store.manifests.put("index", b"new")
            raise ValueError("stop")

    store.manifests.put("index", b"old")
    with pytest.raises(ValueError, match="stop"):
        fails()
    assert store.statistics().articles == 0
    assert store.search.docs("磨坊") == []
    assert store.manifests.get("index") == b"old"


def test_broken_unicode_is_kept_as_its_escape(store: Store) -> None:
    odd = article(1, "一半\udce4一半", origin="p\udcff.html", markdown="一半\udce4**一半**", title="\ud800题")
    assert store.articles.put(odd) == 1
    assert store.articles.put(odd) is None
    found = store.clippings.get(odd.id)
    assert found is not None
    assert found.article.text == "一半\\udce4一半"
    assert found.article.markdown == "一半\\udce4**一半**"
    store.runs.drop([Drop(origin="q\udcff.html", stage="read", reason="empty")])
    assert [d.origin for d in store.runs.drops()] == ["q\\udcff.html"]


def test_markdown_costs_little_beside_its_text(store: Store) -> None:
    chance = random.Random(1)
    text = "\n".join("".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(60)) for _ in range(20))
    store.articles.put(article(1, text, markdown=text.replace("\n", "\n\n")))
    with sqlite3.connect(store.path) as raw:
        ((packed,),) = raw.execute("SELECT length(markdown) FROM texts")
    assert packed < len(text.encode()) / 10


def test_texts_of_a_site_come_with_their_cluster(store: Store) -> None:
    for n in (1, 2, 3):
        store.articles.put(article(n, site="s.example"))
    link(store, 1, 2)
    assert list(store.articles.of_site("s.example", limit=2)) == [
        (f"{3:016x}", "第3篇文章的正文。"), (f"{1:016x}", "第2篇文章的正文。"),
    ]  # fmt: skip


# Matches and clusters


def link(store: Store, a: int, b: int, kind: str = "near", own: float = 0.9, back: float = 0.9) -> None:
    with store.transaction():
        store.clusters.link(a, b, match(b, kind, min(own, back), own), back=back)
        store.clusters.save(clusters.assign(store.clusters.around([a, b])))


def test_a_match_is_seen_from_both_sides(store: Store) -> None:
    store.articles.put(article(1))
    store.articles.put(article(2))
    link(store, 2, 1, "contains", 0.4, 1.0)
    seen = store.clusters.matches_of([1, 2])
    assert (seen[2][0].other, seen[2][0].containment, seen[2][0].evidence.numbers_differ) == (
        f"{1:016x}",
        0.4,
        (("3", "4"),),
    )
    assert (seen[2][0].evidence.here, seen[1][0].evidence.there, seen[1][0].evidence.here) == (
        (0.0, 0.4),
        (0.0, 0.4),
        (0.0, 1.0),
    )
    assert (seen[1][0].other, seen[1][0].containment, seen[1][0].evidence.numbers_differ) == (
        f"{2:016x}",
        1.0,
        (("4", "3"),),
    )


def test_clusters_merge_and_their_ids_are_forwarded(store: Store) -> None:
    for n in (1, 2, 3, 4):
        store.articles.put(article(n, quality=n / 10))
    link(store, 3, 4)
    assert store.clusters.cluster_of(4).id == f"{3:016x}"
    link(store, 1, 2)
    link(store, 2, 4)
    assert {store.clusters.cluster_of(doc).id for doc in (1, 2, 3, 4)} == {f"{1:016x}"}
    assert [store.clusters.cluster_of(doc).is_canonical for doc in (1, 2, 3, 4)].count(True) == 1
    assert store.clusters.resolve(f"{3:016x}") == f"{1:016x}"
    assert store.clusters.members(f"{3:016x}") == (1, 2, 3, 4)
    assert [c.article.id for c in store.clippings.cluster(f"{3:016x}")] == [f"{n:016x}" for n in (1, 2, 3, 4)]
    numbers = store.statistics()
    assert (numbers.clusters, numbers.duplicates, numbers.matches) == (1, 3, {"near": 3})


def test_a_singleton_is_its_own_cluster(store: Store) -> None:
    store.articles.put(FULL)
    cluster = store.clusters.cluster_of(1)
    assert (cluster.id, cluster.size, cluster.is_canonical) == (FULL.id, 1, True)
    assert (cluster.earliest_url, cluster.earliest_published) == (FULL.url, FULL.published)
    assert store.clusters.members(FULL.id) == (1,)


def test_a_late_part_takes_a_compilation_out_of_a_cluster(store: Store) -> None:
    for n in (1, 2, 3):
        store.articles.put(article(n, title=f"第{n}个互不相干的标题"))
    link(store, 1, 2, "contains", 1.0, 0.4)
    assert store.clusters.cluster_of(2).size == 2
    link(store, 3, 2, "contains", 1.0, 0.4)
    assert [store.clusters.cluster_of(doc).size for doc in (1, 2, 3)] == [1, 1, 1]
    store.articles.put(article(4, title="又一个互不相干的标题"))
    link(store, 4, 2, "contains", 1.0, 0.2)
    assert [store.clusters.cluster_of(doc).size for doc in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_a_new_revision_leaves_its_cluster_and_the_others_stay_together(store: Store) -> None:
    for n in (1, 2, 3):
        store.articles.put(article(n))
    link(store, 1, 2)
    link(store, 2, 3)
    with store.transaction():
        doc = store.articles.put(article(1, "完全是另一回事了。"))
        assert doc is not None
        store.clusters.save(clusters.assign(store.clusters.around([doc])))
    assert store.clusters.cluster_of(doc).id == f"{1:016x}"
    assert store.clusters.cluster_of(doc).size == 1
    assert {store.clusters.cluster_of(d).id for d in (2, 3)} == {f"{2:016x}"}
    assert store.clusters.cluster_of(2).size == 2
    assert store.clusters.matches_of([2])[2][0].other == f"{3:016x}"


def changed(store: Store, n: int, text: str) -> int:
    """Article n gets another text, and its cluster is decided anew."""
    with store.transaction():
        doc = store.articles.put(article(n, text))
        assert doc is not None
        store.clusters.save(clusters.assign(store.clusters.around([doc])))
    return doc


def test_the_id_of_a_cluster_leads_to_it_when_the_article_that_gave_it_leaves(store: Store) -> None:
    one, two = f"{1:016x}", f"{2:016x}"
    for n in (1, 2, 3, 8, 9):
        store.articles.put(article(n))
    link(store, 1, 2)
    link(store, 2, 3)
    doc = changed(store, 1, "完全是另一回事了。")
    alone = store.clusters.cluster_of(doc)
    assert store.clusters.members(one) == (doc,), "an article is found by its own id"
    assert store.clusters.cluster(alone.id) is None
    assert store.clusters.left_behind(alone) == two, "who has the id of the cluster is told where it went"
    assert store.clusters.left_behind(store.clusters.cluster_of(2)) is None
    assert store.integrity.forwards() == []
    link(store, 4, 5)
    link(store, 4, doc)  # the article joins another cluster, which cannot have the id that leads to the first one
    assert store.clusters.cluster_of(doc).id == f"{8:016x}"
    assert store.clusters.members(f"{8:016x}") == (doc, 4, 5)
    assert store.clusters.resolve(one) == two, "who holds the id of the cluster still comes to it"


def test_an_id_goes_with_most_of_the_members(store: Store) -> None:
    for n in (7, 1, 2, 3):
        store.articles.put(article(n))
    link(store, 2, 3)
    link(store, 3, 4)
    with store.transaction():
        doc = store.articles.put(article(1, "完全是另一回事了。"))
        assert doc is not None
        store.clusters.link(doc, 1, match(7), back=0.9)
        store.clusters.save(clusters.assign(store.clusters.around([doc])))
    assert store.clusters.cluster_of(doc).id == f"{7:016x}"
    assert store.clusters.resolve(f"{1:016x}") == f"{2:016x}", "one of three has gone to another cluster"


def test_selection_gives_one_copy_of_each_cluster_in_a_fixed_order(store: Store) -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (3, 2, 1)]
    for n, day in enumerate(days, 1):
        store.articles.put(article(n, published=day, site=f"s{n}.example", quality=n / 10))
    store.articles.put(article(4, site="s4.example"))
    link(store, 1, 3)
    ids = [c.article.id[-1] for c in store.clippings.select()]
    assert ids == ["3", "2", "4"]
    assert [c.article.id[-1] for c in store.clippings.select(with_duplicates=True)] == ["3", "2", "1", "4"]
    assert [c.article.id[-1] for c in store.clippings.select(Selection(site="s1.example"))] == ["1"]
    assert [c.article.id[-1] for c in store.clippings.select(Selection(since=days[1]))] == ["2", "1"]


def test_writing_inside_a_snapshot_is_refused(store: Store) -> None:
    store.articles.put(FULL)
    reading = store.clippings.select()
    next(reading)
    with pytest.raises(RuntimeError):
        store.articles.put(article(2))
    reading.close()
    assert store.articles.put(article(2)) == 2


# Search

TEXTS = [
    "北京奥运会在人民大会堂，开幕了。",
    "大会的北侧，人民很多；京剧开演",
    "奥运，会议：二〇二四年GDP增长5.2%，GDPR不算",
    "民大，会堂。堂",
    "發展經濟，瞭解臺灣的後面；頭髮乾燥",
    "發\n展",
    "𠮷野家的𬭳元素，㐀字",
    "iPhone15ＰＲＯ上市，售价8999元起，25亿元投资",
    "カタカナとひらがな 한국어",
]
QUERIES = {
    "人": {0, 1}, "堂": {0, 3}, "京": {0, 1}, "了": {0, 4}, "起": {7}, "字": {6}, "北京": {0}, "大会": {0, 1}, "会堂": {0, 3},
    "奥运会": {0}, "人民大会堂": {0}, "民大会": {0}, "人民": {0, 1}, "二〇二四年": {2}, "GDP": {2}, "gdp增长": {2}, "gd": set(),
    "5.2": {2}, "发展": {4}, "發展": {4}, "发": {4, 5}, "头发": {4}, "后面": {4}, "了解台湾": {4}, "瞭解": {4}, "𠮷野家": {6}, "𬭳": {6},
    "𬭳元素": {6}, "㐀": {6}, "iphone15pro": {7}, "iPhone": set(), "8999元": {7}, "8999元起": {7}, "899": set(), "25亿元": {7},
    "５．２": {2}, "ナとひ": {8}, "カタカナ": {8}, "국어": {8}, "大会堂开": set(), '"人民 很多"': set(), '"北侧 人民"': {1}, "元": {6, 7},
    "大会堂年": set(), "会议二〇": set(), "堂堂": set(), "GDP增": {2}, "GDP增长": {2}, "5元": set(), "8999元起，25": {7}, '"堂 开"': {0}, "15p": set(), "9元": set(), "奥运会议": set(), "人 京": {0, 1}, "人 NOT 堂": {1}, "堂 OR 京": {0, 1, 3},
    "人 北京": {0}, "人 OR 上市": {0, 1, 7}, "上市 OR (人 北京)": {0, 7}, "人民 NOT 堂": {1}, "北京 OR (人 NOT 堂)": {0, 1}, "起 -8999": set(),
    "(人 OR 大会) (京 OR 堂)": {0, 1}, "増长5": set(), "长5": {2}, "起25亿": {7}, "资25亿": set(), '"幕了"': {0}, '"幕 了"': set(), '"堂 开幕"': {0}, "投資25": set(), "元投資": {7}, "人 NOT (堂 OR 上市)": {1}, "人民 北京": {0}, "人民 AND 北京": {0}, "北京 OR 京剧": {0, 1}, "北京|京剧": set(), "人民 NOT 北京": {1}, "人民 -北京": {1},
    "(北京 OR 京剧) NOT 开幕": {1}, "人民 NOT (北京 OR 京剧)": set(), "（北京 OR 发展）": {0, 4}, "“大会堂”": {0}, '"大会堂': {0},
    "大会 AND (人民 OR 民大)": {0, 1}, "不存在": set(), "AND 北京": {0},
}  # fmt: skip


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("search") / "s.db") as opened:
        for n, text in enumerate(TEXTS, 1):
            opened.articles.put(article(n, text, title=None))
        yield opened


@pytest.mark.parametrize("query", QUERIES)
def test_search_is_exact(searched: Store, query: str) -> None:
    assert {doc - 1 for doc in searched.search.docs(query)} == QUERIES[query]
    hits = searched.search.find(query)
    assert {hit.doc - 1 for hit in hits} == QUERIES[query]
    assert all(passage.marks for hit in hits for passage in hit.passages)
    assert all(hit.passages for hit in hits)


def test_a_query_that_would_take_seconds_to_understand_is_refused(searched: Store) -> None:
    with pytest.raises(UsageError, match=r"4003 characters, 500 are the most: `jianbao find`"):
        searched.search.find("a 1" + "-1" * 2000)


def test_search_finds_every_substring_of_chinese_and_nothing_else(store: Store) -> None:
    chance = random.Random(7)
    texts = ["".join(chance.choice("山水田林湖草，。") for _ in range(60)) for _ in range(40)]
    with store.transaction():
        for n, text in enumerate(texts, 1):
            store.articles.put(article(n, text, title=None))
    for _ in range(150):
        word = "".join(chance.choice("山水田林湖草") for _ in range(chance.choice((1, 2, 2, 3, 4, 6))))
        assert store.search.docs(word) == [n for n, t in enumerate(texts, 1) if word in t], word


def test_the_index_finds_what_the_pattern_for_marking_finds(store: Store) -> None:
    chance = random.Random(11)
    texts = ["".join(chance.choice("山水田林3 7，ax") for _ in range(50)) for _ in range(60)]
    with store.transaction():
        for n, text in enumerate(texts, 1):
            store.articles.put(article(n, text, title=None))
    for _ in range(300):
        text = chance.choice(texts)
        start = chance.randrange(45)
        word = text[start : start + chance.choice((1, 2, 3, 4, 5))]
        if pattern := finder(word):
            assert store.search.docs(f'"{word}"') == [n for n, t in enumerate(texts, 1) if pattern.search(t)], word


@pytest.mark.parametrize(
    "query", ["", "  ", "NOT 北京", "()", "，。", '""', "-北京", "北京)", "(" * 50_000, "水 " * 200]
)
def test_a_query_for_nothing_is_told_how_to_ask(searched: Store, query: str) -> None:
    with pytest.raises(UsageError):
        searched.search.find(query)


@pytest.mark.parametrize(
    "query", ["a*b", "x^2", "col:umn", "'; DROP TABLE articles", "{水}", "NEAR(水 山)", "水+山", "\\", '"水""山"x']
)
def test_no_query_reaches_the_language_of_fts(searched: Store, query: str) -> None:
    with contextlib.suppress(UsageError):
        searched.search.find(query)
    assert searched.search.docs("北京") == [1]


def test_the_headline_weighs_more_and_copies_stand_once(store: Store) -> None:
    body = "这里说的是别的事情，只顺带提一句石榴。" + "还有很多很多话要说。" * 5
    store.articles.put(article(1, body, title="集市"))
    store.articles.put(article(2, "今年的收成不错，价格也好。" + "还有很多很多话要说。" * 5, title="石榴熟了"))
    store.articles.put(article(3, body + "完", title="集市"))
    link(store, 1, 3)
    assert [hit.title for hit in store.search.find("石榴")] == ["石榴熟了", "集市"]
    assert [hit.cluster_size for hit in store.search.find("石榴")] == [1, 2]
    assert len(store.search.find("石榴", with_duplicates=True)) == 3
    assert store.search.count("石榴") == 3


def test_copies_do_not_use_up_the_limit(store: Store) -> None:
    with store.transaction():
        for n in range(1, 40):
            store.articles.put(article(n, "石榴熟了。", title=None))
            if n > 1:
                store.clusters.link(n, 1, match(1), back=1.0)
        store.clusters.save(clusters.assign(store.clusters.around([1])))
        store.articles.put(article(40, "说了半天，才说到一句石榴，其余都是别的话，很长很长。", title=None))
    assert [hit.cluster_size for hit in store.search.find("石榴", limit=3)] == [39, 1]


def test_passages_mark_the_words_in_the_text_as_it_stands(searched: Store) -> None:
    (hit,) = searched.search.find("发展经济 台湾")
    (passage,) = hit.passages
    assert [passage.text[a:b] for a, b in passage.marks] == ["發展經濟", "臺灣"]


def test_passages_are_short_and_show_different_words(store: Store) -> None:
    text = "开头。" * 100 + "然后说到芝麻。" + "中间。" * 200 + "最后说到西瓜，还有芝麻。" + "结尾。" * 100
    store.articles.put(article(1, text))
    (hit,) = store.search.find("芝麻 西瓜")
    assert all(len(p.text) <= 90 for p in hit.passages)
    marked = [p.text[a:b] for p in hit.passages for a, b in p.marks]
    assert {"芝麻", "西瓜"} <= set(marked)
    assert hit.passages[0].text.startswith("…")


def test_filters(store: Store) -> None:
    store.articles.put(FULL)
    store.articles.put(article(2, "水声很远。", site="other.example", published=None, source="别家"))
    cases = {
        Selection(): 2, Selection(site="news.example"): 1, Selection(site="nowhere"): 0, Selection(source="示例日报"): 1,
        Selection(region="萍乡"): 1, Selection(region="江西"): 1, Selection(region="江西/萍乡"): 1, Selection(region="江"): 0,
        Selection(since=datetime(2023, 5, 5, 23, 8, tzinfo=UTC)): 1, Selection(since=datetime(2023, 5, 5, 23, 9, tzinfo=UTC)): 0,
        Selection(until=datetime(2023, 5, 5, 23, 8, tzinfo=UTC)): 0, Selection(until=datetime(2023, 5, 5, 23, 9, tzinfo=UTC)): 1,
        Selection(site="news.example", region="萍乡", source="示例日报"): 1, Selection(site="other.example", region="萍乡"): 0,
    }  # fmt: skip
    for selection, count in cases.items():
        assert store.search.count("水声", selection=selection) == count, selection
        assert len(store.search.find("水声", selection=selection)) == count, selection


def test_tokens_of_another_recipe_are_made_anew(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store:
        store.articles.put(FULL)
        store.settings.put("search", "an older recipe")
        with sqlite3.connect(store.path) as raw:
            raw.execute("INSERT INTO search (search) VALUES ('delete-all')")
            raw.execute("INSERT INTO characters (characters) VALUES ('delete-all')")
    with Store.open(tmp_path / "a.db") as store:
        assert store.search.docs("磨坊") == [1]
        assert store.search.docs("坊") == [1]


def test_tokens() -> None:
    assert (
        tokens("人民大会堂，25億元 GDP年，x堂，水。a_b")
        == "人民 民大 大会 会堂 堂 25 亿· 亿元 元 gdp 年· 年 x 堂· 堂 水 a b"
    )
    assert tokens("") == tokens("，。 ") == ""
    assert letters("人民大人會堂，x") == "人 民 大 会 堂"


# Drops, runs, learned data


def test_drops_are_not_doubled_and_leave_when_the_page_becomes_an_article(store: Store) -> None:
    drop = Drop(
        origin=FULL.origin, stage="extract", reason="not an article: index page", url=FULL.url, detail="links .9"
    )
    assert store.runs.drop([drop, drop]) == 1
    assert store.runs.drop([drop]) == 0
    store.runs.drop([replace(drop, origin="b.html", reason="empty", stage="decode")])
    assert store.runs.drops(reason="not an article: index page") == [drop]
    assert store.statistics().drops == {"decode: empty": 1, "extract: not an article: index page": 1}
    store.articles.put(FULL)
    assert [d.reason for d in store.runs.drops()] == ["empty"]


def test_a_file_that_could_not_be_read_is_settled_when_an_article_comes_out_of_it(store: Store) -> None:
    table, other = f"{FULL.origin}.csv", f"{FULL.origin}.txt"
    lost = [("read", "no page in the table"), ("extract", "empty"), ("read", "damaged or cut short")]
    store.runs.drop([Drop(origin=table, stage=stage, reason=reason) for stage, reason in lost])
    store.runs.drop([Drop(origin=other, stage="read", reason="no page in the table")])
    store.articles.put(replace(FULL, origin=f"{table}#7"))
    left = {(drop.origin, drop.reason) for drop in store.runs.drops()}
    assert left == {(table, "damaged or cut short"), (other, "no page in the table")}


def test_runs_are_remembered(store: Store) -> None:
    first = store.runs.start("clean")
    store.runs.start("crawl demo")
    store.runs.end(first, {"pages": 3, "articles": 2})
    newest, oldest = store.runs.runs()
    assert (newest.command, newest.status, newest.ended) == ("crawl demo", "running", None)
    assert (oldest.status, oldest.counts) == ("done", {"pages": 3, "articles": 2})
    assert oldest.ended is not None
    assert oldest.started <= oldest.ended


def test_noise_lines_can_be_undone_for_good(store: Store) -> None:
    lines = [
        NoiseLine(site="s.example", key="更多精彩", example="更多 精彩", clusters=9),
        NoiseLine(site="s.example", key="回到顶部", example="回到顶部", clusters=5),
    ]
    assert store.learned.note(lines) == 2
    assert store.learned.undo("s.example", "更多精彩")
    assert not store.learned.undo("s.example", "没有这一行")
    assert store.learned.note([replace(lines[0], clusters=30)]) == 0
    assert store.learned.noise() == {"s.example": frozenset({"回到顶部"})}
    assert [(line.key, line.clusters, line.undone) for line in store.learned.lines("s.example")] == [
        ("更多精彩", 30, True),
        ("回到顶部", 5, False),
    ]
    assert store.learned.undo("s.example", "更多精彩", undone=False)
    assert store.learned.noise()["s.example"] == {"更多精彩", "回到顶部"}


def test_word_pairs_are_counted_and_can_be_undone(store: Store) -> None:
    store.learned.add_pairs([("计谋", "策略", 2), ("衡宇", "房屋", 1)])
    store.learned.add_pairs([("计谋", "策略", 3)])
    assert [(p.spun, p.count) for p in store.learned.pairs()] == [("计谋", 5), ("衡宇", 1)]
    assert store.learned.undo_pair("计谋", "策略")
    assert [p.spun for p in store.learned.pairs()] == ["衡宇"]
    assert [p.spun for p in store.learned.pairs(undone=True)] == ["计谋", "衡宇"]


# Opening


@pytest.mark.parametrize(
    "content",
    [b"hello", b"SQLite format 2" + b"\0" * 90, b"\x1f\x8b\x08" + b"\0" * 50, b"SQLite format 3\0" + b"x" * 4096],
)
def test_a_file_that_is_no_database_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    for readonly in (False, True):
        with pytest.raises(NotAStoreError, match="is not a jianbao store"):
            Store.open(path, readonly=readonly)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_no_store_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (a)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAStoreError, match="another program"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(NotAStoreError):
        Store.open(tmp_path)


def test_a_missing_store_is_only_made_when_asked_for(tmp_path: Path) -> None:
    for kwargs in ({"create": False}, {"readonly": True}):
        with pytest.raises(UsageError, match="no store at"):
            Store.open(tmp_path / "none.db", **kwargs)
    with pytest.raises(UsageError, match="no folder"):
        Store.open(tmp_path / "nowhere" / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_a_newer_jianbao_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    Store.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(FormatError, match="newer"):
        Store.open(path)


def test_a_damaged_store_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Store.open(path) as store:
        for n in range(200):
            store.articles.put(article(n, "很长的正文。" * 100))
    data = bytearray(path.read_bytes())
    data[8192 : len(data) : 3] = b"\xff" * len(data[8192 : len(data) : 3])
    path.write_bytes(data)
    with pytest.raises(NotAStoreError, match="doctor"), Store.open(path) as store:
        list(store.clippings.select())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where even root can make no file")
def test_a_place_that_cannot_be_written_is_told() -> None:
    with pytest.raises(UnwritableError, match="--store"):
        Store.open("/proc/jianbao.db")


def test_a_file_that_cannot_be_written_can_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Store.open(path) as store:
        store.articles.put(FULL)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with Store.open(path, readonly=True) as store:
            assert store.search.docs("磨坊") == [1]
            with pytest.raises(UnwritableError):
                store.articles.put(article(2))
    finally:
        tmp_path.chmod(0o755)


def test_a_store_that_another_process_writes_is_busy_but_readable(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Store.open(path) as store, Store.open(path, timeout=0.05) as other, Store.open(path, readonly=True) as reader:
        with store.transaction():
            store.articles.put(FULL)
            with pytest.raises(StoreBusyError, match="another jianbao"):
                other.articles.put(FULL)
            assert reader.statistics().articles == 0
        assert reader.statistics().articles == 1


def test_an_open_store_moves_with_its_file(tmp_path: Path) -> None:
    with Store.open(tmp_path / "店 #1?.db") as store:
        store.articles.put(FULL)
    assert (tmp_path / "店 #1?.db").exists()
    shutil.copy(tmp_path / "店 #1?.db", tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db", create=False) as store:
        assert store.clippings.get(FULL.id) is not None


FULL_DISK = textwrap.dedent("""
    import resource, signal, sys
    from cleaners.errors import UnwritableError
    from cleaners.store import Store
    from tests.test_store import article
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Store.open(sys.argv[1]) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        kept = 0
        try:
            for batch in range(200):
                with store.transaction():
                    for n in range(20):
                        store.articles.put(article(batch * 20 + n, "一篇不太短的文章。" * 60))
                kept += 20
        except UnwritableError as error:
            print(kept, error)
            sys.exit(3)
""")


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3, done.stderr
    kept = int(done.stdout.split()[0])
    assert kept > 0
    with Store.open(path) as store:
        assert store.statistics().articles == kept
        assert store.articles.put(FULL) is not None


KILLED = textwrap.dedent("""
    import sys
    from cleaners.store import Store
    from tests.test_store import article
    with Store.open(sys.argv[1]) as store:
        for batch in range(10_000):
            with store.transaction():
                for n in range(7):
                    store.articles.put(article(batch * 7 + n, f"第{batch}批第{n}篇。" * 30))
            print(batch, flush=True)
""")


@pytest.mark.parametrize("attempt", [0, 1, 2])
def test_kill_9_loses_nothing_that_was_committed(tmp_path: Path, chance: random.Random, attempt: int) -> None:
    path = tmp_path / "x.db"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline())]
    time.sleep(chance.uniform(0.0, 0.4))
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout.read().splitlines() if line]
    process.wait()
    with Store.open(path) as store:
        kept = store.statistics().articles
        assert kept % 7 == 0
        assert kept >= 7 * (acknowledged[-1] + 1)
        assert len(store.search.docs("第0篇")) == kept // 7
        assert store.articles.put(article(0, "第0批第0篇。" * 30)) is None
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        raw.execute("INSERT INTO search (search) VALUES ('integrity-check')")


def test_killed_while_being_made_it_is_a_store_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch()
    with Store.open(path) as store:
        assert store.articles.put(FULL) == 1
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(NotAStoreError):
        Store.open(empty, readonly=True)


def test_a_store_of_schema_6_opens_and_takes_new_articles(tmp_path: Path) -> None:
    old, new = (
        replace(
            FULL,
            declared_url=None,
            images=(),
            extra={},
            found_by={},
            edition=None,
            confidence=None,
            parts=(),
            part_origins=(),
            missing_parts=(),
        ),
        replace(FULL, id="0" * 16, url="http://news.example/b"),
    )
    with Store.open(tmp_path / "s.db") as store:
        store.articles.put(old)
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as raw:
        for name in ("articles_by_confidence", "articles_of_parts"):
            raw.execute(f"DROP INDEX {name}")
        for name in ("events", "watches", "watched_articles", "notices", "issues", "deliveries", "troubles",
                     "tags", "notes"):  # fmt: skip
            raw.execute(f"DROP TABLE {name}")
        added = (
            "declared_url",
            "images",
            "extra",
            "confidence",
            "edition",
            "found_by",
            "parts",
            "part_origins",
            "missing_parts",
        )
        for name in added:
            raw.execute(f"ALTER TABLE articles DROP COLUMN {name}")
        raw.execute("ALTER TABLE ledger DROP COLUMN edition")
        raw.execute("ALTER TABLE ledger DROP COLUMN followed")
        raw.execute("ALTER TABLE ledger DROP COLUMN rules")
        raw.execute("ALTER TABLE ledger DROP COLUMN gone")
        raw.execute("DROP TABLE announcements")
        raw.execute("DELETE FROM migrations WHERE version > 6")
        raw.execute("PRAGMA user_version = 6")
        raw.commit()
    with Store.open(tmp_path / "s.db") as store:
        found = store.clippings.get(old.id)
        assert found is not None and found.article == old
        assert store.articles.put(old) is None, "its hash is what it was: nothing has changed"
        store.articles.put(new)
        kept = store.clippings.get(new.id)
        assert kept is not None and kept.article == new
        (arrival,) = store.events.after(-1, 9)
        assert (arrival.event, arrival.id, arrival.at) == (0, old.id, old.fetched_at), "from before there were events"
