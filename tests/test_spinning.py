"""lexicon: spun text is flagged by its vocabulary, honest text is not; the lexicon grows from aligned pairs."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from cleaners.chinese import script
from cleaners.chinese.spinning import LexiconEntry, SpunLexicon, grow, score, substitutions, whole_words

ORIGINAL = (
    "开发区的产业发展很快，三家有限公司的负责人介绍，基础设施建设的资金已经到位，工作人员正在解决最后的问题。"
    "县委书记说，要发挥区位优势，实施创新战略，建设现代化产业体系，为全国提供先进设备。"
)
SPUN = (
    "开拓区的家当发展很快，三家株式会社的卖力人先容，根本举动步伐培植的资金已经到位，事情职员正在办理末了的问题。"
    "县委布告说，要发挥区位上风，履行创新计策，培植当代化家当体系，为全国供应前辈装备。"
)


@pytest.fixture(scope="module")
def lexicon() -> SpunLexicon:
    return SpunLexicon.load()


def test_spun_text_is_flagged_in_both_scripts(lexicon: SpunLexicon) -> None:
    for text in (SPUN, script.to_traditional(SPUN)):
        found = score(text, lexicon)
        assert found.is_spun
        assert found.kinds >= 8
        assert found.hits["家当"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        ORIGINAL,
        "奶奶把全部家当装进一只木箱，搬进了新房子。父亲年轻时学了一门木工技能，靠这门技能养活全家。",
        "园艺师培植出新的月季品种，准备参加花卉展览。诸葛亮的计策很多，空城计最有名。",
        "一个中国原则不容挑战，海内外华侨华人都来参加年夜饭，其中有不少年轻人。",
        "职业技能竞赛今天开幕，参赛选手比拼焊接技能、数控技能和烹饪技能，优胜者获得技能人才证书。",
    ],
)
def test_honest_words_in_their_honest_sense(text: str, lexicon: SpunLexicon) -> None:
    assert not score(text, lexicon).is_spun


PLAIN = (
    "云岭县新修的人行道昨天开放，附近的老人和孩子第一时间来走了一圈，工人们正在栽最后几棵行道树。"
    "街道办的人说，道路两边坚持不设摊位，居民有意见可以向负责人反映，支持大家一起保持整洁。"
    "有人知道这条道过去难走，一到雨天，行人只能绕道，如今人人都说方便。"
)


@pytest.mark.parametrize(
    "swaps",
    [
        {"人": "东说念主"},
        {"道": "说念", "人": "东说念主"},
        {"道": "说念", "持": "捏"},
        {"持": "抓", "人": "东说念主"},
    ],
)
def test_words_that_are_none_flag_a_text_by_themselves(swaps: dict[str, str], lexicon: SpunLexicon) -> None:
    text = PLAIN * 2
    for plain, odd in swaps.items():
        text = text.replace(plain, odd)
    assert score(text, lexicon).is_spun
    assert not score(PLAIN * 2, lexicon).is_spun


def test_who_writes_about_spinning_does_not_spin(lexicon: SpunLexicon) -> None:
    text = PLAIN * 3 + "编辑提醒，看到“东说念主”“知说念”这样的词，就是机器洗过的稿子。"
    assert not score(text, lexicon).is_spun


def test_the_longest_word_counts(lexicon: SpunLexicon) -> None:
    assert score("根本举动步伐", lexicon).hits == {"根本举动步伐": 1}
    assert score("海内外", lexicon).hits == {}


def test_substitutions_are_read_off_a_pair() -> None:
    found = substitutions(ORIGINAL, SPUN)
    assert found["家当", "产业"] == 2
    assert found["上风", "优势"] == 1
    assert found["计策", "战略"] == 1
    assert not substitutions(ORIGINAL, ORIGINAL)


def test_one_character_takes_its_word_from_what_recurs() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for before, after in (("新的", "有限"), ("好的", "很多"), ("老的", "不够")):
        frame = "今天上午大家开会讨论{}技{}{}的问题，会议开了三个小时"
        seen += substitutions(frame.format(before, "术", after), frame.format(before, "艺", after))
    assert [(entry.spun, entry.proper) for entry in grow(seen)] == [("技艺", "技术")]


def test_words_cut_across_their_borders_are_not_learned() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for frame in ("他说{}的产业要看市场", "这是{}主席的讲话", "全体{}人都来了", "那是{}主人的意思", "示例{}主办会议"):
        seen += substitutions(frame.format("国家"), frame.format("国度"))
    assert seen["度主", "家主"] == 3
    assert [(entry.spun, entry.proper) for entry in grow(seen)] == [("国度", "国家")]
    assert ("度主", "家主") not in whole_words(seen)


def test_pairs_that_shorter_ones_explain_are_not_learned() -> None:
    seen = {("事情", "工作"): 9, ("事情职", "工作人"): 4, ("根本", "基础"): 3, ("根本举动步伐", "基础设施"): 3}
    assert set(whole_words(seen)) == set(seen) - {("事情职", "工作人")}


def test_growth_asks_for_recurrence_consistency_and_oddness() -> None:
    seen = {
        ("祖业", "产业"): 5,  # recurs
        ("鹄的", "目标"): 2,  # too seldom
        ("物什", "东西"): 3,  # not always for the same word
        ("物什", "物品"): 4,
        ("物什", "商品"): 4,
        ("我们", "咱们"): 9,  # nothing odd about it
        ("产业园区", "产业"): 9,  # a word put in, not put in place
    }
    assert [entry.spun for entry in grow(seen)] == ["祖业"]
    assert grow(seen, honest=["祖业代代相传"] * 3) == ()


def test_learned_entries_join_the_shipped_ones(lexicon: SpunLexicon) -> None:
    text = "祖业体系鹄的明确，" * 3 + "斩获颇丰，" + "今天的会议很重要。"
    learned = [LexiconEntry(spun=word, proper="", weight=3.0) for word in ("祖业", "鹄的", "斩获")]
    assert not score(text, lexicon).is_spun
    assert score(text, SpunLexicon.load(learned)).is_spun


def test_seed_004_is_flagged_and_the_others_are_not(shared: Path, lexicon: SpunLexicon) -> None:
    flagged = [
        path.name[:3]
        for path in sorted((shared / "seeds").glob("*.txt"))
        if score(path.read_text(encoding="utf-8"), lexicon).is_spun
    ]
    assert flagged == ["004"]


def test_honest_news_is_not_flagged(shared: Path, lexicon: SpunLexicon) -> None:
    bodies = (shared / "zhnews" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    assert not [1 for line in bodies if score(json.loads(line)["body"], lexicon).is_spun]
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        originals = [document["text"] for line in file if (document := json.loads(line))["cls"] == "orig"]
    assert sum(score(text, lexicon).is_spun for text in originals[::3]) <= 1
