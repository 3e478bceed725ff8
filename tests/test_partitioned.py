"""A corpus matched in partitions: the pairs, marks and matches of the engine on one machine, however it is cut."""

from __future__ import annotations

import random
import tracemalloc
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from cleaners.dedup.corpus.engine import CommonShingles, CorpusDeduplicator
from cleaners.dedup.corpus.growing import GrowingAnchors, GrowingAnchorSettings
from cleaners.dedup.fingerprint import DocumentKeys, NormalForms, normal_forms, signatures_of
from cleaners.dedup.index.runs import MemoryIndex, packed_keys
from cleaners.dedup.index.window import UNDATED, DateWindow
from cleaners.dedup.partitioned.candidates import BlockPairs, candidates
from cleaners.dedup.partitioned.grown import GrownPostings, GrownRanges, grown
from cleaners.dedup.partitioned.layout import NUMBERS, PartitionLayout, PartitionSettings
from cleaners.dedup.partitioned.postings import U32, BlockLists, PostingRanges, dealt
from cleaners.dedup.partitioned.texts import marked, matches, slot_table
from cleaners.errors import InputError

PIECE = 7
GAPS = 3  # numbers after each piece that no document has, as records without a text


def corpus() -> list[str]:
    """Texts of four characters in ever new order, so that each 4-gram is everywhere; others; many copies of one."""
    chance = random.Random(3)
    crowded = ["".join(chance.choices("甲山林河", k=150)) for _ in range(60)]
    others = ["".join(chance.choices("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", k=200)) for _ in range(40)]
    copies = [f"{others[0]}{n}" for n in range(50)]
    parts = [text[20:120] for text in others[:10]]
    texts = [*crowded, *others, *copies, *parts, "", crowded[0][40:100]]
    chance.shuffle(texts)
    return texts


class Pieces:
    """The corpus in pieces, with its numbers."""

    def __init__(self) -> None:
        self.texts = corpus()
        self.forms: list[NormalForms] = []
        self.keys: list[DocumentKeys] = []
        self.docs: list[U32] = []
        for first in range(0, len(self.texts), PIECE):
            self.forms.append(normal_forms(self.texts[first : first + PIECE]))
            self.keys.append(signatures_of(self.forms[-1]))
            begin = len(self.docs) * (PIECE + GAPS)
            self.docs.append(np.arange(begin, begin + len(self.forms[-1]), dtype=np.uint32))
        self.packed = [packed_keys(keys) for keys in self.keys]

    def layout(
        self, documents: int, postings: int, growing: GrowingAnchorSettings = GrowingAnchorSettings()
    ) -> PartitionLayout:
        return PartitionLayout.of(
            np.full(len(self.docs), PIECE + GAPS, dtype=np.int64),
            np.array([len(forms.points) for forms in self.forms], dtype=np.int64),
            len(self.texts),
            sum(map(len, self.packed)),
            PartitionSettings(documents=documents, postings=postings),
            growing,
        )

    def proposed(self, layout: PartitionLayout) -> tuple[list[BlockPairs], U32]:
        """The pairs of each block, and the crowded counters; parts arrive in the wrong order."""
        ranges = PostingRanges(layout)
        parts = defaultdict[int, list[np.ndarray[tuple[int], np.dtype[np.uint64]]]](list)
        for packed, docs in zip(self.packed, self.docs, strict=True):
            ranges.add(packed, docs)
            for number, postings in ranges.take():
                parts[number].insert(0, postings)
        words = defaultdict[int, list[U32]](list)
        crowded = []
        for number, held in parts.items():
            told = dealt(number, held, layout)
            crowded.append(told.crowded)
            for lists in told.lists:
                words[lists.block].insert(0, lists.words)
        for lists in self.grown(layout) if layout.growing else ():
            words[lists.block].insert(0, lists.words)
        return [candidates(block, held, layout) for block, held in words.items()], np.concatenate(crowded)

    def grown(self, layout: PartitionLayout) -> list[BlockLists]:
        """The lists of growing anchors."""
        assert layout.growing
        ranges = GrownRanges(layout, layout.growing)
        parts = defaultdict[int, list[GrownPostings]](list)
        for forms, docs in zip(self.forms, self.docs, strict=True):
            ranges.add(forms, docs)
            for number, postings in ranges.take():
                parts[number].insert(0, postings)
        assert set(parts) <= set(range(layout.hash_ranges)) and not list(ranges.take())
        return [lists for held in parts.values() for lists in grown(held, layout, layout.growing)]


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces()


