"""Texts of a Python program: matched as they come with the LSH of datasketch, and all at once; the recipes in docs."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from datasketch import MinHashLSH

from cleaners.dedup.corpus import deduplicate as deduplicate_files
from cleaners.dedup.fingerprint import minhash
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.texts import Deduplicator, deduplicate
from cleaners.errors import InputError, UsageError
from tests.test_architecture import ROOT
from tests.test_dedup import OTHER, STORY, TEXTS, read, write
from tests.test_verify import spun


def test_texts_have_the_clusters_that_their_file_has(tmp_path: Path) -> None:
    deduplicate_files(write(tmp_path / "in.jsonl", TEXTS), tmp_path / "out.jsonl")
    assert [(one.cluster, one.size, one.is_canonical) for one in deduplicate(iter(TEXTS))] == [
        (one["cluster_id"], one["cluster_size"], one["is_canonical"]) for one in read(tmp_path / "out.jsonl")
    ]
    assert deduplicate([]) == []


def test_each_text_is_matched_with_those_before_it() -> None:
    seen = Deduplicator()
    found = {n: {one.id for one in seen.add(n, text)} for n, text in enumerate(TEXTS)}
    assert found[0] == found[1] == found[2] == found[7] == found[8] == found[9] == found[10] == set()
    assert found[3] == {0} and 0 in found[4] and found[5] == {1} and found[6] >= {0, 1, 2}
    assert (seen.query(STORY)[0].id, seen.query(STORY)[0].kind) == (0, "exact")
    assert seen.query("") == seen.query("，") == ()
    with pytest.raises(InputError, match="the id 3 is there already"):
        seen.add(3, OTHER)


def test_whole_copies_are_found_by_the_lsh_of_datasketch_and_parts_by_anchors() -> None:
    no_anchors = Deduplicator(limits=IndexLimits(shared=10_000))
    no_anchors.add("a", STORY)
    assert [one.id for one in no_anchors.query(STORY + "完")] == ["a"]
    assert no_anchors.query(STORY[:80]) == ()
    lsh = MinHashLSH(num_perm=128, params=(25, 5))
    own = Deduplicator(lsh=lsh)
    own.add("a", STORY)
    own.add("b", OTHER)
    assert lsh.query(minhash(STORY + "完")) == [0]
    assert [one.id for one in own.query(STORY[:80])] == ["a"]
    assert [one.id for one in own.query(spun(OTHER))] == ["b"]


def test_an_lsh_of_other_signatures_or_with_other_documents_is_refused() -> None:
    filled = MinHashLSH(num_perm=128, params=(25, 5))
    filled.insert("x", minhash(STORY))
    for lsh in (filled, MinHashLSH(num_perm=128, params=(16, 8))):
        with pytest.raises(UsageError, match=r"params=\(25, 5\)"):
            Deduplicator(lsh=lsh)


@pytest.mark.parametrize("name", ["seen.jsonl.gz", "seen.parquet"])
def test_what_is_saved_is_read_again_and_by_the_command(tmp_path: Path, name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    seen = Deduplicator()
    for n, text in enumerate(TEXTS):
        seen.add(n, text)
    seen.save(tmp_path / name)
    again = Deduplicator.load(tmp_path / name)
    assert len(again) == len(seen) and 3 in again and "3" not in again
    assert again.query(STORY[:120]) == seen.query(STORY[:120]) != ()


def test_the_recipes_of_the_docs_run(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    pytest.importorskip("datatrove")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    path = str(ROOT / "docs" / "corpora.md")
    done = doctest.testfile(path, module_relative=False, optionflags=options, globs={"folder": tmp_path})
    assert done.attempted > 25
    assert done.failed == 0


def test_what_is_no_text_is_told_by_its_number() -> None:
    with pytest.raises(TypeError, match=r"text 1 is NoneType, no str: leave it out"):
        deduplicate(["昆玉", None])  # type: ignore[list-item]
