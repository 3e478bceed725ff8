"""Digests: how many are taken for a copy of one of their articles when only that one is known, and how well all else is
grouped.

    python benchmarks/digests.py REPOSTS [--near .5] [--least .4]

REPOSTS as in benchmarks/dedup.py. Each digest of three and six articles is grouped with one of their originals alone,
by the matches that a store finds (pairs judged by themselves); then all documents together, by what `dedup` finds.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.clusters import ClusterSettings, group
from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.corpus.engine import CorpusDeduplicator

Docs = list[dict[str, Any]]


def member(doc: int, text: str) -> ClusterMember:
    """A document as the grouping sees it."""
    title = text.strip().partition("\n")[0].strip()
    return ClusterMember(
        doc=doc, id=f"{doc:012d}", arrival=doc, title=title if len(title) <= 60 else None, url=None, site=None,
        source=None, published=None, length=len(text), quality=1.0, disguises=(), repairs=0, noise=0,
    )  # fmt: skip


def swallowed(docs: Docs, kind: str, settings: ClusterSettings) -> tuple[int, int]:
    """How many pairs of a digest and one of its articles are one cluster, and how many there are."""
    first = {doc["groups"][0]: at for at, doc in enumerate(docs) if doc["cls"] == "orig"}
    pairs = [(at, first[g]) for at, doc in enumerate(docs) if doc["cls"] == kind for g in doc["groups"] if g in first]
    forms = fingerprint.normal_forms([doc["text"] for doc in docs])
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    together = 0
    for found in verify.verify(forms, left, right):
        a, b = pairs[found.pair]
        edge = MatchEdge(
            a=a, b=b, kind=found.kind, similarity=found.similarity, containment_a=found.left, containment_b=found.right
        )
        members = {at: member(at, docs[at]["text"]) for at in (a, b)}
        together += len(group(members, [edge], settings).clusters) == 1
    return together, len(pairs)


def b_cubed(docs: Docs, settings: ClusterSettings) -> tuple[float, float]:
    """B-cubed precision and recall of the clusters (Bagga, Baldwin, 1998), digests left out."""
    with TemporaryDirectory() as folder, CorpusDeduplicator(Path(folder)) as corpus:
        corpus.add([doc["text"] for doc in docs])
        edges = [
            MatchEdge(
                a=one.doc, b=one.other, kind=one.kind, similarity=one.similarity, containment_a=one.containment,
                containment_b=one.covered,
            )
            for _, found in corpus.matches() for one in found
        ]  # fmt: skip
    grouped = group({at: member(at, doc["text"]) for at, doc in enumerate(docs)}, edges, settings)
    judged = [at for at, doc in enumerate(docs) if not doc["cls"].startswith("compile")]
    ours, theirs = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    of = {doc: number for number, cluster in enumerate(grouped.clusters) for doc in cluster}
    for at in judged:
        ours[of[at]].add(at)
        theirs[docs[at]["groups"][0]].add(at)
    shared = [(len(ours[of[at]] & theirs[docs[at]["groups"][0]]), at) for at in judged]
    precision = sum(n / len(ours[of[at]]) for n, at in shared) / len(judged)
    recall = sum(n / len(theirs[docs[at]["groups"][0]]) for n, at in shared) / len(judged)
    return precision, recall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("--near", type=float, default=ClusterSettings().near)
    parser.add_argument("--least", type=float, default=ClusterSettings().least)
    args = parser.parse_args()
    settings = ClusterSettings(near=args.near, least=args.least)
    with gzip.open(args.reposts / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [json.loads(line) for line in lines]
    print(settings.recipe)
    for kind in ("compile_3", "compile_6"):
        together, count = swallowed(docs, kind, settings)
        print(f"{kind}: {together} of {count} swallowed")
    precision, recall = b_cubed(docs, settings)
    print(f"clusters: precision {precision:.4f}, recall {recall:.4f}")


if __name__ == "__main__":
    main()
