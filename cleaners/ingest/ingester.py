"""Keeping: a batch of articles is matched with what is there, stored, and put into clusters, all of it or nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from cleaners import urls
from cleaners.chinese import spinning
from cleaners.dedup import clusters, fingerprint, match
from cleaners.dedup.match import MatchFound, order_independent_matches
from cleaners.extract.boilerplate import site_lines as repeated
from cleaners.ingest.match_index import (
    MANIFEST,
    REPRESENTED,
    WINDOW,
    CurrentDocsIndex,
    TimeWindowFilter,
    link,
    open_index,
    relink_left,
)
from cleaners.ingest.takedown_filter import TakedownFilter, drop_taken_down
from cleaners.items import Article, Drop
from cleaners.store import FetchResult, NoiseLine, RunStatus, Store, locks
from cleaners.store.runs import RunCounts
from cleaners.store.takedowns import TAKEN_DOWN
from cleaners.warc.blank import blank_exchange

__all__ = ["PUBLISHERS", "WINDOW", "IngestResult", "Ingester", "publishers_of"]

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


PUBLISHERS = "publishers"
"""Under what name the store notes how its sites are called in a declared source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What became of a batch."""

    stored: int = 0
    """Articles that are new, or a new revision."""
    known: int = 0
    """Articles the store had already."""
    dropped: int = 0
    """Pages that did not become an article."""
    matched: int = 0
    """Stored articles that match an earlier one."""

    def __add__(self, other: IngestResult) -> IngestResult:
        return IngestResult(
            stored=self.stored + other.stored,
            known=self.known + other.known,
            dropped=self.dropped + other.dropped,
            matched=self.matched + other.matched,
        )


class Ingester:
    """Matches and stores articles, one batch a transaction; one ingester a store (others wait), in one thread.

    What ``keep`` has returned for survives kill -9. Close it, or use ``with``: then what was learned is written and
    the run's end is noted.
    """

    def __init__(self, path: Path, *, command: str = "python", publishers: Mapping[str, str] | None = None) -> None:
        """Open or make the store at ``path``; raises as ``Store.open``, ``StoreBusyError`` while another one keeps.

        ``command``: what the store's journal calls this run. ``publishers``: site id -> the publisher's own name; the
        store remembers them for those who match without the job at hand (a merge, a takedown).
        """
        self._sites: set[str] = set()
        self._counts = RunCounts()
        self.kept = IngestResult()
        """All batches so far."""
        with ExitStack() as held:
            self.store = Store.open(path)
            held.callback(self.store.close)
            self._turn = locks.writer_lock(path)
            held.callback(self._turn.release)
            self._publishers = publishers_of(self.store) | dict(publishers or {})
            self._near = TimeWindowFilter.of(self.store, self.store.document_dates.spans)
            self._gone = {stone.id: stone for stone in self.store.tombstones.all()}
            self._watch = TakedownFilter(self.store.tombstones.traces())
            if self._watch.blind:
                log.warning("copies of %d articles that were taken down are not stopped: `jianbao doctor` says why",
                            self._watch.blind)  # fmt: skip
            self._index = open_index(self.store)
            held.callback(self._index.close)
            if self._publishers != publishers_of(self.store):
                self.store.settings.put(PUBLISHERS, json.dumps(self._publishers, ensure_ascii=False, sort_keys=True))
            self._run = self.store.runs.start(command)
            held.pop_all()

    def add(
        self, results: Iterable[Article | Drop], visits: Sequence[FetchResult] = (), *,
        then: Callable[[], None] | None = None, left: Callable[[Article, str], bool] | None = None,
    ) -> IngestResult:  # fmt: skip
        """Store a batch; returns when it is safe. Raises ``UnwritableError`` (nothing of the batch is kept then).

        ``visits``: what the crawl's ledger calls done with it, in the same transaction; ``then`` writes what else is
        to stand in the store exactly when the batch does. What was taken down, and its near copies, become Drops; but
        not a copy that was left when another one was taken down (by that one's id): here, or as ``left`` says.
        """
        if self._index.closed:  # since a batch failed
            self._index = open_index(self.store)

        def held(article: Article, gone: str) -> bool:
            return self._holds(article) or bool(left and left(article, gone))

        results = drop_taken_down(list(results), self._watch, self._gone, held)
        articles = [result for result in results if isinstance(result, Article)]
        drops = [result for result in results if isinstance(result, Drop)]
        try:
            with self.store.transaction():
                self.store.crawl_state.record(visits)  # takes back the Drops of earlier visits
                self.store.runs.drop(drops, self._run)
                fresh: list[tuple[int, Article]] = []
                matched: set[int] = set()
                with self.store.articles.indexing():
                    for part in self._parts(articles):
                        docs = self.store.articles.put_all(part)
                        new = [(doc, a) for doc, a in zip(docs, part, strict=True) if doc is not None]
                        matched |= self._match(new)
                        fresh += new
                manifest = self._index.checkpoint() if self._index.full else None
                if manifest:
                    self.store.manifests.put(MANIFEST, manifest.to_json().encode())
                if then:
                    then()
        except BaseException:
            self._index.close()  # it may hold documents that were taken back: what the store says counts
            raise
        if manifest:
            self._index.saved()
        self._blank(drops)
        self._sites.update(article.site for _, article in fresh if article.site)
        self._counts.add(articles, drops, (article for _, article in fresh))
        kept = IngestResult(
            stored=len(fresh), known=len(articles) - len(fresh), dropped=len(drops), matched=len(matched)
        )
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
                    self.store.manifests.put(MANIFEST, manifest.to_json().encode())
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

    def _match(self, fresh: Sequence[tuple[int, Article]]) -> set[int]:
        """Match new documents, link them, decide their clusters; returns the docs that match an earlier one."""
        if not fresh:
            return set()
        docs, texts = [doc for doc, _ in fresh], [article.text for _, article in fresh]
        matched = match.match_batch(
            docs, texts, CurrentDocsIndex(self._index, self._heirs), self._texts, near=self._near
        )
        found, represented = order_independent_matches(matched.found, within=REPRESENTED, near=self._near)
        link(self.store, found)
        self._mark_spun([one for one in found if one.kind == "spun"])
        # What matches nothing, and never did, is a cluster of its own without being asked.
        stirred = {doc for one in found for doc in (one.doc, one.other)} & set(docs)
        stirred |= relink_left(self.store, self.store.articles.revised(docs))
        around = self.store.clusters.around(sorted(stirred))
        self.store.clusters.save(clusters.assign(around, publishers=self._publishers))
        # A cluster is found by one of its members: those that an earlier one represents are left out of the index.
        rows = np.array([row for row, doc in enumerate(docs) if doc not in represented], np.int64)
        self._index.add(np.array(docs, np.uint32)[rows], matched.keys.select(rows))
        return {one.doc for one in found}

    def _mark_spun(self, found: Sequence[MatchFound]) -> None:
        """Flag the side that a machine rewrote, and count which words it swapped."""
        docs = sorted({doc for one in found for doc in (one.doc, one.other)})
        texts = self.store.articles.texts(docs)
        for one in found:
            pair = [one.other, one.doc]
            if not texts.keys() >= set(pair):  # a text superseded in this very batch
                continue
            plain = [fingerprint.normalize(texts[doc]) for doc in pair]
            side = spinning.spun_side(*plain)
            swapped = spinning.substitutions(plain[1 - side], plain[side])
            self.store.learned.add_pairs((spun, proper, n) for (spun, proper), n in swapped.items())
            self.store.articles.flag(pair[side], "spun")

    def _heirs(self, docs: Sequence[int]) -> dict[int, tuple[int, ...]]:
        return self.store.representatives.successors(docs, within=REPRESENTED)

    def _texts(self, docs: Sequence[int]) -> list[str]:
        texts = self.store.articles.texts(docs)
        return [texts.get(doc, "") for doc in docs]  # superseded since it was indexed: matches nothing

    def _holds(self, article: Article) -> bool:
        """Whether the store has this article with this text."""
        doc = self.store.articles.doc(article.id)
        return doc is not None and self.store.articles.texts([doc]).get(doc) == article.text

    def _blank(self, drops: Sequence[Drop]) -> None:
        """Take what was taken down, and was fetched once more, out of the archive."""
        for drop in drops:
            if drop.reason == TAKEN_DOWN and drop.url and urls.clipping_id(drop.url, b"") in self._gone:
                blank_exchange(self.store.path, drop.origin, datetime.now(UTC))


def publishers_of(store: Store) -> dict[str, str]:
    """Site -> the name it goes by in a declared source, as far as the store was told."""
    return dict(json.loads(store.settings.get(PUBLISHERS) or "{}"))
