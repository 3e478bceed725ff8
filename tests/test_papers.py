"""Newspapers by the day: addresses with a date, the pages of an issue, back issues."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scrapy.http import HtmlResponse

from cleaners.config import IssueRange, SeedEntry, parse_job
from cleaners.config.dated_address import address_on
from cleaners.errors import SeedFileError, UsageError
from cleaners.items import NewspaperEdition
from cleaners.metadata.edition import parse_edition
from crawler.middlewares.script_redirect import script_target
from crawler.paper_pages import IssuePage, read_issue_page
from tests.crawling import Crawled, one_site, run
from tests.small_server import SENTENCES, Reply, SmallServer, serving

DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("http://p.example/{yyyy}-{mm}/{dd}/node_1.htm", "http://p.example/2026-03/09/node_1.htm"),
        ("http://p.example/{yyyy}/{m}/{d}/", "http://p.example/2026/3/9/"),
        ("http://p.example/?date={yyyymmdd}&v={yy}", "http://p.example/?date=20260309&v=26"),
        ("http://p.example/{yyyymm}/{dd}/", "http://p.example/202603/09/"),
    ],
)
def test_an_address_of_a_day(template: str, expected: str) -> None:
    assert address_on(template, DAY) == expected


def test_seeds_with_a_date() -> None:
    paper = SeedEntry.model_validate({"paper": "http://p.example/{yyyy}/{mm}/", "days": 40})
    days = [DAY - timedelta(days=back) for back in range(40)]
    assert [url for _, url in paper.on(days)] == ["http://p.example/2026/03/", "http://p.example/2026/02/", "http://p.example/2026/01/"]  # fmt: skip
    for seeds, says in (
        ("{list: 'http://127.0.0.1/{year}/'}", "is no part of a date"),
        ("{paper: 'http://127.0.0.1/', days: 2}", "`days` goes with a date"),
        ("{paper: 'http://127.0.0.1/', page: 'http://127.0.0.1/'}", "a seed is one of"),
        ("{page: 'http://other.example/1.html'}", "does not belong to the site"),
    ):
        with pytest.raises(SeedFileError, match=says):
            parse_job(one_site("http://127.0.0.1", f"seeds: [{seeds}]"))


def test_a_range_of_issues() -> None:
    assert IssueRange.parse("2026-01-30..2026-02-01") == IssueRange(first=date(2026, 1, 30), last=date(2026, 2, 1))
    assert IssueRange.parse("2026-01-30").last == date(2026, 1, 30)
    for wrong in ("2026-02-01..2026-01-30", "January", "2026-01-01..", "2026-02-30"):
        with pytest.raises(UsageError, match="--issues"):
            IssueRange.parse(wrong)


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("第02版：综合", "2", "综合"),
        ("A02版 要闻", "A2", "要闻"),
        ("03:副刊", "3", "副刊"),
        ("第十二版 文艺", "12", "文艺"),
        ("版次：A03 副刊", "A3", "副刊"),
        ("《绿洲晨报》2026年3月9日 第04版", "4", None),
    ],
)
def test_what_a_page_of_a_newspaper_is_called(text: str, number: str, name: str | None) -> None:
    assert parse_edition(text) == NewspaperEdition(number=number, name=name)


@pytest.mark.parametrize("text", ["第十十版", "下一版", "第2版本发布", "出版：绿洲社", "九点放水"])
def test_what_names_no_page(text: str) -> None:
    assert parse_edition(text) is None


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<script>window.location.href='html/2026-03/09/node_1.htm'</script>", "html/2026-03/09/node_1.htm"),
        ("<html><head><title>报</title><script>location.replace(\"a.htm\");</script></head><body></body></html>", "a.htm"),
        ("<script>top.location = '/x.htm' ;</script>", "/x.htm"),
        ("<script>// location='old.htm'\nself.location='new.htm'</script>", "new.htm"),
        ("<script>location='a'+day()+'.htm'</script>", None),
        ("<script>if (/iphone/.test(navigator.userAgent)) location.href='/m/'</script>", None),
        ("<script>location.href='/x.htm'</script><p>" + SENTENCES[0] * 3 + "</p>", None),
    ],
)  # fmt: skip
def test_a_page_that_is_only_a_script(markup: str, expected: str | None) -> None:
    assert script_target(markup) == expected


def issue(url: str, markup: str, known: NewspaperEdition | None = None) -> IssuePage:
    return read_issue_page(HtmlResponse(url, body=markup.encode(), encoding="utf-8"), known, "绿洲晨报")


def links(found: IssuePage) -> tuple[list[str], list[str]]:
    return [link.url.rpartition("/")[2] for link, _ in found.pages], [
        one.url.rpartition("/")[2] for one in found.articles
    ]


@pytest.mark.parametrize(
    ("url", "markup", "pages", "articles"),
    [
        (
            "http://p.example/html/2026-03/09/node_1.htm",
            "<a href='node_2.htm'>第02版：综合</a><a href='../08/node_1.htm'>上一期</a><a href='node_2.htm'>下一版</a>"
            "<a href='content_7.htm'>渠水放了</a><map><area href='content_8.htm'></map><a href='/about.html'>关于</a>",
            ["node_2.htm"],
            ["content_7.htm", "content_8.htm"],
        ),
        (
            "http://p.example/pc/layout/202603/09/node_01.html",
            "<a href='node_02.html'>02：民生</a><a href='../../../content/202603/09/content_5.html'>渠水放了</a>"
            "<a href='../../../content/202603/08/content_4.html'>昨天的</a>",
            ["node_02.html"],
            ["content_5.html"],
        ),
        (
            "http://p.example/html/2026-03/09/nbs.D110000lz_01.htm",
            "<a href='nbs.D110000lz_02.htm'>第02版 要闻</a><a href='nw.D110000lz_20260309_1-01.htm'>渠水放了</a>"
            "<a href='nw.D110000lz_20260309_2-01.htm'>修渠</a>",
            ["nbs.D110000lz_02.htm"],
            ["nw.D110000lz_20260309_1-01.htm", "nw.D110000lz_20260309_2-01.htm"],
        ),
        (
            "http://p.example/index.php?date=2026-03-09&bc=01",
            "<a href='index.php?date=2026-03-09&bc=02'>二</a><a href='show.php?date=2026-03-09&id=9'>渠水放了</a>",
            ["index.php?date=2026-03-09&bc=02"],
            ["show.php?date=2026-03-09&id=9"],
        ),
    ],
    ids=["node", "layout", "nbs", "query"],
)
def test_the_links_of_a_page_of_an_issue(url: str, markup: str, pages: list[str], articles: list[str]) -> None:
    assert links(issue(url, markup)) == (pages, articles)


def test_a_malformed_link_and_a_day_that_is_none_cost_no_page_of_an_issue() -> None:
    markup = "<a href='http://[x/'>坏</a><a href='node_2.htm'>第02版</a><a href='content_7.htm'>渠水放了</a>"
    found = issue("http://p.example/html/2026-02/31/node_1.htm", markup)
    assert found.edition.date is None
    assert links(found) == (["node_2.htm"], ["content_7.htm"])
    assert [link.url for link in found.malformed] == ["http://[x/"]


def test_what_is_known_of_a_page_of_an_issue() -> None:
    markup = "<title>天山晚报 第03版</title><a href='node_3.htm'>第03版：副刊</a><a href='node_4.htm'>第04版：体育</a>"
    found = issue("http://p.example/html/2026-03/09/node_3.htm", markup)
    assert found.edition == NewspaperEdition(paper="天山晚报", date="2026-03-09", number="3", name="副刊")
    assert [edition.name for _, edition in found.pages] == ["体育"]


def story(n: int) -> str:
    """An article as a newspaper's system writes it: without the name of its page."""
    body = "".join(f"<p>{sentence.format(n=n * 7 + 11)}</p>" for sentence in SENTENCES)
    return (
        f"<html><head><meta charset=utf-8><title>{n}号渠放水</title></head><body><table><tr><td><strong>{n}号渠放水</strong>"
        f"</td></tr><tr><td><div id=ozoom>{body}</div></td></tr></table></body></html>"
    )


