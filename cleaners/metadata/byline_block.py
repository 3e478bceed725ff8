"""A block of facts about an article that stands above its text or inside of it: author, role, day, a line each.

``Article information / Author, 王小明 / Role, 某报记者 / 2026年4月12日``: the text goes on below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata.dates import FULL_DATE
from cleaners.metadata.labels import BARE_LABELS, MARKED, any_of, phrases, words

_AUTHOR = {word for word, label in MARKED.items() if label.role == "author" and len(word) > 1} | words("关于作者")
_ROLE = words("职务 身份 职位 职称 头衔 岗位 单位 供职单位 所在单位 供职于 任职于 简介 作者单位") | phrases(
    "role, position, job title, title, affiliation, reporting from, location, from"
)
_FACT = (
    _ROLE
    | words("发自 阅读时间 阅读时长 预计阅读 字数")
    | phrases("reading time, read time")
    | {
        word
        for word, label in (MARKED | BARE_LABELS).items()
        if label.role in ("published", "updated", "source", "editor", "section")
    }
)
_HEADING = words("文章信息 文章资料 本文信息 稿件信息 撰稿信息 作者信息 作者资料 关于本文 关于作者 本文作者") | phrases(
    "article information, article info, about this article, about the article, about the author, author information, "
    "byline, author"
)
_BEGUN = re.compile(
    r"\W{0,3}(?:author|writer|written|reporter|by\b|text by|story by|posted|article|about|byline"
    r"|[作撰采採記记執执]|[关關][于於]|原作|文章|特[约約]|本[报報文])",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"^\W{{0,3}}(?:(?P<known>{any_of(_AUTHOR | _FACT)})|[^\s:,，。!?|/]{{1,8}})\s?(?P<sign>[:,|/])"
    r"\s*(?P<value>\S.{0,39})$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\W{0,3}reporting from\s\S", re.IGNORECASE)
_BARE = re.compile(rf"^\W{{0,3}}(?P<known>{any_of(_AUTHOR | _FACT | _HEADING)})\s?:?$", re.IGNORECASE)
_DAY = re.compile(rf"^\W{{0,3}}{FULL_DATE.pattern}[日\s\d:]{{0,12}}$")
_LONGEST = 60
_SENTENCE = re.compile(r"[。!?！？；;]")


def _is_short(line: Line) -> bool:
    return len(line.text) <= _LONGEST and not _SENTENCE.search(line.text)


def _role(text: str) -> str | None:
    """What a folded line is: ``author``, ``fact``, ``heading``, ``label`` (of something else); None for other lines."""
    if _DAY.match(text) or _FROM.match(text):
        return "fact"
    if found := _BARE.match(text):
        word = found["known"].lower()
        return "heading" if word in _HEADING else "author" if word in _AUTHOR else "fact"
    found = _LABELLED.match(text)
    if found is None or (found["sign"] == "," and not found["known"]):
        return None
    word = (found["known"] or "").lower()
    return "author" if word in _AUTHOR else "fact" if word in _FACT else "label"


def byline_block(lines: Sequence[Line], texts: Sequence[int]) -> range:
    """The lines of a page that are such a block; ``texts``: its paragraphs, one of which stands below the block.

    A block has an author and something else, and no label that speaks of other things: 书名, 作者, 定价 are matter.
    Where several such blocks stand on a page they are its matter too: works and who wrote them.
    """
    if not texts:
        return range(0)
    begun = [i for i, line in enumerate(lines[: texts[-1]]) if _is_short(line) and _BEGUN.match(line.text)]
    blocks = dict.fromkeys(_around(lines, i) for i in begun)
    found = [block for block in blocks if block]
    return found[0] if len(found) == 1 and found[0].stop <= texts[-1] else range(0)


def _around(lines: Sequence[Line], index: int) -> range:
    """The block that the line stands in; empty where it is none."""

    def role(i: int) -> str | None:
        return _role(script.fold(lines[i].text)) if 0 <= i < len(lines) and _is_short(lines[i]) else None

    def is_value(i: int) -> bool:  # of the bare label above it
        above = script.fold(lines[i - 1].text) if i else ""
        bare = _BARE.match(above) if len(above) <= _LONGEST else None
        return bare is not None and bare["known"].lower() not in _HEADING - {"author"} and _is_short(lines[i])

    first = last = index
    while first and (role(first - 1) or (first > 1 and is_value(first - 1) and role(first - 2))):
        first -= 1
    while last + 1 < len(lines) and (role(last + 1) or is_value(last + 1)):
        last += 1
    roles = [role(i) for i in range(first, last + 1)]
    authors = sum(one == "author" for one in roles) + _named_below(lines, range(first, last + 1))
    others = sum(one in ("fact", "heading") for one in roles)
    told = "heading" in roles or authors == 1
    return range(first, last + 1) if authors and others and told and "label" not in roles else range(0)


def _named_below(lines: Sequence[Line], block: range) -> int:
    """Headings like Author that the name follows in the next line."""
    return sum(script.fold(lines[i].text).strip(" :").lower() in ("author", "本文作者") for i in block[:-1])


def as_labelled(text: str) -> str:
    """A line of a block as furniture writes it: ``Author, 王小明`` and a bare ``作者`` with a colon."""
    if _BARE.match(script.fold(text)):
        return f"{text.rstrip(' :：')}:"
    found = _LABELLED.match(script.fold(text))
    sign = found.start("sign") if found and found["sign"] == "," else -1
    return f"{text[:sign]}:{text[sign + 1 :]}" if 0 <= sign < len(text) and text[sign] in ",，" else text
