"""Fingerprints: a normal form in which disguises do not show, and the signatures that find its likes.

The normal form is only for comparing and never stored as the text: NFKC, one script and one regional standard,
letters, digits and CJK only, without the annotations that are set after characters to hide a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import fold
from cleaners.errors import UsageError

if TYPE_CHECKING:
    from datasketch import LeanMinHash


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintSettings:
    """How signatures are made; those of different recipes must not be compared."""

    shingle: int = 5
    """Characters in a shingle of the MinHash."""
    permutations: int = 128
    """Hash values of the MinHash."""
    seed: int = 1
    """Seed of the permutations, as in ``datasketch.MinHash``."""
    bands: int = 25
    """Bands of the MinHash (see :mod:`cleaners.dedup.index`)."""
    rows: int = 5
    """Hash values in a band."""
    anchor: int = 4
    """Characters in an anchor."""
    modulus: int = 4
    """One 4-gram of so many is an anchor; a power of two."""

    def __post_init__(self) -> None:
        """Raises ``UsageError`` where the bands need more hash values than there are."""
        if (needed := self.bands * self.rows) > self.permutations:
            raise UsageError(
                "{bands} bands of {rows} rows need {needed} hash values, there are {permutations}: take "
                "fewer bands or rows, or more permutations",
                bands=self.bands,
                rows=self.rows,
                needed=needed,
                permutations=self.permutations,
            )

    def __str__(self) -> str:
        return (
            f"{fold.load().recipe}; minhash affine32 {self.permutations}x{self.shingle} seed {self.seed}, "
            f"{self.bands}x{self.rows}; anchors {self.anchor} mod {self.modulus}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalForms:
    """The normal forms of some texts, as code points."""

    points: NDArray[np.int32]
    """All of them, one after the other."""
    offsets: NDArray[np.int64]
    """Text ``i`` is ``points[offsets[i]:offsets[i + 1]]``."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.points[self.offsets[row] : self.offsets[row + 1]]

    def select(self, rows: NDArray[np.int64]) -> NormalForms:
        """These texts only, in this order."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))
        take = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths)
        return NormalForms(points=self.points[take], offsets=offsets)

    def joined(self, more: NormalForms) -> NormalForms:
        """These and, after them, ``more``."""
        return NormalForms(
            points=np.concatenate((self.points, more.points)),
            offsets=np.concatenate((self.offsets, self.offsets[-1] + more.offsets[1:])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKeys:
    """The keys by which ``n`` documents are found, one row a document (see :mod:`cleaners.dedup.index`)."""

    bands: NDArray[np.uint64]
    """``(n, bands)`` band keys; rows of zeros for documents without text, which are neither kept nor found."""
    anchors: NDArray[np.uint32]
    """Anchors of all rows, one after the other; ascending and distinct within a row."""
    offsets: NDArray[np.int64]
    """``(n + 1,)``: row ``i`` has ``anchors[offsets[i]:offsets[i + 1]]``."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def rows(self) -> NDArray[np.uint32]:
        """The row of each anchor, ``(len(anchors),)``."""
        return np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(self.offsets))

    def select(self, rows: NDArray[np.int64]) -> DocumentKeys:
        """The keys of these rows only, in this order."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        take = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths)
        return DocumentKeys(bands=self.bands[rows], anchors=self.anchors[take], offsets=offsets)

    def without_anchors(self) -> DocumentKeys:
        """The bands only."""
        return DocumentKeys(bands=self.bands, anchors=self.anchors[:0], offsets=np.zeros_like(self.offsets))


def normal_forms(texts: Sequence[str]) -> NormalForms:
    """The normal forms of ``texts``."""
    return _folded(texts, lambda size: np.empty(0, dtype=np.int32))[0]


def located_forms(texts: Sequence[str]) -> tuple[NormalForms, tuple[NDArray[np.int32], ...]]:
    """The normal forms of ``texts``, and for each text where in it each character of its form comes from."""
    forms, places = _folded(texts, lambda size: np.empty(size, dtype=np.int32))
    return forms, tuple(places[start:stop] for start, stop in pairwise(forms.offsets.tolist()))


def _folded(texts: Sequence[str], room: Callable[[int], NDArray[np.int32]]) -> tuple[NormalForms, NDArray[np.int32]]:
    """The normal forms of ``texts`` and, where ``room`` gives as much as it is asked for, their places."""
    from cleaners.dedup.fingerprint import kernels

    folding = fold.load()
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.int32)
    offsets = np.concatenate(([0], np.cumsum([len(text) for text in texts], dtype=np.int64)))
    for growth in (1, 20):  # one character becomes at most 18 (U+FDFA), nearly always one
        out = np.empty(growth * len(points) + 64, dtype=np.int32)
        places = room(len(out))
        ends = kernels.fold_characters(points, offsets, folding.table, folding.expansions, out, places)
        if ends[-1] >= 0:
            break
    ends = kernels.fold_words(out, ends, folding.words, folding.slots, places)
    return NormalForms(points=out[: ends[-1]], offsets=ends), places


def normalize(text: str) -> str:
    """The normal form of a text: for comparing only.

    >>> normalize("发展(fāzhǎn)，網路！") == normalize("發(fā)展(zhǎn) 网络")
    True
    """
    return normal_forms([text]).points.tobytes().decode("utf-32-le")


@cache
def permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors and summands of the permutations, as ``datasketch.MinHash`` draws them for scheme ``affine32``."""
    source = np.random.RandomState(seed)
    scale = source.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return scale, source.randint(0, 1 << 32, count, dtype=np.uint32)


