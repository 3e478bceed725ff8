"""What the fault suite breaks: a folder of stores and dumps, the commands that write into it, and what must hold after."""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from cleaners.maintenance.doctor import examine
from cleaners.store import Store
from tests.test_clean_store import held, story

STORES = ("news.db", "other.db")
GONE = 3  # the article that is taken down


@dataclass(frozen=True)
class WritingCommand:
    """A command that writes, as it is typed in the folder."""

    arguments: str
    prepare: Callable[[Path], None] = lambda folder: None
    """What has to be done before, so that there is something to write."""

    @property
    def name(self) -> str:
        return self.arguments.partition(" --store")[0].replace("news.jsonl ", "")


def _changed_pages(folder: Path) -> None:
    """The pages that the store was made from say more now."""
    place = folder / "first.jsonl"
    records = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    _write(place, ({**one, "text": f"{one['text']}\n村里的大喇叭又把这件事从头到尾说了一遍。"} for one in records))


def _without_index(folder: Path) -> None:
    shutil.rmtree(folder / "news.index")


COMMANDS = (
    WritingCommand("clean more.jsonl -j 1 --resume --store news.db"),
    WritingCommand("clean more.jsonl -j 1 --resume -o records.jsonl"),
    WritingCommand("export -o out.jsonl --store news.db"),
    WritingCommand("export -o out.csv.gz --store news.db"),
    WritingCommand("export -o out.parquet --store news.db"),
    WritingCommand("export -o pages -f markdown --store news.db"),
    WritingCommand(f"takedown https://news.example/{GONE} --reason 请求 --store news.db"),
    WritingCommand("merge other.db --store news.db"),
    WritingCommand("backup copy --store news.db"),
    WritingCommand("reclean --apply -j 1 --store news.db", prepare=_changed_pages),
    WritingCommand("doctor --repair --store news.db", prepare=_without_index),
    WritingCommand("dedup corpus.jsonl -o matched.jsonl --pairs pairs.jsonl"),
)


def _dump(path: Path, numbers: range) -> None:
    """Stories of their own addresses; every fourth is another site's copy of the one before."""
    _write(path, ({"id": n, "url": f"https://news.example/{n}", "title": f"第{n}件事的来龙去脉",
                   "text": story(n - 1 if n % 4 == 1 else n)} for n in numbers))  # fmt: skip


def _write(path: Path, records: Iterable[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")


def make(folder: Path) -> None:
    """A store of 30 articles, one of 12 to merge, dumps of more."""
    _dump(folder / "first.jsonl", range(30))
    _dump(folder / "other.jsonl", range(24, 36))
    _dump(folder / "more.jsonl", range(28, 60))
    _dump(folder / "corpus.jsonl", range(60))
    for dump, store in (("first.jsonl", "news.db"), ("other.jsonl", "other.db")):
        assert finished(start(folder, f"clean {dump} -j 1 --store {store}")).code == 0


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    """Of its exit; negative: the signal."""
    told: str
    seconds: float


@dataclass(frozen=True)
class Started:
    process: BaseProcess
    log: Path
    began: float


def start(folder: Path, arguments: str, limit: Callable[[], None] | None = None) -> Started:
    """Begin a command in a process of its own, which has imported everything already: a kill then meets its work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["crawler.cli", "cleaners.ingest.ingester", "cleaners.maintenance", "tests.fault_world"]
    )
    made, name = tempfile.mkstemp(suffix=".log")  # not beside the folder, whose disk may be full
    os.close(made)
    log = Path(name)
    process = context.Process(target=_work, args=(folder, arguments, log, limit))
    process.start()
    return Started(process, log, time.monotonic())


def finished(started: Started) -> Ended:
    started.process.join(300)
    assert started.process.exitcode is not None, "it hangs"
    told = started.log.read_text(encoding="utf-8", errors="replace")
    started.log.unlink()
    return Ended(code=started.process.exitcode, told=told, seconds=time.monotonic() - started.began)


def ended_by(started: Started, sent: signal.Signals, after: float) -> Ended:
    """Send a signal to a command, and to all processes that it has started, after so many seconds."""
    started.process.join(after)
    if started.process.exitcode is None:
        with contextlib.suppress(ProcessLookupError):  # ended in this very moment, or has not yet made its group
            os.killpg(started.process.pid or 0, sent)
    return finished(started)


def _work(folder: Path, arguments: str, log: Path, limit: Callable[[], None] | None) -> None:
    os.setsid()
    os.chdir(folder)
    told = os.open(log, os.O_WRONLY | os.O_CREAT)
    os.dup2(told, 1)
    os.dup2(told, 2)
    from crawler.cli import main

    sys.argv = ["jianbao", *arguments.split()]
    if limit is not None:
        limit()
    main()


@dataclass(frozen=True)
class Content:
    """All that the folder holds, but for what differs from run to run."""

    stores: dict[str, object]
    files: dict[str, str]


def content(folder: Path) -> Content:
    files = {
        str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for place in ("records.jsonl", "out.jsonl", "out.csv.gz", "pages", "matched.jsonl", "pairs.jsonl")
        for path in sorted([folder / place, *(folder / place).rglob("*.md")])
        if path.is_file()
    }
    return Content(
        stores={name: held(folder / name) for name in (*STORES, "copy/news.db") if (folder / name).exists()},
        files=files,
    )


def troubles(folder: Path, before: frozenset[str], whole: dict[str, str]) -> list[str]:
    """What is not as it must be after a fault, in words: nothing lost, nothing half-written, nothing damaged.

    ``before``: the ids that were reported as stored; ``whole``: digests of targets as an undisturbed run makes them.
    """
    found = [f"{name}: {one.check}: {why}" for name in STORES for one in examine(folder / name) for why in one.problems
             if one.check not in {"takedowns", "match index"}]  # fmt: skip
    lost = before - ids(folder / "news.db")
    found += [f"lost: {sorted(lost)}"] if lost else []
    now = content(folder).files
    return found + [f"half-written: {name}" for name in now.keys() & whole.keys() if now[name] != whole[name]]


def ids(store: Path) -> frozenset[str]:
    return frozenset(addresses(store))


def addresses(store: Path) -> dict[str, str]:
    """Id -> address of every article."""
    with Store.open(store, create=False, readonly=True) as opened:
        articles = [one.article for one in opened.clippings.select(with_duplicates=True)]
    return {one.id: one.url or "" for one in articles}
