"""Kinds of values that a field of the record has: how each looks in Python, in a row of the store and in JSON.

A new field takes one of these; what is nested is put together from them: ``ListOf(Structure(Region, ...))``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal


def dump(value: object) -> str | None:
    """A JSON column: NULL for what is empty."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


def load(text: str | None) -> Any:
    """What :func:`dump` wrote; an empty list for NULL."""
    return json.loads(text) if text else []


def moment(value: datetime | None) -> str | None:
    """A datetime column: ISO 8601 with the offset it came with."""
    return value.isoformat() if value else None


def parsed(text: str | None) -> datetime | None:
    """What :func:`moment` wrote."""
    return datetime.fromisoformat(text) if text else None


class FieldKind:
    """One kind of value: as it is in Python, in JSON, in the store."""

    stored: ClassVar[Literal["text", "real", "json"]] = "json"
    """What a column of the store holds: the text itself, a number with a point, or (all else) JSON or NULL."""
    nothing: ClassVar[str] = "null"
    """The JSON that NULL stands for."""
    is_plain: ClassVar[bool] = False
    """Whether values are the same in Python, in JSON and in a row: nothing has to be called for them."""
    _called: ClassVar[str] = ""

    def called(self) -> str:
        """The kind in words, for the table of fields."""
        return self._called

    def plain(self, value: Any) -> Any:
        """A value of Python as JSON of few characters: structures are lists of their parts."""
        return value

    def restored(self, plain: Any) -> Any:
        """The value of Python that :meth:`plain` took apart."""
        return plain

    def record(self, value: Any) -> Any:
        """A value of Python as it stands in a record: structures have the names of their parts."""
        return self.plain(value)

    def read(self, value: Any) -> Any:
        """The value of Python that :meth:`record` took apart, from JSON, Arrow or a cell of CSV (where nothing is "").

        Raises ValueError for what is no such value.
        """
        raise NotImplementedError

    def to_row(self, value: Any) -> Any:
        """A value of Python as SQLite keeps it; NULL for what is unknown or empty."""
        return self.plain(value)

    def from_row(self, stored: Any) -> Any:
        """The value of Python that :meth:`to_row` took apart."""
        return self.restored(stored)

    def converted(self, value: Any, convert: Callable[[str], str]) -> Any:
        """The value with its texts in another script. Raises TypeError for kinds that have no text to read."""
        raise TypeError(f"{self.called()}: there is no text in it to convert")


class Text(FieldKind):
    """A text, or None."""

    stored = "text"
    is_plain = True
    _called = "text"

    def read(self, value: Any) -> str | None:
        """A text; None for an empty one."""
        if value is not None and not isinstance(value, str):
            raise ValueError(f"no text: {value!r}")
        return value or None

    def converted(self, value: str | None, convert: Callable[[str], str]) -> str | None:
        """The text in another script."""
        return convert(value) if value else value


class Real(FieldKind):
    """A float, or None."""

    stored = "real"
    is_plain = True
    _called = "number"

    def read(self, value: Any) -> float | None:
        """A number, as text too."""
        return None if value is None or value == "" else float(value)


class Integer(FieldKind):
    """An int below 2**31, or None."""

    is_plain = True
    _called = "whole number"

    def read(self, value: Any) -> int | None:
        """A whole number, as text too."""
        return None if value is None or value == "" else int(value)


class Flag(FieldKind):
    """A bool, or None."""

    _called = "true or false"

    def read(self, value: Any) -> bool | None:
        """True or false, as text too."""
        told = {"": None, "true": True, "false": False}
        key = str("" if value is None else value).lower()
        if key not in told:
            raise ValueError(f"neither true nor false: {value!r}")
        return told[key]

    def to_row(self, value: bool | None) -> int | None:
        """SQLite keeps 0 and 1."""
        return None if value is None else int(value)

    def from_row(self, stored: int | None) -> bool | None:
        """What :meth:`to_row` made of it."""
        return None if stored is None else bool(stored)


class Moment(FieldKind):
    """A datetime with a timezone, or None; ISO 8601 with its offset wherever it is text."""

    stored = "text"
    _called = "moment"

    def __init__(self, shown_in: str = "UTC") -> None:
        self.shown_in = shown_in
        """The timezone of its Arrow column (a name of the IANA time zone database)."""

    def read(self, value: Any) -> datetime | None:
        """A moment; one without an offset is none."""
        found = value if isinstance(value, datetime) else parsed(Text().read(value))
        if found is not None and found.tzinfo is None:
            raise ValueError(f"no offset: {value!r}")
        return found

    def plain(self, value: datetime | None) -> str | None:
        """ISO 8601 with the offset it came with."""
        return moment(value)

    def restored(self, plain: str | None) -> datetime | None:
        """The datetime that :meth:`plain` wrote."""
        return parsed(plain)


