"""Dates as Chinese pages write them -> datetimes with a timezone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_DATE = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?:\s?年\s?|\s?[-/.]\s?|\s{1,3}(?=\d\d\s?/\s?\d\d\s))(?P<m>1[0-2]|"
    r"0?[1-9])\s?(?:月\s?|[-/.]\s?)"
    r"(?P<d>3[01]|[12]\d|0?[1-9])(?:\s?[日号]|(?=\D|$|\d\d:\d\d))"
    r"(?:[\sT,]{0,3}(?:[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?)?\s{0,2}"
    r"(?:(?P<east>HKT|北京时间|香港时间|台北时间)\s?)?(?P<half>上午|下午|晚上|中午|凌晨|晚|"
    r"早上|[AaPp][Mm])?\s?"
    r"(?P<H>2[0-4]|1\d|0?\d)\s?[:时点]\s?(?P<M>[0-5]\d)分?(?::?(?P<S>[0-5]\d)(?!\d)秒?)?(?:\.\d{1,9})?"
    r"\s?(?P<half2>[AaPp][Mm])?\s?(?P<zone>Z\b|(?:GMT|UTC)?[+-]\d\d:?\d\d(?!\d))?)?"
)
_COMPACT = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?:(?P<H>[01]\d|"
    r"2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)?)?"
)
_ENGLISH_MONTH = r"(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_ENGLISH = (
    re.compile(rf"\b{_ENGLISH_MONTH}\s(?P<d>[0-3]?\d)(?:st|nd|rd|th)?,?\s(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s{_ENGLISH_MONTH},?\s(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGO = re.compile(
    r"(?P<n>\d{1,3})\s?(?P<unit>秒|分钟|个?小时|天)(?:之)?前|(?P<now>刚刚)|(?P<day>今天|昨天|"
    r"前天)\s?(?P<H>\d{1,2}):(?P<M>\d\d)"
)
_NO_YEAR = re.compile(
    r"(?<![\d年\-/.])(?P<m>1[0-2]|0?[1-9])(?:月|[-/])(?P<d>3[01]|[12]\d|0?[1-9])日?\s{1,2}(?P<H>2[0-3]|1\d|"
    r"0?\d):(?P<M>[0-5]\d)"
)
_AFTERNOON = ("下午", "晚上", "晚", "pm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A date found in a text."""

    start: int
    """Where it begins in the text, in characters."""
    end: int
    """Where it ends."""
    moment: datetime
    """The date; naive where the text names no offset."""
    timed: bool
    """Whether a time of day stands with it."""


def _zone(name: str | None, east: str | None) -> tzinfo | None:
    if not name:
        return timezone(timedelta(hours=8)) if east else None
    if name == "Z":
        return UTC
    digits = name.removeprefix("GMT").removeprefix("UTC").replace(":", "")
    return timezone((1 if digits[0] == "+" else -1) * timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5])))


def _hour(hour: int, half: str | None) -> int:
    if half and half.lower() in _AFTERNOON and hour < 12:
        return hour + 12
    if half and half.lower() in ("凌晨", "am") and hour == 12:
        return 0
    return hour % 24


def _stamp(match: re.Match[str], month: int) -> Stamp | None:
    groups = match.groupdict()
    timed = groups.get("H") is not None
    try:
        moment = datetime(
            int(groups["y"]),
            month,
            int(groups["d"]),
            _hour(int(groups["H"]), groups.get("half") or groups.get("half2")) if timed else 0,
            int(groups.get("M") or 0),
            int(groups.get("S") or 0),
            tzinfo=_zone(groups.get("zone"), groups.get("east")),
        )
    except ValueError:
        return None
    return Stamp(start=match.start(), end=match.end(), moment=moment, timed=timed)


def stamps(text: str) -> tuple[Stamp, ...]:
    """All full dates of a folded text, in order.

    >>> [s.moment.isoformat() for s in stamps("2021年3月5日 下午2:07 来源:某报")]
    ['2021-03-05T14:07:00']
    >>> [s.moment.isoformat() for s in stamps("2021-03-05 HKT 14:07")]
    ['2021-03-05T14:07:00+08:00']
    """
    found = [_stamp(match, int(match["m"])) for match in _DATE.finditer(text)]
    if not found and text.isascii():
        found = [
            _stamp(match, _MONTHS.index(match["b"][:3].lower()) + 1)
            for pattern in _ENGLISH
            for match in pattern.finditer(text)
        ]
    return tuple(stamp for stamp in found if stamp)


def declared(text: str) -> Stamp | None:
    """The date of a meta value: any form of :func:`stamps`, or digits alone (20210305)."""
    text = text.strip()
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _stamp(compact, int(compact["m"]))
    found = stamps(text)
    return found[0] if found else None


def relative(text: str, now: datetime) -> Stamp | None:
    """A date told from the moment of fetching: 3小时前, 昨天 10:20, or without its year: 05-12 10:30.

    ``now`` carries a timezone; without the moment of fetching such dates say nothing.
    """
    ago = _AGO.search(text)
    if ago:
        return Stamp(start=ago.start(), end=ago.end(), moment=_before(ago, now), timed=ago["unit"] != "天")
    match = _NO_YEAR.search(text)
    if not match:
        return None
    for year in (now.year, now.year - 1):
        try:
            moment = datetime(
                year, int(match["m"]), int(match["d"]), int(match["H"]), int(match["M"]), tzinfo=now.tzinfo
            )
        except ValueError:
            continue
        if moment <= now + timedelta(days=1):
            return Stamp(start=match.start(), end=match.end(), moment=moment, timed=True)
    return None


def _before(match: re.Match[str], now: datetime) -> datetime:
    if match["now"]:
        return now
    if match["day"]:
        day = now - timedelta(days=("今天", "昨天", "前天").index(match["day"]))
        return day.replace(hour=int(match["H"]) % 24, minute=int(match["M"]) % 60, second=0, microsecond=0)
    unit = {"秒": "seconds", "分": "minutes", "个": "hours", "小": "hours", "天": "days"}[match["unit"][0]]
    return now - timedelta(**{unit: int(match["n"])})
