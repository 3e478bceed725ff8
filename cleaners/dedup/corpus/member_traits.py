"""What the choice of the best copy looks at in a text of a corpus: what it wears and what it drags along.

A corpus brings texts only, cleaned or not; so what an article of a store knows about itself is looked for here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from cleaners.chinese import script, spinning
from cleaners.chinese.disguise import clause_order, invisible, pinyin_bait, punctuation
from cleaners.chinese.script.ruby import INVISIBLE
from cleaners.disguises import Disguise
from cleaners.items import Script

HEADLINE = 60
"""A first line of more characters is a paragraph."""
ANNOTATED = 1 / 30
"""A text with at least so many brackets a character is full of annotations."""
HIDDEN = 3
"""So many characters that nobody sees are no accident of an editor."""
BUTTON, RUN = 24, 3
"""A line of furniture has so many characters at most, and so many of them at least stand together."""

_HIDDEN = re.compile(f"[{INVISIBLE}]")
_SENTENCE = re.compile(r"[。！？!?；;…：:，,][”’」』）)\"']*$")
_FURNITURE = re.compile(
    r"上一[篇页条则]|下一[篇页条则]|版权|侵权|备案|ICP|许可证|扫码|扫一扫|二维码|关注|分享|打印|关闭|返回|首页|顶部|收藏|点赞|评论|"
    r"登录|注册|订阅|举报|客户端|下载|公众号|微信|微博|朋友圈|热门|推荐阅读|相关(?:阅读|新闻|链接|推荐)|更多|字号|网站地图|联系我们|"
    r"关于我们|免责|广告|点击|阅读|浏览"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTraits:
    """What the decisions look at in a document besides its matches."""

    length: int
    """Characters of the text."""
    title: str | None
    """Its headline, else its first line, if that may be one."""
    disguises: tuple[Disguise, ...]
    """Those that are seen in the text alone: annotated, invisible, punctuation."""
    script: Script
    """Which script it is in."""
    spun: float
    """Weight of the words that machines write in place of others (:mod:`cleaners.chinese.spinning`)."""
    rarity: float
    """How rare its words are, in bits (:func:`cleaners.chinese.spinning.rarity`): more where a machine put others."""
    furniture: float
    """Share of its characters in lines of a site's furniture, 0..1."""
    order: float
    """How well the marks between its clauses are guessed from these, in nats: little where clauses were shuffled
    (:mod:`cleaners.chinese.disguise.clause_order`)."""


def look(text: str, title: str | None = None) -> MemberTraits:
    """A look at a document; ``title``: its headline, where that stands beside the text."""
    first = (title or "").strip() or text.strip().partition("\n")[0].strip()
    bare = _HIDDEN.sub("", text)
    return MemberTraits(
        length=len(text),
        title=first if len(first) <= HEADLINE else None,
        disguises=tuple(_worn(text, bare, len(text) - len(bare))),
        script=script.detect(text),
        spun=spinning.score(bare, _lexicon()).weight,
        rarity=spinning.rarity(bare),
        furniture=furniture(bare),
        order=clause_order.guess(clause_order.clause_marks(script.fold(bare))),
    )


def _worn(text: str, bare: str, hidden: int) -> list[Disguise]:
    found: list[Disguise] = []
    han = punctuation.count_han(bare)
    brackets = text.count("(") + text.count("（")
    if brackets > ANNOTATED * len(text) or (brackets and pinyin_bait.is_dense(bare, han)):
        found.append("annotated")
    if hidden >= HIDDEN or invisible.is_dense(text, han):
        found.append("invisible")
    if punctuation.has_stray_spaces(bare, han) or punctuation.has_doubles(bare, han):
        found.append("punctuation")
    elif clause_order.is_shuffled(script.fold(bare)):
        found.append("shuffled")
    return found


def furniture(text: str) -> float:
    """The share of a text's characters that stands in runs of short lines which end as no sentence does, where one of
    them recurs in the text or says what only a site's furniture says; 0..1. A first line is a headline.

    >>> furniture("大桥今天通车，车流平稳。\\n上一篇：新路灯\\n扫码关注\\n打印本页") > 0.4
    True
    """
    lines = [line.strip() for line in text.strip().split("\n")]
    recurring = {line for line, count in Counter(lines).items() if count > 1 and line}
    found = 0
    run: list[str] = []
    for line in [*lines[1:], "。"]:
        if not line:
            continue
        if len(line) <= BUTTON and not _SENTENCE.search(line):
            run.append(line)
            continue
        if len(run) >= RUN and any(one in recurring or _FURNITURE.search(one) for one in run):
            found += sum(map(len, run))
        run = []
    return found / max(1, sum(map(len, lines)))


@cache
def _lexicon() -> spinning.SpunLexicon:
    return spinning.SpunLexicon.load()
