"""Tombstones: what is left of an article that was taken down, so that neither it nor a copy of it comes back.

A tombstone holds no text: the address, why and when, and of each text its traces (digest, anchors and numbers as
hashes; see :mod:`cleaners.ingest.takedown_filter`). While a takedown is under way it also holds what is still to be done, so
that one that was killed can be finished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleaners import urls
from cleaners.store.codec import now
from cleaners.store.database import Database, Row

_COLUMNS = "id, url, reason, at, exports, done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """One article that was taken down."""

    id: str
    """Its id."""
    url: str | None
    """Its address, None for a page that had none."""
    reason: str
    """Why, as it was given."""
    at: datetime
    """When, UTC."""
    exports: tuple[str, ...] = ()
    """The exports that contained it, a line each, newest first: they are not ours to change."""
    done: bool = False
    """Whether every trace of the text is gone; not: the takedown was killed, and is to be finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What one text is known by after it is gone; no text."""

    recipe: str
    """How they were made."""
    digest: bytes
    """16 bytes of the whole normal form."""
    anchors: bytes
    """``uint32`` little-endian, ascending: its anchors."""
    numbers: bytes
    """``uint32`` little-endian, ascending: its numbers, hashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A record of the archive that is still to be blanked."""

    file: str
    offset: int
    length: int


class Tombstones:
    """The tombstones of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(self, stone: Tombstone, traces: Iterable[Traces], records: Iterable[Pending]) -> None:
        """Set a tombstone with what its takedown still has to do; part of the transaction that removes the article."""
        with self._db.transaction():
            self._db.execute(
                f"INSERT INTO tombstones ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET "
                "url = coalesce(url, excluded.url), exports = excluded.exports, done = 0",
                (stone.id, stone.url, stone.reason, now(), json.dumps(stone.exports, ensure_ascii=False)),
            )
            for one in traces:
                self._db.execute(
                    "INSERT OR REPLACE INTO tombstone_traces VALUES (?, ?, ?, ?, ?)",
                    (stone.id, one.digest, one.recipe, one.anchors, one.numbers),
                )
            for record in records:
                self._db.execute(
                    "INSERT OR REPLACE INTO tombstone_records VALUES (?, ?, ?, ?)",
                    (record.file, record.offset, record.length, stone.id),
                )

    def get(self, id_or_url: str) -> Tombstone | None:
        """The tombstone of an article by its id or any form of its url."""
        key = urls.clipping_id(id_or_url, b"") if "://" in id_or_url else id_or_url.strip().lower()
        row = self._db.one(f"SELECT {_COLUMNS} FROM tombstones WHERE id = ?", (key,))
        return _tombstone(row) if row else None

    def all(self) -> list[Tombstone]:
        """Every tombstone, newest first."""
        return [_tombstone(r) for r in self._db.rows(f"SELECT {_COLUMNS} FROM tombstones ORDER BY at DESC, id")]

    def __len__(self) -> int:
        row = self._db.one("SELECT count(*) FROM tombstones")
        return int(row[0]) if row else 0

    def traces(self) -> list[tuple[str, Traces]]:
        """(id, traces of one of its texts), in a fixed order."""
        rows = self._db.rows("SELECT id, recipe, digest, anchors, numbers FROM tombstone_traces ORDER BY id, digest")
        return [(r[0], Traces(recipe=r[1], digest=r[2], anchors=r[3], numbers=r[4])) for r in rows]

    def pending(self) -> list[tuple[Tombstone, tuple[Pending, ...]]]:
        """Takedowns that are not finished, with the records that are still to be blanked."""
        found = []
        for row in self._db.rows(f"SELECT {_COLUMNS} FROM tombstones WHERE NOT done ORDER BY at, id"):
            query = "SELECT file, start, length FROM tombstone_records WHERE id = ? ORDER BY file, start"
            records = self._db.rows(query, (row[0],))
            found.append((_tombstone(row), tuple(Pending(file=f, offset=o, length=n) for f, o, n in records)))
        return found

    def finish(self, ids: Sequence[str]) -> None:
        """Note that nothing of these is left anywhere."""
        with self._db.transaction():
            for id_ in ids:
                self._db.execute("DELETE FROM tombstone_records WHERE id = ?", (id_,))
                self._db.execute("UPDATE tombstones SET done = 1 WHERE id = ?", (id_,))


def _tombstone(row: Row) -> Tombstone:
    id_, url, reason, at, exports, done = row
    return Tombstone(
        id=id_, url=url, reason=reason, at=datetime.fromisoformat(at), exports=tuple(json.loads(exports or "[]")),
        done=bool(done),
    )  # fmt: skip
