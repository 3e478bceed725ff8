"""When a page is visited again: the pause doubles while it stays the same and halves when it has changed.

Estimating how often a page changes from what its visits found is that of Cho and Garcia-Molina (Estimating Frequency
of Change, 2003); halving and doubling is its simplest form, as feed readers and Nutch's AdaptiveFetchSchedule use it.
"""

from __future__ import annotations

from dataclasses import dataclass

_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between what the pause of one kind of page moves, in seconds."""

    first: int = 0
    """After the first visit."""
    least: int = 0
    """However often it changes. 0: it may be visited in every run; how often that is, the job's schedule says."""
    most: int = 90 * _DAY
    """However long it has not changed."""

    def pause(self, before: int | None, elapsed: int, *, changed: bool) -> int:
        """Seconds until the next visit.

        ``before``: the pause that led to this visit, None when it is the first. ``elapsed``: seconds since the visit
        before this one.
        """
        if before is None:
            return self.first
        if changed:
            return max(self.least, before // 2)
        return min(self.most, max(2 * before, elapsed, self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often pages are visited."""

    seed: Bounds = Bounds(most=6 * _HOUR)
    """Feeds, sitemaps, lists: news shows there first. Never longer than a quarter of a day."""
    page: Bounds = Bounds()
    """Articles are corrected in their first hours, then hardly ever: after half an hour, 1, 2, 4 ... hours."""
    failing: Bounds = Bounds(first=_HOUR, most=30 * _DAY)
    """What could not be fetched or has moved: a server that is down is back soon, a page that is gone stays so."""