def newspaper(day: date, first: int) -> dict[str, Reply]:
    """An issue of two pages with one article each, behind a page that is only a script."""
    root = f"/html/{day:%Y-%m}/{day:%d}"
    nodes = "<a href='node_2.htm'>第01版：要闻</a><a href='node_3.htm'>第02版：综合</a>"
    head = "<html><head><meta charset=utf-8><title>绿洲晨报 第0{}版</title></head><body>"
    return {
        f"{root}/index.htm": Reply("<html><script>location.href='node_2.htm'</script></html>"),
        f"{root}/node_2.htm": Reply(f"{head.format(1)}{nodes}<a href='content_{first}.htm'>放水</a>"),
        f"{root}/node_3.htm": Reply(f"{head.format(2)}{nodes}<a href='content_{first + 1}.htm'>放水</a>"),
        f"{root}/content_{first}.htm": Reply(story(first)),
        f"{root}/content_{first + 1}.htm": Reply(story(first + 1)),
    }


def crawled(tmp_path: Path, server: SmallServer, seed: str, **options: object) -> Crawled:
    seeds = f'seeds: [{{paper: "{server.base}/html/{{yyyy}}-{{mm}}/{{dd}}/index.htm"{seed}}}]'
    return run(tmp_path, one_site(server.base, seeds), {"": server}, **options)


def test_the_issues_of_the_last_days_are_read_page_by_page(tmp_path: Path) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    with serving("127.0.0.1", newspaper(today, 1) | newspaper(today - timedelta(days=1), 3)) as server:
        found = crawled(tmp_path, server, ", days: 2").articles()
    by_number = {path.rpartition("_")[2]: article for path, article in found.items()}
    assert set(by_number) == {"1.htm", "2.htm", "3.htm", "4.htm"}
    second = by_number["2.htm"]
    assert second.edition == NewspaperEdition(paper="绿洲晨报", date=f"{today}", number="2", name="综合")
    assert second.section == "综合"
    assert second.published and second.published.isoformat() == f"{today}T00:00:00+08:00"


def test_back_issues_go_on_where_a_limit_has_stopped_them(tmp_path: Path) -> None:
    days = [date(2026, 3, 8), date(2026, 3, 9)]
    pages = newspaper(days[0], 1) | newspaper(days[1], 3)
    with serving("127.0.0.1", pages) as server:
        options = {"issues": ["2026-03-08", "2026-03-10"]}
        assert len(crawled(tmp_path, server, "", limit=2, **options).articles()) < 4
        assert len(crawled(tmp_path, server, "", **options).articles()) == 4
        asked = len(server.paths)
        crawled(tmp_path, server, "", **options)
        assert [path for path in server.paths[asked:] if "robots" not in path] in ([], ["/html/2026-03/10/index.htm"])


def test_one_page_as_a_seed(tmp_path: Path) -> None:
    with serving("127.0.0.1", {"/x/9.html": Reply(story(9))}) as server:
        found = run(tmp_path, one_site(server.base, f'seeds: [{{page: "{server.base}/x/9.html"}}]'), {"": server})
    assert set(found.articles()) == {"x/9.html"}
