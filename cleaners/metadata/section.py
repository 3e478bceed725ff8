"""The section: a labelled column, the last step of the breadcrumb, or what the head declares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.items import Line

_WHERE = re.compile(r"^.{0,4}?(?:[当目]前(?:的)?(?:所在)?位置|当前所在|(?:您|你)?(?:现)?(?:所)?在的?位置|您现在的位置|你在这里|位置)\s*(?:是|在)?\s*:?\s*")
_STEP = re.compile(r"\s*(?:-{1,2}|={1,2})?[>»›→≫]+\s*|\s+/\s+|(?<=[页])\s*[/|\\-]\s*|\s*::\s*")
_HOME = re.compile(r"首页|主页|网站首页|home|index", re.IGNORECASE)
_PLAIN_STEP = re.compile(r"正文|详情|内容|查看内容|文章|文章正文|文章详情|新闻详情|详细内容|浏览文章|内容页|内容详情|阅读|本文|查看|页面|首页|主页|申请入驻|正文内容|信息内容|新闻正文|资讯正文")
_DISCUZ = re.compile(r"(\S{2,12})\s(?:查看内容|浏览内容|正文)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A breadcrumb."""

    line: int
    """The line it stands on."""
    section: str | None
    """Its last step that is a column."""


def trail(lines: Sequence[Line], texts: Sequence[tuple[int, str]], title: str | None) -> Trail | None:
    """Find the breadcrumb among folded lines ``(index, text)``: 首页 > 情感 > 故事."""
    for index, text in texts:
        if len(text) > 160 or lines[index].punctuation > 6:
            continue
        where = _WHERE.match(text)
        steps = [step.strip(" >»:|/") for step in _STEP.split(text[where.end() :] if where else text)]
        steps = [step for step in steps if step]
        if (where and steps) or (len(steps) >= 2 and _HOME.search(steps[0]) and len(steps[0]) <= 12 and max(map(len, steps)) <= 60):
            return Trail(line=index, section=_last(steps, title))
        spaced = _DISCUZ.search(text)
        if spaced and len(text) < 80:
            return Trail(line=index, section=spaced[1])
        if len(steps) == 2 and _PLAIN_STEP.fullmatch(steps[1]) and len(steps[0]) <= 12:
            return Trail(line=index, section=_last(steps, title))
    return None


def _last(steps: Sequence[str], title: str | None) -> str | None:
    for position, step in reversed(list(enumerate(steps))):
        step = re.sub(r"\s*(?:正文|查看内容)(?:\s.*)?$", "", step)
        if not step or _PLAIN_STEP.fullmatch(step) or _HOME.search(step) or (title and step[:8] in title and len(step) >= 6):
            continue
        if position == 0 and len(steps) > 1 and re.search("[网站]$", step):
            continue  # the site itself
        return step if len(step) <= 12 else None
    return None
