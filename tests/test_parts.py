"""Articles of several pages: how a page names the others, which belong together, their texts as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cleaners import clean, parts, readers
from cleaners.items import Article, ArticlePager, Drop, MissingPart, Page
from cleaners.page.lines import read
from cleaners.parts.addresses import is_whole_of, may_name_parts, part_numbers

PAGES = Path(__file__).parent / "pages" / "three-pages"
NAMES = ("canal.html", "canal_2.html", "canal_3.html")
BASE = "https://news.example/x/"


def pager(markup: str, url: str = f"{BASE}7.html") -> ArticlePager:
    return parts.read_pager(read(f"<html><body><p>正文。</p>{markup}</body></html>", url), url)


def told(found: ArticlePager) -> tuple[list[str], list[str]]:
    return [url.removeprefix(BASE) for url in found.preceding], [url.removeprefix(BASE) for url in found.following]


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("a/7.html", "a/7_2.html", (None, 2)),
        ("a/7.html", "a/7-2.html", (None, 2)),
        ("a/7.shtml", "a/7_p3.shtml", (None, 3)),
        ("a/7_2.html", "a/7.html", (2, None)),
        ("a/7_2.html", "a/7_3.html", (2, 3)),
        ("a/7/", "a/7/2/", (None, 2)),
        ("a/7/", "a/7/index_1.htm", (None, 1)),
        ("a/7/index.htm", "a/7/index_1.htm", (None, 1)),
        ("a/7", "a/7/page/2", (None, 2)),
        ("show?id=7", "show?page=2&id=7", (None, 2)),
        ("show?id=7&p=2", "show?id=7&p=3", (2, 3)),
        ("a/7.html", "a/7.html?page=2", (None, 2)),
        ("a/88123/1.html", "a/88123/2.html", (1, 2)),
        ("show?id=7", "show?id=8", None),
        ("a/7.html", "a/8.html", None),
        ("a/7.html", "b/7_2.html", None),
        ("a/7.html", "a/7_2026.html", None),
        ("a/7.html", "a/7.html#top", None),
        ("a/t20260405_1188.html", "a/t20260405_1189.html", None),
        ("a/2026-04-05.html", "a/2026-04-06.html", None),
    ],
)
def test_addresses_of_one_document(own: str, other: str, expected: tuple[int | None, int | None] | None) -> None:
    found = part_numbers(BASE + own, BASE + other)
    assert (found and (found.own, found.other)) == expected


def test_other_hosts_are_other_documents() -> None:
    assert part_numbers("http://a.example/7.html", "http://b.example/7_2.html") is None
    assert part_numbers("http://a.example/7.html", "http://[x/7_2.html") is None


@pytest.mark.parametrize(
    ("whole", "expected"),
    [("7_all.html", True), ("7.html?all=1", True), ("7.html#all", False), ("8_all.html", False), ("7.html", False)],
)
def test_the_address_of_the_whole(whole: str, expected: bool) -> None:
    assert is_whole_of(BASE + whole, f"{BASE}7.html") is expected


@pytest.mark.parametrize(
    ("markup", "following"),
    [
        ('<a href="7_2.html">下一页</a>', ["7_2.html"]),
        ('<a href="7.html?page=2">[下一页]</a>', ["7.html?page=2"]),
        ('<a href="7_2.html" title="下一页">&gt;</a>', ["7_2.html"]),
        ('<a href="7_2.html"><img alt="下一页"></a>', ["7_2.html"]),
        ("<link rel=next href=7_2.html>", ["7_2.html"]),
        ("<div>1 <a href=7_2.html>2</a> <a href=7_3.html>3</a> <a href=7_2.html>下一页</a></div>", ["7_2.html", "7_3.html"]),
        ("<div><a href=7.html>[1]</a><a href=7_2.html>[2]</a><a href=7_3.html>[3]</a></div>", ["7_2.html", "7_3.html"]),
        ("<div><a href=7_10.html>10</a><a href=7_2.html>2</a></div>", ["7_2.html", "7_10.html"]),
        ("<div><a href=7_1.html>1</a> <a href=7_2.html>2</a></div>", ["7_2.html"]),
        ("<div><b>1</b> <a href=7_1.html>2</a> <a href=7_2.html>3</a></div>", ["7_1.html", "7_2.html"]),
        ("<select><option value=7.html>第1页<option value=7_2.html>第2页</select>", ["7_2.html"]),
        ("<script>createPageHTML(3,0,'7','html');</script>", ["7_1.html", "7_2.html"]),
        ("<script>createPageHTML('pages', 3, 1, '7', 'html', 88);</script>", ["7_2.html", "7_3.html"]),
        (
            "<script>var currentPage = 0; var countPage = 3; var nextPage = currentPage + 1;"
            "document.write('<a href=\"7_' + nextPage + '.html\">下一页</a>');</script>",
            ["7_1.html", "7_2.html"],
        ),
        ("<script>var pages=3; for (n=2;n<=pages;n++) go('7_' + n + '.html');</script>", ["7_2.html", "7_3.html"]),
    ],
)  # fmt: skip
def test_what_leads_on(markup: str, following: list[str]) -> None:
    assert told(pager(markup)) == ([], following)
    assert may_name_parts(markup.encode(), f"{BASE}7.html")


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="8.html">下一篇</a>',
        '<a href="8.html">下一页</a>',
        '<a href="/list/2.html">下一页</a>',
        '<a href="javascript:next()">下一页</a>',
        '<a href="https://other.example/x/7_2.html">下一页</a>',
        '<div class=slide><a href="/tu/1.html">1</a> <a href="/tu/2.html">2</a> <a href="/tu/2.html">下一组</a></div>',
        "<a href=7_2.html>相关：渠水又放了</a>",
        "<script>var pages = 3;</script>",
        "<script>createPageHTML(3,0,'index','html');</script>",
        "<a href=7_all.html>查看全文</a>",
    ],
)
def test_what_leads_elsewhere(markup: str) -> None:
    assert pager(markup) == ArticlePager()


def test_a_later_page_names_those_before_it() -> None:
    bar = "<div><a href=7_2.html>上一页</a> <a href=7.html>1</a> <a href=7_2.html>2</a> 3 <a href=7_4.html>4</a></div>"
    assert told(pager(bar, f"{BASE}7_3.html")) == (["7.html", "7_2.html"], ["7_4.html"])
    alone = "<a href='/x/show?id=7'>上一页</a>"
    assert told(pager(alone, f"{BASE}show?id=7&page=2")) == (["show?id=7"], [])
    written = "<script>createPageHTML(3,1,'7','html');</script>"
    assert told(pager(written, f"{BASE}7_1.html")) == (["7.html"], ["7_2.html"])


def test_the_number_of_an_article_is_no_page() -> None:
    links = "<a href=content_16.htm>上一页</a> <a href=content_18.htm>下一页</a>"
    assert pager(links, f"{BASE}content_17.htm") == ArticlePager()


def test_most_pages_are_not_parsed_to_know_that_they_are_alone() -> None:
    alone = "<a href=/x/8.html>下一篇</a><img src=/i/1.jpg?v=2><script>var a='b' + c;</script><p>2026-04-17</p>"
    assert not may_name_parts(alone.encode(), f"{BASE}7.html")
    assert may_name_parts(b"", f"{BASE}7_2.html") and may_name_parts(b"", f"{BASE}show?id=7&page=2")
    assert may_name_parts(b"<a href='2/'>", f"{BASE}7/") and may_name_parts(b"<a href=index_1.htm>", f"{BASE}7/")


def test_a_page_with_everything_is_named() -> None:
    found = pager("<a href=7_2.html>下一页</a> <a href=7_all.html>在本页阅读全文</a>")
    assert found.whole == f"{BASE}7_all.html"


def saved(name: str, url: bool = True) -> Article:
    page = Page(body=(PAGES / name).read_bytes(), origin=f"dump/{name}", url=BASE + name if url else None)
    found = parts.page_of(clean(page))
    assert found is not None
    return found


def test_three_pages_are_one_text_that_says_nothing_twice() -> None:
    first, *rest = map(saved, NAMES)
    found = parts.join_pages(first, rest)
    lines = found.text.split("\n")
    assert len(lines) == len(set(lines)) == 9, found.text  # the lead, eight paragraphs
    assert lines[0].startswith("核心提示") and lines[-1].endswith("这一回水声不一样。")
    assert [lines[n][:4] for n in (1, 4, 7)] == ["老渠修了", "石碑的消", "四月十六"]
    assert "页" not in found.text
    assert found.title == "老渠停水挖出石碑"
    assert found.parts == tuple(BASE + name for name in NAMES)
    assert found.part_origins == ("dump/canal_2.html", "dump/canal_3.html")
    assert (found.origin, found.next_url, found.missing_parts) == ("dump/canal.html", None, ())
    assert found.editors == ("古丽",)
    assert found.quality == 1.0 and found.confidence is not None and found.confidence > 0.9
    assert found.noise_removed["repeated"] == 2 * len(lines[0])


def test_a_page_by_itself_says_what_is_missing() -> None:
    first, second, _ = map(saved, NAMES)
    assert first.next_url == BASE + NAMES[1]
    assert [one.url for one in first.missing_parts] == [BASE + NAMES[1], BASE + NAMES[2]]
    assert first.quality < 0.4 and first.confidence is not None and first.confidence < 0.6
    gap = parts.join_pages(first, [second], [MissingPart(url=BASE + NAMES[2], reason="http 404")])
    assert gap.next_url == BASE + NAMES[2] and gap.quality == pytest.approx(0.667)
    assert gap.confidence is not None and first.confidence < gap.confidence < 0.81
    later = saved(NAMES[2])
    assert later.next_url is None and [one.url for one in later.missing_parts] == [BASE + NAMES[0], BASE + NAMES[1]]
    assert parts.by_itself(later) == later


def test_a_sentence_that_goes_on_behind_a_page_is_one_line() -> None:
    first, second = saved(NAMES[0]), saved(NAMES[1])
    first = replace(first, text="河水涨了。\n村里的老人们早早来到渠边，一边抽烟一边看着水，")
    second = replace(second, text="谁也没有说话，都在等那一声闸响。\n后来闸开了。")
    assert parts.join_pages(first, [second]).text.split("\n")[1:] == [
        "村里的老人们早早来到渠边，一边抽烟一边看着水，谁也没有说话，都在等那一声闸响。", "后来闸开了。",
    ]  # fmt: skip


def test_only_pages_of_one_article_are_joined() -> None:
    first, second, _ = map(saved, NAMES)
    assert parts.is_same_article(first, second)
    assert parts.is_same_article(first, replace(second, title="老渠停水挖出石碑 第2页"))
    assert not parts.is_same_article(first, replace(second, title="铁桥换了新木板"))
    assert not parts.is_same_article(first, replace(second, text=first.text))
    assert first.published is not None
    assert not parts.is_same_article(first, replace(second, published=first.published.replace(day=27)))


SHORT_TAIL = (
    "<html><head><title>老渠停水挖出石碑_绿洲晨报</title></head><body><h1>老渠停水挖出石碑</h1>"
    "<div class=article><p>水声比从前响。</p></div>"
    "<div class=fenye><a href=canal.html>1</a> <a href=canal_2.html>2</a> <a href=canal_3.html>3</a> 4</div></body></html>"
)


def test_the_last_lines_of_an_article_are_no_article_but_a_page_of_one() -> None:
    result = clean(Page(body=SHORT_TAIL.encode(), origin="dump/canal_4.html", url=f"{BASE}canal_4.html"))
    assert isinstance(result, Drop) and result.reason == "not an article: no prose"
    assert result.fragment is not None and result.fragment.text == "水声比从前响。"
    assert not isinstance(clean(Page(body=SHORT_TAIL.encode(), origin="a.html", url=f"{BASE}other.html")), Article)


# ---- streams -------------------------------------------------------------------------------------------------------


def stream(names: Sequence[str], url: bool = True) -> list[Article | Drop]:
    results: list[Article | Drop] = []
    for name in names:
        body = (PAGES / name).read_bytes() if name in NAMES else OTHER.replace("河边", name).encode()
        results.append(clean(Page(body=body, origin=f"dump/{name}", url=BASE + name if url else None)))
    return results


OTHER = (
    "<html><head><title>河边的磨坊又转了</title></head><body><h1>河边的磨坊又转了</h1><p>2026-04-02 09:00</p>"
    "<p>停了三年的磨坊这个月又转了起来，附近四个村子的人都背着新麦来磨面，队伍一直排到桥头。</p>"
    "<p>磨坊主人说，水轮换了新木头，轴还是旧的，转起来的声音和从前一样。</p></body></html>"
)


@pytest.mark.parametrize("url", [True, False], ids=["addresses", "files"])
@pytest.mark.parametrize(
    "order",
    [
        NAMES,
        NAMES[::-1],
        ("canal_2.html", "m1.html", "canal.html", "m2.html", "canal_3.html", "m3.html"),
        ("m1.html", "canal.html", "m2.html", "canal_3.html", "canal_2.html"),
    ],
)
def test_pages_near_each_other_are_joined_in_any_order(order: tuple[str, ...], url: bool) -> None:
    found = list(parts.joined(stream(order, url)))
    assert [one.origin for one in found] == [f"dump/{name}" for name in order]
    articles = {one.origin: one for one in found if isinstance(one, Article)}
    drops = {one.origin: (one.stage, one.reason) for one in found if isinstance(one, Drop)}
    assert set(articles) == {f"dump/{name}" for name in order} - {f"dump/{name}" for name in NAMES[1:]}
    assert drops == dict.fromkeys(("dump/canal_2.html", "dump/canal_3.html"), ("join", parts.JOINED))
    whole = articles["dump/canal.html"]
    assert whole.text == parts.join_pages(*_split(stream(NAMES, url))).text and len(whole.parts) == 3
    assert all(one.missing_parts == () for one in articles.values())


def _split(results: list[Article | Drop]) -> tuple[Article, list[Article]]:
    pages = [page for one in results if (page := parts.page_of(one)) is not None]
    return pages[0], pages[1:]


def test_a_page_that_is_not_there_is_told_and_holds_nothing_up_for_ever() -> None:
    order = ["canal.html", *(f"m{n}.html" for n in range(6)), "canal_2.html"]
    runs = list(parts.joined_runs(stream(order), parts.JoinWindow(results=4)))
    found = [one for run in runs for one in run]
    assert [one.origin for one in found] == [f"dump/{name}" for name in order]
    lone = [one for one in found if isinstance(one, Article) and one.missing_parts]
    assert [one.origin for one in lone] == ["dump/canal.html", "dump/canal_2.html"]
    assert {one.reason for article in lone for one in article.missing_parts} == {"not read"}
    assert lone[0].quality < 0.4


def test_a_run_goes_on_behind_any_of_its_runs() -> None:
    order = ["m1.html", "canal_3.html", "m2.html", "canal.html", "canal_2.html", "m3.html", "m4.html"]
    results = stream(order)
    runs = list(parts.joined_runs(results))
    assert [len(run) for run in runs] == [1, 4, 1, 1]
    done = 0
    for number, run in enumerate(runs):
        assert list(parts.joined_runs(results[done:])) == runs[number:]
        done += len(run)


def test_a_list_of_other_pages_is_not_joined_to_an_article() -> None:
    first = stream(["canal.html"])[0]
    assert isinstance(first, Article)
    other = replace(first, url=f"{BASE}canal_2.html", origin="b", title="铁桥换了新木板", text="另一件事。" * 30)
    found = list(parts.joined([first, other]))
    assert [isinstance(one, Article) for one in found] == [True, True]
    assert found[0].text == first.text  # type: ignore[union-attr]


def test_a_folder_of_saved_pages() -> None:
    results = map(clean, (page for page in readers.read([str(PAGES)]) if isinstance(page, Page)))
    found = list(parts.joined(results))
    assert [type(one).__name__ for one in found] == ["Article", "Drop", "Drop"]
    assert isinstance(found[0], Article) and found[0].next_url is None
    assert [Path(name).name for name in found[0].parts] == list(NAMES)
