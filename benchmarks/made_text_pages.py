"""Pages of plain text for training, put together from the parts of real ones.

A made page has the body of one article under the menu of another page, followed by lists of further articles in the
forms that mirrors, portals and aggregators give them; notices, captions, lists of its own and what stands between
paragraphs come to it by chance. Which line is what is then known by construction.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gold_text_pages import ABOVE, BELOW, BODY, HOLE, Allowed, Gold
from made_text_words import (
    BUTTONS,
    COLUMNS,
    DEAR,
    HEADINGS,
    LEVELS,
    MOODS,
    NOTICES,
    OFFICES,
    PAPERS,
    PLACES,
    RECEIVERS,
    ROLES,
    SHOPS,
    SOURCES,
)

from cleaners.items import Line
from cleaners.page.lines.plain import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What pages are put together from."""

    articles: Sequence[Gold]
    heads: Sequence[Sequence[str]]
    """Menus: the lines of real pages well above their titles."""
    tails: Sequence[Sequence[str]]
    """Lines of real pages below their bodies."""


@dataclass(slots=True)
class _Made:
    """A page in the making."""

    rng: random.Random
    lines: list[str] = field(default_factory=list)
    allowed: list[Allowed] = field(default_factory=list)

    def add(self, text: str, *states: int, gap: int = 0) -> None:
        self.lines += [""] * gap + [text]
        self.allowed.append(states)

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def any(self, *gaps: int) -> int:
        return self.rng.choice(gaps)


def _date(rng: random.Random) -> str:
    year, month, day = rng.randint(2008, 2025), rng.randint(1, 12), rng.randint(1, 28)
    form = rng.choice(("{}-{:02d}-{:02d}", "{}年{}月{}日", "{}/{}/{}", "{}.{:02d}.{:02d}", "{}年{:02d}月{:02d}日"))
    clock = rng.choice(("", f" {rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}", " 08:30:00"))
    return form.format(year, month, day) + clock


def _name(rng: random.Random) -> str:
    given = rng.sample("伟芳娜敏静强磊洋艳勇军杰娟涛明超", rng.randint(1, 2))
    return rng.choice("王李张刘陈杨赵黄周吴徐孙") + "".join(given)


def _sentences(text: str) -> list[str]:
    return [found for found in re.findall(r"[^。！？]+[。！？]”?", text) if len(found) > 8]


def _place(rng: random.Random) -> str:
    return rng.choice(PLACES) + rng.choice(LEVELS)


def _medium(rng: random.Random) -> str:
    return rng.choice(PLACES) + rng.choice(PAPERS)


def _clauses(paragraphs: Sequence[str], shortest: int = 4, longest: int = 14) -> list[str]:
    """Pieces of sentences: what the items of a list, the headings of a section are made of."""
    pieces = re.split(r"[，。！？；：、“”（）\s]+", "，".join(paragraphs))
    return [piece for piece in pieces if shortest <= len(piece) <= longest]


def _address(rng: random.Random) -> str:
    name = "".join(rng.sample("abcdefghijklmnopqrstuvwxyz", rng.randint(3, 8)))
    path = "".join(rng.sample("abcdefghijklmnopqrstuvwxyz0123456789_", rng.randint(2, 9)))
    return rng.choice(("https://", "http://", "www.", "")) + f"{name}.{rng.choice(('com', 'cn', 'net', 'tw'))}/{path}"


