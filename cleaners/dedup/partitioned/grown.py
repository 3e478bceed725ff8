"""Growing anchors dealt out by range of their hashes: how far each has to grow is decided by the owner of its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.growing import HASH_BITS, PATH_BITS, GrowingAnchorSettings, check_fit, levels
from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.index.search_kernels import KIND
from cleaners.dedup.partitioned.layout import PartitionLayout
from cleaners.dedup.partitioned.postings import BlockLists, block_lists

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownPostings:
    """Postings of growing anchors, all of one range."""

    hashes: U64
    """Counted from the beginning of the range."""
    paths: U64
    """What each may grow by (:func:`cleaners.dedup.fingerprint.kernels.growing_anchors`)."""
    docs: U32


class GrownRanges:
    """Collects the growing anchors of documents, then cuts them by range."""

    def __init__(self, layout: PartitionLayout, settings: GrowingAnchorSettings) -> None:
        self._layout, self._settings = layout, settings
        self._held: list[GrownPostings] = []
        self.size = 0
        """Postings that are held."""

    def add(self, forms: NormalForms, docs: U32) -> None:
        """More documents; ``docs``: their numbers."""
        from cleaners.dedup.fingerprint import kernels

        rows, hashes, paths = kernels.growing_anchors(
            forms.points, forms.offsets, self._settings.gram, self._settings.modulus, PATH_BITS
        )
        self._held.append(GrownPostings(hashes=hashes, paths=paths, docs=docs[rows]))
        self.size += len(hashes)

    def take(self) -> Iterator[tuple[int, GrownPostings]]:
        """The number of each range and its postings; nothing is held afterwards."""
        held = _joined(self._held)
        self._held, self.size = [], 0
        shift = np.uint64(HASH_BITS - self._layout.hash_bits)
        order = np.argsort(held.hashes >> shift, kind="stable")
        numbers = held.hashes[order] >> shift
        firsts = np.flatnonzero(np.diff(numbers, prepend=~numbers[:1]))
        for rows in np.split(order, firsts[1:]) if len(order) else ():
            number = held.hashes[rows[0]] >> shift
            yield (
                int(number),
                GrownPostings(
                    hashes=held.hashes[rows] - (number << shift), paths=held.paths[rows], docs=held.docs[rows]
                ),
            )


def grown(
    parts: Sequence[GrownPostings], layout: PartitionLayout, settings: GrowingAnchorSettings
) -> tuple[BlockLists, ...]:
    """The lists for each block that follow from all postings of a range, which come in any order.

    Raises InputError where more come together than are told apart.
    """
    bits = int(layout.starts[-1]).bit_length()
    keys, postings = 0, [np.empty(0, dtype=np.uint64)]
    for level in levels(*_by_document(parts), settings):  # nobody else holds these, so that they can be let go
        numbers = np.cumsum(np.diff(level.places, prepend=~level.places[:1]) != 0, dtype=np.uint64)
        found = int(numbers[-1]) if len(numbers) else 0
        # A key is the number of its list; none is a band.
        numbers += np.uint64(keys)
        numbers *= np.uint64((KIND + 1) << bits)
        numbers |= level.owners
        postings.append(numbers)
        keys += found
        del level, numbers
    check_fit(keys * (KIND + 1), bits)
    return block_lists(np.concatenate(postings), bits, layout, settings.documents, settings.crowded)


def _by_document(parts: Sequence[GrownPostings]) -> tuple[U64, U64, U32]:
    """Hashes, paths and documents of all postings, ascending by document."""
    held = _joined(parts)
    order = np.argsort(held.docs, kind="stable")
    return held.hashes[order], held.paths[order], held.docs[order]


def _joined(parts: Sequence[GrownPostings]) -> GrownPostings:
    none = np.empty(0, dtype=np.uint64)
    return GrownPostings(
        hashes=np.concatenate([none, *(one.hashes for one in parts)]),
        paths=np.concatenate([none, *(one.paths for one in parts)]),
        docs=np.concatenate([none.astype(np.uint32), *(one.docs for one in parts)]),
    )
