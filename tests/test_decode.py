"""decode: ten own pages in fourteen and more encodings and states of damage; what is no text is refused."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest

from cleaners.chinese.script import to_traditional
from cleaners.errors import UnusableInput
from cleaners.page.decode import decode
from tests.timing import LINEAR, growth

TEXTS = (
    "本报讯 河口县昨天下了入冬以来的第一场雪，城关镇的菜农王大爷却笑得合不拢嘴。他家的三座大棚里，西红柿刚刚转红，一斤能卖六块二毛钱。",
    "县气象台预计，未来三天仍有小到中雪，最低气温零下十二度。交通部门提醒驾驶员减速慢行，山区道路注意防滑。",
    "记者从市教育局了解到，新学期全市小学将延长课后服务时间，家长可以自愿报名，费用由财政补贴一半。",
    "“机器一响，黄金万两。”厂长刘建国指着新装的生产线说，去年这里还是一片荒地，如今每天有三万双袜子从这里发往全国。",
    "图书馆的灯一直亮到晚上十点。管理员小陈说，暑假里来看书的孩子比平时多了一倍，最受欢迎的是科幻小说和漫画。",
    "经过两年多的修缮，老城区的石桥重新开放。这座桥建于清代，桥面由一百二十块青石板铺成，两侧栏杆上雕着莲花。",
    "昨晚的决赛打满了五局，主队以三比二险胜。教练在发布会上说：这场球赢得不轻松，姑娘们拼到了最后一分！",
    "合作社今年种了四百亩辣椒，亩产比去年高出两成。负责人算了一笔账：扣掉人工、肥料和水电，每亩能净赚三千元左右。",
    "夜市里最热闹的是那家卖烤饼的小店，老板夫妻从下午四点忙到凌晨。排队的人里有学生、有游客，也有刚下班的护士。",
    "环保志愿者沿着河岸走了八公里，捡回二十六袋垃圾。他们把塑料瓶分出来卖掉，换来的钱给村小学买了新的篮球。",
)
WIDGET = "<div>热门推荐：今日天气和公交线路查询</div>"
MARK = "<!--widget-->"


def page(text: str, charset: str | None = None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head>{meta}<title>{text[:16]}</title></head><body>{MARK}<h1>{text[:20]}</h1>\n<p>{text}</p></body></html>"


def traditional(text: str, charset: str | None = None) -> str:
    inside_big5 = to_traditional(text).encode("big5hkscs", "ignore").decode("big5hkscs")
    return page(inside_big5, charset)


EXACT = {
    "gbk, nothing declared": lambda t: (page(t), page(t).encode("gbk")),
    "gbk, declared right": lambda t: (page(t, "gb2312"), page(t, "gb2312").encode("gbk")),
    "gbk, declared as utf-8": lambda t: (page(t, "utf-8"), page(t, "utf-8").encode("gbk")),
    "gbk, declared as big5": lambda t: (page(t, "big5"), page(t, "big5").encode("gbk")),
    "gbk, declared as something unknown": lambda t: (page(t, "x-none"), page(t, "x-none").encode("gbk")),
    "traditional text in gbk": lambda t: (traditional(t), traditional(t).encode("gbk")),
    "gb18030 with four-byte characters": lambda t: (page(t + "㐂𠮷䶮"), page(t + "㐂𠮷䶮").encode("gb18030")),
    "big5, nothing declared": lambda t: (traditional(t), traditional(t).encode("big5hkscs")),
    "big5, declared right": lambda t: (traditional(t, "big5"), traditional(t, "big5").encode("big5hkscs")),
    "big5, declared as gb2312": lambda t: (traditional(t, "gb2312"), traditional(t, "gb2312").encode("big5hkscs")),
    "utf-8 widget in gbk": lambda t: (
        page(t).replace(MARK, WIDGET),
        page(t).encode("gbk").replace(MARK.encode(), WIDGET.encode()),
    ),
    "gbk widget in utf-8": lambda t: (
        page(t, "utf-8").replace(MARK, WIDGET),
        page(t, "utf-8").encode().replace(MARK.encode(), WIDGET.encode("gbk")),
    ),
    "utf-8, declared as gbk": lambda t: (page(t, "gbk"), page(t, "gbk").encode()),
    "utf-8 with a mark": lambda t: (page(t), page(t).encode("utf-8-sig")),
    "utf-16 with a mark": lambda t: (page(t), page(t).encode("utf-16")),
    "utf-16-le without a mark": lambda t: (page(t, "utf-8"), page(t, "utf-8").encode("utf-16-le")),
    "utf-16-be without a mark": lambda t: (page(t), page(t).encode("utf-16-be")),
}


@pytest.mark.parametrize("text", TEXTS, ids=range(10))
@pytest.mark.parametrize("variant", EXACT)
def test_every_variant_is_read_exactly(variant: str, text: str) -> None:
    expected, body = EXACT[variant](text)
    decoded = decode(body)
    assert decoded.text == expected
    assert decoded.replaced == 0


def damaged(body: bytes, at: int, byte: bytes) -> bytes:
    positions = [i for i, value in enumerate(body) if value > 0x80]
    where = positions[at % len(positions)]
    return body[:where] + byte + body[where + 1 :]


def in_common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@pytest.mark.parametrize("at", [40, 41, 77, 100])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "big5hkscs"])
@pytest.mark.parametrize("text", TEXTS, ids=range(10))
def test_one_bad_byte_spoils_one_character(text: str, encoding: str, at: int) -> None:
    expected = traditional(text) if encoding == "big5hkscs" else page(text)
    decoded = decode(damaged(expected.encode(encoding), at, b"\xff"))
    kept = in_common(decoded.text, expected) + in_common(decoded.text[::-1], expected[::-1])
    assert kept >= len(expected) - 2


@pytest.mark.parametrize("text", TEXTS, ids=range(10))
def test_header_is_only_a_hint(text: str) -> None:
    assert decode(page(text).encode("gbk"), "text/html; charset=utf-8").text == page(text)
    assert decode(page(text).encode(), "text/html; charset=gbk").text == page(text)
    assert decode(page(text).encode("gbk"), charset="big5").text == page(text)


def test_several_bad_bytes_in_utf8_leave_it_utf8() -> None:
    body = page(TEXTS[0]).encode()
    for at in (30, 70, 120):
        body = damaged(body, at, b"\xfe")
    decoded = decode(body)
    assert decoded.encoding == "utf-8"
    assert TEXTS[0][-20:] in decoded.text


def test_cut_in_the_middle_of_a_character() -> None:
    body = TEXTS[1].encode()[:-2]
    assert decode(body).text.rstrip("\ufffd") == TEXTS[1][:-1]


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        (
            "cp1252",
            "windows-1252",
            "The mayor’s café reopened – “better than ever”, says José Muñoz of the town council.",
        ),
        ("iso8859-1", "iso-8859-1", "Die Gemeinde hat über die neue Straße entschieden, der Bürgermeister begrüßt es."),
        ("koi8_r", "koi8-r", "Вчера в городе открылась новая библиотека, которую строили три года."),
        ("cp1251", "windows-1251", "Вчера в городе открылась новая библиотека, которую строили три года."),
        ("shift_jis", "Shift_JIS", "昨日、町に新しい図書館が開館しました。三年かけて建てられたものです。"),
        ("euc_jp", "euc-jp", "昨日、町に新しい図書館が開館しました。三年かけて建てられたものです。"),
        ("euc_kr", "euc-kr", "어제 마을에 새로운 도서관이 문을 열었다. 삼 년에 걸쳐 지은 건물이다."),
        ("hz", "hz-gb-2312", TEXTS[2]),
    ],
)
def test_other_declared_encodings(encoding: str, name: str, text: str) -> None:
    body = f'<html><head><meta charset="{name}"></head><body><p>{text}</p></body></html>'.encode(encoding)
    assert f"<p>{text}</p>" in decode(body).text


def test_undeclared_cyrillic() -> None:
    text = "Вчера в городе открылась новая библиотека, которую строили три года. Читатели довольны."
    assert decode(text.encode("cp1251")).text == text


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", "empty", "0 bytes"),
        (b" \r\n\x00 ", "empty", "no text"),
        (b"\xef\xbb\xbf", "empty", "no text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "binary", "PDF"),
        (b"PK\x03\x04\x14\x00", "binary", "zip"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "binary", "JPEG"),
        (b"\x1f\x8b\x08\x00\x00", "binary", "gzip"),
        (bytes(range(256)) * 8, "binary", "NUL"),
        (bytes(range(0x80, 0xA0)) * 40, "unknown encoding", "nothing readable"),
    ],
)
def test_what_is_no_text_is_refused(body: bytes, reason: str, detail: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        decode(body)
    assert (caught.value.stage, caught.value.reason) == ("decode", reason)
    assert detail in caught.value.detail


def test_a_stray_nul_is_dropped() -> None:
    assert decode(("好消息" * 300).encode() + b"\x00").text == "好消息" * 300


def decode_or_refuse(body: bytes) -> None:
    with suppress(UnusableInput):  # either way out is fine, hanging is not
        decode(body)


@pytest.mark.parametrize(
    ("piece", "count", "end"),
    [(b"A", 2_500_000, b""), (b"\xb0\xa1", 500_000, b"\xff"), (b"\xff\xb0", 150_000, b""), (b"<", 1_000_000, b"\xff")],
    ids=["letters", "gbk-cut", "damage", "brackets"],
)
def test_the_time_of_decoding_grows_with_the_size(piece: bytes, count: int, end: bytes) -> None:
    assert growth(decode_or_refuse, piece * count + end, piece * 2 * count + end) < LINEAR


def test_no_real_page_is_garbled(shared: Path) -> None:
    gold = [json.loads(line) for line in (shared / "zhnews" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    for record in gold:
        decoded = decode(gzip.decompress((shared / "zhnews" / "html" / f"{record['id']}.html.gz").read_bytes()))
        assert decoded.replaced <= 2, record["id"]
        lines = [line.strip() for line in record["body"].splitlines() if line.strip()]
        plain = "".join(decoded.text.split())
        found = sum(line[:6].replace(" ", "") in plain for line in lines)
        assert found >= 0.5 * len(lines), record["id"]  # half: entities and inline markup break the others
