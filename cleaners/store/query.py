"""The query language: words, "quoted phrases", AND (or just a space), OR, NOT (or -), brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from cleaners.errors import UsageError
from cleaners.store.database import Database
from cleaners.store.selection import FilterClause, Selection, narrowing
from cleaners.store.tokens import finder, is_letter, letters, phrase

_PART = re.compile(r'"([^"]*)"?|[“]([^”]*)[”]?|([()（）])|([^\s()（）"“]+)')
_WORDS = {"AND": "AND", "OR": "OR", "NOT": "NOT", "&": "AND", "&&": "AND", "|": "OR", "||": "OR"}
_LONGEST = 100
_CHARACTERS = 500  # a pattern is made of every word, and those of thousands of words take seconds

Index = Literal["search", "characters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWord:
    """Something to look for in one of the two indexes."""

    index: Index
    """Phrases are in ``search``, words of one CJK character in ``characters``."""
    expression: str
    """In the language of FTS5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryGroup:
    """Queries combined."""

    how: Literal["AND", "OR", "NOT"]
    """``NOT``: the first of the parts without the others."""
    parts: tuple[Node, ...]
    """At least two."""


Node = QueryWord | QueryGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A query as understood."""

    wanted: Node
    """What to look for."""
    finders: tuple[re.Pattern[str], ...]
    """What to mark in folded text: the words that are wanted."""


def parse(query: str) -> SearchQuery:
    """Understand a query. Raises UsageError, with the cure, for one that asks for nothing."""
    if len(query) > _CHARACTERS:
        raise UsageError(
            "the query has {count} characters, {characters} are the most: `jianbao find` looks for whole passages",
            count=len(query),
            characters=_CHARACTERS,
        )
    found = list(_scan(query))
    if len(found) > _LONGEST:
        raise UsageError(
            "the query has {count} words and signs, {longest} are the most: ask for less at once",
            count=len(found),
            longest=_LONGEST,
        )
    parser = _QueryParser(found)
    wanted = parser.either()
    if parser.rest:
        raise UsageError("a closing bracket too many in the query {query!r}: take it out or quote it", query=query)
    if not wanted:
        raise UsageError(
            "the query {query!r} names nothing to look for: give a word, or a phrase in quotes", query=query
        )
    patterns = (finder(word) for word in parser.wanted)
    return SearchQuery(wanted=wanted, finders=tuple(p for p in patterns if p))


@dataclass(frozen=True, slots=True)
class _QueryToken:
    kind: str  # word AND OR NOT ( )
    text: str = ""


def _scan(query: str) -> Iterator[_QueryToken]:
    for part in _PART.finditer(query):
        quoted, curly, bracket, word = part.groups()
        if bracket:
            yield _QueryToken("(" if bracket in "(（" else ")")
        elif word is None:
            yield _QueryToken("word", quoted if quoted is not None else curly)
        elif word in _WORDS:
            yield _QueryToken(_WORDS[word])
        elif word.startswith("-") and len(word) > 1:
            yield from (_QueryToken("NOT"), _QueryToken("word", word[1:]))
        else:
            yield _QueryToken("word", word)


class _QueryParser:
    """Recursive descent: either := all (OR all)*; all := (AND? term | NOT term)*; term := word | ( either )."""

    def __init__(self, tokens: list[_QueryToken]) -> None:
        self.rest = tokens
        self.wanted: list[str] = []
        self._denied = 0

    def either(self) -> Node | None:
        parts = [self._all()]
        while self._take("OR"):
            self._expect("OR")
            parts.append(self._all())
        return _group("OR", parts)

    def _all(self) -> Node | None:
        wanted: list[Node | None] = []
        denied: list[Node | None] = []
        while self.rest and self.rest[0].kind not in {"OR", ")"}:
            if self._take("AND"):
                self._expect("AND", also="NOT")
            if self._take("NOT"):
                self._expect("NOT")
                self._denied += 1
                denied.append(self._term())
                self._denied -= 1
            else:
                wanted.append(self._term())
        both, none = _group("AND", wanted), _group("OR", denied)
        if none and not both:
            raise UsageError("a query cannot only say what is NOT wanted: add a word that is")
        return _without(both, none) if both and none else both

    def _term(self) -> Node | None:
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                raise UsageError("a bracket of the query is not closed: add ) or quote it")
            return inner
        if not self.rest or self.rest[0].kind != "word":
            return None
        word = self.rest.pop(0).text
        if not self._denied:
            self.wanted.append(word)
        if is_letter(word):
            return QueryWord(index="characters", expression=letters(word))
        expression = phrase(word)
        return QueryWord(index="search", expression=expression) if expression else None

    def _expect(self, sign: str, *, also: str = "") -> None:
        """Raises UsageError where no word follows a sign."""
        if not self.rest or self.rest[0].kind not in {"word", "(", also}:
            raise UsageError(
                "nothing stands behind {sign} in the query: add a word, or quote it to look for it", sign=sign
            )

    def _take(self, kind: str) -> bool:
        if self.rest and self.rest[0].kind == kind:
            self.rest.pop(0)
            return True
        return False


def _group(how: Literal["AND", "OR"], parts: list[Node | None]) -> Node | None:
    """Parts combined; those that one index can answer become one expression for it."""
    there = [part for part in parts if part]
    merged: list[Node] = [part for part in there if isinstance(part, QueryGroup)]
    for index in get_args(Index):
        words = [part.expression for part in there if isinstance(part, QueryWord) and part.index == index]
        if words:
            merged.append(
                QueryWord(index=index, expression=f"({f' {how} '.join(words)})" if len(words) > 1 else words[0])
            )
    if len(merged) < 2:
        return merged[0] if merged else None
    return QueryGroup(how=how, parts=tuple(merged))


def _without(wanted: Node, denied: Node) -> Node:
    if isinstance(wanted, QueryWord) and isinstance(denied, QueryWord) and wanted.index == denied.index:
        return QueryWord(index=wanted.index, expression=f"({wanted.expression} NOT {denied.expression})")
    return QueryGroup(how="NOT", parts=(wanted, denied))


# What a query finds in a selection, as one statement.
#
# Each index gives its docs in order, so what words and filters have in common is merged list by list: of a compound
# SELECT with an ORDER BY, SQLite reads every part as far as the merge has come and stops with the reader ("MERGE
# (INTERSECT)" in its query plan). A set of one side, made to look the other side up in it, is read whole.

_COMPOUNDS = {"AND": "INTERSECT", "OR": "UNION", "NOT": "EXCEPT"}
_CHUNK = 500
_DEEPEST = 6  # sets inside each other; SQLite takes seven with a filter in the innermost (its parser's stack holds 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """A query in a selection: which docs?"""

    wanted: Node
    """The query."""
    narrowing: FilterClause
    """The selection."""

    @classmethod
    def of(cls, wanted: Node, selection: Selection | None, database: Database) -> CompiledQuery:
        """As a store can answer it best."""
        return cls(wanted=wanted, narrowing=narrowing(selection, database) if selection else FilterClause())

    @property
    def whole(self) -> bool:
        """Whether nothing but one expression says what is found."""
        return isinstance(self.wanted, QueryWord) and self.narrowing == FilterClause()

    def statement(self, few: Sequence[int] | None = None) -> tuple[str, list[Any]]:
        """A SELECT of ``doc``, with its values, to be ordered by doc. ``few``: docs, to be asked for these only."""
        return self._limited("" if few is None else f" AND {{doc}} IN ({','.join(map(str, few))})")

    def between(self, first: int, last: int) -> tuple[str, list[Any]]:
        """The same for the docs from ``first`` to ``last`` only, which an index finds without reading the others."""
        return self._limited(f" AND {{doc}} BETWEEN {first:d} AND {last:d}")

    def _limited(self, these: str) -> tuple[str, list[Any]]:
        sql, values = _compound(self.wanted, self.narrowing, these)
        for one in self.narrowing.lists:
            sql += f" {'EXCEPT' if one.denied else 'INTERSECT'} {one.sql}{these.format(doc='doc')}"
            values += one.values
        return sql, values

    def among(self, database: Database, docs: Sequence[int]) -> set[int]:
        """Those of some docs that are found."""
        found: set[int] = set()
        for i in range(0, len(docs), _CHUNK):
            found.update(row[0] for row in database.rows(*self.statement(docs[i : i + _CHUNK])))
        return found


def ranking_term(wanted: Node) -> QueryWord | None:
    """What tells how well a text matches: words, in the index of phrases, that every text found has; None without."""
    if isinstance(wanted, QueryWord):
        return wanted if wanted.index == "search" else None
    if wanted.how == "OR":
        return None
    parts = (
        sorted(wanted.parts, key=lambda part: isinstance(part, QueryGroup)) if wanted.how == "AND" else wanted.parts[:1]
    )
    return next((word for part in parts if (word := ranking_term(part))), None)


def _compound(node: Node, narrowing: FilterClause, these: str, deep: int = 0) -> tuple[str, list[Any]]:
    if isinstance(node, QueryWord):
        where = f"{node.index} MATCH ?" + (narrowing.each + these).format(doc=f"{node.index}.rowid")
        return f"SELECT rowid AS doc FROM {node.index} WHERE {where}", [node.expression, *narrowing.values]
    if deep > _DEEPEST:
        raise UsageError("the query has too many brackets inside each other: ask for less at once")
    # SQLite reads a compound from left to right: the first part needs no brackets, so a group had better be first.
    first, *others = (
        node.parts if node.how == "NOT" else sorted(node.parts, key=lambda part: isinstance(part, QueryWord))
    )
    sql, values = _compound(first, narrowing, these, deep)
    for part in others:
        # What is not among the first part need not be asked about.
        inner, more = _compound(part, narrowing if node.how == "OR" else FilterClause(), these, deep + 1)
        sql += f" {_COMPOUNDS[node.how]} " + (inner if isinstance(part, QueryWord) else f"SELECT doc FROM ({inner})")
        values += more
    return sql, values
