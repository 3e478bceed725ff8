"""Odd pages in our own words: what real pages are too rare to teach and to measure, each line known by construction.

    python benchmarks/made_html_pages.py [--pages 300] [--seed 1] [--show N]

Prints, for each kind of page, the mean F1 of the body that `clean` finds. Twelve kinds: verse, an appended article,
asides between paragraphs, lists, captions, advertisements between fragments, tables, timelines, interviews, texts full
of links, notices with a signature, and plain articles under many kinds of furniture. Their markup, menus and ends are
drawn by chance, so that a kind is met in many layouts. Training and measuring use different seeds.
"""

from __future__ import annotations

import argparse
import html
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean

PLACES = (
    "青禾镇", "柳湾县", "石桥区", "云岭市", "东屏乡", "沙河口", "白鹭洲", "南坪", "松岗村", "临溪新区", "桐州",
    "望海湾",
)  # fmt: skip
BODIES = (
    "水务局", "第二中学", "农科站", "博物馆", "交通运输局", "消防救援大队", "合作社", "图书馆", "供电所",
    "社区医院", "气象台", "文化馆", "造船厂", "环卫中心", "集市管委会",
)  # fmt: skip
THINGS = (
    "新的水渠", "一座跨河桥", "夜间公交", "稻田画", "老戏台", "防汛演练", "一批旧书", "风力发电机", "早市",
    "校园菜园", "古井", "骑行道", "茶园索道", "应急广播", "灯塔", "渔港码头", "冷链仓库", "口袋公园",
)  # fmt: skip
DEEDS = (
    "开工建设", "通过验收", "对外开放", "完成修缮", "投入使用", "公开征求意见", "推迟到下月", "由村民轮流照看",
    "迎来首批客人", "恢复供水", "改在周末举行", "接受第三方检测",
)  # fmt: skip
OPENINGS = (
    "昨天上午", "入秋以来", "按照计划", "连日大雨之后", "据值班人员介绍", "在多方协调下", "记者走访时看到",
    "与往年不同的是", "从今年三月起", "天还没亮", "会议提出", "负责人告诉记者", "统计数据显示", "前来办事的居民说",
)  # fmt: skip
CLAUSES = (
    "沿线的店铺照常营业", "费用由三方共同承担", "最远的一户也只要走十分钟", "施工期间车辆需要绕行",
    "第一批名单已经贴在村口", "老人们把凳子搬到了树下", "预计年底前可以全部完工", "相关细则还在修改",
    "每天限流八百人", "雨水顺着新修的沟流进水库", "比去年同期多了近两成", "孩子们用粉笔画出了路线",
    "维修师傅每隔两小时记录一次", "有人从邻县赶来", "屋顶上的瓦换了三千多片", "饭馆的灯一直亮到后半夜",
    "志愿者分成四组轮班", "这笔钱只够买两台水泵",
)  # fmt: skip
VERSES = (
    "月亮落进水缸", "风把门推开一道缝", "祖父的斗笠挂在墙上", "河水不说话", "我把名字写在沙上",
    "灯火一盏一盏地退后", "雨还在瓦上走", "没有人叫我回家", "一只白鹭站成早晨", "稻子低下头来", "石头记得所有的脚",
    "远山薄得像一张纸", "井绳磨亮了黄昏", "柴火在灶里咳嗽", "船系在旧年的柳树上", "露水先醒了", "母亲数着台阶",
    "雪把路还给了路", "钟声过了河", "蒲公英不带行李",
)  # fmt: skip
ITEMS = (
    "雨衣两件", "手电筒和备用电池", "户口本复印件", "近期免冠照片", "三号窗口取号", "提前十五分钟到场",
    "不带宠物入园", "步行二十分钟可到", "周一闭馆", "自带水杯", "学生半价", "凭票领取纪念章", "北门停车场免费",
    "电话预约优先", "轮椅可在门房借用", "首班车六点十分", "末班车二十一点",
)  # fmt: skip
HEADS = (
    "事情的经过", "怎么去", "三个变化", "谁来管", "下一步", "账是怎么算的", "现场", "从一口井说起", "写在最后",
    "数字里的变化",
)  # fmt: skip
NAMES = (
    "罗向南", "秦素云", "葛建业", "温知秋", "佟小满", "卢一鸣", "骆青", "范守田", "齐若兰", "庄启明",
)  # fmt: skip
SOURCES = (
    "青禾日报", "柳湾发布", "桐州晚报", "云岭融媒", "东屏新闻网", "临溪观察",
)  # fmt: skip
COLUMNS = (
    "首页", "要闻", "民生", "乡村", "教育", "图片", "视频", "副刊", "专题", "数字报", "论坛", "健康", "交通",
    "旅游", "评论",
)  # fmt: skip
RELATED = (
    "相关阅读", "推荐阅读", "延伸阅读", "相关新闻", "热门文章", "猜你喜欢", "本栏最新", "大家都在看", "往期回顾",
    "阅读排行",
)  # fmt: skip
ADS = (
    "家门口的装修队，三天出图，满意再付", "零首付开走新车 名额仅剩九个", "这款净水器邻居都在用",
    "学会这一招 五分钟做出一桌菜", "免费试听 报名送教材", "限时优惠 点击领取", "本地房源新上架 看房有礼",
)  # fmt: skip
NOTICES = (
    "声明：本文来自合作媒体，不代表本站立场，如有侵权请联系删除。", "免责声明：以上内容仅供参考，不构成任何建议。",
    "未经授权不得转载，转载请注明出处。", "本站转载的稿件版权归原作者所有，如有异议请与编辑部联系。",
)  # fmt: skip
BUTTONS = (
    "分享到：微信 微博", "打印", "收藏", "字号：大 中 小", "点赞 12", "扫一扫关注我们", "返回顶部", "我要评论",
    "举报",
)  # fmt: skip


