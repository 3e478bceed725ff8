"""Dates as Chinese pages write them -> datetimes with a timezone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from cleaners.metadata.date_forms import COMPACT, FORMS

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
_DIGITS = {**{char: str(value) for value, char in enumerate("零一二三四五六七八九")}, **dict.fromkeys("〇○ОO", "0")}
_ROC = 1911  # the year before the first of the Republic


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
    either: datetime | None = None
    """The reading with the month first, where the text does not tell: 03/04/2024. ``moment`` is then the one with
    the day first."""


def _zone(name: str | None, east: str | None) -> tzinfo | None:
    if not name:
        return timezone(timedelta(hours=8)) if east else None
    if name == "Z":
        return UTC
    digits = name.removeprefix("GMT").removeprefix("UTC").replace(":", "")
    return timezone((1 if digits[0] == "+" else -1) * timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5])))


def _hour(hour: int, half: str | None) -> int:
    half = half.lower().replace(".", "") if half else None
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    if half in ("凌晨", "am") and hour == 12:
        return 0
    return hour % 24


def _year(groups: dict[str, str | None]) -> int:
    if two := groups.get("yy"):
        return 2000 + int(two)
    if republic := groups.get("roc"):
        return _ROC + int(republic)
    if chinese := groups.get("cy"):
        return int("".join(_DIGITS[char] for char in chinese))
    return int(groups["y"] or 0)


def _numeral(text: str) -> int:
    """A Chinese numeral up to 99: 三, 十二, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    return (int(_DIGITS[tens]) if tens else 1) * 10 * bool(ten) + (int(_DIGITS[ones]) if ones else 0)


def _month(groups: dict[str, str | None]) -> int:
    if name := groups.get("b"):
        return _MONTHS.index(name[:3].lower()) + 1
    if numeral := groups.get("cm"):
        return _numeral(numeral)
    return int(groups.get("m") or groups.get("m2") or 0)


def _day(groups: dict[str, str | None]) -> int:
    numeral = groups.get("cd")
    return _numeral(numeral) if numeral else int(groups.get("d") or groups.get("d2") or 0)


def _moment(groups: dict[str, str | None], month: int, day: int) -> datetime | None:
    timed = groups.get("H") is not None
    try:
        return datetime(
            _year(groups),
            month,
            day,
            _hour(int(groups["H"] or 0), groups.get("half") or groups.get("half2")) if timed else 0,
            int(groups.get("M") or 0),
            int(groups.get("S") or 0),
            tzinfo=_zone(groups.get("zone"), groups.get("east")),
        )
    except ValueError:
        return None


def _stamp(match: re.Match[str]) -> Stamp | None:
    groups = match.groupdict()
    either = None
    if one := groups.get("one"):
        first, second = int(one), int(groups["two"] or 0)
        readings = [_moment(groups, second, first), _moment(groups, first, second)]
        moment = readings[0] or readings[1]
        either = readings[1] if readings[0] and readings[1] != readings[0] else None
    else:
        moment = _moment(groups, _month(groups), _day(groups))
    if moment is None or (groups.get("yy") and moment.year > date.today().year):
        return None
    return Stamp(
        start=match.start(), end=match.end(), moment=moment, timed=groups.get("H") is not None, either=either
    )


def stamps(text: str) -> tuple[Stamp, ...]:
    """All full dates of a folded text, in order.

    >>> [s.moment.isoformat() for s in stamps("2021年3月5日 下午2:07 来源:某报")]
    ['2021-03-05T14:07:00']
    >>> [s.moment.isoformat() for s in stamps("2021-03-05 HKT 14:07")]
    ['2021-03-05T14:07:00+08:00']
    >>> [s.moment.isoformat() for s in stamps("17/10/2023 2:05pm")]
    ['2023-10-17T14:05:00']
    """
    if not any(char.isdigit() or char == "年" for char in text):
        return ()
    for form in FORMS:
        found = tuple(filter(None, map(_stamp, form.pattern.finditer(text))))
        if found:
            return found
    return ()


def declared(text: str) -> Stamp | None:
    """The date of a meta value: any form of :func:`stamps`, or digits alone (20210305)."""
    text = text.strip()
    compact = COMPACT.fullmatch(text)
    if compact:
        return _stamp(compact)
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
