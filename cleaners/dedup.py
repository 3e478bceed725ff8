"""Matching: which earlier documents tell the same article as a new one. The only home of datasketch.

Candidates come from the match index (:mod:`cleaners.index`), the decision from the verifier (:mod:`cleaners.chain`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import LeanMinHash
from numpy.typing import NDArray

from cleaners import chain, fingerprint
from cleaners.chain.model import Model
from cleaners.fingerprint import Recipe, Signatures
from cleaners.index import Index, Keys, Limits
from cleaners.index.memory import MemoryIndex
from cleaners.items import Evidence, MatchKind

Read = Callable[[Sequence[int]], Sequence[str]]
"""Gives the texts of earlier documents by their ids, in the order of the ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One confirmed match of a new document with an earlier one (or one before it in its batch)."""

    doc: int
    """Id of the new document."""
    other: int
    """Id of the earlier document."""
    kind: MatchKind
    similarity: float
    """Share of both texts together that they have in common, 0..1."""
    containment: float
    """Share of the new text found in the other."""
    covered: float
    """Share of the other text found in the new one."""
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What became of a batch."""

    signatures: Signatures
    """Of the batch, one row a document; to be kept, and added to the index by :func:`keys_of`."""
    found: tuple[Found, ...]
    """All matches, ascending by document, then by the other's id."""


def lean(signatures: Signatures, row: int, recipe: Recipe = Recipe()) -> LeanMinHash:
    """One signature as a datasketch object, to compare or to index it with that library."""
    return LeanMinHash(seed=recipe.seed, hashvalues=signatures.minhash[row], scheme="affine32")


def keys_of(signatures: Signatures) -> Keys:
    """What the match index keeps of signatures."""
    return Keys(bands=signatures.bands, anchors=signatures.anchors, offsets=signatures.offsets)


def _inside(keys: Keys, limits: Limits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidates within the batch, as rows: later, earlier."""
    batch = MemoryIndex(limits)
    batch.add(np.arange(len(keys), dtype=np.uint32), keys)
    found = batch.query(keys)
    before = found.docs < found.rows
    return found.rows[before].astype(np.int64), found.docs[before].astype(np.int64)


def match(docs: Sequence[int], texts: Sequence[str], index: Index, read: Read, *, recipe: Recipe = Recipe(),
          limits: Limits = Limits(), model: Model | None = None) -> Matched:
    """Match new documents with those in ``index`` and with those before them in the batch.

    Reads only: the caller adds ``keys_of(matched.signatures)`` under those ids that it wants found later. The order
    of arrival decides nothing but which side of a pair is the later one, except for keys that more than
    ``limits.documents`` documents share, of which the earliest ones are looked at.
    """
    forms = fingerprint.normal_forms(texts)
    signatures = fingerprint.signatures_of(forms, recipe)
    keys = keys_of(signatures)
    earlier = index.query(keys)
    others, places = np.unique(earlier.docs, return_inverse=True)
    read_forms = fingerprint.normal_forms(read(others.tolist())) if len(others) else fingerprint.normal_forms([])
    rows, before = _inside(keys, limits)
    left = np.concatenate((earlier.rows.astype(np.int64), rows))
    right = np.concatenate((places.astype(np.int64) + len(forms), before))
    order = np.argsort(right, kind="stable")
    names = [*docs, *others.tolist()]
    verdicts = chain.verify(forms.joined(read_forms), left[order], right[order], model)
    found = [Found(doc=names[left[order[v.pair]]], other=names[right[order[v.pair]]], kind=v.kind,
                   similarity=v.similarity, containment=v.left, covered=v.right, evidence=v.evidence)
             for v in verdicts]
    rank = {doc: row for row, doc in enumerate(docs)}
    return Matched(signatures=signatures, found=tuple(sorted(found, key=lambda f: (rank[f.doc], f.other))))
