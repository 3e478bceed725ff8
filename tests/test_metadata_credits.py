"""Sources and authors by kind: labels without marks, cities in brackets, users; roles, signatures, what stands behind."""

from __future__ import annotations

import pytest

from cleaners import metadata
from cleaners.items import Metadata
from cleaners.page import lines

TITLE = "山脚村的老茶厂重新开工"
TEXT = (
    "停了九年的山脚村老茶厂在谷雨前一天重新开工，十二口铁锅一字排开，炒茶的师傅大多是从前的老职工，最年长的已经七十三岁。",
    "合作社把旧厂房的屋顶全部换过，又添了两台揉捻机，头一批春茶三天就卖完了，价钱比去年每斤高出四十元。",
)
DATE = "2026-03-09 08:10"


def read(info: str = "", *, first: str = "", end: str = "", after: str = "", head: str = "") -> Metadata:
    page = f"""<html lang="zh"><head><title>{TITLE} - 山脚新闻网</title>{head}</head><body><h1>{TITLE}</h1><div class="i">{info}</div>
    <div class="c">{first}<p>{TEXT[0]}</p><p>{TEXT[1]}{end}</p>{after}</div></body></html>"""
    return metadata.find_metadata(lines.read(page))


@pytest.mark.parametrize(
    ("info", "wanted"),
    [
        # a label that its value follows without any mark
        (f"{DATE} 来源山脚新闻网", "山脚新闻网"),
        (f"来源山脚新闻网 {DATE}", "山脚新闻网"),
        (f"{DATE} 稿源山脚日报 编辑：王小明", "山脚日报"),
        (f"{DATE} 来源《山脚周刊》", "《山脚周刊》"),
        (f"{DATE} 來源山腳晚報", "山腳晚報"),
        (f"{DATE}<span>来源茶乡记</span>", "茶乡记"),
        (f"{DATE} 稿件来源山脚日报", "山脚日报"),
        ("来源山脚新闻网2026-03-09 08:10", "山脚新闻网"),
        (f"{DATE} 来源网络", None),
        ("来源广泛的山泉水 滋味各异", None),
        # a city in brackets
        ("来源：山脚经济报道(杭州)", "山脚经济报道"),
        ("来源：茶乡财经报道（上海）", "茶乡财经报道"),
        ("來源：茶鄉財經報導（臺北）", "茶鄉財經報導"),
        ("来源：山脚论坛报[广州]", "山脚论坛报"),
        ("来源：茶乡记者站（北京、上海）", "茶乡记者站"),
        ("来源：山脚商报（呼和浩特市）", "山脚商报"),
        ("来源：山脚日报（杭州）记者 王小明", "山脚日报"),
        ("转自山脚日报", "山脚日报"),
        ("来源：山脚网（山脚日报网）", "山脚网（山脚日报网）"),
        # a user or a device is no publisher
        (f"来自: 小丁 {DATE}", None),
        (f"来自：石头哥 {DATE}", None),
        (f"来自: 爱喝茶的猫 {DATE}", None),
        (f"来自 iPhone客户端 {DATE}", None),
        (f"来自：微博网页版 {DATE}", None),
        (f"小丁 {DATE}", None),
        (f"石头哥 {DATE} 12人参与评论", None),
        (f"来自：山脚日报 {DATE}", "山脚日报"),
        (f"来自：山脚日报客户端 {DATE}", "山脚日报客户端"),
        (f"山脚发布 {DATE}", "山脚发布"),
        (f"茶乡故事汇 {DATE}", "茶乡故事汇"),
    ],
)
def test_sources(info: str, wanted: str | None) -> None:
    assert read(info).source == wanted


