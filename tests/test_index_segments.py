"""The match index on disk: the same answers as in memory, whatever was flushed, merged, killed or reopened."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import DocumentKeys, FingerprintSettings
from cleaners.dedup.index import CandidatePairs, IndexLimits, MatchIndex, segments
from cleaners.dedup.index.files import write_joined
from cleaners.dedup.index.runs import MemoryIndex, SortedRun, merged, merging, run_of
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest, SegmentSettings
from cleaners.errors import FormatError, UsageError

ROOT = Path(__file__).parents[1]
BANDS = FingerprintSettings().bands
SMALL = SegmentSettings(buffer=300, ahead=2, settled=700)


def some_keys(rng: np.random.Generator, n: int) -> DocumentKeys:
    """Keys of ``n`` documents with anchors as skewed as words are; some documents have no text."""
    rows = []
    for length in rng.integers(0, 150, n):
        words = (rng.zipf(1.3, length) % 20_000).astype(np.uint64)
        rows.append(np.unique((words * np.uint64(2_654_435_761) & np.uint64(0xFFFFFFFC)).astype(np.uint32)))
    bands = rng.integers(1, 3_000, (n, BANDS)).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bands[[not len(row) for row in rows]] = 0
    offsets = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    return DocumentKeys(bands=bands, anchors=np.concatenate(rows), offsets=offsets)


class PlainIndex:
    """What an index must answer, said as plainly as can be: for each key the documents that have it."""

    def __init__(self, limits: IndexLimits = IndexLimits()) -> None:
        self._limits = limits
        self._docs: dict[tuple[str, int], list[int]] = {}

    def add(self, docs: NDArray[np.uint32], keys: DocumentKeys) -> None:
        for row, doc in enumerate(docs.tolist()):
            for key in self._keys(keys, row):
                self._docs.setdefault(key, []).append(doc)

    def query(self, keys: DocumentKeys) -> CandidatePairs:
        pairs = []
        for row in range(len(keys)):
            weights: dict[int, int] = {}
            for key in self._keys(keys, row):
                docs = self._docs.get(key, [])
                most = self._limits.documents
                if key[0] == "anchor" and len(docs) > most:
                    most = self._limits.crowded
                for doc in docs[:most]:
                    weights[doc] = weights.get(doc, 0) + (self._limits.shared if key[0] == "band" else 1)
            pairs += [(row, doc) for doc in sorted(weights) if weights[doc] >= self._limits.shared]
        found = np.array(pairs, np.uint32).reshape(-1, 2)
        return CandidatePairs(rows=found[:, 0], docs=found[:, 1])

    @staticmethod
    def _keys(keys: DocumentKeys, row: int) -> set[tuple[str, int]]:
        bands = keys.bands[row].tolist() if keys.bands[row].any() else []
        anchors = keys.anchors[keys.offsets[row] : keys.offsets[row + 1]].tolist()
        return {("band", key) for key in bands} | {("anchor", key) for key in anchors}


def same(one: MatchIndex, other: PlainIndex, keys: DocumentKeys) -> int:
    a, b = one.query(keys), other.query(keys)
    assert np.array_equal(a.rows, b.rows)
    assert np.array_equal(a.docs, b.docs)
    return len(a.rows)


def test_the_index_in_memory_answers_as_the_plain_one() -> None:
    rng = np.random.default_rng(8)
    memory, plain = MemoryIndex(), PlainIndex()
    memory.add(np.empty(0, np.uint32), some_keys(rng, 1).select(np.arange(0)))
    found = 0
    for batch in range(12):
        keys = some_keys(rng, 1 + batch * 20)
        found += same(memory, plain, keys)
        ids = np.arange(batch * 1000, batch * 1000 + len(keys), dtype=np.uint32)
        memory.add(ids, keys)
        plain.add(ids, keys)
    assert found > 1000 and len(memory) == 12 * 1 + 20 * 66


def test_answers_as_the_plain_index_through_flushes_merges_and_reopening(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    on_disk, in_memory = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL), PlainIndex()
    found = 0
    for batch in range(24):
        keys = some_keys(rng, 100)
        found += same(on_disk, in_memory, keys)
        ids = np.arange(batch * 100 + 1, batch * 100 + 101, dtype=np.uint32)
        on_disk.add(ids, keys)
        in_memory.add(ids, keys)
        if on_disk.full:
            manifest = on_disk.flush()
            on_disk.saved()
            assert manifest.last == ids[-1]
        if batch in {8, 17}:
            manifest = on_disk.flush()
            on_disk.saved()
            on_disk.close()
            on_disk = SegmentIndex(tmp_path, SegmentManifest.from_json(manifest.to_json()), shape=SMALL)
            assert len(on_disk) == (batch + 1) * 100
    assert found > 10_000, "the test has to find something to mean anything"
    on_disk.close()


def test_what_was_not_saved_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    first, second = some_keys(rng, 200), some_keys(rng, 200)
    index = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL)
    index.add(np.arange(1, 201, dtype=np.uint32), first)
    saved = index.flush()
    index.saved()
    index.add(np.arange(201, 401, dtype=np.uint32), second)
    index.flush()  # the process dies before the store commits this manifest
    index.close()
    reopened, memory = SegmentIndex(tmp_path, saved, shape=SMALL), PlainIndex()
    memory.add(np.arange(1, 201, dtype=np.uint32), first)
    assert same(reopened, memory, second) > 0
    # The lost documents come again, under the same ids, and land in files of other numbers.
    reopened.add(np.arange(201, 401, dtype=np.uint32), second)
    memory.add(np.arange(201, 401, dtype=np.uint32), second)
    reopened.flush()
    reopened.saved()
    assert same(reopened, memory, first) > 0
    reopened.close()


def test_merged_away_files_are_deleted_only_after_the_manifest_is_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    index = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL)
    manifests = []
    for batch in range(3):
        index.add(np.arange(batch * 100 + 1, batch * 100 + 101, dtype=np.uint32), some_keys(rng, 100))
        manifests.append(index.flush())
        SegmentIndex(tmp_path, manifests[-1], shape=SMALL).close()
        SegmentIndex(tmp_path, manifests[max(0, batch - 1)], shape=SMALL).close()  # the older one still opens
    index.saved()
    index.close()
    assert {p.name[:8] for p in tmp_path.iterdir()} == {f"{file.number:08d}" for file in manifests[-1].runs}


def test_a_missing_or_cut_file_is_told(tmp_path: Path) -> None:
    index = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL)
    index.add(np.arange(1, 101, dtype=np.uint32), some_keys(np.random.default_rng(4), 100))
    manifest = index.flush()
    index.close()
    victim = sorted(tmp_path.iterdir())[0]
    victim.write_bytes(victim.read_bytes()[:-8])
    with pytest.raises(FormatError, match="anew"):
        SegmentIndex(tmp_path, manifest)
    victim.unlink()
    with pytest.raises(FormatError, match="anew"):
        SegmentIndex(tmp_path, manifest)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = SegmentIndex(tmp_path, SegmentManifest(recipe="r"))
    assert len(index.query(some_keys(np.random.default_rng(5), 10)).rows) == 0
    assert index.flush().runs == ()
    index.close()


def test_a_merge_in_pieces_is_the_merge_at_once() -> None:
    rng = np.random.default_rng(6)
    older = run_of(np.arange(1, 301, dtype=np.uint32), some_keys(rng, 300), IndexLimits())
    newer = run_of(np.arange(301, 401, dtype=np.uint32), some_keys(rng, 100), IndexLimits())
    whole = merged(older, newer, IndexLimits())
    heads, parts = merging(older, newer, IndexLimits(), 50)
    pieces = [(piece.entries.copy(), piece.lists.copy()) for piece in parts]
    assert len(pieces) > 20
    assert np.array_equal(heads, whole.heads)
    assert np.array_equal(np.concatenate([entries for entries, _ in pieces]), whole.entries[:-1])
    assert np.array_equal(np.concatenate([lists for _, lists in pieces]), whole.lists)


def test_many_copies_of_the_same_texts_are_merged_whole() -> None:
    texts = some_keys(np.random.default_rng(10), 20)
    keys = texts.select(np.tile(np.arange(20), 20))
    runs = [run_of(np.arange(start, start + 400, dtype=np.uint32), keys, IndexLimits()) for start in (1, 401)]
    assert len(runs[0].lists) > 8 * len(runs[0].entries), "keys of so many documents that their lists need most room"
    whole, (heads, parts) = merged(*runs, IndexLimits()), merging(*runs, IndexLimits(), 50)
    pieces = [piece.lists.copy() for piece in parts]
    assert np.array_equal(heads, whole.heads)
    assert np.array_equal(np.concatenate(pieces), whole.lists)


def test_a_crowded_anchor_takes_the_room_of_what_it_proposes() -> None:
    limits = IndexLimits(documents=10, crowded=3)
    anchors = np.zeros(200, dtype=np.uint32)
    keys = DocumentKeys(bands=np.zeros((200, BANDS), np.uint64), anchors=anchors, offsets=np.arange(201))
    many = run_of(np.arange(1, 201, dtype=np.uint32), keys, limits)
    few = run_of(np.arange(201, 204, dtype=np.uint32), keys.select(np.arange(3)), limits)
    assert many.lists.tolist() == [0, 11, 1, 2, 3]
    assert merged(many, few, limits).lists.tolist() == [0, 11, 1, 2, 3]
    assert few.lists.tolist() == [0, 3, 201, 202, 203]


def test_a_checkpoint_does_not_wait_and_names_only_what_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Event()

    def slow(*args: Any) -> SortedRun:
        assert disk.wait(60)
        return write_joined(*args)

    monkeypatch.setattr(segments, "write_joined", slow)
    rng = np.random.default_rng(7)
    index, memory = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL), PlainIndex()
    for batch in range(2):
        keys = some_keys(rng, 300)
        ids = np.arange(batch * 300 + 1, batch * 300 + 301, dtype=np.uint32)
        index.add(ids, keys)
        memory.add(ids, keys)
        assert index.checkpoint() == SegmentManifest(recipe="r")
        index.saved()
        assert same(index, memory, keys) > 0
    disk.set()
    assert index.flush().last == 600
    assert same(index, memory, keys) > 0
    index.saved()
    index.close()
    assert len({path.name[:8] for path in tmp_path.iterdir()}) == 1  # merged, and what was merged is gone


def test_a_disk_without_room_for_a_merge_costs_speed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(folder: Path, number: int, *args: Any) -> SortedRun:
        (folder / f"{number:08d}.heads.u32").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(segments, "merge_files", full)
    rng = np.random.default_rng(9)
    index, memory = SegmentIndex(tmp_path, SegmentManifest(recipe="r"), shape=SMALL), PlainIndex()
    for batch in range(4):
        keys = some_keys(rng, 300)
        ids = np.arange(batch * 300 + 1, batch * 300 + 301, dtype=np.uint32)
        index.add(ids, keys)
        memory.add(ids, keys)
        manifest = index.flush()
        index.saved()
        assert same(index, memory, keys) > 0
    index.close()
    assert [file.documents for file in manifest.runs] == [300] * 4
    assert {path.name[:8] for path in tmp_path.iterdir()} == {f"{file.number:08d}" for file in manifest.runs}
    assert caplog.text.count("slower") == 1


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from cleaners.errors import UnwritableError
from cleaners.dedup.index.segments import SegmentManifest, SegmentIndex
from tests.test_index_segments import SMALL, some_keys
index = SegmentIndex(Path(sys.argv[1]), SegmentManifest(recipe="r"), shape=SMALL)
index.add(np.arange(1, 301, dtype=np.uint32), some_keys(np.random.default_rng(11), 300))
kept = index.flush()
index.saved()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
index.add(np.arange(301, 311, dtype=np.uint32), some_keys(np.random.default_rng(12), 10))
try:
    index.flush()
except UnwritableError as error:
    print(error)
    index.close()
    SegmentIndex(Path(sys.argv[1]), kept).close()
    sys.exit(3)
"""


