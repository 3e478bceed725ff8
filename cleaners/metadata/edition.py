"""The page (版) of a newspaper that an article stands on: 《示例日报》 2026年10月5日 第02版：综合."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from cleaners.items import NewspaperEdition
from cleaners.page.lines import PageLines

_NUMBER = r"(?:第\s{0,4})?(?P<number>[A-Z]?\s{0,4}\d{1,3}|[A-Z]\s{0,4}叠?\s{0,4}\d{1,3})\s{0,4}版(?!本|权|次|税)"
_CHINESE = r"第\s{0,4}(?P<chinese>[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])\s{0,4}版"
_NAME = r"(?:\s{0,4}[:：·—|｜-]\s{0,4}|\s{1,4})(?P<name>[\u4e00-\u9fff·・/A-Za-z0-9]{2,12})"
_NAME_BEFORE = r"版[面次名]?\s{0,4}[:：]\s{0,4}"
_PLACE = re.compile(rf"(?:{_NUMBER}|{_CHINESE})(?:{_NAME})?")
_SHORT = re.compile(r"^\s*(?P<number>[A-Z]?\d{1,3})\s*[:：]\s*(?P<name>[\u4e00-\u9fff·・/]{2,12})\s*$")
_LABELLED = re.compile(rf"{_NAME_BEFORE}(?:{_NUMBER}|{_CHINESE}|(?P<plain>[A-Z]?\d{{1,3}}))(?:{_NAME})?")
_PAPER = re.compile(r"《\s*([\u4e00-\u9fff]{2,16}(?:报|報|周刊|导报))\s*》")
_PAPER_TITLE = re.compile(
    r"(?:^|[\s_\-|—–·《])([\u4e00-\u9fff]{2,14}(?:日报|晚报|晨报|早报|时报|商报|都市报|导报|周报|画报|报))(?=$|[\s_\-|—–·》])"
)
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?(?:年|[-/.])\s?(\d{1,2})\s?(?:月|[-/.])\s?(\d{1,2})(?!\d)")
_ADDRESS_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_.]?(0[1-9]|1[0-2])[-/_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_NAVIGATION = re.compile(r"[上下]一?版|版面(?:导航|概览|目录)|本版|版次")
_NO_NAME = re.compile(
    r"\d|[上下]一?[版篇页]|版面|返回|标题|导航|星期|年|来源|作者|记者|放大|缩小|默认|PDF", re.IGNORECASE
)
_LONGEST_LINE = 80
_DIGITS = "零一二三四五六七八九"


def parse_edition(text: str) -> NewspaperEdition | None:
    """Number and name of a page of a newspaper in a short text: ``第02版：综合``, ``A2版 要闻``, ``03：副刊``."""
    found = _SHORT.match(text) or _LABELLED.search(text) or _PLACE.search(text)
    if found is None:
        return None
    said = found.groupdict()
    number = said.get("number") or said.get("plain") or _arabic(said.get("chinese") or "")
    letter, digits = re.fullmatch(r"([A-Z]?)\D*(\d+)", number).groups()  # type: ignore[union-attr]
    if int(digits) == 0:
        return None
    name = (said.get("name") or "").strip("·・/") or None
    return NewspaperEdition(number=f"{letter}{int(digits)}", name=None if name and _NO_NAME.search(name) else name)


def paper_name(text: str) -> str | None:
    """The name of a newspaper in a title or a line: 《示例日报》, 示例日报 第02版."""
    found = _PAPER.search(text) or _PAPER_TITLE.search(text)
    return found[1] if found else None


def day_in_address(url: str) -> str | None:
    """The day in an address, ISO 8601."""
    found = _ADDRESS_DAY.search(url)
    return _iso(found) if found else None


def _iso(day: re.Match[str]) -> str | None:
    """Year, month and day that were found, ISO 8601; None where there is no such day."""
    try:
        return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
    except ValueError:
        return None


def read_edition(page: PageLines, url: str | None, known: NewspaperEdition | None) -> NewspaperEdition | None:
    """What a page says of the newspaper's page it stands on, with what a crawl knew of it before.

    Only a page with a line that names exactly one number of a page (版) with the newspaper or the day beside it says
    anything: the navigation names many, and other articles name others.
    """
    told: dict[NewspaperEdition, None] = {}
    for line in page.lines:
        if len(line.text) > _LONGEST_LINE or line.link_share > 0.5 or "版" not in line.text:
            continue
        paper, day = paper_name(line.text), _DAY.search(line.text)
        if not (paper or day) or _NAVIGATION.search(line.text) or len(_PLACE.findall(line.text)) != 1:
            continue
        if found := parse_edition(line.text):
            told.setdefault(replace(found, paper=paper, date=_iso(day) if day else day_in_address(url or "")))
    return merged_edition(next(iter(told)) if len(told) == 1 else None, known)


def merged_edition(said: NewspaperEdition | None, known: NewspaperEdition | None) -> NewspaperEdition | None:
    """What was known first, completed by what the page says; what belongs to another number is not taken."""
    if said is None or known is None:
        return known or said
    same = known.number in (None, said.number)
    return NewspaperEdition(
        paper=known.paper or said.paper,
        date=known.date or said.date,
        number=known.number or said.number,
        name=known.name or (said.name if same else None),
    )


def _arabic(chinese: str) -> str:
    tens, ten, ones = chinese.rpartition("十")
    if not ten:
        return str(_DIGITS.index(chinese[0])) if chinese else "0"
    return str((_DIGITS.index(tens[0]) if tens else 1) * 10 + (_DIGITS.index(ones[0]) if ones else 0))
