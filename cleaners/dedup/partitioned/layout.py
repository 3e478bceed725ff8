"""Into which blocks of documents, and ranges of keys, a corpus is cut: so that every task's memory is bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.index.search_kernels import ROW_BITS
from cleaners.errors import InputError

NUMBERS = 1 << 32
"""There are so many numbers for documents."""
SLOT_BITS = 16
"""At most so many bits of a key choose its range: the anchors that share a counter stay together."""
MOST_HASH_BITS = 20
"""At most so many bits of a hash choose its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSettings:
    """How much one task has in hand. They change no result."""

    documents: int = 16_384
    """Of a block, at most; each holds some 40 kB at worst, of which 4 for each document that it is compared with."""
    characters: int = 16_000_000
    """Of the texts of a block, at most (a text alone may be more): 4 bytes each."""
    postings: int = 4_000_000
    """Of a range of keys, about: 8 bytes each. Of a range of hashes half as many: 20 bytes each, and what is made of
    them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLayout:
    """Where blocks begin and how keys are cut."""

    starts: NDArray[np.int64]
    """``(blocks + 1,)``: block ``i`` has the documents from ``starts[i]`` to before ``starts[i + 1]``."""
    key_bits: int
    """The first so many bits of a key are the number of its range."""
    documents: int
    """Documents in the corpus, of all blocks."""
    growing: GrowingAnchorSettings | None = None
    """How anchors grow, None where they do not (:mod:`cleaners.dedup.corpus.growing`)."""
    hash_bits: int = 0
    """The first so many bits of a growing anchor's hash are the number of its range."""

    @classmethod
    def of(
        cls,
        sizes: NDArray[np.int64],
        characters: NDArray[np.int64],
        documents: int,
        postings: int,
        settings: PartitionSettings = PartitionSettings(),
        growing: GrowingAnchorSettings = GrowingAnchorSettings(),
    ) -> Self:
        """The layout of a corpus that comes in pieces.

        sizes, characters: int64[pieces], the numbers that each piece takes, and the characters of its texts; a block
        has whole pieces, one at least.
        documents, postings: of the whole corpus.
        growing: how anchors grow, and from how many documents on.

        Raises InputError when there are more documents than numbers.
        """
        ends = np.cumsum(sizes)
        if len(ends) and ends[-1] >= NUMBERS:
            raise InputError(
                "{count:,} records are more than are matched at once: match parts of the corpus apart", count=ends[-1]
            )
        starts, held, text = [0], 0, 0
        for begin, size, more in zip((ends - sizes).tolist(), sizes.tolist(), characters.tolist(), strict=True):
            if held and (held + size > settings.documents or text + more > settings.characters):
                starts.append(begin)
                held = text = 0
            held, text = held + size, text + more
        least = max(0, int(ends[-1]).bit_length() - ROW_BITS) if len(ends) else 0
        bits = max(least, (postings // settings.postings).bit_length())
        grown = int(characters.sum()) // growing.modulus
        return cls(
            starts=np.array([*starts, ends[-1] if len(ends) else 0], dtype=np.int64),
            key_bits=min(bits, SLOT_BITS),
            documents=documents,
            growing=growing if documents >= growing.documents_from else None,
            hash_bits=min((2 * grown // settings.postings).bit_length(), MOST_HASH_BITS),
        )

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.starts) - 1

    @property
    def ranges(self) -> int:
        """How many ranges of keys there are."""
        return 1 << self.key_bits

    @property
    def hash_ranges(self) -> int:
        """How many ranges of growing anchors there are."""
        return 1 << self.hash_bits if self.growing else 0

    @property
    def doc_bits(self) -> int:
        """The last so many bits of a posting are its document's number; the others, its key's bits within the range."""
        return ROW_BITS + self.key_bits

    def blocks_of(self, docs: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The block of each document."""
        return np.searchsorted(self.starts, docs.astype(np.int64), side="right") - 1
