"""Every mechanism of the metadata has a page that fails without it: it is switched off, and its answer is lost.

A mechanism whose page cannot be shown has no place in the code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import pytest

from cleaners import metadata
from cleaners.items import EntryFields, Metadata
from cleaners.metadata.declared import read_declared
from cleaners.metadata.page_regions import paragraphs
from cleaners.metadata.title import headline
from cleaners.metadata.title_position import HeadlineSettings
from cleaners.page import lines

TITLE = "山脚村的老茶厂重新开工"
TEXT = (
    "停了九年的山脚村老茶厂在谷雨前一天重新开工，十二口铁锅一字排开，炒茶的师傅大多是从前的老职工，最年长的已经七十三岁。",
    "合作社把旧厂房的屋顶全部换过，又添了两台揉捻机，头一批春茶三天就卖完了，价钱比去年每斤高出四十元。",
    "老职工们说，明年要把后山的四十亩茶园也管起来，请农校的老师来讲修剪和施肥，让年轻人愿意回来。",
)
DATE = "2026-03-09 08:10"


def html(
    info: str = "", *, end: str = "", after: str = "", head: str = "", site: str = "山脚新闻网", h1: str = TITLE
) -> str:
    return f"""<html lang="zh"><head><title>{TITLE} - {site}</title>{head}</head><body><h1>{h1}</h1><div class="i">{info}</div>
    <div class="c"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>{TEXT[2]}{end}</p>{after}</div></body></html>"""


ENGLISH = """<html lang="en"><head><title>Old tea factory opens again</title>{head}</head><body><h1>Old tea factory opens again</h1>
<div>{info}</div><p>The old tea factory of the village opened again a day before the rains, with twelve iron pans in a row.</p>
<p>The roof was mended and two machines were added, and the first tea of the spring was sold within three days.</p></body></html>"""
META_AUTHOR = '<meta name="author" content="{}">'
EDITION = f"第A01版：要闻\n第A02版：农业\n2026年3月9日 星期一\n{chr(10).join(f'第{n}条旧闻' for n in '一二三四五六七八九十')}\n\n{TITLE}\n\n{TEXT[0]}\n\n{TEXT[1]}"
LEAD = f"""<html><head><title>{TITLE}</title></head><body><div><h1>{TITLE}</h1><p>十二口铁锅一字排开，炒茶的师傅大多是从前的老职工。</p>
<p>撰文　王小明</p><p>{DATE}</p></div><div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div></body></html>"""
POST = f"""<html><head><title>平安山脚的动态 - 微社区</title></head><body><header><a>平安山脚</a><a>{DATE}</a></header>
<div>【情况通报】{TEXT[0]}</div><div>{TEXT[1]}</div></body></html>"""
FORUM = '<div class="authi"><a>三栋老陈</a></div><div>发表于 2026-3-9 08:10 <a>只看该作者</a></div>'
BROKEN = html(DATE, h1="山脚村停了九年的老茶厂<br>在谷雨前一天重新开工").replace(
    f"<title>{TITLE} - 山脚新闻网", "<title>"
)
LISTED = '<p>更多精彩内容</p><p><a href="/1">邻县开秤收鲜叶</a></p>'


SET = "山脚村的老茶厂 重新开工"  # as the page sets what its head writes without a blank
FAR = "<p>图</p>" * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A mechanism, how it is switched off, and the page whose answer is lost then."""

    name: str
    """Module below cleaners.metadata and attribute."""
    page: str
    field: str
    wanted: object
    off: Callable[..., object] = lambda *_, **__: None
    url: str | None = None
    columns: EntryFields = EntryFields()


BLOCK = f"""<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div class="c"><p>{TEXT[0]}</p>
<ul><li>Author, 王小明</li><li>Role, 山脚晚报记者</li></ul><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div></body></html>"""


def nothing(*_: object, **__: object) -> tuple[()]:
    return ()


def never(*_: object, **__: object) -> bool:
    return False


def unchanged(first: object, *_: object) -> object:
    return first


def line_as_it_is(page: lines.PageLines, index: int) -> str:
    return page.lines[index].text


def believed(_: object, stamp: object) -> object:
    return stamp


