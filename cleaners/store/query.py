"""The query language: words, "quoted phrases", AND (or just a space), OR, NOT (or -), brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cleaners.errors import UsageError
from cleaners.store.words import finder, phrase

_PART = re.compile(r'"([^"]*)"?|[“]([^”]*)[”]?|([()（）])|([^\s()（）"“]+)')
_WORDS = {"AND": "AND", "OR": "OR", "NOT": "NOT", "&": "AND", "&&": "AND", "|": "OR", "||": "OR"}

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as understood."""

    expression: str
    """In the language of FTS5."""
    finders: tuple[re.Pattern[str], ...]
    """What to mark in folded text: the words that are wanted."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word AND OR NOT ( )
    text: str = ""


def parse(query: str) -> Query:
    """Understand a query. Raises UsageError, with the cure, for one that asks for nothing."""
    found = list(_scan(query))
    if len(found) > _LONGEST:
        raise UsageError(f"the query has {len(found)} words and signs, {_LONGEST} are the most: ask for less at once")
    parser = _Parser(found)
    wanted = parser.either()
    if parser.rest:  # a bracket that was never opened: what follows belongs to the query all the same
        raise UsageError(f"a closing bracket too many in the query {query!r}: take it out or quote it")
    if not wanted:
        raise UsageError(f"the query {query!r} names nothing to look for: give a word, or a phrase in quotes")
    patterns = (finder(word) for word in parser.wanted)
    return Query(expression=wanted, finders=tuple(p for p in patterns if p))


def _scan(query: str) -> Iterator[_Token]:
    for part in _PART.finditer(query):
        quoted, curly, bracket, word = part.groups()
        if bracket:
            yield _Token("(" if bracket in "(（" else ")")
        elif word is None:
            yield _Token("word", quoted if quoted is not None else curly)
        elif word in _WORDS:
            yield _Token(_WORDS[word])
        elif word.startswith("-") and len(word) > 1:
            yield from (_Token("NOT"), _Token("word", word[1:]))
        else:
            yield _Token("word", word)


class _Parser:
    """Recursive descent: either := all (OR all)*; all := term ((AND)? term | NOT term)*; term := word | ( either )."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.rest = tokens
        self.wanted: list[str] = []
        self._denied = 0

    def either(self) -> str:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        parts = [p for p in parts if p]
        return f"({' OR '.join(parts)})" if len(parts) > 1 else "".join(parts)

    def _all(self) -> str:
        wanted: list[str] = []
        denied: list[str] = []
        while self.rest and self.rest[0].kind not in {"OR", ")"}:
            self._take("AND")
            if self._take("NOT"):
                self._denied += 1
                denied.append(self._term())
                self._denied -= 1
            else:
                wanted.append(self._term())
        wanted, denied = [w for w in wanted if w], [d for d in denied if d]
        if denied and not wanted:
            raise UsageError("a query cannot only say what is NOT wanted: add a word that is")
        both = f"({' AND '.join(wanted)})" if len(wanted) > 1 else "".join(wanted)
        return f"({both} NOT ({' OR '.join(denied)}))" if denied else both

    def _term(self) -> str:
        if self._take("("):
            inner = self.either()
            self._take(")")
            return inner
        if not self.rest or self.rest[0].kind != "word":
            return ""
        word = self.rest.pop(0).text
        if not self._denied:
            self.wanted.append(word)
        return phrase(word) or ""

    def _take(self, kind: str) -> bool:
        if self.rest and self.rest[0].kind == kind:
            self.rest.pop(0)
            return True
        return False