def told(found: list[BlockPairs]) -> set[tuple[int, int]]:
    return {pair for one in found for pair in zip(one.later.tolist(), one.earlier.tolist(), strict=True)}


def test_the_pairs_of_the_index_however_the_corpus_is_cut(pieces: Pieces) -> None:
    index, expected = MemoryIndex(), set[tuple[int, int]]()
    for docs, keys in zip(pieces.docs, pieces.keys, strict=True):
        index.add(docs, keys)
    for docs, keys in zip(pieces.docs, pieces.keys, strict=True):
        found = index.query(keys)
        expected |= set(zip(docs[found.rows].tolist(), found.docs.tolist(), strict=True))
    expected = {(doc, other) for doc, other in expected if other < doc}
    assert len(expected) > 500
    for documents, postings, blocks, ranges in (
        (10_000, 10**9, 1, 1),
        (1, 10**9, len(pieces.docs), 1),
        (40, 900, 6, 16),
    ):
        layout = pieces.layout(documents, postings)
        assert (layout.blocks, layout.ranges) == (blocks, ranges)
        assert told(pieces.proposed(layout)[0]) == expected


def test_the_pairs_of_growing_anchors_however_the_corpus_is_cut(pieces: Pieces, tmp_path: Path) -> None:
    settings = GrowingAnchorSettings(documents_from=0)
    bands, expected = MemoryIndex(), set[tuple[int, int]]()
    with GrowingAnchors(tmp_path, settings) as anchors:
        for docs, keys, forms in zip(pieces.docs, pieces.keys, pieces.forms, strict=True):
            bands.add(docs, keys.without_anchors())
            anchors.add(int(docs[0]), forms)
        anchors.resolve()
        for docs, keys in zip(pieces.docs, pieces.keys, strict=True):
            found = bands.query(keys.without_anchors()).joined(anchors.query(docs.astype(np.int64)))
            expected |= set(zip(docs[found.rows].tolist(), found.docs.tolist(), strict=True))
    expected = {(doc, other) for doc, other in expected if other < doc}
    assert len(expected) > 500 and expected != told(pieces.proposed(pieces.layout(40, 900))[0])
    for documents, postings, ranges in ((10_000, 10**9, 1), (1, 10**9, 1), (40, 900, 32)):
        layout = pieces.layout(documents, postings, settings)
        assert layout.hash_ranges == ranges
        assert told(pieces.proposed(layout)[0]) == expected


def test_what_many_share_is_marked_as_on_one_machine(pieces: Pieces) -> None:
    commons = CommonShingles()
    for keys in pieces.keys:
        commons.add(keys)
    for postings in (10**9, 900):
        growing = GrowingAnchorSettings(documents_from=0 if postings == 900 else 10_000)
        table = slot_table(pieces.proposed(pieces.layout(40, postings, growing))[1])
        marks = 0
        for forms, keys in zip(pieces.forms, pieces.keys, strict=True):
            flagged = marked(forms, table)
            common = flagged.points != forms.points
            assert np.array_equal(common, commons.mark(forms, keys))
            marks += int(common.sum())
        assert 5_000 < marks < sum(len(forms.points) for forms in pieces.forms)