WHO, FROM, WHEN = "authors", "source", "published"
NAME = ("王小明",)
SWITCHES = [
    Switch(
        name="page_regions:byline_block",
        page=BLOCK,
        field="authors",
        wanted=("王小明",),
        off=lambda *_, **__: range(0),
    ),
    # dates
    Switch(
        name="published:_in_address",
        page=html(),
        url="https://a.example/2026/03/09/1.html",
        field=WHEN,
        wanted="2026-03-09",
    ),
    Switch(name="published:_issue_date", page=EDITION, field=WHEN, wanted="2026-03-09"),
    Switch(
        name="published:_in_scripts",
        page=html(head='<script>var ct = "1773015000";</script>'),
        field=WHEN,
        wanted="2026-03-09",
    ),
    Switch(name="published:_labelled", page=html(after=f"<p>发布时间：{DATE}</p>"), field=WHEN, wanted="2026-03-09"),
    Switch(
        name="published:cell_date", page=html(), columns=EntryFields(published=DATE), field=WHEN, wanted="2026-03-09"
    ),
    Switch(
        name="published:_declared",
        page=html(head=f'<meta name="pubdate" content="{DATE}">'),
        field=WHEN,
        wanted="2026-03-09",
    ),
    Switch(name="published:_stands_apart", page=html(DATE), field=WHEN, wanted="2026-03-09", off=never),
    Switch(name="dates:relative", page=html("昨天 08:10"), field=WHEN, wanted="2026-03-09"),
    Switch(
        name="dates:DateEvidence.settled",
        page=html("发布时间：2031-01-01 08:10", head=f'<meta name="pubdate" content="{DATE}">'),
        field=WHEN,
        wanted="2026-03-09",
        off=believed,
    ),
    Switch(
        name="dates:DateEvidence.day_first",
        page=html("09/03/2025"),
        url="https://a.example.my/1",
        field=WHEN,
        wanted="2025-03-09",
        off=property(lambda _: None),
    ),  # type: ignore[arg-type]
    Switch(
        name="info_lines:_in_two",
        page=html("<div>09</div><div>2026-03</div>"),
        field=WHEN,
        wanted="2026-03-09",
        off=never,
    ),
    Switch(name="page_regions:_behind_lead", page=LEAD, field=WHEN, wanted="2026-03-09", off=lambda *_: range(0)),
    # sources
    Switch(name="source:labelled", page=html("来源：茶乡记"), field=FROM, wanted="茶乡记"),
    Switch(name="source:beside_date", page=html(f"<b>首页</b> 茶乡日报 {DATE} 民生"), field=FROM, wanted="茶乡日报"),
    Switch(name="source:account", page=html(f"茶乡好味道 {DATE}"), field=FROM, wanted="茶乡好味道"),
    Switch(
        name="source_places:_declared",
        page=html(head='<meta name="source" content="茶乡记">'),
        field=FROM,
        wanted="茶乡记",
    ),
    Switch(
        name="source_places:_above_date",
        page=html(f"<div>茶乡日报</div><div>{DATE}</div>"),
        field=FROM,
        wanted="茶乡日报",
    ),
    Switch(name="source_places:_house", page=html("□茶乡云/茶乡日报 王小明"), field=FROM, wanted="茶乡日报"),
    Switch(
        name="source_places:_marked",
        page=html('<span class="nickname">茶乡故事汇</span><i>2万粉丝</i>'),
        field=FROM,
        wanted="茶乡故事汇",
    ),
    Switch(
        name="source_places:cell_source", page=html(), columns=EntryFields(source="茶乡记"), field=FROM, wanted="茶乡记"
    ),
    Switch(name="find:own_press", page=html("记者 王小明", site="茶乡日报数字报"), field=FROM, wanted="茶乡日报"),
    Switch(
        name="source:_without_place", page=html("来源：茶乡日报(杭州)"), field=FROM, wanted="茶乡日报", off=unchanged
    ),
    Switch(
        name="info_line:blanked",
        page=html(f"{DATE} 茶乡水务 12345人看过"),
        field=FROM,
        wanted="茶乡水务",
        off=unchanged,
    ),
    Switch(
        name="info_lines:_answered",
        page=html("<div>来源：</div><div>茶乡记</div>"),
        field=FROM,
        wanted="茶乡记",
        off=never,
    ),
    # authors
    Switch(name="byline:labelled", page=html("供稿：王小明"), field=WHO, wanted=NAME, off=nothing),
    Switch(name="byline:standing", page=html("茶乡日报记者 王小明"), field=WHO, wanted=NAME),
    Switch(name="byline:_marked", page=html("■王小明"), field=WHO, wanted=NAME),
    Switch(name="byline:after_source", page=html("来源：茶乡记 王小明"), field=WHO, wanted=NAME, off=nothing),
    Switch(name="byline:beside_date", page=html(f"王小明 {DATE}"), field=WHO, wanted=NAME, off=nothing),
    Switch(
        name="byline:before_account", page=html(f"原创 王小明 茶乡故事汇 {DATE}"), field=WHO, wanted=NAME, off=nothing
    ),
    Switch(
        name="byline:reprinted",
        page=html(after="<p>本文来自公众号“茶乡记”，作者：王小明，经授权发布。</p>"),
        field=WHO,
        wanted=NAME,
        off=nothing,
    ),
    Switch(
        name="byline:dateline",
        page=html().replace("<p>停了", "<p>茶乡网讯（记者王小明）停了"),
        field=WHO,
        wanted=NAME,
        off=nothing,
    ),
    Switch(name="byline:final", page=html(end="（文/王小明）"), field=WHO, wanted=NAME, off=nothing),
    Switch(name="byline:editors", page=html("责任编辑：王小明"), field="editors", wanted=NAME, off=nothing),
    Switch(name="page_regions:_signed", page=html(end="（记者 王小明）"), field=WHO, wanted=NAME, off=lambda *_: []),
    Switch(
        name="page_regions:_credits",
        page=html().replace(f"<p>{TEXT[1]}", f"<p>茶乡日报记者 王小明</p><p>{TEXT[1]}"),
        field=WHO,
        wanted=NAME,
        off=lambda *_: [],
    ),
    Switch(
        name="page_regions:_names_credits",
        page=html(after=f"{LISTED}<p>作者：王小明</p>"),
        field=WHO,
        wanted=NAME,
        off=never,
    ),
    Switch(
        name="page_regions:text_with_gaps",
        page=html("<span>作者：王小明</span><span>北门</span>"),
        field=WHO,
        wanted=NAME,
        off=line_as_it_is,
    ),
    Switch(
        name="authors:_confirmed",
        page=html(f"{DATE} | 茶乡 | 王小明 | 第3版", head=META_AUTHOR.format("王小明")),
        field=WHO,
        wanted=NAME,
    ),
    Switch(
        name="authors:people_marked",
        page=html('<div class="byline"><a>王小明</a><span>wxm@example.cn</span></div>'),
        field=WHO,
        wanted=NAME,
    ),
    Switch(name="authors:poster", page=html(FORUM), field=WHO, wanted=("三栋老陈",)),
    Switch(name="authors:called_author", page=html("作者：三栋老陈"), field=WHO, wanted=("三栋老陈",)),
    Switch(name="find:cell_authors", page=html(), columns=EntryFields(author="王小明"), field=WHO, wanted=NAME),
    Switch(
        name="find:declared_authors",
        page=ENGLISH.format(info="", head=META_AUTHOR.format("Jane Doe")),
        field=WHO,
        wanted=("Jane Doe",),
    ),
    Switch(
        name="find:english_authors", page=ENGLISH.format(info="By Jane Doe", head=""), field=WHO, wanted=("Jane Doe",)
    ),
    # headlines and sections
    Switch(
        name="title:_agreed",
        page=html().replace(f"<h1>{TITLE}</h1>", f"<p>{SET}</p>{FAR}"),
        field="title",
        wanted=SET,
    ),
    Switch(name="title:_in_brackets", page=POST, field="title", wanted="情况通报"),
    Switch(
        name="title:_without_category",
        page=html(h1=f"<a>[民生]</a> <span>{TITLE}</span>"),
        field="title",
        wanted=TITLE,
        off=unchanged,
    ),
    Switch(name="title:_short_heading", page=html(h1="渡口").replace(TITLE, "渡口"), field="title", wanted="渡口"),
    Switch(
        name="title:without_label",
        page=html(h1=f"原标题：{TITLE}").replace(f"<title>{TITLE}", f"<title>原标题：{TITLE}"),
        field="title",
        wanted=TITLE,
        off=unchanged,
    ),
    Switch(
        name="title_position:_continues",
        page=BROKEN,
        field="title",
        wanted="山脚村停了九年的老茶厂 在谷雨前一天重新开工",
        off=never,
    ),
    Switch(
        name="section:_breadcrumb",
        page=f"当前位置：首页 > 茶业 > 正文\n\n{html()}".replace(
            "<h1>", "<p>当前位置：首页 &gt; 茶业 &gt; 正文</p><h1>"
        ),
        field="section",
        wanted="茶业",
    ),
]


