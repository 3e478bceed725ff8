"""The store: one SQLite file with articles, their clusters, search, drops, runs and what was learned.

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

from cleaners.store.arrivals import ArrivalTable, StoryCopy, StoryRecord
from cleaners.store.articles import ArticleTable
from cleaners.store.cluster_list import ClusterList, ClusterListPage, ListedCluster, ListOrder, ListPlace
from cleaners.store.clusters import ClusterRepresentatives, ClusterTable, DocumentDates
from cleaners.store.crawl_state import (
    CrawlState,
    DiscoveredUrl,
    FetchResult,
    Kind,
    LedgerNote,
    LinkReading,
    LinksRead,
    Outcome,
    UrlState,
)  # fmt: skip
from cleaners.store.database import Database
from cleaners.store.events import ArticleEvent, EventKind, EventTable
from cleaners.store.export_log import ExportLog, ExportSeries, LoggedExport
from cleaners.store.export_snapshot import ExportBatch, ExportRemoval, ExportSnapshot, OptOuts
from cleaners.store.integrity import IntegrityChecks
from cleaners.store.key_value import IndexManifests, StoreSettings
from cleaners.store.learned import LearnedTables, NoiseLine, WordPair
from cleaners.store.merge_tables import StoreMerger
from cleaners.store.notes import ArticleNotes, NoteTable, StoredNote
from cleaners.store.overview import DisguisedArticles, SitePair, StoreOverview
from cleaners.store.records import ClippingReader
from cleaners.store.runs import RunEntry, RunJournal, RunStatus
from cleaners.store.search import ArticleSearch, HitOrder, SearchHit, SearchSnippet
from cleaners.store.selection import FilterChoice, Selection
from cleaners.store.stats import (
    ColumnValues,
    DoubtfulArticle,
    OriginTable,
    StorageSize,
    StoreStatistics,
    doubtful_articles,
    statistics,
    storage_size,
)
from cleaners.store.takedowns import PendingTakedown, TakedownTable, Tombstone, TombstoneHashes, TombstoneTable
from cleaners.store.tokens import SearchIndexing
from cleaners.store.trends import StoreTrends
from cleaners.store.watch_log import Notice, NoticeKind, WatchHistory, WatchIssue, WatchLog, WatchState

__all__ = [
    "ArticleEvent",
    "ArticleNotes",
    "ClusterListPage",
    "DiscoveredUrl",
    "DisguisedArticles",
    "DoubtfulArticle",
    "EventKind",
    "ExportBatch",
    "ExportRemoval",
    "ExportSeries",
    "ExportSnapshot",
    "FetchResult",
    "FilterChoice",
    "HitOrder",
    "Kind",
    "LedgerNote",
    "LinkReading",
    "LinksRead",
    "ListOrder",
    "ListPlace",
    "ListedCluster",
    "LoggedExport",
    "NoiseLine",
    "Notice",
    "NoticeKind",
    "OptOuts",
    "Outcome",
    "PendingTakedown",
    "RunEntry",
    "RunStatus",
    "SearchHit",
    "SearchSnippet",
    "Selection",
    "SitePair",
    "StorageSize",
    "Store",
    "StoreStatistics",
    "StoreTrends",
    "StoredNote",
    "StoryCopy",
    "StoryRecord",
    "Tombstone",
    "TombstoneHashes",
    "UrlState",
    "WatchHistory",
    "WatchIssue",
    "WatchLog",
    "WatchState",
    "WordPair",
]


class Store:
    """A store that is open. One process writes at a time, any number read meanwhile; close it, or use ``with``."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.path = database.path
        """The file."""
        self.articles = ArticleTable(database)
        """Articles, revisions, texts by doc."""
        self.clusters = ClusterTable(database)
        """Matches and clusters."""
        self.clippings = ClippingReader(database)
        """Articles with their matches and cluster, read back."""
        self.search = ArticleSearch(database)
        """Full-text search."""
        self.runs = RunJournal(database)
        """Runs and drops."""
        self.learned = LearnedTables(database)
        """Noise lines and word pairs."""
        self.crawl_state = CrawlState(database)
        """The addresses of crawls."""
        self.manifests = IndexManifests(database)
        """Manifests of the files beside the store."""
        self.settings = StoreSettings(database)
        """Named values."""
        self.merger = StoreMerger(database)
        """What other stores know."""
        self.export_log = ExportLog(database)
        """What left the store, and with which export."""
        self.tombstones = TombstoneTable(database)
        """What was taken down, and must not come back."""
        self.integrity = IntegrityChecks(database)
        """Whether all of this is as it should be."""
        self.representatives = ClusterRepresentatives(database)
        """Who stands in for superseded texts."""
        self.document_dates = DocumentDates(database)
        """When clusters were published."""
        self.page_origins = OriginTable(database)
        """Where its pages are."""
        self.takedowns = TakedownTable(database)
        """Taking articles out, to the last byte."""
        self.column_values = ColumnValues(database)
        """What articles can be filtered by."""
        self.cluster_list = ClusterList(database)
        """The clusters, newest first, page by page."""
        self.overview = StoreOverview(database)
        """Articles counted by site and by day."""
        self.events = EventTable(database)
        """What happened to articles, in order."""
        self.arrivals = ArrivalTable(database)
        """What has just arrived."""
        self.notes = NoteTable(database)
        """Tags and notes of readers."""
        self.watch_log = WatchLog(database)
        """What watches have read and told."""

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
                SearchIndexing(database).check()
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

    def statistics(self) -> StoreStatistics:
        """The store in numbers."""
        return statistics(self._db)

    def doubtful(self, limit: int) -> list[DoubtfulArticle]:
        """At most ``limit`` articles whose body a person should look at, the least sure first."""
        return doubtful_articles(self._db, limit)

    def room(self) -> StorageSize:
        """What takes how much room in the file."""
        return storage_size(self._db)
