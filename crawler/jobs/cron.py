"""Cron expressions as cron itself reads them, for APScheduler and for systemd.

APScheduler 3 counts the days of the week from Monday and wants both the day of the month and the day of the week to
fit; cron (crontab(5)) counts from Sunday and, where both are restricted, is content with either. So an expression is
read here and handed on with every value spelt out.

When the next run is due, APScheduler computes. cronsim, which knows Debian's cron, was looked at: it would take the
place of APScheduler's trigger and not of this reader, whose values systemd needs and whose messages name the field. It
also reads what a crontab cannot hold (seconds, ``L``, ``#``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from apscheduler.triggers.base import BaseTrigger

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True, kw_only=True)
class _CronField:
    name: str
    first: int
    last: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _CronField(name="minute", first=0, last=59),
    _CronField(name="hour", first=0, last=23),
    _CronField(name="day", first=1, last=31),
    _CronField(name="month", first=1, last=12, words=_MONTHS),
    _CronField(name="day of week", first=0, last=7, words=_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CronExpression:
    """A cron expression: the values of each field, None for every one."""

    text: str
    """As written."""
    minutes: tuple[int, ...] | None
    hours: tuple[int, ...] | None
    days: tuple[int, ...] | None
    months: tuple[int, ...] | None
    weekdays: tuple[int, ...] | None
    """0 is Sunday."""
    either: bool
    """Whether the day of the month or the day of the week is enough; else both must fit."""

    def trigger(self, timezone: tzinfo) -> BaseTrigger:
        """The same times for APScheduler."""
        from apscheduler.triggers.combining import OrTrigger
        from apscheduler.triggers.cron import CronTrigger

        triggers = [
            CronTrigger(
                month=_listed(self.months),
                day=_listed(days),
                day_of_week=None if weekdays is None else ",".join(_DAYS[day] for day in weekdays),
                hour=_listed(self.hours) or "*",
                minute=_listed(self.minutes) or "*",
                second=0,
                timezone=timezone,
            )
            for days, weekdays in self._dates()
        ]
        return triggers[0] if len(triggers) == 1 else OrTrigger(triggers)

    def calendar(self) -> tuple[str, ...]:
        """The same times for systemd (``OnCalendar=``, systemd.time(7)); one line each, any may fit."""
        time = f"{_two(self.hours)}:{_two(self.minutes)}:00"
        return tuple(
            f"{','.join(_DAYS[day].capitalize() for day in weekdays) + ' ' if weekdays else ''}"
            f"*-{_two(self.months)}-{_two(days)} {time}"
            for days, weekdays in self._dates()
        )

    def _dates(self) -> tuple[tuple[tuple[int, ...] | None, tuple[int, ...] | None], ...]:
        if self.either:
            return (self.days, None), (None, self.weekdays)
        return ((self.days, self.weekdays),)


def read(text: str) -> CronExpression:
    """Read five fields. Raises ``ValueError`` that says what is wrong with which one.

    >>> read("*/30 8-9 * * 1").calendar()
    ('Mon *-*-* 08,09:00,30:00',)
    """
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"{text!r} has {len(parts)} fields, a cron expression has five")
    minutes, hours, days, months, weekdays = (_values(part, field) for part, field in zip(parts, _FIELDS, strict=True))
    return CronExpression(
        text=" ".join(text.split()),
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=weekdays and tuple(sorted({day % 7 for day in weekdays})),
        either=not parts[2].startswith("*") and not parts[4].startswith("*"),  # "*/2" counts as unrestricted here
    )


def _values(text: str, field: _CronField) -> tuple[int, ...] | None:
    if text == "*":
        return None
    return tuple(sorted({value for part in text.split(",") for value in _part(part, field)}))


def _part(text: str, field: _CronField) -> range:
    """``5``, ``1-5``, ``*/10``, ``8-20/2``, ``mon-fri``."""
    span, _, step = text.partition("/")
    low, dash, high = span.partition("-")
    try:
        if span == "*":
            first, last = field.first, min(field.last, 6) if field.words == _DAYS else field.last
        else:
            first = _number(low, field)
            last = _number(high, field) if dash else field.last if step else first
        every = int(step) if step else 1
    except ValueError:
        raise ValueError(f"{text!r} is no {field.name}") from None
    if not (field.first <= first <= last <= field.last and every > 0):
        raise ValueError(f"{text!r} is no {field.name}: {field.first} to {field.last}")
    return range(first, last + 1, every)


def _number(text: str, field: _CronField) -> int:
    return field.words.index(text) + (field.words == _MONTHS) if text in field.words else int(text)


def _listed(values: tuple[int, ...] | None) -> str | None:
    return None if values is None else ",".join(map(str, values))


def _two(values: tuple[int, ...] | None) -> str:
    return ",".join(f"{value:02}" for value in values) if values else "*"
