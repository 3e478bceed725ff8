"""Plain text: lines, broken paragraphs, rules, the segmenter, what a judge says; floors on the shared pages."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from cleaners import metadata, pipeline
from cleaners.chinese.script import fold, to_traditional
from cleaners.errors import UnusableInput
from cleaners.extract.boilerplate.rules import bare, hits, shipped_rules
from cleaners.extract.boilerplate.site_lines import key
from cleaners.extract.boilerplate.text_lines import judge
from cleaners.extract.boilerplate.text_lines.crf import STATES, CrfWeights, score, segment, shipped
from cleaners.extract.boilerplate.text_lines.line_stats import measure
from cleaners.extract.boilerplate.text_lines.main_prose import echoes, find, on_topic
from cleaners.items import Article, Line, Metadata, Page
from cleaners.page.lines import plain
from cleaners.page.lines.plain import TextLimits

TITLE = "渡口镇的夜校又亮灯了"
BODY = (
    "入夏以后，渡口镇的夜校每周开课四个晚上，来上课的有船工、菜农，也有在镇上开店的外地人。",
    "教室设在旧粮站里，灯是新换的，黑板还是老的，校长说旧黑板写字不打滑，舍不得扔。",
    "“学的都是用得上的。”船工老邱在电工班坐第一排，他说学会了接线，修船就不用求人了。",
    "镇里打算秋天再添一个裁缝班，老师已经请好了，缝纫机还差六台，正在向各村借。",
)
LISTED = (
    "江边的灯塔重新亮起",
    "三十年没有亮过的灯塔上周末重新亮起，附近的渔民划着船去看热闹，说夜里归航心里踏实了许",
    "茶园里来了一群画家",
    "他们在茶园里住了半个月，画了四十多幅水彩，临走时把其中的十二幅留给了村里的小学，挂在",
    "老街的豆腐坊改卖早点",
    "豆腐坊改卖早点以后，凌晨三点就要起来磨豆子，店主说辛苦是辛苦，可是比从前卖豆腐多挣了",
)


def lines_of(text: str) -> tuple[Line, ...]:
    return plain.read(text).lines


def kept(text: str, *, learned: frozenset[str] = frozenset()) -> list[str]:
    blocks = plain.read(text)
    judged = judge(blocks.lines, metadata.find_metadata(blocks), learned).lines
    return [line.text for line in judged if line.verdict == "keep"]


def page(*, above: str = "", below: str = "", body: tuple[str, ...] = BODY, info: str = "") -> str:
    return (
        f"{above}\n\n{TITLE}\n\n{info or '2023-06-08 19:30 来源：渡口晚报'}\n\n" + "\n\n".join(body) + f"\n\n{below}\n"
    )


# --- lines


def test_a_line_knows_its_gap_indent_and_punctuation() -> None:
    first, second, third = lines_of("标题一行\n\n\n　　第一段，有两个标点。\n\t第二段 全年3.5万吨，每天8:30开门\n")
    assert (first.gap, first.indent, first.punctuation) == (0, 0, 0)
    assert (second.gap, second.indent, second.punctuation) == (2, 4, 2)
    assert (third.gap, third.indent, third.punctuation) == (0, 4, 1)
    assert third.text == "第二段 全年3.5万吨，每天8:30开门"


def test_line_breaks_of_every_system_end_a_line() -> None:
    assert [line.text for line in lines_of("一\r\n二\r三\u2028四\x0b五")] == list("一二三四五")


def test_invisible_characters_alone_make_no_line_and_inside_one_stay() -> None:
    assert [line.text for line in lines_of("\ufeff开\u200b头\n\u200b\n结尾")] == ["开\u200b头", "结尾"]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), (" \n\u3000\n", "empty"), ("字" * 101, "too long"), ("字\n" * 11, "too long")]
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(UnusableInput) as raised:
        plain.read(text, TextLimits(characters=100, lines=10))
    assert (raised.value.stage, raised.value.reason) == ("blocks", reason)


# --- paragraphs broken at one width


def broken(paragraphs: tuple[str, ...], width: int, indent: str = "　　") -> str:
    wrapped = []
    for text in paragraphs:
        long = indent + text
        wrapped += [long[at : at + width] for at in range(0, len(long), width)]
    return "\n".join(wrapped)


@pytest.mark.parametrize("width", [18, 25, 33])
def test_lines_broken_at_one_width_are_paragraphs_again(width: int) -> None:
    paragraphs = ("".join(BODY), "".join(BODY[2:] + BODY[:2]), BODY[3])
    assert [line.text for line in lines_of(broken(paragraphs, width))] == list(paragraphs)


def test_latin_words_keep_a_space_where_a_line_was_broken() -> None:
    words = "the quick brown fox jumps over the lazy dog and runs away into the deep dark forest again and again until night"
    lines = [words[at : at + 40] for at in range(0, len(words), 40)]
    text = "\n".join(line.strip() for line in lines) + "\n\n" + broken(("".join(BODY),), 20)
    assert any("brown fox jumps over the lazy" in line.text for line in lines_of(text))


@pytest.mark.parametrize(
    "text",
    ["\n".join(BODY), "\n".join(LISTED), "\n".join(["春眠不觉晓", "处处闻啼鸟", "夜来风雨声", "花落知多少"] * 4)],
    ids=["paragraphs", "list", "verse"],
)
def test_text_that_was_not_broken_is_left_alone(text: str) -> None:
    assert [line.text for line in lines_of(text)] == text.split("\n")


# --- rules

EXAMPLES = {
    "breadcrumb trail": "当前位置：首页 > 要闻 > 镇街",
    "trail to 正文": "镇街要闻 > 正文",
    "trail of arrows": "新闻 > 社会 > 乡镇",
    "date line": "2023-06-08 19:30 来源：渡口晚报",
    "property without a value": "发布时间：",
    "views counted": "浏览次数：1024",
    "font size": "字号：大 中 小",
    "audio player": "00:00 / 03:21",
    "summary": "摘要：夜校开课了",
    "credit of an editor": "[责任编辑：石小兰]",
    "heading of a list": "相关阅读",
    "leads to more": "查看更多",
    "previous and next": "上一篇：渡口的船",
    "pager": "上一页 1 2 3 下一页",
    "tags": "标签：夜校 电工",
    "address of the original": "原文链接：https://paper.example/1",
    "notice that names itself": "免责声明：以上内容与本站无关",
    "formula of a notice": "如有侵权请联系我们删除",
    "share buttons": "分享到：",
    "code to scan": "扫一扫关注公众号",
    "comments": "网友评论（12）",
    "comment tools": "举报 回复",
    "reactions": "路过",
    "buttons under the text": "【打印本页】",
    "registration of the site": "某ICP备00000000号",
    "copyright of the site": "版权所有 渡口晚报社",
    "foot of the site": "关于我们 | 联系我们",
    "source alone": "来源：渡口晚报",
    "former title": "原标题：夜校亮灯",
    "advertisement": "AD",
    "prompt for an app": "下载客户端查看更多",
    "forms": "登录 | 注册",
    "end of the post": "END",
    "follow the account": "关注我们",
}


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    assert len({rule.name for rule in shipped_rules()}) == len(shipped_rules())
    assert all(rule.reason for rule in shipped_rules())
    assert set(EXAMPLES) <= {rule.name for rule in shipped_rules()}


@pytest.mark.parametrize(("name", "line"), EXAMPLES.items())
def test_a_rule_meets_its_habit_in_any_script(name: str, line: str) -> None:
    assert name in {rule.name for rule in hits(fold(line))}
    assert name in {rule.name for rule in hits(fold(to_traditional(line)))}


@pytest.mark.parametrize("line", [*BODY, *LISTED, "（记者 石小兰 通讯员 邱大江）", "一、学什么", "文/石小兰"])
def test_prose_headlines_and_bylines_meet_no_rule(line: str) -> None:
    assert [rule.name for rule in hits(fold(line))] == []


def test_bullets_do_not_hide_a_line_from_its_rule() -> None:
    assert bare("  • 相关阅读 |") == "相关阅读"


# --- measures


def test_prose_is_a_sentence_that_ends_or_a_long_line() -> None:
    assert [measure(line).prose for line in lines_of("\n".join((TITLE, BODY[0], LISTED[1], "他说：“好。”")))] == [
        False,
        True,
        True,
        False,
    ]


def test_the_core_is_the_run_with_the_most_prose() -> None:
    shapes = [
        measure(line) for line in lines_of("\n".join((LISTED[0], LISTED[1], "相关阅读", *BODY, "热门文章", LISTED[3])))
    ]
    core = find(shapes)
    assert (core.first, core.last) == (3, 6)
    assert core.vocabulary["夜校"] == 1


def test_a_line_on_the_topic_of_the_core_is_told_from_another() -> None:
    shapes = [measure(line) for line in lines_of("\n".join((*BODY, "夜校的老师与船工", "灯塔与茶园的故事")))]
    (shared, words), (other, _) = on_topic(shapes, find(shapes))[-2:]
    assert shared >= words / 3
    assert other == 0


def test_echoes_tell_what_is_said_twice() -> None:
    quote = BODY[1][:20]
    found = echoes([measure(line) for line in lines_of("\n".join((quote, TITLE, BODY[1], TITLE)))])
    assert found == [("part of a later paragraph",), ("said again below",), (), ("said above",)]


# --- the segmenter


def test_the_best_path_is_the_best_of_all_paths() -> None:
    rng = random.Random(7)
    names = ["a", "b", "c", "d"]
    follows = {
        "above": {"above"},
        "body": {"above", "body", "hole"},
        "hole": {"body", "hole"},
        "below": {"body", "below"},
    }

    def summed(path: tuple[str, ...], page: list[frozenset[str]], weights: CrfWeights) -> float | None:
        total, before = 0.0, "above"
        for i, (state, line) in enumerate(zip(path, page, strict=True)):
            if (i and before not in follows[state]) or (not i and state not in ("above", "body")):
                return None
            columns = [STATES.index(state)]
            if state == "body" and before == "above":
                columns.append(4)
            if before == "body" and state in ("below", "hole") and i:
                columns.append(5 if state == "below" else 6)
            total += sum(weights.features[name][column] for name in line for column in columns)
            before = state
        return None if before == "hole" else total

    for _ in range(30):
        weights = CrfWeights(recipe="", features={name: tuple(rng.uniform(-3, 3) for _ in range(7)) for name in names})
        lines = [frozenset(rng.sample(names, 2)) for _ in range(5)]
        scored = {path: summed(path, lines, weights) for path in itertools.product(STATES, repeat=5)}
        best = max((path for path, value in scored.items() if value is not None), key=lambda path: scored[path] or 0.0)
        assert segment(score(lines, weights)) == best


def test_no_lines_have_no_states() -> None:
    assert segment(score([], shipped())) == ()


def test_the_shipped_weights_are_those_of_the_plain_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).resolve().parent.parent / "benchmarks")
    training: Any = importlib.import_module("train_text_lines")
    fitting: Any = importlib.import_module("chain_fit")
    recipe = shipped().recipe
    assert recipe.startswith(f"crf, {fitting.STEPS} Adam steps, l2 {training.L2:g}; 156 pages of zhtext, wildhtml ")
    assert recipe.endswith(f"and {training.MADE_PAGES} made of their parts, which weigh {training.MADE:g}")
    assert all(len(row) == 7 for row in shipped().features.values())


# --- the judge


def test_a_text_without_noise_stays_whole() -> None:
    assert kept("\n\n".join(BODY)) == list(BODY)


def test_menu_lists_and_footer_go() -> None:
    above = "首页\n要闻\n镇街\n图片\n论坛\n\n当前位置：首页 > 镇街 > 正文"
    below = "[责任编辑：石小兰]\n\n相关阅读\n\n" + "\n".join(LISTED) + "\n\n关于我们 | 联系我们\n某ICP备00000000号"
    assert kept(page(above=above, below=below)) == list(BODY)


def test_lists_longer_than_the_article_go() -> None:
    below = "相关阅读\n\n" + "\n".join(f"  • {line}" for line in LISTED * 5)
    assert kept(page(body=BODY[:3], below=below)) == list(BODY[:3])


def test_items_cut_at_both_ends_go_without_a_heading() -> None:
    items = [f"...{text[6:]}\n2023-05-1{n} 08:20:00" for n, text in enumerate(LISTED[1::2] * 2)]
    assert kept(page(below="\n".join(items))) == list(BODY)


def test_a_summary_that_repeats_the_lead_goes() -> None:
    assert kept(page(info=f"2023-06-08| 来自：渡口晚报\n\n摘要：{BODY[0][:30]} ...")) == list(BODY)


def test_an_advertisement_between_paragraphs_goes() -> None:
    assert kept(page(body=(BODY[0], "广告", *BODY[1:]))) == list(BODY)


def test_a_body_that_stands_there_twice_is_kept_once() -> None:
    assert kept(page(body=BODY + BODY)) == list(BODY)


def test_every_cut_line_has_a_rule_and_a_class() -> None:
    blocks = plain.read(page(above="首页\n要闻\n镇街", below="相关阅读\n\n" + "\n".join(LISTED)))
    judged = judge(blocks.lines, metadata.find_metadata(blocks)).lines
    assert [line.text for line in judged] == [line.text for line in blocks.lines]
    assert all(bool(line.rule) == bool(line.noise) == (line.verdict == "cut") for line in judged)
    noise = {line.text: line.noise for line in judged if line.verdict == "cut"}
    assert noise[TITLE] == "repeated title"
    assert noise["2023-06-08 19:30 来源：渡口晚报"] == "source line"
    assert noise[LISTED[1]] == "related"


def test_learned_lines_go_unless_they_are_the_article() -> None:
    slogan = "渡口晚报，陪你看遍两岸的灯火，读懂身边的故事，一天也不落下。"
    text = page(body=(slogan, *BODY))
    assert slogan not in kept(text, learned=frozenset({key(slogan)}))
    assert kept(text, learned=frozenset(key(line) for line in BODY))[-4:] == list(BODY)


def test_judging_is_linear_enough_for_a_page_bomb() -> None:
    lines = lines_of("\n".join(f"第{n}行，说的是同一件事情，只有数字不同而已。" for n in range(6_000)))
    assert len(judge(lines, Metadata()).lines) == 6_000


# --- floors


def score_of_shared(shared: Path, ending: str) -> dict[str, float]:
    """The shared pages through the whole cleaning, by the score that comes with them."""
    rows = [json.loads(row) for row in (shared / "zhtext" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    gold = [row for row in rows if row["id"].endswith(ending)]
    found = {}
    for row in gold:
        path = shared / "zhtext" / "text" / f"{row['id']}.txt"
        article = pipeline.clean(Page(body=path.read_bytes(), origin=str(path)))
        found[row["id"]] = {"text": article.text if isinstance(article, Article) else ""}
    spec = importlib.util.spec_from_file_location("zhnews_score", shared / "zhnews" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    summary: dict[str, float] = module.score(gold, found)[0]
    return summary


@pytest.mark.parametrize("ending", ["main", "full"])
def test_shared_pages_stay_above_the_floors(shared: Path, floors: dict[str, dict[str, float]], ending: str) -> None:
    reached = score_of_shared(shared, ending)
    for name, floor in floors[f"zhtext {ending}"].items():
        assert reached[name] >= floor, f"{name}: {reached[name]:.4f}"


def test_a_plain_text_in_another_language_is_kept_from_its_first_to_its_last_sentence() -> None:
    told = pipeline.clean(
        Page(
            origin="english.txt",
            body=b"""Home
Markets

Ferry returns to the upper lake
The small ferry that carried farmers across the upper lake for forty years is back in service this week.
Its engine was rebuilt by three mechanics of the village, who worked through the winter without pay.
"We could not let it rust," said the eldest of them, who had driven it as a young man.

Contact us""",
        )
    )
    assert isinstance(told, Article)
    assert told.text.startswith("The small ferry") and told.text.endswith("as a young man.")
    assert "Home" not in told.text and "Contact" not in told.text
