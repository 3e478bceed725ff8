"""What an export adds to its records, and what it leaves out by that: signals, marks in the place of personal data,
columns of others, filters.

A record passes through in this order: it is scrubbed, gets its columns, and stays if every filter holds.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, get_args, get_type_hints

from cleaners import scrubbing, signals
from cleaners.errors import InputError, UsageError
from cleaners.fields import NAMES
from cleaners.fields.kinds import FieldKind, Flag, Integer, Json, ListOf, MappingOf, Part, Real, Structure, Text

if TYPE_CHECKING:
    from cleaners.store import ArticleNotes

Record = dict[str, Any]
NO_NOTES: Mapping[str, ArticleNotes] = MappingProxyType({})

SIGNALS, SCRUBBED, TAGS, NOTES = "signals", "scrubbed", "tags", "notes"
"""The names of the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedNote:
    """A note on an article, as a record has it."""

    text: str
    at: str
    """When it was written: ISO 8601, UTC."""


_NOTES = ListOf(Structure(ExportedNote, Part(name="text", kind=Text()), Part(name="at", kind=Text())))
_SIGNALS = Structure(
    signals.TextSignals,
    *(Part(name=one.name, kind=Integer() if one.type == "int" else Real()) for one in fields(signals.TextSignals)),
)
_COUNTS = MappingOf(Integer(), key="kind", value="count")
_OF_READERS = ("title", "text", "markdown", "images", "extra", "matches", "section", TAGS, NOTES)
"""What is scrubbed: the text and what is cited of it."""
_NEVER = frozenset(("url", "file", "id", "kind", "at"))
"""Parts of these that are no text."""
_KINDS: Mapping[Any, FieldKind] = {bool: Flag(), int: Integer(), float: Real(), str: Text()}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_FILTER = re.compile(r"\s*([\w.]+)\s*(<=|>=|==|!=|<|>)\s*+(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHook:
    """A column that a function of somebody else gives: it takes the texts of some articles and gives a value for each.

    The type of its column is that of its annotation (``-> list[float]``); without one it is JSON as text.
    """

    name: str
    """Of the column: that of the function."""
    place: str
    """``module:function``."""
    kind: FieldKind
    function: Callable[[list[str]], Sequence[Any]]

    @classmethod
    def load(cls, place: str) -> Self:
        """From ``module:function``; raises UsageError, with the cure, for what cannot be loaded."""
        module, _, name = place.partition(":")
        if not module or not name.isidentifier():
            raise UsageError("{place!r} is no column hook: name a function as module:function", place=place)
        try:
            function = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            raise UsageError("{place}: {error}: is its folder in PYTHONPATH?", place=place, error=error) from error
        except AttributeError as error:
            raise UsageError(
                "{place}: {error}: name a function that the module has", place=place, error=error
            ) from error
        if name in (*NAMES, SIGNALS, SCRUBBED, TAGS, NOTES):
            raise UsageError(
                "{place}: records have a {name!r} already: give the function another name", place=place, name=name
            )
        given = get_args(get_type_hints(function).get("return"))
        return cls(name=name, place=place, kind=_KINDS.get(given[0] if given else None, Json()), function=function)

    def values(self, records: Sequence[Record]) -> Sequence[Any]:
        """A value for each record; raises InputError where the function fails."""
        try:
            found = self.function([record["text"] for record in records])
        except Exception as error:
            raise InputError(
                "{place} failed ({name}: {error}): mend it, or leave it out",
                place=self.place,
                name=type(error).__name__,
                error=error,
            ) from error
        if len(found) != len(records):
            raise InputError(
                "{place} gave {count} values for {texts} texts: give one for each",
                place=self.place,
                count=len(found),
                texts=len(records),
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """A condition that a record must meet."""

    text: str
    """As it was written."""
    path: tuple[str, ...]
    """A column, and what in it."""
    comparison: str
    value: float | str | bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``signals.top_3gram < .2``; raises UsageError for what is no condition."""
        found = _FILTER.fullmatch(text)
        if not found:
            raise UsageError(
"{text!r} is no filter: write a column, one of {names}, and a value: signals.top_3gram < "
".2",
text=text, names=' '.join(_COMPARISONS))  # fmt: skip
        return cls(text=text, path=tuple(found[1].split(".")), comparison=found[2], value=_value(found[3].rstrip()))

    def holds(self, record: Record) -> bool:
        """Whether a record meets it; one that has no such value does not. Raises UsageError for values of two kinds."""
        there: Any = record
        for name in self.path:
            there = there.get(name) if isinstance(there, Mapping) else None
        if there is None:
            return False
        try:
            return _COMPARISONS[self.comparison](there, self.value)
        except TypeError as error:
            raise UsageError(
                "{text!r}: the value is {there!r}, which cannot be compared so", text=self.text, there=there
            ) from error


def _value(text: str) -> float | str | bool:
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text.strip("\"'")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAdditions:
    """What is added to the records of an export, and by what they are chosen."""

    with_signals: bool = False
    """Whether a record gets :class:`~cleaners.signals.TextSignals` as ``signals``."""
    with_scrubbing: bool = False
    """Whether personal data is replaced, and counted as ``scrubbed`` (:mod:`cleaners.scrubbing`)."""
    with_notes: bool = False
    """Whether the tags and notes of its readers go with an article, as ``tags`` and ``notes``."""
    hooks: tuple[ColumnHook, ...] = ()
    filters: tuple[RecordFilter, ...] = ()

    @classmethod
    def of(
        cls, *, with_signals: bool, with_scrubbing: bool, with_notes: bool, hooks: Sequence[str], filters: Sequence[str]
    ) -> Self:
        """From what a user has written; raises UsageError, with the cure, for what makes no sense.

        A filter that asks for signals, or for what was scrubbed, adds these.
        """
        parsed = tuple(map(RecordFilter.parse, filters))
        asked = {one.path[0] for one in parsed}
        made = cls(
            with_signals=with_signals or SIGNALS in asked,
            with_scrubbing=with_scrubbing,
            with_notes=with_notes,
            hooks=tuple(map(ColumnHook.load, hooks)),
            filters=parsed,
        )
        for one in parsed:
            made._check(one)
        return made

    def __bool__(self) -> bool:
        return self != ExportAdditions()

    @property
    def needs_columns(self) -> bool:
        """Whether only a format with columns can hold it: notes go with a page to read, too."""
        return bool(replace(self, with_notes=False))

    @property
    def columns(self) -> tuple[tuple[str, FieldKind], ...]:
        """The columns that are added, with the kinds of their values."""
        own: list[tuple[str, FieldKind]] = [(TAGS, ListOf(Text())), (NOTES, _NOTES)] if self.with_notes else []
        own += [(SCRUBBED, _COUNTS)] * self.with_scrubbing + [(SIGNALS, _SIGNALS)] * self.with_signals
        return (*own, *((hook.name, hook.kind) for hook in self.hooks))

    def apply(self, records: Sequence[Record], notes: Mapping[str, ArticleNotes] = NO_NOTES) -> Iterator[Record]:
        """The records that stay, with what is added to them; ``notes``: by the id of the article."""
        for record in records:
            if self.with_notes:
                kept = notes.get(record["id"])
                record[TAGS] = list(kept.tags) if kept else []
                record[NOTES] = [{"text": one.text, "at": one.at.isoformat()} for one in kept.notes] if kept else []
            if self.with_scrubbing:
                record[SCRUBBED] = _scrub(record)
            if self.with_signals:
                record[SIGNALS] = asdict(signals.signals(record["text"]))
        for hook in self.hooks:
            for record, value in zip(records, hook.values(records), strict=True):
                record[hook.name] = value
        yield from (record for record in records if all(one.holds(record) for one in self.filters))

    def _check(self, condition: RecordFilter) -> None:
        """Raises UsageError, with what may be meant, for a filter of a column that is not there."""
        known = [*NAMES, *(name for name, _ in self.columns)]
        _known(condition, condition.path[0], known)
        if condition.path[0] == SIGNALS:
            _known(condition, condition.path[-1], signals.NAMES)


def _known(condition: RecordFilter, name: str, names: Sequence[str]) -> None:
    if name not in names:
        near = get_close_matches(name, names, n=3) or names
        raise UsageError(
            "{text!r}: there is no {name!r}; there is {names}", text=condition.text, name=name, names=", ".join(near)
        )


def _scrub(record: Record) -> dict[str, int]:
    """Replace personal data in a record; how much of which kind stood in its text."""
    counts: dict[str, int] = {}
    for name in filter(record.__contains__, _OF_READERS):
        if name == "text":
            scrubbed = scrubbing.scrub(record["text"])
            record["text"], counts = scrubbed.text, dict(scrubbed.counts)
        else:
            record[name] = _without_personal_data(record[name])
    return counts


def _without_personal_data(value: Any) -> Any:
    if isinstance(value, str):
        return scrubbing.scrub(value).text
    if isinstance(value, list):
        return [_without_personal_data(one) for one in value]
    if isinstance(value, dict):
        return {name: one if name in _NEVER else _without_personal_data(one) for name, one in value.items()}
    return value
