"""Keeping: a batch of articles is matched with what is there, stored, and put into clusters, all of it or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cleaners import urls
from cleaners.extract.boilerplate import site_lines as repeated
from cleaners.ingest.match_index import open_index, save_manifest
from cleaners.ingest.matching import WINDOW, StoreMatcher
from cleaners.ingest.takedown_filter import TakedownFilter, drop_taken_down
from cleaners.items import Article, Drop
from cleaners.store import FetchResult, LedgerNote, NoiseLine, RunStatus, Store, locks
from cleaners.store.runs import RunCounts
from cleaners.store.takedowns import TAKEN_DOWN
from cleaners.warc.blank import blank_exchange

if TYPE_CHECKING:
    from cleaners.config import SiteConfig

__all__ = [
    "WINDOW", "IngestResult", "Ingester", "ingest_batches", "refresh_index",
]  # fmt: skip

# What is learned from the texts of a store: the lines that a site repeats on page after page.


def repeated_lines(site: str, pages: Iterable[tuple[str, str]]) -> list[NoiseLine]:
    """The lines a site repeats on page after page, from ``(cluster id, text)`` of its articles."""
    examples: dict[str, str] = {}
    keyed = []
    clusters = set()
    for cluster, text in pages:
        lines = {repeated.key(line): line for line in text.split("\n")}
        examples.update(lines)
        clusters.add(cluster)
        keyed.append((cluster, lines))
    counts = repeated.count(keyed)
    return [
        NoiseLine(site=site, key=key, example=examples[key], clusters=counts[key])
        for key in sorted(repeated.learn(counts, len(clusters)))
    ]


log = logging.getLogger(__name__)


SAME_FILE = "same bytes as another file"
"""Why a page without an address is not kept once more. It counts among the known ones: nothing of it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What became of a batch."""

    stored: int = 0
    """Articles that are new, or a new revision."""
    changed: int = 0
    """Of these the new revisions."""
    known: int = 0
    """Articles the store had already."""
    unchanged: int = 0
    """Pages that a crawl asked for and that had not changed since it last came."""
    dropped: int = 0
    """Pages that did not become an article."""
    matched: int = 0
    """Stored articles that match an earlier one."""

    def __add__(self, other: IngestResult) -> IngestResult:
        return IngestResult(
            stored=self.stored + other.stored,
            changed=self.changed + other.changed,
            known=self.known + other.known,
            unchanged=self.unchanged + other.unchanged,
            dropped=self.dropped + other.dropped,
            matched=self.matched + other.matched,
        )


class Ingester:
    """Matches and stores articles, one batch a transaction; one ingester a store (others wait), in one thread.

    What ``add`` has returned for survives kill -9. Close it, or use ``with``: then what was learned is written and
    the run's end is noted.
    """

    def __init__(
        self, path: Path, *, command: str = "python", publishers: Mapping[str, str] | None = None,
        visited: Sequence[SiteConfig] = (),
    ) -> None:  # fmt: skip
        """Open or make the store at ``path``; raises as ``Store.open``, ``StoreBusyError`` while another one keeps.

        ``command``: what the store's journal calls this run. ``publishers``: site id -> the publisher's own name; the
        store remembers them for those who match without the job at hand (a merge, a takedown). ``visited``: the sites
        of a crawl's job; the journal notes them, and counts by their ids.
        """
        self._sites: set[str] = set()
        self._counts = RunCounts(visited=visited)
        self.kept = IngestResult()
        """All batches so far."""
        with ExitStack() as held:
            self.store = Store.open(path)
            held.callback(self.store.close)
            self._turn = locks.writer_lock(path)
            held.callback(self._turn.release)
            self._publishers = self.store.settings.publishers() | dict(publishers or {})
            self._matcher = StoreMatcher(self.store, self._publishers)
            self._gone = {stone.id: stone for stone in self.store.tombstones.all()}
            self._watch = TakedownFilter(self.store.tombstones.traces())
            if self._watch.blind:
                log.warning("copies of %d articles that were taken down are not stopped: `jianbao doctor` says why",
                            self._watch.blind)  # fmt: skip
            self._index = open_index(self.store)
            held.callback(self._index.close)
            if self._publishers != self.store.settings.publishers():
                self.store.settings.put_publishers(self._publishers)
            self._run = self.store.runs.start(command)
            held.pop_all()

    def add(
        self, results: Iterable[Article | Drop], visits: Sequence[LedgerNote] = (), *,
        then: Callable[[], None] | None = None, left: Callable[[Article, str], bool] | None = None,
    ) -> IngestResult:  # fmt: skip
        """Store a batch; returns when it is safe. Raises ``UnwritableError`` (nothing of the batch is kept then).

        ``visits``: what the crawl's ledger calls done with it, in the same transaction; ``then`` writes what else is
        to stand in the store exactly when the batch does. Taken-down articles and near copies of them are dropped.
        Exception: a copy that the store has with this text, or for which ``left(article, id of what is gone)`` is true.
        """
        if self._index.closed:  # since a batch failed
            self._index = open_index(self.store)
        results = list(results)
        articles, drops = self._split(results, left)
        try:
            with self.store.transaction():
                self.store.crawl_state.record(visits)  # takes back the Drops of earlier visits
                self.store.runs.drop(drops, self._run)
                fresh, kept = self._store_and_match(articles)
                manifest = self._index.checkpoint() if self._index.full else None
                if manifest:
                    save_manifest(self.store, manifest)
                if then:
                    then()
        except BaseException:
            self._index.close()  # it may hold documents that were taken back: what the store says counts
            raise
        if manifest:
            self._index.saved()
        self._blank(drops, results)
        self._count(articles, drops, fresh)
        kept = replace(kept, dropped=len(drops), unchanged=sum(map(_is_unchanged, visits)))
        self.kept += kept
        return kept

    keep = add
    """Its name in 0.1."""

    def learn(self) -> int:
        """Learn the lines that the sites met since opening repeat; returns how many are new."""
        new = 0
        with self.store.transaction():
            for site in sorted(self._sites):
                new += self.store.learned.note(repeated_lines(site, self.store.articles.of_site(site)))
        return new

    def close(self, status: RunStatus = "done") -> None:
        """Write the rest of the match index and what was learned, note how the run ended, close the store."""
        with ExitStack() as held:
            held.callback(self._release)
            # A merge may take long: others write meanwhile. After a batch that failed the next run indexes the rest.
            manifest = None if self._index.closed else self._index.flush()
            with self.store.transaction():
                self.learn()
                if manifest:
                    save_manifest(self.store, manifest)
                self.store.runs.end(self._run, {**asdict(self.kept), **self._counts.most()}, status)
            if manifest:
                self._index.saved()

    def _release(self) -> None:
        self._index.close()
        self.store.close()
        self._turn.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, KeyboardInterrupt):
            self.close("interrupted" if error else "done")
        else:
            self._release()

    def _split(
        self, results: list[Article | Drop], left: Callable[[Article, str], bool] | None
    ) -> tuple[list[Article], list[Drop]]:
        """The articles and the Drops of a batch; among these what was taken down, but for copies that were left."""

        def held(article: Article, gone: str) -> bool:
            return self._holds(article) or bool(left and left(article, gone))

        checked = drop_taken_down(results, self._watch, self._gone, held)
        articles = [result for result in checked if isinstance(result, Article)]
        return articles, [result for result in checked if isinstance(result, Drop)]

    def _store_and_match(self, articles: Sequence[Article]) -> tuple[list[Article], IngestResult]:
        """Store articles and match those that are new; returns the new ones."""
        fresh: list[Article] = []
        stored: list[int] = []
        matched: set[int] = set()
        with self.store.articles.indexing():
            for part in self._parts(articles):
                unnamed = [article for article in part if article.url is None]
                before = self.store.articles.origins(article.id for article in unnamed) if unnamed else {}
                docs = self.store.articles.put_all(part)
                if before:
                    self.store.runs.drop(self._same_files(unnamed, before), self._run)
                new = [(doc, article) for doc, article in zip(docs, part, strict=True) if doc is not None]
                matched |= self._matcher.match(new, self._index)
                fresh += [article for _, article in new]
                stored += [doc for doc, _ in new]
        self.store.events.note_stored(stored, datetime.now(UTC))
        changed = self.store.articles.new_revisions(stored)
        return fresh, IngestResult(
            stored=len(fresh), changed=len(changed), known=len(articles) - len(fresh), matched=len(matched)
        )

    def _same_files(self, articles: Sequence[Article], before: Mapping[str, str]) -> Iterator[Drop]:
        """A Drop for each file without an address that has the bytes of another one: it is kept under one name."""
        kept = self.store.articles.origins(before)
        for article in articles:
            if article.id not in before:
                continue
            for name in (before[article.id], article.origin):
                if name != kept[article.id]:
                    yield Drop(origin=name, stage="keep", reason=SAME_FILE, detail=f"kept as {kept[article.id]}")

    def _count(self, articles: Sequence[Article], drops: Sequence[Drop], fresh: Sequence[Article]) -> None:
        """Count a batch that is safe, for the journal."""
        self._sites.update(article.site for article in fresh if article.site)
        self._counts.add(articles, drops, fresh)

    def _parts(self, articles: Sequence[Article]) -> Iterator[list[Article]]:
        """The batch, cut before each article that changes one known by then: what came before it met the old text."""
        part: list[Article] = []
        ids: set[str] = set()
        for article in articles:
            if part and (article.id in ids or self.store.articles.changed_by(article)):
                yield part
                part, ids = [], set()
            part.append(article)
            ids.add(article.id)
        yield part

    def _holds(self, article: Article) -> bool:
        """Whether the store has this article with this text."""
        doc = self.store.articles.doc(article.id)
        return doc is not None and self.store.articles.texts([doc]).get(doc) == article.text

    def _blank(self, drops: Sequence[Drop], results: Sequence[Article | Drop]) -> None:
        """Take what was taken down, and was fetched once more, out of the archive, with all its pages."""
        further = {one.origin: one.part_origins for one in results if isinstance(one, Article) and one.part_origins}
        for drop in drops:
            if drop.reason == TAKEN_DOWN and drop.url and urls.clipping_id(drop.url, b"") in self._gone:
                for origin in (drop.origin, *further.get(drop.origin, ())):
                    blank_exchange(self.store.path, origin, datetime.now(UTC))


def _is_unchanged(visit: LedgerNote) -> bool:
    return isinstance(visit, FetchResult) and visit.outcome is None and visit.kind in {"page", "part"}


def ingest_batches(
    ingester: Ingester, runs: Iterable[Sequence[Article | Drop]], *, size: int = 200,
    then: Callable[[Sequence[Article | Drop]], None] | None = None,
    left: Callable[[Article, str], bool] | None = None,
) -> Iterator[tuple[Sequence[Article | Drop], IngestResult]]:  # fmt: skip
    """Add results to a store a batch at a time; gives each batch, once it is safe, with what became of it.

    ``runs``: results that go into one batch each (:func:`cleaners.parts.joined_runs`); ``size``: of a batch, at least.
    ``then`` is called with each batch in its transaction; ``then``, ``left`` and errors: see :meth:`Ingester.add`.
    """
    for batch in _batches(runs, size):
        yield batch, ingester.add(batch, then=partial(then, batch) if then else None, left=left)


def _batches(runs: Iterable[Sequence[Article | Drop]], size: int) -> Iterator[list[Article | Drop]]:
    batch: list[Article | Drop] = []
    for run in runs:
        batch += run
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def refresh_index(store: Store, *, command: str) -> None:
    """Bring the match index of a store up to date with its texts, and save it; made anew where the store has none.

    For whoever holds the writer's lock; not inside a transaction. The journal notes it as a run of ``command``. Raises
    ``UnwritableError``.
    """
    index = open_index(store)
    try:
        run = store.runs.start(command)
        manifest = index.flush()
        with store.transaction():
            save_manifest(store, manifest)
            store.runs.end(run, asdict(IngestResult()))
        index.saved()
    finally:
        index.close()