@pytest.mark.parametrize("room", [0, 1_024])  # the second: full only with the last words of a file
def test_a_full_disk_is_told_and_what_was_saved_stays(tmp_path: Path, room: int) -> None:
    run = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(room)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert "make room" in done.stdout


def test_files_of_an_earlier_layout_are_not_read(tmp_path: Path) -> None:
    old = '{"recipe": "r", "last": 9, "runs": [{"number": 1, "documents": 9, "bands": 5, "anchors": 5}]}'
    assert SegmentManifest.from_json(old) == SegmentManifest(recipe="")


def test_ids_that_do_not_fit_are_told(tmp_path: Path) -> None:
    index = SegmentIndex(tmp_path, SegmentManifest(recipe="r"))
    with pytest.raises(UsageError, match="begin another store"):
        index.add(np.array([1 << 31], dtype=np.uint32), some_keys(np.random.default_rng(8), 1))
    index.close()


BATCHES = 60


def batch_keys(batch: int) -> tuple[np.ndarray[Any, np.dtype[np.uint32]], DocumentKeys]:
    """Always the same documents of a batch."""
    return np.arange(batch * 50 + 1, batch * 50 + 51, dtype=np.uint32), some_keys(np.random.default_rng(batch), 50)


def index_until_killed(folder: Path) -> None:
    """What the store does: the manifest and how many batches are safe are saved together, then ``saved``."""
    index = SegmentIndex(folder / "index", SegmentManifest(recipe="r"), shape=SMALL)
    manifest = SegmentManifest(recipe="r")
    for batch in range(BATCHES):
        index.add(*batch_keys(batch))
        if index.full:
            manifest = index.checkpoint()
        new = folder / "state.new"
        new.write_text(json.dumps({"manifest": manifest.to_json(), "batches": batch + 1}))
        new.rename(folder / "state")
        index.saved()
        print(batch + 1, flush=True)