def _prompt(made: _Made, state: int, gap: int) -> None:
    """An app is offered to the reader, with the shops that have it."""
    rng, name = made.rng, _medium(made.rng)
    app = rng.choice(("APP", "App", "客户端", "手机版", "小程序"))
    begin = rng.choice(
        ("想看更多{}吗？", "更多{}，", "还想看更多{}？", "第一时间获取{}，", "看{}就来这里，", "")
    ).format(rng.choice(("新闻", "消息", "本地资讯", "精彩内容", "报道", "视频")))
    ask = rng.choice(("欢迎下载", "请下载", "立即下载", "快来安装", "点击下载", "敬请关注", "扫码下载", "马上打开"))
    gift = rng.choice(("", "", "，现在登录还能抽奖", "，首次注册送好礼", "，天天领红包", "，阅读体验更佳"))
    made.add(f"{begin}{ask}{name}{app}{gift}{rng.choice(('：', '。', '！', ''))}", state, gap=gap)
    if made.maybe(0.6):
        for shop in rng.sample(SHOPS, rng.randint(1, 3)):
            label_ = shop + rng.choice(("：", "下载：", "载点 ", "下载点 ", " ", "版下载："))
            made.add(label_ + rng.choice((_address(rng), "点此下载")), state, gap=gap)
        if made.maybe(0.3):
            made.add(rng.choice(("活动办法：", "活动详情：", "使用说明 ")) + _address(rng), state, gap=gap)


def _barred(rng: random.Random) -> str:
    """The rest is not to be had."""
    what = rng.choice(("本文", "您浏览的文章", "该内容", "您要查看的报道", "此篇文章", "全文"))
    why = rng.choice(
        ("为付费内容", "已超过免费查阅期限", "仅供会员阅读", "已过查询时效", "需要登录后查看", "为订阅用户专享")
    )
    how = rng.choice(
        (
            "请开通会员后继续阅读",
            "建议您加入付费会员",
            "剩余部分订阅后可读",
            "登录即可阅读全文",
            "请购买本期数字报",
            "如需查阅请洽本社",
        )
    )
    return f"{what}{why}{rng.choice(('，', '。'))}{how}。"


def _written_by(made: _Made, state: int, gap: int) -> None:
    """Who wrote it, in a block of its own between paragraphs or above them."""
    rng = made.rng
    bullet, sign = rng.choice(("", "• ", "* ")), rng.choice(("：", ": ", ", ", "，"))
    names = rng.choice(
        (
            ("作者", "职务", "发布于"),
            ("Author", "Role", "Published"),
            ("撰文", "身份", "时间"),
            ("记者", "单位", "日期"),
        )
    )
    if made.maybe(0.5):
        made.add(rng.choice(("文章信息", "Article information", "关于本文", "作者信息", "本文作者")), state, gap=gap)
    values = (_name(rng), _medium(rng) + rng.choice(ROLES), _date(rng))
    for name, value in zip(names, values, strict=True):
        if made.maybe(0.85):
            made.add(f"{bullet}{name}{sign}{value}", state, gap=made.any(0, gap))


def _list_of_own(made: _Made, paragraphs: Sequence[str], gap: int) -> None:
    """A heading and what it heads: items, measures, addresses, prices, in the words of the article."""
    rng, clauses = made.rng, _clauses(paragraphs)
    if len(clauses) < 8:
        return
    headed = made.maybe(0.8)
    if headed:
        made.add(rng.choice(clauses) + rng.choice(("", "", "：", "如下：", "地址", "名单")), BODY, gap=gap)
    form = rng.choice(("plain", "plain", "一是", "1、", "（一）", "①", "bullet", "value", "closed"))
    if headed and made.maybe(0.15):
        form = rng.choice(("place", "office"))
    chinese, bullet = "一二三四五六七八九", rng.choice(("• ", "· ", "- ", "* "))
    for n, item in enumerate(rng.sample(clauses, rng.randint(2, 7))):
        number = str(rng.randint(3000000, 9999999))
        value = rng.choice((rng.choice(clauses), f"{rng.randint(1, 400)}元", _place(rng), number))
        own = {
            "plain": item,
            "place": _place(rng) + rng.choice((item[:4], rng.choice(OFFICES), f"{rng.randint(1, 99)}号")),
            "office": rng.choice(PLACES) + rng.choice(OFFICES),
            "一是": f"{chinese[n]}是{item}",
            "1、": f"{n + 1}{rng.choice('、.')}{item}",
            "（一）": f"（{chinese[n]}）{item}",
            "①": f"{'①②③④⑤⑥⑦'[n]}{item}",
            "bullet": bullet + item,
            "value": f"{item[:6]}：{value}",
            "closed": item + rng.choice(("；", "。")),
        }[form]
        made.add(own, BODY, gap=made.any(0, gap))


