"""Keys dealt out by range: the postings of a range become lists of documents, for each block its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.engine import SLOTS, limit_of
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.search_kernels import KEY_BITS, KIND, ROW_BITS
from cleaners.dedup.partitioned.layout import PartitionLayout

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLists:
    """The lists of documents that concern one block, of one range of keys."""

    block: int
    words: U32
    """See :mod:`cleaners.dedup.partitioned.kernels`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtRange:
    """What the owner of a range of keys tells."""

    lists: tuple[BlockLists, ...]
    """For each block that has any."""
    crowded: U32
    """Counters of anchors of which so many documents share one that it proves nothing."""


class PostingRanges:
    """Collects the postings of documents, then cuts them by range of keys.

    A posting is a key and a document in one number, without the bits of the key that are those of its range.
    """

    def __init__(self, layout: PartitionLayout) -> None:
        self._layout = layout
        self._held: list[list[U64]] = [[] for _ in range(layout.ranges)]
        self.size = 0
        """Postings that are held."""

    def add(self, packed: U64, docs: U32) -> None:
        """More documents; ``packed``: their keys (:func:`cleaners.dedup.index.runs.packed_keys`), ``docs``: the number
        of the document in each row."""
        bits = np.uint64(self._layout.doc_bits)
        rows = packed & np.uint64((1 << ROW_BITS) - 1)
        postings = packed >> np.uint64(ROW_BITS) << bits | docs[rows].astype(np.uint64)
        shift = KEY_BITS + ROW_BITS - self._layout.key_bits
        ends = np.searchsorted(packed, np.arange(1, self._layout.ranges, dtype=np.uint64) << np.uint64(shift))
        for held, part in zip(self._held, np.split(postings, ends), strict=True):
            if len(part):
                held.append(part)
        self.size += len(postings)

    def take(self) -> Iterator[tuple[int, U64]]:
        """The number of each range and its postings, not in order; nothing is held afterwards."""
        for number, held in enumerate(self._held):
            if held:
                yield number, np.concatenate(held)
                held.clear()
        self.size = 0


def dealt(
    number: int, parts: Sequence[U64], layout: PartitionLayout, limits: IndexLimits = IndexLimits()
) -> DealtRange:
    """What follows from all postings of range ``number``, which come in any order."""
    from cleaners.dedup.partitioned import kernels

    postings = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *parts]))
    kinds = postings >> np.uint64(layout.doc_bits) & np.uint64(KIND)
    asked = postings[kinds != 0] if layout.growing else postings  # else others take the place of anchors
    lists = block_lists(asked, layout.doc_bits, layout, limits.documents, limits.crowded)
    slots = np.empty(len(postings), dtype=np.uint32)
    most = floor(limit_of(layout.documents))
    found = kernels.crowded_slots(postings, layout.doc_bits, KEY_BITS - SLOTS, most, slots)
    before = np.uint32(number << (SLOTS - layout.key_bits))
    return DealtRange(lists=lists, crowded=slots[:found] | before)


def block_lists(postings: U64, bits: int, layout: PartitionLayout, limit: int, crowded: int) -> tuple[BlockLists, ...]:
    """The lists that follow from postings (uint64[n], ``key << bits | document``, ascending) for each block.

    limit, crowded: of a key of more than ``limit`` documents a band lists the first ``limit``, an anchor the first
        ``crowded``.
    """
    from cleaners.dedup.partitioned import kernels

    sizes = np.zeros(layout.blocks, dtype=np.int64)
    rule = (postings, bits, layout.starts, limit, crowded)
    kernels.deal(*rule, sizes, np.empty(0, dtype=np.uint32))
    words, ends = np.empty(sizes.sum(), dtype=np.uint32), np.cumsum(sizes) - sizes
    if len(words):
        kernels.deal(*rule, ends, words)
    return tuple(BlockLists(block=block, words=words[ends[block] - sizes[block] : ends[block]])
                 for block in np.flatnonzero(sizes).tolist())  # fmt: skip
