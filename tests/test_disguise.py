"""restore: every disguise is undone and counted; honest text that looks like one stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cleaners.chinese import script
from cleaners.chinese.disguise import DisguiseDiagnosis, diagnose, repair
from cleaners.disguises import DISGUISES
from cleaners.items import Article, Page
from cleaners.pipeline import clean
from tests.timing import LINEAR, growth

PAGES = Path(__file__).parent / "pages"
TEXT = (
    "今年春天，河口县新建的果蔬市场开门营业。总投资三亿元的冷链物流园同时动工，附近十几个村的农民都来看热闹。"
    "县里的干部介绍，市场建成以后，当地的西红柿、辣椒和土豆不用再绕道省城，直接装车发往全国各地。"
    "种菜的李师傅说，往年菜价低的时候，运费比菜钱还贵，今年他打算多种五亩。\n"
    "农业技术人员每个星期到大棚里来一次，教大家怎样控制温度、怎样防治病虫害。到去年年底，全县蔬菜种植面积超过"
    "三万亩，产值达到4.6亿元，比前年增长12.5%。"
)
READINGS = {
    "县": "xiàn", "场": "chǎng", "开": "kāi", "门": "mén", "业": "yè", "资": "zī", "亿": "yì", "链": "liàn", "动": "dòng",
    "农": "nóng", "热": "rè", "闹": "nào", "绍": "shào", "达": "dá", "当": "dāng", "红": "hóng", "装": "zhuāng", "车": "chē",
}  # fmt: skip


def restored(text: str) -> str:
    return repair(text, diagnose(text)).text


def annotated(text: str, how: str = "({})") -> str:
    return "".join(char + how.format(READINGS[char]) if char in READINGS else char for char in text)


@pytest.mark.parametrize("how", ["({})", "（{}）", "({0})({0})", "({} )", "(\ue5e5{})", "[{}]"])
def test_annotations_go_and_are_counted(how: str) -> None:
    worn = annotated(TEXT, how)
    diagnosis = diagnose(worn)
    done = repair(worn, diagnosis)
    assert "annotated" in diagnosis.disguises
    assert done.text == TEXT
    assert done.repairs["annotations"] == sum(worn.count(reading) for reading in set(READINGS.values()))


def test_annotations_of_words_and_neutral_syllables() -> None:
    worn = TEXT.replace("市场", "市场(shìchǎng)").replace("农民", "农民(nóngmín)").replace("的", "的(de)")
    assert restored(worn) == TEXT


def test_annotated_traditional_text_stays_traditional() -> None:
    traditional = script.to_traditional(TEXT)
    worn = traditional.replace("縣", "縣(xiàn)").replace("場", "場(chǎng)").replace("農", "農(nóng)")
    diagnosis = diagnose(worn)
    assert set(diagnosis.disguises) == {"annotated", "forced-traditional"}
    assert repair(worn, diagnosis).text == traditional


def test_the_title_is_repaired_by_what_the_body_showed() -> None:
    diagnosis = diagnose(annotated(TEXT))
    assert repair("河口县(xiàn)果蔬市场(chǎng)", diagnosis).text == "河口县果蔬市场"


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\ue123"])
def test_hidden_characters_go(hidden: str) -> None:
    worn = "".join(char + hidden * (at % 9 == 4) for at, char in enumerate(TEXT))
    diagnosis = diagnose(worn)
    assert "invisible" in diagnosis.disguises
    assert repair(worn, diagnosis).text == TEXT


def test_radicals_in_place_of_characters() -> None:
    worn = TEXT.replace("土", "⼟").replace("红", "红").replace("用", "⽤").replace("比", "⽐").replace("大", "⼤")
    assert restored(worn) == TEXT


def test_stray_spaces_and_doubled_marks_go() -> None:
    worn = TEXT
    for word in ("市场", "物流", "农民", "介绍", "附近", "全国", "技术", "温度", "面积", "年底"):
        worn = worn.replace(word, f"{word[0]} {word[1]}")
    worn = (
        worn.replace("4.6", "4. 6")
        .replace("同时动工，", "同时动工，,")
        .replace("热闹。", "热闹，。")
        .replace("以后，", "以后，，")
    )
    diagnosis = diagnose(worn)
    done = repair(worn, diagnosis)
    assert diagnosis.disguises == ("punctuation",)
    assert done.text == TEXT
    assert done.repairs == {"stray spaces": worn.count(" "), "doubled punctuation": 3}


def narrowed(text: str) -> str:
    """What a program makes of GBK text that replaces full-width marks byte by byte, and a decoder of the result."""
    body = text.encode("gbk")
    for wide, narrow in ((b"\xa3\xbf", b"?"), (b"\xa3\xa1", b"!"), (b"\xa3\xac", b",")):
        body = body.replace(wide, narrow)
    return body.decode("gbk", "ignore")


def test_bytes_that_slipped_fall_back_into_step() -> None:
    traditional = script.to_traditional(TEXT).encode("gbk", "ignore").decode("gbk")
    worn = narrowed(traditional)
    assert "營業。總投資" not in worn
    diagnosis = diagnose(worn)
    done = repair(worn, diagnosis)
    assert "byte-slip" in diagnosis.disguises
    assert "開門營業。總投資三億元" in done.text
    assert done.repairs["byte slips"] >= 1


def test_a_reading_set_inside_a_character() -> None:
    # 因為 is D2F2 9EE9; F29E is 驗, so a program found 驗 there and set its reading between the two bytes of 為.
    body = "這也是因為交通方便。".encode("gbk").replace(b"\xf2\x9e", b"\xf2\x9e(y\xa8\xa4n)")
    worn = annotated(TEXT) + body.decode("gbk", "replace").replace("\ufffd", "?")
    assert "因為" not in worn
    assert "因為" in restored(worn)


def test_what_cannot_be_known_is_marked_and_counted() -> None:
    worn = "他说：“这条路修好以后，村里的水果就不愁卖了?!?0日，第一批苹果装车运往省城，大家都很高兴。"
    done = repair(worn, diagnose(worn))
    assert "就不愁卖了。”\ufffd0日" in done.text
    assert done.repairs == {"byte slips": 1, "characters lost": 1}


@pytest.mark.parametrize("at", [30, 41, 60, 72, 90])
@pytest.mark.parametrize("mark", ["?", "\ufffd"])
def test_no_character_is_invented_for_a_byte_that_is_lost(at: int, mark: str) -> None:
    line = TEXT.split("\n")[0]
    data = line[:at].encode("gbk") + b"?" + line[at:].encode("gbk")[1:]
    worn = data.decode("gbk", "replace").replace("\ufffd", mark)
    assert set(restored(worn)) <= set(line) | set(worn) | {"\ufffd"}


def test_a_reading_behind_slipped_bytes_goes_too() -> None:
    # 地通過: B5D8 CDA8 DF5E without its first byte, and the reading of the last character behind the run.
    worn = annotated(TEXT) + "\n鄉鎮各?赝ㄟ^(guò)廣播提醒群眾注意防火。"
    done = restored(worn)
    assert "guò" not in done
    assert "各\ufffd通過廣播" in done


HONEST = {
    "traditional text": script.to_traditional(TEXT),
    "simplified text": TEXT,
    "a reading of a rare name": "会议由县长赵翀（chōng）主持，副县长马骉(biāo)参加。" + TEXT,
    "a lesson of pinyin": "今天我们学习拼音的声调。请跟我读：妈(mā)、麻(má)、马(mǎ)、骂(mà)。再读一遍：科(kē)、壳(ké)、渴(kě)、课(kè)。"
    "多音字要看上下文，比如银行(háng)和行(xíng)走，长(cháng)短和生长(zhǎng)。拼音写在格子里。",
    "english names in brackets": "公司创始人王磊（Ray Wang）和安娜(Anna)出席。该公司在上海(Shanghai)和西安(Xi'an)设有工厂，使用人工智能(AI)。",
    "a quiz with blanks": "填空：一年有（ ）个月，一个星期有（ ）天。你知道答案吗?快来试试!答对有奖!",
    "spaces between names": "参加会议的有：王 磊 李 娜 张 伟 刘 洋 陈 静 杨 帆。本报记者 赵明 通讯员 孙丽 报道",
    "a headline in halves": "山乡巨变 果香四溢 河口县走出致富路\n经济发展。 最新数据显示，今年形势很好。",
    "strong feelings": "太好了！！真的吗？！我不敢相信。。。他笑了……“是的”——她说。",
    "code and times": "时间：12:30；网址：http://example.org/?a=1;b=2，C++ 的 std::vector 很常用。",
    "questions": "你去吗?我不去!为什么?因为要下雨了,路上不好走;再说,车也坏了:轮胎漏气。",
    "a poem": "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。",
    "english": "The price rose by 3.5 % , which nobody expected . ( see page 4 )",
    "japanese": "東京(とうきょう)都は、新しい図書館を開館した。",
    "emoji": "祝大家新年快乐👨‍👩‍👧‍👦！❤️",
    "persian": "می‌خواهم کتاب بخوانم",
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_text_stays_as_it_is(kind: str) -> None:
    diagnosis = diagnose(HONEST[kind])
    done = repair(HONEST[kind], diagnosis)
    assert diagnosis.disguises == ()
    assert (done.text, done.repairs) == (HONEST[kind], {})


def test_nothing_is_made_of_nothing() -> None:
    assert diagnose("") == DisguiseDiagnosis()
    assert repair("", DisguiseDiagnosis()).text == ""


def test_wild_samples_are_restored(shared: Path) -> None:
    samples = [
        json.loads(line) for line in (shared / "wild" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    clean = [sample for sample in samples if "clean_simplified" in sample]
    assert clean
    for sample in clean:
        assert script.to_simplified(restored(sample["text"])) == sample["clean_simplified"]


def test_the_honest_gateway_is_left_alone(shared: Path) -> None:
    samples = [
        json.loads(line) for line in (shared / "wild" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    honest = [sample["text"] for sample in samples if any("honest" in kind for kind in sample["kinds"])]
    assert honest
    assert [diagnose(text).disguises for text in honest] == [()] * len(honest)


def test_seed_003(shared: Path) -> None:
    text = next((shared / "seeds").glob("003*.txt")).read_text(encoding="utf-8")
    wanted = json.loads((shared / "seeds" / "gold.json").read_text(encoding="utf-8"))[
        next((shared / "seeds").glob("003*.txt")).name
    ]["repairs"]["must_contain_simplified"]
    simplified = script.to_simplified(restored(text))
    assert all(phrase in simplified for phrase in wanted)
    assert not [one for one in script.ruby.find(simplified) if one.toned]


def test_honest_news_is_left_alone(shared: Path) -> None:
    bodies = [json.loads(line) for line in (shared / "zhnews" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    flagged = {record["id"]: found for record in bodies if (found := diagnose(record["body"]).disguises)}
    assert set(flagged.values()) <= {("byte-slip",)}  # two of these pages do have slipped bytes
    assert len(flagged) <= 2


@pytest.mark.parametrize(("tried", "slips"), [(1_000, 20), (2, 10_000)], ids=["all tried", "most left"])
def test_the_time_that_a_text_full_of_slips_takes_grows_with_its_length(
    monkeypatch: pytest.MonkeyPatch, tried: int, slips: int
) -> None:
    monkeypatch.setattr("cleaners.chinese.disguise.byte_shift._MOST_RUNS", tried)
    worn = "?笨κ步" * slips
    assert growth(lambda text: repair(text, diagnose(text)), worn, worn * 2) < LINEAR


NARROWED = TEXT.translate(str.maketrans({"，": ",", "。": ".", "、": ","}))
SAID = '李师傅说:"今年种5亩,卖了8,000元,比去年多."他还说:"明年种6亩!"网址是http://nanan.example/a,b,GDP增长3.5%.'


def test_punctuation_that_was_turned_to_ascii_is_full_width_again() -> None:
    worn = f"{NARROWED}\n{SAID}"
    diagnosis = diagnose(worn)
    done = repair(worn, diagnosis)
    assert "punctuation" in diagnosis.disguises
    assert done.repairs["half-width punctuation"] > 20
    assert done.text.split("\n")[0] == TEXT.split("\n")[0].replace("、", "，")
    assert done.text.split("\n")[2] == (
        "李师傅说：“今年种5亩，卖了8,000元，比去年多。”他还说：“明年种6亩！”网址是http://nanan.example/a,b,GDP增长3.5%。"
    )


@pytest.mark.parametrize(
    "honest",
    [
        TEXT.replace("，", ","),  # typed by hand: sentences end as they should
        "The market opened in 河口县. It has 12,000 stalls, and farmers came.\n" * 4,
        "河口县. 青禾县. 南岸村.",
    ],
)
def test_ascii_marks_that_people_type_stay(honest: str) -> None:
    assert diagnose(honest).disguises == ()
    assert restored(honest) == honest


def test_one_character_that_a_writer_prefers_is_no_machine() -> None:
    honest = (
        "華人社區服務中心逢周二、周六舉行報稅日，周三休息，請帶1099表，停車計時表在門口，稻谷場邊也可停車，谷倉旁不可。"
    )
    assert script.detect(honest) == "traditional"
    assert "forced-traditional" not in diagnose(honest * 3).disguises


def test_the_documentation_has_the_table_of_disguises() -> None:
    cleaning = (Path(__file__).resolve().parent.parent / "docs" / "cleaning.md").read_text(encoding="utf-8")
    for kind in DISGUISES:
        undone = "yes" if kind.repairable else "no"
        assert f"| `{kind.name}` | {kind.meaning} | {undone} | {kind.cost} |" in cleaning
    assert sorted(kind.rank for kind in DISGUISES) == list(range(len(DISGUISES)))


def test_a_page_with_a_reading_behind_every_character_is_chinese() -> None:
    """Its letters are three times its characters: it was taken for a page in a language written with letters."""
    body = (PAGES / "pinyin-behind-every-character.html").read_bytes()
    article = clean(Page(body=body, origin="x", url="http://a.example/1.html"))
    assert isinstance(article, Article) and article.extractor is not None
    assert (article.extractor.name, article.language, article.source) == ("walk", "zh", "绿洲晨报")
    assert article.text.startswith("渠水沿着新修的水泥渠") and article.text.endswith("明年春天就能用上。")
    assert not re.search("[a-zā-ǜ]", article.text)
