"""Pairs worth comparing, counted by the block of the later document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import sharing
from cleaners.dedup.index.window import UNDATED, Days
from cleaners.dedup.partitioned.layout import PartitionLayout

U32 = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPairs:
    """Pairs of documents, by number; the later one is of one block."""

    later: U32
    """Ascending."""
    earlier: U32

    def reach(self, own: U32, days: Days) -> tuple[Days, Days]:
        """Of each document in a pair, ascending: the first and the last day of the later documents of its pairs, the
        last one ``UNDATED`` where one of these has no date (:meth:`cleaners.dedup.index.window.DateWindow.reaches`).

        own, days: the documents of the block, ascending, and their days.
        """
        asking = days[np.searchsorted(own, self.later)]
        docs, twice = np.concatenate((self.later, self.earlier)), np.concatenate((asking, asking))
        order = np.argsort(docs, kind="stable")
        starts = np.flatnonzero(np.diff(docs[order], prepend=~docs[order][:1]))
        if not len(starts):
            return days[:0], days[:0]
        first, last = np.minimum.reduceat(twice[order], starts), np.maximum.reduceat(twice[order], starts)
        return first, np.where(first == UNDATED, UNDATED, last).astype(np.int32)

    def asked(self, layout: PartitionLayout) -> list[tuple[int, U32]]:
        """The documents whose texts are needed, ascending, by the block that has them."""
        docs = np.unique(np.concatenate((self.later, self.earlier)))
        blocks, firsts = np.unique(layout.blocks_of(docs), return_index=True)
        return list(zip(blocks.tolist(), np.split(docs, firsts[1:]), strict=True))


def candidates(
    block: int, parts: Sequence[U32], layout: PartitionLayout, limits: IndexLimits = IndexLimits()
) -> BlockPairs:
    """The pairs that share a band or ``limits.shared`` anchors: the rule of :mod:`cleaners.dedup.index`; where anchors
    grow, as many of these as their settings say.

    ``parts``: the lists of all ranges of keys for this block, in any order.
    """
    from cleaners.dedup.partitioned import kernels

    shared = layout.growing.shared if layout.growing else limits.shared
    words = np.concatenate([np.empty(0, dtype=np.uint32), *parts])
    first, rows = int(layout.starts[block]), int(layout.starts[block + 1] - layout.starts[block])
    needles, asked = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    lists, docs = kernels.survey(words, first, shared, needles, asked)
    ends = np.cumsum(needles)
    which, spans = np.empty(needles.sum(), dtype=np.uint32), np.empty((lists, 2), dtype=np.uint32)
    gathered = np.empty(docs, dtype=np.uint32)
    kernels.unfold(words, first, ends - needles, which, spans, gathered)
    pairs = sharing(gathered, spans, which, ends, int(asked.max(initial=0)), shared)
    later = pairs.rows + np.uint32(first)
    before = pairs.docs < later
    return BlockPairs(later=later[before], earlier=pairs.docs[before])
