"""Metadata: what is found, and what is refused, on pages written for this project; floors on the shared pages."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from cleaners import metadata
from cleaners.items import Article, Head, Metadata, Page
from cleaners.metadata import dates, names
from cleaners.metadata.folding import folded
from cleaners.metadata.info_line import parse_info_line
from cleaners.metadata.labels import LABELS
from cleaners.metadata.opt_out import opt_out_head
from cleaners.metadata.site_suffix import without_site
from cleaners.page import lines
from cleaners.pipeline import clean
from tests.timing import LINEAR, growth

TITLE = "小城早市扩建后添了新气象"
FIRST = "入冬以来，小城的早市天不亮就热闹起来，热气腾腾的摊位前排着长队，老人们提着篮子慢慢挑选，价格和去年差不多。"
SECOND = "管理方说，市场今年扩建了两排摊位，增加了照明和排水设施，下雨天也不会积水，附近居民都说方便了许多。"


def html(
    info: str = "", *, lead: str = "", end: str = "", after: str = "", head: str = "", h1: str = TITLE
) -> Metadata:
    page = f"""<html><head><title>{TITLE}_要闻_某城新闻网</title>{head}</head><body>
    <div class="nav"><a href="/">首页</a> <a href="/a">新闻</a></div><h1>{h1}</h1><div class="info">{info}</div>
    <div class="content"><p>{lead}{FIRST}</p><p>{SECOND}{end}</p>{after}</div><div>相关阅读</div></body></html>"""
    return metadata.find_metadata(lines.read(page))


def text(info: str = "", *, lead: str = "", end: str = "", after: str = "") -> Metadata:
    return metadata.find_metadata(
        lines.read(f"首页 新闻 图片\n\n{TITLE}\n\n{info}\n\n{lead}{FIRST}\n\n{SECOND}{end}\n\n{after}\n")
    )


def summary(found: Metadata) -> str:
    when = found.published.isoformat()[:16] if found.published else "-"
    return f"{when}|{found.source or '-'}|{'、'.join(found.authors) or '-'}"


FURNITURE = [
    # forms of one line between headline and text
    ("2021年03月05日14:07 | 来源：某城网 小字号", "2021-03-05T14:07|某城网|-"),
    ("2021 03/05 14:07:33 来源：某城网", "2021-03-05T14:07|某城网|-"),
    ("2021年03月05日 14:07　来源：某城晚报", "2021-03-05T14:07|某城晚报|-"),
    ("来源：某城网 | 2021年03月05日 14:07:33", "2021-03-05T14:07|某城网|-"),
    ("2021/3/5 9:07 某城日报", "2021-03-05T09:07|某城日报|-"),
    ("2021年03月05日 14:07 小城消息", "2021-03-05T14:07|小城消息|-"),
    ("原创 小城生活家 2021-03-05 14:07:33", "2021-03-05T14:07|小城生活家|-"),
    ("某城日报 2021-03-05 14:07", "2021-03-05T14:07|某城日报|-"),
    ("2021-03-05 04:23:08某城日報", "2021-03-05T04:23|某城日報|-"),
    ("2021年3月5日 下午2:07", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07:33 星期五", "2021-03-05T14:07|-|-"),
    # the date may follow the value of another label directly
    ("来源：某城日报 编辑：李大 2021-03-05 14:07:33", "2021-03-05T14:07|某城日报|-"),
    ("来源：某城日报 作者：王小明 2021-03-05 14:07", "2021-03-05T14:07|某城日报|王小明"),
    ("王小明 2021年3月5日", "2021-03-05T00:00|-|王小明"),
    # words that platforms and buttons add to a name; a name with its brackets
    ("2021-03-05 14:07 来源：某城日报分享到", "2021-03-05T14:07|某城日报|-"),
    ("2021-03-05 14:07 小城新闻官方账号", "2021-03-05T14:07|小城新闻|-"),
    ("2021-03-05 14:07 来源：某城网（某城日报网）", "2021-03-05T14:07|某城网（某城日报网）|-"),
    ("2021-03-05 14:07 图片来源：某城网 王小明", "2021-03-05T14:07|-|-"),
    ("来　源：某城日报　　作　者：王小明　　2021.03.05", "2021-03-05T00:00|某城日报|王小明"),
    (
        "发布时间：2021-03-05 14:07 信息来源：某城市水利局 浏览次数：33 字体：[大 中 小]",
        "2021-03-05T14:07|某城市水利局|-",
    ),
    ("【发布日期：2021-03-05】【来源：某城日报】【字体：大 中 小】", "2021-03-05T00:00|某城日报|-"),
    ("稿源：某城日报 编辑：王小明 2021-03-05 14:07:33", "2021-03-05T14:07|某城日报|-"),
    ("發稿時間：2021/03/05 14:07 來源：某城日報", "2021-03-05T14:07|某城日報|-"),
    ("来源：某城日报作者：王小明", "-|某城日报|王小明"),
    ("来源：某城日报 作者：", "-|某城日报|-"),
    ("来源：[某城日报]", "-|某城日报|-"),
    ("来源：某城网 王小明", "-|某城网|王小明"),
    ("2021年3月5日 09:12:33 来源： 某城日报 记者 王小明", "2021-03-05T09:12|某城日报|王小明"),
    ("更新时间：2021-03-05 来源：某城发布", "2021-03-05T00:00|某城发布|-"),
    ("快照时间：2022-01-01 00:00 发布时间：2021-03-05 14:07", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07 联合报 / 记者王小明／台北报导", "2021-03-05T14:07|联合报|王小明"),
    ("2021-03-05 14:07 记者 王小明", "2021-03-05T14:07|-|王小明"),
    ("〔記者王小明／台北報導〕", "-|-|王小明"),
    ("王小明 某城日报", "-|某城日报|王小明"),
    ("某城发布 2021年03月05日 14:07 江西", "2021-03-05T14:07|某城发布|-"),
    ("原创 王小明 某城发布 2021-03-05", "2021-03-05T00:00|某城发布|王小明"),
    ("发布时间 2021-03-05 来源 某城日报", "2021-03-05T00:00|某城日报|-"),
    ("【信息时间：2021/3/5 阅读次数：12】【我要打印】【关闭】", "2021-03-05T00:00|-|-"),
    ("[ 发布时间 ] 2021-03-05 [ 来源 ] 某城日报", "2021-03-05T00:00|某城日报|-"),
    ("2021年03月05日 14:07 来源于 某城网", "2021-03-05T14:07|某城网|-"),
    ("发布于 2021-03-05 14:07", "2021-03-05T14:07|-|-"),
    ("发表于 2021-3-5 14:07:33 | 只看该作者", "2021-03-05T14:07|-|-"),
    ("第一财经 2021-03-05 14:07:33 听新闻", "2021-03-05T14:07|第一财经|-"),
    ("作者：王小明 责编：李大江", "-|-|王小明"),
    ("2021-03-05 14:07:33 来源：国际在线编辑：王小明责编：李大江", "2021-03-05T14:07|国际在线|-"),
    ("央视国际 (2021年03月05日 14:07)", "2021-03-05T14:07|央视国际|-"),
    ("某城日报 2021年03月05日 星期五 第 01 版", "2021-03-05T00:00|某城日报|-"),
    ("新华网 ( 2021-03-05 14:07:00 ) 稿件来源: 新京报", "2021-03-05T14:07|新京报|-"),
    ("来源：某城日报客户端 2021-03-05 14:07", "2021-03-05T14:07|某城日报客户端|-"),
    ("2021-03-05 14:07:00 \u3000 某城日报客户端", "2021-03-05T14:07|某城日报客户端|-"),
    ("时间：2021-03-05 | 作者： | 来源：某城融媒 | 编辑：王小明 | 阅读量：122", "2021-03-05T00:00|某城融媒|-"),
    (
        "发布日期：2021-03-05 09:12 浏览次数： 次 来源： 市应急管理局 字号：[ 大 中 小 ]",
        "2021-03-05T09:12|市应急管理局|-",
    ),
    ("来源：石榴云/某城日报 作者：王小明 编辑：李大江 2021年03月05日 10:11", "2021-03-05T10:11|石榴云/某城日报|王小明"),
    ("王小明 李大江 来源：某城晚报", "-|某城晚报|-"),
    ("2021-03-05 14:07:33 | 来源：某城网 | 作者：记者 王小明", "2021-03-05T14:07|某城网|王小明"),
    ("来源：某城日报 记者：王小明、李大江/文 赵青/图", "-|某城日报|王小明、李大江"),
    ("文字：王小明 图片：李大江 视频：赵青", "-|-|王小明"),
]
REFUSED = [
    # the date of something else, a source that names nobody, an author who is none
    ("快照时间：2022-01-01 00:00", "-|-|-"),
    ("会议时间：2021-03-05 14:07", "-|-|-"),
    ("截止日期：2021-03-05", "-|-|-"),
    ("报名时间2021年3月5日至8日，过期不候", "-|-|-"),
    ("来源：本站原创", "-|-|-"),
    ("来源: sp20241127", "-|-|-"),
    ("作者：某某区", "-|-|-"),
    ("来源：未知 作者:admin", "-|-|-"),
    ("来源： 发布时间：2021-03-05", "2021-03-05T00:00|-|-"),
    ("作者：佚名", "-|-|-"),
    ("作者：某城日报", "-|-|-"),
    ("责任编辑：王小明", "-|-|-"),
    ("发布者：admin 2021-03-05 14:07", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07 阅读：1234 评论：0", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07 1234次浏览", "2021-03-05T14:07|-|-"),
    ("截止日期 2021-03-05", "-|-|-"),
    ("报名时间：2021-03-05 14:07", "-|-|-"),
    ("报名时间2021-03-05 14:07", "-|-|-"),
    ("今天是2021年3月5日 星期五", "-|-|-"),
    ("力量来源于人民", "-|-|-"),
    ("2021年3月5日，某城举行会议。", "-|-|-"),
    ("某城晚报讯（全媒体记者王小明 通讯员李大江）", "-|-|-"),
    ("3月5日 14:07", "-|-|-"),
    ("2021-03-05 14:07 国内新闻", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07 江西", "2021-03-05T14:07|-|-"),
    ("2021-03-05 14:07 我要评论", "2021-03-05T14:07|-|-"),
]
BYLINES = [
    ("记者 王小明", "王小明"),
    ("某城晚报记者 王小明 通讯员 李大江", "王小明、李大江"),
    ("□ 本报记者 王小明 通讯员 李大江", "王小明、李大江"),
    ("□某云/某城日报 王小明", "王小明"),
    ("■王小明", "王小明"),
    ("文/王小明 图/李大江", "王小明"),
    ("文丨某城网专栏作者 王小明", "王小明"),
    ("文｜王小明 编辑｜李大江", "王小明"),
    ("文、图/某城晚报记者 王小明", "王小明"),
    ("王小明/某城晚报", "王小明"),
    ("記者王小明／台北報導", "王小明"),
    ("记者 王 明 李小江", "王明、李小江"),
    ("记者 阿依努尔·买买提", "阿依努尔·买买提"),
    ("在线荐稿记者博客联系记者", ""),
    ("本报记者", ""),
    ("记者手记", ""),
]
DATELINES = [
    ("本报讯（记者王小明 通讯员李大江）", "王小明、李大江"),
    ("本报讯（记者 王小明报道）", "王小明"),
    ("本报讯（记者 王小明 李大江 某县报道）", "王小明、李大江"),
    ("某社某城3月5日电（王小明、李大江）", "王小明、李大江"),
    ("某新网某城3月5日电 (王小明 李大江)", "王小明、李大江"),
    ("某城网讯（记者王小明摄影报道）", "王小明"),
    ("某云/某城日报讯（记者 阿依努尔·买买提 王小明）", "阿依努尔·买买提、王小明"),
    ("某城网记者王小明3月5日报道：", "王小明"),
    ("某城网消息（记者 王小明）", "王小明"),
    ("某社某城3月5日电（综合消息）", ""),
    ("小城（化名）", ""),
    ("某城晚报讯（全媒体记者王小明 通讯员李大江）", "王小明、李大江"),
    ("（通讯员：王小明）", "王小明"),
    ("某城晚报3月5日讯（记者 王小明 通讯员 李大江 赵青）", "王小明、李大江、赵青"),
    ("新华社某城3月5日电 题：早市", ""),
]
ENDINGS = [
    ("（文/王小明）", "王小明"),
    ("（记者 王小明 通讯员 李大江）", "王小明、李大江"),
    ("（王小明 李大江）", "王小明、李大江"),
    ("（王小明）", "王小明"),
    ("（王小明 某城报道）", "王小明"),
    ("（作者：王小明，系某大学教授）", "王小明"),
    ("（作者王小明系某智库研究员）", "王小明"),
    ("（作者系某大学教授）", ""),
    ("（完）", ""),
    ("（化名）", ""),
    ("（王小明 摄）", ""),
    ("（责编：王小明）", ""),
    ("（下转第二版）", ""),
    ("（某城日报）", ""),
    ("（实习生王小明对此文亦有贡献）", ""),
    ("（某某中学 王小明）", ""),
    ("（通讯员 王小明 图文报道）", "王小明"),
    ("（文字：王小明 摄影：李大江）", ""),
    ("（王小明 文/图）", "王小明"),
    ("（总台记者 王小明 李大江）", "王小明、李大江"),
    ("（来源：某城日报）", ""),
    ("（市委宣传部）", ""),
]
BEHIND = [
    ("执笔人：王小明 李大江", "王小明、李大江"),
    ("作者：王小明（某大学教授）", "王小明"),
    ("某城日报记者 王小明 某县报道", "王小明"),
    ("供稿：王小明 编辑：李大江 审核：赵青", "王小明"),
    ("编辑 王小明 校对 李大江", ""),
    ("【责任编辑：王小明】", ""),
    ("（作者单位：某城大学）", ""),
]
BEHIND_SOURCES = [
    ("文章来源：某城日报", "某城日报"),
    ("本文来源：某城日报 责任编辑：李大江_NB12345", "某城日报"),
    ("来源丨某城日报", "某城日报"),
]


@pytest.mark.parametrize("page", [html, text])
@pytest.mark.parametrize(("info", "wanted"), FURNITURE + REFUSED)
def test_furniture_is_read_and_the_rest_refused(page, info, wanted):
    found = page(info)
    assert summary(found) == wanted
    assert found.title == TITLE


@pytest.mark.parametrize("page", [html, text])
@pytest.mark.parametrize(
    ("place", "line", "wanted"),
    [
        *(("info", *case) for case in BYLINES),
        *(("lead", *case) for case in DATELINES),
        *(("end", *case) for case in ENDINGS),
        *(("after", *case) for case in BEHIND),
    ],
)
def test_authors_by_place(page, place, line, wanted):
    shown = f"<p>{line}</p>" if page is html and place == "after" else line
    assert "、".join(page(**{place: shown}).authors) == wanted


@pytest.mark.parametrize(("line", "wanted"), BEHIND_SOURCES)
def test_sources_behind_the_text(line, wanted):
    assert (html(after=f"<p>{line}</p>").source, text(after=line).source) == (wanted, wanted)


def test_editors_are_editors_only():
    found = html("2021-03-05", after="<p>（责编：王小明、李大江）</p>")
    assert (found.editors, found.authors) == (("王小明", "李大江"), ())
    assert html("编辑：HN666").editors == ()


def test_a_label_and_its_value_may_stand_in_two_lines():
    assert (
        summary(html("<div>来源：</div><div>某城日报</div><div>发布日期：</div><div>2021年3月5日</div>"))
        == "2021-03-05T00:00|某城日报|-"
    )


def test_label_and_value_lines_are_both_claimed():
    found = html("<div>来源：</div><div>某城日报</div>")
    assert list(found.claims.values()).count("source line") == 2


def test_elements_that_meet_are_two_words():
    spans = "<span>作者：王小明</span><span>2021-03-05 14:07</span><span>来源：某城网</span><span>北门</span><em>3条评论</em>"
    assert summary(html(spans)) == "2021-03-05T14:07|某城网|王小明"
    assert html("来源：<a>某城网</a>－<a>《某城日报》</a>").source == "某城网－《某城日报》"


def test_the_issue_of_a_digital_edition_dates_its_articles():
    page = "{}\n2021年3月5日 星期五\n{}\n\n{}\n\n{}\n\n{}"
    others = "\n".join(f"第{n}条旧闻在这里" for n in "一二三四五六七八九十")
    dated = metadata.find_metadata(
        lines.read(page.format("第A01版：要闻\n第A02版：民生", others, TITLE, FIRST, SECOND))
    )
    assert (dated.published.day, dated.rules["published"]) == (5, "date of the issue")
    assert metadata.find_metadata(lines.read(page.format("首页", others, TITLE, FIRST, SECOND))).published is None


def test_scripts_that_fill_in_the_date_are_read_last():
    script = '<script>var ct = "1614924420"; var nonce = "12345678";</script>'
    assert html(head=script).published.isoformat() == "2021-03-05T14:07:00+08:00"
    assert html("2021-03-04 10:00", head=script).published.day == 4
    assert html(head="<script>var cutoff='1614924420', object='2021-03-05 14:07'</script>").published is None


def test_authors_of_reprinted_posts():
    assert html(after="<p>本文来自公众号“小城故事”（ID：xcgs），作者：王小明，经授权发布。</p>").authors == ("王小明",)


def test_dates_of_related_items_are_not_the_date():
    assert (
        html(after="<ul><li>另一条新闻 2020-01-01 10:00</li><li>再一条新闻 2020-01-02 10:00</li></ul>").published
        is None
    )
    assert text(after="另一条新闻\n2020-01-01 10:00:00\n再一条新闻\n2020-01-02 10:00:00").published is None


def test_the_timezone_is_the_pages_own_else_the_sites():
    assert html("2021-03-05 14:07").published.isoformat() == "2021-03-05T14:07:00+08:00"
    assert html("2021-03-05T14:07:00+09:00").published.isoformat() == "2021-03-05T14:07:00+09:00"
    page = lines.read(f"{TITLE}\n\n2021-03-05 14:07\n\n{FIRST}")
    assert metadata.find_metadata(page, timezone="Asia/Tokyo").published.utcoffset().total_seconds() == 9 * 3600
    same_moment = '<meta property="article:published_time" content="2021-03-05T05:07:00Z">'
    assert html("2021-03-05 14:07", head=same_moment).published.isoformat() == "2021-03-05T14:07:00+09:00"
    other_moment = '<meta property="article:published_time" content="2021-03-05T01:44:00Z">'
    assert html("2021-03-05 14:07", head=other_moment).published.isoformat() == "2021-03-05T14:07:00+08:00"


def test_the_head_is_asked_where_the_page_is_silent():
    head = '<meta name="PubDate" content="20210305"><meta name="ContentSource" content="来源：某城日报"><meta name="ColumnName" content="要闻">'
    found = html(head=head)
    assert summary(found) == "2021-03-05T00:00|某城日报|-"
    assert found.section == "要闻"
    assert html(
        head='<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2021-03-05T14:07:00+08:00"}</script>'
    ).published
    assert (
        html(head='<link rel="canonical" href="https://news.example/a/20210305/1.html">').published.isoformat()[:10]
        == "2021-03-05"
    )
    page = lines.read(f"{TITLE}\n\n{FIRST}\n\n{SECOND}")
    assert (
        metadata.find_metadata(page, url="https://news.example/2021-03/05/c_1.htm").published.isoformat()[:10]
        == "2021-03-05"
    )
    assert html(head='<link rel="canonical" href="https://news.example/a/20211399/1.html">').published is None
    assert html(head='<script type="application/ld+json">{"@type": </script>').title == TITLE


def test_a_day_of_the_page_and_the_minute_of_the_head():
    head = '<meta property="article:published_time" content="2021-03-05T14:07:00+08:00">'
    assert html("2021-03-05", head=head).published.hour == 14
    assert html("2021-03-05 09:30", head=head).published.hour == 9


def test_the_future_and_the_relative_past():
    page = lines.read(f"{TITLE}\n\n3小时前 来源：某城网\n\n{FIRST}\n\n{SECOND}")
    now = datetime(2021, 3, 5, 12, tzinfo=UTC)
    assert metadata.find_metadata(page, fetched_at=now).published == datetime(2021, 3, 5, 9, tzinfo=UTC)
    assert metadata.find_metadata(page).published is None
    later = lines.read(f"{TITLE}\n\n2031-03-05 14:07\n\n{FIRST}\n\n{SECOND}")
    assert metadata.find_metadata(later, fetched_at=now).published is None


def test_own_name_as_source():
    page = lines.read(f"{TITLE}\n\n2021-03-05 来源：本站\n\n{FIRST}\n\n{SECOND}")
    assert metadata.find_metadata(page, publisher="某城新闻网").source == "某城新闻网"
    named = lines.read(f"{TITLE}\n\n2021-03-05 来源：某城新闻网\n\n{FIRST}\n\n{SECOND}")
    assert metadata.find_metadata(named, publisher="某城新闻网").source == "某城新闻网"


def test_the_last_publisher_of_a_byline_is_the_source():
    assert html("□某云/某城日报 王小明").source == "某城日报"


def test_headline_without_column_and_site():
    assert html(h1="").title == TITLE
    assert without_site("小城建成新图书馆 - 某城网") == "小城建成新图书馆"
    assert without_site("小城建成新图书馆--时政--某城网") == "小城建成新图书馆"
    assert without_site("小城-大城之间的铁路今天通车") == "小城-大城之间的铁路今天通车"
    assert without_site("某城新闻网") == "某城新闻网"


def test_headline_in_two_lines_is_one():
    found = html(h1="小城早市扩建后<br>添了新气象")
    assert found.title.replace(" ", "") == TITLE
    assert [found.claims[i] for i in (found.title_line, found.title_line + 1)] == ["title", "title"]


def test_headline_of_a_text_is_above_its_furniture_not_a_quote_or_a_button():
    lifted = "增加了照明和排水设施，下雨天也不会积水"
    page = f"返回首页\n\n{lifted}\n\n{TITLE}\n\n□ 某城日报 王小明\n\n{FIRST}\n\n{SECOND}"
    found = metadata.find_metadata(lines.read(page))
    assert (found.title, found.authors) == (TITLE, ("王小明",))
    assert found.claims[found.title_line] == "title"


def test_headline_of_a_government_table():
    page = f"索引号：\n000/2021-1\n发文机关：\n某城市政府\n标 题：\n{TITLE}通知\n发布日期：2021-03-05\n\n{FIRST}\n\n{SECOND}"
    found = metadata.find_metadata(lines.read(page))
    assert found.title == f"{TITLE}通知"


def test_a_page_without_a_headline_has_none():
    assert metadata.find_metadata(lines.read(f"{FIRST}\n\n{SECOND}")).title is None


def test_section_from_label_and_breadcrumb():
    assert text("类别:社会 发布时间:2021-03-05 来源:某城网").section == "社会"
    crumbs = f"当前位置:首页 > 生活 > 市场 >\n\n{TITLE}\n\n2021-03-05\n\n{FIRST}\n\n{SECOND}"
    found = metadata.find_metadata(lines.read(crumbs))
    assert (found.section, found.claims[0]) == ("市场", "breadcrumb")
    assert metadata.find_metadata(lines.read(crumbs.replace("首页 > 生活 > 市场 >", "首页 > 正文"))).section is None
    forum = (
        f"某城论坛 门户 城事 某城区政府 查看内容\n\n{TITLE}\n\n2021-03-05 15:34| 发布者: admin\n\n{FIRST}\n\n{SECOND}"
    )
    assert metadata.find_metadata(lines.read(forum)).section == "某城区政府"


def test_annotated_traditional_pages_are_read_in_their_own_characters():
    page = f"小城早市擴(kuò)建後添了新氣(qì)象\n\n2021-03-05 15:34| 發(fā)布者: admin| 評(píng)論: 0|來自: 某城網(wǎng)\n\n{FIRST}\n\n{SECOND}(文/王小華(huá))"
    found = metadata.find_metadata(lines.read(page))
    assert summary(found) == "2021-03-05T15:34|某城網(wǎng)|王小華(huá)"
    assert found.title.startswith("小城早市擴(kuò)")


def test_other_languages_take_the_head():
    page = """<html lang="en"><head><title>Town market grows | Example News</title>
    <meta property="article:published_time" content="2021-03-05T14:07:00Z"><meta name="author" content="Jane Doe"></head>
    <body><h1>Town market grows</h1><p>The market of the small town was extended this year, with two new rows of stalls.
    The neighbours say that shopping has become easier, and that the lights help in winter.</p></body></html>"""
    found = metadata.find_metadata(lines.read(page))
    assert (found.title, found.authors, found.source) == ("Town market grows", ("Jane Doe",), None)
    assert found.published == datetime(2021, 3, 5, 14, 7, tzinfo=UTC)


def test_opt_out_signals():
    head = Head(
        meta=(
            ("robots", "index, NoAI, noimageai"),
            ("tdm-reservation", "1"),
            ("googlebot", "noarchive"),
            ("viewport", "noindex"),
        )
    )
    assert opt_out_head(head) == ("meta:noai", "meta:noimageai", "meta:tdm-reservation", "meta:noarchive")
    assert opt_out_head(Head(meta=(("robots", "index,follow"), ("tdm-reservation", "0")))) == ()
    assert html(head='<meta name="robots" content="noai">').opt_out == ("meta:noai",)


def test_rules_are_data_with_reasons():
    assert all(label.reason and label.words for label in LABELS)
    seen = [word for label in LABELS for word in label.words if label.mark != "?"]
    assert len(seen) == len(set(seen))


def test_the_time_that_a_hostile_page_takes_grows_with_its_lines():
    def page(entries: int) -> lines.PageLines:
        menu = "\n".join(f"菜单{i} 2021-01-{i % 28 + 1:02d}" for i in range(entries))
        return lines.read(f"{menu}\n\n{TITLE}\n\n来源：某城日报\n\n{FIRST}\n\n{SECOND}\n{menu}")

    assert growth(metadata.find_metadata, page(7_000), page(14_000)) < LINEAR


def test_a_hostile_head_is_not_believed():
    head = f'<meta property="og:title" content="{"年" * 300_000}"><meta name="pubdate" content="{"2021" * 100_000}">'
    assert html(head=head).title == TITLE


def test_every_answer_names_its_rule_and_line():
    found = html("2021-03-05 14:07 来源：某城日报 作者：王小明", after="<p>责任编辑：李大江</p>")
    assert set(found.rules) == {"title", "published", "source", "authors", "editors"}
    assert sorted(found.claims.values()) == ["editor", "source line", "title"]


def test_furniture_is_taken_apart():
    line = parse_info_line("发布:2021-1-29 13:18|点击:313|来自:某城网")
    assert [(value.role, value.text) for value in line.values] == [("published", ""), ("source", "某城网")]
    assert [(dated.role, dated.stamp.moment) for dated in line.dates] == [("published", datetime(2021, 1, 29, 13, 18))]


@pytest.mark.parametrize("written", ["2021-02-30", "2021年13月1日", "1.2021.3.5", "电话2021-35"])
def test_what_is_no_date(written):
    assert dates.stamps(written) == ()


def test_names():
    assert names.people("王 明、李小雷 上海报道", named=True) == ("王明", "李小雷")
    assert names.is_person("欧阳小明", named=False)
    assert not any(names.is_person(word, named=False) for word in ("江西", "高清", "关注", "某城日报", "时间", "小明"))


def test_own_characters_survive_the_fold():
    line = folded(0, "來源：某城網(wǎng)　作者")
    assert line.text == "来源:某城网 作者"
    assert line.own("某城网") == "某城網(wǎng)"
    assert line.own("不在此") == "不在此"


def _score(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("zhnews_score", shared / "zhnews" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _record(name: str, found: Metadata) -> dict[str, object]:
    when = found.published.isoformat() if found.published else None
    return {"id": name, "title": found.title, "date": when, "author": list(found.authors), "source": found.source}


def _gold(folder: Path, ending: str = "") -> list[dict[str, object]]:
    rows = [json.loads(row) for row in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if str(row["id"]).endswith(ending)]


def _meets(got: dict[str, float], floor: dict[str, float]) -> None:
    for name, value in floor.items():
        limit = name.endswith(("_wrong", "_false_positive"))
        assert got[name] <= value if limit else got[name] >= value, f"{name}: {got[name]:.4f}, floor {value}"


@pytest.mark.parametrize("pages", ["zhnews", "wildhtml"])
def test_floors_on_pages(shared, floors, pages):
    import gzip

    from cleaners.page.decode import decode

    gold = _gold(shared / pages)
    found = {}
    for row in gold:
        page = gzip.decompress((shared / pages / "html" / f"{row['id']}.html.gz").read_bytes())
        found[row["id"]] = _record(str(row["id"]), metadata.find_metadata(lines.read(decode(page).text)))
    _meets(_score(shared).score(gold, found)[0], floors[f"metadata {pages}"])


@pytest.mark.parametrize("rendering", ["main", "full"])
def test_floors_on_zhtext(shared, floors, rendering):
    gold = _gold(shared / "zhtext", rendering)
    found = {}
    for row in gold:
        page = (shared / "zhtext" / "text" / f"{row['id']}.txt").read_text(encoding="utf-8")
        found[row["id"]] = _record(str(row["id"]), metadata.find_metadata(lines.read(page)))
    _meets(_score(shared).score(gold, found)[0], floors[f"metadata zhtext {rendering}"])


def test_the_five_seeds(shared):
    from cleaners.chinese.script import fold

    gold = json.loads((shared / "seeds" / "gold.json").read_text(encoding="utf-8"))
    for name, wanted in gold.items():
        if name.startswith("_"):
            continue
        page = (shared / "seeds" / name).read_text(encoding="utf-8")
        found = metadata.find_metadata(lines.read(page))
        published = datetime.fromisoformat(wanted["published"]) if wanted["published"] else None
        assert fold(found.title or "") == fold(page.split("\n")[wanted["title_line"] - 1].strip())
        assert found.published == published
        assert fold(found.source or "") == (wanted["source"] or "")
        assert "、".join(map(fold, found.authors)) == (wanted["author"] or "")


def test_lines_of_icons_and_invisible_signs_cost_no_article() -> None:
    body = (Path(__file__).parent / "pages" / "icons-on-lines-of-their-own.html").read_bytes()
    found = clean(Page(body=body, origin="x"))
    assert isinstance(found, Article), found
    assert (found.source, len(found.text.splitlines())) == ("河湾日报", 3)
