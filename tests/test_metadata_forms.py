"""Forms of date, source and byline lines on sites of many kinds, as a table: what is read, and what is left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaners import metadata
from cleaners.items import Metadata
from cleaners.page import lines

TITLE = "小城早市扩建后添了新气象"
FIRST = "入冬以来，小城的早市天不亮就热闹起来，热气腾腾的摊位前排着长队，老人们提着篮子慢慢挑选，价格和去年差不多。"
SECOND = "管理方说，市场今年扩建了两排摊位，增加了照明和排水设施，下雨天也不会积水，附近居民都说方便了许多。"


def page(
    info: str,
    *,
    end: str = "",
    head: str = "",
    site: str = "某城新闻网",
    lang: str = "zh-CN",
    h1: str = TITLE,
    url: str | None = None,
) -> Metadata:
    text = f"""<html lang="{lang}"><head><title>{TITLE} - {site}</title>{head}</head><body><div><a href="/">首页</a></div>
    <h1>{h1}</h1><div class="x1">{info}</div><div class="t9"><p>{FIRST}</p><p>{SECOND}</p>{end}</div></body></html>"""
    return metadata.find_metadata(lines.read(text), url=url, fetched_at=datetime(2026, 11, 1, tzinfo=UTC))


def summary(found: Metadata) -> str:
    when = found.published.isoformat()[:16].removesuffix("T00:00") if found.published else "-"
    return f"{when}|{found.source or '-'}|{'、'.join(found.authors) or '-'}"


LINES = [
    # dates of other countries, systems and layouts
    ("17/10/2023 2:05pm", "2023-10-17T14:05|-|-"),
    ("发布：17/10/2023 14:05", "2023-10-17T14:05|-|-"),
    ("10/17/2023 14:05", "2023-10-17T14:05|-|-"),
    ("17-10-2023", "2023-10-17|-|-"),
    ("03/04/2024 10:00", "-|-|-"),  # nobody can tell
    ("<b>10/17</b><i>2023</i>", "2023-10-17|-|-"),
    ("<b>17</b><span>2023-10</span>", "2023-10-17|-|-"),
    ("<div>17</div><div>2023-10</div>", "2023-10-17|-|-"),
    ("<p>2023.10</p><p>17</p>", "2023-10-17|-|-"),
    ("<div>10-17</div><div>2023</div>", "2023-10-17|-|-"),
    ("4 月 3, 2024", "2024-04-03|-|-"),
    ("三月 5, 2021 | 王小明", "2021-03-05|-|王小明"),
    ("2010/6/4", "2010-06-04|-|-"),
    ("發佈日期：113-03-05", "2024-03-05|-|-"),
    ("民國113年3月5日", "2024-03-05|-|-"),
    ("2021/03/05（五）下午 02:07", "2021-03-05T14:07|-|-"),
    ("發布時間 2021/03/05 14:07 更新時間 2021/03/06 09:00", "2021-03-05T14:07|-|-"),
    ("发布日期：二〇二一年三月五日", "2021-03-05|-|-"),
    ("08年3月5日 10:00", "2008-03-05T10:00|-|-"),
    ("Date: 2022-11-03", "2022-11-03|-|-"),
    ("Updated: 2023-06-07 09:14", "2023-06-07T09:14|-|-"),
    ("Posted on October 17, 2023 by 王小明", "2023-10-17|-|王小明"),
    ("昨天 12:30", "2026-10-31T12:30|-|-"),
    ('<span title="2021-3-5 14:07">3 天前</span>', "2021-03-05T14:07|-|-"),
    ('<time datetime="2021-03-05T14:07:00+08:00">刚刚</time>', "2021-03-05T14:07|-|-"),
    ("114.114.114.114", "-|-|-"),
    # sources
    ("2021-03-05 来源：渭原农民报(西安)", "2021-03-05|渭原农民报|-"),
    ("来源：某城网（某城日报网）", "-|某城网（某城日报网）|-"),
    ("来源：小城医生(ID:xcys)", "-|小城医生|-"),
    ("来源：微信公众号“小城故事”", "-|小城故事|-"),
    ("【来源】某城日报 【作者】王小明 【日期】2021-03-05", "2021-03-05|某城日报|王小明"),
    ("[来源：某城日报] [作者：王小明]", "-|某城日报|王小明"),
    ("来源 某城日报 作者 王小明 编辑 李大江", "-|某城日报|王小明"),
    ("稿源：某城日报 ｜ 发布：2021-03-05", "2021-03-05|某城日报|-"),
    ("來源：某城日報　記者：王小明", "-|某城日報|王小明"),
    ("来源：网络", "-|-|-"),
    ("来源：佚名 作者：admin", "-|-|-"),
    ("2021-03-05 14:07 小城水务 12345人看过", "2021-03-05T14:07|小城水务|-"),
    ("小城水务 03-05 阅读 1.2万", "-|-|-"),
    (
        "<span>平安小城</span><span>24-8-4 10:05</span><span>发布于 江苏</span><span>来自 网页版</span>",
        "2024-08-04T10:05|平安小城|-",
    ),
    (
        "<span>原创</span><span>王小明</span><span>小城故事汇</span><em>2021-03-05 08:20</em><em>发表于河北</em>",
        "2021-03-05T08:20|小城故事汇|王小明",
    ),
    ('<span class="nickname">小城故事汇</span><span>2万粉丝</span>', "-|小城故事汇|-"),
    ("Source: Xinhua News Agency", "-|Xinhua News Agency|-"),
    # who wrote
    ("某城晚报 2021-04-20 07:15 文/记者 王小明 阅读数 8.3万+", "2021-04-20T07:15|某城晚报|王小明"),
    ("某城晚报 王小明 2021-06-13 07:02", "2021-06-13T07:02|某城晚报|王小明"),
    ("撰文　王小明　　摄影　赵青　　编辑　李大江", "-|-|王小明"),
    ("文 | 王小明", "-|-|王小明"),
    ("文、图／王小明", "-|-|王小明"),
    ("■王小明 文/图", "-|-|王小明"),
    ("採訪：王小明", "-|-|王小明"),
    ("見習記者 王小明", "-|-|王小明"),
    ("本报记者 王小明 李大江 实习生 赵青", "-|-|王小明、李大江、赵青"),
    ("記者王小明／紐約報導", "-|-|王小明"),
    ("王小明 報道", "-|-|王小明"),
    ("作者：牧野青", "-|-|牧野青"),
    ("作者：三栋老陈", "-|-|三栋老陈"),
    ("作者：交警大队", "-|-|交警大队"),
    ("作者：小编", "-|-|-"),
    ("作者：某某区", "-|-|-"),
    ("作者：某城日报", "-|-|-"),
    ("由 <a>伍小詩</a> - <time>4 月 3, 2024</time>", "2024-04-03|-|伍小詩"),
    ('发表于 <time>2021年3月8日</time>由 <a rel="author">石头爷爷</a>', "2021-03-08|-|石头爷爷"),
    ('<div class="byline"><a>黄小心</a><span>hxx@example.sg</span></div>', "-|-|黄小心"),
    ("<div>三栋老陈</div><div>发表于 2021-3-5 14:07 | 只看该作者 | 倒序浏览</div>", "2021-03-05T14:07|-|三栋老陈"),
    ("楼主 三栋老陈 2021-03-05 14:07 只看楼主", "2021-03-05T14:07|-|三栋老陈"),
    ("记者 王小明 昨天", "-|-|王小明"),
    ("记者 王小明 倒序", "-|-|王小明"),
    ("某城晚报｜王小明", "-|某城晚报|王小明"),
    ("采写/摄影：王小明", "-|-|王小明"),
    ("王小明/文", "-|-|王小明"),
    ("华夏人文", "-|-|-"),
    ("特约撰稿人 王小明", "-|-|王小明"),
    ("特派记者王小明发自东京", "-|-|王小明"),
    ("記者王小明台北報導", "-|-|王小明"),
    ("王小明／台北報導", "-|-|王小明"),
    ("〔即時新聞／綜合報導〕", "-|-|-"),
    ("Friday, March 5, 2021", "2021-03-05|-|-"),
    ("来源：某城日报（记者 王小明）", "-|某城日报|王小明"),
    ("小城观察员 2021-03-05 14:07 关注", "2021-03-05T14:07|小城观察员|-"),
    ("王小明 记者 2021-03-05", "2021-03-05|-|王小明"),
    ("By 王小明 2021-03-05", "2021-03-05|-|王小明"),
    ("Posted by 王小明 on 2021-03-05", "2021-03-05|-|王小明"),
    ("王小明 发表于 2021-03-05 分类：随笔 阅读(12) 评论(3)", "2021-03-05|-|王小明"),
    ("楼主：石头爷爷 时间：2021-03-05 14:07:33 点击：123 回复：2", "2021-03-05T14:07|-|石头爷爷"),
    ("1楼 2021-03-05 14:07", "2021-03-05T14:07|-|-"),
    ("索 引 号：0001/2021-00012 发布日期：2021-03-05 发布机构：某县人民政府办公室", "2021-03-05|某县人民政府办公室|-"),
    ("成文日期：2021-03-01 发布日期：2021-03-05", "2021-03-05|-|-"),
    ("供稿：王小明 供图：赵青 审核：李大江 日期：2021-03-05", "2021-03-05|-|王小明"),
]


@pytest.mark.parametrize(("info", "wanted"), LINES)
def test_forms(info: str, wanted: str) -> None:
    found = page(info)
    assert (summary(found), found.title) == (wanted, TITLE)


@pytest.mark.parametrize(
    ("evidence", "wanted"),
    [
        ({}, "-"),
        ({"lang": "zh-HK"}, "2024-04-03"),
        ({"url": "https://news.example.my/a/1"}, "2024-04-03"),
        ({"url": "https://news.example/2024/03/04/a"}, "2024-03-04"),
        ({"end": "<ul><li>另一条新闻 25/12/2023</li></ul>"}, "2024-04-03"),
        ({"end": "<ul><li>另一条新闻 12/25/2023</li></ul>"}, "2024-03-04"),
        ({"head": '<meta property="article:published_time" content="2024-03-04T10:00:00+08:00">'}, "2024-03-04"),
    ],
)
def test_day_or_month_first_is_told_by_evidence(evidence: dict[str, str], wanted: str) -> None:
    found = page("03/04/2024 10:00", **evidence)
    assert (found.published.date().isoformat() if found.published else "-") == wanted


def test_of_two_readings_the_one_in_the_future_is_none() -> None:
    assert page("03/12/2026 10:00").published.date().isoformat() == "2026-03-12"


def test_furniture_behind_a_lead_is_read() -> None:
    text = f"""<html><head><title>{TITLE} - 山河周刊</title></head><body><div class="a"><h1>{TITLE}</h1>
    <p>热气腾腾的摊位前排着长队，老人们提着篮子慢慢挑选。</p><p>撰文　王小明　　编辑　李大江</p><p>2024.01.19　总第816期</p></div>
    <div class="b"><p>{FIRST}</p><p>{SECOND}</p></div></body></html>"""
    found = metadata.find_metadata(lines.read(text))
    assert summary(found) == "2024-01-19|山河周刊|王小明"
    assert found.editors == ("李大江",)


@pytest.mark.parametrize(
    ("site", "info", "wanted"),
    [
        ("某城日报数字报", "□本报记者 王小明", "某城日报"),
        ("某城日报", "记者 王小明", "某城日报"),
        ("某城新闻网", "记者 王小明", None),
        ("某城日报", "", None),  # nothing says that its own reporter wrote
        ("某城天气预报", "记者 王小明", None),
    ],
)
def test_the_pages_own_newspaper_is_the_source_of_its_reporters(site: str, info: str, wanted: str | None) -> None:
    assert page(info, site=site).source == wanted


def test_a_name_that_head_and_page_agree_on_is_the_author_but_not_an_editor() -> None:
    head = '<meta name="author" content="伍月明">'
    assert page("2021-03-05 14:07 | 小城 | 伍月明 | 第3版", head=head).authors == ("伍月明",)
    assert page("2021-03-05 14:07", head=head).authors == ()
    assert page("2021-03-05 14:07 编辑：伍月明", head=head).authors == ()


def test_class_names_are_believed_for_people_only() -> None:
    assert page('<span class="author">王小明</span><span>2021-03-05</span>').authors == ("王小明",)
    assert page('<span class="author">责编：王小明</span>').authors == ()
    assert page('<span class="author">某城新闻</span>').authors == ()
    assert page('<span class="author">管不饿</span>').authors == ()


def test_the_post_of_an_account_has_its_headline_in_brackets() -> None:
    text = f"""<html><head><title>平安小城的动态 - 微社区</title></head><body><div>首页 视频 发现</div><article><header><a>平安小城</a>
    <a>24-8-4 10:05</a><span>发布于 江苏</span><span>来自 网页版</span></header><div>【警情通报】{FIRST}</div><div>{SECOND}</div></article></body></html>"""
    found = metadata.find_metadata(lines.read(text))
    assert (found.title, summary(found)) == ("警情通报", "2024-08-04T10:05|平安小城|-")


def test_a_card_hidden_under_a_name_does_not_weld_the_words() -> None:
    card = '<div style="display:none"><strong>小城故事汇</strong><p>微信号</p></div>'
    info = f"<span>原创</span><span>王小明</span><span><a>小城故事汇</a>{card}</span><em>2021-03-05 08:20</em>"
    assert summary(page(info)) == "2021-03-05T08:20|小城故事汇|王小明"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("By ZHAO LIANG and WEN QIONG in Ganting", ("ZHAO LIANG", "WEN QIONG")),
        ("Author: Zhao Liang", ("Zhao Liang",)),
        ("By Zhao Liang | Xiaocheng Daily", ("Zhao Liang",)),
        ("By Staff Reporter", ()),
        ("Stand By Me", ()),
    ],
)
def test_english_bylines(line: str, wanted: tuple[str, ...]) -> None:
    text = f"""<html><head><title>Morning market grows again</title></head><body><h1>Morning market grows again</h1>
    <div>{line}</div><div>Source: Xiaocheng Daily Updated: 2023-06-07 09:14</div>
    <p>The morning market of the town was busy long before dawn, with queues at every stall, and prices were much the same.</p>
    <p>Two rows of stalls were added this year, with lights and drains, so that rain no longer stops the trade at all.</p></body></html>"""
    found = metadata.find_metadata(lines.read(text))
    assert (found.authors, found.source, found.published.isoformat()[:16]) == (
        wanted,
        "Xiaocheng Daily",
        "2023-06-07T09:14",
    )


@pytest.mark.parametrize(
    ("h1", "wanted"),
    [
        (f"<a>[民生]</a> <span>{TITLE}</span>", TITLE),
        (f"【民生】 {TITLE}", TITLE),
        (f"【民生】{TITLE}", f"【民生】{TITLE}"),  # set as a part of the headline
        (f"【民生】 另有{TITLE}", f"【民生】 另有{TITLE}"),
    ],
)
def test_the_category_of_a_forum_is_no_part_of_the_headline(h1: str, wanted: str) -> None:
    assert page("2021-03-05 14:07", h1=h1).title == wanted


def test_the_first_post_of_a_forum_tells_who_wrote() -> None:
    text = f"""<html><head><title>{TITLE} - 民生杂谈 - 某城论坛</title></head><body><table><tr><td><div class="authi"><a>三栋老陈</a></div>
    <p>金牌会员</p></td><td><h1>{TITLE}</h1><div class="authi"><em>发表于 2021-3-5 14:07</em> <a>只看该作者</a> <a>倒序浏览</a></div>
    <div class="t_f"><p>{FIRST}</p><p>{SECOND}</p></div></td></tr><tr><td><div class="authi"><a>路过的人</a></div></td><td>
    <em>发表于 2021-3-6 14:07</em><div class="t_f">顶一下楼主</div></td></tr></table></body></html>"""
    assert summary(metadata.find_metadata(lines.read(text))) == "2021-03-05T14:07|-|三栋老陈"
