"""Key-value tables of the store: manifests of the files beside it, and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cleaners.store.database import Database


class IndexManifests:
    """What the match index (and the like) must change in the same commit as the articles, as bytes by name."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, name: str) -> bytes | None:
        """The bytes of a manifest, None when there is none."""
        row = self._db.one("SELECT data FROM manifests WHERE name = ?", (name,))
        return bytes(row[0]) if row else None

    def put(self, name: str, data: bytes) -> None:
        """Keep a manifest; part of the transaction that is open."""
        self._db.execute("INSERT OR REPLACE INTO manifests VALUES (?, ?)", (name, data))

    def remove(self, name: str) -> None:
        """Forget a manifest."""
        self._db.execute("DELETE FROM manifests WHERE name = ?", (name,))


MATCHED_BY = "matched-by"
"""Under what name a store notes the recipes of matching: a JSON object, first document -> recipe from there on."""


_PUBLISHERS = "publishers"


class StoreSettings:
    """Named values of the store: recipes in use and the like."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, key: str) -> str | None:
        """A value, None when it was never set."""
        row = self._db.one("SELECT value FROM meta WHERE key = ?", (key,))
        return row[0] if row else None

    def put(self, key: str, value: str) -> None:
        """Set a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def remove(self, key: str) -> None:
        """Forget a value."""
        self._db.execute("DELETE FROM meta WHERE key = ?", (key,))

    def publishers(self) -> dict[str, str]:
        """Site id -> how its publisher calls it: in a declared source, and to readers."""
        found: dict[str, str] = json.loads(self.get(_PUBLISHERS) or "{}")
        return found

    def put_publishers(self, names: Mapping[str, str]) -> None:
        """Note how sites are called; those that are not named are forgotten."""
        self.put(_PUBLISHERS, json.dumps(dict(names), ensure_ascii=False, sort_keys=True))

    def note_recipe(self, doc: int, recipe: str) -> None:
        """Note by what recipe the documents from ``doc`` on are matched; nothing changes while it is the same one."""
        noted = self._recipes()
        if not noted or noted[max(noted, key=int)] != recipe:
            self.put(MATCHED_BY, json.dumps({**noted, str(doc): recipe}, ensure_ascii=False))

    def matched_by(self) -> tuple[str, ...]:
        """The recipes of matching, in order of use."""
        noted = self._recipes()
        return tuple(noted[doc] for doc in sorted(noted, key=int))

    def _recipes(self) -> dict[str, str]:
        noted: dict[str, str] = json.loads(self.get(MATCHED_BY) or "{}")
        return noted