def answer(switch: Switch) -> object:
    now = datetime(2026, 3, 10, 4, tzinfo=UTC)
    found: Metadata = metadata.find_metadata(
        lines.read(switch.page), fetched_at=now, url=switch.url, columns=switch.columns
    )
    value = getattr(found, switch.field)
    return value.date().isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("switch", SWITCHES, ids=[switch.name for switch in SWITCHES])
def test_without_a_mechanism_its_page_is_read_wrong(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(switch) == switch.wanted
    module, _, path = switch.name.partition(":")
    *owner, attribute = path.split(".")
    target = importlib.import_module(f"cleaners.metadata.{module}")
    monkeypatch.setattr(getattr(target, owner[0]) if owner else target, attribute, switch.off)
    assert answer(switch) != switch.wanted


def place(info: str, *, head: str = "") -> str:
    """A page on which only the place tells the headline, where ``head`` is empty."""
    return f"""<html><head><title>{head}</title></head><body>{info}<p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p></body></html>"""


OTHER = "头一批春茶三天就卖完了"  # told in the text too, word for word
NEARLY = "头一批春茶三天就卖光了"
AT = f"<p>来源：茶乡记 {DATE}</p>"
WEIGHTS = {
    "told": (TITLE, place(f"<p>{TITLE}</p><p>微风细雨老茶又一年春色</p>{AT}")),
    "untold": (
        "春风里的山脚村一年新事",
        place(f"<p>春风里的山脚村一年新事</p><p>春</p><p>微风细雨又是几度芳草绿</p>{AT}"),
    ),
    "size": (TITLE, place(f"<p>{TITLE}</p><p>老茶厂记</p>{AT}")),
    "away": (TITLE, place(f"<p>头一批春茶三天就卖完呢</p><p>{TITLE}</p>{AT}")),
    "alone": (TITLE, f"茶\n\n{TITLE}\n\n头一批春茶三天就全光了\n春\n\n{TEXT[0]}\n\n{TEXT[1]}\n\n{TEXT[2]}"),
    "later": (TITLE, place(f"<p>{TITLE}</p>{AT}<p>头一批春茶三天就卖空</p><p>发布时间：{DATE}</p>")),
    "byline": (TITLE, place(f"<p>{TITLE}</p><p>■王小明</p><p>{OTHER}</p>")),
    "dated": (TITLE, place(f"<p>{TITLE}</p><p>{DATE}</p><p>{OTHER}</p>")),
    "notice": (
        "关于老茶厂的通知",
        f"关于老茶厂的通知\n\n山脚发〔2026〕8号\n\n老茶厂的事\n\n{TEXT[0]}\n\n{TEXT[1]}\n\n{TEXT[2]}",
    ),
    "labelled": (TITLE, place(f"<p>{TITLE}</p><p>编辑：李大江</p><p>{OTHER}</p>")),
    "sentence": (TITLE, place(f"<p>{TITLE}</p><p>请农校的老师来讲修剪，</p>{AT}")),
    "headings": (TITLE, place(f"<h1>{TITLE}</h1><p>{OTHER}</p>{AT}")),
    "title_class": (TITLE, place(f'<p class="title">{TITLE}</p><p>{NEARLY}</p>{AT}')),
    "link": (TITLE, place(f'<p>{TITLE}</p><p><a href="/1">{OTHER}</a></p>{AT}')),
    "lifted": (TITLE, place(f"<p>{TITLE}</p><p>炒茶的师傅大多是从前的老职工</p>{AT}")),
    "agreement": (SET, place(f"<p>{SET}</p>{FAR}", head=TITLE)),
    "beginning": (TITLE, place(f"<h3>{OTHER}</h3><p>图</p><h1>{TITLE}</h1>{AT}", head=f"{TITLE} {OTHER}")),
    "inside": (SET, place(f"<h2>{SET}</h2>{FAR}", head=f"茶乡周末{TITLE}")),
    "furniture": (TITLE, place(f"<p>{SET}</p>{FAR}<p>{TITLE}</p>{AT}", head=TITLE)),
    "least": (TITLE, place(f'<p><a href="/1">{OTHER}</a></p>{FAR}<p>{TITLE}</p>{AT}', head=f"茶乡周末{OTHER}吗")),
}


def title_of(page: str, settings: HeadlineSettings) -> str | None:
    read = lines.read(page)
    texts = paragraphs(read.lines)
    return headline(read.lines, texts, read.head, read_declared(read.head), settings=settings).text


@pytest.mark.parametrize("weight", WEIGHTS)
def test_without_a_weight_its_page_has_another_headline(weight: str) -> None:
    wanted, page = WEIGHTS[weight]
    none = (0.0, 0.0, 0.0) if weight == "headings" else 0.0
    assert title_of(page, HeadlineSettings()) == wanted
    assert title_of(page, replace(HeadlineSettings(), **{weight: none})) != wanted


def test_every_weight_has_a_page() -> None:
    assert {field.name for field in fields(HeadlineSettings)} - set(WEIGHTS) == set()
