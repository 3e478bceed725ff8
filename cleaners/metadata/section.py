"""The section: a labelled column, the last step of the breadcrumb, or what the head declares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleaners.items import Line
from cleaners.metadata.declared import DeclaredMetadata
from cleaners.metadata.folding import FoldedText
from cleaners.metadata.info_lines import InfoPiece

_WHERE = re.compile(
    r"^.{0,4}?(?:[当目]前(?:的)?(?:所在)?位置|当前所在|(?:您|你)?(?:现)?(?:所)?在的?位置|您现在的位置|你在这里|"
    r"位置)\s*(?:是|在)?\s*:?\s*"
)
_STEP = re.compile(r"(?:(?<!\s)\s+)?(?:(?:-{1,2}|={1,2})?[>»›→≫]+|::)\s*|(?<!\s)\s+/\s+|(?<=页)\s*[/|\\-]\s*")
_ANY_STEP = re.compile(r"(?:(?<!\s)\s+)?(?:(?:-{1,2}|={1,2})?[>»›→≫/|\\]+|::)\s*|(?<!\s)\s+[-–—·]\s+|(?<=页)\s+")
_HOME = re.compile(r"首页|主页|网站首页|home|index", re.IGNORECASE)
_PLAIN_STEP = re.compile(
    r"正文|详情|内容|查看内容|文章|文章正文|文章详情|新闻详情|详细内容|浏览文章|内容页|内容详情|阅读|本文|查看|"
    r"页面|首页|主页|申请入驻|正文内容|信息内容|新闻正文|资讯正文"
)
_DISCUZ = re.compile(r"(\S{2,12})\s(?:查看内容|浏览内容|正文)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreadcrumbTrail:
    """The section, and the breadcrumb's line."""

    section: str | None = None
    rule: str = ""
    line: int | None = None
    """The line of the breadcrumb, also where no step of it is a section."""


def section(
    lines: Sequence[Line],
    near: Sequence[FoldedText],
    top: Sequence[InfoPiece],
    declared: DeclaredMetadata,
    title: str | None,
) -> BreadcrumbTrail:
    """A labelled column below the headline, else the breadcrumb's last step, else what the head declares."""
    crumbs = next((crumb for line in near if (crumb := _breadcrumb(lines[line.index], line, title))), BreadcrumbTrail())
    for piece in top:
        value = piece.furniture.first("section")
        if value:
            return replace(crumbs, section=piece.line.own(value.text.split()[0]), rule=f"label {value.label}")
    if crumbs.section:
        return crumbs
    short = ((rule, value) for rule, value in declared.sections if 2 <= len(value) <= 12)
    rule, name = next(short, ("", None))
    return replace(crumbs, section=name, rule=rule)


def _breadcrumb(line: Line, folded: FoldedText, title: str | None) -> BreadcrumbTrail | None:
    """首页 > 情感 > 故事, 当前位置：…, and the form of forum portals that ends in 查看内容."""
    text = folded.text
    if len(text) > 160 or line.punctuation > 6:
        return None
    where = _WHERE.match(text)
    told = text[where.end() :] if where else text
    steps = [step.strip(" >»:|/") for step in (_ANY_STEP if where else _STEP).split(told)]
    steps = [step for step in steps if step]
    if (where and steps) or _is_trail(steps):
        last = _last(steps, title)
    elif (spaced := _DISCUZ.search(text)) and len(text) < 80:
        last = spaced[1]
    else:
        return None
    return BreadcrumbTrail(
        section=folded.own(last) if last else None, rule="breadcrumb" if last else "", line=folded.index
    )


def _is_trail(steps: Sequence[str]) -> bool:
    if len(steps) < 2 or max(map(len, steps)) > 60:
        return False
    return bool(_HOME.search(steps[0]) and len(steps[0]) <= 12) or (
        len(steps) <= 4 and _PLAIN_STEP.fullmatch(steps[-1]) is not None and max(map(len, steps)) <= 12
    )


def _last(steps: Sequence[str], title: str | None) -> str | None:
    for position, step in reversed(list(enumerate(steps))):
        step = re.sub(r"(?:正文|查看内容)(?:\s.*)?$", "", step).rstrip()
        if (
            not step
            or _PLAIN_STEP.fullmatch(step)
            or _HOME.search(step)
            or (title and step[:8] in title and len(step) >= 6)
        ):
            continue
        if position == 0 and len(steps) > 1 and re.search("[网站]$", step):
            continue  # the site itself
        return step if len(step) <= 12 else None
    return None
