"""When the page says it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from cleaners.metadata import dates
from cleaners.metadata.dates import Stamp
from cleaners.metadata.declared import Declared
from cleaners.metadata.furniture import Furniture

_SAME = timedelta(minutes=3)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web there was nothing to date


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A date and what found it."""

    moment: datetime
    """With a timezone."""
    rule: str
    line: int | None = None
    """The line it stands on; None where only the head names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    stamp: Stamp
    rule: str
    line: int


def published(
    near: Sequence[tuple[int, Furniture]],
    below: Sequence[tuple[int, Furniture]],
    declared: Declared,
    zone: ZoneInfo,
    fetched_at: datetime | None,
) -> Published | None:
    """The date beside the headline, else the head's, else one behind the text that a label names."""
    stated = _declared(declared)
    seen = _beside(near, fetched_at)
    if seen and stated and seen.rule == "date beside headline" and not seen.stamp.timed and not _same_day(seen, stated[1]):
        seen = None  # an untimed date without a label may be anything: the head knows better
    if seen is None and stated is None:
        seen = _labelled(below, "published") or _labelled(near, "updated")
    if seen:
        answer = Published(moment=_localised(seen, stated, zone), rule=seen.rule, line=seen.line)
    elif stated:
        rule, stamp = stated
        answer = Published(moment=stamp.moment if stamp.moment.tzinfo else stamp.moment.replace(tzinfo=zone), rule=rule)
    else:
        return None
    latest = (fetched_at or datetime.now(UTC)) + timedelta(days=1)
    return answer if _EARLIEST < answer.moment < latest else None


def _declared(declared: Declared) -> tuple[str, Stamp] | None:
    for rule, value in declared.published:
        if stamp := dates.declared(value):
            return rule, stamp
    return None


def _labelled(pieces: Sequence[tuple[int, Furniture]], role: str) -> _Seen | None:
    for index, furniture in pieces:
        for found, stamp in furniture.dates:
            if found == role and furniture.labelled:
                return _Seen(stamp=stamp, rule=f"{role} label", line=index)
    return None


def _beside(near: Sequence[tuple[int, Furniture]], now: datetime | None) -> _Seen | None:
    labelled = [
        _Seen(stamp=stamp, rule="published label", line=index)
        for index, furniture in near
        for role, stamp in furniture.dates
        if role == "published" and any(v.role == "published" for v in furniture.values)
    ]
    bare = [
        _Seen(stamp=stamp, rule="date beside headline", line=index)
        for index, furniture in near
        for role, stamp in furniture.dates
        if role == "published" and not any(v.role == "published" for v in furniture.values)
    ]
    timed = [seen for seen in bare if seen.stamp.timed]
    for group in (labelled, timed, bare):
        if group:
            return group[0]
    if now is None:
        return None
    told = ((index, dates.relative(furniture.text, now)) for index, furniture in near if len(furniture.text) < 60)
    return next((_Seen(stamp=stamp, rule="relative date", line=index) for index, stamp in told if stamp), None)


def _same_day(seen: _Seen, stamp: Stamp) -> bool:
    return abs((seen.stamp.moment.replace(tzinfo=None) - stamp.moment.replace(tzinfo=None)).days) <= 1


def _localised(seen: _Seen, stated: tuple[str, Stamp] | None, zone: ZoneInfo) -> datetime:
    """The timezone of a date on the page: its own, else that of the same moment in the head, else the site's."""
    moment = seen.stamp.moment
    if moment.tzinfo:
        return moment
    other = stated[1].moment if stated else None
    if other is None or other.tzinfo is None or not seen.stamp.timed:
        return moment.replace(tzinfo=zone)
    if abs(other.replace(tzinfo=None) - moment) <= 5 * _SAME and other.utcoffset():
        return moment.replace(tzinfo=other.tzinfo)
    apart = moment - other.astimezone(UTC).replace(tzinfo=None)
    hours = round(apart / timedelta(hours=1))
    if abs(apart - timedelta(hours=hours)) <= _SAME and -12 <= hours <= 14:
        offset = timezone(timedelta(hours=hours))
        return moment.replace(tzinfo=zone if zone.utcoffset(moment) == timedelta(hours=hours) else offset)
    return moment.replace(tzinfo=zone)
