"""When the articles of a family were published: what a window in days asks (see :mod:`cleaners.dedup.index.window`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cleaners.store.database import Database

_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


class Dates:
    """Days of articles, first and last days of families."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def spans(self, docs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """For each doc the first and the last day (UTC, counted from 0001-01-01) of its family, or its own when it is
        in none yet; docs without any date are left out."""
        found: dict[int, tuple[int, int]] = {}
        for start in range(0, len(docs), 500):
            part = docs[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._db.rows(
                "SELECT doc, first, last FROM articles JOIN (SELECT cluster, min(published_at) first, "
                "max(published_at) last FROM articles WHERE current AND cluster IN (SELECT cluster FROM articles "
                f"WHERE doc IN ({marks})) GROUP BY cluster) USING (cluster) WHERE doc IN ({marks}) "
                "UNION ALL SELECT doc, published_at, published_at FROM articles WHERE cluster IS NULL "
                f"AND doc IN ({marks})", (*part, *part, *part),
            )  # fmt: skip
            found.update((doc, (_day(first), _day(last))) for doc, first, last in rows if first is not None)
        return found

    def days(self, docs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """The same with each doc's own day, whatever family it is in."""
        found: dict[int, tuple[int, int]] = {}
        for start in range(0, len(docs), 500):
            part = docs[start : start + 500]
            rows = self._db.rows(
                "SELECT doc, published_at FROM articles WHERE published_at IS NOT NULL "
                f"AND doc IN ({','.join('?' * len(part))})", part,
            )  # fmt: skip
            found.update((doc, (_day(at), _day(at))) for doc, at in rows)
        return found


def _day(seconds: int) -> int:
    return seconds // _DAY + _EPOCH
