"""What happened to the articles of a store, in order: written in the transaction in which it happens.

A watch (:mod:`cleaners.watches`) reads on from the last event that it has judged, so that whatever was stored is judged
once, however the process that stored it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cleaners.store.codec import GIVEN, listed
from cleaners.store.database import Database

EventKind = Literal["story", "copy", "revision", "takedown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEvent:
    """One thing that happened."""

    event: int
    """Its number: a later event has a larger one; up to 0 for what was stored before there were events."""
    at: datetime
    """When it was stored, UTC, in whole seconds."""
    kind: EventKind
    """story: an article without an earlier copy; copy: one of a cluster that was there; revision: an article whose
    page has another text now; takedown: it was taken down."""
    id: str
    """The article's id."""


# A text that was cleaned anew from the page that was there (`reclean`) is a revision of ours, not of the page: it was
# fetched when the text before it was.
_KINDS = f"""
INSERT INTO events (at, kind, id)
SELECT ?, CASE WHEN first_doc IS NOT NULL THEN 'revision'
    WHEN EXISTS (SELECT 1 FROM articles b WHERE b.cluster = a.cluster AND b.current
        AND coalesce(b.first_doc, b.doc) < a.doc) THEN 'copy'
    ELSE 'story' END, id
FROM articles a WHERE doc IN {GIVEN} AND NOT EXISTS (
    SELECT 1 FROM articles p WHERE p.id = a.id AND a.first_doc IS NOT NULL AND p.revision = a.revision - 1
    AND p.fetched_at = a.fetched_at)
ORDER BY doc"""


class EventTable:
    """The events of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note_stored(self, docs: Iterable[int], at: datetime) -> None:
        """Note texts that were stored and put into their clusters; part of the transaction that is open.

        A text that was cleaned anew from the same page is no event.
        """
        self._db.execute(_KINDS, (int(at.timestamp()), listed(list(docs))))

    def note_takedowns(self, ids: Sequence[str], at: datetime) -> None:
        """Note articles that were taken down; part of the transaction that is open."""
        for id_ in ids:
            self._db.execute("INSERT INTO events (at, kind, id) VALUES (?, 'takedown', ?)", (int(at.timestamp()), id_))

    def again(self, event: ArticleEvent, at: datetime) -> int:
        """Note once more an event that another store had; returns its number here. Part of the open transaction."""
        return self._db.execute(
            "INSERT INTO events (at, kind, id) VALUES (?, ?, ?)", (int(at.timestamp()), event.kind, event.id)
        ).lastrowid or 0  # fmt: skip

    def last(self) -> int:
        """The number of the last event; 0 where there is none."""
        row = self._db.one("SELECT coalesce(max(event), 0) FROM events")
        assert row
        return int(row[0])

    def last_of(self, ids: Sequence[str], until: int) -> dict[str, int]:
        """id -> the number of the last event of the article, up to the number ``until``, for those that have one."""
        query = f"SELECT id, max(event) FROM events WHERE event <= ? AND id IN {GIVEN} GROUP BY id"
        return dict(self._db.rows(query, (until, listed(ids))))

    def after(self, event: int, limit: int) -> list[ArticleEvent]:
        """At most ``limit`` events that came after one, in order."""
        rows = self._db.rows(
            "SELECT event, at, kind, id FROM events WHERE event > ? ORDER BY event LIMIT ?", (event, limit)
        )
        return [ArticleEvent(event=n, at=datetime.fromtimestamp(at, UTC), kind=kind, id=id_)
                for n, at, kind, id_ in rows]  # fmt: skip

    def last_before(self, moment: datetime) -> int:
        """The number of the last event before a moment; where there is none, a number before that of every event."""
        row = self._db.one(
            "SELECT coalesce((SELECT max(event) FROM events WHERE at < ?), (SELECT min(event) FROM events) - 1, 0)",
            (int(moment.timestamp()),),
        )
        assert row
        return int(row[0])
