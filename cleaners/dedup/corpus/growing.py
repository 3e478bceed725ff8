"""Anchors that grow where they are crowded: what finds parts, compilations and spun text in a large corpus.

As a corpus grows, nearly every 4-gram comes to stand in more documents than are worth comparing. Here a key is the
4-gram and, only where that is crowded, the text behind it: two, four, eight characters more, the shortest that is not
crowded. So rare places stay short, and survive changes near by, and common ones become telling. (Growing seeds until
they are rare enough is known from the alignment of genomes: Kiełbasa et al., "Adaptive seeds tame genomic sequence
comparison", 2011.)

All longer keys of a 4-gram lie in the range of its hash. So postings are written in sorted runs, one range after the
other is read and resolved in memory, and what comes of it is written again: the lists of documents, and for each
document where its lists are. On disk a document of 400 characters takes 4.3 kB of postings until all is resolved, and
2.7 from then on.

So many keys propose many pairs that share a phrase by chance. What both texts have in common is counted before a pair
is verified (:func:`promising`): 1.2 us a pair against 40.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.spill import ROWS, SpilledColumns
from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.index import HOLDS, CandidatePairs
from cleaners.dedup.index.search_kernels import SIEVE_BITS, count
from cleaners.errors import InputError

HASH_BITS = 40
PATH_BITS = 20
"""Of each of the three steps that a key may grow."""
STEPS = 3
CELL_BITS = 12
"""Postings are resolved by ranges of at least one in so many of the hashes."""
TOGETHER = 9
"""Documents are looked up by so many of them, as bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingAnchorSettings:
    """How anchors grow, and from which size of a corpus on."""

    documents_from: int = HOLDS
    """A corpus of fewer documents is matched by the anchors of the index: cheaper, and they find as much there."""
    gram: int = 4
    """Characters of the shortest key."""
    modulus: int = 2
    """One 4-gram of so many begins a key; a power of two."""
    documents: int = 40
    """A key of more documents is crowded, and grows."""
    crowded: int = 3
    """One that cannot grow further proposes only so many, those with the smallest numbers."""
    shared: int = 3
    """So many keys two documents must share, unless they share a band."""
    held: float = 0.05
    """Where less than this share of the 4-grams of the shorter text stands in the other, a pair is not verified. Of
    29,011 confirmed pairs (``reposts``, and made ones) the least had .061."""

    @property
    def recipe(self) -> str:
        """The settings as one string."""
        return (
            f"growing anchors {self.gram}+2+2+4 mod {self.modulus}>={self.shared}|"
            f"documents<={self.documents},{self.crowded}|held>={self.held}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLevel:
    """The keys of one length that are listed."""

    lists: NDArray[np.uint32]
    """For each key how many documents are named, and these: all, or the first of a crowded one."""
    owners: NDArray[np.uint32]
    """Each document of a key, one key after the other, ascending."""
    places: NDArray[np.uint64]
    """Of each owner, where its key's list begins among all lists."""


def check_fit(key: int, bits: int) -> None:
    """Raise InputError where the largest key leaves no ``bits`` of 64 for the number of a document."""
    if key >> (64 - bits):
        raise InputError(
            "so many documents share a phrase that they cannot be matched at once: match parts of the corpus apart"
        )


def levels(
    hashes: NDArray[np.uint64],
    paths: NDArray[np.uint64],
    docs: NDArray[np.uint32],
    settings: GrowingAnchorSettings = GrowingAnchorSettings(),
    *,
    base: int = 0,
) -> Iterator[KeyLevel]:
    """Decide how far each key has to grow, the shortest first.

    hashes, paths, docs: postings of a range of hashes, all of them, those of one hash ascending by document; ``hashes``
    are counted from the beginning of the range. ``base``: where the lists will begin among all lists.

    Raises InputError where more postings come together than are told apart.
    """
    bits = max(1, len(docs).bit_length())
    rows = np.arange(len(docs), dtype=np.uint64)
    keys = hashes
    del hashes
    for step in range(STEPS + 1):
        check_fit(int(keys.max()) if len(keys) else 0, bits)
        packed = keys << np.uint64(bits)
        packed |= rows
        del keys, rows  # What one key may have in millions is let go as soon as it has served.
        packed.sort()
        level, deeper, groups = _dealt(packed, bits, docs, settings, last=step == STEPS, base=base)
        del packed
        base += len(level.lists)
        yield level
        del level
        keys = paths[deeper]
        keys >>= np.uint64(PATH_BITS * max(0, STEPS - 1 - step))
        keys &= np.uint64((1 << PATH_BITS) - 1)
        keys |= groups.view(np.uint64) << np.uint64(PATH_BITS)
        rows = deeper.view(np.uint64)  # noqa: F841 (of the next round: ruff does not see past the del)
        del deeper, groups


def _dealt(
    packed: NDArray[np.uint64],
    bits: int,
    docs: NDArray[np.uint32],
    settings: GrowingAnchorSettings,
    *,
    last: bool,
    base: int,
) -> tuple[KeyLevel, NDArray[np.int64], NDArray[np.int64]]:
    """One level; the rows that go deeper, and the number of their key."""
    from cleaners.dedup.corpus.growing_kernels import deal

    size = len(packed)
    lists, owners = np.empty(2 * size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
    places, deeper, groups = (
        np.empty(size, dtype=np.uint64),
        np.empty(size, dtype=np.int64),
        np.empty(size, dtype=np.int64),
    )
    words, owned, deep, _ = deal(
        packed, bits, docs, settings.documents, settings.crowded, last, base, lists, owners, places, deeper, groups
    )
    # Copies, not views: the room for more is given back.
    level = KeyLevel(lists=lists[:words].copy(), owners=owners[:owned].copy(), places=places[:owned].copy())
    return level, deeper[:deep], groups[:deep]


class GrowingAnchors:
    """The keys of a corpus; lives in ``folder``, which the caller deletes. First :meth:`add` all documents, then
    :meth:`resolve`, then :meth:`query`. ``rows``: postings that are held in memory at once, but
    for those of one range of hashes."""

    def __init__(
        self, folder: Path, settings: GrowingAnchorSettings = GrowingAnchorSettings(), rows: int = ROWS
    ) -> None:
        self._settings, self._rows = settings, rows
        self._postings = SpilledColumns(
            folder / "postings", (np.uint64, np.uint64, np.uint32), shift=HASH_BITS - CELL_BITS, rows=rows
        )
        self._path = folder / "postings"
        self._places = SpilledColumns(folder / "places", (np.uint32, np.uint64), shift=TOGETHER, rows=rows)
        self._file = (folder / "lists").open("w+b")
        self._words = 0
        self._lists: NDArray[np.uint32] = np.empty(0, dtype=np.uint32)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is asked any more."""
        self._lists = np.empty(0, dtype=np.uint32)
        self._postings.close()
        self._places.close()
        self._file.close()

    def add(self, first: int, forms: NormalForms) -> None:
        """The next documents, numbered from ``first`` on."""
        from cleaners.dedup.fingerprint import kernels

        rows, hashes, paths = kernels.growing_anchors(
            forms.points, forms.offsets, self._settings.gram, self._settings.modulus, PATH_BITS
        )
        self._postings.add(hashes, paths, rows + np.uint32(first))

    def resolve(self) -> None:
        """All documents are there: how far each key has to grow is decided, and their postings are deleted."""
        for first, stop in _ranges(self._postings.sizes(), self._rows):
            self._resolve(first, stop)
        self._postings.close()
        self._path.unlink()
        self._file.flush()
        if self._words:
            self._lists = np.memmap(self._file.name, dtype=np.uint32, mode="r")

    def _resolve(self, start: int, stop: int) -> None:
        """The keys whose hash is in these cells."""
        hashes, paths, docs = self._postings.cells(start, stop)
        begin = np.uint64(start << (HASH_BITS - CELL_BITS))
        for level in levels(hashes - begin, paths, docs, self._settings, base=self._words):
            self._file.write(level.lists.tobytes())
            self._words += len(level.lists)
            self._places.add(level.owners, level.places)

    def query(self, docs: NDArray[np.int64]) -> CandidatePairs:
        """The documents that share ``settings.shared`` keys with each of ``docs``; its row is its place there. A
        document is found for itself too."""
        owners, places = self._places.of(docs)
        rows = _places_of(docs, owners)
        order = np.argsort(rows, kind="stable")
        rows, at = rows[order], places[order].astype(np.int64)
        lengths = self._lists[at].astype(np.int64) if len(at) else np.empty(0, dtype=np.int64)
        stops = np.cumsum(lengths)
        take = np.arange(lengths.sum()) + np.repeat(at + 1 - (stops - lengths), lengths)
        gathered = np.asarray(self._lists[take])
        spans = np.stack((stops - lengths, stops), axis=1).astype(np.uint32)
        row_ends = np.cumsum(np.bincount(rows, minlength=len(docs))).astype(np.int64)
        per_row = np.bincount(rows, weights=lengths, minlength=len(docs))
        return _counted(gathered, spans, row_ends, int(per_row.max(initial=0)), self._settings.shared)


def promising(
    points: NDArray[np.int32],
    ends: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    settings: GrowingAnchorSettings = GrowingAnchorSettings(),
) -> NDArray[np.bool_]:
    """Which pairs of texts are worth verifying: ``settings.held`` of the 4-grams of the shorter one stand in the other.

    Text ``i`` is ``points[ends[i]:ends[i + 1]]``, in normal form; ``left``, ``right``: the texts of each pair. Fastest
    when pairs of the same left text follow one another.
    """
    from cleaners.dedup.corpus.growing_kernels import held

    return np.asarray(held(points, ends, left, right) >= settings.held, dtype=np.bool_)


def _ranges(sizes: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Neighbouring cells of together no more than ``most`` rows, or one that has more."""
    stops = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(stops[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(stops, before + most, side="right")))
        yield start, stop
        start = stop


def _places_of(docs: NDArray[np.int64], owners: NDArray[np.uint32]) -> NDArray[np.int64]:
    order = np.argsort(docs)
    return order[np.searchsorted(docs[order], owners)]


def _counted(
    gathered: NDArray[np.uint32], spans: NDArray[np.uint32], row_ends: NDArray[np.int64], most: int, shared: int
) -> CandidatePairs:
    """The documents that stand in ``shared`` lists of a row."""
    slots = 1 << (2 * most).bit_length()
    which = np.arange(len(spans), dtype=np.uint32)
    asked, used, sieve = np.empty(most, np.uint32), np.empty(most, np.uint32), np.empty(1 << SIEVE_BITS, np.uint32)
    table, weights = np.empty(slots, np.uint32), np.zeros(slots, np.uint32)
    size = 64 * len(row_ends) + 1024
    while True:
        found = np.empty(size, np.uint64)
        size = int(count(gathered, spans, which, row_ends, shared, asked, sieve, table, weights, used, found))
        if size <= len(found):
            found = np.sort(found[:size])
            return CandidatePairs(rows=(found >> np.uint64(32)).astype(np.uint32), docs=found.astype(np.uint32))
