"""What can still be read of a damaged store, row by row, put into a new one.

SQLite refuses a query as soon as it meets a damaged page. So tables are read in ever smaller ranges around it; what was
made from the texts (search, match index, SQLite's own indexes) is not read at all but made anew. Tables without a rowid
are read from both ends. The idea is that of the ``.recover`` command of SQLite's shell, which Python has not.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cleaners.errors import DamagedError, StoreBusyError
from cleaners.store.codec import content_digest
from cleaners.store.database import Database, text_of
from cleaners.store.schema import MIGRATIONS
from cleaners.store.tokens import SearchIndexing
from cleaners.store.unreadable import unreadable_articles, without_unreadable

_MADE_ANEW = {"migrations", "manifests"}
_PORTION = 256  # rows at a time
_BEYOND = 1000  # rows that may lie behind the last one that can be read
_MANY = 1 << 24  # a number of a row beyond this, and beyond the bytes of the file, is damage
_ARTICLES = {"articles", "texts"}

Row = tuple[Any, ...]
Told = Callable[[str, int], None]
"""Told the table and how many rows of it were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageResult:
    """What was saved."""

    articles: int
    """Current articles in the new store."""
    lost: tuple[str, ...]
    """Articles and revisions of which a part could not be read: url or origin where that is known, else the number."""
    torn: tuple[str, ...]
    """Other tables of which rows may be missing."""

    @property
    def whole(self) -> bool:
        """Whether everything was read."""
        return not self.lost and not self.torn


def salvage(path: Path, new: Path, told: Told) -> SalvageResult:
    """Read what can be read of ``path`` into a ``new`` store. Raises ``DamagedError`` where there is nothing, and as
    :func:`flush`."""
    flush(path)
    with closing(_opened(path)) as damaged, closing(Database(new, create=True, readonly=False, timeout=30)) as out:
        tables = _tables(damaged, path)
        out.execute("PRAGMA foreign_keys = OFF")
        torn = []
        with out.transaction():
            for name in sorted(set(tables) - _MADE_ANEW):
                if not _copy(damaged, out, name, tables[name], told):
                    torn.append(name)
            _count_on(damaged, out)
            lost = _consistent(out, _names(damaged))
            torn += [name for name in without_unreadable(out) if name not in torn]
            out.execute("DELETE FROM meta WHERE key = 'search'")
        out.execute("PRAGMA foreign_keys = ON")
        SearchIndexing(out).check()
        row = out.one("SELECT count(*) FROM articles WHERE current")
    if lost:  # these say it
        torn = [name for name in torn if name not in _ARTICLES]
    return SalvageResult(articles=int(row[0]) if row else 0, lost=tuple(lost), torn=tuple(torn))


