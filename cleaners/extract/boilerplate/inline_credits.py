"""Credits in brackets behind the last sentence of a paragraph: ``……踏实。（责编：某某）``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleaners.items import Line

_ROLE = (
    r"(?:责任|責任|值班|执行|執行|见习|見習|新媒体|新媒體|网络|網絡|本期|本文|实习|實習)?(?:编辑|編輯|责编|責編|编审|編審|校对|校對|审核|審核|审校"
    r"|審校|终审|終審|复审|初审|监制|監制|主编|主編|值班主任|排版|美编|责校|一审|二审|三审)"
)
_NAMED = rf"{_ROLE}\s?[:：/丨|]?\s?[^\[\]【】()（）。！？!?]{{1,40}}"
# Only behind the end of a sentence, maybe behind (完): a bracket inside of a sentence belongs to it.
_CREDIT = re.compile(
    rf"(?<=[。！？!?…”」』)）])\s*[\[【(（]\s?{_NAMED}[\]】)）](?:\s*[\[【(（]\s?{_NAMED}[\]】)）])*\s*$"
)


# In one bracket: 责任编辑：某某 校对：某某.
_PERSON = re.compile(
    rf"({_ROLE})\s?[:：/丨|]?\s?((?!{_ROLE})[^\[\]【】()（）\s:：、,，]{{2,8}}(?:[、,，](?!{_ROLE})[^\[\]【】()（）\s:：、,，]{{2,8}})*)"
)
_EDITS = re.compile(r"[编編]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimmedLines:
    """Judged lines without the credits at the ends of those that are kept."""

    lines: tuple[Line, ...]
    editors: tuple[str, ...]
    """Whom these credits name as editors, in order."""


def split_credits(text: str) -> tuple[str, tuple[str, ...]]:
    """A paragraph without the credits of editors in brackets at its end, and whom they name as editors.

    >>> split_credits("当天就能送进市场。(完) 【编辑:卢小满】")
    ('当天就能送进市场。(完)', ('卢小满',))
    >>> split_credits("开馆了。[责任编辑：文秋白 校对：陶春生]")
    ('开馆了。', ('文秋白',))
    """
    found = _CREDIT.search(text)
    if found is None or not found.start():
        return text, ()
    people = (
        name
        for role, names in _PERSON.findall(found.group())
        if _EDITS.search(role)
        for name in re.split("[、,，]", names)
    )
    return text[: found.start()], tuple(dict.fromkeys(people))


def trimmed(lines: Sequence[Line]) -> TrimmedLines:
    """The judged lines, those that are kept without the credits at their ends."""
    out, editors = [], list[str]()
    for line in lines:
        text, names = split_credits(line.text) if line.verdict == "keep" else (line.text, ())
        out.append(line if text == line.text else replace(line, text=text))
        editors += names
    return TrimmedLines(lines=tuple(out), editors=tuple(dict.fromkeys(editors)))
