"""Headlines by kind: names of the site and its columns, labels, dispatches, short headlines, columns set as headings."""

from __future__ import annotations

import pytest

from cleaners import metadata
from cleaners.metadata.site_suffix import without_site
from cleaners.page import lines

TITLE = "山脚村的老茶厂重新开工"
TEXT = (
    "停了九年的山脚村老茶厂在谷雨前一天重新开工，十二口铁锅一字排开，炒茶的师傅大多是从前的老职工，最年长的已经七十三岁。",
    "合作社把旧厂房的屋顶全部换过，又添了两台揉捻机，头一批春茶三天就卖完了，价钱比去年每斤高出四十元。",
)


def title(
    declared: str, shown: str = "", *, head: str = "", info: str = "2026-03-09 08:10 来源：山脚日报"
) -> str | None:
    page = f"""<html><head><title>{declared}</title>{head}</head><body>{shown}<div class="i">{info}</div>
    <div class="c"><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div></body></html>"""
    return metadata.find_metadata(lines.read(page)).title


SITE = '<meta property="og:site_name" content="茶乡记 | 一杯茶的工夫">'


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        (f"{TITLE}-国内新闻-山脚网", ""),
        (f"{TITLE}-国内-山脚网", ""),
        (f"{TITLE}-要闻-时政频道-山脚在线", ""),
        (f"{TITLE}_民生_山脚日报数字报", ""),
        (f"{TITLE} » 山脚资讯网", ""),
        (f"{TITLE} ‹ 山脚新闻", ""),
        (f"{TITLE}«山脚网", ""),
        (f"{TITLE} / 农业 / 山脚网", ""),
        (f"{TITLE} | 山脚晚报", ""),
        (f"{TITLE} :: 山脚论坛", ""),
        (f"{TITLE} - 山脚网 - 农业", ""),
        (f"{TITLE}--农业--山脚网", ""),
        (f"{TITLE} - 茶乡记", SITE),
        (f"{TITLE} - 茶乡记 | 一杯茶的工夫", SITE),
        (f"{TITLE}丨茶乡记", SITE.replace("茶乡记 |", "茶乡记 -")),
        (f"{TITLE} · 茶乡记官网", SITE),
        (f"茶乡记 - {TITLE}", SITE),
        (f"山脚新闻网 | {TITLE}", ""),
        (f"山脚日报 - {TITLE}", ""),
        (f"{TITLE} - 茶乡记", f'{SITE}<meta property="og:title" content="{TITLE} - 茶乡记">'),
        (f"原标题：{TITLE}_山脚网", ""),
        (f"【原标题】{TITLE}", ""),
        (f"标题：{TITLE}", ""),
    ],
)
def test_the_site_and_its_columns_are_no_part_of_the_headline(declared: str, head: str) -> None:
    if "丨" in declared:
        declared = declared.replace("丨", " 丨 ")
    assert title(declared, head=head) == TITLE
    assert title(declared, f"<h1>{TITLE}</h1>", head=head) == TITLE


@pytest.mark.parametrize(
    "declared",
    [
        "Y-20首飞十年 一位老机长的回忆",
        "山脚队3-2逆转，老将补时建功",
        "一图读懂 | 山脚村的老茶厂",
        "小城-大城之间的铁路今天通车",
        "观茶 | 山脚村的老茶厂",
        "茶与水——一个老师傅的四十年",
        "A/B两座厂房换了屋顶",
    ],
)
def test_marks_inside_a_headline_stay(declared: str) -> None:
    assert without_site(declared) == declared
    assert without_site(f"{declared}_山脚网") == declared


@pytest.mark.parametrize(
    "shown",
    [
        f"原标题：{TITLE}",
        f"（原标题：{TITLE}）",
        f"【原标题】{TITLE}",
        f"原題：{TITLE}",
        f"新闻标题：{TITLE}",
        f"标 题：{TITLE}",
        f"题目：{TITLE}",
    ],
)
def test_a_label_before_the_headline_goes(shown: str) -> None:
    assert title(f"{shown}_山脚网", f"<h1>{shown}</h1>") == TITLE
    assert title("", f"<h1>{shown}</h1>") == TITLE


@pytest.mark.parametrize(
    "line",
    [
        f"山脚社茶乡3月9日电　题：{TITLE}",
        f"山脚网茶乡3月9日讯（记者 王小明）题：{TITLE}",
        f"山腳社茶鄉3月9日電 題：{TITLE}",
        f"山脚社北岸电 题: {TITLE}",
        f"题：{TITLE}",
    ],
)
def test_the_headline_of_a_dispatch_stands_behind_its_dateline(line: str) -> None:
    found = metadata.find_metadata(lines.read(f"{line}\n山脚社记者 王小明\n{TEXT[0]}\n{TEXT[1]}"))
    assert (found.title, found.authors) == (TITLE, ("王小明",))
    assert title("", f"<p>{line}</p>", info="山脚社记者 王小明") == TITLE


