"""How much of a benchmark stands in a corpus: contamination, counted by shared n-grams.

An item counts as met by a document by the share of its n-grams that the document has: n characters of the normal form
in a row, as others count n words (Brown et al., 2020, https://arxiv.org/abs/2005.14165, appendix C, with 13; 13 to 50
are in use). Items are often too short for what :mod:`cleaners.dedup.verify` asks of a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.corpus.intake import TextFile

NGRAM = 13
"""Characters of the normal form in a row."""
LEAST = 0.5
"""A document that has this share of an item's n-grams has met it."""
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminatedItem:
    """An item of a benchmark that stands in the corpus."""

    item: int
    """Its number."""
    documents: tuple[tuple[int, float], ...]
    """Numbers of the documents that have met it, and the share of its n-grams that each has, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination:
    """What of a benchmark stands in a corpus."""

    items: tuple[ContaminatedItem, ...] = ()
    """Those that were met, in order."""
    short: int = 0
    """Items of fewer than :data:`NGRAM` characters, which were not looked for."""


def contaminated_items(texts: TextFile, known: int, documents: int, *, least: float = LEAST) -> Contamination:
    """The items, which are the first ``known`` texts, that the others, up to ``documents`` in all, have met."""
    grams, owners, sizes = _grams_of_items(texts, known)
    met: dict[int, list[tuple[int, float]]] = {}
    for start in range(known, documents, _BATCH):
        numbers = range(start, min(documents, start + _BATCH))
        for number, hashes in zip(numbers, _grams([texts[one] for one in numbers]), strict=True):
            first, last = (np.searchsorted(grams, hashes, side=side) for side in ("left", "right"))
            found = np.concatenate([owners[a:b] for a, b in zip(first, last, strict=True) if a < b] or [owners[:0]])
            items, counts = np.unique(found, return_counts=True)
            for item, count in zip(items.tolist(), counts.tolist(), strict=True):
                if count >= least * sizes[item]:
                    met.setdefault(item, []).append((number, round(count / int(sizes[item]), 4)))
    reported = tuple(ContaminatedItem(item=item, documents=tuple(met[item])) for item in sorted(met))
    return Contamination(items=reported, short=int((sizes == 0).sum()))


def _grams_of_items(texts: TextFile, known: int) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """The n-grams of all items, ascending; the item of each; how many each item has."""
    grams: list[NDArray[np.uint32]] = []
    for start in range(0, known, _BATCH):
        grams += _grams([texts[one] for one in range(start, min(known, start + _BATCH))])
    sizes = np.array([len(one) for one in grams], dtype=np.int64)
    every = np.concatenate([np.empty(0, dtype=np.uint32), *grams])
    order = np.argsort(every, kind="stable")
    return every[order], np.repeat(np.arange(known), sizes)[order], sizes


def _grams(texts: Sequence[str]) -> Iterator[NDArray[np.uint32]]:
    """The hashes of the distinct n-grams of each text."""
    from cleaners.dedup.fingerprint import kernels

    forms = fingerprint.normal_forms(texts)
    hashes, starts = kernels.shingles(forms.points, forms.offsets, NGRAM)
    lengths = np.diff(forms.offsets)
    for row, length in enumerate(lengths.tolist()):
        yield np.unique(hashes[starts[row] : starts[row + 1]]) if length >= NGRAM else hashes[:0]
