"""How often anchors stand in the documents of a growing corpus: what matching it costs, and where it breaks first.

    python benchmarks/anchors.py CORPUS.jsonl.gz [--most 64000]

The corpus is that of ``spark_cluster.py``: real phrases in a new order, so that what most of its documents share is
language, not news. For each size: anchors a document; the share of postings whose anchor stands in
one document only (never proposes), in up to 40, in more (proposes three); what a document is proposed before counting
(``shared``: rows of the join), and after (``candidates``: at least four anchors of one other); the hottest anchor; and
how full the counters are that tell common text (``cleaners.dedup.corpus.engine``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.spark_cluster import mixed
from cleaners.dedup import fingerprint
from cleaners.dedup.corpus.engine import SLOTS, limit_of, slots_of
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import MemoryIndex

BATCH = 2000


def measure(texts: list[str]) -> None:
    parts = [fingerprint.signatures(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    limits, count = IndexLimits(), len(texts)
    index, candidates = MemoryIndex(limits), 0
    for number, part in enumerate(parts):
        index.add(np.arange(number * BATCH, number * BATCH + len(part), dtype=np.uint32), part)
        if number == len(parts) - 1:
            found = index.query(part)
            candidates = int((found.docs < found.rows + number * BATCH).sum())
    anchors = np.concatenate([part.anchors for part in parts])
    _, frequency = np.unique(anchors, return_counts=True)
    crowded = frequency > limits.documents
    several = (frequency > 1) & ~crowded
    rows = (frequency[several] * (frequency[several] - 1) / 2).sum() + limits.crowded * frequency[crowded].sum()
    slots = np.bincount(slots_of(anchors), minlength=1 << SLOTS)
    full = (slots > limit_of(count)).mean()
    print(
        f"{count:8}  {len(anchors) / count:6.0f}  {(frequency == 1).sum() / len(anchors):6.3f}"
        f"  {frequency[several].sum() / len(anchors):6.3f}  {frequency[crowded].sum() / len(anchors):6.3f}"
        f"  {rows / count:7.0f}  {candidates / len(parts[-1]):8.1f}  {frequency.max() / count:7.4f}"
        f"  {slots.mean():9.3f}  {limit_of(count):6.0f}  {full:8.5f}",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--most", type=int, default=64_000)
    given = options.parse_args()
    texts = mixed(given.corpus, given.most)
    print("documents anchors   alone   to 40    more   shared  candid.  hottest  mean slot   limit     full")
    size = 1000
    while size <= given.most:
        measure(texts[:size])
        size *= 4


if __name__ == "__main__":
    main()
