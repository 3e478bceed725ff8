"""Pages of plain text for training: real ones labelled line by line, and new ones put together from their parts.

A made page has the body of one article under the menu of another page, followed by lists of further articles in the
forms that mirrors, portals and aggregators give them. Which line is what is then known by construction.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cleaners.items import Line
from cleaners.page.lines.plain import read

ABOVE, BODY, HOLE, BELOW = range(4)
Allowed = tuple[int, ...]
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff]+")

HEADINGS = (
    "相关阅读", "相关新闻", "热门文章", "最新文章", "推荐阅读", "延伸阅读", "扩展阅读", "猜你喜欢", "大家都在看",
    "热点推荐", "相关推荐", "阅读排行", "往期回顾",
)  # fmt: skip
COLUMNS = (
    "首页", "新闻", "国内", "国际", "社会", "财经", "体育", "娱乐", "科技", "教育", "房产", "汽车", "健康", "旅游",
    "军事", "时尚", "文化", "历史", "论坛", "图片", "视频", "直播", "地方", "专题", "评论", "三农", "法治", "能源",
    "登录", "注册", "我的订阅", "手机版", "繁體", "English",
)  # fmt: skip
NOTICES = (
    "免责声明：本文仅代表作者个人观点，与本站无关，请读者仅作参考，并自行核实相关内容。",
    "以上内容为系统自动收录的信息，不代表本站立场，如有侵权请联系我们删除。",
    "声明：本站转载此文目的在于传递更多信息，并不意味着赞同其观点或证实其描述。",
    "本站部分内容来自互联网，如有侵犯您的权益，请及时联系我们处理。",
    "版权声明：未经授权不得转载，违者必究。",
)
SOURCES = (
    "新华社", "人民日报", "本站原创", "省日报社", "晚报", "网络", "融媒体中心", "区政府办公室", "新闻网", "都市报",
)  # fmt: skip
MOODS = (
    "鲜花", "握手", "雷人", "路过", "鸡蛋", "收藏", "分享", "邀请", "点赞", "打赏", "0", "举报",
)  # fmt: skip


def tokens(text: str) -> list[str]:
    """CJK characters and other words."""
    return _TOKEN.findall(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A real page: what its body is."""

    id: str
    site: str
    title: str
    body: str
    optional: tuple[str, ...]
    text: str = field(repr=False)


def real_pages(folder: Path) -> list[Gold]:
    """The pages of a folder with gold.jsonl (id, site, title, body, optional) and text/ID.txt."""
    rows = map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Gold(
            id=row["id"], site=row["site"], title=row["title"] or "", body=row["body"], optional=tuple(row["optional"]),
            text=(folder / "text" / f"{row['id']}.txt").read_text(encoding="utf-8"),
        )
        for row in rows
    ]  # fmt: skip


def _is_body(line: Line, body: str, in_body: set[tuple[str, ...]], paragraphs: Counter[str]) -> bool:
    words = tokens(line.text)
    key = "".join(words)
    if len(words) < 8:
        return key in paragraphs or (len(words) >= 5 and key in body)
    grams = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return sum(gram in in_body for gram in grams) > 0.5 * len(grams)


def label(page: Gold, lines: Sequence[Line]) -> list[Allowed]:
    """For each line of a real page the states it may have; several for credits that may stay or go. Empty: no body."""
    words = tokens(page.body)
    in_body = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
    paragraphs = Counter("".join(tokens(line)) for line in page.body.split("\n"))
    optional = {"".join(tokens(line)) for line in page.optional}
    keys = ["".join(tokens(line.text)) for line in lines]
    open_ = {i for i, key in enumerate(keys) if not key or key in optional}
    body = {i for i, line in enumerate(lines) if i not in open_ and _is_body(line, "".join(words), in_body, paragraphs)}
    if not body:
        return []
    body -= _repeated(keys, body, paragraphs)
    first, last = min(body), max(body)
    out: list[Allowed] = []
    for i in range(len(lines)):
        other = ABOVE if i < first else BELOW if i > last else HOLE
        out.append((BODY,) if i in body else tuple(sorted((BODY, other))) if i in open_ else (other,))
    return out


def _repeated(keys: Sequence[str], body: set[int], paragraphs: Counter[str]) -> set[int]:
    """Lines of the body that stand on the page more often than in the gold: those far from the rest of the body go."""
    places: dict[str, list[int]] = defaultdict(list)
    for i in body:
        places[keys[i]].append(i)
    gone: set[int] = set()
    for key, found in places.items():
        near = sorted(found, key=lambda i: -sum(j in body for j in range(i - 4, i + 5)))
        gone.update(near[max(1, paragraphs[key]) :])
    return gone


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
        button = rng.choice(("字号：", "小 中 大", "分享到：", "打印", "收藏", "扫一扫 手机阅读", "关注"))
        made.add(button, ABOVE, gap=made.any(0, 1))
    if made.maybe(0.15):
        label_ = rng.choice(("摘要：", "摘要: ", "导读：", "核心提示：", "【摘要】"))
        made.add(label_ + lead[: rng.randint(60, 140)] + rng.choice(("...", " ...", "…", "")), ABOVE, gap=1)
    if made.maybe(0.1):
        made.add(rng.choice(("", "原标题：")) + title, ABOVE, BODY, gap=gap)


def _body(made: _Made, paragraphs: Sequence[str], gap: int) -> None:
    rng = made.rng
    indent = rng.choice(("", "", "　　", "    "))
    in_sentences = made.maybe(0.08)
    for n, paragraph in enumerate(paragraphs):
        pieces = _sentences(paragraph) if in_sentences else []
        if "".join(pieces) != paragraph:
            pieces = [paragraph]
        for m, piece in enumerate(pieces):
            made.add(indent + piece if not m else piece, BODY, gap=gap if not m else 0)
        if n + 1 < len(paragraphs) and made.maybe(0.006):
            made.add(rng.choice(("AD", "广告", "×", "点击查看更多", "责任编辑：" + _name(rng))), HOLE, gap=gap)
    if made.maybe(0.25):
        byline = rng.choice(("（记者 {}）", "（文/{}）", "（{}）", "（通讯员 {}）", "（作者：{}）"))
        made.add(byline.format(_name(rng)), BODY, gap=gap)
    if made.maybe(0.45):
        credit = rng.choice(("责任编辑：{}", "[责任编辑：{}]", "(编辑：{})", "责编：{}"))
        made.add(credit.format(_name(rng)), BODY, BELOW, gap=gap)


def _list(made: _Made, others: Sequence[Gold]) -> None:
    rng = made.rng
    if made.maybe(0.75):
        made.add(rng.choice(HEADINGS) + rng.choice(("", "", "：")), BELOW, gap=made.any(0, 1, 2))
    form = rng.choice(("title", "title", "title text", "title text", "title title text", "slice", "slice date",
                       "title date", "title text date", "title paragraphs"))  # fmt: skip
    bullet, gap, dots = rng.choice(("", "", "  • ", "· ", "1. ")), made.any(0, 0, 1), rng.choice(("", "...", "…"))
    for other in rng.sample(others, min(len(others), rng.randint(2, 14))):
        for part in form.split():
            if part == "title":
                made.add(bullet + other.title, BELOW, gap=gap)
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
    _body(made, paragraphs, gap)
    _tail(made, parts, others)
    lines = read("\n".join(made.lines)).lines
    return (lines, made.allowed) if len(lines) == len(made.allowed) else ((), [])
