"""Noise: rules on lines of their own, the tail cut, lines learned by site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from cleaners.chinese import script
from cleaners.extract.boilerplate import english, html_lines, rules, site_lines
from cleaners.extract.boilerplate.literals import literals
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.items import Line, Metadata
from cleaners.page.lines import html
from tests.timing import LINEAR, growth

PAGES = Path(__file__).parent / "pages"
PROSE = "南岸村今年种了一千二百亩水稻，比去年多了三百亩，村民们都很高兴，说收成会更好。"


def lines(*texts: str) -> list[Line]:
    return [
        Line(text=text, tag="p", ancestors=("html", "body", "div", "p"), node=3, punctuation=sum(text.count(m) for m in "，。：！？"))
        for text in texts
    ]  # fmt: skip


def judged(*texts: str, **arguments: object) -> list[str]:
    page = html.read(f"<title>题</title><div>{''.join(f'<p>{text}</p>' for text in texts)}</div>")
    result = html_lines.judge(page, Metadata(), LineSignals(page.lines), first=0, last=len(texts) - 1, **arguments)  # type: ignore[arg-type]
    return [line.text for line in result.lines if line.verdict == "keep"]


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("当前位置：首页 > 新闻 > 正文", "breadcrumb"),
        ("责任编辑：王晓", "credits"),
        ("【编辑：王晓】", "credits"),
        ("相关阅读", "related"),
        ("您可能还想看", "related"),
        ("上一篇：南岸村修通水泥路", "related"),
        ("转载时务请注明出处", "disclaimer"),
        ("本文仅代表作者个人观点，与本网无关，仅供参考", "disclaimer"),
        ("分享到：微信 微博", "share"),
        ("扫一扫关注公众号", "share"),
        ("[1] [2] [3]", "navigation"),
        ("共 3 页", "navigation"),
        ("下载客户端查看更多内容", "ads"),
        ("12条评论", "comments"),
        ("展开全文", "navigation"),
        ("点击阅读原文", "navigation"),
        ("上拉加载下一篇", "related"),
        ("相关文章：南岸村修通水泥路", "related"),
        ("#乡村振兴# #稻田音乐节#", "related"),
        ("编辑：小青 校对：小禾 审核：小南", "credits"),
        ("【作者简介】周禾，南岸村人，作品散见于各报。", "credits"),
        ("一审一校：周禾 二审二校：王南", "credits"),
        ("（来源：青禾县融媒体中心）", "source line"),
        ("来源丨青禾发布", "source line"),
        ("点个“在看”，让更多人看到！", "share"),
        ("【评论】【收藏此页】【大 中 小】【打印】【关闭】", "share"),
        ("图片来源于网络，侵权请告知", "disclaimer"),
        ("投资有风险，入市需谨慎。", "disclaimer"),
        ("本刊稿件未经许可，不得以任何方式使用。", "disclaimer"),
        ("更多精彩内容，敬请关注青禾发布。", "related"),
        ("还没有评论，快来抢沙发", "comments"),
        ("大家还在看", "related"),
        ("你可能還喜歡", "related"),
        ("▍相关阅读 全县今年新修水渠二十里", "related"),
        ("延伸閱讀｜水稻田裡的音樂會", "related"),
        ("点击以在 Facebook 上共享（在新窗口中打开）", "share"),
        ("按一下以在 Twitter 分享(在新視窗中開啟)", "share"),
        ("转播到青禾微博", "share"),
        ("▲ 加入青禾報LINE好友，天天有好康", "share"),
        ("(3/12)", "navigation"),
        ("3 / 12", "navigation"),
        ("点击查看原图", "navigation"),
        ("按此報名", "navigation"),
        ("立即购票", "navigation"),
        ("- Advertisement -", "ads"),
        ("- 廣告 -", "ads"),
        ("编辑 周禾｜校对 王南｜审核 小青", "credits"),
        ("文字：周禾 | 摄影：王南", "credits"),
        ("（编辑 周禾）", "credits"),
        ("记者：周禾 剪辑：王南 编辑：小青", "credits"),
    ],
)
def test_a_line_of_furniture_is_named(text: str, noise: str) -> None:
    from cleaners.chinese import script

    hit = next(rules.hits(script.fold(text)), None)
    assert hit is not None
    assert hit.noise == noise


@pytest.mark.parametrize(
    "text",
    [
        # sentences that speak of what rules look for
        "下一步，县里还要把老戏台录成音频，游客扫一扫就能听到唱段。",
        "民警扫描二维码后发现，链接指向一个虚假的投资网站。",
        "工作人员提示，以上价格为三家监测点的均价，仅供参考。",
        "法院认为，被告未经许可擅自转载原告文章，侵犯了原告的权利。",
        "他强调以上看法仅代表个人，随后又补充说，未经授权使用商标的行为将被追究责任。",
        "市民可以下载“青禾出行”APP查看公交到站时间。",
        # sentences and short lines of an article that use the same words
        "今天大家还在看去年的那场演出，都说看不够。",
        "与此相关的三十户村民已经签字。",
        "延伸阅读空间，把书送到田头，是今年的新做法。",
        "村民把视频分享到了朋友圈，两天就有三千人看过。",
        "她加入县里的民歌群已有五年，在LINE好友中也小有名气。",
        "这项工程完成了3/12，还要九个月。",
        "新买的平板支持键盘，孩子们写作文快多了。",
        "幻灯播放完，台下响起了掌声。",
        "点击这里的人并不知道，网站是假的。",
        "立即报名的话，今年秋天就能入学。",
        "记者：您是什么时候学会插秧的？",
        "记者 周禾",
        "文/周禾",
        "（青禾日报记者 周禾 通讯员 王南）",
        "编辑周禾说，校对这本书用了三年。",
        "文字：甲骨文，出土于南岸村；年代：商。",
        "作者简介里写道，她从小在南岸村长大。",
        "网友“禾苗”留言说，8:12发车的那班车取消了。",
        "以上就是南岸村这一年的变化，村民看在眼里。",
        "以上就是本次调整的相关介绍，大家可以关注下。",
        "本文图片里的老戏台建于清代。",
        "广告投放费用同比增长三成，成为利润下滑的主要原因。",
        "声明：双方将在平等互利的基础上深化合作。",
        "关键词检索之后，编辑部又花了两个月核对。",
        "共12页的报告详细列出了事故经过。",
        "策划：这本书为什么用方言写？",
        "统筹：既要算经济账，也要算生态账。",
        "当事人持有许可证（编号：青0571），许可范围包括中成药。",
        "意见反馈渠道不畅，是居民投诉的焦点。",
        PROSE,
        "“编辑这本县志用了三年。”陈立新说。",
        "他们把相关新闻读给老人听，大家都笑了起来。",
        "会议要求，责任要落实到人，编辑出版工作要按时完成。",
        "村里的广告牌也换成了新的，上面写着节约用水。",
        "第三页的表格列出了各组的人数。",
    ],
)
def test_prose_meets_no_rule(text: str) -> None:
    from cleaners.chinese import script

    assert next(rules.hits(script.fold(text)), None) is None


def test_rules_have_unique_names_and_reasons() -> None:
    names = [rule.name for rule in rules.shipped_rules()]
    assert len(names) == len(set(names))
    assert all(rule.reason and rule.noise for rule in rules.shipped_rules())


def test_the_tail_is_cut_after_the_credit() -> None:
    assert (
        judged(
            PROSE, PROSE, PROSE, "责任编辑：王晓", "南岸村修通水泥路", "青禾县下了一场雨，大家都很高兴，也松了口气。"
        )
        == [PROSE] * 3
    )


def test_a_list_in_the_middle_does_not_end_the_body() -> None:
    body = [PROSE] * 8
    assert judged(*body, "相关阅读", PROSE) == [*body, PROSE]


def test_lines_without_letters_go() -> None:
    assert judged(PROSE, "* * *", "————", PROSE) == [PROSE, PROSE]


def test_learned_lines_go() -> None:
    known = frozenset({site_lines.key("青禾日报，记录青禾每一天，天天都精彩。")})
    assert judged(PROSE, "青禾日报，记录青禾每一天，天天都精彩。", PROSE, learned=known) == [PROSE, PROSE]


def test_an_article_that_was_learned_by_mistake_stays() -> None:
    known = frozenset({site_lines.key(PROSE)})
    other = "只有这一段是新的，写得很短，别的段落都学错了。"
    assert judged(PROSE, PROSE, PROSE, other, learned=known) == [PROSE, PROSE, PROSE, other]


def test_numbers_do_not_make_another_line() -> None:
    assert site_lines.key("本文已被阅读 305 次") == site_lines.key("本文已被閱讀12次")


def test_a_repost_counts_once() -> None:
    same = ["what the article says", "key of the slogan"]
    counts = site_lines.count(
        [("one", same)] * 9 + [(name, ["key of the slogan"]) for name in ("two", "three", "four")]
    )
    assert counts["what the article says"] == 1
    assert counts["key of the slogan"] == 4
    assert site_lines.learn(counts, 4) == {"key of the slogan"}


def test_a_line_must_be_common_on_a_large_site() -> None:
    assert site_lines.learn({"now and then": 5, "always": 80}, 100) == {"always"}


def test_only_kept_lines_with_letters_are_counted() -> None:
    page = [Line(text="青禾日报新媒体出品"), Line(text="12:30"), Line(text="首页", verdict="cut")]
    assert site_lines.countable(page) == {site_lines.key("青禾日报新媒体出品"): "青禾日报新媒体出品"}


def test_the_title_and_the_furniture_of_other_languages() -> None:
    text = [
        "A new road",
        "The road was opened on Monday.",
        "Related: Old road",
        "Sign up for our newsletter",
        "12 comments",
    ]
    assert english.clean(text, "A new road!") == ["The road was opened on Monday."]


@pytest.mark.parametrize("piece", ["1", "1 ", "1,", "热", "> ", "[1] ", "a", "上", "侵权", "转载"])
@pytest.mark.parametrize("length", [30, 750])
def test_the_time_that_a_line_takes_grows_with_its_length(piece: str, length: int) -> None:
    def judge(text: str) -> None:
        rules._met.cache_clear()
        list(rules.hits(text))

    line = piece * 2 * length
    assert growth(judge, line[:length], line[: 2 * length]) < LINEAR


def test_a_fraction_in_a_table_is_no_counter_of_pictures() -> None:
    (row,) = lines("3/4")
    cell = LineSignals([replace(row, tag="td")])
    assert cell[0] is None
    assert LineSignals([row])[0] is not None


def test_a_label_that_runs_together_with_its_link_is_noise_only_as_a_link() -> None:
    (line,) = lines("推荐阅读南岸村的水稻音乐节")
    assert LineSignals([line])[0] is None
    linked = LineSignals([replace(line, link_share=0.7)])[0]
    assert linked is not None
    assert linked.noise == "related"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("青禾县公安局 收起", "青禾县公安局"),
        ("青禾縣公安局。展開全文 ▼", "青禾縣公安局。"),
        ("他把折叠床展开", "他把折叠床展开"),
    ],
)
def test_a_button_that_folds_is_taken_off_the_end(shown: str, kept: str) -> None:
    assert judged(PROSE, PROSE, shown) == [PROSE, PROSE, kept]


@pytest.mark.parametrize(
    "text",
    [
        "Current Location: Home > News > Content",
        "Home >> News >> Local",
        "[ Print ] [ Close ]",
        "Font: Large Medium Small",
        "Previous: A new road for Nanan",
        "NEXT：The theatre opens",
        "Most Viewed",
        "Latest News",
        "Editor: Zhou He",
        "Source: Nanan Daily  Updated: 2024-07-04 08:15",
        "Release Time: 2024-07-04 Click: 92",
        "Click to share on X (Opens in new window)",
        "Copyright © 2024 Nanan Daily. All rights reserved.",
        "- Advertisement -",
    ],
)
def test_furniture_of_english_pages_is_noise(text: str) -> None:
    assert english.met(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Next: the harvest begins in September, when the fields turn yellow.",
        "The most viewed video of the festival shows a child and a duck.",
        "Print and close are the two buttons the villagers know.",
        "Home is where the rice grows, she said.",
        "Editors of three papers came to Nanan.",
        "Source of the river: a spring above the village.",
        "Latest news from the village reached the county on Monday.",
        "Time: 10 am to 4 pm",
    ],
)
def test_english_sentences_that_use_the_same_words_stay(text: str) -> None:
    assert english.met(text) is None


def test_no_rule_is_left_out_that_a_line_meets(chance: Random) -> None:
    tests = rules._compiled_rules().tests
    words = sorted({key for test in tests for key in literals(test.pattern) or "9"})
    made = ["".join(chance.choices([*words, *"。，12 ：>|["], k=chance.randint(1, 12))) for _ in range(3000)]
    shown = [
        line.text for page in PAGES.rglob("*.html") for line in html.read(page.read_text("utf-8", "replace")).lines
    ]
    texts = [script.fold(text) for text in (*made, *shown) if len(text) <= rules.longest()]
    looked = rules._compiled_rules().index.look(texts)
    met = 0
    for text, seen in zip(texts, looked, strict=True):
        found = list(rules.hits(text, linked=True, looked=seen))
        assert found == list(rules.hits(text, linked=True)), text
        met += len(found)
    assert met > 300


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("扫一扫|关[注住]", {"扫一", "一扫", "关"}),
        ("(?:来源|稿源)+", {"来源", "稿源"}),
        ("App下载", {"ap", "pp", "p下", "下载"}),
        ("(?:分享)?", None),
        (r"\w{2}讯", {"讯"}),
        ("(?!转载)..", None),
    ],
)
def test_what_a_pattern_needs(pattern: str, keys: set[str] | None) -> None:
    found = literals(pattern)
    assert found is None if keys is None else found is not None and found <= keys
