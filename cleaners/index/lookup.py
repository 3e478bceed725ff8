"""The kernels of the match index: postings found, gathered, counted and merged.

A run is two arrays: keys ascending, and beside each its document; the documents of one key ascend. Keys are uniform
32-bit hashes, so the first place is guessed by interpolation (Peterson 1957) and reached by galloping (Bentley and
Yao 1976): one or two cache misses instead of the 27 of a binary search in 100 million postings.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

kernel = numba.njit(cache=True, nogil=True)


@kernel
def _lower_bound(keys: Any, key: Any, at: Any) -> Any:
    """Index of the first element of ``keys`` that is not smaller than ``key``, galloping from the guess ``at``."""
    n = np.int64(len(keys))
    if n == 0:
        return np.int64(0)
    at = min(at, n - np.int64(1))
    step = np.int64(1)
    if keys[at] < key:
        low, high = at, at + np.int64(1)
        while high < n and keys[high] < key:
            low = high
            high += step
            step *= 2
        high = min(high, n)
    else:
        high, low = at, at - np.int64(1)
        while low >= 0 and keys[low] >= key:
            high = low
            low -= step
            step *= 2
        low = max(low, np.int64(-1))
    while high - low > 1:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle
        else:
            high = middle
    return high


@kernel
def spans(keys: Any, needles: Any, starts: Any, counts: Any) -> None:
    """Where each needle (ascending, distinct) stands in a run: fills ``starts`` and ``counts``."""
    n = np.int64(len(keys))
    for i in range(len(needles)):
        needle = needles[i]
        at = _lower_bound(keys, needle, np.int64((np.uint64(needle) * np.uint64(n)) >> np.uint64(32)))
        starts[i] = at
        end = at
        while end < n and keys[end] == needle:
            end += 1
        counts[i] = end - at


@kernel
def gather(docs: Any, starts: Any, counts: Any, room: Any, ends: Any, gathered: Any) -> None:
    """Copy what there is ``room`` for of each needle's documents in one run to ``gathered[ends[i]:]``.

    Moves ``ends`` on and lowers ``room``.
    """
    for i in range(len(starts)):
        n = min(counts[i], room[i])
        for j in range(n):
            gathered[ends[i] + j] = docs[starts[i] + j]
        ends[i] += n
        room[i] -= n


@kernel
def count(
    gathered: Any, starts: Any, ends: Any, which: Any, row_ends: Any, weight: Any, least: Any, rows: Any, docs: Any
) -> Any:
    """Pairs (row, document) whose shared keys weigh at least ``least``, ascending by row, then document.

    Row ``r`` asks for the needles ``which[row_ends[r - 1]:row_ends[r]]``, each with its ``weight``. Counts in an
    open-addressing table that is emptied by walking over what was put in. Returns how many pairs there are; a caller
    whose ``rows`` and ``docs`` are too short calls again.
    """
    total = 0
    capacity = 1 << 12
    table = np.zeros(capacity, np.uint32)
    weights = np.zeros(capacity, np.int32)
    used = np.empty(capacity, np.int64)
    for row in range(len(row_ends)):
        first = row_ends[row - 1] if row else 0
        size = 0
        for w in range(first, row_ends[row]):
            size += ends[which[w]] - starts[which[w]]
        if size * 2 > capacity:
            while size * 2 > capacity:
                capacity *= 2
            table = np.zeros(capacity, np.uint32)
            weights = np.zeros(capacity, np.int32)
            used = np.empty(capacity, np.int64)
        filled = 0
        for w in range(first, row_ends[row]):
            for j in range(starts[which[w]], ends[which[w]]):
                doc = gathered[j]
                slot = np.int64((np.uint64(doc) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & (capacity - 1)
                while weights[slot] and table[slot] != doc:
                    slot = (slot + 1) & (capacity - 1)
                if not weights[slot]:
                    table[slot] = doc
                    used[filled] = slot
                    filled += 1
                weights[slot] += weight[w]
        begin = total
        for i in range(filled):
            slot = used[i]
            if weights[slot] >= least:
                if total < len(docs):
                    rows[total] = row
                    docs[total] = table[slot]
                total += 1
            weights[slot] = 0
        if total <= len(docs):
            docs[begin:total].sort()
    return total


@kernel
def merge(keys_a: Any, docs_a: Any, keys_b: Any, docs_b: Any, keys: Any, docs: Any, limit: Any) -> Any:
    """Merge two runs, the older first, into ``keys`` and ``docs``; returns the number of postings kept.

    Of each key the ``limit`` smallest documents are kept: every document of b is greater than those of a.
    """
    i, j, k, same = 0, 0, 0, 0
    while i < len(keys_a) or j < len(keys_b):
        from_a = j >= len(keys_b) or (i < len(keys_a) and keys_a[i] <= keys_b[j])
        key = keys_a[i] if from_a else keys_b[j]
        doc = docs_a[i] if from_a else docs_b[j]
        if from_a:
            i += 1
        else:
            j += 1
        same = same + 1 if k and keys[k - 1] == key else 0
        if same < limit:
            keys[k] = key
            docs[k] = doc
            k += 1
    return k
