"""Blocks of HTML: what a line is, what the walk knows about it, what the fence refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cleaners.errors import UnusableInput
from cleaners.page import lines as blocks
from cleaners.page.lines import fragment, html
from tests.timing import LINEAR, growth

PAGES = Path(__file__).parent / "pages"


def read(body: str, url: str | None = None) -> blocks.PageLines:
    return html.read(f"<!DOCTYPE html><html><head><title>题</title></head><body>{body}</body></html>", url)


def texts(body: str) -> list[str]:
    return [line.text for line in read(body).lines]


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><p>字</p>",
        '\ufeff\n<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html></html>',
        "<!-- 由系统生成 --><html lang=zh>",
        "<div><p>一</p><p>二</p><p>三</p><p>四</p></div>",
    ],
)
def test_markup_is_known_by_its_content(text: str) -> None:
    assert fragment.form(text) == "html"


@pytest.mark.parametrize(
    "text", ["县里的新路通车了。", "他说：1 < 2，而 3 > 2。", "# 标题\n\n<b>粗</b>体只有一处。" + "正文。" * 400, ""]
)
def test_plain_text_is_not_markup(text: str) -> None:
    assert fragment.form(text) != "html"


def test_blocks_and_breaks_end_lines_and_inline_elements_do_not() -> None:
    assert texts("<p>稻<b>田</b>音<span>乐</span>节</p><div>第一行<br>第二行<p>第三行</p>第四行</div>") == [
        "稻田音乐节", "第一行", "第二行", "第三行", "第四行",
    ]  # fmt: skip


def test_white_space_is_folded_and_preformatted_lines_stay_apart() -> None:
    assert texts("<p>　　开头　空格\n 换行&nbsp;</p><pre>甲\n乙</pre>") == ["开头 空格 换行", "甲", "乙"]


def test_what_is_not_shown_is_not_read() -> None:
    text = (PAGES / "hidden-and-form-text.html").read_text(encoding="utf-8")
    shown = " ".join(line.text for line in html.read(text).lines)
    assert not any(word in shown for word in ("机器", "看不见", "请选择", "文明发言", "提交", "启用脚本", "脚本里"))


def test_a_body_that_waits_for_its_script_is_read() -> None:
    text = (PAGES / "body-hidden-until-a-script-runs.html").read_text(encoding="utf-8")
    assert any(line.text.startswith("7月3日") for line in html.read(text).lines)


def test_readings_over_characters_are_no_text() -> None:
    assert texts("<p><ruby>萍<rp>(</rp><rt>píng</rt><rp>)</rp></ruby>乡</p>") == ["萍乡"]


def test_features_of_a_line() -> None:
    (line,) = read(
        '<div id="Main" class="Text big"><p>据<a href="/a">县志</a>记载，“这里产米”：1.5万亩。</p></div>'
    ).lines
    assert line.tag == "p"
    assert line.ancestors == ("html", "body", "div#main.text.big", "p")
    assert line.punctuation == 3
    assert line.links == 1
    assert 0 < line.link_share < 0.2
    assert line.verdict == "keep"


def test_a_link_around_blocks_links_all_their_lines() -> None:
    lines = read('<a href="/n"><div>标题一行</div><div>又是一行</div></a><p>正文</p>').lines
    assert [line.link_share for line in lines] == [1.0, 1.0, 0.0]


def test_an_anchor_that_is_only_a_name_links_nothing() -> None:
    assert read('<p><a name="top">第一章</a></p>').lines[0].link_share == 0.0


def test_headings_and_images_are_counted() -> None:
    heading, caption = read('<h2><span>节目单</span></h2><p><img src="a.jpg">图为现场</p>').lines
    assert (heading.heading, caption.heading, caption.images) == (2, 0, 1)


def test_nodes_are_numbered_in_document_order_with_their_parents() -> None:
    found = read("<div><p>一</p><p>二</p></div><p>三</p>")
    assert [found.nodes[line.node].tag for line in found.lines] == ["p", "p", "p"]
    assert found.parents[found.lines[0].node] == found.parents[found.lines[1].node]
    assert all(parent < node for node, parent in enumerate(found.parents))


def test_the_head_is_read_as_it_stands() -> None:
    head = html.read(
        '<html lang="zh-CN"><head><title> 新路\n通车_某报 </title><meta property="og:title" content="新路通车">'
        '<meta name="Keywords" itemprop="keywords" content="路"><link rel="canonical" href="/a.html">'
        '<script type="application/ld+json">{"@type": "NewsArticle"}</script></head><body><p>字</p></body></html>',
        "https://news.example/b/1.html",
    ).head
    assert head.title == "新路 通车_某报"
    assert head.meta == (("og:title", "新路通车"), ("keywords", "路"), ("keywords", "路"))
    assert head.canonical == "https://news.example/a.html"
    assert head.json_ld == ('{"@type": "NewsArticle"}',)
    assert head.language == "zh-CN"


BOMBS: dict[str, Callable[[int], str]] = {
    "20 MB": lambda size: "<html><body>" + "<p>一段文字，没有意义。</p>" * 1_250_000 * size,
    "500,000 nested tags": lambda size: "<html><body>" + "<div>" * 500_000 * size + "字",
    "90,000 nested tags": lambda size: "<html><body>" + "<div>" * 90_000 * size + "字",
    "a million attributes": lambda size: "<html><body><div " + "a=1 " * 1_000_000 * size + ">字</div>",
    "attributes without values": lambda size: (
        "<html><body><div " + " ".join(f"a{i}" for i in range(100_000 * size)) + ">字</div>"
    ),
    "three million words": lambda size: "<p>" + "字，" * 1_500_000 * size + "</p>",
    "50,000 lines": lambda size: "<div>" + "字<br>" * 50_000 * size,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_page_bomb_is_refused_in_time_that_grows_with_its_size(name: str) -> None:
    def refuse(page: str) -> None:
        with pytest.raises(UnusableInput) as refused:
            html.read(page)
        assert refused.value.stage == "blocks"
        assert refused.value.reason in {"page too large", "page too deep"}

    assert growth(refuse, BOMBS[name](1), BOMBS[name](2)) < LINEAR


def test_data_after_a_comparison_in_a_script_is_no_bomb() -> None:
    data = ", ".join(f'"k{i}": {i}' for i in range(3000))
    assert read(f"<script>if (a<b) x = {{{data}}};</script><p>正文一行。</p>").lines[0].text == "正文一行。"


def test_a_long_content_attribute_is_no_bomb() -> None:
    words = "word " * 5000
    found = html.read(f'<html><head><meta name="body" content="{words}"></head><body><p>Text.</p></body></html>')
    assert found.lines[0].text == "Text."


@pytest.mark.parametrize("text", ["<html><body></body></html>", "<html><body><img src=a.jpg></body></html>"])
def test_a_page_without_text_is_empty(text: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        html.read(text)
    assert refused.value.reason == "empty"


@pytest.mark.parametrize(
    "text",
    [
        "盐井重新出卤。<br>盐工们都来了。",
        "<b>盐井重新出卤。</b><br/>盐工们都来了。",
        "盐井重新出卤。&lt;br /&gt;盐工们都来了。",
        "盐井重新出卤。&amp;lt;br&amp;gt;盐工们都来了。",
        "<![CDATA[盐井重新出卤。<br>盐工们都来了。]]>",
        "&nbsp;&nbsp;盐井重新出卤。\n&emsp;盐工们都来了。",
        "<span style='color:red'>盐井重新出卤。</span>\n盐工们都来了。",
        "<p>盐井重新出卤。</p><p>盐工们都来了。</p>",
        "&lt;div&gt;盐井重新出卤。&lt;/div&gt;&lt;div&gt;盐工们都来了。&lt;/div&gt;",
        "<img src='/1.jpg'>盐井重新出卤。\n盐工们都来了。",
        "<a href='/w'>盐井重新出卤。</a><br>盐工们都来了。",
        "盐井重新出卤。<p>盐工们都来了。",
    ],
)
def test_fragments_of_markup_are_read_as_a_browser_shows_them(text: str) -> None:
    assert [line.text for line in blocks.read(text).lines] == ["盐井重新出卤。", "盐工们都来了。"]


@pytest.mark.parametrize(
    "text",
    [
        "水位 x < 3 米、y > 5 米时关闸。",
        "他写的<井>和《盐》都收进了县志。",
        "换行要写 <br> 标签，段落要写“<p>”。",
        "网页里的 `<div>` 和 `</div>` 要成对。",
        "公式 a<b 且 c>d 时成立。",
        "把 HTML 里的<img>元素都删掉。",
    ],
)
def test_a_text_that_speaks_of_signs_and_tags_stays_as_it_is(text: str) -> None:
    assert [line.text for line in blocks.read(text).lines] == [text]


@pytest.mark.parametrize("piece", ["<a ", "&lt;", "<br ", " \u3000", "“<br>”", "<![CDATA[", "&amp;"])
def test_telling_markup_from_text_takes_linear_time(piece: str) -> None:
    def told(length: int) -> str:
        return fragment.form(fragment.opened("盐" + piece * length))

    assert growth(told, 20_000, 40_000) < LINEAR