@pytest.mark.parametrize("short", ["渡口", "雪", "《老茶》", "通知", "家园", "茶说", "父亲"])
@pytest.mark.parametrize(
    "suffix", ["", "_山脚日报", " - 王小明 - 山脚文学网", " - 山脚文学网", "_散文_山脚网", " | 山脚晚报"]
)
@pytest.mark.parametrize("tag", ["h1", "h2", "p", 'div class="article-title"'])
def test_a_short_headline_that_page_and_head_agree_on(short: str, suffix: str, tag: str) -> None:
    assert title(f"{short}{suffix}", f"<{tag}>{short}</{tag.split()[0]}>") == short


@pytest.mark.parametrize(
    "shown",
    [
        "<h1>乡镇传真</h1>",
        "<h1>茶乡</h1>",
        "<h2>今日关注</h2>",
        '<div class="title">记者走基层</div>',
        "<h1>要闻</h1>",
        "<h1>民生热线</h1><h3>图说茶乡</h3>",
    ],
)
def test_a_column_set_as_a_heading_is_not_the_headline(shown: str) -> None:
    assert title(f"{TITLE}_山脚网", shown) == TITLE
    assert title(f"{TITLE}-农业-山脚网", shown) == TITLE


def test_a_button_or_a_logo_is_no_short_headline() -> None:
    assert title("山脚日报", "<h1>山脚日报</h1>") is None
    assert title("详情", "<h1>详情</h1>") is None
    assert title("新闻详情", f"<h1>新闻详情</h1><h2>{TITLE}</h2>") == TITLE
    assert title("要闻_山脚网", f"<h1>要闻</h1><h2>{TITLE}</h2>") == TITLE


def test_the_first_headings_of_a_blog_are_its_own_name() -> None:
    shown = f"""<h1><a href="/">小满的茶室</a></h1><h2>茶乡博客 TEABLOG</h2><ul><li>2026-03-09 08:10</li>
    <li class="title"><h2><a href="/p/7">{TITLE} (2)</a></h2></li></ul>"""
    assert title(f"{TITLE} (2) @ 小满的茶室 :: 茶乡博客 TEABLOG ::", shown, info="") == f"{TITLE} (2)"
    assert title(f"{TITLE} (2) - 小满的茶室 - 茶乡博客 TEABLOG", shown, info="") == f"{TITLE} (2)"


NUMBER, CALLED = "山脚水发〔2026〕12号", "各社区居委会，镇直各单位："
ORDER = (
    "因老旧管网漏损严重，经研究决定，六月中旬起对河东片区的供水管道分段检修，请提前储水，减少不便。",
    "一、检修分四段进行，每段停水不超过八小时，具体时段由水务所提前一天张贴在小区门口。",
    "山脚镇水务所",
    "2026年6月2日",
)
NOTICE = "关于做好城区供水管网检修工作的通知"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ((NOTICE, NUMBER, CALLED), NOTICE),
        ((NUMBER, NOTICE, CALLED), NOTICE),
        (("山脚镇水务所文件", NUMBER, NOTICE, CALLED), NOTICE),
        ((NOTICE, NUMBER.replace("〔2026〕", "[2026]第"), "各有关单位："), NOTICE),
        (("关于做好城区供水管网", "检修工作的通知", NUMBER, CALLED), "关于做好城区供水管网 检修工作的通知"),
        (("停水公告", "", "尊敬的用户："), "停水公告"),
        (("致河东片区居民的一封信", "亲爱的居民朋友们:"), "致河东片区居民的一封信"),
        (("關於加強河道巡查工作的通知", "山腳水發〔2026〕12號", "各里辦公處："), "關於加強河道巡查工作的通知"),
    ],
)
def test_the_headline_of_a_notice_stands_above_its_number_and_addressees(head: tuple[str, ...], wanted: str) -> None:
    assert metadata.find_metadata(lines.read("\n".join((*head, *ORDER)))).title == wanted


def test_whoever_speaks_in_a_story_is_no_addressee() -> None:
    story = f"{TITLE}\n\n{TEXT[0]}\n\n厂长说：\n\n{TEXT[1]}"
    assert metadata.find_metadata(lines.read(story)).title == TITLE
