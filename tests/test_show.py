"""``jianbao show``: articles found by what people have at hand, clusters as trees, revisions as differences."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.clusters.tree import lineage
from cleaners.diff import changes, near
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article
from cleaners.store import FetchResult
from cleaners.urls import clipping_id
from crawler.cli import app

DAY = datetime(2024, 5, 6, 8, tzinfo=UTC)
STORY = [
    "库尔勒的香梨今年提前十天下树，合作社请来了六十名采摘工，每天往冷库运送二百吨果子。",
    "仓库管理员说，往年这个时候库里还是空的，今年已经堆到了第三层，只等运输车队从乌鲁木齐回来。",
    "种植户老艾算了一笔账：一亩地少打两遍药，多收三百公斤，除去水费和人工，纯收入比去年多出一千四百元。",
    "镇上的快递点也忙了起来，新添的两台打包机从早转到晚，发往广州和上海的订单占了六成。",
]
NOTICE = [
    "三路公交车自下周起改道六天。",
    "改道期间不停靠粮站。",
    "沿途各站均已张贴告示。",
    "末班车提前到晚上九点半发车。",
]


def article(name: str, text: str, hours: int = 0, **more: object) -> Article:
    url = f"https://{name}.example/a.html"
    made: dict[str, object] = {"title": "香梨提前下树", "published": DAY + timedelta(hours=hours), "site": name} | more
    return Article(id=clipping_id(url, b""), origin=f"{name}.html", url=url, text=text, **made)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("show") / "s.db"
    whole = "\n".join(STORY)
    with Ingester(path, publishers={"first": "梨城日报"}) as ingester:
        ingester.add([
            article("first", whole, source="梨城日报", fetched_at=DAY),
            article("later", "本网讯　" + whole, hours=30, source="梨城日报"),
            article("part", "\n".join(STORY[:2]), hours=50, source="梨城日报"),
            article("other", "一条互不相干的消息，说的是水库放水的日子，另有安排。"),
            article("twice", "\n".join(NOTICE), fetched_at=DAY),
        ])  # fmt: skip
        changed = "\n".join(NOTICE).replace("六天", "八天").replace(NOTICE[3], "夜班车只到城东。") + "\n编辑补记一句。"
        ingester.add([article("twice", changed, fetched_at=DAY + timedelta(days=1))])
        gone = article(
            "gone", "渠首的老水闸今年拆了，换上一座电动的，闸工小周说再也不用半夜起来摇手柄。", fetched_at=DAY
        )
        ingester.add([gone])
        asked = FetchResult(url=str(gone.url), site="gone", at=DAY, outcome="article")
        missing = replace(asked, at=DAY + timedelta(days=2), outcome="drop", status=404, detail="http 404")
        for visit in (asked, missing, replace(missing, at=DAY + timedelta(days=3))):
            ingester.add([], [visit])
    return path


def show(store: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["show", *arguments, "--store", str(store)])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_the_cluster_is_a_tree_with_kinds_shares_direction_and_source(store: Path) -> None:
    shown = show(store, "https://part.example/a.html")
    assert "3 copies of this story" in shown and "best copy" in shown and "<- this one" in shown
    assert re.search(
        r"it seems to come from https://first\.example/a\.html \(confidence (1\.00|0\.[5-9]\d): 100% of the", shown
    )
    assert "of the declared sources name it; its date is the earliest" in shown
    assert "of it is in the one above" in shown and "it is a part of that one" in shown


def test_a_page_that_is_gone_is_told_with_its_article(store: Path) -> None:
    since = f"{DAY + timedelta(days=2):%Y-%m-%d}"
    url = "https://gone.example/a.html"
    assert f"gone       {since} " in show(store, url)
    assert f"the page is gone from its site since {since} " in show(store, url, "--revisions")
    assert json.loads(show(store, url, "--json"))["gone"] == (DAY + timedelta(days=2)).isoformat()
    assert "gone" not in show(store, "https://other.example/a.html")


def test_json_gives_the_whole_cluster(store: Path) -> None:
    record = json.loads(show(store, "https://part.example/a.html", "--json"))
    cluster = record["family"]
    assert record["cluster_size"] == cluster["size"] == len(cluster["members"]) == 3
    assert cluster["earliest"]["id"] == clipping_id("https://first.example/a.html", b"")
    assert cluster["earliest"]["confidence"] > 0.5 and cluster["earliest"]["evidence"]["dated"] == 1.0
    assert {e["kind"] for e in cluster["edges"]} <= {"exact", "near", "contains", "spun"} and len(cluster["edges"]) >= 2
    assert cluster["tree"]["id"] == cluster["canonical"] and cluster["tree"]["branches"]
    assert json.loads(show(store, "https://other.example/a.html", "--json"))["family"] is None


def test_revisions_are_shown_as_a_difference(store: Path) -> None:
    shown = show(store, "https://twice.example/a.html", "--revisions")
    assert "改道[-六-]天" in shown and "改道{+八+}天" in shown
    assert "\n+ 编辑补记一句。" in shown and f"\n- {NOTICE[3]}" in shown and f"\n  {NOTICE[2]}" in shown
    lines = show(store, "https://twice.example/a.html", "--revisions", "--json").splitlines()
    assert ["六天" in json.loads(line)["text"] for line in lines] == [True, False]
    assert "has one text" in show(store, "https://other.example/a.html", "--revisions")


def test_two_copies_are_shown_as_a_difference(store: Path) -> None:
    shown = show(store, "https://later.example/a.html", "--against", "https://first.example/a.html")
    assert "{+本网讯　+}库尔勒" in shown


def test_an_id_may_be_cut_short_while_one_begins_so(store: Path, tmp_path: Path) -> None:
    whole = clipping_id("https://other.example/a.html", b"")
    assert whole in show(store, whole[:12])
    page = tmp_path / "unknown.txt"
    page.write_text("不在库里的一页。", encoding="utf-8")
    for what, told in (("", "search"), ("zz", "`jianbao search` finds ids"), (str(page), "jianbao clean")):
        done = CliRunner().invoke(app, ["show", what, "--store", str(store)])
        assert done.exit_code != 0 and told in str(done.exception)


def test_a_saved_page_is_found_by_its_bytes(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("磨坊开了又停，停了又开，来年再说。\n", encoding="utf-8")
    with Ingester(tmp_path / "s.db") as ingester:
        ingester.add([Article(id=clipping_id(None, page.read_bytes()), origin="elsewhere.txt", text="磨坊开了又停。")])
    assert "磨坊开了又停。" in show(tmp_path / "s.db", str(page))


def test_a_tree_follows_the_strongest_matches() -> None:
    def member(doc: int) -> ClusterMember:
        return ClusterMember(doc=doc, id=f"{doc:016x}", arrival=doc, title=None, url=None, site=None, source=None,
                      published=DAY + timedelta(days=doc), length=100, quality=1.0, disguises=(), repairs=0, noise=0)  # fmt: skip

    def edge(a: int, b: int, share: float) -> MatchEdge:
        return MatchEdge(a=a, b=b, kind="near", similarity=share, containment_a=share, containment_b=share)

    tree = lineage([member(n) for n in (1, 2, 3, 4)], [edge(1, 2, 0.9), edge(1, 3, 0.6), edge(2, 3, 0.8)], root=2)
    assert (tree.doc, [b.doc for b in tree.branches]) == (2, [1, 3, 4])
    assert [b.direction for b in tree.branches] == ["earlier", "later", "later"]
    assert tree.branches[2].kind is None  # in the cluster, though no match of its own is left


def test_long_chains_of_copies_make_a_tree() -> None:
    count = 3000
    members = [
        ClusterMember(doc=n, id=f"{n:016x}", arrival=n, title=None, url=None, site=None, source=None, published=None, length=9,
               quality=1.0, disguises=(), repairs=0, noise=0) for n in range(1, count)
    ]  # fmt: skip
    edges = [
        MatchEdge(a=n, b=n + 1, kind="near", similarity=1, containment_a=1, containment_b=1)
        for n in range(1, count - 1)
    ]
    tree, depth = lineage(members, edges, root=1), 1
    while tree.branches:
        (tree,), depth = tree.branches, depth + 1
    assert depth == count - 1


def test_paragraphs_that_moved_are_gone_and_new_again() -> None:
    found = changes("甲\n乙\n丙", "乙\n丙\n丁丁丁")
    assert [c.kind for c in found] == ["gone", "same", "same", "new"]
    assert [c and c.kind for c in near(changes("\n".join("abcdefg"), "\n".join("abcdefX")))] == [
        None,
        "same",
        "gone",
        "new",
    ]
    assert not list(near(changes("一样", "一样")))


def test_an_article_that_left_its_cluster_says_where_that_is(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    whole = "\n".join(STORY)
    with Ingester(path) as ingester:
        ingester.add(
            [article("first", whole, fetched_at=DAY), article("later", whole), article("third", whole + "\n完")]
        )
        ingester.add([article("first", "\n".join(NOTICE), fetched_at=DAY + timedelta(days=1))])
    first, second = (clipping_id(f"https://{name}.example/a.html", b"") for name in ("first", "later"))
    assert f"its former copies are the cluster {second} (jianbao show {second})" in show(path, first)
    assert json.loads(show(path, first, "--json"))["former_family"] == second
    assert "2 copies" in show(path, second) and json.loads(show(path, second, "--json"))["former_family"] is None
