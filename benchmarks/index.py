"""The match index alone: documents a second, memory, disk, longest wait and recall at a million documents.

    python benchmarks/index.py CORPUS.jsonl[.gz] [--documents 1000000] [--batch 500]

CORPUS (`text` in each line) teaches a character model of order 2, so that the 4-grams of the made documents are about
as frequent as those of real news (a model of order 3 copies whole passages of a small corpus). Reposts of earlier
documents are planted: cut to a half, one character in 25 swapped, or wrapped in 200 characters of other text. Keys are
made beforehand and not timed: what is timed is query, insertion, and whatever writing and merging makes a batch wait.
"docs/s of CPU" counts what writing and merging take in their own threads. "merging" is the most that was on disk at any
time since the line before, old and new files together; memory is what exceeds that of making the documents. "longest"
is the longest any batch took by the clock, "less queue" without the time its thread was ready and had no core, which on
a machine with other work says what the index itself makes a batch wait: locks, the disk, its own computing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numba
import numpy as np

from cleaners.dedup.fingerprint import DocumentKeys, NormalForms, normal_forms, signatures_of
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest

LENGTH = 800
PLANTED = 0.05


def model(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The corpus as one array of code points, its places sorted by bigram, and for each place where the places with
    its bigram begin in that order and how many they are."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        points = normal_forms([json.loads(line)["text"] for line in file]).points
    bigram = (points[:-2].astype(np.uint64) << np.uint64(21)) | points[1:-1].astype(np.uint64)
    order = np.argsort(bigram, kind="stable").astype(np.int32)
    ranked = bigram[order]
    begins = np.flatnonzero(np.diff(ranked, prepend=~ranked[:1]) != 0)
    sizes = np.diff(begins, append=len(ranked))
    likes = np.empty((len(order), 2), np.int32)
    likes[order] = np.repeat(np.stack((begins, sizes), axis=1), sizes, axis=0)
    return points, order, likes


@numba.njit(cache=True)
def walk(points, order, likes, starts, choices, out):
    """Texts of a second-order Markov chain: from each place to one whose bigram is the same, and on by one.

    All texts grow side by side, so that their cache misses overlap.
    """
    at = starts.copy()
    for j in range(out.shape[1]):
        for doc in range(len(at)):
            first, size = likes[at[doc]]
            after = order[first + choices[doc, j] % np.uint32(size)] + 1
            at[doc] = after if after < len(likes) else 0
            out[doc, j] = points[at[doc] + 1]


def batches(corpus: Path, documents: int, size: int) -> Iterator[tuple[DocumentKeys, dict[int, int]]]:
    """Keys of each batch, and row -> document (from 1) that it is a repost of."""
    points, order, likes = model(corpus)
    rng = np.random.default_rng(7)
    kept: list[tuple[int, np.ndarray]] = []
    for first in range(1, documents + 1, size):
        out = np.empty((size, LENGTH), np.int32)
        choices = rng.integers(0, 1 << 31, (size, LENGTH), dtype=np.uint32)
        walk(points, order, likes, rng.integers(0, len(likes), size), choices, out)
        rows = list(out)
        planted = {}
        for row in range(size):
            if kept and rng.random() < PLANTED:
                original, text = kept[rng.integers(len(kept))]
                planted[row] = original
                rows[row] = disguised(rng, text, out[row])
        for row in rng.integers(0, size, 5):
            if row not in planted:
                kept.append((first + int(row), out[row].copy()))
        forms = NormalForms(
            points=np.concatenate(rows), offsets=np.concatenate(([0], np.cumsum([len(r) for r in rows])))
        )
        made = signatures_of(forms)
        yield made, planted


def disguised(rng: np.random.Generator, text: np.ndarray, other: np.ndarray) -> np.ndarray:
    match rng.integers(3):
        case 0:
            return text[: LENGTH // 2]
        case 1:
            swapped = text.copy()
            places = rng.integers(0, LENGTH, LENGTH // 25)
            swapped[places] = other[places]
            return swapped
        case _:
            return np.concatenate((other[:100], text, other[100:200]))


def private_bytes() -> int:
    """Anonymous memory of this process: mapped files are not counted."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def queued() -> float:
    """Seconds this thread has waited for a core (0 where the system does not tell)."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(given, Path(folder))


def run(given: argparse.Namespace, folder: Path) -> None:
    index = SegmentIndex(folder, SegmentManifest(recipe="benchmark"))
    manifest = SegmentManifest(recipe="benchmark")
    base, spent, longest, blocked, peak, proposed, most = 0, 0.0, 0.0, 0.0, 0, 0, 0
    found = total = 0
    own, all_before, own_before = 0.0, time.process_time(), time.thread_time()
    next_report = given.documents // 10
    first = 1
    print("documents   docs/s  docs/s of CPU  longest  less queue  private MB  bytes/doc  merging  recall  found/doc")
    for keys, planted in batches(given.corpus, given.documents, given.batch):
        ids = np.arange(first, first + len(keys), dtype=np.uint32)
        base = base or private_bytes()  # what making the documents takes is not the index's
        clock, cpu, queue = time.perf_counter(), time.thread_time(), queued()
        candidates = index.query(keys)
        index.add(ids, keys)
        if index.full:
            manifest = index.checkpoint()
            index.saved()
        took = time.perf_counter() - clock
        spent, longest = spent + took, max(longest, took if first > 1 else 0)
        own += time.thread_time() - cpu
        blocked = max(blocked, took - (queued() - queue) if first > 1 else 0)
        proposed += len(candidates.rows)
        pairs = set(zip(candidates.rows.tolist(), candidates.docs.tolist(), strict=True))
        total += len(planted)
        found += sum((row, doc) in pairs for row, doc in planted.items())
        first += len(keys)
        if first % 5_000 < given.batch:
            peak = max(peak, private_bytes() - base)
            most = max(most, sum(p.stat().st_size for p in folder.iterdir()) / first)
        if first > next_report:
            next_report += given.documents // 10
            size = sum(4 * (file.heads + 2 * file.entries + file.lists) for file in manifest.runs)
            n = first - 1
            making = time.thread_time() - own_before - own  # what runs and merges took in other threads is counted
            used = time.process_time() - all_before - making
            print(
                f"{n:9,} {n / spent:8,.0f} {n / used:14,.0f} {longest:7.2f}s {blocked:10.2f}s "
                f"{peak / 1e6:11,.0f} {size / n:10,.0f} "
                f"{most:8,.0f} {found / max(total, 1):7.4f} {proposed / n:10.1f}",
                flush=True,
            )
            most = 0
    index.close()
    print(
        f"peak resident, mapped files included: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB"
        f" on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
