"""Columns that a user names: where a table lacks one, the usual names are tried; one that no table has is told."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import lru_cache

from cleaners.sentences import Sentence, sentence

_SEPARATORS = re.compile(r"[\s_.\-]+")
_TABLES = 100  # of so many the names are kept, to find the nearest among them
_NAMES = 20  # of a table, in what is told


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """The name of a column as names are compared: lower case, without blanks, ``_``, ``-`` and ``.``.

    >>> folded(" Full_Text ") == folded("fullText")
    True
    """
    return _SEPARATORS.sub("", name.strip("\ufeff \t\"'").lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """Which column of a table is which, where its user says so; the others are known by their names.

    A name is compared as :func:`folded`; None: not said. A table without a named column is read by the usual names.
    """

    text: str | None = None
    """Plain text."""
    html: str | None = None
    """A page or a fragment as HTML; asked before ``text``."""
    url: str | None = None
    title: str | None = None
    published: str | None = None
    source: str | None = None
    author: str | None = None
    section: str | None = None

    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self == ColumnChoice()

    def named(self) -> dict[str, str]:
        """What is said: the field of a row (``text``) -> the name of its column."""
        return {one.name: name for one in fields(self) if (name := getattr(self, one.name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingColumn:
    """A column that was named and that no table had."""

    field: str
    """What it was named for, an attribute of :class:`ColumnChoice`."""
    name: str
    """As its user wrote it."""
    table: str
    """Origin of a table without it, that with the nearest name if one is near; empty where there was no table."""
    columns: tuple[str, ...]
    """The names that this table has."""
    nearest: str
    """That of its names which is nearest, empty for none."""

    def told(self) -> Sentence:
        """A sentence with the cure."""
        option = f"--{self.field}-column"
        if not self.table:
            return sentence("{option} {name}: no table was read", option=option, name=self.name)
        there = ", ".join(self.columns[:_NAMES]) + (", ..." if len(self.columns) > _NAMES else "")
        if self.nearest:
            return sentence(
                "no table has the column {name} that {option} names; {table} has {columns}: did you mean {nearest}?",
                name=self.name, option=option, table=self.table, columns=there, nearest=self.nearest,
            )  # fmt: skip
        return sentence(
            "no table has the column {name} that {option} names; {table} has {columns}",
            name=self.name, option=option, table=self.table, columns=there,
        )  # fmt: skip


class ColumnSearch:
    """What came of the columns that a user named, over all the tables of a run."""

    def __init__(self, choice: ColumnChoice) -> None:
        self._choice = choice
        self._met: set[str] = set()
        self._without: dict[str, tuple[str, ...]] = {}  # origin -> names

    def met(self, names: Collection[str]) -> None:
        """A table has these columns (as :func:`folded`)."""
        self._met.update(names)

    def lacked(self, table: str, names: Collection[str]) -> None:
        """A table, by its origin, has ``names`` and lacks one that was named."""
        if len(self._without) < _TABLES:
            self._without.setdefault(table, tuple(names))

    def missing(self) -> list[MissingColumn]:
        """The named columns that no table had, after all was read."""
        named = self._choice.named().items()
        return [self._missing(field, name) for field, name in named if folded(name) not in self._met]

    def _missing(self, field: str, name: str) -> MissingColumn:
        for table, columns in self._without.items():
            by_fold = {folded(one): one for one in columns}
            if near := get_close_matches(folded(name), by_fold, n=1):
                return MissingColumn(field=field, name=name, table=table, columns=columns, nearest=by_fold[near[0]])
        table, columns = next(iter(self._without.items()), ("", ()))
        return MissingColumn(field=field, name=name, table=table, columns=columns, nearest="")


class TableColumns:
    """What was chosen, for one table: of the named columns those that it has.

    The rows of some formats differ in their names: a column counts as the table's from the first row on that has it,
    and a later row without it has nothing there.
    """

    def __init__(self, choice: ColumnChoice, table: str, search: ColumnSearch | None = None) -> None:
        """``table`` is its origin; ``search`` is told what it has."""
        self._choice, self._table = choice, table
        self._search = search or ColumnSearch(choice)
        self._named = {field: folded(name) for field, name in choice.named().items()}
        self._had: set[str] = set()
        self._held = ColumnChoice()

    def choice(self, names: Collection[str]) -> ColumnChoice:
        """What holds for a row that has columns of these names (as they are written)."""
        if not self._named:
            return self._held
        folds = set(map(folded, names))
        if new := folds.intersection(self._named.values()) - self._had:
            self._had |= new
            self._search.met(new)
            lacking = {field: None for field, name in self._named.items() if name not in self._had}
            self._held = replace(self._choice, **lacking)
        if not self._had.issuperset(self._named.values()):
            self._search.lacked(self._table, names)
        return self._held

    def lacking(self) -> list[str]:
        """The named columns of pages and texts that no row up to now has had, as their user wrote them."""
        named = (self._choice.html, self._choice.text)
        return [name for name in named if name is not None and folded(name) not in self._had]
