"""A block of author, role and day above or inside of a text goes, its author is known; lists of such facts stay."""

from __future__ import annotations

import pytest

from cleaners import pipeline
from cleaners.items import Article, Page

TITLE = "渡口镇夜校今夏再开三个班"
PROSE = (
    "入夏以后，渡口镇的夜校每周开课四个晚上，来上课的有船工、菜农，也有在镇上开店的外地人。",
    "教室设在旧粮站里，灯是新换的，黑板还是老的，校长梅大江说旧黑板写字不打滑，舍不得扔。",
    "镇里打算秋天再添一个裁缝班，老师已经请好了，缝纫机还差六台，正在向各村借。",
    "报名的人已经排到了明年开春，夜校只好把两间仓库也腾出来，摆上从县中借来的旧课桌。",
)


def items(*texts: str) -> str:
    return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"


def article(*, block: str, after: int) -> Article:
    parts = [f"<p>{paragraph}</p>" for paragraph in PROSE]
    parts.insert(after, block)
    html = f"""<html><head><meta charset="utf-8"><title>{TITLE}</title></head><body><h1>{TITLE}</h1>
    <div>2026-05-06 08:00 来源：渡口晚报</div><div class="c">{"".join(parts)}</div></body></html>"""
    return cleaned(html, "block.html")


def cleaned(text: str, origin: str) -> Article:
    found = pipeline.clean(Page(body=text.encode(), origin=origin))
    assert isinstance(found, Article)
    return found


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize(
    "block",
    [
        "<p>Article information</p>" + items("Author, 梅小满", "Role, 渡口晚报记者", "2026年5月6日"),
        items("<b>Author</b>, 梅小满", "<b>Role</b>, 渡口晚报记者", "<b>Reporting from</b> 渡口镇"),
        "<p>文章信息</p>" + items("作者，梅小满", "职务，渡口晚报记者"),
        "<dl><dt>作者</dt><dd>梅小满</dd><dt>职务</dt><dd>渡口晚报记者</dd><dt>发布于</dt><dd>2026年5月6日</dd></dl>",
        "<div><div>撰文：梅小满</div><div>身份：渡口晚报见习记者</div><div>更新时间：2026年5月6日 9:10</div></div>",
        "<p>關於本文</p>" + items("作者：梅小满", "職務：渡口晚報記者", "發佈於：2026年5月6日"),
    ],
)
def test_a_block_of_facts_about_the_article_is_no_text(block: str, after: int) -> None:
    found = article(block=block, after=after)
    assert found.text == "\n".join(PROSE)
    assert found.authors == ("梅小满",)


@pytest.mark.parametrize(
    "facts",
    [
        ("农技站：负责苗情调查", "水利站：负责沟渠疏通", "农机站：负责烘干设备"),
        ("书名：渡口旧事", "作者：梅小满", "出版社：河东书局", "出版时间：2024年5月"),
        ("时间：2026年6月2日", "地点：旧粮站", "主讲：梅小满"),
    ],
)
def test_facts_about_other_things_stay(facts: tuple[str, ...]) -> None:
    assert article(block=items(*facts), after=1).text == "\n".join((PROSE[0], *facts, *PROSE[1:]))


def test_works_and_who_wrote_them_stay() -> None:
    first, second = ("作者：梅小满", "单位：渡口中学"), ("作者：梅大江", "单位：河东小学")
    block = f"{items(*first)}<p>{PROSE[1]}</p>{items(*second)}"
    assert article(block=block, after=1).text.split("\n")[1:6] == [*first, PROSE[1], *second]


@pytest.mark.parametrize(
    "links",
    [
        items(
            '<a href="/1">江边的灯塔重新亮起来了</a>2026年3月14日', '<a href="/2">茶园里来了一群画家</a>2026年3月26日'
        ),
        '<div><a href="/1">江边的灯塔重新亮起来了</a> <time>2小时前</time></div>'
        '<div><a href="/2">茶园里来了一群画家</a> <time>1天前</time></div>',
        '<p><a href="/1">江边的灯塔重新亮起来了</a>（2026-03-14 10:00）</p>'
        '<p><a href="/2">茶园里来了一群画家</a>（2026-03-14 10:00）</p>',
    ],
)
def test_dated_links_to_other_articles_between_paragraphs_are_no_text(links: str) -> None:
    assert article(block=links, after=2).text == "\n".join(PROSE)


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize(
    "block",
    [
        ("文章信息", "作者：梅小满", "职务：渡口晚报记者", "2026年5月6日"),
        ("Author, 梅小满", "Role, 渡口晚报记者"),
        ("• 作者：梅小满", "• 职务：渡口晚报记者", "• 发布于：2026年5月6日"),
    ],
)
def test_a_block_in_plain_text_is_none_either(block: tuple[str, ...], after: int) -> None:
    text = "\n".join((TITLE, "2026-05-06 08:00 来源：渡口晚报", "", *PROSE[:after], *block, *PROSE[after:]))
    found = cleaned(text, "block.txt")
    assert found.text == "\n".join(PROSE)
    assert found.authors == ("梅小满",)