class Json(FieldKind):
    """Any value of JSON, as it is; in Arrow a text, which is JSON where the value is none."""

    is_plain = True
    _called = "any"

    def read(self, value: Any) -> Any:
        """The value."""
        return value

    def column(self, value: Any) -> str | None:
        """The value in an Arrow column, which has one type."""
        return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Nested(FieldKind):
    """What is a JSON text in the store."""

    _blank: ClassVar[Any] = None  # what NULL stands for, plain

    def read(self, value: Any) -> Any:
        """A list, a mapping or a structure; as text it is JSON."""
        if isinstance(value, str):
            value = json.loads(value) if value else None
        return self.restored(self._blank) if value is None else self._read(value)

    def _read(self, value: Any) -> Any:
        raise NotImplementedError

    def to_row(self, value: Any) -> Any:
        return dump(self.plain(value))

    def from_row(self, stored: Any) -> Any:
        return self.restored(json.loads(stored) if stored else self._blank)


class ListOf(_Nested):
    """A tuple of values of one kind, empty for none."""

    nothing = "[]"
    _blank = ()

    def __init__(self, of: FieldKind) -> None:
        self.of = of
        """The kind of its values."""

    def called(self) -> str:
        """The kind in words."""
        return f"list of {self.of.called()}"

    def plain(self, value: Iterable[Any]) -> list[Any]:
        """Each value as plain JSON."""
        return list(value if self.of.is_plain else map(self.of.plain, value))

    def restored(self, plain: Iterable[Any]) -> tuple[Any, ...]:
        """What :meth:`plain` took apart."""
        return tuple(plain if self.of.is_plain else map(self.of.restored, plain))

    def _read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"no list: {value!r}")
        return tuple(map(self.of.read, value))

    def record(self, value: Iterable[Any]) -> list[Any]:
        """Each value as in a record."""
        return list(value if self.of.is_plain else map(self.of.record, value))

    def converted(self, value: Iterable[Any], convert: Callable[[str], str]) -> tuple[Any, ...]:
        """Each value in another script."""
        return tuple(self.of.converted(one, convert) for one in value)


class MappingOf(_Nested):
    """A mapping from texts to values of one kind, empty for none; a list of pairs in Arrow."""

    nothing = "{}"
    _blank: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, of: FieldKind, *, key: str, value: str) -> None:
        self.of = of
        """The kind of its values."""
        self.key, self.value = key, value
        """What keys and values are called where they need names."""

    def called(self) -> str:
        """The kind in words."""
        return f"{{{self.key}: {self.value}}}"

    def plain(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Each value as plain JSON."""
        return dict(value) if self.of.is_plain else {key: self.of.plain(one) for key, one in value.items()}

    def restored(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """What :meth:`plain` took apart."""
        return dict(plain) if self.of.is_plain else {key: self.of.restored(one) for key, one in plain.items()}

    def _read(self, value: Any) -> dict[str, Any]:
        if isinstance(value, list | tuple):  # as Arrow has it
            value = {one[self.key]: one[self.value] for one in value if isinstance(one, Mapping)}
        if not isinstance(value, Mapping):
            raise ValueError(f"no mapping: {value!r}")
        return {key: self.of.read(one) for key, one in value.items()}

    def record(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Each value as in a record."""
        return dict(value) if self.of.is_plain else {key: self.of.record(one) for key, one in value.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a :class:`Structure`."""

    name: str
    """What records call it."""
    kind: FieldKind
    """What it is."""
    attribute: str = ""
    """What the type of Python calls it; empty: the same."""
    converted: bool = False
    """Whether ``--script`` converts it."""


class Structure(_Nested):
    """A dataclass of a few parts, or None."""

    def __init__(self, of: type, *parts: Part) -> None:
        self.of = of
        """The dataclass."""
        self.parts = parts
        """Its parts, in order: the store keeps them in this order, without names."""
        self._named = tuple((part, part.attribute or part.name) for part in parts)

    def called(self) -> str:
        """The kind in words."""
        return f"{{{', '.join(part.name for part in self.parts)}}}"

    def plain(self, value: Any) -> list[Any] | None:
        """The list of its parts."""
        return None if value is None else [part.kind.plain(getattr(value, name)) for part, name in self._named]

    def restored(self, plain: Iterable[Any] | None) -> Any:
        """What :meth:`plain` took apart. Parts added since it was stored have the defaults of the dataclass."""
        if plain is None:
            return None
        pairs = zip(self._named, plain, strict=False)
        return self.of(**{name: part.kind.restored(one) for (part, name), one in pairs})

    def _read(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError(f"no {self.called()}: {value!r}")
        return self.of(**{name: part.kind.read(value[part.name]) for part, name in self._named if part.name in value})

    def record(self, value: Any) -> dict[str, Any] | None:
        """Its parts by name."""
        if value is None:
            return None
        return {part.name: part.kind.record(getattr(value, name)) for part, name in self._named}

    def converted(self, value: Any, convert: Callable[[str], str]) -> Any:
        """The dataclass with those of its parts in another script that are to be converted."""
        if value is None:
            return None
        mended = {
            name: part.kind.converted(getattr(value, name), convert) for part, name in self._named if part.converted
        }
        return replace(value, **mended)
