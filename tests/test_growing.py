"""Growing anchors: which documents they propose, against a plain reading of the rule; and when a corpus takes them."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from cleaners.dedup.corpus import deduplicate
from cleaners.dedup.corpus.growing import GrowingAnchors, GrowingAnchorSettings, _ranges, promising
from cleaners.dedup.corpus.growing_kernels import held
from cleaners.dedup.corpus.spill import SpilledColumns
from cleaners.dedup.fingerprint import normal_forms, signatures
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import MemoryIndex
from tests.test_dedup import TEXTS, read, write


def crowd(documents: int = 120) -> list[str]:
    """Texts of four characters in ever new order, so that each 4-gram is everywhere, and then a part of the first."""
    chance = random.Random(3)
    texts = ["".join(chance.choices("甲山林河", k=150)) for _ in range(documents)]
    return [*texts, texts[0][40:100]]


def proposed(texts: list[str], folder: Path, settings: GrowingAnchorSettings, rows: int) -> set[tuple[int, int]]:
    with GrowingAnchors(folder, settings, rows) as anchors:
        for first in range(0, len(texts), 50):
            anchors.add(first, normal_forms(texts[first : first + 50]))
        anchors.resolve()
        docs = np.arange(len(texts))[::-1]  # in any order
        found = anchors.query(docs)
        pairs = zip(docs[found.rows].tolist(), found.docs.tolist(), strict=True)
        return {(doc, other) for doc, other in pairs if doc != other}


def by_the_rule(texts: list[str], settings: GrowingAnchorSettings) -> set[tuple[int, int]]:
    from cleaners.dedup.fingerprint import kernels

    places = []
    for doc, text in enumerate(texts):
        points = normal_forms([text]).points
        for at in range(len(text) - 3):
            if int(kernels.gram(points, at, 4)) % settings.modulus == 0:
                places.append((doc, text[at : at + 12]))
    holders = defaultdict[str, set[int]](set)
    for doc, long in places:
        for size in (4, 6, 8, 12):
            holders[f"{size}{long[:size]}"].add(doc)
    shared = defaultdict[tuple[int, int], set[str]](set)
    for doc, long in places:
        keys = [f"{size}{long[:size]}" for size in (4, 6, 8, 12)]
        key = next((key for key in keys if len(holders[key]) <= settings.documents), keys[-1])
        named = sorted(holders[key])
        for other in named if len(named) <= settings.documents else named[: settings.crowded]:
            shared[doc, other].add(key)
    return {pair for pair, keys in shared.items() if pair[0] != pair[1] and len(keys) >= settings.shared}


@pytest.mark.parametrize("rows", [1 << 20, 500])
def test_the_shortest_key_that_is_not_crowded_proposes(rows: int, tmp_path: Path) -> None:
    settings = GrowingAnchorSettings(documents=6, crowded=2)
    texts = crowd()
    expected = by_the_rule(texts, settings)
    assert proposed(texts, tmp_path, settings, rows) == expected
    assert (len(texts) - 1, 0) in expected


def test_a_part_is_found_where_every_4_gram_is_crowded(tmp_path: Path) -> None:
    texts = crowd()
    later = [*texts[5:-1], texts[0], texts[-1]]  # the whole is not among the smallest numbers
    whole, part = len(later) - 2, len(later) - 1
    index, keys = MemoryIndex(IndexLimits(documents=6, crowded=2)), signatures(later)
    index.add(np.arange(len(later), dtype=np.uint32), keys)
    assert whole not in index.query(keys.select(np.array([part]))).docs, "else this test says nothing"
    assert (part, whole) in proposed(later, tmp_path, GrowingAnchorSettings(documents=6, crowded=2), 1 << 20)


def test_texts_without_anchors_are_in_nobodys_way(tmp_path: Path) -> None:
    assert proposed(["", "短", ""], tmp_path, GrowingAnchorSettings(), 1 << 20) == set()


def test_spilled_columns_give_back_what_they_took(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    keys = chance.integers(0, 1 << 40, 1000, dtype=np.uint64)
    values = np.arange(1000, dtype=np.uint32)
    with SpilledColumns(tmp_path / "columns", (np.uint64, np.uint32), shift=30, rows=90) as columns:
        for start in range(0, 1000, 37):
            columns.add(keys[start : start + 37], values[start : start + 37])
        cells = keys >> np.uint64(30)
        assert columns.sizes().tolist() == np.bincount(cells.astype(int)).tolist()
        _, inside = columns.cells(200, 700)
        assert sorted(inside.tolist()) == np.flatnonzero((cells >= 200) & (cells < 700)).tolist()
        found, some = columns.of(keys[5:25])
        assert sorted(some.tolist()) == list(range(5, 25))
        assert (keys[some] == found).all()


def test_pairs_that_share_a_phrase_by_chance_are_not_verified() -> None:
    chance = random.Random(4)
    own, other, phrase = (
        "".join(chr(chance.randrange(0x4E00, 0x9F00)) for _ in range(size)) for size in (400, 400, 12)
    )
    texts = [own[:200] + phrase + own[200:], other[:90] + phrase + other[90:], own[150:230], "短"]
    forms = normal_forms(texts)
    left, right = np.array([0, 0, 1, 0, 3]), np.array([1, 2, 2, 3, 0])
    assert promising(forms.points, forms.offsets, left, right).tolist() == [False, True, False, True, True]


def test_of_a_long_text_no_part_is_overlooked() -> None:
    chance = random.Random(6)
    long = "".join(chr(chance.randrange(0x4E00, 0x9F00)) for _ in range(40_000))
    forms = normal_forms([long, long[17_000:17_300]])
    shares = held(forms.points, forms.offsets, np.array([0, 1]), np.array([1, 0]))
    assert shares.min() > 0.9


def test_more_postings_of_one_phrase_than_memory_has_room_for_are_resolved_at_once() -> None:
    assert list(_ranges(np.array([0, 3, 9, 1, 1, 4]), 5)) == [(0, 2), (2, 3), (3, 5), (5, 6)]


def test_a_file_that_has_become_shorter_is_told(tmp_path: Path) -> None:
    with SpilledColumns(tmp_path / "columns", (np.uint64,), shift=4, rows=10) as columns:
        for _ in range(2):  # more than the file object holds of it
            columns.add(np.arange(100_000, dtype=np.uint64))
        columns.sizes()
        (tmp_path / "columns").write_bytes(b"")
        with pytest.raises(OSError, match="shorter"):
            columns.cells(0, 6_000)


def test_a_large_corpus_takes_them_and_says_so(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", TEXTS)
    size = len(TEXTS)
    small = deduplicate(source, tmp_path / "small.jsonl", growing=GrowingAnchorSettings(documents_from=size + 1))
    large = deduplicate(source, tmp_path / "large.jsonl", growing=GrowingAnchorSettings(documents_from=size))
    assert "growing" not in small.recipe
    assert large.recipe == f"{small.recipe}; growing anchors 4+2+2+4 mod 2>=3|documents<=40,3|held>=0.05"
    assert read(tmp_path / "small.jsonl") == read(tmp_path / "large.jsonl")
