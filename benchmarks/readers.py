"""Dumps: reading a WARC against fastwarc alone, ``clean`` on two processes against one, memory over gigabytes.

    python benchmarks/readers.py FOLDER [--megabytes 1000] [--pages 600] [--only reading|processes|memory]

FOLDER holds saved pages (HTML). A WARC of so many megabytes (uncompressed) is made of them by repetition, each time
with another number in the text, so that no two records are equal. Everything is compared within this one run. The
memory is told after each tenth of the input, so that a run that is stopped has said something.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaners import readers
from cleaners.items import Page

ROOT = Path(__file__).resolve().parent.parent


def changed(pages: list[bytes]) -> Iterator[bytes]:
    """The pages again and again, a number in each title and paragraph."""
    for number in count():
        mark = f"第{number}号".encode("ascii", "xmlcharrefreplace")
        yield pages[number % len(pages)].replace(b"</p>", mark + b"</p>").replace(b"</title>", mark + b"</title>")


def make_warc(path: Path, pages: list[bytes], *, megabytes: float = 0, records: int = 0) -> int:
    """Write response records with digests, gzip by record; returns how many."""
    size = written = 0
    with path.open("wb") as out:
        for number, body in enumerate(changed(pages)):
            if (records and number >= records) or (megabytes and size >= megabytes * 1e6):
                break
            fields = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
            head = StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1")
            url = f"https://news.example/{number}.html"
            writer = WARCWriter(record := io.BytesIO(), gzip=False)
            writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=head))
            out.write(gzip.compress(record.getvalue(), 1))  # fast: how well it is packed is not what is measured
            size += len(body)
            written += 1
    return written


def with_fastwarc(path: Path) -> int:
    """What any careful reader must do: block digests verified, bodies read."""
    total = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=False):
            record.freeze()
            assert record.verify_block_digest(consume=False)
            record.parse_http()
            total += len(record.reader.read())
    return total


def with_jianbao(path: Path) -> int:
    return sum(len(page.body) for page in readers.read([path]) if isinstance(page, Page))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall clock and of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def reading(path: Path, size: float) -> None:
    best: dict[str, float] = {}
    for _ in range(4):
        for name, read in (("fastwarc", with_fastwarc), ("jianbao", with_jianbao)):
            best[name] = min(best.get(name, 1e9), timed(lambda read=read: read(path))[1])  # type: ignore[misc]
    assert with_fastwarc(path) == with_jianbao(path)
    for name, seconds in best.items():
        print(f"reading  {name:9} {size / seconds:7.0f} MB/s of CPU  {best['fastwarc'] / seconds:5.2f}")


def command(path: Path, out: Path, jobs: int) -> list[str]:
    return [sys.executable, "-m", "crawler", "-q", "clean", str(path), "-o", str(out), "--jobs", str(jobs)]


def processes(path: Path, records: int, folder: Path) -> None:
    """Wall clock of the whole command, start to end, the better of two runs each; CPU and the load beside it.

    What two cores give over one is not always two: they may share caches, memory or one real core. So two commands of
    one process each, both on all the pages at the same time, show what this machine gives at most.
    """
    best: dict[str, float] = {}
    for _ in range(2):
        for name, runs, jobs in (("one", 1, 1), ("two", 1, 2), ("apart", 2, 1)):
            took, cpu = watched([command(path, folder / f"out{run}.jsonl", jobs) for run in range(runs)])
            best[name] = min(best.get(name, 1e9), took / runs)
            print(f"  {name:5}: {took:.1f} s, {cpu:.1f} s CPU, load {os.getloadavg()[0]:.1f}", flush=True)
    for name, seconds in best.items():
        print(f"clean    {name:5} {records / seconds:7.1f} pages/s  {best['one'] / seconds:5.2f}")
    print(f"clean    two processes of one command give {best['apart'] / best['two']:.2f} of two commands side by side")


def watched(commands: list[list[str]]) -> tuple[float, float]:
    """Seconds until all of them have ended, and seconds of CPU of all their processes."""
    began = time.perf_counter()
    cpu: dict[int, float] = {}
    running = [subprocess.Popen(each, cwd=ROOT) for each in commands]
    while any(process.poll() is None for process in running):
        for process in running:
            cpu[process.pid] = max(cpu.get(process.pid, 0.0), sum(spent(pid) for pid in process_tree(process.pid)))
        time.sleep(0.05)
    return time.perf_counter() - began, sum(cpu.values())


def memory(path: Path, records: int, megabytes: float, folder: Path) -> None:
    """The sum, over all processes of the command, of the memory that is theirs (PSS), as the input goes by."""
    process = subprocess.Popen(command(path, folder / "out.jsonl", 2), cwd=ROOT)
    began, peak, since, told = time.perf_counter(), 0.0, 0.0, 0
    try:
        while process.poll() is None:
            each = [pss(pid) / 1e6 for pid in process_tree(process.pid)]
            since = max(since, sum(each))
            peak = max(peak, since)
            share = pages_done(folder / ".out.jsonl.progress.json") / records
            if share * 10 >= told + 1:
                told = int(share * 10)
                parts = ", ".join(f"{one:.0f}" for one in each)
                print(
                    f"  {share * megabytes:6.0f} MB read after {time.perf_counter() - began:5.0f} s: "
                    f"{sum(each):.0f} MB ({parts}), at most {since:.0f} since the last mark",
                    flush=True,
                )
                since = 0.0
            time.sleep(0.5)
    finally:
        process.kill()
    took = time.perf_counter() - began
    print(f"memory   2 processes, {records} pages in {took:.0f} s: at most {peak:.0f} MB in all", flush=True)


def pages_done(mark: Path) -> int:
    """How far the command says it is."""
    try:
        return int(json.loads(mark.read_bytes())["mark"]["done"])
    except OSError:
        return 0


def process_tree(pid: int) -> list[int]:
    try:
        children = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(d for child in children for d in process_tree(child))]


def spent(pid: int) -> float:
    """Seconds of CPU of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0.0)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--megabytes", type=float, default=1000)
    options.add_argument("--pages", type=int, default=600)
    options.add_argument("--only", choices=["reading", "processes", "memory"])
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what was begun is ended, what was made is removed
    pages = [page.body for page in readers.read([given.folder]) if isinstance(page, Page)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.only in {None, "processes"}:
            small = folder / "small.warc.gz"
            processes(small, make_warc(small, pages, records=given.pages), folder)
        if given.only in {None, "reading", "memory"}:
            large = folder / "large.warc.gz"
            records = make_warc(large, pages, megabytes=given.megabytes)
            compressed = large.stat().st_size / 1e6
            print(f"{given.megabytes:.0f} MB in {records} records, {compressed:.0f} MB compressed", flush=True)
            if given.only != "memory":
                reading(large, given.megabytes)
            if given.only != "reading":
                memory(large, records, given.megabytes, folder)


if __name__ == "__main__":
    main()