def test_a_declared_source_loses_its_city_too() -> None:
    assert read(DATE, head='<meta name="source" content="来源：山脚经济报道（杭州）">').source == "山脚经济报道"


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("【文/ 王小明，整理/ 李大江】", "王小明、李大江"),
        ("文／王小明　整理／李大江", "王小明、李大江"),
        ("采访/王小明 撰文/李大江", "王小明、李大江"),
        ("【口述/ 赵青，整理/ 李大江】", "李大江"),
        ("文/ 王小明，编辑/ 李大江", "王小明"),
        ("文丨王小明 图丨李大江", "王小明"),
        ("撰文｜王小明 编辑｜李大江", "王小明"),
        ("【记者 王小明，编辑 李大江】", "王小明"),
        ("文/王小明，插画/李大江", "王小明"),
        ("撰稿：王小明，编译：李大江", "王小明、李大江"),
        ("主笔/王小明", "王小明"),
        ("茶乡周刊记者 王小明 实习生 李大江", "王小明、李大江"),
    ],
)
def test_roles_are_no_people(first: str, wanted: str) -> None:
    assert "、".join(read(DATE, first=f"<p>{first}</p>").authors) == wanted


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        # who the author is, then the name; and the other way round
        ("（作者系茶乡大学农学院教授王小明）", "王小明"),
        ("（作者为山脚县文化馆馆长王小明）", "王小明"),
        ("（本文作者是茶业研究所副研究员王小明）", "王小明"),
        ("（作者：王小明，系茶乡大学教授）", "王小明"),
        ("（作者王小明、李大江分别系茶乡大学教授、讲师）", "王小明、李大江"),
        ("（作者系茶乡大学农学院教授 王小明）", "王小明"),
        ("（作者系茶乡大学农学院教授王小明、李大江）", "王小明、李大江"),
        ("</p><p>作者系茶乡大学农学院教授王小明。", "王小明"),
        ("（作者系茶乡大学农学院教授）", ""),
        ("（作者单位：茶乡大学）", ""),
        ("（王小明系茶乡大学教授）", "王小明"),
        # something glued behind the byline
        ("（王小明／山腳報導）《山腳報》關心你", "王小明"),
        ("（记者 王小明）山脚新闻客户端", "王小明"),
        ("（王小明 山脚报道）点击关注", "王小明"),
        # brackets that are none
        ("（见下图）", ""),
        ("（约合四十元）", ""),
        ("（东坡茶）", ""),
        ("老师傅（化名）不愿多说。", ""),
        ("这是村里的老话（王小明语），大家都信。", ""),
    ],
)
def test_signatures_at_the_end(end: str, wanted: str) -> None:
    assert "、".join(read(DATE, end=end).authors) == wanted


RELATED = """<p>更多精彩内容请点击 <a href="/t">茶乡频道</a></p><p>行业动态</p><p><a href="/1">邻县开秤收鲜叶</a></p>
<p><a href="/2">茶农学会看云识天气</a></p>"""


@pytest.mark.parametrize(
    ("credit", "wanted"),
    [
        ("本文来源：山脚日报 作者：王小明", ("王小明",)),
        ("作者：王小明", ("王小明",)),
        ("来源：山脚日报 记者：王小明", ("王小明",)),
    ],
)
def test_credits_behind_related_links_of_the_same_element(credit: str, wanted: tuple[str, ...]) -> None:
    found = read(DATE, after=f"{RELATED}<p>{credit}</p>")
    assert found.authors == wanted
    many = "".join(f'<p><a href="/{n}">第{n}条别的新闻在这里</a></p>' for n in range(20))
    assert read(DATE, after=f"{RELATED}{many}<p>{credit}</p>").authors == wanted
    elsewhere = read(DATE, after=f'</div><div class="s">{RELATED}<p>{credit}</p>').authors
    assert elsewhere == (wanted if credit.startswith("本文") else ())


def test_a_share_button_takes_no_byline_for_its_value() -> None:
    assert read(f"<div>{DATE}</div><div>分享到：</div>", first="<p>山脚日报记者 王小明</p>").authors == ("王小明",)


@pytest.mark.parametrize("shown", ["[](/a)，", "【，】", "(;)", "[王小明,]"])
def test_brackets_with_nothing_between_their_marks_are_no_byline(shown: str) -> None:
    text = f"""山脚村的老茶厂重新开工\n{shown}\n2026-03-09 08:10\n
停了九年的山脚村老茶厂在谷雨前一天重新开工，十二口铁锅一字排开，炒茶的师傅大多是从前的老职工，最年长的已经七十三岁。\n"""
    assert metadata.find_metadata(lines.read(text)).title == "山脚村的老茶厂重新开工"
