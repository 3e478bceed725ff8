"""Matching: the index in memory, matching against an index, whole corpora."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from cleaners.dedup import fingerprint, match
from cleaners.dedup.corpus import deduplicate
from cleaners.dedup.fingerprint import DocumentKeys, FingerprintSettings, kernels
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.errors import FormatError, InputError, UsageError
from cleaners.ingest.takedown_filter import TakedownFilter, TakedownMatch, fingerprints
from tests.test_verify import OTHER, STORY, notice, spun

THIRD = (
    "北岭镇卫生院新大楼投入使用，设床位120张，配备了彩超和数字化摄片机。院长郝立新说，过去村民拍一张片子要坐两个小时的车去县城，"
    "现在半天就能拿到结果。新楼从选址到建成用了26个月，花费4300万元，其中三成来自乡友捐款。首日共有187人前来就诊。"
)
TEXTS = [
    STORY,
    OTHER,
    THIRD,
    STORY[:150],
    spun(STORY),
    "快讯 " + OTHER + " 点击查看更多",
    STORY + OTHER + THIRD,
    notice(3, 4, 17, 2),
    notice(21, 9, 26, 5),
    "",
    "，",
]


def random_sets(count: int) -> list[np.ndarray[Any, np.dtype[np.uint32]]]:
    """Sets of hashes, every second one similar to the one before it."""
    source = np.random.default_rng(7)
    sets = []
    for k in range(count):
        fresh = source.integers(0, 1 << 32, 200, dtype=np.uint32)
        kept = source.integers(20, 200)
        sets.append(fresh if k % 2 == 0 else np.concatenate((sets[-1][:kept], fresh[kept:])))
    return sets


def minhashes(sets: list[np.ndarray[Any, np.dtype[np.uint32]]]) -> np.ndarray[Any, np.dtype[np.uint32]]:
    offsets = np.concatenate(([0], np.cumsum([len(one) for one in sets])))
    recipe = FingerprintSettings()
    made = kernels.minhash(np.concatenate(sets), offsets, *fingerprint.permutations(recipe.permutations, recipe.seed))
    return np.asarray(made)


def test_signatures_are_those_of_datasketch_bit_for_bit() -> None:
    sets = random_sets(20)
    for row, hashes in zip(minhashes(sets), sets, strict=True):
        theirs = MinHash(num_perm=128, seed=1, hashfunc=int, scheme="affine32")
        theirs.update_batch(hashes)
        assert np.array_equal(theirs.hashvalues, row)


def test_signatures_become_datasketch_objects() -> None:
    one, other = (fingerprint.minhash(TEXTS[row]) for row in (0, 3))
    assert isinstance(one, LeanMinHash)
    assert 0.3 < one.jaccard(other) < 0.6
    assert one.jaccard(one) == 1.0
    buffer = bytearray(one.bytesize())
    one.serialize(buffer)
    assert LeanMinHash.deserialize(buffer) == one


def test_bands_give_the_candidates_of_datasketch() -> None:
    values = minhashes(random_sets(300))
    lsh = MinHashLSH(num_perm=128, params=(25, 5))
    for row, hashvalues in enumerate(values):
        lsh.insert(row, LeanMinHash(seed=1, hashvalues=hashvalues, scheme="affine32"))
    theirs = {
        (row, other)
        for row, hashvalues in enumerate(values)
        if row % 2
        for other in lsh.query(LeanMinHash(seed=1, hashvalues=hashvalues, scheme="affine32"))
    }
    bands = np.asarray(kernels.band_keys(values, 25, 5))
    keys = DocumentKeys(bands=bands, anchors=np.empty(0, np.uint32), offsets=np.zeros(len(bands) + 1, np.int64))
    index = MemoryIndex()
    index.add(np.arange(len(bands), dtype=np.uint32), keys)
    found = index.query(keys)
    ours = {(int(row), int(doc)) for row, doc in zip(found.rows, found.docs, strict=True) if row % 2}
    assert ours == theirs
    assert 150 < len(ours) < 300


@pytest.mark.parametrize(("bands", "rows"), [(20, 6), (31, 4), (1, 128), (128, 1)])
def test_with_any_number_of_bands_every_text_finds_itself(tmp_path: Path, bands: int, rows: int) -> None:
    texts = [notice(number % 28 + 1, number % 12 + 1, number * 7 % 90, number) for number in range(40)]
    keys = fingerprint.signatures(texts, FingerprintSettings(bands=bands, rows=rows))
    limits, docs = IndexLimits(shared=1000), np.arange(len(texts), dtype=np.uint32)  # by their bands alone
    on_disk = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), limits)
    for index in (MemoryIndex(limits), on_disk):
        index.add(docs, keys)
        found = index.query(keys)
        assert set(docs.tolist()) <= set(found.docs[found.docs == found.rows].tolist())
    reopened = SegmentIndex(tmp_path, on_disk.flush(), limits)
    assert np.array_equal(reopened.query(keys).docs, found.docs)
    reopened.close()
    on_disk.close()


def test_bands_that_need_more_hash_values_than_there_are_are_refused() -> None:
    with pytest.raises(UsageError, match="31 bands of 5 rows need 155 hash values"):
        FingerprintSettings(bands=31)


def keys_with(anchors: Sequence[Sequence[int]]) -> DocumentKeys:
    bands = np.arange(1, 1 + 25 * len(anchors), dtype=np.uint64).reshape(-1, 25)
    flat = np.array([anchor for row in anchors for anchor in row], dtype=np.uint32)
    return DocumentKeys(bands=bands, anchors=flat, offsets=np.cumsum([0, *map(len, anchors)]).astype(np.int64))


def test_four_shared_anchors_make_a_candidate() -> None:
    index = MemoryIndex()
    index.add(np.array([5, 9], dtype=np.uint32), keys_with([[1, 2, 3, 4], [1, 2, 3, 7, 8]]))
    found = index.query(
        DocumentKeys(
            bands=np.full((1, 25), 10**9, np.uint64),
            anchors=np.array([1, 2, 3, 4, 99], np.uint32),
            offsets=np.array([0, 5]),
        )
    )
    assert found.docs.tolist() == [5]


def test_a_crowded_anchor_proposes_the_smallest_ids_however_documents_arrive() -> None:
    limits = IndexLimits(documents=6, crowded=2)
    keys = keys_with([[1, 2, 3, 4]] * 10)
    query = DocumentKeys(bands=np.full((1, 25), 10**9, np.uint64), anchors=keys.anchors[:4], offsets=np.array([0, 4]))
    for steps in ([10], [1] * 10, [3, 7], [6, 1, 1, 2]):
        index, start = MemoryIndex(limits), 0
        for step in steps:
            rows = np.arange(start, start + step)
            index.add(rows.astype(np.uint32), keys.select(rows))
            start += step
        assert index.query(query).docs.tolist() == [0, 1]
        assert len(index) == 10


def pairs_by_match(texts: Sequence[str], batches: Sequence[int]) -> set[tuple[int, int, str]]:
    index, known, found = MemoryIndex(), dict(enumerate(texts)), set()
    start = 0
    for size in batches:
        docs = list(range(start, start + size))
        matched = match.match_batch(docs, [texts[doc] for doc in docs], index, lambda ids: [known[doc] for doc in ids])
        index.add(np.array(docs, dtype=np.uint32), matched.keys)
        found |= {(one.other, one.doc, one.kind) for one in matched.found}
        assert all(one.other < one.doc for one in matched.found)
        start += size
    return found


def test_matches_do_not_depend_on_the_batches() -> None:
    whole = pairs_by_match(TEXTS, [len(TEXTS)])
    assert whole == pairs_by_match(TEXTS, [1] * len(TEXTS)) == pairs_by_match(TEXTS, [4, 7])
    assert {(a, b) for a, b, _ in whole} == {
        (0, 3),
        (0, 4),
        (0, 6),
        (1, 5),
        (1, 6),
        (2, 6),
        (3, 4),
        (3, 6),
        (4, 6),
        (5, 6),
    }


def test_matches_do_not_depend_on_the_order() -> None:
    forward = {frozenset((a, b)) for a, b, _ in pairs_by_match(TEXTS, [len(TEXTS)])}
    last = len(TEXTS) - 1
    assert forward == {frozenset((last - a, last - b)) for a, b, _ in pairs_by_match(TEXTS[::-1], [3, len(TEXTS) - 3])}


def test_kinds_and_shares() -> None:
    index, texts = MemoryIndex(), {7: STORY}
    index.add(np.array([7], dtype=np.uint32), fingerprint.signatures([STORY]))
    new = [STORY.replace("，", ","), STORY[:150], OTHER + STORY + THIRD]
    found = match.match_batch([20, 21, 22], new, index, lambda ids: [texts[doc] for doc in ids]).found
    kinds = {one.doc: one for one in found if one.other == 7}
    assert [kinds[doc].kind for doc in (20, 21, 22)] == ["exact", "contains", "contains"]
    assert kinds[21].containment > 0.95 > 0.7 > kinds[21].covered
    assert kinds[22].covered > 0.95 > 0.7 > kinds[22].containment


def write(path: Path, texts: Sequence[str], ids: Sequence[int | str] | None = None) -> Path:
    lines = [
        json.dumps({"id": name, "text": text, "more": [1, "甲"]}, ensure_ascii=False)
        for name, text in zip(ids or range(len(texts)), texts, strict=True)
    ]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_corpus_from_file_to_file(tmp_path: Path) -> None:
    names: list[int | str] = [*range(100, 109), "a", "b"]
    source = write(tmp_path / "in.jsonl.gz", TEXTS, names)
    steps = set()
    done = deduplicate(
        source,
        tmp_path / "out.jsonl",
        pairs=tmp_path / "pairs.jsonl",
        progress=lambda step, done, total: steps.add(step),
    )
    out, pairs = read(tmp_path / "out.jsonl"), read(tmp_path / "pairs.jsonl")
    assert [record["id"] for record in out] == names
    assert out[0]["more"] == [1, "甲"]
    assert (done.documents, done.pairs, done.written) == (11, len(pairs), 11)
    assert {"reading", "matching"} <= steps
    assert {(pair["a"], pair["b"]) for pair in pairs} >= {(100, 103), (101, 105), (100, 106), (101, 106), (102, 106)}
    assert all(isinstance(pair["a"], int) for pair in pairs)
    cluster = {record["id"]: record["cluster_id"] for record in out}
    assert cluster[100] == cluster[103] == cluster[104] == 100
    assert cluster[101] == cluster[105] == 101
    assert len({cluster[doc] for doc in (100, 101, 102, 106, 107, 108, "a", "b")}) == 8  # the compilation welds nothing
    for record in out:
        members = [other for other in out if other["cluster_id"] == record["cluster_id"]]
        assert record["cluster_size"] == len(members)
        assert sum(other["is_canonical"] for other in members) == 1


def test_only_the_best_copies(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", TEXTS)
    done = deduplicate(source, tmp_path / "out.jsonl", canonical_only=True)
    out = read(tmp_path / "out.jsonl")
    assert len(out) == done.clusters == done.written
    assert all(record["is_canonical"] for record in out)
    assert {0, 2, 6, 7, 8} <= {record["id"] for record in out}


FURNITURE = "\n上一篇：南湖公园的新长椅\n扫码关注\n打印本页\n返回顶部\n"
WORN = {
    "unseen characters": "\u200b".join(STORY),
    "blanks": " ".join(STORY),
    "furniture": STORY + FURNITURE * 3,
    "readings": STORY.replace("的", "的(dē)").replace("人", "人(rén)").replace("了", "了(lě)"),
}


@pytest.mark.parametrize("worn", WORN)
@pytest.mark.parametrize("first", [True, False])
def test_the_best_copy_of_a_corpus_is_the_plain_one(worn: str, first: bool, tmp_path: Path) -> None:
    texts, names = [STORY, WORN[worn]], ["plain", "worn"]
    source = write(tmp_path / "in.jsonl", texts if first else texts[::-1], names if first else names[::-1])
    deduplicate(source, tmp_path / "out.jsonl", canonical_only=True)
    assert [record["id"] for record in read(tmp_path / "out.jsonl")] == ["plain"]


def test_a_page_saved_twice_has_one_id_and_is_a_copy(tmp_path: Path) -> None:
    texts = [STORY, STORY, OTHER]
    source = write(tmp_path / "in.jsonl", texts, ["a", "a", "b"])
    deduplicate(source, tmp_path / "out.jsonl", pairs=tmp_path / "pairs.jsonl")
    assert [record["is_canonical"] for record in read(tmp_path / "out.jsonl")] == [True, False, True]
    (pair,) = read(tmp_path / "pairs.jsonl")
    assert (pair["a"], pair["b"], pair["kind"]) == ("a", "a", "exact")
    with pytest.raises(InputError, match="with other texts"):
        deduplicate(write(tmp_path / "in.jsonl", texts, ["a", "b", "a"]), tmp_path / "out.jsonl")


def test_parquet_in_and_out(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(arrow.table({"id": ["x", "y", "z"], "text": [STORY, OTHER, STORY + "完"]}), tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(record["cluster_id"], record["cluster_size"]) for record in out] == [("x", 2), ("y", 1), ("x", 2)]


def test_a_text_without_characters_that_was_taken_down_is_not_met_in_others() -> None:
    watch = TakedownFilter([("gone", one) for one in fingerprints(["——。", TEXTS[0]])])
    assert watch.check(["……", "", TEXTS[0]]) == [None, None, TakedownMatch(id="gone", share=1.0, of_text=1.0)]


def test_bad_records_are_told_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        '{"id": 1, "text": "好"}\n\n[1]\n{"id": 2}\n{"id": true, "text": ""}\nno\n{"id": 3, "text": "坏"}\n'
        + "[" * 100_000
        + "\n"
    )
    told: list[str] = []
    done = deduplicate(path, tmp_path / "out.jsonl", problem=told.append)
    assert (done.documents, done.skipped, len(told)) == (2, 5, 5)
    assert "line 3" in told[0]


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", InputError), (b"no\n", InputError), (b'{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n', InputError)],
)
def test_what_the_user_can_cure(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    (tmp_path / "in.jsonl").write_bytes(content)
    with pytest.raises(error) as caught:
        deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", pairs=tmp_path / "pairs.jsonl")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        deduplicate(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(write(tmp_path / "in.jsonl.gz", TEXTS * 1, None).read_bytes()[:-20])
    with pytest.raises(FormatError):
        deduplicate(cut, tmp_path / "out.jsonl")
    (tmp_path / "bad.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(FormatError):
        deduplicate(tmp_path / "bad.parquet", tmp_path / "out.jsonl")


def test_what_does_not_match_does_not_import_numba() -> None:
    code = "import sys; import cleaners.dedup.fingerprint, cleaners.dedup.verify, cleaners.dedup.index; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


FURNITURE = (
    "示例日报网站地图 新闻中心 时政要闻 本地民生 教育在线 健康频道 房产家居 汽车时代 旅游天地 文化长廊 体育赛场 财经观察 科技前沿。"
    "本网站所刊登的各种稿件未经书面授权不得转载使用，违者将依法追究责任。举报热线每天八点到二十二点开通，电子信箱长期有效。"
    "友情链接：市政府门户、市图书馆、市博物馆、人才招聘网、公积金查询、违章查询、天气预报、列车时刻、家电维修名录。"
    "编辑推荐：十佳摄影作品展播、老照片里的城市记忆、周末去哪儿、读者来信选登、网上问政平台、志愿者招募进行中。"
)


def test_a_page_full_of_furniture_belongs_to_its_story(tmp_path: Path) -> None:
    source = np.random.default_rng(3)
    others = ["".join(map(chr, source.integers(0x4E00, 0x9000, 150))) for _ in range(25)]
    texts = [STORY[:140], *(f"{FURNITURE}\n{text}\n{FURNITURE[::-1]}" for text in (STORY[:140], *others))]
    write(tmp_path / "in.jsonl", texts, None)
    deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    clusters = [record["cluster_id"] for record in read(tmp_path / "out.jsonl")]
    assert clusters[0] == clusters[1]
    assert len(set(clusters)) == 26


def test_an_article_that_everybody_has_is_one_and_a_form_filled_in_is_none(tmp_path: Path) -> None:
    names = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
    copies = [
        f"{STORY}\n（责任编辑：{name}）" if at % 2 else f"{name}家湾发布 {STORY}" for at, name in enumerate(names)
    ]
    forms = [notice(day, day % 7 + 2, day % 5 + 14, day % 3 + 3) for day in range(1, 31)]
    write(tmp_path / "in.jsonl", copies + forms, None)
    deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    clusters = [record["cluster_id"] for record in read(tmp_path / "out.jsonl")]
    assert len(set(clusters[:30])) == 1
    assert len(set(clusters[30:])) == 30


def score(docs: list[dict[str, Any]], found: set[tuple[int, int]]) -> dict[str, float]:
    """Precision and recall as ../shared/reposts/score.py counts them."""
    whole = {doc["id"] for doc in docs if doc["cls"].startswith("compile")}
    groups: dict[int, list[int]] = {}
    for doc in docs:
        for article in doc["groups"]:
            groups.setdefault(article, []).append(doc["id"])
    truth = {pair for ids in groups.values() for pair in combinations(sorted(ids), 2) if not set(pair) <= whole}
    found = {pair for pair in found if not set(pair) <= whole}
    hits = len(found & truth)
    return {"precision": hits / len(found), "recall": hits / len(truth)}


@pytest.mark.parametrize("part", [pytest.param(9), pytest.param(1, marks=pytest.mark.soak)])
def test_quality_on_reposts(shared: Path, floors: dict[str, dict[str, float]], tmp_path: Path, part: int) -> None:
    """One article in nine with all its copies (as a soak test: all)."""
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [doc for doc in map(json.loads, lines) if any(article // 6 % part == 0 for article in doc["groups"])]
    write(tmp_path / "in.jsonl", [doc["text"] for doc in docs], [doc["id"] for doc in docs])
    deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", pairs=tmp_path / "pairs.jsonl")
    pairs = {(min(p["a"], p["b"]), max(p["a"], p["b"])) for p in read(tmp_path / "pairs.jsonl")}
    for name, reached in score(docs, pairs).items():
        assert reached >= floors["dedup reposts"][name], name


def test_series_stay_apart(shared: Path, floors: dict[str, dict[str, float]], tmp_path: Path) -> None:
    with gzip.open(shared / "reposts" / "series_docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [json.loads(line) for line in lines]
    with gzip.open(shared / "reposts" / "series_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        wanted = {(pair["a"], pair["b"]) for pair in map(json.loads, lines)}
    write(tmp_path / "in.jsonl", [doc["text"] for doc in docs], [doc["id"] for doc in docs])
    deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", pairs=tmp_path / "pairs.jsonl")
    found = {(min(p["a"], p["b"]), max(p["a"], p["b"])) for p in read(tmp_path / "pairs.jsonl")}
    assert len(found & wanted) / len(wanted) <= floors["dedup series"]["merged"]
