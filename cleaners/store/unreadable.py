"""Values of a store that are not what was stored, though SQLite reads them: bytes that a disk has changed.

Of a text its digest tells it (:func:`cleaners.store.recover.altered`); here are the columns that hold JSON or moments.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cleaners.errors import DamagedError
from cleaners.items import Extractor
from cleaners.store.codec import ARTICLE_COLUMNS, evidence_parts, load, parsed, row_article
from cleaners.store.database import Database

_NOBODY = Extractor(name="", version="", recipe="")
_PORTION = 500
_ROWS = (
    f"SELECT {', '.join(ARTICLE_COLUMNS)}, doc, coalesce(url, origin), text, markdown "
    "FROM articles JOIN texts USING (doc) WHERE doc > ? ORDER BY doc LIMIT ?"
)
_Reader = Callable[[str | None], Any]
_READERS: dict[str, dict[str, _Reader]] = {
    "matches": {"evidence": lambda text: evidence_parts(text or "", turned=False)},
    "clusters": {"earliest_published": parsed, "evidence": load},
    "runs": {"started": parsed, "ended": parsed, "counts": lambda text: dict(load(text))},
}
"""Table -> column -> what reads it."""
_KEYS = {"matches": ("doc_a", "doc_b"), "clusters": ("cluster",), "runs": ("run",)}


def unreadable_articles(database: Database) -> list[tuple[int, str]]:
    """(doc, its url or origin) of the articles of which a value cannot be read, old revisions included."""
    found: list[tuple[int, str]] = []
    last = 0
    while rows := database.rows(_ROWS, (last, _PORTION)):
        for row in rows:
            doc, name, text, markdown = row[len(ARTICLE_COLUMNS) :]
            if not _is_readable(row_article, row, text, markdown, _NOBODY):
                found.append((doc, str(name)))
        last = rows[-1][-4]
    return found


def unreadable_rows(database: Database, table: str) -> list[tuple[Any, ...]]:
    """The keys of the rows of ``matches``, ``clusters`` or ``runs`` of which a value cannot be read."""
    keys, readers = _KEYS[table], _READERS[table]
    found = []
    for row in database.stream(f"SELECT {', '.join((*keys, *readers))} FROM {table}"):
        values = zip(readers.values(), row[len(keys) :], strict=True)
        if not all(_is_readable(read, value) for read, value in values):
            found.append(row[: len(keys)])
    return found


def without_unreadable(database: Database) -> list[str]:
    """Take out of the other tables what cannot be read; returns those from which rows are gone.

    What a cluster knows of its earliest copy is decided anew with its members: of it nothing is lost.
    """
    torn = []
    for table, keys in _KEYS.items():
        gone = unreadable_rows(database, table)
        blank = "UPDATE clusters SET earliest_published = NULL, evidence = NULL"
        change = blank if table == "clusters" else f"DELETE FROM {table}"
        for row in gone:
            database.execute(f"{change} WHERE {' AND '.join(f'{key} = ?' for key in keys)}", row)
        torn += [table] if gone and table != "clusters" else []
    return torn


def _is_readable(read: Callable[..., object], *stored: object) -> bool:
    with suppress(DamagedError):
        read(*stored)
        return True
    return False
