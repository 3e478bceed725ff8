"""What readers keep with an article: tags and notes.

They go by the article's id, so they stay when its page has another text, and when `reclean` reads it anew. They are
gone with a takedown. They are a reader's own words, for this store and its readers: exports have none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cleaners.errors import UsageError
from cleaners.store.codec import GIVEN, encoded, listed
from cleaners.store.database import Database

LONGEST_TAG, LONGEST_NOTE = 60, 10_000
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """One note on an article."""

    number: int
    """What it is removed by."""
    text: str
    """What somebody wrote; may have several lines."""
    at: datetime
    """When, UTC, in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleNotes:
    """What readers keep with one article."""

    tags: tuple[str, ...] = ()
    """The words it is filed under, as they were added."""
    notes: tuple[StoredNote, ...] = ()
    """The oldest first."""

    @property
    def text(self) -> str:
        """All notes as one text, a blank line between them; empty for none."""
        return "\n\n".join(one.text for one in self.notes)


class NoteTable:
    """The tags and notes of a store. What is there already is not added a second time."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, article_id: str, *, tags: Iterable[str] = (), note: str = "", at: datetime | None = None) -> None:
        """File an article under tags, and keep a note with it; an empty one is none.

        ``at``: when, now without it. Raises UsageError for an article that is not in the store, for a tag that is
        empty or longer than ``LONGEST_TAG``, for a note longer than ``LONGEST_NOTE``; then nothing is added.
        """
        words = [tag_of(tag) for tag in tags]
        text = note_of(note)
        moment = int((at or datetime.now(UTC)).timestamp())
        with self._db.transaction():
            if self._db.one("SELECT 1 FROM articles WHERE id = ? AND current", (article_id,)) is None:
                raise UsageError(
                    "{article_id}: no article of the store has this id, so nothing can be noted on it",
                    article_id=article_id,
                )
            for word in words:
                self._db.execute("INSERT OR IGNORE INTO tags (id, tag, at) VALUES (?, ?, ?)",
                                 (article_id, word, moment))  # fmt: skip
            if text:
                self._db.execute("INSERT OR IGNORE INTO notes (id, text, at) VALUES (?, ?, ?)",
                                 (article_id, text, moment))  # fmt: skip

    def remove_tag(self, article_id: str, tag: str) -> bool:
        """Take a tag off an article; returns whether it had it."""
        with self._db.transaction():
            gone = self._db.execute("DELETE FROM tags WHERE id = ? AND tag = ?", (article_id, tag))
            return gone.rowcount > 0

    def remove_note(self, article_id: str, number: int) -> bool:
        """Delete a note of an article; returns whether it had it."""
        with self._db.transaction():
            gone = self._db.execute("DELETE FROM notes WHERE id = ? AND note = ?", (article_id, number))
            return gone.rowcount > 0

    def tags(self) -> dict[str, int]:
        """Tag -> how many articles have it, the most used first."""
        return dict(self._db.rows("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY count(*) DESC, tag"))

    def of(self, ids: Iterable[str]) -> dict[str, ArticleNotes]:
        """Id -> what is kept with it; ids with nothing are left out."""
        asked = listed(ids)
        tags: dict[str, list[str]] = {}
        for id_, tag in self._db.rows(f"SELECT id, tag FROM tags WHERE id IN {GIVEN} ORDER BY at, tag", (asked,)):
            tags.setdefault(id_, []).append(tag)
        notes: dict[str, list[StoredNote]] = {}
        for id_, number, text, at in self._db.rows(
            f"SELECT id, note, text, at FROM notes WHERE id IN {GIVEN} ORDER BY at, note", (asked,)
        ):
            notes.setdefault(id_, []).append(StoredNote(number=number, text=text, at=datetime.fromtimestamp(at, UTC)))
        return {
            id_: ArticleNotes(tags=tuple(tags.get(id_, ())), notes=tuple(notes.get(id_, ())))
            for id_ in dict.fromkeys((*tags, *notes))
        }


def tag_of(text: str) -> str:
    """A tag as it is kept: one line, single spaces, without the ``#`` that some write before it.

    Raises UsageError for one that is empty or too long.

    >>> tag_of(" #水利  工程 ")
    '水利 工程'
    """
    tag = _storable(" ".join(text.split()).lstrip("#").strip())
    if not tag:
        raise UsageError("a tag needs a word")
    if len(tag) > LONGEST_TAG:
        raise UsageError(
            "a tag has at most {longest_tag} characters, not {count}: what is longer is a note",
            longest_tag=LONGEST_TAG,
            count=len(tag),
        )
    return tag


def note_of(text: str) -> str:
    """A note as it is kept, its lines ended by LF; empty for one of blanks. Raises UsageError for one that is too long.

    >>> note_of(" 存档\\r\\n再看 ")
    '存档\\n再看'
    """
    note = _storable("\n".join(text.splitlines()).strip())
    if len(note) > LONGEST_NOTE:
        raise UsageError(
            "a note has at most {longest_note} characters, not {count}: shorten it",
            longest_note=LONGEST_NOTE,
            count=len(note),
        )
    return note


def _storable(text: str) -> str:
    return encoded(text).decode()
