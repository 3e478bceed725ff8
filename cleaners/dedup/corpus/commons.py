"""What many documents of a corpus share: site furniture, set phrases, the forms of notices. It proves nothing."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import Normal, Recipe, Signatures

SLOTS = 24
"""Bits of an anchor that are told apart: 32 MB of counters."""
LEAST = 20
"""Copies of one article may be so many before their text counts as common."""
GROWTH = 5
"""In ``n`` documents, common is what more than ``sqrt(n) / GROWTH`` share."""


class Commons:
    """Counts in how many documents each anchor stands (one counter an anchor; chance meetings count too much)."""

    def __init__(self) -> None:
        self._counts = np.zeros(1 << SLOTS, dtype=np.uint16)
        self._documents = 0

    def add(self, signatures: Signatures) -> None:
        """Count these documents."""
        slots, counts = np.unique(slots_of(signatures.anchors), return_counts=True)
        self._counts[slots] = np.minimum(self._counts[slots].astype(np.int64) + counts, 0xFFFF)
        self._documents += len(signatures)

    @property
    def limit(self) -> float:
        """What more documents share is common."""
        return limit_of(self._documents)

    def mark(self, forms: Normal, signatures: Signatures, recipe: Recipe = Recipe()) -> NDArray[np.bool_]:
        """For each character of ``forms`` whether it lies in common text."""
        crowded = self._counts[slots_of(signatures.anchors)] > self.limit
        return covered(forms, signatures.anchors, signatures.offsets, crowded, recipe)


def slots_of(anchors: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The counter of each anchor."""
    return anchors >> np.uint32(32 - SLOTS)


def limit_of(documents: int) -> float:
    """What is shared by more than so many of ``documents`` is common."""
    return max(LEAST, sqrt(documents) / GROWTH)


def covered(forms: Normal, anchors: NDArray[np.uint32], offsets: NDArray[np.int64], crowded: NDArray[np.bool_],
            recipe: Recipe = Recipe()) -> NDArray[np.bool_]:
    """For each character of ``forms`` whether a crowded anchor covers it; anchors by form as in ``Signatures``."""
    from cleaners.dedup.fingerprint import kernels

    marked = kernels.common(forms.points, forms.offsets, recipe.anchor, recipe.modulus, anchors, offsets, crowded)
    return np.asarray(marked, dtype=np.bool_)
