"""Days and moments as people write them on the command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")
"""Whose days are meant: those of the articles."""

FORMS = "2024-12-31, 7d, yesterday, last week, 昨天, 3天前, 上周"
"""What is understood, for messages and helps."""

_SPAN = re.compile(r"(\d{1,5})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?|months?|y|years?)(?:\s+ago)?", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "mo": 30, "y": 365}
_NAMED = {"today": 0, "今天": 0, "今日": 0, "yesterday": 1, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2}
# Periods before the one that is running.
_WEEKS = {"this week": 0, "本周": 0, "这周": 0, "last week": 1, "上周": 1, "上星期": 1, "上个星期": 1}
_MONTHS = {"this month": 0, "本月": 0, "这个月": 0, "last month": 1, "上月": 1, "上个月": 1}
_YEARS = {"this year": 0, "今年": 0, "last year": 1, "去年": 1}
_CHINESE_SPAN = re.compile(
    r"(?:最近|近)?\s*(\d{1,5}|[一二两三四五六七八九十]|半)\s*(?:个)?(分钟|小时|天|日|周|星期|月|年)(?:之?前|以?来|内)?"
)
_CHINESE_UNITS = {"分钟": "m", "小时": "h", "天": "d", "日": "d", "周": "w", "星期": "w", "月": "mo", "年": "y"}
_CHINESE_COUNTS = {one: n for n, one in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def moment(text: str, now: datetime) -> datetime | None:
    """What is meant, at ``now`` (with a timezone), in China's timezone; None for what is no date.

    A day is its beginning, and so are so many days ago or more; so many minutes or hours ago are exactly that.

    >>> now = datetime(2026, 12, 1, 10, 30, tzinfo=HERE)
    >>> [f"{moment(said, now):%m-%d %H:%M}" for said in ("2026-11-30", "昨天", "7d", "3天前", "2h", "2 weeks ago")]
    ['11-30 00:00', '11-30 00:00', '11-24 00:00', '11-28 00:00', '12-01 08:30', '11-17 00:00']
    >>> [f"{moment(said, now):%m-%d}" for said in ("上周", "last month", "今年")]
    ['11-23', '11-01', '01-01']
    """
    text, now = text.strip(), now.astimezone(HERE)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if (days := _NAMED.get(text.lower())) is not None:
            return midnight - timedelta(days=days)
        if (begun := _begun(text.lower(), midnight)) is not None:
            return begun
        if span := _SPAN.fullmatch(text):
            unit = span[2].lower()
            return _before(int(span[1]), "mo" if unit.startswith("mo") else unit[0], now, midnight)
        if span := _CHINESE_SPAN.fullmatch(text):
            unit = _CHINESE_UNITS[span[2]]
            if span[1] == "半":
                halves = {"h": timedelta(minutes=30), "d": timedelta(hours=12), "mo": timedelta(days=15)}
                return now - halves[unit] if unit in halves else None
            return _before(_CHINESE_COUNTS.get(span[1]) or int(span[1]), unit, now, midnight)
        if date := _DATE.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in date.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=HERE)
        given = datetime.fromisoformat(text) if "-" in text else None
    except (ValueError, OverflowError):
        return None
    return given.astimezone(HERE) if given and given.tzinfo else None


def _begun(name: str, midnight: datetime) -> datetime | None:
    """The beginning of a week (Monday), month or year that is called so."""
    if (weeks := _WEEKS.get(name)) is not None:
        return midnight - timedelta(days=midnight.weekday() + 7 * weeks)
    if (months := _MONTHS.get(name)) is not None:
        first = midnight.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1) if months else first
    if (years := _YEARS.get(name)) is not None:
        return midnight.replace(year=midnight.year - years, month=1, day=1)
    return None


def _before(count: int, unit: str, now: datetime, midnight: datetime) -> datetime:
    if unit in ("m", "h"):
        return now - (timedelta(minutes=count) if unit == "m" else timedelta(hours=count))
    return midnight - timedelta(days=count * _DAYS[unit])
