"""The match index: which earlier documents share enough keys with a new one to be worth comparing.

Two kinds of key (see :mod:`cleaners.dedup.fingerprint`): the band keys of a document find whole copies, its
anchors (a fixed quarter of its 4-grams) find parts, compilations and spun text. An index only proposes;
:mod:`cleaners.dedup.verify` decides. It is disposable: it can always be built again from the stored keys.

Banding is that of Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4 (as in ``datasketch.MinHashLSH``);
anchors are the ``0 mod p`` fingerprints of Manber, "Finding similar files in a large file system" (1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import DocumentKeys

HOLDS = 150_000
"""Among more documents than so many, anchors find parts and spun text less and less: nearly every one of them is
crowded. Of generated copies cut to 30 % they find .993 at 60,000, .982 at 150,000, .775 at a million
(``benchmarks/million.py``); whole copies are found by bands at any size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLimits:
    """How an index proposes (the recipe is stored with what it produced)."""

    documents: int = 40
    """A key of more documents says little. A band then proposes the so many with the smallest ids."""
    crowded: int = 3
    """An anchor of more than ``documents`` documents proposes only so many, those with the smallest ids: enough that
    the next copy of a text with hundreds of copies finds its cluster, too few for site furniture to propose a site."""
    shared: int = 4
    """So many anchors two documents must share, unless they share a band."""

    @property
    def recipe(self) -> str:
        """The settings as one string."""
        return f"bands>=1|anchors>={self.shared}|documents<={self.documents},{self.crowded}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePairs:
    """Pairs worth comparing, each once, ascending by row, then by document."""

    rows: NDArray[np.uint32]
    """Row of the queried keys."""
    docs: NDArray[np.uint32]
    """Id of the document found."""

    def joined(self, more: CandidatePairs) -> CandidatePairs:
        """These and ``more``, each once."""
        shift = np.uint64(32)
        both = np.union1d(*(one.rows.astype(np.uint64) << shift | one.docs for one in (self, more)))
        return CandidatePairs(rows=(both >> shift).astype(np.uint32), docs=both.astype(np.uint32))


class MatchIndex(Protocol):
    """What holds the keys of earlier documents: in memory (:mod:`cleaners.dedup.index.runs`), or on disk
    (:mod:`cleaners.dedup.index.segments`)."""

    def add(self, docs: NDArray[np.uint32], keys: DocumentKeys) -> None:
        """Keep ``keys`` under the ids ``docs``: ascending, and greater than every id kept before."""
        ...

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        """The kept documents that share a band, or ``limits.shared`` anchors, with each row.

        Of a crowded key only the smallest ids are looked at (see :class:`IndexLimits`), however the documents are split
        into runs: a run may drop what is beyond the first ``documents + 1`` of a key.
        """
        ...

    def __len__(self) -> int:
        """How many documents are kept."""
        ...
