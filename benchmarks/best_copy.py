"""Best copies: how often `dedup` chooses an undisguised copy where a cluster has one, in three orders of arrival.

    python benchmarks/best_copy.py REPOSTS [--part N]

REPOSTS as in benchmarks/dedup.py. --part N takes every Nth article with all its copies. Plain copies are those that
wear no disguise, edited ones too; compilations are in no cluster that is judged.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleaners.dedup.corpus import deduplicate

PLAIN = ("orig", "exact", "title", "resplit", "edit_light", "edit_heavy", "noise_light")
"""Classes of plain copies."""


def chosen(docs: list[dict[str, Any]]) -> tuple[int, int, Counter[str]]:
    """Clusters of several documents with a plain copy, those whose best copy is one, and the classes of the others."""
    with TemporaryDirectory() as folder:
        source, out = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        source.write_text("\n".join(json.dumps({"id": d["id"], "text": d["text"]}) for d in docs), encoding="utf-8")
        deduplicate(source, out)
        rows = list(map(json.loads, out.read_text(encoding="utf-8").splitlines()))
    kinds = {doc["id"]: doc["cls"] for doc in docs}
    clusters = defaultdict(list)
    for row in rows:
        clusters[row["cluster_id"]].append(row)
    judged = [c for c in clusters.values() if len(c) > 1 and any(kinds[row["id"]] in PLAIN for row in c)]
    best = [kinds[row["id"]] for cluster in judged for row in cluster if row["is_canonical"]]
    wrong = Counter(kind for kind in best if kind not in PLAIN)
    return len(judged), len(judged) - wrong.total(), wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("--part", type=int, default=1)
    args = parser.parse_args()
    with gzip.open(args.reposts / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [doc for doc in map(json.loads, lines) if any(group // 6 % args.part == 0 for group in doc["groups"])]
    docs.sort(key=lambda doc: doc["cls"] != "orig")
    shuffled = random.Random(1).sample(docs, len(docs))
    print("| order | clusters | best copy is a plain one | wrong |\n|---|---|---|---|")
    for name, order in (("originals first", docs), ("reversed", docs[::-1]), ("random", shuffled)):
        clusters, right, wrong = chosen(order)
        print(f"| {name} | {clusters} | {right / clusters:.3f} | {dict(wrong.most_common(6))} |")


if __name__ == "__main__":
    main()
