"""Full-text search: ranked, filtered, with passages to read; simplified and traditional found alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cleaners.errors import FormatError
from cleaners.store.codec import parsed
from cleaners.store.database import Database, Row
from cleaners.store.query import CompiledQuery, Node, QueryWord, parse, ranking_term
from cleaners.store.selection import Selection, conditions
from cleaners.store.tokens import fold, recipe

# Passages of a text around the words that were looked for.

_WIDTH = 80  # characters of a passage: two lines of a terminal
_LEAD = 20  # characters before the first word
_MOST = 2
_SCANNED = 400  # occurrences looked at: enough to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSnippet:
    """A piece of a text as it stands, with the places to highlight."""

    text: str
    """One line; ``…`` where it was cut out of more."""
    marks: tuple[tuple[int, int], ...]
    """(start, end) of each word found, in ``text``."""


def passages(text: str, finders: Sequence[re.Pattern[str]]) -> tuple[SearchSnippet, ...]:
    """The one or two pieces of a text with the most different words of those looked for, in order of the text."""
    folded = fold(text)
    spans: list[tuple[int, int, int]] = []
    for n, finder in enumerate(finders):
        for count, found in enumerate(finder.finditer(folded)):
            if count == _SCANNED:
                break
            spans.append((found.start(), found.end(), n))
    spans.sort()
    chosen: list[int] = []
    shown: set[int] = set()
    while len(chosen) < _MOST:
        best = max(range(len(spans)), key=lambda i: (len(_words(spans, i) - shown), -i), default=None)
        if best is None or not _words(spans, best) - shown:
            break
        chosen.append(best)
        shown |= _words(spans, best)
    return tuple(_cut(text, spans, i) for i in sorted(chosen))


def _words(spans: Sequence[tuple[int, int, int]], first: int) -> set[int]:
    """Which of the words stand in a passage that starts with this occurrence."""
    end = spans[first][0] + _WIDTH - _LEAD
    words: set[int] = set()
    for start, _, n in spans[first:]:
        if start >= end:
            break
        words.add(n)
    return words


def _cut(text: str, spans: Sequence[tuple[int, int, int]], first: int) -> SearchSnippet:
    start = max(0, spans[first][0] - _LEAD)
    line = text.rfind("\n", start, spans[first][0])
    start = line + 1 if line >= 0 else start
    end = min(len(text), max(start + _WIDTH, spans[first][1]))
    before, after = "…" if start and line < 0 else "", "…" if end < len(text) else ""
    shift = len(before) - start
    marks: list[tuple[int, int]] = []
    for a, b, _ in spans[first:]:
        if b <= end and (not marks or a + shift >= marks[-1][1]):
            marks.append((a + shift, b + shift))
    return SearchSnippet(text=before + text[start:end].replace("\n", " ") + after, marks=tuple(marks))


_TITLE_WEIGHT = 4.0  # a word in the headline says what an article is about
_RANKED = 4000
"""Of a query that finds more, the latest so many are ranked: a word that so many articles have tells them apart no
more than their age does, and ranking them all takes longer than anybody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
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
    confidence: float | None
    """How sure it is that its body is right and whole, 0..1; None where nothing was measured."""
    cluster_id: str
    """Its cluster; an article without copies is its own."""
    cluster_size: int
    """How many copies there are, itself included."""
    score: float
    """How well it matches, next to the best one found, which has 1 (BM25 with the headline weighing four times); all
    have 1 when only single characters were looked for or dates give the order, 0 has what is too much to be ranked."""
    passages: tuple[SearchSnippet, ...]
    """Where in the text the words stand; empty when only the headline has them."""


HitOrder = Literal["best", "new", "old", "arrived"]
"""best: the best match first; new, old: by the published date, undated ones last; arrived: the last stored first."""
_ORDERS = {
    "new": "published_at IS NULL, published_at DESC, doc DESC",
    "old": "published_at IS NULL, published_at, doc",
    "arrived": "doc DESC",
}


