"""What is set into a text against copying: hidden text, jammer strings, pieces of the title, glued keywords."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaners.chinese.disguise import diagnose, repair
from cleaners.items import Article, Page
from cleaners.pipeline import clean
from tests.test_mojibake import PARAGRAPHS, TITLE, html
from tests.timing import LINEAR, growth

MARK = "防抄袭水印"
TEXT = "\n".join(PARAGRAPHS)


def cleaned(body: bytes) -> Article:
    article = clean(Page(origin="a page", body=body))
    assert isinstance(article, Article)
    return article


def restored(text: str, title: str | None = TITLE) -> str:
    diagnosis = diagnose(text, title)
    assert "padded" in diagnosis.disguises
    done = repair(text, diagnosis)
    assert sum(done.repairs.values())
    again = diagnose(done.text, title)
    assert (again.disguises, repair(done.text, again).text) == ((), done.text)
    return done.text


HIDING = [
    '<span style="display:none">{}</span>',
    '<i style="visibility: hidden">{}</i>',
    '<font style="FONT-SIZE: 0pt">{}</font>',
    '<span style="color:#333;font-size:0">{}</span>',
    '<span style="font-size:1px;line-height:1px">{}</span>',
    '<b style="opacity:0.0;">{}</b>',
    '<span style="position:absolute; left:-3000px">{}</span>',
    '<em style="text-indent:-9999px;display:inline-block">{}</em>',
    "<span hidden>{}</span>",
    '<span style="color:#fff;background-color:#FFFFFF">{}</span>',
    '<span style="color:white">{}</span>',
    '<font color="#ffffff">{}</font>',
    '<span style="color: rgba(0, 0, 0, 0)">{}</span>',
    '<span style="display:inline-block;width:0;height:0;overflow:hidden">{}</span>',
    '<font class="jammer">{}</font>',
]


@pytest.mark.parametrize("hidden", HIDING)
@pytest.mark.parametrize("where", ["behind", "before", "inside"])
def test_hidden_text_goes_and_is_counted(hidden: str, where: str) -> None:
    piece = hidden.format(MARK)
    worn = {
        "behind": [paragraph + piece for paragraph in PARAGRAPHS],
        "before": [piece + paragraph for paragraph in PARAGRAPHS],
        "inside": [paragraph.replace("，", "，" + piece, 1) for paragraph in PARAGRAPHS],
    }[where]
    article = cleaned(html(TITLE, worn))
    assert article.text == TEXT
    assert (article.disguises, article.repairs) == (("padded",), {"hidden text": len(PARAGRAPHS)})


RULES = [
    ".{0}{{display:none}}",
    "span.{0} {{ display: none; }}",
    "div p .{0}{{visibility:hidden}}",
    ".other, .{0} {{font-size:0px}}",
    "/* a note */ p{{color:#333}} .{0}{{position:absolute;left:-9999px}}",
    ".{0}{{opacity:0}}",
    ".{0}{{color:#fff;background:#fff}}",
]


@pytest.mark.parametrize("rule", RULES)
def test_text_of_a_class_that_the_page_hides(rule: str) -> None:
    worn = [paragraph.replace("，", f'，<span class="qx7">{MARK}</span>', 1) for paragraph in PARAGRAPHS]
    page = html(TITLE, worn).replace(b"</head>", f"<style>{rule.format('qx7')}</style></head>".encode())
    assert cleaned(page).text == TEXT


SHOWN = {
    "on larger screens": (
        '<span class="wide">{}</span>',
        ".wide{display:none} @media (min-width:600px){.wide{display:inline}}",
    ),
    "when it is asked for": ('<span class="more">{}</span>', ".more{display:none}"),
    "on paper only": ('<span class="paper">{}</span>', "@media print{.paper{display:none}}"),
    "another class of that beginning": ('<span class="qx7-text">{}</span>', ".qx7{display:none}"),
    "inside of another block": ('<span class="lead">{}</span>', ".teaser .lead{display:none}"),
    "on a dark ground": ('<span style="color:#fff">{}</span>', ""),
    "in a size of its own": ('<span style="font-size:0"><span style="font-size:16px">{}</span></span>', ""),
}


@pytest.mark.parametrize("how", SHOWN)
def test_text_that_is_shown_stays(how: str) -> None:
    wrapping, rule = SHOWN[how]
    worn = [PARAGRAPHS[0], *(wrapping.format(paragraph) for paragraph in PARAGRAPHS[1:])]
    page = html(TITLE, worn).replace(b"</head>", f"<style>{rule}</style></head>".encode())
    article = cleaned(page)
    assert (article.text, article.disguises) == (TEXT, ())


JAMMERS = ("7 x' R9 j- q! Z", '& L5 e" G% m1 ]', "( d 5 Y ; 0 p / e 2 T &")


def test_jammer_strings_go() -> None:
    worn = [
        f"{JAMMERS[0]} {PARAGRAPHS[0]}{JAMMERS[1]}",
        JAMMERS[2],
        PARAGRAPHS[1] + JAMMERS[0],
        PARAGRAPHS[2],
        f"{JAMMERS[1]}{PARAGRAPHS[3]} {JAMMERS[2]}",
    ]
    assert restored("\n".join(worn)) == TEXT


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("tail", [True, False], ids=["whole title", "whole pieces"])
def test_pieces_of_the_title_go(size: int, tail: bool) -> None:
    text = TEXT * 3
    pieces = [TITLE[at : at + size] for at in range(0, len(TITLE), size)]
    if not tail and len(pieces[-1]) < size:
        pieces.pop()
    worn, number = [], 0
    for char in text:
        worn.append(char)
        if char in "，。？！；：":
            worn.append(pieces[number % len(pieces)])
            number += 1
    assert restored("".join(worn)) == text


KEYWORDS = (
    "k8棋牌官网", "金沙国际娱乐平台", "22体育app下载", "澳门新葡京娱乐场",
    "云鲸体育", "九霄会官网登录", "星湾app下载", "nx28北极娱乐", "bet889", "海岛·综合体育", "云鲸（中国）Yunjing官方网站",
)  # fmt: skip


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize(
    "dateline", ["北岭日报讯（记者 卢小满）", "北岭新闻网3月5日讯 ", "新华社北岭3月5日电（记者 卢小满）"]
)
def test_a_keyword_before_the_dateline_goes(keyword: str, dateline: str) -> None:
    assert restored(keyword + dateline + TEXT) == dateline + TEXT


@pytest.mark.parametrize("keyword", [*KEYWORDS[:-1], "本文由北岭论坛整理"])
def test_a_keyword_behind_every_paragraph_goes(keyword: str) -> None:
    assert restored("\n".join(paragraph + keyword for paragraph in PARAGRAPHS)) == TEXT


HONEST = {
    "a long name of a paper": "北岭市广播电视新闻中心融媒体讯（记者 卢小满）" + TEXT,
    "sports pages": "中国体育报讯（记者 卢小满）" + TEXT,
    "an official site": "据国家体育总局官网消息，" + TEXT,
    "a platform": "北岭县融媒体平台北岭日报讯（记者 卢小满）" + TEXT,
    "letters": "土样分成 A B C D 四组，分别标上 N P K 三种养分。\n" + TEXT,
    "formulas": "a + b = c - d / e\n" + TEXT + "\nx = y + 2 * z - 1",
    "initials": "J . K . R . T . 四位作者\n" + TEXT + "\nA & B & C & D",
    "credits": "\n".join(paragraph + "本报记者卢小满" for paragraph in PARAGRAPHS),
    "a word of the title again and again": TEXT.replace("，", "，流动书车"),
    "verse": "\n".join("山青青，水青青，\n水青青，山青青。" for _ in range(6)),
}


NAMES_OF_PAPERS = (
    "北岭体育电视台讯（记者 卢小满）", "中国国际广播电台讯（记者 卢小满）", "北岭娱乐周报讯（记者 卢小满）",
    "国际体育新华社北岭3月5日电（记者 卢小满）", "北岭发布客户端北岭日报讯（记者 卢小满）", "G20新华社北岭3月5日电 ",
    "北岭体育都市报讯（记者 卢小满）", "Vlog北岭日报讯（记者 卢小满）",
)  # fmt: skip


@pytest.mark.parametrize("dateline", NAMES_OF_PAPERS)
def test_what_a_paper_is_called_stays(dateline: str) -> None:
    assert "padded" not in diagnose(dateline + TEXT, TITLE).disguises


@pytest.mark.parametrize("kind", HONEST)
def test_honest_text_stays(kind: str) -> None:
    diagnosis = diagnose(HONEST[kind], TITLE)
    assert "padded" not in diagnosis.disguises
    assert repair(HONEST[kind], diagnosis).text == HONEST[kind]


def test_honest_news_stays(shared: Path) -> None:
    for line in (shared / "zhnews" / "gold.jsonl").read_text("utf-8").splitlines():
        body = json.loads(line)["body"]
        assert "padded" not in diagnose(body, body.split("\n")[0]).disguises


@pytest.mark.parametrize("stuff", ["，流动", "7 x' R ", "k8棋牌", "流动书车，", "。官网\n"])
def test_the_time_grows_with_the_length(stuff: str) -> None:
    assert growth(lambda text: diagnose(text, TITLE), stuff * 1_000, stuff * 2_000) < LINEAR
