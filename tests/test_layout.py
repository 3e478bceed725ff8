"""What stands in a body beside its paragraphs: tables with spans, code, lists, exponents, images; and what is no text."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from cleaners import extract, metadata
from cleaners.extract import ExtractedBody
from cleaners.page import lines as blocks
from cleaners.page.data_uri import digest_address
from cleaners.page.lines import html

PAGES = Path(__file__).parent / "pages"
URL = "https://news.example/2026/t20260412_3.html"
FIRST = "沙棘镇的老盐井四月里重新出卤，盐工们用竹筒一筒一筒地往上提，井口的热气半里外都看得见。"
SECOND = "镇上的盐工后代马春河说，祖父那一辈要走三天山路把盐背到集市，如今一条公路只要四十分钟。"
LAST = "盐业合作社打算把旧灶房修成一间小小的博物馆，让来往的学生看看盐是怎样一锅一锅熬出来的。"


def body(between: str = "", behind: str = "") -> ExtractedBody:
    page = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>沙棘镇老盐井重新出卤</title></head><body>"
        f"<h1>沙棘镇老盐井重新出卤</h1><div>2026-04-12 09:30 来源：河谷日报</div><div class=c><p>{FIRST}</p>"
        f"<p>{SECOND}</p>{between}<p>{LAST}</p>{behind}</div></body></html>"
    )
    found = blocks.read(page, URL)
    return extract.extract(found, metadata.find_metadata(found))


def markdown(between: str = "", behind: str = "") -> str:
    return body(between, behind).markdown or ""


def images(between: str = "", behind: str = "") -> list[tuple[str, str | None]]:
    return [(one.url.removeprefix("https://news.example"), one.caption) for one in body(between, behind).images]


# Tables


def table(rows: str) -> list[str]:
    return [line for line in markdown(f"<table>{rows}</table>").split("\n") if line.startswith("|")]


def test_a_cell_that_spans_rows_stands_in_each_of_them() -> None:
    assert table(
        "<tr><th>井</th><th>年份</th><th>产量</th></tr><tr><td rowspan=3>东井</td><td>甲年</td><td>30</td></tr>"
        "<tr><td>乙年</td><td>35</td></tr><tr><td>丙年</td><td>41</td></tr><tr><td>西井</td><td>甲年</td><td>12</td></tr>"
    ) == [
        "| 井 | 年份 | 产量 |", "| --- | --- | --- |", "| 东井 | 甲年 | 30 |", "| 东井 | 乙年 | 35 |",
        "| 东井 | 丙年 | 41 |", "| 西井 | 甲年 | 12 |",
    ]  # fmt: skip


def test_spans_of_rows_and_columns_at_once_and_in_groups() -> None:
    assert table(
        "<thead><tr><th rowspan=2>井</th><th colspan=2>卤水</th></tr><tr><th>吨</th><th>度</th></tr></thead>"
        "<tbody><tr><td>东井</td><td>8</td><td>11</td></tr><tr><td>合计</td><td colspan=2>8</td></tr></tbody>"
    ) == [
        "| 井 | 卤水 | 卤水 |", "| --- | --- | --- |", "| 井 | 吨 | 度 |", "| 东井 | 8 | 11 |", "| 合计 | 8 |  |",
    ]  # fmt: skip


def test_empty_cells_and_cells_of_several_paragraphs_keep_their_columns() -> None:
    rows = table(
        "<tr><td>井</td><td>深</td><td>备注</td></tr><tr><td>东井</td><td></td><td><p>停用</p><p>待修</p></td></tr>"
        "<tr><td>西井</td><td>90</td><td>a|b</td></tr>"
    )
    assert rows[2:] == ["| 东井 |  | 停用 待修 |", "| 西井 | 90 | a\\|b |"]


def test_a_span_without_end_costs_nothing() -> None:
    rows = table("<tr><td colspan=90000000 rowspan=90000000>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr>")
    assert all(row.count("|") <= 102 for row in rows) and "乙" in rows[-1]


@pytest.mark.parametrize("word", ["鲜花", "鸡蛋", "支持", "收藏", "推荐"])
@pytest.mark.parametrize("cell", ["<td>{}</td>", "<td><p>{}</p></td>"])
def test_words_of_a_table_of_data_are_no_buttons(word: str, cell: str) -> None:
    rows = "".join(
        f"<tr>{cell.format(name)}<td>{n}.5</td></tr>" for n, name in enumerate(["粗盐", "细盐", word, "卤块"])
    )
    kept = body(f"<table>{rows}</table>").text
    assert all(name in kept for name in ("粗盐", word, "卤块", LAST))


def test_words_of_a_list_are_no_buttons_and_a_bar_of_buttons_is_none_of_a_list() -> None:
    assert "鸡蛋" in body("<ul><li>面粉</li><li>鸡蛋</li><li>红糖</li><li>井盐</li></ul>").text
    bar = "".join(f"<td>{word}</td>" for word in ("路过", "鸡蛋", "鲜花", "握手", "雷人"))
    assert "雷人" not in body(behind=f"<table><tr>{bar}</tr></table>").text


# Exponents, code, lists


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("3×10<sup>8</sup>米", "3×10⁸米"),
        ("10<sup>-3</sup>克", "10⁻³克"),
        ("10<sup><span>12</span></sup>个", "10¹²个"),
        ("2<sup>n</sup>种", "2ⁿ种"),
        ("90 km<sup>2</sup>，", "90 km²，"),
        ("H<sub>2</sub>SO<sub>4</sub>", "H₂SO₄"),
        ("x<sup>1.5</sup>", "x^1.5"),
        ("产量2.1万吨<sup><a href='#f'>3</a></sup>", "产量2.1万吨³"),
        ("面积2万亩<sup>[12]</sup>", "面积2万亩[12]"),
        ("1<sup>st</sup>", "1st"),
        ("品牌<sup>TM</sup>", "品牌TM"),
        ("PM<sub>2.5</sub>浓度", "PM2.5浓度"),
    ],
)
def test_what_is_set_higher_or_lower_is_not_read_as_part_of_a_number(markup: str, shown: str) -> None:
    page = f"<!DOCTYPE html><html><head><title>题</title></head><body><p>说的是{markup}的事</p></body></html>"
    assert [line.text for line in html.read(page).lines] == [f"说的是{shown}的事"]


@pytest.mark.parametrize(
    "block",
    [
        "<pre><code>def brine(well):\n    if well.open:\n\n        return 1</code></pre>",
        "<pre class='brush: python'>def brine(well):\n\tif well.open:\n\n\t    return 1</pre>",
        "<pre><code>def brine(well):<br>    if well.open:<br><br>        return 1</code></pre>",
        "<pre>def brine(well):\n    if well.open:\n\n        return 1</pre>",
    ],
)
def test_code_keeps_its_lines_and_indents(block: str) -> None:
    assert "```\ndef brine(well):\n    if well.open:\n\n        return 1\n```" in markdown(block)


def test_code_with_a_fence_in_it_gets_a_longer_one_and_prose_in_pre_gets_none() -> None:
    assert "````\n```\nx\n````" in markdown("<pre><code>```\nx</code></pre>")
    assert "```" not in markdown(
        "<pre>这一段话是从旧邮件里抄来的，排得整整齐齐。\n它不是代码，只是一段话。</pre><h2>一</h2>"
    )


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ("<ol start=5><li>提卤</li><li>熬盐</li></ol>", "5. 提卤\n6. 熬盐"),
        ("<ol><li>提卤</li><li value=7>熬盐</li><li>装袋</li></ol>", "1. 提卤\n7. 熬盐\n8. 装袋"),
        ("<ol reversed><li>提卤</li><li>熬盐</li></ol>", "2. 提卤\n1. 熬盐"),
        ("<ol><li><p>提卤</p><p>用竹筒</p></li><li>熬盐</li></ol>", "1. 提卤\n   用竹筒\n2. 熬盐"),
        (
            "<ol><li>提卤<ul><li>清晨</li><li>黄昏</li></ul></li><li>熬盐</li></ol>",
            "1. 提卤\n   - 清晨\n   - 黄昏\n2. 熬盐",
        ),
    ],
)
def test_items_have_the_numbers_that_a_reader_sees(block: str, shown: str) -> None:
    assert shown in markdown(block)


# Images


@pytest.mark.parametrize(
    "image",
    [
        "<img src='/up/1.jpg'>",
        "<img src='/static/blank.gif' data-original='/up/1.jpg'>",
        "<img src='/images/image-loading.png' data-lazyload='/up/1.jpg'>",
        "<img src='data:image/gif;base64,R0lGODlh' data-real-src='/up/1.jpg'>",
        "<img src='/none.gif' file='/up/1.jpg' zoomfile='/up/big.jpg'>",
        "<img src='about:blank' data-some-image-path='/up/1.jpg'>",
        "<img data-lazy-srcset='/up/s.jpg 1x, /up/1.jpg 2x'>",
        "<img srcset='/up/s.jpg 320w,/up/1.jpg 1200w' src='/placeholder.svg'>",
        "<picture><source srcset='/up/1.jpg 1200w, /up/s.jpg 300w'><img src='data:,'></picture>",
        "<img class=lazy src='/lazy.gif'><noscript><img src='/up/1.jpg'></noscript>",
        "<img src='/lazy.gif' data-src='/up/1.jpg'><noscript><img src='/up/1.jpg'></noscript>",
        "<amp-img src='/up/1.jpg'></amp-img>",
        "<a href='/up/huge.jpg'><img src='/up/1.jpg'></a>",
    ],
)
def test_an_image_that_is_loaded_late_has_its_own_address(image: str) -> None:
    assert images(f"<p>{image}</p>") == [("/up/1.jpg", None)]
    assert "![](https://news.example/up/1.jpg)" in markdown(f"<p>{image}</p>")


@pytest.mark.parametrize(
    "image",
    ["<img src='/i/loading.gif'>", "<img src='data:image/png;base64,AAAA'>", "<img src='/dot.gif' width=1 height=1>",
     "<img src='/face.png' width=24 height=24>", "<img src='/e.png' style='width:20px;height:20px'>",
     "<noscript><img src='https://count.example/hit.php?id=3'></noscript>"],
)  # fmt: skip
def test_placeholders_icons_and_counters_are_no_images_of_the_body(image: str) -> None:
    assert images(f"<p>{image}</p>") == []


def test_a_picture_that_stands_in_the_page_itself_is_called_by_its_digest() -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    address = digest_address(data)
    assert images(f"<p><img src='{source}' alt='盐井'></p>") == [(address, "盐井")]
    assert f"![盐井]({address})" in markdown(f"<p><img src='{source}' alt='盐井'></p>")
    assert images(f"<p><img src='{source}' data-src='/1.jpg'></p>") == [("/1.jpg", None)]
    for other in (source.replace("png", "svg+xml", 1), source[:9000], f"{source}A"):
        assert images(f"<p><img src='{other}'></p>") == []


def test_images_stand_where_they_stood_the_last_one_too() -> None:
    text = markdown("<p><img src='/1.jpg' alt='盐井'></p>", "<p><img src='/2.jpg'></p><p>责任编辑：石小禾</p>")
    assert [part for part in text.split("\n\n") if part.startswith(("!", "沙棘", "镇上", "盐业"))] == [
        FIRST, SECOND, "![盐井](https://news.example/1.jpg)", LAST, "![](https://news.example/2.jpg)",
    ]  # fmt: skip


def test_captions_are_told_with_their_images() -> None:
    found = images(
        "<figure><img src='/1.jpg' alt='x'><figcaption>盐工在提卤。 石小禾 摄</figcaption></figure>"
        "<p><img src='/2.jpg'></p><p>图为熬盐的灶房。石小禾 摄</p><p><img src='/3.jpg' alt='竹筒排在井边'></p>"
        "<p><img src='/4.jpg' alt='IMG_2031.jpg'></p>"
    )
    assert found == [
        ("/1.jpg", "盐工在提卤。 石小禾 摄"), ("/2.jpg", "图为熬盐的灶房。石小禾 摄"), ("/3.jpg", "竹筒排在井边"), ("/4.jpg", None),
    ]  # fmt: skip


def test_pictures_of_what_was_cut_are_cut_with_it() -> None:
    listed = "".join(
        f"<li><a href='/{n}.html'><img src='/t{n}.jpg'>上游的村子这一年变了样子之{n}</a></li>" for n in range(4)
    )
    code = "<p><img src='/qr.png'></p><p>扫一扫，关注河谷日报公众号</p>"
    assert images("<p><img src='/1.jpg'></p>", f"<h3>相关阅读</h3><ul>{listed}</ul>{code}") == [("/1.jpg", None)]


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("<img src='/a b(1).jpg' alt='井'>", "![井](https://news.example/a%20b%281%29.jpg)"),
        ("<img src='/a.jpg' alt='左[右]*中*'>", "![左\\[右\\]\\*中\\*](https://news.example/a.jpg)"),
    ],
)
def test_images_are_written_as_commonmark_reads_them(image: str, shown: str) -> None:
    assert shown in markdown(f"<p>{image}</p>")


# Behind the end of the page


@pytest.mark.parametrize(
    "end", ["</body></html>", "</BODY>\n</HTML >", "</html>", "</body>", "</body></html>\n<!-- 3 ms -->"]
)
def test_text_behind_an_early_end_of_the_page_is_read(end: str) -> None:
    kept = body(end).text.split("\n")
    assert kept == [FIRST, SECOND, LAST]


def test_a_page_behind_an_empty_one_is_read() -> None:
    page = f"<html><head><title>盐井</title></head><body></body></html><!DOCTYPE html><html><body><p>{FIRST}</p></body></html>"
    assert [line.text for line in html.read(page).lines] == [FIRST]
