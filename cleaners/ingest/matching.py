"""Matching the new documents of a store with those before them: found, linked, put into clusters, indexed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.chinese import script, spinning
from cleaners.chinese.disguise import clause_order
from cleaners.dedup import clusters, fingerprint
from cleaners.dedup.fingerprint import DocumentKeys
from cleaners.dedup.index import MatchIndex
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.index.window import UNDATED, DateWindow, Days
from cleaners.dedup.match import MatchFound, match_batch, matching_recipe, order_independent_matches
from cleaners.ingest.match_index import REPRESENTED, CurrentDocsIndex
from cleaners.items import Article, Match
from cleaners.store import Store

# A window in days for a store: what came too long after the last article of a cluster is not compared with it.

WINDOW = "window"
"""Under what name a store notes how many days apart articles may be to be compared; unless it does, all are."""
Spans = Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]
"""Gives the first and the last day of the clusters of documents; undated ones are left out."""


class TimeWindowFilter:
    """Which documents are near enough in time to be compared.

    The match index knows a cluster by one of its texts, so it is the cluster that is near or far: a text is near when
    it is within the window of the time between the cluster's first and last article.
    """

    def __init__(self, window: DateWindow, spans: Spans) -> None:
        self._window = window
        self._spans = spans

    @classmethod
    def of(cls, store: Store, spans: Spans) -> Self | None:
        """The filter of a store; None where it has no window."""
        window = store.settings.get(WINDOW)
        return cls(DateWindow.parse(window), spans) if window else None

    def __call__(self, docs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each pair of a new document and another one whether they may be compared."""
        spans = self._spans(np.union1d(docs, others).tolist())

        def days(of: NDArray[np.int64], end: int) -> Days:
            return np.array([spans.get(doc, (UNDATED, UNDATED))[end] for doc in of.tolist()], dtype=np.int32)

        return self._window.reaches(days(docs, 0), days(others, 0), days(others, 1))


class StoreMatcher:
    """Matches new documents of a store, one batch after the other, in the transaction that stores them."""

    def __init__(self, store: Store, publishers: Mapping[str, str]) -> None:
        """``publishers``: site id -> the name it goes by in a declared source: who is named there is the original."""
        self._store = store
        self._publishers = publishers
        self._near = TimeWindowFilter.of(store, store.document_dates.spans)

    def match(self, new: Sequence[tuple[int, Article]], index: MatchIndex) -> set[int]:
        """Match documents, link them, decide their clusters, index them; returns those that match an earlier one.

        ``new``: document numbers, ascending, and articles as they were just stored.
        """
        if not new:
            return set()
        docs, texts = [doc for doc, _ in new], [article.text for _, article in new]
        keys, found, represented = self._find(docs, texts, index)
        self._store.settings.note_recipe(docs[0], matching_recipe())
        link(self._store, found)
        self._flag_spun([one for one in found if one.kind == "spun"])
        self._flag_shuffled([one for one in found if one.kind == "shuffled"])
        self._decide_clusters(docs, found)
        self._index(index, docs, keys, represented)
        return {one.doc for one in found}

    def _find(
        self, docs: Sequence[int], texts: Sequence[str], index: MatchIndex
    ) -> tuple[DocumentKeys, list[MatchFound], set[int]]:
        """The keys of the texts, their matches, and the docs that an earlier one represents."""
        current = CurrentDocsIndex(index, self._successors)
        result = match_batch(docs, texts, current, self._texts, near=self._near)
        found, represented = order_independent_matches(result.found, within=REPRESENTED, near=self._near)
        return result.keys, found, represented

    def _flag_spun(self, found: Sequence[MatchFound]) -> None:
        """Flag the side that a machine rewrote, and count which words it swapped."""
        docs = sorted({doc for one in found for doc in (one.doc, one.other)})
        texts = self._store.articles.texts(docs)
        for one in found:
            pair = [one.other, one.doc]
            if not texts.keys() >= set(pair):  # a text superseded in this very batch
                continue
            plain = [fingerprint.normalize(texts[doc]) for doc in pair]
            side = spinning.spun_side(*plain)
            swapped = spinning.substitutions(plain[1 - side], plain[side])
            self._store.learned.add_pairs((spun, proper, n) for (spun, proper), n in swapped.items())
            self._store.articles.flag(pair[side], "spun")

    def _flag_shuffled(self, found: Sequence[MatchFound]) -> None:
        """Flag the side whose clauses were put in another order, where that can be told."""
        texts = self._store.articles.texts({doc for one in found for doc in (one.doc, one.other)})
        for one in found:
            pair = (one.other, one.doc)
            if texts.keys() >= set(pair):
                side = clause_order.shuffled_side(*(script.fold(texts[doc]) for doc in pair))
                if side is not None:
                    self._store.articles.flag(pair[side], "shuffled")

    def _decide_clusters(self, docs: Sequence[int], found: Sequence[MatchFound]) -> None:
        """Decide the clusters of what matches, and of what earlier texts of the same articles matched.

        What matches nothing, and never did, is a cluster of its own without being asked.
        """
        changed = {doc for one in found for doc in (one.doc, one.other)} & set(docs)
        changed |= relink_left(self._store, self._store.articles.revised(docs))
        around = self._store.clusters.around(sorted(changed))
        self._store.clusters.save(clusters.assign(around, publishers=self._publishers))

    def _index(self, index: MatchIndex, docs: Sequence[int], keys: DocumentKeys, left_out: set[int]) -> None:
        """A cluster is found by one of its members: those that an earlier one represents are left out of the index."""
        rows = np.array([row for row, doc in enumerate(docs) if doc not in left_out], np.int64)
        index.add(np.array(docs, np.uint32)[rows], keys.select(rows))

    def _successors(self, docs: Sequence[int]) -> dict[int, tuple[int, ...]]:
        return self._store.representatives.successors(docs, within=REPRESENTED)

    def _texts(self, docs: Sequence[int]) -> list[str]:
        texts = self._store.articles.texts(docs)
        return [texts.get(doc, "") for doc in docs]  # superseded since it was indexed: matches nothing


# Matches put into a store; and the members of a cluster matched with each other, when what held them together is gone.
#
# A copy is compared with what the match index proposes, and that has only one text of many copies: when it goes, what
# is left of the cluster has lost what it was found by.


def link(store: Store, found: Sequence[MatchFound]) -> None:
    """Keep these matches, but for those with a text that was superseded since; part of the transaction that is open."""
    ids = store.articles.ids({one.other for one in found})
    for one in found:
        if one.other in ids:
            kept = Match(
                kind=one.kind, other=ids[one.other], similarity=one.similarity, containment=one.containment,
                evidence=one.evidence,
            )  # fmt: skip
            store.clusters.link(one.doc, one.other, kept, back=one.covered)


def relink(store: Store, docs: Iterable[int]) -> None:
    """Match these texts with each other and keep what is found; part of the transaction that is open.

    In a store with a window, those that are not further apart: the cluster had grown so far by what is gone.
    """
    texts = store.articles.texts(sorted(docs))
    if len(texts) < 2:
        return
    order, near = sorted(texts), TimeWindowFilter.of(store, store.document_dates.days)
    link(store, match_batch(order, [texts[doc] for doc in order], MemoryIndex(), lambda _: [], near=near).found)


def relink_left(store: Store, revised: Iterable[int]) -> set[int]:
    """Relink what earlier texts of these articles matched, where the new text does not; returns all texts concerned."""
    concerned = set(revised)
    for doc in sorted(concerned):
        left = store.representatives.left_by(doc)
        relink(store, left)
        concerned.update(left)
    return concerned