def test_the_matches_of_one_machine(pieces: Pieces, tmp_path: Path) -> None:
    with CorpusDeduplicator(tmp_path) as engine:
        engine.add(pieces.texts)
        here = [one for _, found in engine.matches() for one in found]
    layout = pieces.layout(40, 900)
    found, crowded = pieces.proposed(layout)
    table = slot_table(crowded)
    docs = np.concatenate(pieces.docs)
    forms = pieces.forms[0]
    for more in pieces.forms[1:]:
        forms = forms.joined(more)
    there = []
    for one in found:
        asked = np.concatenate([part for _, part in one.asked(layout)])
        assert set(asked.tolist()) == set(one.later.tolist()) | set(one.earlier.tolist())
        assert all((layout.blocks_of(part) == block).all() for block, part in one.asked(layout))
        own = marked(forms.select(np.searchsorted(docs, asked)), table)
        there += matches(asked, own, one.later, one.earlier, layout.documents)
    numbers = {int(doc): place for place, doc in enumerate(docs)}
    assert len(here) > 50
    assert sorted(
        (numbers[one.doc], numbers[one.other], one.kind, one.similarity, one.evidence.score) for one in there
    ) == [(one.doc, one.other, one.kind, one.similarity, one.evidence.score) for one in here]


def test_texts_are_asked_for_the_days_of_those_that_need_them() -> None:
    pairs = BlockPairs(later=np.array([7, 8, 9, 9], dtype=np.uint32), earlier=np.array([1, 1, 8, 2], dtype=np.uint32))
    own, days = np.array([7, 8, 9], dtype=np.uint32), np.array([30, 10, UNDATED], dtype=np.int32)
    first, last = pairs.reach(own, days)
    asked = [1, 2, 7, 8, 9]
    assert last.tolist() == [30, UNDATED, 30, UNDATED, UNDATED]
    assert (first[0], first[2]) == (10, 30)
    near = DateWindow(days=5).reaches(np.full(5, 20, dtype=np.int32), first, last)
    assert [doc for doc, one in zip(asked, near, strict=True) if one] == [1, 2, 8, 9], "7 is ten days off"
    none = BlockPairs(later=own[:0], earlier=own[:0])
    assert not len(none.reach(own, days)[0])


def test_blocks_are_bounded_in_documents_and_in_characters() -> None:
    sizes, characters = np.full(6, 10, dtype=np.int64), np.array([5, 5, 90, 5, 5, 5], dtype=np.int64)
    settings = PartitionSettings(documents=20, characters=50)
    layout = PartitionLayout.of(sizes, characters, 60, 6_000, settings)
    assert layout.starts.tolist() == [0, 20, 30, 50, 60]
    assert layout.blocks_of(np.array([0, 19, 20, 59], dtype=np.uint32)).tolist() == [0, 0, 1, 3]


def test_numbers_take_as_many_bits_of_a_posting_as_they_need() -> None:
    one, few = np.array([1], dtype=np.int64), PartitionSettings()
    assert PartitionLayout.of(np.array([1 << 24], dtype=np.int64), one, 9, 9, few).doc_bits == 25
    assert PartitionLayout.of(np.array([NUMBERS - 1], dtype=np.int64), one, 9, 9, few).doc_bits == 32
    with pytest.raises(InputError, match="match parts of the corpus apart"):
        PartitionLayout.of(np.array([NUMBERS], dtype=np.int64), one, 9, 9, few)


def test_one_hot_key_takes_its_task_little_more_than_its_postings() -> None:
    def asked(count: int) -> int:
        docs = np.arange(count, dtype=np.uint32)
        same = np.zeros(count, dtype=np.uint64)
        starts = np.array([0, count // 2, count], dtype=np.int64)
        settings = GrowingAnchorSettings()
        layout = PartitionLayout(starts=starts, key_bits=8, documents=count, growing=settings, hash_bits=8)
        lists = grown([GrownPostings(hashes=same, paths=same, docs=docs)], layout, settings)
        return sum(len(one.words) for one in lists)

    asked(100)  # compiled before it is measured
    tracemalloc.start()
    words = asked(200_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert words < 200_000 * 1.01, "the three smallest, and who asks for them"
    assert most < 200_000 * 110, "20 bytes a posting came in"
