"""The store: one SQLite file with articles, their families, search, drops, runs and what was learned.

>>> import tempfile, pathlib
>>> from cleaners.items import Article
>>> with tempfile.TemporaryDirectory() as folder, Store.open(pathlib.Path(folder) / "jianbao.db") as store:
...     with store.transaction():
...         doc = store.articles.put(Article(id="0" * 16, origin="a.html", text="今年的苹果丰收了。", title="果园"))
...     [hit.title for hit in store.search.find("蘋果")]
['果园']
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from cleaners.store.articles import Articles
from cleaners.store.clusters import Dates, Families, Heirs
from cleaners.store.crawl_state import Entry, Found, Kind, Ledger, Outcome, Visit
from cleaners.store.database import Database
from cleaners.store.export_log import Export, Exports, Series
from cleaners.store.export_snapshot import OptOuts, Outgoing, Portion, Withdrawal
from cleaners.store.integrity import Checks
from cleaners.store.key_value import Manifests, Notes
from cleaners.store.learned import Learned, NoiseLine, WordPair
from cleaners.store.merge_tables import Joining
from cleaners.store.records import Clippings
from cleaners.store.runs import Journal, Run, RunStatus
from cleaners.store.search import Hit, Passage, Search
from cleaners.store.selection import Choice, Selection
from cleaners.store.stats import Origins, Room, Statistics, Values, room, statistics
from cleaners.store.takedowns import Pending, Removal, Tombstone, Tombstones, Traces
from cleaners.store.tokens import Indexing

__all__ = [
    "Choice",
    "Entry",
    "Export",
    "Found",
    "Hit",
    "Kind",
    "NoiseLine",
    "OptOuts",
    "Outcome",
    "Outgoing",
    "Passage",
    "Pending",
    "Portion",
    "Room",
    "Run",
    "RunStatus",
    "Selection",
    "Series",
    "Statistics",
    "Store",
    "Tombstone",
    "Traces",
    "Visit",
    "Withdrawal",
    "WordPair",
]


class Store:
    """A store that is open. One process writes at a time, any number read meanwhile; close it, or use ``with``."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.path = database.path
        """The file."""
        self.articles = Articles(database)
        """Articles, revisions, texts by doc."""
        self.families = Families(database)
        """Matches and clusters."""
        self.clippings = Clippings(database)
        """Articles with their matches and family, read back."""
        self.search = Search(database)
        """Full-text search."""
        self.journal = Journal(database)
        """Runs and drops."""
        self.learned = Learned(database)
        """Noise lines and word pairs."""
        self.ledger = Ledger(database)
        """The addresses of crawls."""
        self.manifests = Manifests(database)
        """Manifests of the files beside the store."""
        self.notes = Notes(database)
        """Named values."""
        self.joining = Joining(database)
        """What other stores know."""
        self.exports = Exports(database)
        """What left the store, and with which export."""
        self.tombstones = Tombstones(database)
        """What was taken down, and must not come back."""
        self.checks = Checks(database)
        """Whether all of this is as it should be."""
        self.heirs = Heirs(database)
        """Who stands in for superseded texts."""
        self.dates = Dates(database)
        """When families were published."""
        self.origins = Origins(database)
        """Where its pages are."""
        self.removal = Removal(database)
        """Taking articles out, to the last byte."""
        self.values = Values(database)
        """What articles can be filtered by."""

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], create: bool = True, readonly: bool = False, *, timeout: float = 30.0
    ) -> Self:
        """Open a store, make it (``create``) when there is none, bring it to today's schema.

        ``timeout``: seconds to wait for another process that writes. Raises UsageError when there is no store (and
        none is to be made), NotAStoreError for a file that is something else, FormatError for a store of a newer
        jianbao, UnwritableError for a full disk or a place that cannot be written, StoreBusyError.
        """
        database = Database(Path(path), create=create, readonly=readonly, timeout=timeout)
        store = cls(database)
        try:
            if not readonly:
                Indexing(database).check()
        except BaseException:
            database.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """One batch: all of it or nothing. What is committed survives kill -9 and power cuts."""
        return self._db.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads inside see one state of the store."""
        return self._db.snapshot()

    def copy_to(self, path: Path, step: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Copy the store's file, as of one moment, whoever writes meanwhile; see :mod:`cleaners.maintenance.backup`."""
        self._db.copy_to(path, step)

    def statistics(self) -> Statistics:
        """The store in numbers."""
        return statistics(self._db)

    def room(self) -> Room:
        """What takes how much room in the file."""
        return room(self._db)
