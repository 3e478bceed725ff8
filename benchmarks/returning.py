"""How well texts that were taken down are known again by their traces alone, on the labelled reposts and series.

    python benchmarks/returning.py [SHARED]

Prints by class of labelled pair the share that is stopped: for copies that is recall, for others a false stop.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cleaners.dedup.returning import Watch, traces
from cleaners.store import Traces


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def stopped(texts: dict[int, str], known: dict[int, Traces], a: int, b: int) -> bool:
    """Whether b is stopped where a was taken down."""
    watch = Watch([("a", known[a])])
    return watch._digests.get(known[b].digest) is not None or watch._meet(known[b]) is not None


def load(path: Path) -> tuple[dict[int, str], dict[int, Traces]]:
    texts = {row["id"]: row["text"] for row in rows(path)}
    return texts, dict(zip(texts, traces(list(texts.values())), strict=True))


def false_stops(texts: dict[int, str], folder: Path, taken_down: int = 500) -> tuple[int, int, int]:
    """(documents stopped though they share nothing, documents asked, tombstones) with many tombstones at once."""
    docs = {row["id"]: row for row in rows(folder / "docs.jsonl.gz")}
    chosen = [id_ for id_, row in docs.items() if row["cls"] == "orig"][:taken_down]
    watch = Watch(list(zip(map(str, chosen), traces([texts[id_] for id_ in chosen]), strict=True)))
    groups = {group for id_ in chosen for group in docs[id_]["groups"]}
    others = [id_ for id_, row in docs.items() if not groups.intersection(row["groups"])]
    met = watch.meet([texts[id_] for id_ in others])
    return sum(one is not None for one in met), len(others), len(chosen)


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("JIANBAO_SHARED") or "../shared")
    folder = shared / "reposts"
    texts, known = load(folder / "docs.jsonl.gz")
    by_class: dict[tuple[int, str], list[bool]] = defaultdict(list)
    for pair in rows(folder / "pairs.jsonl.gz"):
        by_class[pair["label"], pair["cls"]].append(stopped(texts, known, pair["a"], pair["b"]))
    for label, name in ((1, "copies stopped"), (0, "others stopped")):
        every = [hit for (kind, _), hits in by_class.items() if kind == label for hit in hits]
        print(f"{name}: {sum(every) / len(every):.4f} of {len(every)}")
        for (kind, cls), hits in sorted(by_class.items()):
            if kind == label:
                print(f"  {cls:24} {sum(hits) / len(hits):.3f} of {len(hits)}")
    series, traced = load(folder / "series_docs.jsonl.gz")
    hits = [stopped(series, traced, p["a"], p["b"]) for p in rows(folder / "series_pairs.jsonl.gz")]
    print(f"series pairs stopped: {sum(hits) / len(hits):.3f} of {len(hits)}")
    wrong, asked, stones = false_stops(texts, folder)
    print(f"{stones} articles taken down: {wrong} of {asked} documents that share none of them are stopped")


if __name__ == "__main__":
    main()
