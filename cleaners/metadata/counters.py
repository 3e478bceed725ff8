"""Counters: how often a page was read, commented on or shared. They stand among the furniture and say nothing of it.

Without them ``某城水务 12345人看过`` is a name, and ``记者 王小明 阅读数 8.3万+`` a byline.
"""

from __future__ import annotations

import re

_NUMBER = r"\d[\d,.]*\s?[万亿千kw]?\+?"
_ACT = (
    r"(?:阅读|浏览|点击|评论|跟贴|跟帖|点赞|转发|收藏|分享|播放|观看|围观|回复|回帖|查看|访问|参与|关注|看过|在看|"
    r"喜欢|人气|热度|热评|推荐|讨论|打赏|赞|阅|views?\b|comments?\b|clicks?\b|hits?\b|reads?\b)"
)
_COUNTER = re.compile(
    # 12345人看过, 8.3万阅读, 37条跟贴; not the minutes or the day of a date: 14:07 阅读
    rf"(?<![\d:./年月-]){_NUMBER}\s?(?:人|次|条|个|位|名)?(?:已|正在)?{_ACT}(?:数|量|次数|人次|过)?|"
    # 阅读数 8.3万+, 评论(52), 点击：1234; not the year of a date: 浏览 2021-03-05
    rf"(?:(?<![^\W\d_])|(?<=我要)|(?<=网友)|(?<=全部)|(?<=最新)|(?<=热门)){_ACT}(?:数|量|次数|人次)?\s?[:(\[]?\s?{_NUMBER}(?![\d./年月日:-])\s?(?:次|人|条)?(?![^\W\d_])[)\]]?",
    re.IGNORECASE,
)
_HINT = re.compile(r"\d")


def blanked(text: str) -> str:
    """A folded line with blanks where its counters stand: everything else keeps its place.

    >>> blanked("2021-03-05 14:07 某城水务 123人看过").rstrip()
    '2021-03-05 14:07 某城水务'
    """
    if not _HINT.search(text):
        return text
    return _COUNTER.sub(lambda match: " " * len(match.group()), text)
