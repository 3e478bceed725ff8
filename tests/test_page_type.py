"""Article or not: tickers, poems, live reports of our own words; the score on made pages of another seed."""

from __future__ import annotations

import importlib
import json
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners import pipeline
from cleaners.items import Article, Drop, Page
from crawler.cli import app

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
PLACES = ("渡口镇", "河东村", "梅岭乡", "石桥县", "沙洼村", "柳林镇", "云门乡", "白塔县")
NEWS = (
    "的粮站修好了屋顶，秋粮下周开始入库，站长说今年能多收两成。",
    "的夜校添了裁缝班，报名的人排到了街口，老师从县里请来。",
    "的渡船换上电机，过河的票价不变，头一天就运了三百多人。",
    "的卫生所来了两位医生，每周三上门看诊，药费当场结清。",
)


def cleaned(html: str) -> Article | Drop:
    return pipeline.clean(Page(body=f'<meta charset="utf-8">{html}'.encode(), origin="page.html"))  # type: ignore[return-value]


def flashes(form: str) -> str:
    return "".join(
        form.format(clock=f"0{8 + n // 60}:{10 + 3 * n}", place=place, news=NEWS[n % 4])
        for n, place in enumerate(PLACES)
    )


@pytest.mark.parametrize(
    "form",
    [
        "<div class=n><span>{clock}:05</span><p>【{place}有新事】{place}{news}</p></div>",
        "<li><time>{clock}</time><div>{place}今天有新事：{place}{news}</div></li>",
        "<dl><dt>{clock}</dt><dd><b>{place}今天有新事</b> {place}{news}</dd></dl>",
        "<div><p>{clock}</p><p>「{place}今天有新事」{place}{news}</p><p>分享</p></div>",
    ],
)
@pytest.mark.parametrize("head", ["<h2>实时快讯</h2>", "<h1>滚动</h1>", "<div>7×24小时</div>"])
def test_a_ticker_is_no_article(form: str, head: str) -> None:
    links = "".join(
        f'<li><a href="/{n}.html">{place}今年的新鲜事一件接一件</a><span>04-0{n + 1}</span></li>'
        for n, place in enumerate(PLACES)
    )
    found = cleaned(f"<title>渡口网财经频道</title><ul>{links}</ul>{head}{flashes(form)}")
    assert isinstance(found, Drop)


def test_what_decided_that_a_page_is_none_is_told_before_its_lines(tmp_path: Path) -> None:
    links = "".join(f'<li><a href="/{n}.html">{place}今年的新鲜事一件接一件</a></li>' for n, place in enumerate(PLACES))
    news = flashes("<li><time>{clock}</time><div>{place}今天有新事：{place}{news}</div></li>")
    html = f'<meta charset="utf-8"><title>渡口网财经频道</title><ul>{links}</ul><h2>实时快讯</h2>{news}'
    found = cleaned(html)
    assert isinstance(found, Drop) and found.reason == "not an article: unlike an article"
    told = re.fullmatch(r"([\d.]+) that it is none, the limit is ([\d.]+)(?:; [a-z ]+ \+\d+\.\d){1,3}", found.detail)
    assert told and float(told[1]) >= float(told[2])
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    first, second, blank, *lines = CliRunner().invoke(app, ["explain", str(tmp_path / "page.html")]).stdout.splitlines()
    assert first.startswith("dropped") and found.reason in first and second.strip() == found.detail and not blank
    assert len(lines) > len(PLACES) and all(line.startswith("   -") for line in lines)
    as_json = CliRunner().invoke(app, ["explain", str(tmp_path / "page.html"), "--json"]).stdout.splitlines()
    assert {json.loads(line)["verdict"] for line in as_json} == {None}


@pytest.mark.parametrize("tag", ["time", "p", "h3"])
def test_a_report_told_hour_by_hour_is_an_article(tag: str) -> None:
    told = "".join(f"<{tag}>{8 + n}:30</{tag}><p>{place}{NEWS[n % 4]}</p>" for n, place in enumerate(PLACES[:5]))
    html = f"<title>渡口镇赶集日一天实录</title><h1>渡口镇赶集日一天实录</h1><div>2026-05-06 18:00 来源：渡口晚报</div><div>{told}</div>"
    found = cleaned(html)
    assert isinstance(found, Article)
    assert all(f"{place}{NEWS[n % 4]}" in found.text for n, place in enumerate(PLACES[:5]))


@pytest.mark.parametrize("mark", ["", "，"])
@pytest.mark.parametrize("inside", ["<p>{}</p>", "{}<br>", "<div>{}</div>"])
def test_a_short_poem_beside_many_headlines_is_kept_at_a_low_confidence(inside: str, mark: str) -> None:
    verses = (
        "渡口的灯一盏一盏",
        "母亲站在石阶上面",
        "船工把缆绳解开了",
        "水声比雨声还要慢",
        "把影子留给了夜晚",
        "我在船头没有回看",
    )
    poem = "".join(inside.format(verse + mark) for verse in verses)
    links = "".join(
        f'<li><a href="/{n}.html">{place}今年的新鲜事一件接一件</a></li>' for n, place in enumerate(PLACES * 2)
    )
    found = cleaned(f"<title>渡口</title><h1>渡口</h1><p>作者：梅小满</p><div>{poem}</div><ul>{links}</ul>")
    assert isinstance(found, Article)
    assert [line.rstrip("，") for line in found.text.split("\n")] == list(verses)
    assert found.confidence is not None
    assert found.confidence < 0.97


@pytest.mark.parametrize("title", ["停水通知", "启事", "渡口镇渡船换上电机票价不变"])
@pytest.mark.parametrize("menu", ["", '<ul><li><a href="/">首页</a></li><li><a href="/n">新闻</a></li></ul>'])
def test_a_signed_and_dated_notice_is_kept_however_short(title: str, menu: str) -> None:
    told = f"渡口镇{NEWS[2]}如遇大风停航，恕不另行通知，咨询电话：5550123。"
    html = f"<title>{title}</title>{menu}<h1>{title}</h1><div>2026-05-06 18:00 来源：渡口晚报</div><p>{told}</p>"
    found = cleaned(html)
    assert isinstance(found, Article)
    assert found.text == told


@pytest.mark.parametrize("title", ["通知", "市场建成以后"])
def test_a_page_of_nothing_but_sentences_is_kept_without_a_date(title: str) -> None:
    told = "".join(f"<p>{place}{NEWS[n]}</p>" for n, place in enumerate(PLACES[:2]))
    found = cleaned(f"<h1>{title}</h1>{told}")
    assert isinstance(found, Article)
    assert found.confidence is not None
    assert found.confidence < 0.9


def test_most_made_pages_that_are_no_article_are_dropped_and_live_reports_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    making = importlib.import_module("made_other_pages")
    others = [cleaned(page.html) for page in making.made_others(128, 9)]
    assert sum(isinstance(page, Drop) for page in others) >= 0.92 * len(others)
    chance = random.Random(9)
    reports = [cleaned(making.live_report(chance)) for _ in range(40)]
    assert sum(isinstance(page, Article) for page in reports) >= 39
    shorts = [cleaned(making.short_report(chance)) for _ in range(60)]
    assert sum(isinstance(page, Article) for page in shorts) >= 50
