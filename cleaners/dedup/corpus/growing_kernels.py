"""The inner loop of growing anchors, compiled by numba and cached on disk."""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment"
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def deal(packed, bits, docs, most, crowded, last, base, lists, owners, places, deeper, groups):
    """Deal out one level of keys: those of few documents become lists, the others go one level deeper.

    packed: uint64[n], ``key << bits | row``, ascending; rows of one key are ascending by document.
    docs: uint32[rows], the document of each row.
    most, crowded: a key of more than ``most`` documents goes deeper; on the ``last`` level it lists the first
    ``crowded`` of them.
    base: where ``lists`` will begin among all lists.
    lists: uint32[2 * n], out: for each listed key how many documents, and these.
    owners, places: uint32[n], uint64[n], out: each document of a listed key, and where in all lists its list begins.
    deeper, groups: int64[n], out: the rows that go deeper, and the number of their key.

    Returns the words of ``lists``, the length of ``owners``, the length of ``deeper``, and the number of groups.
    """
    words, owned, deep, group = 0, 0, 0, 0
    low = np.uint64((1 << bits) - 1)
    start = 0
    while start < len(packed):
        key = packed[start] >> np.uint64(bits)
        stop, count, before = start, 0, np.int64(-1)
        while stop < len(packed) and packed[stop] >> np.uint64(bits) == key:
            doc = np.int64(docs[packed[stop] & low])
            count += np.int64(doc != before)
            before = doc
            stop += 1
        if count > most and not last:
            for at in range(start, stop):
                deeper[deep], groups[deep] = packed[at] & low, group
                deep += 1
            group += 1
        elif count > 1:
            named = count if count <= most else crowded
            lists[words] = named
            written, before = 0, np.int64(-1)
            for at in range(start, stop):
                doc = np.int64(docs[packed[at] & low])
                if doc != before:
                    if written < named:
                        lists[words + 1 + written] = doc
                        written += 1
                    owners[owned], places[owned] = doc, base + words
                    owned += 1
                before = doc
            words += named + 1
        start = stop
    return words, owned, deep, group
