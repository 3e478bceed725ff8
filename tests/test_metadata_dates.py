"""Dates by kind: odd forms, told from the moment of fetching, moments in UTC, and dates that cannot be true."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaners import metadata
from cleaners.metadata import dates
from cleaners.page import lines

TITLE = "山脚村的老茶厂重新开工"
TEXT = (
    "停了九年的老茶厂在谷雨前一天重新开工，十二口铁锅一字排开，炒茶的师傅大多是从前的老职工，最年长的已经七十三岁。",
    "合作社把旧厂房的屋顶全部换过，又添了两台揉捻机，头一批春茶三天就卖完了，价钱比去年每斤高出四十元。",
)


def published(info: str, *, head: str = "", fetched: str | None = None, url: str | None = None) -> str | None:
    page = f"""<html lang="zh-CN"><head><title>{TITLE} - 山脚新闻网</title>{head}</head><body><h1>{TITLE}</h1>
    <p class="x">{info}</p><article><p>{TEXT[0]}</p><p>{TEXT[1]}</p></article></body></html>"""
    when = datetime.fromisoformat(fetched) if fetched else None
    found = metadata.find_metadata(lines.read(page), fetched_at=when, url=url)
    return found.published.isoformat() if found.published else None


@pytest.mark.parametrize(
    ("info", "wanted"),
    [
        # the day first, with dots
        ("05.03.2021 14:07", "2021-03-05T14:07"),
        ("发布：5.3.2021", "2021-03-05T00:00"),
        # blogs set the parts of a date apart, with the day of the week among them
        ("<b>Mar</b> <i>05</i> <i>Fri</i> <b>2021</b> <u>14:07</u>", "2021-03-05T14:07"),
        ("<b>Mar</b><i>05</i><i>Fri</i><b>2021</b><u>14:07</u>", "2021-03-05T14:07"),
        ("3 月 05 週五 2021 14:07", "2021-03-05T14:07"),
        ("5 March (Fri) 2021 14:07", "2021-03-05T14:07"),
        ("Fri Mar 05 14:07:00 CST 2021", "2021-03-05T14:07"),
        ("5-Mar-2021 2:07 PM", "2021-03-05T14:07"),
        # halves of the day
        ("2021-03-05 上午12:07", "2021-03-05T00:07"),
        ("2021年3月5日 凌晨12:07", "2021-03-05T00:07"),
        ("2021-03-05 12:07 AM", "2021-03-05T00:07"),
        ("2021-03-05 12:07 PM", "2021-03-05T12:07"),
        ("2021年3月5日 中午12:07", "2021-03-05T12:07"),
        ("2021/3/5 下午12:07", "2021-03-05T12:07"),
        ("2021年3月5日 傍晚6:07", "2021-03-05T18:07"),
        ("2021-03-05 深夜11:07", "2021-03-05T23:07"),
        ("2021-03-04 晚上12:07", "2021-03-05T00:07"),
        # the clock before the date
        ("14:072021/03/05 来源：山脚日报", "2021-03-05T14:07"),
        ("14:07:332021-03-05", "2021-03-05T14:07"),
        ("14:07　2021年3月5日", "2021-03-05T14:07"),
        ("14:07 25/03/2021", "2021-03-25T14:07"),
        ("2021-03-05 14:07 2021-03-06 09:00", "2021-03-05T14:07"),
        # the midnight that ends the day
        ("2021-03-04 24:00", "2021-03-05T00:00"),
        ("2021年2月28日24:00", "2021-03-01T00:00"),
        ("发布时间：2020年12月31日 24时00分", "2021-01-01T00:00"),
        # words for the parts
        ("2021 年 3 月 5 日 14 时 07 分", "2021-03-05T14:07"),
        ("2021年3月5日14点07分33秒", "2021-03-05T14:07"),
        ("2021年3月5日 14时", "2021-03-05T14:00"),
        ("2021年3月5日下午2点", "2021-03-05T14:00"),
        ("二零二一年三月五日", "2021-03-05T00:00"),
        ("March 5th, 2021 2:07 PM", "2021-03-05T14:07"),
        # zones
        ("2021-03-05 06:07 GMT", "2021-03-05T14:07"),
        ("2021-03-05T14:07:00+08:00", "2021-03-05T14:07"),
    ],
)
def test_odd_forms(info: str, wanted: str) -> None:
    found = published(info)
    assert found
    assert (found[:16], found[-6:]) == (wanted, "+08:00")


@pytest.mark.parametrize(
    "info", ["阅读 20210305", "版本 1.3.2021.4", "114.114.2021", "比分 12:07", "May 2021", "编号 7-12-2021-4"]
)
def test_numbers_that_are_no_date(info: str) -> None:
    assert published(info) is None


@pytest.mark.parametrize(
    ("info", "wanted"),
    [
        ("昨天 21:30", "2026-03-08T21:30:00+08:00"),
        ("昨日 下午3:05 来源：山脚日报", "2026-03-08T15:05:00+08:00"),
        ("昨晚 9:30", "2026-03-08T21:30:00+08:00"),
        ("前天08:15", "2026-03-07T08:15:00+08:00"),
        ("今天 00:40", "2026-03-09T00:40:00+08:00"),
        ("今日 0:40", "2026-03-09T00:40:00+08:00"),
        ("3小时前", "2026-03-08T22:10:00+08:00"),
        ("3個小時前", "2026-03-08T22:10:00+08:00"),
        ("一小时前", "2026-03-09T00:10:00+08:00"),
        ("两天前", "2026-03-07T00:00:00+08:00"),
        ("半小时前", "2026-03-09T00:40:00+08:00"),
        ("20分钟前", "2026-03-09T00:50:00+08:00"),
        ("2天前", "2026-03-07T00:00:00+08:00"),
        ("刚刚 来源：山脚日报", "2026-03-09T01:10:00+08:00"),
        ("03-08 21:30", "2026-03-08T21:30:00+08:00"),
        ("3月8日21:30", "2026-03-08T21:30:00+08:00"),
        ("3月8日 下午9:30", "2026-03-08T21:30:00+08:00"),
        ("3月8日 周日 21:30", "2026-03-08T21:30:00+08:00"),
        ("周日 21:30", "2026-03-08T21:30:00+08:00"),
        ("星期一 22:00", "2026-03-02T22:00:00+08:00"),
        ("12-31 22:10", "2025-12-31T22:10:00+08:00"),
        ("2026-03-08 21:30", "2026-03-08T21:30:00+08:00"),
    ],
)
@pytest.mark.parametrize("fetched", ["2026-03-08T17:10:00+00:00", "2026-03-09T01:10:00+08:00"])
def test_dates_told_from_a_fetch_at_night_are_the_sites_days(fetched: str, info: str, wanted: str) -> None:
    assert published(info, fetched=fetched) == wanted


def test_without_the_moment_of_fetching_they_say_nothing() -> None:
    assert [published(info) for info in ("昨天 21:30", "03-08 21:30", "3小时前")] == [None, None, None]


def _ld(moment: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{moment}"}}</script>'


@pytest.mark.parametrize(
    "head",
    [
        '<script>var ct = "1772989800";</script>',
        "<script>var ct='1772989800',oriCreateTime = '';</script>",
        "<script>window.page = {publish_time: 1772989800, likes: 12};</script>",
        '<script>var data = {"createTime":1772989800000}</script>',
        "<script>var oriCreateTime = '1772989800';</script>",
        '<meta name="publishdate" content="1772989800">',
        '<meta property="article:published_time" content="2026-03-08T17:10:00Z">',
        '<meta property="article:published_time" content="2026-03-08T17:10:00.000+0000">',
        _ld("2026-03-08T17:10:00.000Z"),
        _ld("1772989800"),
    ],
)
def test_moments_in_utc_are_shown_in_the_sites_timezone(head: str) -> None:
    assert published("来源：山脚日报", head=head) == "2026-03-09T01:10:00+08:00"


def test_an_attribute_in_utc_is_shown_in_the_sites_timezone() -> None:
    assert published('<time datetime="2026-03-08T17:10:00Z">刚刚</time>') == "2026-03-09T01:10:00+08:00"


def test_an_offset_of_another_land_stays() -> None:
    assert published("", head=_ld("2026-03-09T02:10:00+09:00")) == "2026-03-09T02:10:00+09:00"


def test_a_local_time_that_the_head_calls_utc_is_local() -> None:
    assert published("2026-03-09 01:10", head=_ld("2026-03-09T01:10:00Z")) == "2026-03-09T01:10:00+08:00"


@pytest.mark.parametrize(
    ("info", "head", "url", "wanted"),
    [
        # a label in the future: what the head or the address says
        ("发布时间：2031-03-05 14:07", _ld("2025-03-05T14:07:00+08:00"), None, "2025-03-05"),
        ("发布时间：2031-03-05 14:07", "", "https://news.example/2025/03/05/1.html", "2025-03-05"),
        ("发布时间：2031-03-05 14:07<br>2025-03-05 10:00", "", None, "2025-03-05"),
        ("发布时间：2031-03-05 14:07", "", None, None),
        ("", _ld("2031-03-05T14:07:00+08:00"), "https://news.example/t20250305_7.htm", "2025-03-05"),
        # a label years off the address of the page
        ("发布时间：2012-01-01 08:00", "", "https://news.example/2025/0305/c12-7.html", "2025-03-05"),
        ("2012-01-01 08:00", _ld("2025-03-05T14:07:00+08:00"), "https://news.example/202503/7.html", "2025-03-05"),
        ("2025-03-07 08:00", "", "https://news.example/2025/03/05/7.html", "2025-03-07"),
        ("2024-12-30 08:00", "", "https://news.example/202501/7.html", "2024-12-30"),
        # numbers that only look like a day, and addresses that tell none
        ("2025-03-07 08:00", "", "https://news.example/item/20311399/7.html", "2025-03-07"),
        ("2025-03-07 08:00", "", "https://news.example/item/20310305/7.html", "2025-03-07"),
        ("2025-03-07 08:00", "", "https://news.example/item/7.html?d=20110305", "2025-03-07"),
    ],
)
def test_a_false_date_is_not_believed(info: str, head: str, url: str | None, wanted: str | None) -> None:
    found = published(info, head=head, url=url, fetched="2026-03-09T01:10:00+08:00")
    assert (found and found[:10]) == wanted


def test_an_event_in_a_sentence_is_no_date_of_the_page() -> None:
    assert published("2021年3月5日14时，山脚村举行开工仪式。") is None


def test_every_form_of_a_date_has_a_reason() -> None:
    assert all(form.reason for form in dates.FORMS)


def test_a_date_of_the_address_is_in_the_sites_timezone() -> None:
    assert published("", url="https://news.example/2025/03/05/1.html") == "2025-03-05T00:00:00+08:00"


def test_fetching_and_page_may_differ_by_hours() -> None:
    """Minutes after midnight in China the fetch is still yesterday in UTC: no date in the future."""
    fetched = datetime(2026, 3, 8, 16, 30, tzinfo=UTC).isoformat()
    assert published("2026-03-09 00:20", fetched=fetched) == "2026-03-09T00:20:00+08:00"
