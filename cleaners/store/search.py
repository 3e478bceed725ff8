"""Full-text search: ranked, filtered, with passages to read; simplified and traditional found alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cleaners.store.database import Database, Row
from cleaners.store.passages import Passage, passages
from cleaners.store.query import Group, Node, Query, Word, parse
from cleaners.store.rows import parsed
from cleaners.store.selection import Selection, conditions, sizes

_TITLE_WEIGHT = 4.0  # a word in the headline says what an article is about
_RANKED = 4000
"""Of a query that finds more, the latest so many are ranked: a word that so many articles have tells them apart no
more than their age does, and ranking them all takes longer than anybody waits."""
_SET = 2_000
"""A selection of at most so many is read as a whole, in milliseconds; of a larger one each hit is asked for itself."""
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
    """How well it matches, next to the best one found, which has 1 (BM25 with the headline weighing four times); all
    have 1 when only single characters were looked for, 0 has what is too much to be ranked."""
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
        rows: list[tuple[Row, float]] = []
        families: set[int] = set()
        with self._db.snapshot():
            found = self._found(asked.wanted, selection or Selection())
            for doc, score in self._ranked(found):
                row = self._row(doc)
                if row is None or (not with_duplicates and row[-1] in families):
                    continue
                families.update(() if row[-1] is None else (row[-1],))
                rows.append((row, score))
                if len(rows) >= limit:
                    break
            best = {} if with_duplicates else self._best([row for row, _ in rows], found)
            # BM25 itself goes down to a millionth where most of the store has the word: it only compares.
            top = rows[0][1] if rows else 0.0
            return [self._hit(best.get(row[0], row), score / top if top else 1.0, asked) for row, score in rows]

    def _row(self, doc: int) -> Row | None:
        return self._db.one(
            "SELECT doc, id, title, url, site, source, published, cluster FROM articles WHERE doc = ?", (doc,)
        )

    def _best(self, rows: Sequence[Row], found: _Found) -> dict[int, Row]:
        """Doc of a hit -> the best copy of its family, where there is a better one and the query finds it as well."""
        better: dict[int, int] = {}
        for doc, *_, cluster in rows:
            canonical = self._db.one("SELECT canonical FROM clusters WHERE cluster = ?", (cluster,))
            if canonical and canonical[0] != doc:
                better[doc] = canonical[0]
        held: set[int] = set()
        for i in range(0, len(better), 500):
            part = list(better.values())[i : i + 500]
            query = f"SELECT rowid FROM {found.table} WHERE {found.where} AND rowid IN ({','.join('?' * len(part))})"
            held.update(row[0] for row in self._db.rows(query, (*found.values, *part)))
        return {doc: row for doc, best in better.items() if best in held and (row := self._row(best))}

    def _found(self, wanted: Node, selection: Selection) -> _Found:
        """What a query finds in a selection: a small selection is a set, of a large one each hit is asked."""
        found = _sought(wanted)
        where, values = conditions(selection)
        if not where:
            return found
        counts = [row[0] for query, asked in sizes(selection, _SET + 1) if (row := self._db.one(query, asked))]
        if min(counts, default=_SET + 1) <= _SET:
            return found.narrowed(f"+rowid IN (SELECT doc FROM articles WHERE current{where})", values)
        where, values = conditions(selection, each=True)
        if found.table == "articles":
            return found.narrowed(f"current{where}", values)
        return found.narrowed(
            f"EXISTS (SELECT 1 FROM articles WHERE articles.doc = {found.table}.rowid AND current{where})", values
        )

    def count(self, query: str, *, selection: Selection | None = None) -> int:
        """How many articles a query finds, copies included."""
        found = self._found(parse(query).wanted, selection or Selection())
        row = self._db.one(f"SELECT count(*) FROM {found.table} WHERE {found.where}", found.values)
        return int(row[0]) if row else 0

    def docs(self, query: str) -> list[int]:
        """Every doc a query finds, in order."""
        found = _sought(parse(query).wanted)
        rows = self._db.rows(f"SELECT rowid FROM {found.table} WHERE {found.where} ORDER BY rowid", found.values)
        return [row[0] for row in rows]

    def _ranked(self, found: _Found) -> Iterator[tuple[int, float]]:
        """(doc, score) of what was found: the latest few thousand by rank, then the rest from late to early."""
        table, where, values = found.table, found.where, found.values
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a query finds, by the index that can tell it best."""

    table: str
    where: str
    """A condition over the table."""
    values: tuple[Any, ...]
    """Those of the condition."""

    def narrowed(self, condition: str, values: Sequence[Any]) -> _Found:
        return replace(self, where=f"{self.where} AND {condition}", values=(*self.values, *values))


def _sought(wanted: Node) -> _Found:
    lead: Node = wanted
    rest: Sequence[Node] = ()
    denied: Sequence[Node] = ()
    if isinstance(wanted, Group) and wanted.how == "AND":
        lead, *rest = sorted(wanted.parts, key=lambda part: not (isinstance(part, Word) and part.index == "search"))
    elif isinstance(wanted, Group) and wanted.how == "NOT":
        lead, *denied = wanted.parts
    sql, values = _set(lead)
    if isinstance(lead, Word):
        found = _Found(table=str(lead.index), where=f"{lead.index} MATCH ?", values=tuple(values))
    else:
        found = _Found(table="articles", where=f"doc IN ({sql})", values=tuple(values))
    # The + keeps SQLite from asking the full-text index once for every doc of a set.
    for parts, operator in ((rest, "IN"), (denied, "NOT IN")):
        for part in parts:
            sql, more = _set(part)
            found = found.narrowed(f"+rowid {operator} ({sql})", more)
    return found


def _set(node: Node) -> tuple[str, list[Any]]:
    """The docs of a query as a set in SQL, with its values."""
    if isinstance(node, Word):
        return f"SELECT rowid AS doc FROM {node.index} WHERE {node.index} MATCH ?", [node.expression]
    sets = [_set(part) for part in node.parts]
    values = [value for _, more in sets for value in more]
    return f" {_SETS[node.how]} ".join(f"SELECT doc FROM ({sql})" for sql, _ in sets), values
