"""What a query finds in a selection, as one statement.

Each index gives its docs in order, so what words and filters have in common is merged list by list: of a compound
SELECT with an ORDER BY, SQLite reads every part as far as the merge has come and stops with the reader ("MERGE
(INTERSECT)" in its query plan). A set of one side, made to look the other side up in it, is read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleaners.errors import UsageError
from cleaners.store.database import Database
from cleaners.store.query import Group, Node, Word
from cleaners.store.selection import Narrowing, Selection, narrowing

_COMPOUNDS = {"AND": "INTERSECT", "OR": "UNION", "NOT": "EXCEPT"}
_CHUNK = 500
_DEEPEST = 6  # sets inside each other; SQLite takes seven with a filter in the innermost (its parser's stack holds 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query in a selection: which docs?"""

    wanted: Node
    """The query."""
    narrowing: Narrowing
    """The selection."""

    @classmethod
    def of(cls, wanted: Node, selection: Selection | None, database: Database) -> Question:
        """As a store can answer it best."""
        return cls(wanted=wanted, narrowing=narrowing(selection, database) if selection else Narrowing())

    @property
    def whole(self) -> bool:
        """Whether nothing but one expression says what is found."""
        return isinstance(self.wanted, Word) and self.narrowing == Narrowing()

    def statement(self, few: Sequence[int] | None = None) -> tuple[str, list[Any]]:
        """A SELECT of ``doc``, with its values, to be ordered by doc. ``few``: docs, to be asked for these only."""
        these = "" if few is None else f" AND {{doc}} IN ({','.join(map(str, few))})"
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


def lead(wanted: Node) -> Word | None:
    """What tells how well a text matches: words, in the index of phrases, that every text found has; None without."""
    if isinstance(wanted, Word):
        return wanted if wanted.index == "search" else None
    if wanted.how == "OR":
        return None
    parts = sorted(wanted.parts, key=lambda part: isinstance(part, Group)) if wanted.how == "AND" else wanted.parts[:1]
    return next((word for part in parts if (word := lead(part))), None)


def _compound(node: Node, narrowing: Narrowing, these: str, deep: int = 0) -> tuple[str, list[Any]]:
    if isinstance(node, Word):
        where = f"{node.index} MATCH ?" + (narrowing.each + these).format(doc=f"{node.index}.rowid")
        return f"SELECT rowid AS doc FROM {node.index} WHERE {where}", [node.expression, *narrowing.values]
    if deep > _DEEPEST:
        raise UsageError("the query has too many brackets inside each other: ask for less at once")
    # SQLite reads a compound from left to right: the first part needs no brackets, so a group had better be first.
    first, *others = node.parts if node.how == "NOT" else sorted(node.parts, key=lambda part: isinstance(part, Word))
    sql, values = _compound(first, narrowing, these, deep)
    for part in others:
        # What is not among the first part need not be asked about.
        inner, more = _compound(part, narrowing if node.how == "OR" else Narrowing(), these, deep + 1)
        sql += f" {_COMPOUNDS[node.how]} " + (inner if isinstance(part, Word) else f"SELECT doc FROM ({inner})")
        values += more
    return sql, values