def flush(path: Path) -> None:
    """Write what stands in the log into the file, which is to be moved without it.

    A log that stayed would be taken for that of the file that comes in its place. Raises ``StoreBusyError`` while
    others have the file open, ``DamagedError`` where the log cannot be written into it.
    """
    log = Path(f"{path}-wal")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError as why:
            if why.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise StoreBusyError(
                    "{path} is open in another program: end that, then repair it again", path=path
                ) from None
            if log.exists() and log.stat().st_size:
                raise DamagedError(
                    "{path}: its log cannot be written into it ({why}): nothing can be saved", path=path, why=why
                ) from None


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(os.fsencode(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = text_of
    connection.execute("PRAGMA writable_schema = ON")  # else a file that was cut short is not opened at all
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _tables(damaged: sqlite3.Connection, path: Path) -> dict[str, bool]:
    """Our tables that are there -> whether they have a rowid."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for migration in MIGRATIONS:
            for statement in migration.statements:
                fresh.execute(statement)
        ours = dict(fresh.execute(
            "SELECT name, sql NOT LIKE '%WITHOUT ROWID' FROM sqlite_master WHERE type = 'table' "
            "AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'search%' AND name NOT LIKE 'characters%' "
            "AND name NOT LIKE 'sqlite%'"
        ).fetchall())  # fmt: skip
    try:
        there = {row[0] for row in damaged.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as why:
        raise DamagedError(
            "{path}: the list of its tables cannot be read ({why}): nothing can be saved", path=path, why=why
        ) from None
    if not there & _ARTICLES:
        raise DamagedError("{path}: its articles cannot be found any more: nothing can be saved", path=path)
    return {name: bool(rowid) for name, rowid in ours.items() if name in there}


def _copy(damaged: sqlite3.Connection, out: Database, table: str, rowid: bool, told: Told) -> bool:
    """Copy a table; returns whether all of it could be read."""
    known = {row[1] for row in out.rows(f"PRAGMA table_info({table})")}
    columns = [row[1] for row in damaged.execute(f"PRAGMA table_info({table})") if row[1] in known]
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    reader = _PageReader(damaged, table, ", ".join(columns))
    done = 0
    for rows in reader.by_rowid() if rowid else reader.from_both_ends():
        for row in rows:
            out.execute(insert, row)
        done += len(rows)
        told(table, done)
    return not reader.failed


def _count_on(damaged: sqlite3.Connection, out: Database) -> None:
    """Let no new article have the number of one that was removed, or is lost: exports know them by their numbers."""
    with suppress(sqlite3.DatabaseError):
        row = damaged.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
        given = out.one("SELECT max(doc) FROM articles")
        if row and given and isinstance(row[0], int) and (given[0] or 0) < row[0] < max(_MANY, 2 * (given[0] or 0)):
            out.execute("DELETE FROM sqlite_sequence WHERE name = 'articles'")
            out.execute("INSERT INTO sqlite_sequence VALUES ('articles', ?)", (row[0],))


class _PageReader:
    """Reads one table; ``failed`` says afterwards whether it met damage."""

    def __init__(self, damaged: sqlite3.Connection, table: str, columns: str) -> None:
        self._db, self._table, self._columns = damaged, table, columns
        self.failed = False

    def by_rowid(self) -> Iterator[list[Row]]:
        last, most = self._last(), max(_MANY, self._bytes())
        self.failed |= last > most
        for first in range(0, min(last, most) + 1, _PORTION):
            open_ = [(first, first + _PORTION - 1)]
            while open_:
                low, high = open_.pop()
                rows = self._between(low, high)
                if rows is not None:
                    yield rows
                elif high > low:
                    middle = (low + high) // 2
                    open_ += [(middle + 1, high), (low, middle)]

    def from_both_ends(self) -> Iterator[list[Row]]:
        yield self._until_damage("")
        if self.failed:
            keys = [row[1] for row in self._db.execute(f"PRAGMA table_info({self._table})") if row[5]]
            yield self._until_damage(" ORDER BY " + ", ".join(f"{key} DESC" for key in keys))

    def _between(self, low: int, high: int) -> list[Row] | None:
        query = f"SELECT {self._columns} FROM {self._table} NOT INDEXED WHERE rowid BETWEEN ? AND ?"
        try:
            return self._db.execute(query, (low, high)).fetchall()
        except sqlite3.DatabaseError:
            self.failed = True
            return None

    def _until_damage(self, order: str) -> list[Row]:
        found: list[Row] = []
        try:
            for row in self._db.execute(f"SELECT {self._columns} FROM {self._table}{order}"):
                found.append(row)
        except sqlite3.DatabaseError:
            self.failed = True
        return found

    def _bytes(self) -> int:
        """Of the file, which has fewer rows than these."""
        pages, size = (self._db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        return int(pages[0] * size[0])

    def _last(self) -> int:
        """The highest rowid there may be."""
        for query in (f"SELECT max(rowid) FROM {self._table} NOT INDEXED",
                      f"SELECT seq FROM sqlite_sequence WHERE name = '{self._table}'"):  # fmt: skip
            try:
                row = self._db.execute(query).fetchone()
                return int(row[0] or 0) if row else 0
            except sqlite3.DatabaseError:
                self.failed = True
        reached = 0
        try:
            for row in self._db.execute(f"SELECT rowid FROM {self._table} NOT INDEXED"):
                reached = row[0]
        except sqlite3.DatabaseError:
            pass
        return reached + _BEYOND


def altered(database: Database, docs: Sequence[int]) -> list[tuple[int, str]]:
    """(doc, its url or origin) of those texts that are not what was stored: their digest is another one."""
    found = []
    for doc in docs:
        row = database.one("SELECT coalesce(url, origin), title, digest, text FROM articles JOIN texts USING (doc) "
                           "WHERE doc = ? AND length(digest) = 16", (doc,))  # fmt: skip
        if row and bytes(row[2])[:8] != content_digest(row[1], row[3]):
            found.append((doc, str(row[0])))
    return found


def _names(damaged: sqlite3.Connection) -> dict[int, str]:
    """doc -> id of its article, by SQLite's own index of the ids: it may be whole where the rows are not."""
    with suppress(sqlite3.DatabaseError):
        return dict(damaged.execute("SELECT doc, id FROM articles INDEXED BY sqlite_autoindex_articles_1"))
    return {}


def _consistent(out: Database, names: Mapping[int, str]) -> list[str]:
    """Take out what lacks its other half, or cannot be read; returns the articles of which a part is missing.

    ``names``: doc -> what an article is called whose row is lost.
    """
    lost = [names.get(row[0], f"text {row[0]}")
            for row in out.rows("SELECT doc FROM texts WHERE doc NOT IN (SELECT doc FROM articles)")]  # fmt: skip
    for doc, name in unreadable_articles(out):
        lost.append(name)
        out.execute("DELETE FROM texts WHERE doc = ?", (doc,))
    for doc, name in altered(out, [row[0] for row in out.rows("SELECT doc FROM texts ORDER BY doc")]):
        lost.append(name)
        out.execute("DELETE FROM texts WHERE doc = ?", (doc,))
    lost += [row[0] for row in out.rows("SELECT coalesce(url, origin) FROM articles WHERE doc NOT IN "
                                        "(SELECT doc FROM texts) ORDER BY doc") if row[0] not in lost]  # fmt: skip
    out.execute("DELETE FROM texts WHERE doc NOT IN (SELECT doc FROM articles)")
    out.execute("DELETE FROM articles WHERE doc NOT IN (SELECT doc FROM texts)")
    # Of an article whose latest text is lost, the one before it is the latest.
    out.execute("UPDATE articles SET current = 1 WHERE id NOT IN (SELECT id FROM articles WHERE current) "
                "AND revision = (SELECT max(b.revision) FROM articles b WHERE b.id = articles.id)")  # fmt: skip
    out.execute("INSERT OR IGNORE INTO extractors SELECT DISTINCT extractor, 'unknown', '', extractor FROM articles "
                "WHERE extractor NOT IN (SELECT extractor FROM extractors)")  # fmt: skip
    _without_parents(out, (("article_places", "doc", "articles"), ("article_places", "place", "places"),
                           ("tombstone_traces", "id", "tombstones"), ("tombstone_records", "id", "tombstones"),
                           ("exported", "series", "export_series")))  # fmt: skip
    return lost


def _without_parents(out: Database, children: Sequence[tuple[str, str, str]]) -> None:
    for table, column, parent in children:
        out.execute(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT {column} FROM {parent})")
