"""Whether a site writes the day or the month first, where a date such as 03/04/2024 may be either."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata.dates import Stamp, stamps
from cleaners.metadata.labels import words

_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(?:19|20)\d\d(?!\d)")
_SHORT = 100
_NEAR = timedelta(days=2)
# Countries by the customs of their newspapers in Chinese; Canada and the Philippines write both.
_DAY_FIRST_HOSTS = words("my sg hk mo au nz uk ie de fr it es nl th vn id kh br ar")
_MONTH_FIRST_HOSTS = frozenset(("us",))
_DAY_FIRST_LANGUAGES = ("zh-hk", "zh-my", "zh-sg", "zh-mo", "zh-hant-hk", "zh-hans-my", "zh-hans-sg", "zh-hant-mo")
_DAY_FIRST_ZONES = re.compile(
    r"Asia/(?:Hong_Kong|Macau|Kuala_Lumpur|Singapore|Bangkok)|Australia/|Europe/|Pacific/Auckland"
)
_MONTH_FIRST_ZONES = re.compile(r"America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What tells the order of day and month on a page."""

    lines: Sequence[Line]
    addresses: Sequence[str]
    language: str | None
    zone: ZoneInfo
    latest: date
    """No page is published later."""
    days: tuple[date, ...]
    """Days near which the page was published, by its head and its address."""

    def settled(self, stamp: Stamp) -> Stamp | None:
        """The one reading of a date; None where it stays open: no date is better than a guessed one."""
        if stamp.either is None:
            return stamp
        readings = [moment for moment in (stamp.moment, stamp.either) if moment.date() <= self.latest]
        if len(readings) == 2 and self.days:
            readings = [one for one in readings if any(abs(one.date() - day) <= _NEAR for day in self.days)]
        elif len(readings) == 2 and (first := self.day_first) is not None:
            readings = [stamp.moment if first else stamp.either]
        return replace(stamp, moment=readings[0], either=None) if len(readings) == 1 else None

    @property
    def day_first(self) -> bool | None:
        """What the page's other dates, its language, its host and its timezone say; None where nothing does."""
        own = {first > 12 for first, second in _written(self.lines) if (first > 12) != (second > 12)}
        if len(own) == 1:
            return own.pop()
        hosts = {(urlsplit(address).hostname or "").rpartition(".")[2] for address in self.addresses}
        language = (self.language or "").lower().replace("_", "-")
        if language.startswith(_DAY_FIRST_LANGUAGES) or hosts & _DAY_FIRST_HOSTS:
            return True
        if hosts & _MONTH_FIRST_HOSTS or _MONTH_FIRST_ZONES.match(self.zone.key):
            return False
        return True if _DAY_FIRST_ZONES.match(self.zone.key) else None


def _written(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """All dates of the form in short lines: (first number, second number)."""
    found = []
    for line in lines:
        if len(line.text) <= _SHORT and _SLASHED.search(line.text) and stamps(script.fold(line.text)):
            found += [(int(match[1]), int(match[3])) for match in _SLASHED.finditer(line.text)]
    return found
