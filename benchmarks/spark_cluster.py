"""Matching on Spark against this machine alone: the same corpus, the same answer, and what each takes.

    python benchmarks/spark_cluster.py REPOSTS/docs.jsonl.gz [--documents 20000] [--kill]

Needs the extra ``spark`` and Java. The corpus is that of `million.py`. A master and two workers of one core each are
started on loopback, with a driver besides. ``--kill`` kills one of the workers with -9 in the middle. CPU is that of
all processes of a run, the master's, the workers' and the driver's JVMs among them, from their start to their end.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.million import make
from tests.spark_cluster import Cluster, frugal

ROOT = Path(__file__).resolve().parent.parent
_MEMORY = "1536m"  # of each executor's JVM
_LOOK = 0.3  # seconds
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux: processes whose parents are gone become children of this one


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What a run took."""

    seconds: float
    cpu: float
    """Seconds of CPU of all its processes."""

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s, {self.cpu:7.1f} s of CPU"


class _RunClock:
    """Measures what runs between its making and :meth:`stop`, with all processes that were started.

    Spark's Python daemon does not wait for its workers, so what they used is told to nobody when they are gone: each
    process is looked at while it lives.
    """

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._used: dict[tuple[int, str], int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> RunCost:
        seconds = time.perf_counter() - self._began
        self._look()
        self._ended.set()
        self._thread.join()
        return RunCost(seconds=seconds, cpu=sum(self._used.values()) / os.sysconf("SC_CLK_TCK"))

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            self._look()

    def _look(self) -> None:
        """Note what each process below this one has used."""
        children: dict[int, list[int]] = {}
        states: dict[int, list[str]] = {}
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                states[int(place.parent.name)] = state = place.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(state[1]), []).append(int(place.parent.name))
        below = list(children.get(os.getpid(), []))
        for process in below:
            below += children.get(process, [])
            user, system, born = (states[process][at] for at in (11, 12, 19))
            self._used[process, born] = int(user) + int(system)


def dedup(folder: Path, name: str, *options: str) -> list[str]:
    """The command that matches ``in.jsonl``."""
    return [
        sys.executable, "-m", "crawler", "dedup", str(folder / "in.jsonl"), "-o", str(folder / f"{name}.jsonl"),
        "--pairs", str(folder / f"{name}-pairs.jsonl"), *options,
    ]  # fmt: skip


def here(folder: Path) -> RunCost:
    """One process."""
    clock = _RunClock()
    subprocess.run(dedup(folder, "here"), check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return clock.stop()


def on_spark(folder: Path, *, kill: bool) -> RunCost:
    """A master and two workers."""
    settings = folder / "conf"
    settings.mkdir()
    serial = "-XX:+UseSerialGC"  # two JVMs of one core each; compiled as on any cluster, unlike in the tests
    lines = {
        **frugal(),
        "spark.executor.memory": _MEMORY,
        "spark.driver.extraJavaOptions": serial,
        "spark.executor.extraJavaOptions": serial,
        "spark.local.dir": str(folder / "driver"),
    }
    (settings / "spark-defaults.conf").write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    clock = _RunClock()
    with Cluster(folder / "cluster", memory=_MEMORY) as cluster:
        command = dedup(folder, "there", "--engine", "spark", "--master", cluster.master)
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=folder)
        assert process.stderr
        for line in process.stderr:
            if re.fullmatch(r"[a-z]+\n", line):
                print(f"  {time.perf_counter() - began:6.1f} s  {line.strip()}", flush=True)
                if kill and line == "candidates\n":
                    cluster.kill_one()
        assert process.wait() == 0
    return clock.stop()


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
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(given.corpus, folder / "in.jsonl", given.documents)
        size = (folder / "in.jsonl").stat().st_size / 1e6
        print(f"{given.documents} documents, {size:.0f} MB, load {os.getloadavg()[0]:.1f}", flush=True)
        alone = here(folder)
        print(f"one process   {alone}", flush=True)
        together = on_spark(folder, kill=given.kill)
        print(f"two workers   {together}: {together.cpu / alone.cpu:.2f} times, load {os.getloadavg()[0]:.1f}")
        same = labels(folder / "here.jsonl") == labels(folder / "there.jsonl")
        print("the same clusters and copies" if same else "DIFFERENT ANSWERS")
        sys.exit(not same)


if __name__ == "__main__":
    main()
