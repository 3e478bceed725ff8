"""The inner loops of matching in partitions, compiled by numba and cached on disk.

Lists of documents travel as words (uint32): of each list how many documents it has, with the flags ``BAND`` and
``CROWDED``; how many of the block's own documents it belongs to, the owners; its documents, ascending; and of a crowded
one the owners. Of any other one the owners are the last documents of the list itself.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment"
# (numba takes the types from the arguments)

from __future__ import annotations

import numpy as np

from cleaners.dedup.index.search_kernels import BAND, KIND, kernel

CROWDED = np.uint32(1 << 30)
LENGTH = np.uint32(CROWDED - 1)


@kernel
def block_of(starts, doc):
    """The block of a document; ``starts`` as in :class:`cleaners.dedup.partitioned.layout.PartitionLayout`."""
    low, high = 0, len(starts) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= doc:
            low = middle
        else:
            high = middle
    return low


@kernel
def deal(postings, bits, starts, limit, crowded, ends, words):
    """Write the lists of a range of keys for each block that has an owner with an earlier document before it.

    postings: uint64[n], ``key << bits | document``, ascending.
    starts: int64[blocks + 1], see :func:`block_of`.
    limit, crowded: of a key of more than ``limit`` documents a band lists the first ``limit``, an anchor the first
        ``crowded``.
    ends: int64[blocks], in: where each block's words begin, out: where they end.
    words: uint32[m], out; when it is empty nothing is written, and ``ends`` grows by what would be.
    """
    mask = np.uint64((1 << bits) - 1)
    start = 0
    while start < len(postings):
        key = postings[start] >> np.uint64(bits)
        stop = start + 1
        while stop < len(postings) and postings[stop] >> np.uint64(bits) == key:
            stop += 1
        band = key & np.uint64(KIND) != 0
        many = stop - start > limit
        named = (limit if band else crowded) if many else stop - start
        first = start
        while stop - start > 1 and first < stop:
            block = block_of(starts, np.int64(postings[first] & mask))
            last = first + 1
            while last < stop and np.int64(postings[last] & mask) < starts[block + 1]:
                last += 1
            listed = min(named, last - start)
            if last - start > 1:
                at = ends[block]
                ends[block] += 2 + listed + (last - first if many else 0)
                if len(words):
                    flags = (BAND if band else np.uint32(0)) | (CROWDED if many else np.uint32(0))
                    words[at], words[at + 1] = np.uint32(listed) | flags, last - first
                    for k in range(listed):
                        words[at + 2 + k] = postings[start + k] & mask
                    for k in range(last - first if many else 0):
                        words[at + 2 + listed + k] = postings[first + k] & mask
            first = last
        start = stop


@kernel
def crowded_slots(postings, bits, shift, most, slots):
    """The counters of anchors (:data:`cleaners.dedup.corpus.engine.SLOTS`) that count more than ``most`` postings.

    postings, bits: as for :func:`deal`.
    shift: bits of a key that do not choose its counter.
    slots: uint32[n], out: the counters, as bits of a key within its range, ascending.

    Returns how many there are.
    """
    found, count, slot = 0, 0, np.uint64(0)
    for at in range(len(postings)):
        key = postings[at] >> np.uint64(bits)
        if key >> np.uint64(shift) != slot:
            slot, count = key >> np.uint64(shift), 0
        if key & np.uint64(KIND) == 0:
            count += 1
            if count == most + 1:
                slots[found] = slot
                found += 1
    return found


@kernel
def survey(words, first, least, needles, asked):
    """What the lists of a block hold.

    words: uint32[m], see above.
    first: the number of the block's first document.
    least: for how many anchors a band counts.
    needles, asked: int64[rows], added to: lists of each document of the block, and the documents in these.

    Returns the number of lists and of documents in all of them.
    """
    at, lists, docs = 0, 0, 0
    while at < len(words):
        listed, owners = np.int64(words[at] & LENGTH), np.int64(words[at + 1])
        weight = least if words[at] & BAND else 1
        stop = at + 2 + listed + (owners if words[at] & CROWDED else 0)
        for k in range(stop - owners, stop):
            needles[words[k] - first] += 1
            asked[words[k] - first] += weight * listed
        lists += 1
        docs += listed
        at = stop
    return lists, docs


@kernel
def unfold(words, first, places, which, spans, gathered):
    """The lists of a block as :func:`cleaners.dedup.index.search_kernels.count` takes them.

    words, first: as for :func:`survey`.
    places: int64[rows], where each document's part of ``which`` begins; moved on while it is filled.
    which, spans, gathered: out, see there.
    """
    at, lists, docs = 0, 0, 0
    while at < len(words):
        listed, owners = np.int64(words[at] & LENGTH), np.int64(words[at + 1])
        stop = at + 2 + listed + (owners if words[at] & CROWDED else 0)
        spans[lists, 0], spans[lists, 1] = docs, docs + listed
        for k in range(listed):
            gathered[docs + k] = words[at + 2 + k]
        for k in range(stop - owners, stop):
            row = words[k] - first
            which[places[row]] = np.uint32(lists) | (words[at] & BAND)
            places[row] += 1
        lists += 1
        docs += listed
        at = stop
