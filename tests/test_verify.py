"""The verifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.verify import model
from cleaners.dedup.verify.features import FEATURES, AlignmentCount, pair_features

STORY = (
    "示例市昨日宣布，位于城东的文化公园将于9月12日向市民免费开放。公园占地46公顷，建有一座图书馆、两处球场和长达3.5公里的环湖步道，"
    "总投资2.8亿元。市园林局局长沈远山介绍，工程自2021年动工，历时38个月，其间移栽乔木1700余株。家住附近的退休教师顾春晖说，"
    "以前这里是废弃的砖窑，下雨天连路都没有，如今推开窗就能看见湖水。开放首月，公交集团将加开17路和203路两条线路，末班车延至22时30分。"
    "市文旅局同时提醒，园内禁止烧烤和放飞无人机，宠物须牵绳入园。后续二期工程计划明年春天启动，届时将新增儿童乐园和一片樱花林。"
)
OTHER = (
    "邻县一家罐头厂近日通过了出口食品卫生备案，首批黄桃罐头预计下月装船运往海外。企业负责人表示，厂里去年引进的自动分拣线"
    "让每小时处理量提高了四成，果农的交售等待时间也缩短了。当地农技站正指导种植户改良品种，争取把采收期再拉长半个月。"
    "不少外出务工的年轻人听说订单增加，选择留在家门口上班。县里还计划建设冷链仓库，解决旺季集中上市时压价的老问题。"
)
SWAPS = {
    "宣布": "公告",
    "免费": "无偿",
    "开放": "敞开",
    "建有": "筑有",
    "总投资": "总投入",
    "介绍": "引见",
    "工程": "工事",
    "动工": "开工",
    "附近": "左近",
    "废弃": "抛弃",
    "如今": "现今",
    "提醒": "提示",
    "禁止": "克制",
    "计划": "方案",
    "启动": "开动",
    "新增": "新添",
    "市民": "百姓",
    "公园": "花园",
    "线路": "路子",
    "退休": "离休",
    "教师": "先生",
}


def notice(day: int, low: int, high: int, wind: int) -> str:
    return (
        f"示例县气象台{day}日发布天气预报，预计今天夜间到明天，全县多云转晴，偏西风{wind}级，最低气温{low}度，最高气温{high}度，"
        f"相对湿度{high + 30}%。{day + 1}日，晴，{low - 2}到{high + 3}度；{day + 2}日，小雨，{low + 1}到{high - 4}度。"
        "请广大市民关注天气变化，合理安排出行，做好防寒保暖工作。农业部门要做好大棚的通风管理，交通部门要加强道路巡查，"
        "确保畅通。气象部门将密切监视天气变化，及时发布最新预报。"
    )


def verdict(left: str, right: str) -> Any:
    forms = fingerprint.normal_forms([left, right])
    found = verify.verify(forms, np.array([0]), np.array([1]))
    return found[0] if found else None


def spun(text: str) -> str:
    for plain, swapped in SWAPS.items():
        text = text.replace(plain, swapped)
    return text


def test_the_same_text_is_exact() -> None:
    found = verdict(STORY, STORY.replace("，", " ， "))
    assert (found.kind, found.similarity, found.left, found.right) == ("exact", 1.0, 1.0, 1.0)


def test_an_edited_copy_is_near() -> None:
    found = verdict(STORY, "本报讯 " + STORY.replace("昨日", "日前")[:-25])
    assert found.kind == "near"
    assert found.left > 0.85
    assert found.evidence.numbers_agree >= 8
    assert found.evidence.numbers_differ == ()


def test_a_part_is_contained() -> None:
    whole = OTHER + STORY + OTHER[::-1]
    found = verdict(STORY, whole)
    assert found.kind == "contains"
    assert found.left > 0.95
    assert 0.2 < found.right < 0.6
    begin, end = found.evidence.there
    assert begin == pytest.approx(len(OTHER) / len(whole), abs=0.05)
    assert end == pytest.approx(1 - len(OTHER) / len(whole), abs=0.05)
    assert found.evidence.here[0] < 0.05
    assert found.evidence.here[1] > 0.95


PARAGRAPHS = (
    "示例市第二水厂的深度处理车间昨天开始供水，城南十一个社区的居民最先用上。车间日处理能力为6万吨，比老车间多出一半，出水浊度降到0.1以下。",
    "水厂厂长陆文清说，新车间加了臭氧和活性炭两道工序，夏天水里的土腥味从此可以去掉。设备从去年4月开始安装，调试用了97天，没有停过一次水。",
    "家住梧桐里的韩阿姨接了一壶水泡茶，她说以前每到七月都要去超市买桶装水，一个夏天要花三百多元，今年看来可以省下这笔钱了，邻居们也都这样讲。",
    "按照计划，城北的老车间将在明年停用改造，届时由新车间和第三水厂一起保障供水，水价不变，供水热线将延长到晚上十点，有疑问的居民可随时拨打。",
)


@pytest.mark.parametrize("left_out", range(4))
def test_three_of_four_paragraphs_are_a_part(left_out: int) -> None:
    whole, part = "\n".join(PARAGRAPHS), "\n".join(PARAGRAPHS[:left_out] + PARAGRAPHS[left_out + 1 :])
    assert verdict(part, whole).kind == verdict(whole, part).kind == "contains"
    assert verdict("本报讯 " + part, whole).kind == "contains"


@pytest.mark.parametrize("around", [OTHER, "\n".join(PARAGRAPHS)])
def test_a_digest_that_quotes_half_is_linked(around: str) -> None:
    for half in (STORY[: len(STORY) // 2], STORY[len(STORY) // 2 :]):
        found = verdict(STORY, f"一周要闻\n{around}\n{half}\n记者综合报道")
        assert found is not None
        assert 0.4 < found.left < 0.6


def test_one_of_four_paragraphs_written_anew_is_no_part() -> None:
    anew = "\n".join((OTHER[: len(PARAGRAPHS[0])], *PARAGRAPHS[1:]))
    assert verdict(anew, "\n".join(PARAGRAPHS)).kind == "near"


def test_a_sentence_left_out_makes_no_part() -> None:
    whole = "\n".join(PARAGRAPHS)
    assert verdict(whole.replace("调试用了97天，没有停过一次水。", ""), whole).kind == "near"


def test_what_lies_between_is_counted() -> None:
    def counts(copy: str) -> Any:
        return verify.align(fingerprint.normal_forms([STORY, copy]), np.array([0]), np.array([1])).counts[0]

    swapped = counts(STORY.replace("图书馆", "美术馆").replace("退休教师顾春晖", "售票员林晓"))
    assert (swapped[AlignmentCount.SWAPS], swapped[AlignmentCount.LONG_SWAPS], swapped[AlignmentCount.INSERTED]) == (
        2,
        1,
        0,
    )
    assert swapped[AlignmentCount.UNEVEN] == 2
    dropped = counts(STORY.replace("以前这里是废弃的砖窑，", ""))
    assert (dropped[AlignmentCount.DROPS], dropped[AlignmentCount.SWAPS]) == (1, 0)
    inserted = counts(STORY.replace("后续二期工程", "记者获悉后续二期工程"))
    assert inserted[AlignmentCount.DROPS] == 1  # the shorter is laid along the longer
    moved = counts(STORY[200:] + STORY[:200])
    assert moved[AlignmentCount.JUMPS] >= 1


def test_a_spun_copy_is_spun() -> None:
    heavier = (
        spun(STORY).replace("以前", "过去").replace("两处", "两座").replace("长达", "绵延").replace("历时", "耗时")
    )
    found = verdict(STORY, heavier)
    assert found.kind == "spun"
    assert found.similarity < 0.9


def test_a_few_words_changed_by_an_editor_are_not_spun() -> None:
    edited = STORY.replace("昨日宣布", "昨天宣布").replace("介绍", "说").replace("如今", "现在").replace("届时", "到时")
    assert verdict(edited, STORY).kind == "near"


REWORDED = (
    "城东的文化公园将于9月12日免费向市民开放，这是示例市昨日宣布的消息。公园建有两处球场、一座图书馆和3.5公里长的环湖步道，占地46公顷，"
    "投资总额2.8亿元。据市园林局局长沈远山介绍，2021年工程动工，前后历时38个月，移栽乔木1700余株。退休教师顾春晖就住在附近，他告诉记者，"
    "这里从前是废弃的砖窑，一到雨天连路都没有，现在推开窗就能看见湖水。公交集团在开放首月将加开17路和203路两条线路，末班车延长到22时30分。"
    "市文旅局同时提醒，园内禁止放飞无人机和烧烤，宠物须牵绳入园。后续二期工程计划明年春天启动，届时将新增一片樱花林和儿童乐园。"
)


def test_a_copy_reworded_in_places_is_near() -> None:
    found = verdict(STORY, REWORDED)
    assert found.kind == "near" and found.evidence.numbers_differ == ()
    assert verdict(REWORDED, STORY).kind == "near"


def test_another_item_of_a_series_in_other_words_is_no_copy() -> None:
    assert verdict(STORY, REWORDED.replace("9月12日", "9月26日").replace("17路和203路", "9路和118路")) is None


def test_a_lightly_spun_copy_is_spun() -> None:
    assert verdict(spun(STORY)[:150], STORY).kind == "spun"
    assert verdict(STORY, "本报综合消息 " + spun(STORY)).kind == "spun"


def test_other_texts_do_not_match() -> None:
    assert verdict(STORY, OTHER) is None


def test_forms_filled_in_otherwise_do_not_match() -> None:
    assert verdict(notice(3, 4, 17, 2), notice(21, 9, 26, 5)) is None


def test_differing_numbers_are_evidence() -> None:
    found = verdict(STORY, STORY.replace("46公顷", "48公顷"))
    assert found.evidence.numbers_differ == (("46", "48"),)
    back = verdict(STORY.replace("46公顷", "48公顷") + "本报记者报道", STORY)
    assert back.evidence.numbers_differ == (("48", "46"),)


@pytest.mark.parametrize(("left", "right"), [("", ""), ("", STORY), ("好", "坏"), ("你好", "你好吗"), ("，", "。")])
def test_empty_and_tiny_texts(left: str, right: str) -> None:
    assert verdict(left, right) is None


def test_tiny_equal_texts_are_exact() -> None:
    assert verdict("你好", "你，好").kind == "exact"


def test_sides_can_be_swapped() -> None:
    one, other = verdict(STORY, STORY[:150]), verdict(STORY[:150], STORY)
    assert (one.left, one.right) == (other.right, other.left)
    assert one.evidence.here == other.evidence.there
    assert one.evidence.score == other.evidence.score


def test_counts_do_not_depend_on_the_other_pairs() -> None:
    forms = fingerprint.normal_forms([STORY, OTHER, spun(STORY), STORY[:90], STORY + OTHER])
    left, right = np.array([0, 1, 2, 3, 0, 2]), np.array([4, 4, 4, 4, 2, 3])
    together = verify.align(forms, left, right)
    for pair in range(len(left)):
        alone = verify.align(forms, left[pair : pair + 1], right[pair : pair + 1])
        assert np.array_equal(alone.counts[0], together.counts[pair])
        assert np.array_equal(alone.marks[0], together.marks[pair])


def test_common_text_is_not_own() -> None:
    forms = fingerprint.normal_forms([STORY, STORY])
    half = np.zeros(len(forms.points), dtype=np.bool_)
    half[: len(forms[0]) // 2] = True
    row = verify.align(forms, np.array([0]), np.array([1]), half).counts[0]
    assert row[AlignmentCount.OWN] == row[AlignmentCount.OWN_COVERED] == len(forms[0]) - len(forms[0]) // 2


def test_the_models_are_monotone_and_fit_their_features() -> None:
    loaded = model.load()
    assert loaded.features == tuple(FEATURES)
    rows = np.random.default_rng(1).uniform(0, 1, (200, len(FEATURES)))
    for one in (loaded.pair, loaded.corpus):
        assert one.feature.max() < len(FEATURES)
        base = one.probability(rows)
        for column, way in enumerate(FEATURES.values()):
            if way:
                more = rows.copy()
                more[:, column] += 0.5
                assert ((one.probability(more) - base) * way >= -1e-12).all()
    assert pair_features(np.zeros((1, len(AlignmentCount)), dtype=np.float32)).shape == (1, len(FEATURES))


WATER = "{}自来水公司提示：因主管道抢修，{}，{}居民用水将受影响，请提前储水备用。水压恢复后初期可能出现浑浊，放水片刻即可正常使用，给您带来不便敬请谅解。"
SUMMONS = (
    "{}：本院受理{}诉你{}一案，因无法以其他方式送达，现依法公告送达起诉状副本及开庭传票。公告满三十日视为送达，答辩期为送达后十五日，"
    "定于答辩期满后第二日上午十时在本院第一审判庭开庭，逾期不到庭将依法裁判。"
)
PLAIN_NOTICE = WATER.format("柳河", "6月3日9时至17时", "东关巷、铁匠街")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN_NOTICE, WATER.format("柳河", "6月14日9时至20时", "东关巷、铁匠街")),
        (PLAIN_NOTICE, WATER.format("岚亭", "6月3日9时至17时", "东关巷、铁匠街")),
        (
            SUMMONS.format("葛某丁", "原告岚亭粮油商行", "运输合同纠纷"),
            SUMMONS.format("骆某戊", "原告柳河水泥厂", "租赁合同纠纷"),
        ),
    ],
    ids=["date", "place", "party"],
)
def test_notices_of_one_form_that_differ_in_what_they_are_about_are_no_copies(one: str, other: str) -> None:
    assert verdict(one, other) is None


@pytest.mark.parametrize(
    "copy",
    [
        "岚亭微报转发\n" + PLAIN_NOTICE,
        PLAIN_NOTICE.replace("请提前储水备用", "请提前做好储水准备"),
        PLAIN_NOTICE + "（值班编辑整理）",
        PLAIN_NOTICE.replace("6月3日9时至17时", "六月3日九时至1七时"),
    ],
    ids=["head line", "edited", "credit", "numbers spelt by halves"],
)
def test_a_copy_of_a_notice_is_one(copy: str) -> None:
    assert verdict(PLAIN_NOTICE, copy).kind in ("near", "contains")
