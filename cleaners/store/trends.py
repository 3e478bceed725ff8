"""How the articles of a store change over time: disguises by site and noise by class, by date of publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from cleaners.store.database import Database

_DAY = 86400
_FEW = 4
"""Periods with articles: a chart of fewer shows no change, and shorter periods are taken."""

PeriodUnit = Literal["day", "week", "month"]
# The first day of a period, as days since 1970-01-01 (a Thursday); weeks begin on Monday (ISO 8601).
_FIRST_DAY: Mapping[PeriodUnit, str] = {
    "day": f"published_at / {_DAY}",
    "week": f"(published_at / {_DAY} + 3) / 7 * 7 - 3",
    "month": f"CAST(strftime('%s', published_at, 'unixepoch', 'start of month') AS INTEGER) / {_DAY}",
}
_SPAN: Mapping[PeriodUnit, timedelta] = {
    "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DisguisedShare:
    """How many of the articles that a site published in a period wear a disguise."""

    site: str
    period: date
    """Its first day, UTC."""
    disguised: int
    articles: int
    """All of the site and the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseMean:
    """How much of one class of noise was cut from the pages of a period."""

    noise: str
    """The class."""
    period: date
    """Its first day, UTC."""
    characters: float
    """For each article of the period, on average."""


class StoreTrends:
    """Counts over the current articles of the latest periods; what has no date is left out."""

    def __init__(self, database: Database, *, now: datetime | None = None, most: int = 12) -> None:
        """``now``: with a timezone; articles dated later are left out. ``most``: periods."""
        self._db = database
        self._until = int(((now or datetime.now(UTC)) + timedelta(days=1)).timestamp())
        self._most = most
        self.unit: PeriodUnit
        """How long a period is: the longest of which the latest twelve have articles in at least four; else months."""
        self.periods: tuple[date, ...]
        """The first days of the latest periods with articles, in order."""
        self.unit, self.periods = self._scale()

    def name(self, period: date) -> str:
        """A period in few characters: ``2026-11``, else its first day, ``11-23``."""
        return f"{period:%Y-%m}" if self.unit == "month" else f"{period:%m-%d}"

    def disguised(self) -> list[DisguisedShare]:
        """The share of disguised articles by site and period, of sites that have any."""
        rows = self._db.rows(
            f"SELECT site, {_FIRST_DAY[self.unit]} AS first, total(disguises IS NOT NULL), count(*) FROM articles "
            f"WHERE {self._recent()} AND site IN (SELECT site FROM articles WHERE {self._recent()} "
            "AND disguises IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [
            DisguisedShare(site=site, period=_date(first), disguised=int(worn), articles=n)
            for site, first, worn, n in rows
        ]

    def noise(self) -> list[NoiseMean]:
        """Characters cut by class of noise and period."""
        first = _FIRST_DAY[self.unit]
        articles: dict[int, int] = dict(
            self._db.rows(f"SELECT {first} AS first, count(*) FROM articles WHERE {self._recent()} GROUP BY 1")
        )
        rows = self._db.rows(
            f"SELECT {first} AS first, key, sum(value) FROM articles, json_each(noise_removed) "
            f"WHERE {self._recent()} AND noise_removed IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [
            NoiseMean(noise=noise, period=_date(first), characters=cut / articles[first]) for first, noise, cut in rows
        ]

    def _scale(self) -> tuple[PeriodUnit, tuple[date, ...]]:
        last = self._db.one(f"SELECT max(published_at) FROM articles WHERE current AND published_at < {self._until}")
        if last is None or last[0] is None:
            return "month", ()
        for unit in ("month", "week", "day"):
            found = self._first_days(unit, since=last[0] - int(self._most * _SPAN[unit].total_seconds()))
            if len(found) >= _FEW:
                return unit, found
        return "month", self._first_days("month", since=0)  # a sparse store: the latest that have some, with gaps

    def _first_days(self, unit: PeriodUnit, *, since: int) -> tuple[date, ...]:
        rows = self._db.rows(
            f"SELECT DISTINCT {_FIRST_DAY[unit]} FROM articles WHERE current AND published_at >= {since:d} "
            f"AND published_at < {self._until} ORDER BY 1 DESC LIMIT {self._most:d}"
        )
        return tuple(_date(first) for (first,) in reversed(rows))

    def _recent(self) -> str:
        """The condition of the articles that are counted."""
        if not self.periods:
            return "0"
        first = (self.periods[0] - date(1970, 1, 1)).days * _DAY
        return f"current AND published_at >= {first} AND published_at < {self._until}"


def _date(days: int) -> date:
    return date(1970, 1, 1) + timedelta(days=days)
