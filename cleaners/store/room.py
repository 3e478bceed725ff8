"""What takes how much room in the file of a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.store.database import Database

# Prefixes of the names of tables and indexes, the longest first; the rest of them is small.
_PARTS = (
    ("search_", "search index: words and phrases"),
    ("characters_", "search index: single characters"),
    ("texts", "texts and Markdown"),
    ("article_places", "regions of articles"),
    ("sqlite_autoindex_articles", "articles: indexes"),
    ("articles_", "articles: indexes"),
    ("articles", "articles: metadata"),
    ("matches", "matches"),
    ("clusters", "clusters"),
    ("ledger", "ledger of crawls"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bytes."""

    text: int
    """Titles and texts, revisions included, as UTF-8."""
    file: int
    """The file of the store, free pages included, without its write-ahead log."""
    parts: Mapping[str, int]
    """Part of the file -> bytes, largest first; empty where SQLite was built without ``dbstat``."""


def room(database: Database) -> Room:
    """Measure a store. It reads every page: seconds for a large one."""
    with database.snapshot():
        text = database.one("SELECT sum(length(CAST(text AS BLOB))) FROM texts")
        title = database.one("SELECT sum(length(CAST(title AS BLOB))) FROM articles")
        pages, size = (database.one(f"PRAGMA {name}") for name in ("page_count", "page_size"))
        assert text
        assert title
        assert pages
        assert size
        return Room(
            text=(text[0] or 0) + (title[0] or 0), file=pages[0] * size[0], parts=_parts(database, pages[0] * size[0])
        )


def _parts(database: Database, whole: int) -> dict[str, int]:
    if database.one("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_DBSTAT_VTAB'") is None:
        return {}
    found: dict[str, int] = {}
    for name, size in database.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
        part = next((part for prefix, part in _PARTS if name.startswith(prefix)), "the rest")
        found[part] = found.get(part, 0) + size
    found["free pages"] = whole - sum(found.values())
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))
