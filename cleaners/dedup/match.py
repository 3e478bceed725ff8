"""Matching of new documents with those in an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.clusters.grouping import ClusterSettings
from cleaners.dedup.fingerprint import DocumentKeys, FingerprintSettings
from cleaners.dedup.index import IndexLimits, MatchIndex
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.verify import PairVerdict
from cleaners.dedup.verify import model as models
from cleaners.dedup.verify.model import VerifierModel
from cleaners.items import Evidence, MatchKind

Read = Callable[[Sequence[int]], Sequence[str]]
"""Gives the texts of earlier documents by their ids, in the order of the ids."""
Near = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Says of pairs of ids, the new document's first, which may be compared at all (:mod:`cleaners.ingest.matching`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFound:
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
    """As seen from the new document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """What became of a batch."""

    keys: DocumentKeys
    """Of the batch, one row a document; to be added to the index."""
    found: tuple[MatchFound, ...]
    """All matches, in the order of the documents, then by the other's id."""


def found_of(verdict: PairVerdict, doc: int, other: int) -> MatchFound:
    """A verdict (left: the new document) with the ids of both."""
    return MatchFound(
        doc=doc,
        other=other,
        kind=verdict.kind,
        similarity=verdict.similarity,
        containment=verdict.left,
        covered=verdict.right,
        evidence=verdict.evidence,
    )


@cache
def matching_recipe() -> str:
    """How documents are matched and grouped, as one string: what differs in it may give other clusters."""
    parts = (str(FingerprintSettings()), IndexLimits().recipe, models.recipe(), ClusterSettings().recipe)
    return "; ".join(parts)


def _inside(keys: DocumentKeys, limits: IndexLimits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidates within the batch, as rows: later, earlier."""
    batch = MemoryIndex(limits)
    batch.add(np.arange(len(keys), dtype=np.uint32), keys)
    found = batch.query(keys)
    before = found.docs < found.rows
    return found.rows[before].astype(np.int64), found.docs[before].astype(np.int64)


def match_batch(
    docs: Sequence[int],
    texts: Sequence[str],
    index: MatchIndex,
    read: Read,
    *,
    recipe: FingerprintSettings = FingerprintSettings(),
    limits: IndexLimits = IndexLimits(),
    model: VerifierModel | None = None,
    near: Near | None = None,
) -> MatchResult:
    """Match new documents with those in ``index`` and with those before them in the batch.

    Reads only: the caller adds ``matched.keys`` under those ids that it wants found later. Whether two
    texts match depends on these two alone. The order of arrival decides which side of a pair is the later one, and,
    for keys that more than ``limits.documents`` documents share, which of these are looked at: the earliest.
    ``near``: only such pairs are compared; without it all are.
    """
    forms = fingerprint.normal_forms(texts)
    keys = fingerprint.signatures_of(forms, recipe)
    found = index.query(keys)
    rows, before = _inside(keys, limits)
    later, earlier = found.rows.astype(np.int64), found.docs.astype(np.int64)
    if near:
        ids = np.array(docs, dtype=np.int64)
        kept = near(ids[later], earlier)
        later, earlier = later[kept], earlier[kept]
        kept = near(ids[rows], ids[before])
        rows, before = rows[kept], before[kept]
    others, places = np.unique(earlier, return_inverse=True)
    left = np.concatenate((later, rows))
    right = np.concatenate((places.astype(np.int64) + len(forms), before))
    order = np.argsort(right, kind="stable")
    names = [*docs, *others.tolist()]
    every = forms.joined(fingerprint.normal_forms(read(others.tolist()) if len(others) else []))
    verdicts = verify.verify(every, left[order], right[order], model=model)
    pairs = sorted((int(left[order[v.pair]]), names[right[order[v.pair]]], at) for at, v in enumerate(verdicts))
    return MatchResult(keys=keys, found=tuple(found_of(verdicts[at], docs[row], other) for row, other, at in pairs))


# Matches that do not depend on how documents come in batches.


def order_independent_matches(
    found: Sequence[MatchFound], *, within: float, near: Near | None = None
) -> tuple[list[MatchFound], set[int]]:
    """The matches that would have been found had the documents of a batch come one by one, and the docs that an
    earlier one represents: so batches of any size give the same matches, and thereby the same best copies.

    ``found``: in the order of the documents. ``within``: a text of which this share stands in an earlier one is found
    through that one and not indexed; a text with swapped words, or in another order, never is. ``near``: what the
    matches were limited to; a cluster that has grown within the batch reaches as far as its newest text, which then
    stands for the earlier one.
    """
    kept: list[MatchFound] = []
    represented: dict[int, int] = {}
    for one in found:
        if one.other in represented and _compared(one.doc, represented[one.other], near):
            continue
        kept.append(one)
        if one.kind not in ("spun", "shuffled") and one.other < one.doc and round(one.containment, 4) >= within:
            represented.setdefault(one.doc, one.other)
    return kept, set(represented)


def _compared(doc: int, other: int, near: Near | None) -> bool:
    return near is None or bool(near(np.array([doc]), np.array([other]))[0])
