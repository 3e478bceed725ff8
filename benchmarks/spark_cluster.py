"""Matching on Spark against this machine alone: the same corpus, the same answer, and how long each takes.

    python benchmarks/spark_cluster.py CORPUS.jsonl.gz [--documents 20000] [--kill]

Needs the extra ``spark`` and Java. CORPUS is JSON Lines with ``text``. A corpus of so many documents is made of its
phrases, mixed anew, with a copy (whole, or cut) after every fifth; its 4-grams are as frequent as real ones. A master
and two workers of one core each are started on loopback. ``--kill`` kills one of them with -9 in the middle.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cleaners.dedup.corpus import deduplicate
from tests.spark_cluster import Cluster, frugal

ROOT = Path(__file__).resolve().parent.parent
_MEMORY = "1536m"  # of each executor's JVM


def mixed(source: Path, documents: int) -> list[str]:
    """The texts of the corpus."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    phrases = [phrase for text in texts[::3] for phrase in re.findall(r"[^，。！？；\n]{4,12}[，。！？；]?", text)]
    chance = random.Random(1)
    made: list[str] = []
    while len(made) < documents:
        made.append("".join(chance.choices(phrases, k=chance.randint(40, 140))))
        if len(made) % 5 == 0:
            text = chance.choice(made)
            made.append(text[: int(len(text) * chance.uniform(0.5, 1))] + chance.choice(phrases))
    return made[:documents]


def on_spark(folder: Path, corpus: Path, *, kill: bool) -> float:
    """Seconds of the whole command."""
    settings = folder / "conf"
    settings.mkdir()
    serial = "-XX:+UseSerialGC"  # two JVMs of one core each; compiled as on any cluster, unlike in the tests
    lines = {
        **frugal(),
        "spark.sql.shuffle.partitions": "32",
        "spark.executor.memory": _MEMORY,
        "spark.driver.extraJavaOptions": serial,
        "spark.executor.extraJavaOptions": serial,
        "spark.local.dir": str(folder / "driver"),
    }
    (settings / "spark-defaults.conf").write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    with Cluster(folder / "cluster", memory=_MEMORY) as cluster:
        command = [
            sys.executable, "-m", "crawler", "dedup", str(corpus), "-o", str(folder / "there.jsonl"),
            "--engine", "spark", "--master", cluster.master, "--pairs", str(folder / "there-pairs.jsonl"),
        ]  # fmt: skip
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=folder)
        assert process.stderr
        for line in process.stderr:
            if re.fullmatch(r"[a-z]+\n", line):
                print(f"  {time.perf_counter() - began:6.1f} s  {line.strip()}", flush=True)
                if kill and line == "candidates\n":
                    cluster.kill_one()
        assert process.wait() == 0
        return time.perf_counter() - began


def labels(place: Path) -> dict[int, tuple[int, int, bool]]:
    files = sorted(place.glob("part-*")) if place.is_dir() else [place]
    rows = (json.loads(line) for file in files for line in file.open(encoding="utf-8"))
    return {row["id"]: (row["cluster_id"], row["cluster_size"], row["is_canonical"]) for row in rows}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--documents", type=int, default=20_000)
    options.add_argument("--kill", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "in.jsonl"
        with corpus.open("w", encoding="utf-8") as out:
            for number, text in enumerate(mixed(given.corpus, given.documents)):
                out.write(json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n")
        size = corpus.stat().st_size / 1e6
        print(f"{given.documents} documents, {size:.0f} MB, load {os.getloadavg()[0]:.1f}", flush=True)
        began = time.perf_counter()
        done = deduplicate(corpus, folder / "here.jsonl")
        here = time.perf_counter() - began
        rate = f"{here:7.1f} s  {given.documents / here:7.0f} documents/s"
        print(f"one process   {rate}  {done.pairs} pairs, {done.clusters} clusters", flush=True)
        there = on_spark(folder, corpus, kill=given.kill)
        rate = f"{there:7.1f} s  {given.documents / there:7.0f} documents/s"
        print(f"two workers   {rate}, load {os.getloadavg()[0]:.1f}")
        same = labels(folder / "here.jsonl") == labels(folder / "there.jsonl")
        print("the same clusters and copies" if same else "DIFFERENT ANSWERS")
        sys.exit(not same)


if __name__ == "__main__":
    main()
