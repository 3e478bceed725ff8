"""script: the fold for rules, conversion, detection of script and language, the grammar of annotations."""

from __future__ import annotations

import re
import subprocess
import sys
from random import Random

import pytest

from cleaners.characters import HAN
from cleaners.chinese import script
from cleaners.chinese.script import fold, variants
from cleaners.chinese.script.census import census
from cleaners.chinese.word_finder import WordFinder

SIMPLIFIED = "县里的干部介绍，市场建成以后，当地的西红柿和土豆直接装车发往全国各地。"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("plain ascii (xiang)", "plain ascii (xiang)"),
        ("來源：縣融媒體中心", "来源:县融媒体中心"),
        ("鄉（xiāng）村(cūn)振興", "乡村振兴"),
        ("發(fā)(fā)展", "发展"),
        ("社會(huì )和諧", "社会和谐"),
        ("２０２３年１２月　１日", "2023年12月 1日"),
        ("责任\u200b编\u00ad辑", "责任编辑"),
        ("今後於是", "今后于是"),
        ("作者（张三）", "作者(张三)"),
        ("上海(Shanghai)", "上海(Shanghai)"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert script.fold(text) == folded
    assert script.fold(folded) == folded


def test_conversion_goes_by_phrases_and_back() -> None:
    traditional = script.to_traditional("皇后在发廊里理发，然后去公里外的面馆吃面。")
    assert "皇后" in traditional
    assert "然後" in traditional
    assert script.to_simplified(script.to_traditional(SIMPLIFIED)) == SIMPLIFIED
    assert script.to_simplified("\ud800坏的") == "?坏的"  # a lone surrogate is no character


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SIMPLIFIED, "simplified"),
        (script.to_traditional(SIMPLIFIED), "traditional"),
        (SIMPLIFIED[:20] + script.to_traditional(SIMPLIFIED[20:]), "mixed"),
        ("人山人海", "simplified"),
        ("no Chinese at all", "other"),
        ("", "other"),
        ("昨日、町に新しい図書館が開館しました。", "other"),
    ],
)
def test_detect(text: str, expected: str) -> None:
    assert script.detect(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SIMPLIFIED, "zh"),
        (script.to_traditional(SIMPLIFIED), "zh"),
        ("新款手机 iPhone 15 Pro Max 今天上市 Apple Store 门前排起长队", "zh"),
        ("昨日、町に新しい図書館が開館しました。", "ja"),
        ("어제 마을에 새로운 도서관이 문을 열었다.", "ko"),
        ("The new library in the town centre opened its doors to the public yesterday morning.", "en"),
        ("Вчера в городе открылась новая библиотека, которую строили три года.", "ru"),
        ("La nouvelle bibliothèque du centre-ville a ouvert ses portes hier matin.", "fr"),
        ("12345", None),
        ("ok", None),
        ("", None),
    ],
)
def test_language(text: str, code: str | None) -> None:
    assert script.language(text) == code


def test_chinese_needs_no_language_model() -> None:
    code = (
        "import sys; from cleaners.chinese import script; script.fold('縣'); script.detect('县'); assert script.language('县里的人') == 'zh';"
        "assert not {'opencc', 'py3langid'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("鄉(xiāng)村", [("xiāng",)]),
        ("發（fā）（fā）展", [("fā", "fā")]),
        ("岸线(ànxiàn)很长", [("ànxiàn",)]),
        ("功(ɡōnɡ)能", [("ɡōnɡ",)]),
        ("女(nǚ)儿", [("nǚ",)]),
        ("西安(xī'ān)", [("xī'ān",)]),
        ("指数(shù)（CPI）", [("shù",)]),
        ("鄉〔xiāng〕村[cūn]", [("xiāng",), ("cūn",)]),
        ("鄉(ㄒㄧㄤ)", [("ㄒㄧㄤ",)]),
        ("张三(Tom)", []),
        ("北约(NATO)", []),
        ("公司(café)", []),
        ("填空（ ）", []),
        ("a(mā)", []),
    ],
)
def test_grammar_of_annotations(text: str, readings: list[tuple[str, ...]]) -> None:
    found = [one.readings for one in script.ruby.find(text) if one.toned]
    assert found == readings


def test_untoned_readings_are_told_apart() -> None:
    (found,) = script.ruby.find("好的(de)")
    assert not found.toned
    assert script.ruby.remove("好的(de)") == "好的(de)"
    assert script.ruby.plain_reading("Lǜ") == "lv"


def test_mistakes_of_careless_conversion() -> None:
    careful = script.to_traditional("他家里的头发理完以后，云彩里出了太阳，面条也煮好了。")
    careless = careful.replace("裏", "里").replace("後", "后").replace("雲", "云")
    assert script.conversion_mistakes(careful)[0] == 0
    mistakes, chances = script.conversion_mistakes(careless)
    assert mistakes == 4
    assert chances > mistakes


def test_the_census_counts_what_the_classes_of_characters_say(chance: Random) -> None:
    ranges = [(0, 0x180), (0x1100, 0x1200), (0x2000, 0x2100), (0x3000, 0x3200), (0x3400, 0x3500), (0x4E00, 0xA000),
              (0xAC00, 0xAD00), (0xF900, 0xFFFF), (0x10330, 0x10350), (0x20000, 0x20010), (0x2FA00, 0x2FA20)]  # fmt: skip
    text = "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(4000))
    counts = census(text)
    assert counts.han == len(re.findall(f"[{HAN}]", text))
    assert counts.kana == len(re.findall("[\u3041-\u3096\u30a1-\u30fa]", text))
    assert counts.letters == len(re.findall(rf"[^\W\d_{HAN}\u3041-\u30fa\uac00-\ud7a3]", text))
    assert counts.traditional == sum(char in variants() for char in text)
    planes = [char for char in text if ord(char) < 0x20000]
    assert census("".join(planes)).alphabetic == sum(map(str.isalpha, planes))


@pytest.mark.parametrize("size", [1, 299, 300, 301, 5000])
def test_long_and_short_texts_fold_alike(chance: Random, size: int) -> None:
    text = "".join(chance.choices("萍鄉（xiāng）新聞：２０２３\u3000\u200b\ue000，。abc國\n", k=size))
    assert fold(text) == "".join(fold(part) for part in re.split("(\n)", text))


def test_words_are_found_where_they_stand(chance: Random) -> None:
    words = ["南岸", "南岸村", "村里", "岸", "水稻田"]
    text = "".join(chance.choices("南岸村里水稻田", k=3000))
    wanted = [(at, word) for at in range(len(text)) for word in sorted(words, key=len, reverse=True)
              if len(word) > 1 and text.startswith(word, at)]  # fmt: skip
    assert list(WordFinder(words).find(text)) == wanted
    assert list(WordFinder(words).find("")) == []
