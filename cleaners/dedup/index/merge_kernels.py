"""The kernels that make runs: from sorted keys, and from two runs. See :class:`cleaners.dedup.index.runs.SortedRun`."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np

from cleaners.dedup.index.search_kernels import KEY_BITS, KIND, ROW_BITS, kernel

SEGMENTS = 256
"""Keys that begin alike in the bits that are not stored: within a segment the stored ones ascend."""


@kernel
def build(packed, docs, limit, crowded, shift, heads, entries, lists):
    """Make a run of packed keys.

    packed: uint64[n], ``key << ROW_BITS | row``, ascending.
    docs: uint32[rows], the document of each row.
    limit, crowded: documents kept of a key: of any, and of an anchor that has more than ``limit``.
    shift: bits of a key that do not choose its cell.
    heads: uint32[cells + 1], out: the number of keys before each cell.
    entries: uint32[n + 1, 2], out: a key's last 32 bits, and its document or the place of its list.
    lists: uint32[1 + n + n // 2], out: for each key with several documents their number, then the documents.

    Returns the number of keys and the number of words used in ``lists``.
    """
    keys, words, cell, at = 0, 1, 0, 0
    lists[0] = 0
    while at < len(packed):
        key = packed[at] >> np.uint64(ROW_BITS)
        end = at + 1
        while end < len(packed) and packed[end] >> np.uint64(ROW_BITS) == key:
            end += 1
        while cell <= np.int64(key >> np.uint64(shift)):
            heads[cell] = keys
            cell += 1
        entries[keys, 0] = key & np.uint64(0xFFFFFFFF)
        if end - at == 1:
            entries[keys, 1] = docs[packed[at] & np.uint64((1 << ROW_BITS) - 1)] * 2 + 1
        else:
            entries[keys, 1] = words * 2
            lists[words] = min(end - at, limit + 1)
            words += 1
            kept = end - at if end - at <= limit else (crowded if key & np.uint64(KIND) == 0 else limit)
            for k in range(at, at + kept):
                lists[words] = docs[packed[k] & np.uint64((1 << ROW_BITS) - 1)]
                words += 1
        keys += 1
        at = end
    heads[cell:] = keys
    return keys, words


@kernel
def copied(lists, value, size, out, at, room):
    """Copy the documents of a value that has ``size`` of them to ``out[at:]``, as far as there is ``room``."""
    if value & 1:
        if room > 0:
            out[at] = value >> 1
        return min(1, room)
    count = max(0, min(size, room, len(lists) - 1 - (value >> 1)))  # of a damaged file any number may come
    for k in range(count):
        out[at + k] = lists[(value >> 1) + 1 + k]
    return count


@kernel
def documents_of(lists, value):
    """How many documents a value of a run has; 0 is the value of a key that the run does not have.

    lists: uint32[w], of the run.
    """
    if value & 1 or value == 0:
        return value & 1
    return np.int64(lists[value >> 1]) if value >> 1 < len(lists) else 0


@kernel
def joined(lists_a, a, lists_b, b, limit, most, out, at):
    """Write the list of a key of two runs; returns the number of words written.

    lists_a, lists_b: uint32[w], of the older and of the newer run.
    a, b: the values of the key in both, 0 where a run does not have it.
    limit, most: of more than ``limit`` documents only ``most`` are kept, and their number is written as ``limit + 1``.
    out: uint32[k], out: from ``at`` on the number of documents, then the documents.
    """
    size_a, size_b = documents_of(lists_a, a), documents_of(lists_b, b)
    size = size_a + size_b
    kept = size if size <= limit else most
    out[at] = min(size, limit + 1)
    taken = copied(lists_a, a, size_a, out, at + 1, kept) if a else 0
    if b:
        taken += copied(lists_b, b, size_b, out, at + 1 + taken, kept - taken)
    return 1 + taken


@kernel
def merge(
    heads_a, entries_a, lists_a, heads_b, entries_b, lists_b, limit, crowded, shift, state, heads, entries, lists
):
    """Merge two runs, the older (a) first, as far as ``entries`` and ``lists`` have room.

    heads_a, entries_a, lists_a, heads_b, entries_b, lists_b: the arrays of both runs, as :func:`build` makes them.
    limit, crowded, shift: as for :func:`build`; ``shift`` is that of the result.
    state: int64[6], all 0 at first, moved on by each call: segment, place in a, place in b, keys and words written by
        earlier calls, cell of ``heads``. The merge is complete when the segment is ``SEGMENTS``.
    heads: uint32[cells + 1], out: the directory of the whole result.
    entries: uint32[k, 2], lists: uint32[w], out: the part of the result that this call writes.

    Returns the number of keys and the number of words that it wrote.
    """
    segment, i, j = state[0], state[1], state[2]
    keys_before, words_before, cell = state[3], state[4], state[5]
    cells_a, cells_b = (len(heads_a) - 1) // SEGMENTS, (len(heads_b) - 1) // SEGMENTS
    keys, words = 0, 0
    if words_before == 0:
        lists[0] = 0
        words = 1
    full = False
    while segment < SEGMENTS and not full:
        stop_a = min(np.int64(heads_a[(segment + 1) * cells_a]), np.int64(len(entries_a) - 1))
        stop_b = min(np.int64(heads_b[(segment + 1) * cells_b]), np.int64(len(entries_b) - 1))
        while i < stop_a or j < stop_b:
            full = keys + 2 > len(entries) or words + 2 * limit + 4 > len(lists)
            if full:
                break
            has_a = i < stop_a and (j >= stop_b or entries_a[i, 0] <= entries_b[j, 0])
            has_b = j < stop_b and (not has_a or entries_a[i, 0] == entries_b[j, 0])
            key = entries_a[i, 0] if has_a else entries_b[j, 0]
            a = np.int64(entries_a[i, 1]) if has_a else 0
            b = np.int64(entries_b[j, 1]) if has_b else 0
            i += has_a
            j += has_b
            prefix = ((segment << (KEY_BITS - 8)) | np.int64(key)) >> shift
            while cell <= prefix:
                heads[cell] = keys_before + keys
                cell += 1
            entries[keys, 0] = key
            if (a & 1 and b == 0) or (b & 1 and a == 0):
                entries[keys, 1] = a | b
            else:
                entries[keys, 1] = (words_before + words) * 2
                most = crowded if key & KIND == 0 else limit
                words += joined(lists_a, a, lists_b, b, limit, most, lists, words)
            keys += 1
        if not full:
            segment += 1
    if segment == SEGMENTS:
        heads[cell:] = keys_before + keys
    state[0], state[1], state[2] = segment, i, j
    state[3], state[4], state[5] = keys_before + keys, words_before + words, cell
    return keys, words