SHORTEST = 60
"""Characters of a body that is measured: `clean` takes a shorter poem for no article, whoever judges its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OddPage:
    """A made page, and what its body is."""

    kind: str
    title: str
    body: str
    """The gold text, one line a paragraph, row cell or item."""
    optional: tuple[str, ...]
    """Credit lines that may stay or go."""
    html: str = field(repr=False)


@dataclass(slots=True)
class _Skin:
    """The layout of one page, drawn once: all its paragraphs look alike."""

    rng: random.Random
    parts: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    paragraph: str = "p"

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def raw(self, markup: str) -> None:
        """Markup that is not the body."""
        self.parts.append(markup)

    def keep(self, text: str, inner: str | None = None, tag: str | None = None) -> None:
        """A line of the body: ``text`` as a reader sees it, ``inner`` its markup."""
        self.body.append(text)
        self.parts.append(self.wrapped(inner or html.escape(text), tag))

    def wrapped(self, inner: str, tag: str | None = None) -> str:
        style = tag or self.paragraph
        if style == "br":
            return f"　　{inner}<br>" + ("<br>" if self.maybe(0.5) else "")
        if style == "section":
            return f"<section><span style='font-size:16px'>{inner}</span></section>"
        return f"<{style}>{inner}</{style}>"


def sentence(rng: random.Random) -> str:
    """One sentence of one to three clauses."""
    told = f"{rng.choice(OPENINGS)}，{rng.choice(PLACES)}{rng.choice(BODIES)}的{rng.choice(THINGS)}{rng.choice(DEEDS)}"
    more = rng.sample(CLAUSES, rng.choice((0, 1, 1, 2)))
    return "，".join((told, *more)) + rng.choice("。。。。。！")


def prose(rng: random.Random, least: int = 1, most: int = 4) -> str:
    """A paragraph."""
    if rng.random() < 0.12:
        return f"“{rng.choice(CLAUSES)}，{rng.choice(CLAUSES)}。”{rng.choice(NAMES)}说。"
    return "".join(sentence(rng) for _ in range(rng.randint(least, most)))


def headline(rng: random.Random) -> str:
    """A headline without a sentence mark at its end."""
    forms = ("{p}{b}{t}{d}", "{p}：{t}{d}", "{t}{d} {p}居民这样说", "走进{p}，看{t}怎样{d}", "{b}回应{t}")
    return rng.choice(forms).format(
        p=rng.choice(PLACES), b=rng.choice(BODIES), t=rng.choice(THINGS), d=rng.choice(DEEDS)
    )


def _day(rng: random.Random) -> str:
    year, month, day = rng.randint(2006, 2026), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(("{}-{:02d}-{:02d}", "{}年{}月{}日", "{}/{}/{}")).format(year, month, day) + rng.choice(
        ("", f" {rng.randint(6, 23):02d}:{rng.randint(0, 59):02d}")
    )


def _link(rng: random.Random, text: str) -> str:
    return f'<a href="/{rng.randint(2009, 2026)}/{rng.randint(100, 9999)}.html">{html.escape(text)}</a>'


def _links(skin: _Skin, texts: Sequence[str], linked: bool = True) -> str:
    """A list of headlines in one of the forms of pages."""
    rng = skin.rng
    shown = [_link(rng, text) if linked else html.escape(text) for text in texts]
    if rng.random() < 0.3:
        shown = [f"{one} <span>{_day(rng)}</span>" for one in shown]
    form = rng.choice(("ul", "ul", "div", "p", "br"))
    if form == "ul":
        return f"<ul>{''.join(f'<li>{one}</li>' for one in shown)}</ul>"
    return "<br>".join(shown) if form == "br" else "".join(f"<{form}>{one}</{form}>" for one in shown)


def _box(skin: _Skin, inner: str) -> str:
    tag = skin.rng.choice(("div", "div", "aside", "section", "table"))
    name = skin.rng.choice(("", ' class="box"', ' class="c3"', ' id="m2"', ' style="float:left"'))
    return f"<table{name}><tr><td>{inner}</td></tr></table>" if tag == "table" else f"<{tag}{name}>{inner}</{tag}>"


def _related(skin: _Skin, least: int = 2, most: int = 8) -> str:
    heading = skin.rng.choice(RELATED) + skin.rng.choice(("", "：", " >>"))
    tag = skin.rng.choice(("h3", "div", "p", "strong", "span"))
    return f"<{tag}>{heading}</{tag}>" + _links(
        skin, [headline(skin.rng) for _ in range(skin.rng.randint(least, most))]
    )


def _told(skin: _Skin, least: int, most: int) -> None:
    for _ in range(skin.rng.randint(least, most)):
        skin.keep(prose(skin.rng))


def _verse(skin: _Skin) -> None:
    rng = skin.rng
    stanzas = rng.randint(1, 4)
    titled, marks = stanzas > 1 and skin.maybe(0.5), skin.maybe(0.25)
    for _ in range(stanzas):
        if titled:
            name = rng.choice(THINGS)
            skin.keep(name, f"<strong>{name}</strong>")
        for text in rng.sample(VERSES, rng.randint(4, 12)):
            skin.keep(text + ("，" if marks else ""))
        if skin.paragraph == "br":
            skin.raw("<br>")
    if skin.maybe(0.3):
        skin.keep(f"{rng.randint(1998, 2026)}年{rng.choice('春夏秋冬')}于{rng.choice(PLACES)}")
    if skin.maybe(0.3):
        note = f"【作者简介】{rng.choice(NAMES)}，{rng.choice(PLACES)}人，现供职于{rng.choice(BODIES)}。"
        skin.optional.append(note)
        skin.raw(f"<p>{note}</p>")


def _appended(skin: _Skin) -> None:
    rng = skin.rng
    _told(skin, 3, 9)
    if skin.maybe(0.4):
        skin.raw(_box(skin, _related(skin)))
    tag = rng.choice(("h2", "h1", "h3"))
    rest = f"<{tag}>{_link(rng, headline(rng)) if skin.maybe(0.4) else headline(rng)}</{tag}>"
    rest += f"<div>{_day(rng)} 来源：{rng.choice(SOURCES)}</div>"
    rest += "".join(f"<p>{prose(rng)}</p>" for _ in range(rng.randint(2, 5)))
    skin.raw(_box(skin, rest) if skin.maybe(0.7) else rest)


def _asides(skin: _Skin) -> None:
    rng = skin.rng
    for _ in range(rng.randint(1, 3)):
        _told(skin, 2, 4)
        form = rng.random()
        if form < 0.5:
            skin.raw(_box(skin, _related(skin, 2, 5)))
        elif form < 0.7:
            heading = rng.choice(("人物", "背景", "名词解释", "编辑荐读"))
            skin.raw(_box(skin, f"<h4>{heading}</h4>{_links(skin, [headline(rng) for _ in range(3)], linked=False)}"))
        elif form < 0.85:
            skin.raw(_box(skin, f"<p>{rng.choice(ADS)}</p><p>{rng.choice(BUTTONS)}</p>"))
        else:
            skin.raw(f"<p>{rng.choice(RELATED)}：{_link(rng, headline(rng))}</p>")
    _told(skin, 2, 5)


def _lists(skin: _Skin) -> None:
    rng = skin.rng
    _told(skin, 1, 4)
    for _ in range(rng.randint(1, 3)):
        if skin.maybe(0.6):
            skin.keep(rng.choice(HEADS), tag=rng.choice(("h2", "h3", "p")))
        lead = f"{rng.choice(PLACES)}{rng.choice(BODIES)}提醒，出门前请准备："
        skin.keep(lead)
        chosen = rng.sample(ITEMS, rng.randint(3, 8))
        skin.body += chosen
        tag = rng.choice(("ul", "ol"))
        skin.raw(f"<{tag}>{''.join(f'<li>{one}</li>' for one in chosen)}</{tag}>")
    _told(skin, 0, 3)


def _captions(skin: _Skin) -> None:
    rng = skin.rng
    for _ in range(rng.randint(2, 6)):
        note = f"{rng.choice(('图为', '▲', '', ''))}{rng.choice(PLACES)}的{rng.choice(THINGS)}" + rng.choice(
            ("。", "", f" {rng.choice(NAMES)} 摄", f"（{rng.choice(NAMES)} 摄）", "，资料图")
        )
        skin.body.append(note)
        picture = f'<img src="/i/{rng.randint(1, 999)}.jpg" width="600">'
        if skin.maybe(0.4):
            skin.raw(f"<figure>{picture}<figcaption>{note}</figcaption></figure>")
        elif skin.maybe(0.5):
            skin.raw(f'<p align="center">{picture}</p><p align="center">{note}</p>')
        else:
            skin.raw(f"<div class='pic'>{picture}<div>{note}</div></div>")
        _told(skin, 1, 2)


def _ads(skin: _Skin) -> None:
    rng = skin.rng
    name = rng.choice(("ad", "gg", "promo", "x7"))
    wrap = skin.maybe(0.5)
    for _ in range(rng.randint(2, 5)):
        start = len(skin.parts)
        _told(skin, 1, 3)
        if wrap:
            skin.parts[start:] = [f"<div>{''.join(skin.parts[start:])}</div>"]
        text = rng.choice(ADS)
        shown = _link(rng, text) if skin.maybe(0.7) else text
        label = rng.choice(("广告", "AD", "推广", "")) if skin.maybe(0.8) else ""
        skin.raw(f'<div class="{name}"><span>{label}</span>{shown}</div>')
    _told(skin, 1, 3)


def _table(skin: _Skin) -> None:
    rng = skin.rng
    _told(skin, 2, 4)
    columns, priced = rng.randint(2, 4), skin.maybe(0.4)
    rows = [["序号", "地点", "时间", "负责人"][:columns]]
    for number in range(1, rng.randint(3, 9)):
        day = f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
        rows.append([str(number), rng.choice(PLACES), day, rng.choice(NAMES)][:columns])
    if priced:  # no head, a name and a figure
        rows = [[thing, f"{rng.uniform(1, 90):.1f}"] for thing in rng.sample(THINGS, rng.randint(3, 8))]
    skin.body += [cell for row in rows for cell in row]
    shown = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    skin.raw(f"<table border=1>{shown}</table>")
    _told(skin, 0, 3)


def _timeline(skin: _Skin) -> None:
    rng = skin.rng
    _told(skin, 1, 2)
    form = rng.choice(("dl", "li", "flat"))
    out = []
    for _ in range(rng.randint(4, 12)):
        clock, day = f"{rng.randint(6, 22)}:{rng.randint(10, 59)}", f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
        when = rng.choice((clock, day, f"{rng.randint(1950, 2026)}年"))
        what = rng.choice((rng.choice(CLAUSES), f"{rng.choice(THINGS)}{rng.choice(DEEDS)}", sentence(rng)))
        if form == "dl":
            skin.body += [when, what]
            out.append(f"<dt>{when}</dt><dd>{what}</dd>")
        elif form == "li":
            skin.body.append(f"{when} {what}")
            out.append(f"<li><b>{when}</b> {what}</li>")
        else:
            skin.keep(when, f"<strong>{when}</strong>")
            skin.keep(what)
    if out:
        skin.raw(f"<dl>{''.join(out)}</dl>" if form == "dl" else f"<ul>{''.join(out)}</ul>")
    _told(skin, 0, 2)


def _interview(skin: _Skin) -> None:
    rng = skin.rng
    _told(skin, 1, 2)
    for _ in range(rng.randint(3, 8)):
        question = f"{rng.choice(THINGS)}什么时候{rng.choice(DEEDS)}？"
        asked = f"{rng.choice(('问', '记者', 'Q'))}：{question}"
        skin.keep(asked, f"<b>{asked}</b>")
        skin.keep(f"{rng.choice(('答', rng.choice(NAMES), 'A'))}：{prose(rng, 1, 2)}")


def _linked(skin: _Skin) -> None:
    rng = skin.rng
    for _ in range(rng.randint(4, 9)):
        text = prose(rng, 1, 3)
        inner = html.escape(text)
        for word in rng.sample(PLACES + THINGS, 12):
            inner = inner.replace(word, f'<a href="/k/{rng.randint(1, 99)}">{word}</a>', 1)
        skin.keep(text, inner)


def _notice(skin: _Skin) -> None:
    rng = skin.rng
    skin.keep(f"各村（社区）、{rng.choice(BODIES)}：")
    _told(skin, 1, 2)
    for number, head in enumerate(rng.sample(HEADS, rng.randint(2, 4))):
        skin.keep(f"{'一二三四'[number]}、{head}")
        _told(skin, 1, 2)
    if skin.maybe(0.4):
        for number in range(1, rng.randint(2, 4)):
            name = f"{number}.{rng.choice(THINGS)}登记表" + rng.choice(("", ".doc", ".xlsx"))
            lead = "附件：" if number == 1 else ""
            skin.keep(lead + name, lead + _link(rng, name) if skin.maybe(0.6) else None)
    skin.keep(f"{rng.choice(PLACES)}{rng.choice(BODIES)}")
    skin.keep(f"{rng.randint(2010, 2026)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日")


def _plain(skin: _Skin) -> None:
    _told(skin, 1, 4)
    for head in skin.rng.sample(HEADS, skin.rng.randint(0, 3)):
        skin.keep(head, f"<strong>{head}</strong>")
        _told(skin, 1, 3)


KINDS: dict[str, Callable[[_Skin], None]] = {
    "verse": _verse, "appended article": _appended, "asides": _asides, "lists": _lists, "captions": _captions,
    "ads between fragments": _ads, "table": _table, "timeline": _timeline, "interview": _interview,
    "full of links": _linked, "notice": _notice, "plain": _plain,
}  # fmt: skip


def _menu(skin: _Skin) -> str:
    rng = skin.rng
    shown = [_link(rng, name) for name in rng.sample(COLUMNS, rng.randint(3, len(COLUMNS)))]
    trail = f"<div>{rng.choice(('当前位置：', '', '您的位置：'))}{' &gt; '.join(shown[:3])} &gt; 正文</div>"
    form = rng.random()
    bar = f"<ul>{''.join(f'<li>{one}</li>' for one in shown)}</ul>" if form < 0.6 else f"<div>{' | '.join(shown)}</div>"
    return bar * skin.maybe(0.85) + trail * skin.maybe(0.4)


def _tail(skin: _Skin) -> str:
    rng, out = skin.rng, []
    if skin.maybe(0.45):
        credit = rng.choice(("责任编辑：{}", "[编辑：{}]", "（责编：{}）", "编辑 {} 校对 {}")).format(
            rng.choice(NAMES), rng.choice(NAMES)
        )
        skin.optional.append(credit)
        out.append(f"<p>{credit}</p>" if skin.maybe(0.5) else f"<div>{credit}</div>")
    if skin.maybe(0.25):
        out.append(f"<p>{rng.choice(NOTICES)}</p>")
    if skin.maybe(0.3):
        out.append("".join(f"<span>{one}</span> " for one in rng.sample(BUTTONS, rng.randint(1, 5))))
    if skin.maybe(0.25):
        out.append(f"<p>上一篇：{_link(rng, headline(rng))}</p><p>下一篇：{_link(rng, headline(rng))}</p>")
    if skin.maybe(0.6):
        out.append(_box(skin, _related(skin, 3, 12)))
    return "".join(out)


def make(kind: str, rng: random.Random) -> OddPage:
    """One page of a kind."""
    skin = _Skin(rng=rng, paragraph=rng.choice(("p", "p", "p", "div", "br", "section")))
    title = headline(rng)
    KINDS[kind](skin)
    inner = "".join(skin.parts)
    tail = _tail(skin)
    head = f"<{(tag := rng.choice(('h1', 'h1', 'h2', 'div', 'p')))}>{title}</{tag}>"
    facts = [_day(rng)] * skin.maybe(0.85) + [f"来源：{rng.choice(SOURCES)}"] * skin.maybe(0.6)
    facts += [f"作者：{rng.choice(NAMES)}"] * skin.maybe(0.3)
    facts_line = f"<div>{rng.choice(('　', ' | ', ' ')).join(facts)}</div>" if facts else ""
    top = head + facts_line
    inside = rng.random()  # how much of head and tail stands in the block of the text
    block = rng.choice(("div", "article", "td"))
    open_, close = (
        ("<table><tr><td>", "</td></tr></table>")
        if block == "td"
        else (f'<{block} class="{rng.choice(("c", "main", "text", "nr"))}">', f"</{block}>")
    )
    if inside < 0.4:
        core = f"{top}{open_}{inner}{close}{tail}"
    elif inside < 0.7:
        core = f"{open_}{top}{inner}{tail}{close}"
    else:
        core = f"{top}{open_}{inner}{tail}{close}"
    for _ in range(rng.randint(0, 3)):
        core = f"<div>{core}</div>"
    side = _box(skin, _related(skin, 4, 12)) if skin.maybe(0.5) else ""
    foot = f"<div>{rng.choice(SOURCES)} 版权所有　主办：{rng.choice(PLACES)}{rng.choice(BODIES)}</div>"
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}_{rng.choice(SOURCES)}</title></head><body>"
    page += _menu(skin) + (side + core if skin.maybe(0.3) else core + side) + foot * skin.maybe(0.8) + "</body></html>"
    return OddPage(kind=kind, title=title, body="\n".join(skin.body), optional=tuple(skin.optional), html=page)


def made_pages(count: int, seed: int) -> list[OddPage]:
    """``count`` pages, the kinds in turn."""
    rng = random.Random(seed)
    kinds = list(KINDS)
    return [make(kinds[n % len(kinds)], rng) for n in range(count)]


def main() -> None:
    """Measure `clean` on pages of every kind."""
    from extraction import TOKEN, compare, jianbao, without

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print the markup of so many of the worst pages")
    arguments = parser.parse_args()
    tool, scores = jianbao(), []
    for page in made_pages(arguments.pages, arguments.seed):
        if len(page.body) < SHORTEST:
            continue
        found = without(tool(page.html.encode(), ""), list(page.optional))
        precision, recall = compare(TOKEN.findall(page.body), TOKEN.findall(found))
        scores.append((2 * precision * recall / max(1e-9, precision + recall), page))
    by_kind = defaultdict(list)
    for score, page in scores:
        by_kind[page.kind].append(score)
    for kind, found_scores in by_kind.items():
        low = sum(score < 0.8 for score in found_scores)
        print(f"{kind:24s}{mean(found_scores):.3f}  {low} of {len(found_scores)} below .8")
    print(f"{'mean':24s}{mean(score for score, _ in scores):.3f}")
    for score, page in sorted(scores, key=lambda one: one[0])[: arguments.show]:
        print(f"\n--- {page.kind} {score:.3f}\n{page.html}\n+++ gold\n{page.body}")


if __name__ == "__main__":
    main()
