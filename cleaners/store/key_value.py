"""Key-value tables of the store: manifests of the files beside it, and settings."""

from __future__ import annotations

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
