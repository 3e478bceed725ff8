"""A match index in which superseded documents stand for those that they represented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.index import Candidates, Index, Keys

Heirs = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
"""For those of the documents that are superseded: the current ones that are to be compared in their place."""


class Standing:
    """An :class:`~cleaners.dedup.index.Index` that proposes no superseded document, but what was left out for its sake.

    A text of which nearly all stands in an earlier one is not kept in the index (see :mod:`cleaners.ingest.ingester`). When the
    page of the earlier one changes, the index still has its keys and nothing else of the family.
    """

    def __init__(self, index: Index, heirs: Heirs) -> None:
        self._index = index
        self._heirs = heirs

    def add(self, docs: NDArray[np.uint32], keys: Keys) -> None:
        """See :meth:`cleaners.dedup.index.Index.add`."""
        self._index.add(docs, keys)

    def query(self, keys: Keys) -> Candidates:
        """See :meth:`cleaners.dedup.index.Index.query`."""
        found = self._index.query(keys)
        heirs = self._heirs(np.unique(found.docs).tolist())
        if not heirs:
            return found
        gone = np.isin(found.docs, np.fromiter(heirs, np.uint32))
        inherited = [
            (row, heir) for row, doc in zip(found.rows[gone].tolist(), found.docs[gone].tolist(), strict=True)
            for heir in heirs[doc]
        ]  # fmt: skip
        pairs = np.concatenate((
            np.stack((found.rows[~gone], found.docs[~gone]), axis=1),
            np.array(inherited, np.uint32).reshape(-1, 2),
        ))  # fmt: skip
        pairs = np.unique(pairs, axis=0)
        return Candidates(rows=pairs[:, 0], docs=pairs[:, 1])

    def __len__(self) -> int:
        return len(self._index)
