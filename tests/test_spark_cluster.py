"""A master and two workers on loopback give what one machine gives: the small form of tests/test_spark.py, for CI.

CI on a machine with Java installs pyspark for it (Makefile); elsewhere it is skipped, with what is missing.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from cleaners.dedup.corpus import deduplicate
from tests.spark_cluster import Cluster
from tests.spark_corpus import story
from tests.test_spark import by_id, dedup_on, environment, lines


def test_a_master_with_two_workers_gives_the_clusters_of_one_machine(tmp_path: Path) -> None:
    texts = [story(n) for n in range(12)]
    texts += [text[: len(text) * 2 // 3] for text in texts[:4]] + [f"本网讯 {text}\n（完）" for text in texts[3:8]]
    rows = (json.dumps({"id": number, "text": text}, ensure_ascii=False) for number, text in enumerate(texts))
    (tmp_path / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    here = deduplicate(tmp_path / "in.jsonl", tmp_path / "here.jsonl")
    with Cluster(tmp_path / "cluster") as cluster:
        done = subprocess.run(dedup_on(cluster.master), cwd=tmp_path, env=environment(tmp_path),
                              stderr=subprocess.PIPE, text=True, timeout=600)  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert here.pairs >= 9 and f"{here.pairs:,} pairs" in done.stderr
    assert by_id(lines(tmp_path / "there.jsonl")) == by_id(lines(tmp_path / "here.jsonl"))
