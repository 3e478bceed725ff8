"""Which regions of China a text speaks of, by GB/T 2260 names and common short names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from cleaners.chinese.regions.gazetteer import Gazetteer, PlaceName, load_gazetteer
from cleaners.chinese.script import fold
from cleaners.items import Region

_NEAR = 40  # characters back in which a parent's name decides on an ambiguous one
# What makes the name part of another name: it tells where something is from, not what the text is about.
_PART_OF_NAME = re.compile(
    "大学|学院|银行|证券|基金|保险|[日晚晨早时商都青新]报|都市报|青年报|经济报|卫视|电视台|时间|[东西南北中]?路(?![线桥网段况])"
    "|大街|大道|公园|酒店|饭店|大厦|啤酒|拉面|火锅|烤鸭|瓜|茶|石化|汽车集团"
    "|[^\\s，。、；：“”（）《》,;:!?和与及在的等将是为到从向]{2,14}(?:有限公司|股份公司|集团公司|株式会社|有限责任)"
)
_NOT_A_CITY = re.compile("[场值价盈况]")  # 上海市场 is not 上海市
_NOT_A_DISTRICT = re.compile("[域块间位分划别]")  # 南山区域 is not 南山区


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlaceMention:
    start: int
    end: int
    meanings: tuple[PlaceName, ...]
    weak: bool


def find(text: str, title: str | None = None) -> tuple[Region, ...]:
    """The regions that title and text name, those with most evidence first.

    A name that may mean several places, or is an ordinary word too, counts only where the context decides. In a chain
    (江西省萍乡市安源区) the last name counts for all.
    """
    places = load_gazetteer()
    plain = fold(f"{title}\n{text}" if title else text)
    mentions = _scan(places, plain)
    counts = _count(places, plain, mentions)
    return tuple(
        Region(name=places.path(code), code=code, count=number)
        for code, number in sorted(counts.items(), key=lambda item: -item[1])
    )


def _scan(places: Gazetteer, text: str) -> list[_PlaceMention]:
    """Every name in the text, the longest where several begin at one place."""
    found: list[_PlaceMention] = []
    end = 0
    for start, name in places.finder.find(text):
        if start < end or _runs_on(name, text[start + len(name) : start + len(name) + 1]):
            continue
        end = start + len(name)
        meanings = places.names[name]
        if meanings[0].code:
            weak = _PART_OF_NAME.match(text, end) is not None
            found.append(_PlaceMention(start=start, end=end, meanings=meanings, weak=weak))
    return found


def _runs_on(name: str, following: str) -> bool:
    pattern = {"市": _NOT_A_CITY, "区": _NOT_A_DISTRICT}.get(name[-1]) if len(name) > 2 else None
    return pattern is not None and pattern.match(following) is not None


def _count(places: Gazetteer, text: str, mentions: list[_PlaceMention]) -> Counter[str]:
    sure = {
        mention.meanings[0].code
        for mention in mentions
        if len(mention.meanings) == 1 and mention.meanings[0].trust == "sure" and not mention.weak
    }
    named = Counter(sure)
    counts: Counter[str] = Counter()
    previous: tuple[int, int, str] | None = None  # start, end and code of the last place
    for mention in mentions:
        code = _meaning(places, mention, previous, named)
        if code is None or (mention.weak and not _is_known(places, code, sure)):
            continue
        if previous is not None and previous[1] == mention.start and previous[2] in places.ancestors(code):
            counts[previous[2]] -= 1
        counts[code] += 1
        previous = (mention.start, mention.end, code)
    return +counts


def _meaning(
    places: Gazetteer, mention: _PlaceMention, previous: tuple[int, int, str] | None, named: Counter[str]
) -> str | None:
    """What a name means here; None where the context does not tell."""
    for name in mention.meanings:
        near = previous is not None and mention.start - previous[1] <= _NEAR
        if previous is not None and near and previous[2] in places.ancestors(name.code):
            if name.trust != "local" or previous[1] == mention.start or name.code in named:
                return name.code
        elif name.code in named and len(mention.meanings) == 1:
            return name.code
    if len(mention.meanings) == 1:
        name = mention.meanings[0]
        return name.code if name.trust == "sure" else None
    fitting = [
        name.code
        for name in mention.meanings
        if name.code in named or (name.trust == "sure" and any(above in named for above in places.ancestors(name.code)))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _is_known(places: Gazetteer, code: str, sure: set[str]) -> bool:
    return code in sure or any(above in sure for above in places.ancestors(code))
