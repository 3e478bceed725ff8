"""Text that was decoded in a wrong charset and saved: read back where that is clear, flagged where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaners.chinese import script
from cleaners.chinese.disguise import MUCH_LOST, lost_share
from cleaners.chinese.disguise.unreadable import is_unreadable
from cleaners.items import Article, EntryFields, Page
from cleaners.page.decode import mojibake
from cleaners.pipeline import clean
from tests.timing import LINEAR, growth

TITLE = "流动书车开进三道沟村"
PARAGRAPHS = (
    "昨天上午，北岭县图书馆的流动书车开进了三道沟村，车上装着两千多册新书，孩子们放学后排起了长队。",
    "司机老周说：“这辆车一个月要跑十八个村，最远的一个来回有90公里，冬天路滑的时候得走大半天。”",
    "村小学的马老师介绍，全校四十六个学生里有三十多个办了借书证，借得最多的是科普书和童话。",
    "县里打算明年再添两辆书车，把没有通公路的几个自然村也列进路线，由村干部用摩托车接力送书。",
)
TEXT = "\n".join((TITLE, *PARAGRAPHS))
SINGLE = ("latin-1", "cp1252", "cp437", "cp850", "mac_roman", "cp1250", "cp1254")


def misread(text: str, right: str, wrong: str) -> str:
    """A text whose bytes were decoded in a wrong charset, byte by byte where it has single bytes, as browsers do."""
    data = text.encode(right)
    try:
        return data.decode(wrong)
    except UnicodeDecodeError:
        if wrong in ("gb18030", "gbk", "big5", "big5hkscs", "cp932", "cp949"):
            return data.decode(wrong, "replace")
        shown = (bytes((byte,)).decode(wrong, "replace").replace("\ufffd", chr(byte)) for byte in data)
        return "".join(shown)


def html(title: str, paragraphs: tuple[str, ...] | list[str]) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body><h1>{title}</h1><div>2026-03-05 10:20</div><div>{body}</div></body></html>".encode()


def cleaned(body: bytes, columns: EntryFields = EntryFields()) -> Article:
    article = clean(Page(origin="a page", body=body, columns=columns))
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("wrong", [*SINGLE, "cp1251", "koi8_r", "cp866", "cp874"])
def test_utf8_in_a_single_byte_charset(wrong: str) -> None:
    article = cleaned(misread(TEXT, "utf-8", wrong).encode())
    assert (article.title, article.text, article.language) == (TITLE, "\n".join(PARAGRAPHS), "zh")
    assert article.repairs["wrong charset"] == len(PARAGRAPHS) + 1
    assert article.disguises == ()


@pytest.mark.parametrize("right", ["gb18030", "big5"])
@pytest.mark.parametrize("wrong", SINGLE)
def test_gbk_and_big5_in_a_single_byte_charset(right: str, wrong: str) -> None:
    text = script.to_traditional(TEXT) if right == "big5" else TEXT
    title, *paragraphs = text.encode(right, "ignore").decode(right).split("\n")
    worn = [misread(paragraph, right, wrong) for paragraph in paragraphs]
    article = cleaned(html(misread(title, right, wrong), worn))
    assert (article.title, article.text) == (title, "\n".join(paragraphs))


@pytest.mark.parametrize(("right", "wrong"), [("big5", "gb18030"), ("utf-8", "gb18030"), ("utf-8", "cp932")])
def test_double_bytes_in_another_double_byte_charset(right: str, wrong: str) -> None:
    text = script.to_traditional(TEXT) if right == "big5" else TEXT
    text = text.encode(right, "ignore").decode(right)
    back = mojibake.mend(misread(text, right, wrong)).text
    wrong_characters = set(back) - set(text) - {"\ufffd", "?"}
    assert not wrong_characters
    assert back.count("\ufffd") <= 0.15 * len(text)


def test_what_was_misread_twice_is_read_back_twice() -> None:
    once = misread(TEXT, "utf-8", "cp1252")
    assert mojibake.mend(misread(once, "utf-8", "cp1252")).text == TEXT


@pytest.mark.parametrize(("right", "wrong"), [("utf-8", "latin-1"), ("gb18030", "latin-1"), ("utf-8", "cp437")])
def test_one_paragraph_of_a_page(right: str, wrong: str) -> None:
    worn = [*PARAGRAPHS[:2], misread(PARAGRAPHS[2], right, wrong), PARAGRAPHS[3]]
    assert cleaned(html(TITLE, worn)).text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(("right", "wrong"), [("utf-8", "latin-1"), ("gb18030", "cp1252"), ("utf-8", "gb18030")])
def test_the_headline_of_a_page(right: str, wrong: str) -> None:
    title = "书车进三道沟村了"  # an even number of bytes in three: nothing is lost in GBK
    assert cleaned(html(misread(title, right, wrong), PARAGRAPHS)).title == title


def test_the_columns_of_a_table(tmp_path: Path) -> None:
    columns = EntryFields(title=misread(TITLE, "utf-8", "latin-1"), author=misread("卢小满", "gb18030", "latin-1"))
    article = cleaned(misread("\n".join(PARAGRAPHS), "utf-8", "latin-1").encode(), columns)
    assert (article.title, article.authors) == (TITLE, ("卢小满",))


def test_no_break_spaces_that_became_spaces() -> None:
    worn = misread("村里没有无线网络，也没有网吧。", "utf-8", "latin-1").replace("\xa0", " ")
    assert mojibake.mend(worn).text == "村里没有无线网络，也没有网吧。"


HONEST = {
    "french": "馆里新到《À la recherche du temps perdu》和《Les Misérables》，çà et là，读者可以预约。",
    "german": "他在Köln和München住过，读过《Die Räuber》，最喜欢“Über allen Gipfeln”一句。",
    "russian": "俄文版叫《ВОЙНА И МИР》（Война и мир），每册三百页，借的人不少。",
    "greek": "题词是ΓΝΩΘΙ ΣΕΑΥΤΟΝ，意思是认识你自己。",
    "korean": "书名是《한국의 도서관》，县里只有一本。",
    "a frame": "┌────┬────┐\n│书名│册数│\n└────┴────┘",
    "blocks": "满意度：█████░░░，比去年高。",
    "readings": "北岭(běilǐng)县、三道沟(sāndàogōu)村和青禾(qīnghé)镇。",
    "who speaks of it": "打开旧文件，满屏都是“锟斤拷”和“ï¿½”，老周说这是编码错了。",
    "rare characters": "彧、翀、骉、犇、猋、麤、鱻、淼、焱、垚、赑、飍、馫、靐、龘。",
    "prices": "套餐每份5€、8£，室温25°C，误差±0.5。",
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_text_stays_as_it_is(kind: str) -> None:
    assert mojibake.mend(HONEST[kind]).text == HONEST[kind]
    assert mojibake.mend(TEXT + "\n" + HONEST[kind]).segments == 0
    assert lost_share(HONEST[kind]) == 0.0


@pytest.mark.parametrize(
    ("shown", "title"), [("中文 English Русский язык Français", TITLE), (TEXT, "-铜官窑网"), (TEXT, HONEST["russian"])]
)
def test_honest_pages_are_not_even_searched(shown: str, title: str) -> None:
    assert not mojibake.suspicion((shown, TEXT), (title,))


@pytest.mark.parametrize("wrong", ["cp1251", "koi8_r", "cp866"])
def test_cyrillic_letters_in_the_place_of_chinese_are_suspected(wrong: str) -> None:
    assert mojibake.suspicion((misread("赵家岭通车了。", "utf-8", wrong),), ()).letters


def test_honest_pages_stay_as_they_are(shared: Path) -> None:
    bodies = [json.loads(line)["body"] for line in (shared / "zhnews" / "gold.jsonl").read_text("utf-8").splitlines()]
    assert [body for body in bodies if mojibake.mend(body).segments or is_unreadable(body)] == []


@pytest.mark.parametrize(("right", "wrong"), [("utf-8", "big5"), ("gbk", "cp949"), ("utf-8", "cp949")])
def test_what_cannot_be_read_back_is_no_good_article(right: str, wrong: str) -> None:
    lossy = misread("\n".join(PARAGRAPHS * 3), right, wrong)
    assert lost_share(lossy) >= MUCH_LOST
    found = clean(Page(origin="a page", body=f"{TITLE}\n{lossy}".encode()))
    if isinstance(found, Article):
        assert "mojibake" in found.disguises
        assert found.quality < 0.6
        assert found.confidence is None or found.confidence < 0.9


def test_a_garbled_half_of_a_page_is_flagged() -> None:
    garbled = [misread(paragraph, "utf-8", "big5") for paragraph in PARAGRAPHS]
    article = cleaned(html(TITLE, [*PARAGRAPHS, *garbled]))
    if "\ufffd" in article.text:
        assert "mojibake" in article.disguises
        assert article.quality < 0.9


def test_lost_characters_are_counted() -> None:
    worn = "".join("\ufffd" if at % 20 == 7 else char for at, char in enumerate(PARAGRAPHS[0] * 4))
    article = cleaned(f"{TITLE}\n{worn}".encode())
    assert article.disguises == ("mojibake",)
    assert 0.3 < article.quality < 0.7
    one = cleaned(html(TITLE, [PARAGRAPHS[0] + "\ufffd", *PARAGRAPHS[1:]]))
    assert (one.disguises, one.quality) == ((), 1.0)


def test_lost_characters_that_were_misread_themselves() -> None:
    assert mojibake.mend("昨天上午，锟斤拷锟斤拷开进了村。").text == "昨天上午，\ufffd开进了村。"


def test_a_mended_text_is_not_mended_again() -> None:
    mended = mojibake.mend(misread(TEXT, "utf-8", "gbk"))
    assert mended.segments
    assert mojibake.mend(mended.text).text == mended.text


@pytest.mark.parametrize("stuff", ["é\x9d\x92ç¦¾ ", "é<", "锛屸", "ÐÂÎÅ ", "é\n"])
def test_the_time_grows_with_the_length(stuff: str) -> None:
    assert growth(mojibake.mend, stuff * 2_000, stuff * 4_000) < LINEAR


def test_entities_escaped_twice_are_decoded_in_a_whole_page_too() -> None:
    told = "渡口镇的渡船换上了电机，船工说&amp;ldquo;再也不用摇橹&amp;rdquo;，票价不变。" * 2
    page = f"<!DOCTYPE html><html><head><title>渡船换上电机</title></head><body><h1>渡船换上电机</h1><p>{told}</p></body></html>"
    found = clean(Page(body=page.encode(), origin="a.html"))
    assert isinstance(found, Article)
    assert "“再也不用摇橹”" in found.text
    assert "&" not in found.text
