"""Ends of bodies in plain text: lists in the middle, announced lists, signatures, appended articles; on states given."""

from __future__ import annotations

import pytest

from cleaners.extract.boilerplate.text_lines import corrections
from cleaners.extract.boilerplate.text_lines.crf import State
from cleaners.extract.boilerplate.text_lines.line_stats import LineStats, measure
from cleaners.page.lines import plain

FIRST = "入夏以后，渡口镇的夜校每周开课四个晚上，来上课的有船工、菜农，也有在镇上开店的外地人。"
SECOND = "教室设在旧粮站里，灯是新换的，黑板还是老的，校长说旧黑板写字不打滑，舍不得扔。"
THIRD = "镇里打算秋天再添一个裁缝班，老师已经请好了，缝纫机还差六台，正在向各村借。"


def shapes_of(*texts: str) -> list[LineStats]:
    return [measure(line) for line in plain.read("\n\n".join(texts)).lines]


def states_of(body: int, size: int) -> list[State]:
    return ["body"] * body + ["below"] * (size - body)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("延伸阅读", "江边的灯塔重新亮起", "茶园里来了一群画家", SECOND, THIRD), ["hole"] * 3 + ["body"] * 2),
        (("延伸阅读", "江边的灯塔重新亮起", "茶园里来了一群画家", SECOND, "评论"), ["below"] * 5),
        (("延伸阅读", SECOND, THIRD), ["below"] * 3),
        (("江边的灯塔重新亮起", SECOND, THIRD), ["below"] * 3),
    ],
)
def test_a_list_of_headlines_in_the_middle_is_a_hole(texts: tuple[str, ...], wanted: list[State]) -> None:
    shapes = shapes_of(FIRST, FIRST, *texts)
    assert corrections.extend_over_related_list(states_of(2, len(shapes)), shapes)[2:] == wanted


@pytest.mark.parametrize(
    ("texts", "body"),
    [
        ((SECOND, THIRD, "最新焦点"), 3),
        (("最新焦点", SECOND), 1),
        (("• " + SECOND,), 1),
        (("扫一扫，关注渡口镇夜校公众号，第一时间获取更多招生资讯和课程表。", THIRD), 1),
    ],
)
def test_nothing_ends_a_body_between_paragraphs_that_are_laid_out_alike(texts: tuple[str, ...], body: int) -> None:
    shapes = shapes_of(FIRST, *texts)
    assert corrections.extend_paragraphs(states_of(1, len(shapes)), shapes).count("body") == body


@pytest.mark.parametrize(
    ("texts", "signed"),
    [
        (("渡口镇人民政府", "2023年6月8日", "（此件公开发布）", "打印"), 3),
        (("渡口镇夜校", "二〇二三年六月八日"), 2),
        (("附件：1.课程表", "渡口镇夜校", "2023年6月8日"), 3),
        (("上一篇：江边的灯塔重新亮起", "2023年6月8日"), 0),
        (("渡口镇夜校", "2023年6月8日 19:30"), 0),
    ],
)
def test_a_notice_keeps_its_signature(texts: tuple[str, ...], signed: int) -> None:
    shapes = shapes_of(FIRST, *texts)
    assert corrections.extend_signature(states_of(1, len(shapes)), shapes).count("body") == 1 + signed


def test_a_list_that_is_announced_belongs_to_the_body() -> None:
    shapes = shapes_of("秋季课程如下：", "• 周一：电工", "• 周二：裁缝", "• 上一篇：江边的灯塔", "茶园里来了一群画家")
    assert corrections.extend_bullets(states_of(1, len(shapes)), shapes).count("body") == 3
    assert (
        corrections.extend_bullets(states_of(1, 4), shapes_of(FIRST, "• 周一：电工", "• 周二：裁缝", "评论")).count(
            "body"
        )
        == 1
    )


def test_an_appended_article_is_below() -> None:
    shapes = shapes_of(FIRST, SECOND, "江边的灯塔重新亮起来了", "渡口晚报 2023-06-07 19:30", THIRD)
    assert corrections.cut_appended_article(["body"] * 5, shapes) == ["body", "body", "below", "below", "below"]
    chronicle = shapes_of(FIRST, SECOND, "夜校开学的那一天里", "2023年6月7日", THIRD)
    assert corrections.cut_appended_article(["body"] * 5, chronicle) == ["body"] * 5


def test_pages_without_a_body_are_left_alone() -> None:
    shapes = shapes_of("评论", "延伸阅读")
    for correct in corrections.CORRECTIONS:
        assert correct(["above", "above"], shapes) == ["above", "above"]


@pytest.mark.parametrize(
    ("texts", "begun", "body"),
    [
        (("夜校的课程", "一是裁缝", "二是算账", THIRD), 1, 4),
        (("报名的地点", "渡口镇粮站", "河东村祠堂", "梅岭乡戏台"), 2, 4),
        (("报名的地点", "渡口镇粮站", "河东村祠堂", "上一篇：江边的灯塔重新亮起"), 2, 2),
        (("（石小兰）", "江边的灯塔亮了", "茶园来了画家"), 1, 1),
        (("江边的灯塔重新亮起来了引来许多游人", "茶园里来了一群画家", "渡船换了电机"), 1, 1),
    ],
)
def test_a_body_does_not_end_inside_of_a_list_below_a_label(texts: tuple[str, ...], begun: int, body: int) -> None:
    shapes = shapes_of(FIRST, SECOND, *texts)
    states = corrections.extend_labelled_list(states_of(2 + begun, len(shapes)), shapes)
    assert states.count("body") == 2 + body