def minhash_values(forms: NormalForms, settings: FingerprintSettings = FingerprintSettings()) -> NDArray[np.uint32]:
    """``(n, permutations)`` MinHash values of normal forms (Broder, 1997), scheme ``affine32`` of datasketch; all ones
    for an empty text."""
    from cleaners.dedup.fingerprint import kernels

    hashes, starts = kernels.shingles(forms.points, forms.offsets, settings.shingle)
    values = kernels.minhash(hashes, starts, *permutations(settings.permutations, settings.seed))
    return np.asarray(values, dtype=np.uint32)


def minhash(text: str, settings: FingerprintSettings = FingerprintSettings()) -> LeanMinHash:
    """The MinHash of a text as an object of datasketch, to compare or to index it with that library."""
    return minhash_of(normal_forms([text]), settings)


def minhash_of(forms: NormalForms, settings: FingerprintSettings = FingerprintSettings()) -> LeanMinHash:
    """The same of the one text of ``forms``."""
    from datasketch import LeanMinHash

    (values,) = minhash_values(forms, settings)
    return LeanMinHash(seed=settings.seed, hashvalues=values, scheme="affine32")


def signatures_of(forms: NormalForms, settings: FingerprintSettings = FingerprintSettings()) -> DocumentKeys:
    """The keys of normal forms: bands of their MinHash, and anchors."""
    from cleaners.dedup.fingerprint import kernels

    bands = kernels.band_keys(minhash_values(forms, settings), settings.bands, settings.rows)
    bands[np.diff(forms.offsets) == 0] = 0
    return replace(anchors_of(forms, settings), bands=bands)


def anchors_of(forms: NormalForms, settings: FingerprintSettings = FingerprintSettings()) -> DocumentKeys:
    """The anchors of normal forms (Manber, 1994), without any bands: much cheaper."""
    from cleaners.dedup.fingerprint import kernels

    keys = np.sort(kernels.anchors(forms.points, forms.offsets, settings.anchor, settings.modulus))
    keys = keys[np.diff(keys, prepend=~keys[:1]) != 0]
    offsets = np.searchsorted(keys, np.arange(len(forms) + 1, dtype=np.uint64) << np.uint64(32))
    none = np.empty((len(forms), 0), dtype=np.uint64)
    return DocumentKeys(bands=none, anchors=keys.astype(np.uint32), offsets=offsets.astype(np.int64))


def signatures(texts: Sequence[str], settings: FingerprintSettings = FingerprintSettings()) -> DocumentKeys:
    """The keys of texts."""
    return signatures_of(normal_forms(texts), settings)
