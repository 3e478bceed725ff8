"""How fast a store is exported, in every format, and how much room each takes.

    python benchmarks/export.py STORE.db [--copies]

Make a store with `benchmarks/store.py` first. It is copied, so that no export is noted in it.
"""

from __future__ import annotations

import argparse
import gc
import resource
import tempfile
import time
from pathlib import Path

from cleaners.export.run import ExportRequest, export
from cleaners.store import FilterChoice, Store

FORMATS: tuple[tuple[str, str], ...] = (
    ("parquet", "parquet"), ("hf", "hf"), ("jsonl", "jsonl"), ("jsonl.zst", "jsonl"), ("jsonl.gz", "jsonl"),
    ("csv", "csv"), ("rss", "rss"), ("markdown", "markdown"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--copies", action="store_true", help="every copy, not one article a cluster")
    given = parser.parse_args()
    gc.disable()  # as the command does
    with tempfile.TemporaryDirectory(dir=given.store.parent) as folder:
        path = Path(folder) / "copy.db"
        with Store.open(given.store, create=False, readonly=True) as store:
            store.copy_to(path)  # what a killed writer left in its log belongs to the store
        print("| format | articles | articles/s | of CPU | bytes an article | peak MB |\n|---|---|---|---|---|---|")
        with Store.open(path) as store:
            choice = FilterChoice(with_duplicates=given.copies)
            _measure(store, Path(folder) / "warm.parquet", "parquet", choice)
            for name, form in FORMATS:
                _measure(store, Path(folder) / f"out.{name}" if "." in name else Path(folder) / name, form, choice)
            _series(store, Path(folder), choice)


def _measure(store: Store, target: Path, form: str, choice: FilterChoice) -> None:
    order = ExportRequest(target=str(target), form=form, choice=choice)
    wall, cpu = time.perf_counter(), time.process_time()
    count = export(store, order).added
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / max(count, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates = f"{count / wall:,.0f} | {count / cpu:,.0f}"
    print(f"| {target.name} | {count:,} | {rates} | {size:,.0f} | {peak:,.0f} |", flush=True)


def _series(store: Store, folder: Path, choice: FilterChoice) -> None:
    target = str(folder / "x.parquet")
    with store.export_log.outgoing(choice) as outgoing:
        size = outgoing.size
    for increment in (False, True):
        order = ExportRequest(target=target, form="parquet", choice=choice, name="a", increment=increment)
        wall, cpu = time.perf_counter(), time.process_time()
        export(store, order)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        what = "increment without a change" if increment else "start of a series"
        print(f"| parquet, {what} | {size:,} | {size / wall:,.0f} | {size / cpu:,.0f} | | |")


if __name__ == "__main__":
    main()
