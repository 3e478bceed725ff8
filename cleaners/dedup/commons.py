"""What many documents of a corpus share: site furniture, set phrases, the forms of notices. It proves nothing."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cleaners.fingerprint import Normal, Recipe, Signatures

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
        slots, counts = np.unique(signatures.anchors >> np.uint32(32 - SLOTS), return_counts=True)
        self._counts[slots] = np.minimum(self._counts[slots].astype(np.int64) + counts, 0xFFFF)
        self._documents += len(signatures)

    @property
    def limit(self) -> float:
        """What more documents share is common."""
        return max(LEAST, sqrt(self._documents) / GROWTH)

    def mark(self, forms: Normal, signatures: Signatures, recipe: Recipe = Recipe()) -> NDArray[np.bool_]:
        """For each character of ``forms`` whether it lies in common text."""
        from cleaners.fingerprint import kernels

        crowded = self._counts[signatures.anchors >> np.uint32(32 - SLOTS)] > self.limit
        marked = kernels.common(forms.points, forms.offsets, recipe.anchor, recipe.modulus, signatures.anchors,
                                signatures.offsets, crowded)
        return np.asarray(marked, dtype=np.bool_)