class ArticleSearch:
    """The search index of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(
        self, query: str, *, selection: Selection | None = None, limit: int = 20, skip: int = 0,
        with_duplicates: bool = False, order: HitOrder = "best",
    ) -> list[SearchHit]:  # fmt: skip
        """The first ``limit`` articles for a query (see ``query.py`` for the language): best first, then the latest.

        The first ``skip`` of them are left out: those that were shown before.

        Of the copies of one article the best copy is given where it is found too, else the best-ranked one; all of
        them ``with_duplicates``.
        Raises UsageError for a query that asks for nothing, FormatError while the index is still to be made anew.
        """
        asked = parse(query)
        with self._db.snapshot():
            question = self._question(asked.wanted, selection)
            docs = self._ranked(question) if order == "best" else self._sorted(order, *_of_docs(question))
            rows = self._distinct(docs, skip + limit, with_duplicates=with_duplicates)
            # BM25 itself goes down to a millionth where most of the store has the word: it only compares.
            top = rows[0][1] if rows else 0.0
            del rows[:skip]
            best = {} if with_duplicates else self._best(
                [row for row, _ in rows], lambda docs: question.among(self._db, docs)
            )  # fmt: skip
            return [self._hit(best.get(row[0], row), score / top if top else 1.0, asked.finders) for row, score in rows]

    def latest(
        self, *, selection: Selection | None = None, limit: int = 20, with_duplicates: bool = False,
        order: HitOrder = "arrived",
    ) -> list[SearchHit]:  # fmt: skip
        """The first ``limit`` articles of a selection, copies as in :meth:`find`; nothing is looked for.

        Nothing tells them apart by rank: ``best`` is the order of arrival, and every score is 1.
        """
        where, values = conditions(selection or Selection())

        def selected(docs: Sequence[int]) -> set[int]:
            some = ",".join(map(str, docs))
            return {row[0] for row in self._db.rows(f"{_CURRENT} AND doc IN ({some}){where}", values)}

        with self._db.snapshot():
            docs = self._sorted("arrived" if order == "best" else order, where, values)
            rows = self._distinct(docs, limit, with_duplicates=with_duplicates)
            best = {} if with_duplicates else self._best([row for row, _ in rows], selected)
            return [self._hit(best.get(row[0], row), 1.0, ()) for row, _ in rows]

    def count(self, query: str, *, selection: Selection | None = None) -> int:
        """How many articles a query finds, copies included."""
        sql, values = self._question(parse(query).wanted, selection).statement()
        row = self._db.one(f"SELECT count(*) FROM ({sql} ORDER BY doc)", values)
        return int(row[0]) if row else 0

    def docs(self, query: str) -> list[int]:
        """Every doc a query finds, in order."""
        sql, values = self._question(parse(query).wanted, None).statement()
        return [row[0] for row in self._db.rows(f"{sql} ORDER BY doc", values)]

    def compiled(self, query: str) -> CompiledQuery:
        """A query as the store can answer it, for those who list what it finds. Raises as :meth:`find`."""
        return self._question(parse(query).wanted, None)

    def _question(self, wanted: Node, selection: Selection | None) -> CompiledQuery:
        made = self._db.one("SELECT value FROM meta WHERE key = 'search'")
        if made != (recipe(),):
            raise FormatError(
                "the search index of {path} is of another jianbao: `jianbao doctor --repair` makes it anew",
                path=self._db.path,
            )
        return CompiledQuery.of(wanted, selection, self._db)

    def _row(self, doc: int) -> Row | None:
        return self._db.one(
            "SELECT doc, id, title, url, site, source, published, confidence, cluster FROM articles WHERE doc = ?",
            (doc,),
        )

    def _distinct(
        self, docs: Iterable[tuple[int, float]], most: int, *, with_duplicates: bool
    ) -> list[tuple[Row, float]]:
        """The first articles, at most so many, with their scores: of each cluster one, or all ``with_duplicates``."""
        rows: list[tuple[Row, float]] = []
        clusters: set[int] = set()
        for doc, score in docs:
            row = self._row(doc)
            if row is None or (not with_duplicates and row[-1] in clusters):
                continue
            clusters.update(() if row[-1] is None else (row[-1],))
            rows.append((row, score))
            if len(rows) >= most:
                break
        return rows

    def _sorted(self, order: HitOrder, where: str, values: Sequence[Any]) -> Iterator[tuple[int, float]]:
        for (doc,) in self._db.stream(f"{_CURRENT}{where} ORDER BY {_ORDERS[order]}", values):
            yield doc, 0.0

    def _best(self, rows: Sequence[Row], among: Callable[[Sequence[int]], set[int]]) -> dict[int, Row]:
        """Doc of a hit -> the best copy of its cluster, where there is a better one and ``among`` has it."""
        better: dict[int, int] = {}
        for doc, *_, cluster in rows:
            canonical = self._db.one("SELECT canonical FROM clusters WHERE cluster = ?", (cluster,))
            if canonical and canonical[0] != doc:
                better[doc] = canonical[0]
        held = among(list(better.values()))
        return {doc: row for doc, best in better.items() if best in held and (row := self._row(best))}

    def _ranked(self, question: CompiledQuery) -> Iterator[tuple[int, float]]:
        """(doc, score) of what was found: the latest few thousand by rank, then the rest from late to early."""
        sql, values = question.statement()
        word = ranking_term(question.wanted)
        ranked = 0
        if word is not None:
            for doc, score in self._db.stream(*_scored(word, question)):
                yield doc, score
                ranked += 1
            if ranked < _RANKED:
                return
        for (doc,) in self._db.stream(f"{sql} ORDER BY doc DESC LIMIT -1 OFFSET {ranked}", values):
            yield doc, 0.0

    def _hit(self, row: Sequence[Any], score: float, finders: Sequence[re.Pattern[str]]) -> SearchHit:
        doc, id_, title, url, site, source, published, confidence, cluster = row
        text = self._db.one("SELECT text FROM texts WHERE doc = ?", (doc,))
        own_cluster = self._db.one("SELECT id, size FROM clusters WHERE cluster = ?", (cluster,)) or (id_, 1)
        return SearchHit(
            doc=doc, id=id_, title=title, url=url, site=site, source=source, published=parsed(published),
            confidence=confidence, cluster_id=own_cluster[0], cluster_size=own_cluster[1], score=score,
            passages=passages(text[0] if text else "", finders),
        )  # fmt: skip


_CURRENT = "SELECT doc FROM articles WHERE current"


def _of_docs(question: CompiledQuery) -> tuple[str, list[Any]]:
    sql, values = question.statement()
    return f" AND doc IN (SELECT doc FROM ({sql}))", values


def _scored(word: QueryWord, question: CompiledQuery) -> tuple[str, list[Any]]:
    """A query for (doc, BM25) of the latest docs found, which all have the word, with its values: best first."""
    sql, values = question.statement()
    score = f"SELECT rowid, -bm25(search, 1.0, {_TITLE_WEIGHT}) AS score FROM search WHERE search MATCH ? AND"
    best_first = "ORDER BY score DESC, rowid DESC"
    if question.whole:
        border = f"SELECT doc FROM ({sql} ORDER BY doc DESC LIMIT 1 OFFSET {_RANKED - 1})"
        return f"{score} rowid >= coalesce(({border}), 0) {best_first}", [word.expression, *values]
    latest = f"WITH latest AS ({sql} ORDER BY doc DESC LIMIT {_RANKED})"
    # The + keeps SQLite from asking the index once for every doc.
    these = "rowid >= (SELECT min(doc) FROM latest) AND +rowid IN (SELECT doc FROM latest)"
    return f"{latest} {score} {these} {best_first}", [*values, word.expression]
