"""A window in days: documents whose dates lie further apart are no candidates; those without a date always are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cleaners.errors import UsageError

Days = NDArray[np.int32]
"""Days, counted from 0001-01-01 as day 1; 0 for a document without a date."""
UNDATED = 0
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWindow:
    """How many days apart two documents may be."""

    days: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``90d``; raises ``UsageError`` for anything else.

        >>> DateWindow.parse("90d")
        DateWindow(days=90)
        """
        if re.fullmatch(r"[0-9]{1,6}", text):
            raise UsageError("{text} has no unit: write {text}d for a window of {text} days", text=text)
        if not re.fullmatch(r"[0-9]{1,6}d", text):
            raise UsageError("{text!r} is no window: give a number of days, as 90d", text=text)
        return cls(days=int(text[:-1]))

    def near(self, one: Days, other: Days) -> NDArray[np.bool_]:
        """Which of these pairs may be compared."""
        return self.reaches(one, other, other)

    def reaches(self, day: Days, first: Days, last: Days) -> NDArray[np.bool_]:
        """Which days are within the window of a time from ``first`` to ``last``."""
        before, after = first.astype(np.int64) - day, day - last.astype(np.int64)
        inside = (before <= self.days) & (after <= self.days)
        return np.asarray((day == UNDATED) | (last == UNDATED) | inside, dtype=np.bool_)


def day_of(value: Any) -> int:
    """The day of a date, of a time, or of a string that begins with an ISO date; ``UNDATED`` for anything else.

    A moment is looked at from China, as its day is the one that the page declared, whichever zone a file keeps it in.

    >>> day_of("2024-03-01T08:00:00+08:00") - day_of(date(2024, 2, 28))
    2
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(_CHINA)
    if isinstance(value, date):
        return value.toordinal()
    if not isinstance(value, str):
        return UNDATED
    try:
        return date.fromisoformat(value[:10]).toordinal()
    except ValueError:
        return UNDATED
