"""Which articles have left the store, with which export: what a takedown asks, and where an increment starts from.

An export is announced before its file takes its name and confirmed after: a process that dies in between leaves an
export that may be out there (``complete`` is False), never one that nobody knows of.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from cleaners.errors import InputError
from cleaners.store.codec import now
from cleaners.store.database import Database
from cleaners.store.export_snapshot import ExportSnapshot
from cleaners.store.selection import FilterChoice

_COLUMNS = "export, name, target, format, at, added, changed, removed, complete"
_EXPORTS = "exports LEFT JOIN export_series USING (series)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedExport:
    """One export that was made."""

    number: int
    """Counts the exports of a store."""
    name: str | None
    """The name that its increments go by, None for an export on its own."""
    target: str
    """The file or folder as it was named, ``-`` for standard output."""
    format: str
    """``jsonl``, ``parquet`` ..."""
    at: datetime
    """When it was made, UTC."""
    added: int
    """Articles in it; of an increment: those that its series did not have before."""
    changed: int
    """Articles in it that its series had in another state."""
    removed: int
    """Articles it takes back."""
    complete: bool
    """False: the process ended between announcing and confirming it, so it may be out there or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSeries:
    """Exports of one name, each of which goes on where the one before it ended."""

    name: str
    """What ``--since-export`` calls it."""
    articles: int
    """Articles that its exports add up to."""
    exports: int
    """How many were completed."""
    last: LoggedExport | None
    """The last of these."""


class ExportLog:
    """The exports of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def containing(self, ids: Iterable[str]) -> Mapping[str, tuple[LoggedExport, ...]]:
        """Article id -> every export that gave it away (with any of its texts), newest first; ids in none are left out.

        To be asked before an article is removed: an export knows its articles by the numbers of their texts.
        """
        owners: dict[int, str] = {}
        for id_ in ids:
            owners.update((row[0], id_) for row in self._db.rows("SELECT doc FROM articles WHERE id = ?", (id_,)))
        found: dict[str, list[LoggedExport]] = {}
        for *columns, docs in self._db.stream(f"SELECT {_COLUMNS}, docs FROM {_EXPORTS} ORDER BY export DESC"):
            made = _export(columns)
            for id_ in {owners[doc] for doc in unpacked(docs) if doc in owners}:
                found.setdefault(id_, []).append(made)
        return {id_: tuple(made) for id_, made in found.items()}

    def all(self, limit: int = -1) -> list[LoggedExport]:
        """The exports, newest first; at most ``limit`` when it is not negative."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM {_EXPORTS} ORDER BY export DESC LIMIT ?", (limit,))
        return [_export(row) for row in rows]

    def series(self) -> list[ExportSeries]:
        """Every series that was begun, by name."""
        rows = self._db.rows(
            "SELECT name, (SELECT count(*) FROM exported e WHERE e.series = s.series), "
            "(SELECT count(*) FROM exports x WHERE x.series = s.series AND complete) FROM export_series s ORDER BY name"
        )
        return [ExportSeries(name=name, articles=held, exports=made, last=self.last(name)) for name, held, made in rows]

    def last(self, name: str) -> LoggedExport | None:
        """The last export of a name that was completed."""
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM {_EXPORTS} WHERE name = ? AND complete ORDER BY export DESC LIMIT 1", (name,)
        )
        return _export(row) if row else None

    @contextmanager
    def outgoing(
        self, choice: FilterChoice, *, name: str | None = None, increment: bool = False, form: str = ""
    ) -> Iterator[ExportSnapshot]:
        """What an export holds, as of one moment; the store cannot be written inside.

        ``name``: the series that it starts again, or with ``increment`` goes on with. ``form``: what else shapes the
        records (the script they are converted to): another one makes every article a change.
        """
        with self._db.snapshot():
            yield ExportSnapshot(self._db, choice, name=name, increment=increment, form=form)

    def announce(self, outgoing: ExportSnapshot, *, target: str, form: str) -> int:
        """Note an export that was read and is about to take its name; returns its number.

        Raises InputError when, while it was written, an article that is in it was taken down, or another export of
        its series was completed.
        """
        counts = outgoing.counts
        docs = packed(outgoing.docs())
        with self._db.transaction():
            if outgoing.outdated():
                raise InputError("articles were taken down while they were exported: export again")
            if outgoing.overtaken():
                raise InputError("another export of {name} was made meanwhile: export again", name=outgoing.name)
            row = self._db.one(
                "INSERT INTO exports (series, target, format, at, added, changed, removed, docs) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING export",
                (outgoing.name and self._series(outgoing.name), target, form, now(),
                 outgoing.leaving() - counts["changed"], counts["changed"], counts["removed"], docs),
            )  # fmt: skip
            assert row
            return int(row[0])

    def confirm(self, number: int, outgoing: ExportSnapshot) -> None:
        """Note that an announced export is in place: from now on its series starts from it."""
        with self._db.transaction():
            self._db.execute("UPDATE exports SET complete = 1 WHERE export = ?", (number,))
            if outgoing.name is not None:
                outgoing.remember(self._series(outgoing.name))

    def _series(self, name: str) -> int:
        row = self._db.one("SELECT series FROM export_series WHERE name = ?", (name,))
        if row is None:
            self._db.execute("INSERT INTO export_series (name) VALUES (?)", (name,))
            return self._series(name)
        return int(row[0])


def _export(row: Sequence[Any]) -> LoggedExport:
    number, name, target, form, at, added, changed, removed, complete = row
    return LoggedExport(
        number=number, name=name, target=target, format=form, at=datetime.fromisoformat(at), added=added,
        changed=changed, removed=removed, complete=bool(complete),
    )  # fmt: skip


def packed(docs: Iterable[int]) -> bytes:
    """Ascending numbers of texts as the deflated steps between them: a fifth of a byte each for a whole store."""
    steps = array("Q")
    before = 0
    for doc in docs:
        steps.append(doc - before)
        before = doc
    return zlib.compress(steps.tobytes(), 6)


def unpacked(data: bytes) -> Iterator[int]:
    """What :func:`packed` made."""
    steps = array("Q")
    steps.frombytes(zlib.decompress(data))
    return accumulate(steps)
