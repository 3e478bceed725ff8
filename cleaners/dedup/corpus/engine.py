"""Whole corpora: every document against every other, in bounded memory.

First all documents are taken in: their normal forms go to a file, their keys into a match index on disk, and what
many of them share is counted. Then each is matched with the earlier ones, and common text proves nothing. So the order
of the documents decides nothing (but for keys that more than ``IndexLimits.documents`` of them share). In a large
corpus the anchors of the index are too crowded to find parts and spun text: others take their place
(:mod:`cleaners.dedup.corpus.growing`).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus.growing import GrowingAnchors, GrowingAnchorSettings, promising
from cleaners.dedup.fingerprint import DocumentKeys, FingerprintSettings, NormalForms
from cleaners.dedup.index import CandidatePairs, IndexLimits
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.dedup.index.window import UNDATED, DateWindow
from cleaners.dedup.match import MatchFound, found_of, matching_recipe
from cleaners.dedup.verify.model import VerifierModel

# What many documents of a corpus share: site furniture, set phrases, the forms of notices. It proves nothing.

SLOTS = 24
"""Bits of an anchor that are told apart: 32 MB of counters."""
LEAST = 20
"""Copies of one article may be so many before their text counts as common."""
GROWTH = 5
"""In ``n`` documents, common is what more than ``sqrt(n) / GROWTH`` share."""


class CommonShingles:
    """Counts in how many documents each anchor stands (one counter an anchor; chance meetings count too much)."""

    def __init__(self) -> None:
        self._counts = np.zeros(1 << SLOTS, dtype=np.uint16)
        self._documents = 0

    def add(self, signatures: DocumentKeys) -> None:
        """Count these documents."""
        slots, counts = np.unique(slots_of(signatures.anchors), return_counts=True)
        self._counts[slots] = np.minimum(self._counts[slots].astype(np.int64) + counts, 0xFFFF)
        self._documents += len(signatures)

    @property
    def limit(self) -> float:
        """What more documents share is common."""
        return limit_of(self._documents)

    def mark(
        self, forms: NormalForms, signatures: DocumentKeys, recipe: FingerprintSettings = FingerprintSettings()
    ) -> NDArray[np.bool_]:
        """For each character of ``forms`` whether it lies in common text."""
        crowded = self._counts[slots_of(signatures.anchors)] > self.limit
        return covered(forms, signatures.anchors, signatures.offsets, crowded, recipe)


def slots_of(anchors: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The counter of each anchor."""
    return anchors >> np.uint32(32 - SLOTS)


def limit_of(documents: int) -> float:
    """What is shared by more than so many of ``documents`` is common."""
    return max(LEAST, sqrt(documents) / GROWTH)


def covered(
    forms: NormalForms,
    anchors: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    crowded: NDArray[np.bool_],
    recipe: FingerprintSettings = FingerprintSettings(),
) -> NDArray[np.bool_]:
    """For each character of ``forms`` whether a crowded anchor covers it; anchors by form as in ``DocumentKeys``."""
    from cleaners.dedup.fingerprint import kernels

    marked = kernels.common(forms.points, forms.offsets, recipe.anchor, recipe.modulus, anchors, offsets, crowded)
    return np.asarray(marked, dtype=np.bool_)


def corpus_recipe(growing: GrowingAnchorSettings | None) -> str:
    """How a corpus is matched and grouped; ``growing``: how its anchors grow, if they do."""
    return "; ".join((matching_recipe(), *([growing.recipe] if growing else [])))


