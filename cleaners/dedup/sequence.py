"""Matches that do not depend on how documents come in batches."""

from __future__ import annotations

from collections.abc import Sequence

from cleaners.dedup.matching import Found


def one_by_one(found: Sequence[Found], *, within: float) -> tuple[list[Found], set[int]]:
    """The matches that would have been found had the documents of a batch come one by one, and the docs that an
    earlier one represents: so batches of any size give the same matches, and thereby the same best copies.

    ``found``: in the order of the documents. ``within``: a text of which this share stands in an earlier one is found
    through that one and not indexed; a text with swapped words never is.
    """
    kept: list[Found] = []
    represented: set[int] = set()
    for one in found:
        if one.other in represented:
            continue
        kept.append(one)
        if one.kind != "spun" and one.other < one.doc and round(one.containment, 4) >= within:
            represented.add(one.doc)
    return kept, represented
