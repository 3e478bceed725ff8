"""New documents against old ones: `dedup --against` beside doing both at once, by CPU time, and the same answer.

    python benchmarks/against.py ../shared/reposts/docs.jsonl.gz --old 200000 --new 20000

The documents are those of a corpus and, beyond it, put together from its clauses (`spark_cluster.mixed`), every fifth
of them a cut copy of an earlier one.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spark_cluster import mixed

from cleaners.dedup.corpus import CorpusColumns, deduplicate
from cleaners.dedup.corpus.known import known_documents


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def labels(path: Path, skipped: int) -> list[tuple[Any, int, bool]]:
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file][skipped:]
    return [(one["cluster_id"], one["cluster_size"], one["is_canonical"]) for one in lines]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", type=Path)
    options.add_argument("--old", type=int, default=200_000)
    options.add_argument("--new", type=int, default=20_000)
    given = options.parse_args()
    texts = mixed(given.corpus, given.old + given.new)
    random.Random(2).shuffle(texts)
    records = [{"id": number, "text": text} for number, text in enumerate(texts)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        old, new = (
            written(folder / "old.jsonl", records[: given.old]),
            written(folder / "new.jsonl", records[given.old :]),
        )
        started = time.process_time()
        deduplicate([old, new], folder / "both.jsonl")
        both = time.process_time() - started
        started = time.process_time()
        done = deduplicate(new, folder / "out.jsonl", known=known_documents(old, CorpusColumns(), None))
        against = time.process_time() - started
        same = labels(folder / "both.jsonl", given.old) == labels(folder / "out.jsonl", 0)
    print(f"both at once {both:.0f} s of CPU, --against {against:.0f} s ({against / both:.2f})")
    print(f"{done.matched:,} of {done.documents:,} new documents in clusters of old ones; the same answer: {same}")


if __name__ == "__main__":
    main()
