"""Pages that are no article, in our own words, for training and measuring :mod:`cleaners.extract.page_type`.

    python benchmarks/made_other_pages.py [--pages 150] [--seed 1]

Prints for each kind how many `clean` drops. Sixteen kinds: lists with one line of boilerplate left, cards, channels,
live tickers, profiles, video pages, feeds of briefs, hits of a search, lists of threads, topic pages, tables of prices,
chapters of a book, pages of an author, of an app, offers of work, galleries. Their markup, what is linked and how much
stands around them are drawn by chance.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from made_html_pages import BODIES, COLUMNS, NAMES, NOTICES, PLACES, SOURCES, THINGS, headline, prose, sentence

from cleaners import pipeline
from cleaners.items import Article, Page

HINTS = (
    "按下组合键可以把本页加入收藏，下次打开接着看。",
    "温馨提示：信息仅供参考，以正式公告为准，投资有风险，决策须谨慎。",
    "欢迎来电咨询，服务热线每天八点到二十点有人接听。", "本栏目稿件由通讯员提供，如有出入以原件为准，欢迎指正。",
    "为了更好的浏览体验，建议使用最新版本的浏览器访问本站。",
    "找不到想看的内容？试试页面上方的搜索框，或者换一个关键词。",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPage:
    """A made page that is no article."""

    kind: str
    html: str = field(repr=False)


def _ago(rng: random.Random) -> str:
    number = rng.randint(1, 50)
    return rng.choice(
        (
            f"{number}分钟前",
            f"{number % 23 + 1}小时前",
            "刚刚",
            "昨天",
            f"{rng.randint(0, 23)}:{number:02d}",
            f"{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            f"20{rng.randint(10, 26)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
        )
    )


def _linked(rng: random.Random, text: str, share: float = 1.0) -> str:
    return (
        f'<a href="/{rng.randint(2009, 2026)}/{rng.randint(1, 9999)}.html">{text}</a>' if rng.random() < share else text
    )


def _teaser(rng: random.Random) -> str:
    whole = prose(rng, 1, 2)
    cut = whole[: rng.randint(24, 90)]
    return cut + rng.choice(("", "...", "…", "……", "...[详细]", "…… 阅读全文")) if len(cut) < len(whole) else whole


def _items(rng: random.Random, made: Callable[[], Sequence[str]], least: int, most: int) -> str:
    """Blocks of parts, one after the other, in one markup."""
    outer = rng.choice(("div", "li", "section", "dl", "tr"))
    tags = {"li": ("div", "p", "span"), "dl": ("dt", "dd"), "tr": ("td",)}.get(
        outer, ("div", "p", "h3", "h2", "h4", "span")
    )
    names = [rng.choice(tags) for _ in range(6)]
    out = []
    for _ in range(rng.randint(least, most)):
        parts = "".join(f"<{name}>{part}</{name}>" for name, part in zip(names, made(), strict=False))
        out.append(f"<{outer} class='i'>{parts}</{outer}>")
    whole = "".join(out)
    return {"li": f"<ul>{whole}</ul>", "tr": f"<table>{whole}</table>"}.get(outer, f"<div>{whole}</div>")


def _list(rng: random.Random) -> str:
    dated = rng.random() < 0.7
    body = _items(rng, lambda: (_linked(rng, headline(rng)), *([_ago(rng)] * dated)), 8, 60)
    hint = f"<p>{rng.choice(HINTS + NOTICES)}</p>"
    return hint + body if rng.random() < 0.3 else body + hint


def _cards(rng: random.Random) -> str:
    linked, named = rng.choice((0.0, 0.0, 1.0)), rng.random() < 0.6
    return _items(
        rng,
        lambda: (_linked(rng, headline(rng), linked), _teaser(rng), _ago(rng), *([rng.choice(SOURCES)] * named)),
        4,
        30,
    )


def _channel(rng: random.Random) -> str:
    return _items(
        rng,
        lambda: (
            _linked(rng, headline(rng)), " ".join(rng.sample(THINGS, rng.randint(1, 3))), _ago(rng), "分享到 微信 微博",
        ),
        6, 40,
    )  # fmt: skip


def _ticker(rng: random.Random) -> str:
    bracket = rng.choice(("【{}】", "{}：", "{}　", "「{}」"))

    def flash() -> tuple[str, ...]:
        clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}" + rng.choice(("", f":{rng.randint(0, 59):02d}"))
        return (clock, bracket.format(headline(rng)) + sentence(rng), *(["分享"] * (rng.random() < 0.3)))

    head = rng.choice(("实时快讯", "7×24小时直播", "滚动新闻", "快讯", "今日要闻"))
    links = _items(rng, lambda: (_linked(rng, headline(rng)), _ago(rng)), 3, 20) if rng.random() < 0.7 else ""
    return links + f"<h2>{head}</h2>" + _items(rng, flash, 5, 40)


def _profile(rng: random.Random) -> str:
    facts = [
        f"{rng.choice(('微信号', '账号', '用户名', 'ID'))}：{rng.choice('abcdeks')}{rng.randint(100, 99999)}",
        f"功能介绍：{rng.choice(PLACES)}的{rng.choice(THINGS)}，每天一篇。",
        f"账号主体：{rng.choice(PLACES)}{rng.choice(BODIES)}",
        f"关注 {rng.randint(1, 900)}　粉丝 {rng.randint(1, 90000)}",
        f"{rng.choice(('加入时间', '注册日期'))}：20{rng.randint(10, 26)}年{rng.randint(1, 12)}月",
        f"签名：{rng.choice(NAMES)}的自留地",
        f"所在地：{rng.choice(PLACES)}",
    ]
    shown = "".join(
        f"<{(tag := rng.choice(('p', 'li', 'div')))}>{fact}</{tag}>" for fact in rng.sample(facts, rng.randint(3, 6))
    )
    posts = _items(rng, lambda: (_linked(rng, headline(rng)), _ago(rng)), 0, 12)
    scan = "<p>微信扫一扫</p><p>关注该公众号</p>" * (rng.random() < 0.5)
    return f"<strong>{rng.choice(PLACES)}{rng.choice(THINGS)}</strong>{shown}<p>最近发表</p>{posts}{scan}"


def _video(rng: random.Random) -> str:
    name = headline(rng)
    told = f"<p>{rng.choice(('简介：', ''))}{sentence(rng)}</p>" * (rng.random() < 0.5)
    counts = (
        f"<span>播放 {rng.randint(1, 999)}万</span><span>弹幕 {rng.randint(1, 9999)}</span><span>{_ago(rng)}</span>"
    )
    lengths = _items(
        rng, lambda: (_linked(rng, headline(rng)), f"{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"), 5, 25
    )
    return f"<h1>{name}</h1><div id='player'></div><div>{counts}</div>{told}<p>接下来播放</p>{lengths}"


def _briefs(rng: random.Random) -> str:
    more = rng.choice(("详情", "查看全文", "阅读原文", ""))
    return _items(
        rng,
        lambda: (
            _linked(rng, headline(rng), 0.7),
            prose(rng, 1, 2),
            _ago(rng),
            *([_linked(rng, more)] if more else []),
        ),
        5,
        25,
    )


def _search(rng: random.Random) -> str:
    word = rng.choice(THINGS)
    found = f"<p>找到与“{word}”相关的结果约{rng.randint(20, 90000)}条，用时0.{rng.randint(10, 99)}秒。</p>"
    return found + _items(
        rng,
        lambda: (
            _linked(rng, headline(rng)),
            f"{_ago(rng)} - {_teaser(rng)}",
            f"www.{rng.choice('abcd')}{rng.randint(1, 99)}.cn",
        ),
        6,
        20,
    )


def _threads(rng: random.Random) -> str:
    return _items(
        rng,
        lambda: (
            _linked(rng, headline(rng)),
            rng.choice(NAMES),
            f"回复 {rng.randint(0, 99)}",
            f"最后发表 {_ago(rng)} {rng.choice(NAMES)}",
        ),
        8,
        40,
    )


def _topic(rng: random.Random) -> str:
    out = f"<p>{sentence(rng)}</p>" * (rng.random() < 0.5)
    for _ in range(rng.randint(2, 6)):
        lead = f"<h4>{_linked(rng, headline(rng))}</h4><p>{_teaser(rng)}</p>" * (rng.random() < 0.7)
        out += f"<h3>{rng.choice(COLUMNS)}</h3>{lead}" + _items(rng, lambda: (_linked(rng, headline(rng)),), 3, 9)
    return out


def _prices(rng: random.Random) -> str:
    rows = _items(
        rng,
        lambda: (
            rng.choice(THINGS),
            f"{rng.randint(1, 900)}.{rng.randint(0, 99):02d}",
            rng.choice(("元/公斤", "元", "↑", "↓")),
            _ago(rng),
        ),
        8,
        30,
    )
    return f"<h1>{rng.choice(PLACES)}价格</h1>{rows}<p>{rng.choice(HINTS)}</p>"


def _chapters(rng: random.Random) -> str:
    name = f"{rng.choice(PLACES)}{rng.choice(THINGS)}"
    number = iter(range(1, 400))
    told = f"<p>{rng.choice(('内容简介：', ''))}{prose(rng, 1, 2)}</p>"
    facts = f"<p>作者：{rng.choice(NAMES)}</p><p>更新时间：{_ago(rng)}</p><p>最新章节：{headline(rng)}</p>"
    return f"<h1>{name}</h1>{facts}{told}" + _items(
        rng, lambda: (_linked(rng, f"第{next(number)}章 {headline(rng)}"),), 20, 90
    )


def _author(rng: random.Random) -> str:
    name = rng.choice(NAMES)
    told = f"<p>{name}，{rng.choice(PLACES)}人，{rng.choice(SOURCES)}{rng.choice(('记者', '专栏作者', '编辑'))}。</p>"
    teased = rng.random() < 0.6
    posts = _items(
        rng, lambda: (_linked(rng, headline(rng)), *([_teaser(rng)] * teased), _ago(rng), f"{name} 著"), 4, 20
    )
    return f"<h1>{name}</h1>{told}<p>文章 {rng.randint(4, 400)} 篇</p>{posts}"


def _app(rng: random.Random) -> str:
    name = f"{rng.choice(PLACES)}{rng.choice(('新闻', '通', '生活', '掌上'))}"
    facts = [
        f"版本：{rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}",
        f"大小：{rng.randint(8, 180)}MB",
        f"更新时间：{_ago(rng)}",
        f"开发者：{rng.choice(PLACES)}{rng.choice(BODIES)}",
        f"评分 {rng.randint(10, 50) / 10}",
    ]
    told = f"<p>{name}是一款手机应用，{sentence(rng)}</p>" * (rng.random() < 0.7)
    buttons = "".join(f"<a href='/d/{n}'>{n}</a>" for n in rng.sample(("立即下载", "安卓下载", "苹果下载", "扫码"), 2))
    alike = _items(
        rng, lambda: (_linked(rng, f"{rng.choice(PLACES)}{rng.choice(THINGS)}"), f"{rng.randint(1, 99)}MB"), 4, 16
    )
    listed = "".join(f"<li>{fact}</li>" for fact in facts)
    return f"<h1>{name}</h1><ul>{listed}</ul>{buttons}{told}<h3>猜你喜欢</h3>{alike}"


def _jobs(rng: random.Random) -> str:
    return _items(
        rng,
        lambda: (
            _linked(rng, rng.choice(("文员", "司机", "会计", "编辑", "店长", "焊工", "护士"))),
            f"{rng.randint(3, 20)}-{rng.randint(21, 40)}千/月",
            f"{rng.choice(PLACES)}{rng.choice(BODIES)}",
            _ago(rng),
        ),
        6,
        30,
    )


def _gallery(rng: random.Random) -> str:
    shown = "".join(
        f"<div><img src='/{n}.jpg'><p>{_linked(rng, headline(rng), 0.6)}</p><span>{rng.randint(3, 40)}图</span></div>"
        for n in range(rng.randint(6, 24))
    )
    return f"<h2>{rng.choice(('图片', '图库', '视觉', '摄影'))}</h2>{shown}"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "list": _list,
    "cards": _cards,
    "channel": _channel,
    "ticker": _ticker,
    "profile": _profile,
    "video": _video,
    "briefs": _briefs,
    "search": _search,
    "threads": _threads,
    "topic": _topic,
    "prices": _prices,
    "chapters": _chapters,
    "author": _author,
    "app": _app,
    "jobs": _jobs,
    "gallery": _gallery,
}


def make(kind: str, rng: random.Random) -> OtherPage:
    """One page of a kind."""
    column = rng.choice((*COLUMNS, headline(rng)))
    head = rng.choice(("", f"<h1>{column}</h1>", f"<div>{rng.choice(SOURCES)} {column}</div>", f"<h2>{column}</h2>"))
    menu = (
        "<ul>"
        + "".join(f"<li>{_linked(rng, name)}</li>" for name in rng.sample(COLUMNS, rng.randint(3, len(COLUMNS))))
        + "</ul>"
    )
    side = _items(rng, lambda: (_linked(rng, headline(rng)),), 3, 15) if rng.random() < 0.4 else ""
    foot = f"<div>{rng.choice(SOURCES)} 版权所有　主办：{rng.choice(PLACES)}{rng.choice(BODIES)}</div>"
    core = f"<div>{KINDS[kind](rng)}</div>"
    whole = menu * (rng.random() < 0.8) + head + core + side + foot * (rng.random() < 0.8)
    title = f"{column}_{rng.choice(SOURCES)}"
    return OtherPage(
        kind=kind,
        html="<!DOCTYPE html><html><head><meta charset='utf-8'>"
        f"<title>{title}</title></head><body>{whole}</body></html>",
    )


def live_report(rng: random.Random) -> str:
    """What looks like a ticker and is an article: under one headline, told hour by hour or day by day."""
    title = rng.choice(("直播：{}", "现场实录：{}", "{}大事记", "{}（滚动更新）", "{}")).format(headline(rng))
    day = f"20{rng.randint(10, 26)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    info = f"<div>{day} 09:30 来源：{rng.choice(SOURCES)}</div>"
    hour, tag, own = rng.randint(6, 12), rng.choice(("time", "span", "p", "h4", "div")), rng.random() < 0.6
    parts = []
    for n in range(rng.randint(4, 14)):
        moment = (
            rng.choice((f"{hour + n}:00", f"{hour + n:02d}:{rng.randint(10, 59)}"))
            if own
            else f"{n % 12 + 1}月{rng.randint(1, 28)}日"
        )
        parts.append(f"<div class='e'><{tag}>{moment}</{tag}><p>{prose(rng, 1, 3)}</p></div>")
    side = _items(rng, lambda: (_linked(rng, headline(rng)),), 3, 20) if rng.random() < 0.6 else ""
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1>{info}"
        f"<div class='c'>{''.join(parts)}</div>{side}</body></html>"
    )


def short_report(rng: random.Random) -> str:
    """What has little text and is an article: a notice or a brief under a few characters, with and without a date."""
    short = (
        "停电通知",
        "招聘启事",
        "寻人启事",
        "天气预报",
        "会议纪要",
        "简讯",
        "公示",
        "紧急通知",
        "停水公告",
        "致歉声明",
        "物价行情",
    )
    title = rng.choice(short) if rng.random() < 0.6 else headline(rng)
    day = f"20{rng.randint(10, 26)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    info = rng.choice(("", f"<div>{day}</div>", f"<div>{day} 09:30 来源：{rng.choice(SOURCES)}</div>"))
    told = "".join(f"<p>{prose(rng, 1, 3)}</p>" for _ in range(rng.choice((1, 1, 1, 2, 2, 3))))
    signed = f"<p>{rng.choice(SOURCES)}</p><p>{day}</p>" if rng.random() < 0.3 else ""
    place = rng.choice(("<div class='content'>{}</div>", "<article>{}</article>", "{}"))
    head = f"<title>{title}</title>" if rng.random() < 0.8 else ""
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body><h1>{title}</h1>{info}"
        f"{place.format(told + signed)}</body></html>"
    )


def made_others(count: int, seed: int) -> list[OtherPage]:
    """``count`` pages, the kinds in turn."""
    rng, kinds = random.Random(seed), tuple(KINDS)
    return [make(kinds[n % len(kinds)], rng) for n in range(count)]


def main() -> None:
    """Clean them and print how many are dropped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    all_, dropped = Counter[str](), Counter[str]()
    for page in made_others(args.pages, args.seed):
        all_[page.kind] += 1
        dropped[page.kind] += not isinstance(pipeline.clean(Page(body=page.html.encode(), origin=page.kind)), Article)
    for kind in KINDS:
        print(f"{kind:10s} dropped {dropped[kind]:4d} of {all_[kind]:4d}")
    print(f"all        dropped {dropped.total():4d} of {all_.total():4d}")


if __name__ == "__main__":
    main()
