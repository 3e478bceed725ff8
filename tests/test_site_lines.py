"""Noise learned by site, from the first pages to the cut line and back: learned, applied, listed, undone."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from cleaners import pipeline
from cleaners.context import context_of
from cleaners.extract.boilerplate import site_lines
from cleaners.ingest.ingester import Ingester, repeated_lines
from cleaners.items import Article, Page
from cleaners.store import Store
from tests.test_cli import run

SLOGAN = "青石县融媒体中心，与四十万乡亲同声同气。"
PEOPLE = ["赵有田", "钱满仓", "孙长河", "李春生", "周石匠", "吴船老大", "郑果农", "王绣娘"]


def page(number: int, site: str = "qingshi.example") -> Page:
    rng = random.Random(number)
    name, figures = PEOPLE[number % len(PEOPLE)], [rng.randrange(100, 9999) for _ in range(4)]
    words = ["".join(chr(rng.randrange(0x4E00, 0x8000)) for _ in range(25)) for _ in range(3)]
    body = (
        f"<p>{SLOGAN}</p><p>{name}家的{figures[0]}亩地今年换了新品种，{words[0]}，每亩多收{figures[1]}斤。</p>"
        f"<p>“往年要雇{figures[2]}个人，现在两个人就够。”{name}说，{words[1]}。</p>"
        f"<p>县里的技术员把数据记在本子上，{words[2]}，预计全村增收{figures[3]}万元，明年还要扩大面积。</p>"
    )
    html = f"<html><head><title>{name}的新收成（{number}）</title></head><body><h1>{name}的新收成（{number}）</h1>{body}</body></html>"
    return Page(body=html.encode(), origin=f"{number}.html", url=f"https://www.{site}/a/{number}.html", site=site)


def cleaned(store: Path, number: int) -> Article:
    article = pipeline.clean(page(number), context_of(store))
    assert isinstance(article, Article), article
    return article


def test_a_line_that_a_site_repeats_is_learned_cut_listed_and_undone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    assert SLOGAN in cleaned(path, 0).text, "nothing is known yet"
    with Ingester(path) as ingester:
        ingester.add([cleaned(path, n) for n in range(8)])
    later = cleaned(path, 20)
    assert SLOGAN not in later.text
    assert later.text.count("\n") == 2, "the article itself stays whole"
    listed = run("sites", "noise", "qingshi.example", "--store", path, "--json", cwd=tmp_path)
    (line,) = [json.loads(row) for row in listed.stdout.decode().splitlines()]
    assert (line["example"], line["clusters"]) == (SLOGAN, 8)
    assert (
        run("sites", "noise", "qingshi.example", "--undo", line["key"], "--store", path, cwd=tmp_path).returncode == 0
    )
    assert SLOGAN in cleaned(path, 21).text
    with Ingester(path) as ingester:
        ingester.add([cleaned(path, n) for n in range(30, 38)])
    assert SLOGAN in cleaned(path, 22).text, "what was undone is not learned again"


def test_a_line_that_a_person_adds_is_cut_and_may_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add([cleaned(path, 0)])
    added = run("sites", "noise", "qingshi.example", "--add", SLOGAN, "--store", path, cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    assert SLOGAN not in cleaned(path, 1).text
    (line,) = Store.open(path, create=False, readonly=True).learned.lines()
    run("sites", "noise", "qingshi.example", "--undo", line.key, "--store", path, cwd=tmp_path)
    assert SLOGAN in cleaned(path, 2).text
    run("sites", "noise", "qingshi.example", "--add", SLOGAN, "--store", path, cwd=tmp_path)
    assert SLOGAN not in cleaned(path, 3).text, "added again"


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [(["--add", "一行字也没有站点"], "name the site"), (["x", "--add", "12:30"], "few letters"), (["x", "--add", "好好好", "--undo", "k"], "at a time")],
)  # fmt: skip
def test_what_cannot_be_added_is_refused_with_the_cure(arguments: list[str], cure: str, tmp_path: Path) -> None:
    with Ingester(tmp_path / "s.db") as ingester:
        ingester.add([cleaned(tmp_path / "s.db", 0)])
    done = run("sites", "noise", *arguments, "--store", "s.db", cwd=tmp_path)
    assert done.returncode == 2
    assert cure in done.stderr.decode()


def test_an_article_that_a_site_prints_ten_times_is_not_eaten(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        first = pipeline.clean(page(1))
        assert isinstance(first, Article)
        copies = [pipeline.clean(Page(body=page(1).body, origin=f"c{n}", url=f"https://www.qingshi.example/c/{n}",
                                      site="qingshi.example")) for n in range(10)]  # fmt: skip
        ingester.add([first, *copies])
    with Store.open(path, create=False, readonly=True) as store:
        assert store.statistics().clusters == 1
        assert store.learned.noise() == {}
    assert cleaned(path, 1).text == first.text


# What differs in a number, a date or a name is news


def learned(*texts: list[str]) -> set[str]:
    found = repeated_lines("daily", [(str(n), "\n".join(lines)) for n, lines in enumerate(texts)])
    return {line.example for line in found}


@pytest.mark.parametrize(
    "form",
    [
        "今日最高气温{}度，比昨天略高。",
        "全镇共有{}户领到了种苗。",
        "第{}期开奖结果已经公布",
        "会议由副镇长{}主持。",
        "明天{}，风力二到三级。",
        "{}月{}日，渡口停航一天。",
    ],
)
def test_a_sentence_that_has_been_the_same_often_but_not_always_is_not_learned(form: str) -> None:
    often, seldom = form.replace("{}", "三", 1).replace("{}", "五"), form.replace("{}", "陶满仓", 1).replace("{}", "九")
    pages = [[f"第{n}条消息说的是另一件事，与别的都不一样。", often if n % 5 else seldom] for n in range(20)]
    assert learned(*pages) == set()


def test_what_is_the_same_on_every_page_is_learned_and_its_counters_too() -> None:
    pages = [
        [f"今年第{n}个渡口在{n}月开航。", "河谷日报，记录河谷每一天", f"本文已被阅读{n * 37}次"] for n in range(12)
    ]
    assert learned(*pages) == {"河谷日报，记录河谷每一天", "本文已被阅读407次"}


@pytest.mark.parametrize(
    "text", ["报名参加的有234人", "浏览量最高的是第3号展品", "共有12次地震", "点赞的村民有56位老人"]
)
def test_numbers_of_the_news_are_no_counters_of_the_page(text: str) -> None:
    assert site_lines.key(text) != site_lines.key(text.translate(str.maketrans("123456", "789789")))
