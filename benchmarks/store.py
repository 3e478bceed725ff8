"""The store with many articles: articles a second into it, search while it is written to, and what takes how much room.

    python benchmarks/store.py NEWS.db --articles 100000 [--batch 500] [--seed 1]      make one (or make it larger)
    python benchmarks/store.py NEWS.db --search 500                                    search it while it is written to
    python benchmarks/store.py NEWS.db --sizes                                         what takes how much room

The articles are made by `generated.py`. The time of making them is not counted; matching, clusters, both indexes and
the commit are. Several of these may stand in one command; they run in this order.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from generated import Newsroom
from rich.console import Console
from rich.table import Table

from cleaners.ingest.ingester import Ingester
from cleaners.ingest.match_index import index_folder
from cleaners.store import Selection, Store

WRITER_SEED = 7_000_001  # articles of the process that writes during a search are others than those stored


def fill(path: Path, count: int, batch: int, seed: int) -> None:
    """Store so many articles in batches and print how fast, after every tenth."""
    made = Newsroom(seed).articles(count)
    spent = used = longest = stored = matched = 0.0
    done, since = 0, (0.0, 0)
    table = ("articles", "articles/s", "of CPU", "last tenth", "longest wait", "new", "matched", "peak MB")
    print("  ".join(f"{name:>12}" for name in table), flush=True)
    with Ingester(path, command="benchmark") as ingester:
        ingester.add([])
        while part := [one.article for one in islice(made, batch)]:
            clock, cpu = time.perf_counter(), time.process_time()
            kept = ingester.add(part)
            took = time.perf_counter() - clock
            # The first batch loads what numba has compiled.
            spent, used, longest = spent + took, used + time.process_time() - cpu, max(longest, took if done else 0.0)
            stored, matched, done = stored + kept.stored, matched + kept.matched, done + len(part)
            if done >= (since[1] + count / 10) or done == count:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
                rate = (done - since[1]) / (spent - since[0])
                print(f"{done:12,}  {done / spent:12,.0f}  {done / used:12,.0f}  {rate:12,.0f}  {longest:11.2f}s  "
                      f"{stored:12,.0f}  {matched:12,.0f}  {peak:12,.0f}", flush=True)  # fmt: skip
                since = spent, done
        clock = time.perf_counter()
    print(f"closing took {time.perf_counter() - clock:.2f} s")


def sizes(path: Path) -> None:
    """What takes how much, against the UTF-8 of titles and texts."""
    with Store.open(path, create=False, readonly=True) as store:
        room = store.room()
    beside = sum(file.stat().st_size for file in index_folder(path).glob("*"))
    table = Table("what", "MB", "times the text", box=None)
    for name, size in (*room.parts.items(), ("match index, beside the store", beside)):
        table.add_row(name, f"{size / 1e6:,.1f}", f"{size / room.text:.3f}")
    everything = room.file + beside
    table.add_row("all", f"{everything / 1e6:,.1f}", f"{everything / room.text:.3f}")
    Console().print(table)
    print(f"text {room.text / 1e6:,.1f} MB as UTF-8")


def search(path: Path, count: int, *, writing: bool) -> None:
    """Ask so many questions, of words of the texts themselves, and print how long the answers took."""
    with Store.open(path, create=False, readonly=True) as store:
        asked = list(islice(_questions(store), count))
        _ask(store, asked[:20])
        writer = _writer(path) if writing else None
        try:
            time.sleep(10 if writer else 0)  # until it writes
            before = store.statistics().articles
            kinds = _ask(store, asked)
            grown = store.statistics().articles - before
            if writer and writer.poll() is not None:
                raise SystemExit("the process that writes has ended: the figures would not be those of a busy store")
        finally:
            if writer:
                writer.terminate()
                writer.wait()
    print(f"{count} questions, {f'{grown:,} articles came in meanwhile' if writing else 'nobody writes'}")
    table = Table("question", "asked", "ms", "p95", "longest", "of CPU", "p95", "longest", box=None)
    for name, times in (*sorted(kinds.items()), ("all", [t for some in kinds.values() for t in some])):
        figures = [f"{figure:.1f}" for taken in zip(*times, strict=True) for figure in _figures(taken)]
        table.add_row(name, str(len(times)), *figures)
    Console().print(table)


def _figures(times: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th percentile, longest, in ms."""
    ordered = sorted(1000 * t for t in times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], ordered[-1]


def _ask(store: Store, questions: list[tuple[str, str, Selection]]) -> dict[str, list[tuple[float, float]]]:
    """Kind -> seconds by the clock and of CPU of each question: on a busy machine the second says more."""
    kinds: dict[str, list[tuple[float, float]]] = {}
    for kind, query, selection in questions:
        clock, cpu = time.perf_counter(), time.thread_time()
        store.search.find(query, selection=selection)
        kinds.setdefault(kind, []).append((time.perf_counter() - clock, time.thread_time() - cpu))
    return kinds


def _questions(store: Store) -> Iterator[tuple[str, str, Selection]]:
    """Kind, query, selection: pieces of texts, so that common words are asked for as often as they stand in texts."""
    rng = random.Random(5)
    most = store.statistics().articles
    day = Selection(since=datetime(2022, 3, 1, tzinfo=UTC), until=datetime(2022, 6, 1, tzinfo=UTC))
    while True:
        text = "".join(store.articles.texts([rng.randrange(1, most)]).values())
        runs = [run for run in re.findall("[\u4e00-\u9fff]+", text) if len(run) >= 8]
        if len(runs) < 3:
            continue
        one, two, three = (run[rng.randrange(len(run) - 7) :] for run in rng.sample(runs, 3))
        yield "one character", one[0], Selection()
        yield "two characters", two[:2], Selection()
        yield "three", three[:3], Selection()
        yield "phrase of eight", one[:8], Selection()
        yield "AND", f"{one[:2]} {two[:2]}", Selection()
        yield "OR", f"{one[:2]} OR {two[:3]} OR {three[:2]}", Selection()
        yield "NOT", f"{two[:2]} NOT {three[:2]}", Selection()
        yield "character and word", f"{one[0]} {two[:2]}", Selection()
        yield "region", two[:2], Selection(region="新疆")
        yield "site", two[:2], Selection(site="paper3")
        yield "dates", one[:2], day


def _writer(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, str(path), "--articles", "100000", "--seed", str(WRITER_SEED + os.getpid())]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--search", type=int, default=0, metavar="QUESTIONS")
    parser.add_argument("--alone", action="store_true", help="nobody writes during the search")
    parser.add_argument("--sizes", action="store_true")
    given = parser.parse_args()
    if given.articles:
        fill(given.store, given.articles, given.batch, given.seed)
    if given.search:
        search(given.store, given.search, writing=not given.alone)
    if given.sizes:
        sizes(given.store)


if __name__ == "__main__":
    main()
