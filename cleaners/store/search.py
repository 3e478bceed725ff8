"""Full-text search: ranked, filtered, with passages to read; simplified and traditional found alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleaners.store.database import Database, Row
from cleaners.store.passages import Passage, passages
from cleaners.store.query import Group, Node, Query, Word, parse
from cleaners.store.rows import parsed
from cleaners.store.selection import Selection, conditions

_TITLE_WEIGHT = 4.0  # a word in the headline says what an article is about
_RANKED = 4000
"""Of a query that finds more, the latest so many are ranked: a word that so many articles have tells them apart no
more than their age does, and ranking them all takes longer than anybody waits."""
_NO_DOC = 1 << 32  # beyond the last one
_SETS = {"AND": "INTERSECT", "OR": "UNION", "NOT": "EXCEPT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found."""

    doc: int
    """Its text's number."""
    id: str
    """Its id."""
    title: str | None
    """Its headline."""
    url: str | None
    """Its address."""
    site: str | None
    """Its site."""
    source: str | None
    """Its declared source."""
    published: datetime | None
    """Its date."""
    cluster_id: str
    """Its family; an article without copies is its own."""
    cluster_size: int
    """How many copies there are, itself included."""
    score: float
    """BM25 with the headline weighing four times, larger is better; 0 when only single characters were looked for."""
    passages: tuple[Passage, ...]
    """Where in the text the words stand; empty when only the headline has them."""


class Search:
    """The search index of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(
        self, query: str, *, selection: Selection | None = None, limit: int = 20, with_duplicates: bool = False
    ) -> list[Hit]:
        """The best ``limit`` articles for a query (see ``query.py`` for the language), best first, then the latest.

        Of the copies of one article the best copy is given where it is found too, else the best-ranked one; all of
        them ``with_duplicates``.
        Raises UsageError for a query that asks for nothing.
        """
        asked = parse(query)
        hits: list[Hit] = []
        families: set[int] = set()
        with self._db.snapshot():
            for doc, score in self._ranked(asked.wanted, selection or Selection()):
                row = self._row(doc)
                if row is None or (not with_duplicates and row[-1] in families):
                    continue
                families.update(() if row[-1] is None else (row[-1],))
                if row[-1] is not None and not with_duplicates:
                    row = self._best(row, asked.wanted, selection or Selection())
                hits.append(self._hit(row, score, asked))
                if len(hits) >= limit:
                    break
        return hits

    def _row(self, doc: int) -> Row | None:
        return self._db.one(
            "SELECT doc, id, title, url, site, source, published, cluster FROM articles WHERE doc = ?", (doc,)
        )

    def _best(self, row: Row, wanted: Node, selection: Selection) -> Row:
        """The best copy of a hit's family where the query finds it as well, else the hit itself."""
        best = self._db.one("SELECT canonical FROM clusters WHERE cluster = ?", (row[-1],))
        if best is None or best[0] == row[0]:
            return row
        table, where, values = _found(wanted, selection)
        found = self._db.one(f"SELECT 1 FROM {table} WHERE {where} AND rowid = ?", (*values, best[0]))
        return (self._row(best[0]) if found else None) or row

    def count(self, query: str, *, selection: Selection | None = None) -> int:
        """How many articles a query finds, copies included."""
        table, where, values = _found(parse(query).wanted, selection or Selection())
        row = self._db.one(f"SELECT count(*) FROM {table} WHERE {where}", values)
        return int(row[0]) if row else 0

    def docs(self, query: str) -> list[int]:
        """Every doc a query finds, in order."""
        table, where, values = _found(parse(query).wanted, Selection())
        return [row[0] for row in self._db.rows(f"SELECT rowid FROM {table} WHERE {where} ORDER BY rowid", values)]

    def _ranked(self, wanted: Node, selection: Selection) -> Iterator[tuple[int, float]]:
        """(doc, score) of what was found: the latest few thousand by rank, then the rest from late to early."""
        table, where, values = _found(wanted, selection)
        latest = f"SELECT rowid, 0.0 FROM {table} WHERE {where} AND rowid < ? ORDER BY rowid DESC"
        border = _NO_DOC
        if table == "search":
            row = self._db.one(
                f"SELECT rowid FROM search WHERE {where} ORDER BY rowid DESC LIMIT 1 OFFSET {_RANKED - 1}", values
            )
            border = row[0] if row else 0
            yield from self._db.rows(
                f"SELECT rowid, -bm25(search, {_TITLE_WEIGHT}, 1.0) AS score FROM search WHERE {where} "
                "AND rowid >= ? ORDER BY score DESC, rowid DESC", (*values, border),
            )  # fmt: skip
        yield from self._db.stream(latest, (*values, border))

    def _hit(self, row: Sequence[Any], score: float, asked: Query) -> Hit:
        doc, id_, title, url, site, source, published, cluster = row
        text = self._db.one("SELECT text FROM texts WHERE doc = ?", (doc,))
        family = self._db.one("SELECT id, size FROM clusters WHERE cluster = ?", (cluster,)) or (id_, 1)
        return Hit(
            doc=doc, id=id_, title=title, url=url, site=site, source=source, published=parsed(published),
            cluster_id=family[0], cluster_size=family[1], score=score,
            passages=passages(text[0] if text else "", asked.finders),
        )  # fmt: skip


def _found(wanted: Node, selection: Selection) -> tuple[str, str, list[Any]]:
    """(table, condition, its values): what a query finds, by the index that can tell it best."""
    lead: Node = wanted
    rest: Sequence[Node] = ()
    denied: Sequence[Node] = ()
    if isinstance(wanted, Group) and wanted.how == "AND":
        lead, *rest = sorted(wanted.parts, key=lambda part: not (isinstance(part, Word) and part.index == "search"))
    elif isinstance(wanted, Group) and wanted.how == "NOT":
        lead, *denied = wanted.parts
    sql, values = _set(lead)
    table, where = "articles", f"doc IN ({sql})"
    if isinstance(lead, Word):
        table, where = str(lead.index), f"{lead.index} MATCH ?"
    # The + keeps SQLite from asking the full-text index once for every doc of a set.
    for parts, operator in ((rest, "IN"), (denied, "NOT IN")):
        for part in parts:
            sql, more = _set(part)
            where, values = f"{where} AND +rowid {operator} ({sql})", [*values, *more]
    chosen, more = conditions(selection)
    if chosen:
        where, values = f"{where} AND +rowid IN (SELECT doc FROM articles WHERE current{chosen})", [*values, *more]
    return table, where, values


def _set(node: Node) -> tuple[str, list[Any]]:
    """The docs of a query as a set in SQL, with its values."""
    if isinstance(node, Word):
        return f"SELECT rowid AS doc FROM {node.index} WHERE {node.index} MATCH ?", [node.expression]
    sets = [_set(part) for part in node.parts]
    values = [value for _, more in sets for value in more]
    return f" {_SETS[node.how]} ".join(f"SELECT doc FROM ({sql})" for sql, _ in sets), values
