"""What articles can be filtered by: the values that some article has."""

from __future__ import annotations

from dataclasses import replace

from cleaners.store.database import Database
from cleaners.store.selection import Selection, conditions

_VALUES = {
    "site": "SELECT site FROM articles WHERE current AND site IS NOT NULL GROUP BY site ORDER BY count(*) DESC, site",
    "source": "SELECT source FROM articles WHERE current AND source IS NOT NULL GROUP BY source "
    "ORDER BY count(*) DESC, source",
    "region": "SELECT name FROM article_places JOIN places USING (place) GROUP BY place ORDER BY count(*) DESC, name",
}


class Values:
    """The values of filters."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def missing(self, selection: Selection) -> dict[str, str]:
        """Those of its filters ``site``, ``source`` and ``region`` that let nothing through by themselves: their names
        and the values that were asked for."""
        nothing = Selection()
        single = {
            "site": replace(nothing, site=selection.site),
            "source": replace(nothing, source=selection.source),
            "region": replace(nothing, region=selection.region),
        }
        return {name: getattr(one, name) for name, one in single.items() if one != nothing and not self._any(one)}

    def of(self, name: str) -> list[str]:
        """Every value of ``site``, ``source`` or ``region`` that some article has, the most frequent one first."""
        return [row[0] for row in self._db.rows(_VALUES[name])]

    def _any(self, selection: Selection) -> bool:
        where, values = conditions(selection)
        return self._db.one(f"SELECT 1 FROM articles WHERE current{where} LIMIT 1", values) is not None