PairChoice = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Which pairs of a document and another one, by number, are compared."""
COMMON = np.int32(1 << 30)
"""Flag on a stored character: it lies in common text."""
BATCH = 500
CHARACTERS = 8_000_000
"""Texts are taken in hand in batches of so many documents, or characters if that is less (a text alone may be more)."""


class CorpusDeduplicator:
    """Documents by number, 0, 1, 2 ... in the order given; lives in ``folder``, which the caller deletes.

    ``window``: documents further apart are not compared with each other (others may still link them into a cluster).
    ``growing``: how anchors grow, and from how many documents on.
    """

    def __init__(
        self,
        folder: Path,
        recipe: FingerprintSettings = FingerprintSettings(),
        limits: IndexLimits = IndexLimits(),
        window: DateWindow | None = None,
        growing: GrowingAnchorSettings = GrowingAnchorSettings(),
    ) -> None:
        self._recipe, self._window = recipe, window
        self._folder, self._growing = folder, growing
        self._grown: GrowingAnchors | None = None
        self._days = array("i")
        self._forms = (folder / "forms").open("w+b")
        self._points, self._stops = np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
        self._ends = [0]
        self._commons = CommonShingles()
        self._index = SegmentIndex(folder / "index", SegmentManifest(recipe=str(recipe)), limits)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def recipe(self) -> str:
        """How its documents are matched and grouped, which their number decides."""
        return corpus_recipe(self._growing if self._is_large else None)

    @property
    def _is_large(self) -> bool:
        return len(self) >= self._growing.documents_from

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._index.close()
        self._forms.close()
        if self._grown:
            self._grown.close()

    def add(self, texts: Sequence[str], days: Sequence[int] | None = None) -> None:
        """Take in the next documents; not after :meth:`matches` began. ``days``: see
        :mod:`cleaners.dedup.index.window`."""
        self._days.extend(days if days is not None else [UNDATED] * len(texts))
        forms = fingerprint.normal_forms(texts)
        signatures = fingerprint.signatures_of(forms, self._recipe)
        first = len(self)
        self._commons.add(signatures)
        keys = signatures.without_anchors() if self._is_large else signatures  # nobody will ask for them
        self._index.add(np.arange(first, first + len(forms), dtype=np.uint32), keys)
        if self._index.full:
            self._index.checkpoint()
            self._index.saved()
        self._forms.write(forms.points.tobytes())
        self._ends.extend((self._ends[-1] + forms.offsets[1:]).tolist())

    def matches(self, model: VerifierModel | None = None, *, first: int = 0) -> Iterator[tuple[int, list[MatchFound]]]:
        """The matches of each stretch of documents with earlier ones; how many documents are done, and the matches.

        ``first``: those before it are known, and only others are asked for theirs.
        """
        self._close_intake()
        if not self._stops[-1]:
            yield len(self), []
            return
        for start, stop in _batches(self._stops, start=first):
            yield stop, self._matched(np.arange(start, stop), _earlier, model)

    def known_matches(
        self, docs: Sequence[int], known: int, model: VerifierModel | None = None
    ) -> Iterator[list[MatchFound]]:
        """The matches of known documents (those before ``known``) among each other, with earlier and with later ones;
        for those ``docs`` that a new one has matched, whose clusters must be known to name it."""
        for start in range(0, len(docs), BATCH):
            yield self._matched(
                np.array(docs[start : start + BATCH], dtype=np.int64),
                lambda own, other: (other < known) & (other != own),
                model,
            )

    def _close_intake(self) -> None:
        """All documents are there: what many of them share is marked."""
        self._forms.flush()
        self._index.flush()  # what a slow disk has kept in memory, and in many files
        self._index.saved()
        self._stops = np.array(self._ends, dtype=np.int64)
        if self._ends[-1]:
            self._points = np.memmap(self._forms.name, dtype=np.int32, mode="r+")
            self._grown = GrowingAnchors(self._folder, self._growing) if self._is_large else None
            self._mark(self._points, self._stops)
            if self._grown:
                self._grown.resolve()

    def _mark(self, points: NDArray[np.int32], ends: NDArray[np.int64]) -> None:
        """Mark common text, and take growing anchors from the texts on the way."""
        for start, stop in _batches(ends):
            forms = NormalForms(
                points=np.array(points[ends[start] : ends[stop]]), offsets=ends[start : stop + 1] - ends[start]
            )
            if self._grown:
                self._grown.add(start, forms)
            marked = self._commons.mark(forms, fingerprint.signatures_of(forms, self._recipe), self._recipe)
            points[ends[start] : ends[stop]] |= np.where(marked, COMMON, np.int32(0))

    def _matched(self, docs: NDArray[np.int64], wanted: PairChoice, model: VerifierModel | None) -> list[MatchFound]:
        """The matches of ``docs`` with those that ``wanted`` takes; the later document of a pair is the new one."""
        points, ends = self._points, self._stops
        own = _texts(points, ends, docs)
        plain = NormalForms(points=own.points & ~COMMON, offsets=own.offsets)
        found = self._candidates(docs, fingerprint.signatures_of(plain, self._recipe))
        rows, others = found.rows.astype(np.int64), found.docs.astype(np.int64)
        before = wanted(docs[rows], others)
        if self._window:
            known = np.frombuffer(self._days, dtype=np.int32)
            before &= self._window.near(known[docs[rows]], known[others])
        if self._grown:
            asked = np.flatnonzero(before)
            before[asked] = promising(np.asarray(points), ends, docs[rows[asked]], others[asked], self._growing)
        order = np.argsort(others[before], kind="stable")
        rows, others = rows[before][order], others[before][order]
        names, places = np.unique(others, return_inverse=True)
        reach = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum((ends[1:] - ends[:-1])[names])))
        matched = []
        for start, stop in _batches(reach, len(names)):
            inside = (places >= start) & (places < stop)
            forms = own.joined(_texts(points, ends, names[start:stop]))
            mine, theirs = rows[inside], places[inside] - start + len(own)
            later = docs[mine] > others[inside]
            verdicts = verify.verify_in_corpus(
                NormalForms(points=forms.points & ~COMMON, offsets=forms.offsets),
                np.where(later, mine, theirs),
                np.where(later, theirs, mine),
                common=(forms.points & COMMON) != 0,
                documents=len(self),
                model=model,
            )
            ids = np.sort(np.stack((docs[mine], others[inside])), axis=0)
            matched += [found_of(v, int(ids[1, v.pair]), int(ids[0, v.pair])) for v in verdicts]
        return sorted(matched, key=lambda f: (f.doc, f.other))

    def _candidates(self, docs: NDArray[np.int64], keys: DocumentKeys) -> CandidatePairs:
        """The documents worth comparing with each of ``docs``."""
        if self._grown is None:
            return self._index.query(keys)
        by_band, by_anchor = self._index.query(keys.without_anchors()), self._grown.query(docs)
        return by_band.joined(by_anchor)


def _earlier(own: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    return other < own


def _batches(ends: NDArray[np.int64], documents: int = BATCH, *, start: int = 0) -> Iterator[tuple[int, int]]:
    """Ranges of documents of bounded size from ``start`` on, given where each ends."""
    while start < len(ends) - 1:
        enough = int(np.searchsorted(ends, ends[start] + CHARACTERS, side="right")) - 1
        stop = min(max(enough, start + 1), start + documents, len(ends) - 1)
        yield start, stop
        start = stop


def _texts(points: NDArray[np.int32], ends: NDArray[np.int64], docs: NDArray[np.int64]) -> NormalForms:
    parts = [points[ends[doc] : ends[doc + 1]] for doc in docs.tolist()]
    lengths = (ends[1:] - ends[:-1])[docs]
    return NormalForms(
        points=np.concatenate([np.empty(0, dtype=np.int32), *parts]),
        offsets=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths))),
    )
