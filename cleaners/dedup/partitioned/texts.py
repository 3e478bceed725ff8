"""Texts marked where they are, and compared where they are asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus.engine import COMMON, SLOTS, covered, slots_of
from cleaners.dedup.corpus.growing import GrowingAnchorSettings, promising
from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.match import MatchFound, found_of


def slot_table(crowded: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Of each counter of anchors whether it is one of these, ``(2**SLOTS,)``."""
    table = np.zeros(1 << SLOTS, dtype=np.bool_)
    table[crowded] = True
    return table


def marked(forms: NormalForms, crowded: NDArray[np.bool_]) -> NormalForms:
    """The forms with a flag on what many documents share; ``crowded`` as :func:`slot_table` makes it."""
    keys = fingerprint.anchors_of(forms)
    common = covered(forms, keys.anchors, keys.offsets, crowded[slots_of(keys.anchors)])
    return NormalForms(points=forms.points | np.where(common, COMMON, np.int32(0)), offsets=forms.offsets)


def matches(
    docs: NDArray[np.uint32],
    forms: NormalForms,
    later: NDArray[np.uint32],
    earlier: NDArray[np.uint32],
    documents: int,
    growing: GrowingAnchorSettings | None = None,
) -> list[MatchFound]:
    """The pairs that tell one article, in a corpus of so many ``documents``. ``growing``: how its anchors grow, if they
    do; the pairs that only share a phrase are set aside then.

    docs, forms: the number and the marked text of each document that stands in a pair; the numbers ascend.
    """
    if growing:
        left, right = (np.searchsorted(docs, side).astype(np.int64) for side in (later, earlier))
        worth = promising(forms.points, forms.offsets, left, right, growing)
        later, earlier = later[worth], earlier[worth]
    # The text that is indexed is the longer one, most often the same for neighbours: equal ones side by side.
    order = np.argsort(earlier, kind="stable")
    left, right = (np.searchsorted(docs, side[order]).astype(np.int64) for side in (later, earlier))
    verdicts = verify.verify_in_corpus(
        NormalForms(points=forms.points & ~COMMON, offsets=forms.offsets),
        left,
        right,
        common=(forms.points & COMMON) != 0,
        documents=documents,
    )
    return [found_of(one, int(docs[left[one.pair]]), int(docs[right[one.pair]])) for one in verdicts]