def _caption(made: _Made, paragraphs: Sequence[str], gap: int) -> None:
    rng, clauses = made.rng, _clauses(paragraphs, 6, 24)
    if not clauses:
        return
    begin = rng.choice(("", "图为", f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日，", "▲", "资料图：", "图："))
    end = rng.choice(
        ("。{}摄", "。{} 摄", "。 {}/摄", "（{}摄）", "。（{}供图）", "。新华社记者 {} 摄", "。图/{}", "。")
    )
    own = begin + "，".join(rng.sample(clauses, min(len(clauses), rng.randint(1, 2)))) + end.format(_name(rng))
    made.add(own, BODY, gap=gap)


def _notice_head(made: _Made, gap: int) -> None:
    rng = made.rng
    if made.maybe(0.6):
        office = rng.choice(PLACES)[:1] + rng.choice(
            ("政发", "办发", "政办字", "教字", "水函", "府办", "文旅", "财综", "政明电")
        )
        left, right = rng.choice(("〔〕", "[]", "（）", "【】"))
        number = f"{office}{left}{rng.randint(2008, 2026)}{right}{rng.choice(('', '第'))}{rng.randint(1, 120)}号"
        made.add(number, BODY, gap=gap)
    called = rng.choice(("、", "，", ",")).join(rng.sample(RECEIVERS, rng.randint(1, 4)))
    dear = rng.choice(("尊敬的", "亲爱的", "", "各位")) + rng.choice(DEAR)
    if made.maybe(0.85):
        made.add((called if made.maybe(0.6) else dear) + rng.choice(("：", ":")), BODY, gap=gap)


def _signed(made: _Made, gap: int) -> None:
    rng = made.rng
    if made.maybe(0.25):
        made.add(rng.choice(("特此通知。", "特此公告。", "此致", "敬请谅解。")), BODY, gap=gap)
    made.add(_place(rng) + rng.choice(OFFICES), BODY, gap=gap)
    year, month, day = rng.randint(2008, 2026), rng.randint(1, 12), rng.randint(1, 28)
    made.add(rng.choice((f"{year}年{month}月{day}日", f"{year}年{month:02d}月{day:02d}日")), BODY, gap=gap)


def _menu(made: _Made, parts: Parts, paragraphs: Sequence[str]) -> None:
    rng = made.rng
    bullet = rng.choice(("", "", "  • ", "· ", "- "))
    kind = rng.random()
    if kind < 0.35 and parts.heads:
        head = rng.choice(parts.heads)
        for text in head[rng.randint(0, len(head)) :][-60:]:
            made.add(text, ABOVE, gap=made.any(0, 0, 1))
    elif kind < 0.6:
        for text in rng.sample(COLUMNS, rng.randint(1, len(COLUMNS) - 2)):
            made.add(bullet + text, ABOVE, gap=made.any(0, 0, 0, 1))
    elif kind < 0.7:
        made.add(rng.choice((" | ", " ", "  ")).join(rng.sample(COLUMNS, rng.randint(4, 14))), ABOVE)
    if made.maybe(0.12):
        quotes = [quote for paragraph in paragraphs for quote in _sentences(paragraph)]
        for quote in rng.sample(quotes, min(len(quotes), rng.randint(1, 3))):
            made.add(quote if made.maybe(0.7) else quote[:-1], ABOVE, gap=made.any(0, 1))
    if made.maybe(0.35):
        trail = " > ".join(rng.sample(COLUMNS, rng.randint(1, 3))) + rng.choice((" > 正文", " >", "", "> 查看内容"))
        made.add(rng.choice(("当前位置：", "您的位置：", "首页 > ", "位置: ", "")) + trail, ABOVE, gap=made.any(0, 1))


def _headline(made: _Made, title: str, lead: str, gap: int) -> None:
    rng = made.rng
    if made.maybe(0.9):
        made.add(title, ABOVE, gap=gap)
        if made.maybe(0.3):
            made.add(title, ABOVE, gap=made.any(0, 1))
    if made.maybe(0.8):
        facts = [rng.choice(("", "", "发布时间：", "时间：", "发表于 ")) + _date(rng)]
        if made.maybe(0.7):
            facts.append(rng.choice(("来源：", "来自: ", "稿源：", "")) + rng.choice(SOURCES))
        if made.maybe(0.3):
            facts.append(rng.choice(("作者：", "编辑：", "责任编辑：", "发布者: ")) + _name(rng))
        if made.maybe(0.25):
            facts.append(rng.choice(("浏览：", "点击: ", "阅读 ", "评论: ")) + str(rng.randint(0, 9999)))
        for text in rng.choice((" ", "  ", " | ", "\n", "\n")).join(facts).split("\n"):
            made.add(text, ABOVE, gap=made.any(0, 1))
    if made.maybe(0.2):
        for button in rng.sample(BUTTONS, rng.randint(1, 4)):
            made.add(button, ABOVE, gap=made.any(0, 1))
    if made.maybe(0.15):
        label_ = rng.choice(("摘要：", "摘要: ", "导读：", "核心提示：", "【摘要】"))
        made.add(label_ + lead[: rng.randint(60, 140)] + rng.choice(("...", " ...", "…", "")), ABOVE, gap=1)
    if made.maybe(0.1):
        made.add(rng.choice(("", "原标题：")) + title, ABOVE, BODY, gap=gap)


def _body(made: _Made, paragraphs: Sequence[str], others: Sequence[Gold], gap: int) -> None:
    rng = made.rng
    indent = rng.choice(("", "", "　　", "    "))
    in_sentences = made.maybe(0.08)
    is_notice, in_sections = made.maybe(0.15), made.maybe(0.1)
    clauses = _clauses(paragraphs)
    again = _furniture_again(made, others) if made.maybe(0.1) else ()
    if len(clauses) > 12 and made.maybe(0.03):
        if made.maybe(0.5):
            made.add(indent + paragraphs[0], BODY, gap=gap)
        _catalogue(made, clauses, gap)
        return
    if made.maybe(0.05):  # posts that have a line for each clause and hardly a mark
        paragraphs = [
            " ".join(re.split("[，。；]", line)).strip() if made.maybe(0.5) else line.strip("，。；")
            for paragraph in paragraphs[:12] for line in re.findall(r"[^，。；]{1,40}[，。；]?", paragraph)
        ]  # fmt: skip
        paragraphs = [line for line in paragraphs if line] or list(paragraphs)
    if is_notice:
        _notice_head(made, gap)
    elif made.maybe(0.2):
        _caption(made, paragraphs, gap)
    elif made.maybe(0.05):
        _written_by(made, ABOVE, gap)
    for n, paragraph in enumerate(paragraphs):
        pieces = _sentences(paragraph) if in_sentences else []
        if "".join(pieces) != paragraph:
            pieces = [paragraph]
        if in_sections and made.maybe(0.4) and (headings := _clauses(paragraphs)):
            made.add(rng.choice(headings), BODY, gap=gap)
        for m, piece in enumerate(pieces):
            made.add(indent + piece if not m else piece, BODY, gap=gap if not m else 0)
        if n + 1 < len(paragraphs) and made.maybe(0.006):
            made.add(rng.choice(("AD", "广告", "×", "点击查看更多", "责任编辑：" + _name(rng))), HOLE, gap=gap)
        if n + 1 < len(paragraphs):
            _aside(made, paragraphs, others, gap)
            for text in again if made.maybe(0.5) else ():
                made.add(text, HOLE, gap=made.any(0, gap))
    if made.maybe(0.07):
        _list_of_own(made, paragraphs, gap)
    if is_notice and made.maybe(0.8):
        _signed(made, gap)
    if made.maybe(0.25):
        byline = rng.choice(("（记者 {}）", "（文/{}）", "（{}）", "（通讯员 {}）", "（作者：{}）"))
        made.add(byline.format(_name(rng)), BODY, gap=gap)
    if made.maybe(0.45):
        credit = rng.choice(("责任编辑：{}", "[责任编辑：{}]", "(编辑：{})", "责编：{}"))
        made.add(credit.format(_name(rng)), BODY, BELOW, gap=gap)


def _furniture_again(made: _Made, others: Sequence[Gold]) -> tuple[str, ...]:
    """What a page sets between its paragraphs again and again: the mark of an advertisement, a button at a picture."""
    rng = made.rng
    mark = rng.choice(
        ("×", "✕", "分享", "广告", "AD", "+", "���", "image.png", "收藏", "点击查看大图", "Advertisement", "▼")
    )
    told = rng.choice(("", "", f"广告 {rng.choice(others).title}", rng.choice(others).title))
    return tuple(filter(None, (told, mark)))


def _aside(made: _Made, paragraphs: Sequence[str], others: Sequence[Gold], gap: int) -> None:
    """What may stand between two paragraphs."""
    rng, kind = made.rng, made.rng.random()
    if kind < 0.012:
        _list_of_own(made, paragraphs, gap)
    elif kind < 0.027:
        _caption(made, paragraphs, gap)
    elif kind < 0.032:
        _written_by(made, HOLE, gap)
    elif kind < 0.036:
        _prompt(made, HOLE, gap)
    elif kind < 0.046:
        text = rng.choice(
            (
                "请继续往下阅读...",
                "广告 {}",
                "▼ 点击查看更多",
                "推广：{}",
                "继续阅读",
                "延伸阅读：{}",
                "推荐阅读：{}",
                "相关：{}",
                "image.png",
            )
        )
        made.add(text.format(rng.choice(others).title), HOLE, gap=gap)
    elif kind < 0.054:
        for other in rng.sample(others, min(len(others), rng.randint(1, 3))):
            made.add(rng.choice(("", "• ")) + other.title + rng.choice(("", _date(rng))), HOLE, gap=gap)


def _counters(made: _Made, clauses: Sequence[str]) -> None:
    """What a page counts and tags directly below a text."""
    rng = made.rng
    number = rng.randint(0, 400)
    words = rng.sample(clauses, min(len(clauses), rng.randint(1, 4)))
    lines = (
        str(number),
        f"跟贴{number} 参与{number * 7}",
        f"评论（{number}）",
        "1 2 下一页 余下全文",
        f"阅读 {number * 31}",
        f"本文来源：{rng.choice(SOURCES)} 责任编辑：{_name(rng)}_NF{number}",
        f"{_name(rng)} 本文来源：{rng.choice(SOURCES)}",
        f"本文来自{_medium(rng)}",
        "赞",
        "点赞",
        "写评论",
        "收藏",
        "举报",
        "分享：",
        "返回首页",
        "点击 页首",
        "回到顶部",
        "加载更多",
    )
    tags = rng.choice(
        (
            ["标签", *words],
            [f"标签 {' '.join(words)}"],
            [f"# {word}" for word in words],
            [f"关键词：{'、'.join(words)}"],
            [f"* {word}" for word in words],
            [f"Tags: {', '.join(words)}"],
        )
    )
    shown = rng.sample(lines, rng.randint(1, 3)) + (tags if made.maybe(0.5) else [])
    if made.maybe(0.5):
        rng.shuffle(shown)
    for text in shown:
        made.add(text, BELOW, gap=made.any(0, 0, 1))


def _catalogue(made: _Made, clauses: Sequence[str], gap: int) -> None:
    """The body of an article that lists: numbered names, each with labels and values, hardly a sentence."""
    rng = made.rng
    labels = rng.sample(
        [clause[:5] for clause in clauses] + ["地址", "电话", "票价", "时间", "备注", "咨询电话", "原价"],
        rng.randint(2, 4),
    )
    for n in range(1, rng.randint(4, 14)):
        made.add(
            f"{n}{rng.choice('、.')}{_place(rng)}{rng.choice(clauses)}" if made.maybe(0.9) else rng.choice(clauses),
            BODY,
            gap=gap,
        )
        for label_ in labels:
            value = rng.choice(
                (f"{rng.randint(5, 400)}元", str(rng.randint(50000000, 69999999)), rng.choice(clauses), "免费")
            )
            made.add(f"{label_}：{value}", BODY, gap=made.any(0, gap))


def _list(made: _Made, others: Sequence[Gold]) -> None:
    rng = made.rng
    if made.maybe(0.75):
        name = rng.choice((rng.choice(HEADINGS), _medium(rng) + rng.choice(("好文", "精选", "热文", "往期", "推荐"))))
        made.add(rng.choice(("{}", "{}", "{}：", "【{}】", "▌{}", "—{}—")).format(name), BELOW, gap=made.any(0, 1, 2))
    numbered = made.maybe(0.15)
    form = rng.choice(("title", "title", "title text", "title text", "title title text", "slice", "slice date",
                       "title date", "title text date", "title paragraphs"))  # fmt: skip
    bullet, gap, dots = rng.choice(("", "", "  • ", "· ", "1. ")), made.any(0, 0, 1), rng.choice(("", "...", "…"))
    for n, other in enumerate(rng.sample(others, min(len(others), rng.randint(2, 14))), 1):
        for part in form.split():
            if part == "title":
                made.add((f"{n}、" if numbered else bullet) + other.title, BELOW, gap=gap)
            elif part == "text":
                lead = other.body.replace("\n", "")[: rng.randint(40, 110)]
                made.add(bullet + lead + dots, BELOW, gap=made.any(0, 1))
            elif part == "slice":
                whole = other.body.replace("\n", "")
                at = rng.randint(0, max(0, len(whole) - 100))
                made.add(bullet + "..." * made.maybe(0.7) + whole[at : at + rng.randint(50, 100)] + dots, BELOW)
            elif part == "date":
                made.add(_date(rng), BELOW)
            else:
                for paragraph in other.body.split("\n")[: rng.randint(1, 3)]:
                    made.add(paragraph, BELOW, gap=gap)
        if made.maybe(0.06):
            made.add(rng.choice(("AD", "广告")), BELOW)


def _tail(made: _Made, parts: Parts, others: Sequence[Gold]) -> None:
    rng = made.rng
    if made.maybe(0.35):
        _counters(made, _clauses([others[0].body], 2, 8) or ["要闻"])
    if made.maybe(0.1):
        _prompt(made, BELOW, made.any(0, 1))
    if made.maybe(0.06):
        made.add(_barred(rng), BELOW, gap=made.any(0, 1))
    for _ in range(made.any(0, 0, 1, 1, 2)):
        made.add(rng.choice(NOTICES), BELOW, gap=made.any(1, 1, 2))
    if made.maybe(0.2):
        made.add(rng.choice(("上一篇：", "下一篇：")) + rng.choice(others).title, BELOW, gap=1)
    if made.maybe(0.15):
        for text in rng.sample(MOODS, rng.randint(2, 6)):
            made.add(text, BELOW, gap=made.any(0, 1))
    for _ in range(made.any(0, 1, 1, 1, 2, 3)):
        _list(made, others)
    if made.maybe(0.4) and parts.tails:
        tail = rng.choice(parts.tails)
        for text in tail[rng.randint(0, len(tail) - 1) :][:80]:
            made.add(text, BELOW, gap=made.any(0, 0, 1))


def make(parts: Parts, rng: random.Random) -> tuple[tuple[Line, ...], list[Allowed]]:
    """Put one page together; empty where its lines did not come out one to one (a blank part)."""
    article = rng.choice(parts.articles)
    others = [other for other in parts.articles if other.body != article.body and other.title]
    paragraphs = [paragraph for paragraph in article.body.split("\n") if paragraph.strip()]
    if len(paragraphs) > 40:
        at = rng.randint(0, len(paragraphs) - 20)
        paragraphs = paragraphs[at : at + rng.randint(8, 40)]
    made = _Made(rng=rng)
    gap = made.any(0, 1, 1, 1, 2)
    _menu(made, parts, paragraphs)
    _headline(made, article.title or rng.choice(others).title, paragraphs[0], gap)
    _body(made, paragraphs, others, gap)
    _tail(made, parts, others)
    lines = read("\n".join(made.lines)).lines
    return (lines, made.allowed) if len(lines) == len(made.allowed) else ((), [])
