"""Crawls of the small web that are killed and started again, run twice, interrupted, or shared out to machines."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cleaners import sites
from cleaners.store import Store
from crawler.demo import run as demo
from crawler.demo.plan import read
from crawler.demo.server import serving
from crawler.demo.web import Answer, Web
from crawler.shard import Shard

ROOT = Path(__file__).resolve().parent.parent
RUN = """
import dataclasses, json, sys
from pathlib import Path
from cleaners.sites import load
from crawler.run import crawl
options = json.loads(sys.argv[1])
if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(crawl([load(Path("job.yaml"))], store=Path("job.db").absolute(), **options))))
"""


@dataclass
class SmallWeb:
    """The small web, who asked it for what, and a bell that rings at a given request."""

    seeds: str
    asked: list[str] = field(default_factory=list)
    bell_at: int = 0
    bell: Event = field(default_factory=Event)

    def note(self, url: str) -> None:
        self.asked.append(url)
        if len(self.asked) == self.bell_at:
            self.bell.set()

    def start(self, folder: Path, **options: object) -> subprocess.Popen[str]:
        folder.mkdir(exist_ok=True)
        (folder / "run.py").write_text(RUN)
        (folder / "job.yaml").write_text(self.seeds, encoding="utf-8")
        self.asked.clear()
        return subprocess.Popen(
            [sys.executable, "run.py", json.dumps(options)],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, **options: object) -> dict[str, Any]:
        out, log = (process := self.start(folder, **options)).communicate(timeout=280)
        assert process.returncode == 0, log
        report: dict[str, Any] = json.loads(out.splitlines()[-1])
        return report

    def stop_at(self, moment: int, folder: Path, how: signal.Signals) -> None:
        """Start a run and end it when it asks for the n-th time."""
        self.bell_at, self.bell = moment, Event()
        process = self.start(folder)
        while not self.bell.wait(0.05):
            assert process.poll() is None, "the run ended before the moment came"
        process.send_signal(how)
        process.communicate(timeout=60)
        self.bell_at = 0

    @property
    def pages(self) -> list[str]:
        return [url for url in self.asked if not url.endswith("/robots.txt")]


@pytest.fixture(scope="module")
def web() -> Iterator[SmallWeb]:
    answer = Web.answer
    with serving(read()) as served:
        small = SmallWeb(seeds=demo._seeds(served))

        def noted(self: Web, site: str, path: str) -> Answer:
            small.note(self.origins[site] + path)
            time.sleep(0.01)
            return answer(self, site, path)

        patch = pytest.MonkeyPatch()
        patch.setattr(Web, "answer", noted)
        yield small
        patch.undo()


@dataclass(frozen=True)
class Final:
    """All that a store holds, without what depends on the order of arrival."""

    articles: frozenset[tuple[object, ...]]
    families: frozenset[frozenset[str]]
    drops: frozenset[tuple[str | None, str, str]]
    ledger: frozenset[tuple[str, str | None]]


def final(path: Path) -> Final:
    with Store.open(path / "job.db", create=False) as store:
        clippings = list(store.clippings.select(with_duplicates=True))
        families: dict[str, set[str]] = {}
        for one in clippings:
            assert one.cluster
            families.setdefault(one.cluster.id, set()).add(one.article.id)
        drops = [(drop.url, drop.stage, drop.reason) for drop in store.journal.drops(limit=9999)]
        assert len(drops) == len(set(drops)), "no Drop twice"
        return Final(
            articles=frozenset(
                (one.article.id, one.article.title, one.article.text, one.revision) for one in clippings
            ),
            families=frozenset(map(frozenset, families.values())),
            drops=frozenset(drops),
            ledger=frozenset((url, entry.outcome) for url, entry in store.ledger.find(stored_urls(store)).items()),
        )


def stored_urls(store: Store) -> list[str]:
    return [row[0] for row in store._db.rows("SELECT url FROM ledger")]


def done(path: Path) -> set[str]:
    """What the store calls done."""
    if not (path / "job.db").exists():
        return set()
    with Store.open(path / "job.db", create=False) as store:
        entries = store.ledger.find(stored_urls(store)).values()
        return {entry.found.url for entry in entries if entry.outcome}


@pytest.fixture(scope="module")
def undisturbed(web: SmallWeb, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    web.run(folder)
    return folder, list(web.pages)


def killed_and_resumed(web: SmallWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, moments: list[int]) -> None:
    for moment in moments:
        web.stop_at(moment, tmp_path, signal.SIGKILL)
    stored = done(tmp_path)
    web.run(tmp_path)
    again = [url for url in web.pages if url in stored]
    assert not again, "what was stored is not fetched again"
    assert final(tmp_path) == final(undisturbed[0])


@pytest.mark.parametrize("seed", range(3))
def test_killed_and_started_again(
    web: SmallWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, seed: int
) -> None:
    moment = random.Random(seed).randrange(1, len(undisturbed[1]))
    killed_and_resumed(web, undisturbed, tmp_path, [moment])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_twenty_moments(
    web: SmallWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, seed: int
) -> None:
    draw = random.Random(1000 + seed)
    killed_and_resumed(web, undisturbed, tmp_path, [draw.randrange(1, len(undisturbed[1]))])