def killed_while_indexing(folder: Path, after: int) -> None:
    code = f"import sys; sys.path[:0] = [{str(ROOT)!r}]\nfrom pathlib import Path\n"
    code += f"from tests.test_index_segments import index_until_killed\nindex_until_killed(Path({str(folder)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout
    for line in process.stdout:
        if int(line) >= after:
            time.sleep(random.Random(after).random() * 0.02)
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    assert process.returncode == -signal.SIGKILL
    state = json.loads((folder / "state").read_text())
    manifest = SegmentManifest.from_json(state["manifest"])
    index, memory = SegmentIndex(folder / "index", manifest, shape=SMALL), PlainIndex()
    for batch in range(state["batches"]):
        ids, keys = batch_keys(batch)
        memory.add(ids, keys)
        if ids[0] > manifest.last:
            index.add(ids, keys)
    assert len(index) == state["batches"] * 50 >= after * 50
    assert same(index, memory, batch_keys(BATCHES)[1]) > 0
    named = {f"{file.number:08d}" for file in index.flush().runs}
    index.saved()
    index.close()
    assert {path.name[:8] for path in (folder / "index").iterdir()} == named, "nothing half-written stays"


@pytest.mark.parametrize("after", [47])
def test_killed_while_indexing(tmp_path: Path, after: int) -> None:
    killed_while_indexing(tmp_path, after)


@pytest.mark.soak
@pytest.mark.parametrize("after", range(1, BATCHES, 3))
def test_killed_at_twenty_moments_of_indexing(tmp_path: Path, after: int) -> None:
    killed_while_indexing(tmp_path, after)
