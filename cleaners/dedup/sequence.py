"""Matches that do not depend on how documents come in batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleaners.dedup.match import Found, Near


def one_by_one(found: Sequence[Found], *, within: float, near: Near | None = None) -> tuple[list[Found], set[int]]:
    """The matches that would have been found had the documents of a batch come one by one, and the docs that an
    earlier one represents: so batches of any size give the same matches, and thereby the same best copies.

    ``found``: in the order of the documents. ``within``: a text of which this share stands in an earlier one is found
    through that one and not indexed; a text with swapped words never is. ``near``: what the matches were limited to; a
    family that has grown within the batch reaches as far as its newest text, which then stands for the earlier one.
    """
    kept: list[Found] = []
    represented: dict[int, int] = {}
    for one in found:
        if one.other in represented and _compared(one.doc, represented[one.other], near):
            continue
        kept.append(one)
        if one.kind != "spun" and one.other < one.doc and round(one.containment, 4) >= within:
            represented.setdefault(one.doc, one.other)
    return kept, set(represented)


def _compared(doc: int, other: int, near: Near | None) -> bool:
    return near is None or bool(near(np.array([doc]), np.array([other]))[0])
