"""Endless webs: calendars, filters, session numbers, links that grow. Told by the address, or by what came of it."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

# A day or month in an address: /2026/11/, /2026-11-22, ?month=202611, date=2026/11. Groups: year, what stands between
# it and the month, month, day.
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_.]?)(0[1-9]|1[0-2])(?:[-/_.]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
_CALENDAR = re.compile(
    r"calend|kalend|rili|riqi|nongli|huangli|events?\b|schedule|agenda|archive|[?&/](date|day|month|ym|ymd)\b|日历|日期|月历",
    re.IGNORECASE,
)
"""What calendars are called in addresses."""
_SLACK = timedelta(days=2)  # a site east of here, a clock that is wrong


def trap(url: str, today: date, on: str = "") -> str | None:
    """Why an address looks like part of an endless web, or None.

    ``on``: the page that links to it. A path that repeats itself comes from broken relative links; pages with many
    parameters are combinations of filters. A calendar leads on and on into days to come: the address is called one, or
    is that of a later day than the page, and both are of one shape. Other numbers in an address are only numbers: an
    article may be the 203,005th, a plan may be for 2035.
    """
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    if len(steps) > 12 or any(steps.count(step) > 2 for step in steps if not step.isdigit()):
        return "path repetition"
    if len(parse_qsl(parts.query, keep_blank_values=True)) > 6:
        return "query combinations"
    if _leads_into_the_future(url, today, on):
        return "calendar"
    return None


def _leads_into_the_future(url: str, today: date, on: str) -> bool:
    to_come = [day for day in _days(url) if day.date > today + _SLACK]
    if to_come and _CALENDAR.search(unquote(_tail(url))):
        return True
    later = max((day.date for day in to_come if day.is_parted), default=date.min)
    shown = max((day.date for day in _days(on)), default=date.max)
    return later > shown and shape(on) == shape(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _AddressDay:
    """A day, or the first of a month, that stands in an address."""

    date: date
    is_parted: bool
    """Whether something stands between year and month; else it may be any number."""


def _days(url: str) -> list[_AddressDay]:
    found = []
    for year, between, month, day in _DAY.findall(unquote(_tail(url))):
        with suppress(ValueError):  # the 31st of February: no date
            found.append(_AddressDay(date=date(int(year), int(month), int(day or 1)), is_parted=bool(between)))
    return found


def _tail(url: str) -> str:
    """Path and query."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSettings:
    """When a kind of address counts as a maze."""

    barren: int = 50
    """So many pages of one shape without one article."""
    enough: int = 1000
    """So many pages of one shape, and most of them different: it is no maze, and its pages are no longer compared."""
    same: int = 10
    """So many pages of one shape with the very same bytes, when they are at least half of its pages."""


def shape(url: str) -> str:
    """What addresses of one kind have in common: the path with its numbers taken out, and the names in the query.

    >>> shape("http://a.example/cal/2025-11.html?day=3&sid=8f")
    'a.example/cal/0.html?day&sid'
    """
    parts = urlsplit(url)
    path = re.sub(r"\d+(?:[-_.]\d+)*", "0", parts.path)
    return f"{parts.netloc}{path}?{'&'.join(sorted({name for name, _ in parse_qsl(parts.query, True)}))}"


class TrapDetector:
    """Remembers per shape of address what came of its pages; a shape that gives nothing is closed.

    Memory: one entry a shape, and a digest a page for the first ``enough`` pages of a shape that gave no article yet.
    """

    def __init__(self, patience: TrapSettings = TrapSettings()) -> None:
        self._patience = patience
        self._barren: Counter[str] = Counter()
        self._fruitful: set[str] = set()
        self._pages: Counter[str] = Counter()
        self._bodies: dict[str, Counter[int]] = {}
        self._closed: dict[str, str] = {}

    def fetched(self, url: str, body: bytes) -> None:
        """A page has come."""
        kind = shape(url)
        if kind in self._fruitful or self._pages[kind] >= self._patience.enough:
            self._bodies.pop(kind, None)
            return
        bodies = self._bodies.setdefault(kind, Counter())
        digest = hash(body)  # of this process only, and 20 times as fast as one that would outlive it
        self._pages[kind] += 1
        bodies[digest] += 1
        same = bodies[digest]
        # An article's address may give the same "no longer here" many times: half of all is what articles never reach.
        if same >= self._patience.same and same * 2 >= self._pages[kind]:
            self._closed.setdefault(kind, "duplicate content")

    def came_of(self, url: str, is_article: bool) -> None:
        """The page was cleaned."""
        kind = shape(url)
        if is_article:
            self._fruitful.add(kind)
            return
        self._barren[kind] += 1
        if kind not in self._fruitful and self._barren[kind] >= self._patience.barren:
            self._closed.setdefault(kind, "no articles")

    def closed(self, url: str) -> str | None:
        """Why no further page of that shape is fetched, or None."""
        return self._closed.get(shape(url))
