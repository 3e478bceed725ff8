"""What the articles of a store are like, counted by site and by day: for charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from cleaners.store.database import Database
from cleaners.store.trends import StoreTrends


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePair:
    """How many articles of one site stand in clusters whose story seems to come from another."""

    origin: str
    """The site that the story seems to come from."""
    copier: str
    """The site with the copy; may be the same one."""
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisguisedArticles:
    """How many articles of a site wear a disguise."""

    site: str
    disguise: str
    articles: int


class StoreOverview:
    """Counts over all current articles of a store; each reads them once."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def copies_between_sites(self) -> list[SitePair]:
        """Who copies from whom, the most frequent pair first; articles without a site are left out."""
        rows = self._db.rows(
            "SELECT o.site, a.site, count(*) FROM clusters c JOIN articles o ON o.doc = c.earliest "
            "JOIN articles a ON a.cluster = c.cluster WHERE a.current AND a.doc != o.doc "
            "AND o.site IS NOT NULL AND a.site IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        )
        return [SitePair(origin=origin, copier=copier, articles=n) for origin, copier, n in rows]

    def disguises_by_site(self) -> list[DisguisedArticles]:
        """Which sites print disguised copies, the most frequent first."""
        rows = self._db.rows(
            "SELECT site, value, count(*) FROM articles, json_each(disguises) WHERE current "
            "AND disguises IS NOT NULL AND site IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        )
        return [DisguisedArticles(site=site, disguise=disguise, articles=n) for site, disguise, n in rows]

    def trends(self, *, now: datetime | None = None) -> StoreTrends:
        """How disguises and noise change over the latest periods, as of ``now``."""
        return StoreTrends(self._db, now=now)

    def published_by_day(self, days: int = 60) -> list[tuple[date, int]]:
        """(day in UTC, articles) of the latest days on which something was published, in order."""
        rows = self._db.rows(
            "SELECT published_at / 86400, count(*) FROM articles WHERE published_at IS NOT NULL AND current "
            "GROUP BY 1 ORDER BY 1 DESC LIMIT ?", (days,),
        )  # fmt: skip
        return [(datetime.fromtimestamp(day * 86400, UTC).date(), n) for day, n in reversed(rows)]
