"""Where the pages are that a store was made from: what cleaning again starts from."""

from __future__ import annotations

from cleaners.store.database import Database

_STAGES = ("decode", "blocks", "metadata", "extract", "denoise", "restore")


class Origins:
    """The origins of a store's articles and Drops."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, site: str | None = None) -> dict[str, int]:
        """Origin -> doc of the current text that was cleaned from it; of one ``site``, where it is given."""
        query = "SELECT origin, doc FROM articles WHERE current AND (:site IS NULL OR site = :site) ORDER BY doc"
        return dict(self._db.rows(query, {"site": site}))

    def drops(self) -> list[str]:
        """Origins of the pages that cleaning found to be no articles (not: those that were not read or not wanted)."""
        marks = ",".join("?" * len(_STAGES))
        rows = self._db.rows(f"SELECT DISTINCT origin FROM drops WHERE stage IN ({marks}) ORDER BY origin", _STAGES)
        return [r[0] for r in rows]
