"""What only SQL can tell about a store's health, and what it can set right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleaners.sentences import Sentence, first_few, sentence
from cleaners.store.codec import load
from cleaners.store.database import Database
from cleaners.store.recover import altered
from cleaners.store.schema import MIGRATIONS
from cleaners.store.takedowns import TakedownTable
from cleaners.store.tokens import SearchIndexing, letters, tokens
from cleaners.store.unreadable import unreadable_articles, unreadable_rows

_MOST = 20  # complaints of one kind that are worth reading
_FEW = 5  # of these named
_PHRASE = 6  # tokens that are looked for together


class IntegrityChecks:
    """Checks of a store; each returns what is wrong in words, nothing when all is well."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def file(self) -> list[Sentence]:
        """What SQLite itself finds wrong: pages, b-trees, indexes that disagree with their tables, foreign keys."""
        found = [line for row in self._db.rows(f"PRAGMA integrity_check({_MOST})") for line in str(row[0]).split("\n")]
        broken = [
            sentence("{table} {row} refers to a {parent} that is not there", table=table, row=row, parent=parent)
            for table, row, parent, _ in self._db.rows("PRAGMA foreign_key_check")
        ]
        return [Sentence(line) for line in found if line != "ok" and "***" not in line][:_MOST] + broken[:_MOST]

    def schema(self) -> list[Sentence]:
        """Tables, indexes and triggers that the store should have and has not, or that read otherwise."""
        there = self._objects()
        wanted = self._wanted()
        return [
            sentence("{name} is missing", name=name)
            if name not in there
            else sentence("{name} is not as this version makes it", name=name)
            for name, sql in wanted.items()
            if there.get(name) != sql
        ]

    def restore_schema(self) -> None:
        """Make the indexes and triggers that are missing, or read otherwise, anew. Tables are never touched."""
        there = self._objects()
        for name, sql in self._wanted().items():
            kind = sql.split()[1].lower()
            if there.get(name) != sql and kind in {"index", "unique", "trigger"}:
                self._db.execute(f"DROP {'TRIGGER' if kind == 'trigger' else 'INDEX'} IF EXISTS {name}")
                self._db.execute(sql)

    def reindex(self) -> None:
        """Make SQLite's own indexes anew from their tables, where nothing else is wrong: what writes to a damaged table
        may lose more of it."""
        if all(" index " in str(line) for line in self.file()):
            self._db.execute("REINDEX")

    def search_documents(self) -> list[Sentence]:
        """Where the full-text index and the articles disagree about which texts there are."""
        missing = self._ids("SELECT a.doc FROM articles a LEFT JOIN search_docsize s ON s.id = a.doc "
                            "WHERE a.current AND s.id IS NULL")  # fmt: skip
        extra = self._ids("SELECT s.id FROM search_docsize s LEFT JOIN articles a ON a.doc = s.id AND a.current "
                          "WHERE a.doc IS NULL")  # fmt: skip
        return _told(missing, sentence("not in the search index")) + _told(
            extra, sentence("in the search index and not in the store")
        )

    def clusters(self) -> list[Sentence]:
        """What is wrong with the clusters."""
        queries = (
            (
                sentence("clusters without members"),
                "SELECT c.id FROM clusters c WHERE NOT EXISTS "
                "(SELECT 1 FROM articles a WHERE a.cluster = c.cluster AND a.current)",
            ),
            (
                sentence("clusters of one"),
                "SELECT c.id FROM clusters c WHERE 1 = "
                "(SELECT count(*) FROM articles a WHERE a.cluster = c.cluster AND a.current)",
            ),
            (
                sentence("clusters whose best copy is no member"),
                "SELECT c.id FROM clusters c WHERE NOT EXISTS "
                "(SELECT 1 FROM articles a WHERE a.doc = c.canonical AND a.cluster = c.cluster AND a.current)",
            ),
            (
                sentence("clusters whose earliest copy is no member"),
                "SELECT c.id FROM clusters c WHERE "
                "earliest IS NOT NULL AND NOT EXISTS "
                "(SELECT 1 FROM articles a WHERE a.doc = c.earliest AND a.cluster = c.cluster AND a.current)",
            ),
            (
                sentence("clusters whose size is not that of its members"),
                "SELECT c.id FROM clusters c WHERE c.size != "
                "(SELECT count(*) FROM articles a WHERE a.cluster = c.cluster AND a.current)",
            ),
        )
        found = [line for what, query in queries for line in _told(self._ids(query), what)]
        lost = self._ids("SELECT id FROM articles WHERE cluster IS NOT NULL AND current AND cluster NOT IN "
                         "(SELECT cluster FROM clusters)")  # fmt: skip
        nowhere = self._ids("SELECT doc_a || '-' || doc_b FROM matches WHERE doc_a NOT IN (SELECT doc FROM articles) "
                            "OR doc_b NOT IN (SELECT doc FROM articles)")  # fmt: skip
        return [
            *found,
            *_told(lost, sentence("articles in a cluster that is not there")),
            *_told(nowhere, sentence("matches without a text")),
        ]

    def forwards(self) -> list[Sentence]:
        """Ids that are forwarded to nowhere, or in a circle."""
        rows: dict[str, str] = dict(self._db.rows("SELECT id, target FROM forwards"))
        ends = {r[0] for r in self._db.rows("SELECT id FROM clusters UNION SELECT id FROM articles WHERE current")}
        lost = [id_ for id_ in rows if not _arrives(id_, rows, ends)]
        return _told(lost, sentence("forwarded ids that lead nowhere"))

    def restore_clusters(self) -> tuple[int, ...]:
        """Take apart what cannot stand; returns the docs of every cluster that was wrong, to be decided anew.

        Clusters without members go, so do matches without a text and forwards that lead nowhere.
        """
        with self._db.transaction():
            self._db.execute("DELETE FROM matches WHERE doc_a NOT IN (SELECT doc FROM articles) "
                             "OR doc_b NOT IN (SELECT doc FROM articles)")  # fmt: skip
            self._db.execute("UPDATE articles SET cluster = NULL WHERE cluster NOT IN (SELECT cluster FROM clusters)")
            self._db.execute("DELETE FROM clusters WHERE cluster NOT IN "
                             "(SELECT cluster FROM articles WHERE current AND cluster IS NOT NULL)")  # fmt: skip
            wrong = self._ids(
                "SELECT doc FROM articles WHERE current AND cluster IN (SELECT cluster FROM clusters c WHERE c.size != "
                "(SELECT count(*) FROM articles a WHERE a.cluster = c.cluster AND a.current) OR c.size < 2 "
                "OR c.canonical NOT IN (SELECT doc FROM articles a WHERE a.cluster = c.cluster AND a.current) "
                "OR c.earliest NOT IN (SELECT doc FROM articles a WHERE a.cluster = c.cluster AND a.current))"
            )
            matched = self._ids(
                "SELECT doc FROM articles WHERE current AND cluster IS NULL AND (doc IN (SELECT doc_a FROM matches) "
                "OR doc IN (SELECT doc_b FROM matches))"
            )
        return tuple(int(doc) for doc in {*wrong, *matched})

    def restore_forwards(self) -> None:
        """Delete forwards that lead nowhere or in a circle."""
        rows: dict[str, str] = dict(self._db.rows("SELECT id, target FROM forwards"))
        ends = {r[0] for r in self._db.rows("SELECT id FROM clusters UNION SELECT id FROM articles WHERE current")}
        with self._db.transaction():
            for id_ in rows:
                if not _arrives(id_, rows, ends):
                    self._db.execute("DELETE FROM forwards WHERE id = ?", (id_,))
            TakedownTable(self._db).drop_forwards()

    def spread(self, most: int | None) -> list[int]:
        """docs of current articles, at most so many, evenly spread over the store."""
        docs = [int(doc) for doc in self._ids("SELECT doc FROM articles WHERE current ORDER BY doc")]
        step = max(1, -(-len(docs) // most)) if most else 1
        return docs[::step]

    def archived(self, docs: Sequence[int]) -> Iterator[tuple[str, str, str | None]]:
        """(id, origin, url) of the pages of these texts; those after the first are known by their origin alone."""
        for doc in docs:
            for id_, origin, url, further in self._db.rows(
                "SELECT id, origin, url, part_origins FROM articles WHERE doc = ?", (doc,)
            ):
                yield id_, origin, url
                yield from ((id_, part, None) for part in load(further))

    def speaks_beyond(self, file: str, offset: int) -> bool:
        """Whether an article or Drop came from a record at that byte of an archive's file, or behind it."""
        begin = f"{file}#"
        return any(
            self._db.one(
                f"SELECT 1 FROM {table} WHERE origin >= ? AND origin < ? "
                "AND CAST(substr(origin, ?) AS INTEGER) >= ? LIMIT 1",
                (begin, f"{file}$", len(begin) + 1, offset),
            )
            for table in ("articles", "drops")
        ) or any(
            origin.startswith(begin) and int(origin[len(begin) :]) >= offset
            for (further,) in self._db.rows("SELECT part_origins FROM articles WHERE part_origins IS NOT NULL")
            for origin in load(further)
        )

    def unindexed(self, docs: Sequence[int]) -> list[Sentence]:
        """Those of these texts that the full-text index does not know by their own words."""
        return _told([doc for doc in docs if not self._is_found(doc)], sentence("not found by their own words"))

    def altered(self, docs: Sequence[int]) -> list[tuple[int, str]]:
        """(doc, its url or origin) of those of these texts that are not what was stored."""
        return altered(self._db, docs)

    def unreadable(self) -> list[Sentence]:
        """Articles, and rows of other tables, of which a value cannot be read."""
        names = [name for _, name in unreadable_articles(self._db)]
        return _told(names, sentence("articles of which a value is not what was stored")) + [
            line for table in ("matches", "clusters", "runs")
            for line in _told(["-".join(map(str, key)) for key in unreadable_rows(self._db, table)],
                              sentence("rows of {table} of which a value is not what was stored", table=table))
        ]  # fmt: skip

    def rebuild_search(self) -> None:
        """Make the search index anew from the texts."""
        SearchIndexing(self._db).rebuild()

    def _is_found(self, doc: int) -> bool:
        """Whether the index finds a text by how it begins, goes on and ends, and has as many tokens of it as it has."""
        row = self._db.one("SELECT title, text FROM articles JOIN texts USING (doc) WHERE doc = ?", (doc,))
        if row is None:
            return False
        title, text = row[0] or "", row[1]
        words, characters = tokens(text).split(), letters(title + text).split()
        size = self._db.one("SELECT sz FROM search_docsize WHERE id = ?", (doc,))
        if size is None or _varints(size[0]) != [len(words), len(tokens(title).split())]:
            return False
        places = {0, len(words) // 2, max(0, len(words) - _PHRASE)} if words else set()
        phrases = [" ".join(words[at : at + _PHRASE]) for at in places]
        return all(self._has("search", f'text : "{phrase}"', doc) for phrase in phrases) and all(
            self._has("characters", f'"{letter}"', doc) for letter in {*characters[:1], *characters[-1:]}
        )

    def _has(self, index: str, query: str, doc: int) -> bool:
        found = self._db.one(f"SELECT 1 FROM {index} WHERE {index} MATCH ? AND rowid = ?", (query, doc))
        return found is not None

    def _ids(self, query: str) -> list[Any]:
        return [r[0] for r in self._db.rows(query)]

    def _objects(self) -> dict[str, str]:
        return dict(self._db.rows(_OBJECTS))

    def _wanted(self) -> dict[str, str]:
        fresh = sqlite3.connect(":memory:")
        try:
            for migration in MIGRATIONS:
                for statement in migration.statements:
                    fresh.execute(statement)
            return dict(fresh.execute(_OBJECTS).fetchall())
        finally:
            fresh.close()


_OBJECTS = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"


def _told(found: Sequence[object], what: Sentence) -> list[Sentence]:
    """What was found in one line: how many, and the first of them."""
    if not found:
        return []
    return [sentence("{count} {what}: {few}", count=len(found), what=what, few=first_few(found, _FEW))]


def _arrives(start: str, forwards: Mapping[str, str], ends: set[str]) -> bool:
    """Whether an id leads, step by step, to a cluster or an article."""
    seen: set[str] = set()
    while start in forwards and start not in seen:
        seen.add(start)
        start = forwards[start]
    return start in ends and start not in seen


def _varints(data: bytes) -> list[int]:
    """The numbers of a record of FTS5: seven bits a byte, the highest first (SQLite file format, varint)."""
    found, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(value)
            value = 0
    return found
