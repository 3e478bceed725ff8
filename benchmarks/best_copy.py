"""Best copies: how often `dedup` chooses an undisguised copy, and the text of the original, in three orders
of arrival.

    python benchmarks/best_copy.py REPOSTS [--part N] [--body]

REPOSTS as in benchmarks/dedup.py. --part N takes every Nth article with all its copies. Plain copies are those that
wear no disguise, edited ones too; compilations are in no cluster that is judged. Of the clusters with an original or an
exact copy, best is one of the classes whose text is the same. --body leaves the first line of each text, its headline.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleaners.dedup.corpus import deduplicate

PLAIN = ("orig", "exact", "title", "resplit", "edit_light", "edit_heavy", "noise_light")
"""Classes of plain copies."""
SAME = ("orig", "exact", "title", "resplit")
"""Classes of copies with the text of the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestCopies:
    """Which copies were the best, by how they were made."""

    plain: Counter[str]
    """Of clusters of several documents with a plain copy."""
    whole: Counter[str]
    """Of clusters of several documents with the original or an exact copy."""


def chosen(docs: list[dict[str, Any]]) -> BestCopies:
    """The best copies of these documents."""
    with TemporaryDirectory() as folder:
        source, out = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        source.write_text("\n".join(json.dumps({"id": d["id"], "text": d["text"]}) for d in docs), encoding="utf-8")
        deduplicate(source, out)
        rows = list(map(json.loads, out.read_text(encoding="utf-8").splitlines()))
    kinds = {doc["id"]: doc["cls"] for doc in docs}
    clusters = defaultdict(list)
    for row in rows:
        clusters[row["cluster_id"]].append(row)
    several = [(c, {kinds[row["id"]] for row in c}) for c in clusters.values() if len(c) > 1]

    def best(among: Sequence[str]) -> Counter[str]:
        judged = [cluster for cluster, held in several if held & set(among)]
        return Counter(kinds[row["id"]] for cluster in judged for row in cluster if row["is_canonical"])

    return BestCopies(plain=best(PLAIN), whole=best(("orig", "exact")))


def _share(found: Counter[str], right: Sequence[str]) -> str:
    wrong = Counter({kind: count for kind, count in found.items() if kind not in right})
    return f"{found.total()} | {1 - wrong.total() / found.total():.3f} | {dict(wrong.most_common(6))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--body", action="store_true")
    args = parser.parse_args()
    with gzip.open(args.reposts / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [doc for doc in map(json.loads, lines) if any(group // 6 % args.part == 0 for group in doc["groups"])]
    if args.body:
        docs = [doc | {"text": doc["text"].partition("\n")[2] or doc["text"]} for doc in docs]
    docs.sort(key=lambda doc: doc["cls"] != "orig")
    shuffled = random.Random(1).sample(docs, len(docs))
    print("| order | with a plain copy | best is one | wrong | with the original | best is its text | wrong |")
    print("|---|---|---|---|---|---|---|")
    for name, order in (("originals first", docs), ("reversed", docs[::-1]), ("random", shuffled)):
        best = chosen(order)
        print(f"| {name} | {_share(best.plain, PLAIN)} | {_share(best.whole, SAME)} |")


if __name__ == "__main__":
    main()
