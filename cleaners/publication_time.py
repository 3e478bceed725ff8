"""When something was published, as exactly as it says: many pages name the day alone, which is kept as its midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time

_NEVER = datetime.max.replace(tzinfo=UTC)


def is_day(moment: datetime) -> bool:
    """Whether a moment names a day alone.

    >>> is_day(datetime(2026, 10, 5)), is_day(datetime(2026, 10, 5, 9, 50))
    (True, False)
    """
    return moment.time() == time(0)


def before(a: datetime, b: datetime) -> bool:
    """Whether a is certainly earlier than b: a day alone says nothing about the order within it.

    >>> day, hour = datetime(2026, 10, 5), datetime(2026, 10, 5, 9, 50)
    >>> before(day, hour), before(hour, day), before(day, datetime(2026, 10, 6, 8))
    (False, False, True)
    """
    return a.date() < b.astimezone(a.tzinfo).date() if is_day(a) or is_day(b) else a < b


def latest(moment: datetime) -> datetime:
    """By when it was published at the latest: of a day alone its end. In this order nothing comes first that only may.

    >>> latest(datetime(2026, 10, 5)), latest(datetime(2026, 10, 5, 9, 50))
    (datetime.datetime(2026, 10, 5, 23, 59, 59, 999999), datetime.datetime(2026, 10, 5, 9, 50))
    """
    return datetime.combine(moment, time.max, moment.tzinfo) if is_day(moment) else moment


def in_order(moment: datetime | None) -> datetime:
    """What publications are put in order by, the earliest first: :func:`latest`; what has no date comes last.

    >>> in_order(None) > in_order(datetime(2026, 10, 5, tzinfo=UTC))
    True
    """
    return latest(moment) if moment else _NEVER


def written(moment: datetime) -> str:
    """As people write it.

    >>> written(datetime(2026, 10, 5)), written(datetime(2026, 10, 5, 9, 50))
    ('2026-10-05', '2026-10-05 09:50')
    """
    return f"{moment:%Y-%m-%d}" if is_day(moment) else f"{moment:%Y-%m-%d %H:%M}"
