"""Ctrl-C and ``kill``: what is in flight is finished, the exit code says that there is more to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cleaners.store import Selection, Store
from tests.crawling import ROOT, one_site
from tests.small_server import InTurn, Reply, article, listing, serving


class Asleep(InTurn):
    """Answers when it is woken."""

    def __init__(self) -> None:
        super().__init__(Reply())
        self.woken = threading.Event()

    def next(self) -> Reply:
        self.woken.wait(60)
        return super().next()


def jianbao(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def gone(group: int, seconds: float = 10.0) -> bool:
    """Whether every process of a group has ended, after a moment."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_crawl_finishes_what_is_in_flight_and_ends_with_11(tmp_path: Path, how: signal.Signals) -> None:
    pages = {f"/a/{n}.html": Reply(article(n)) for n in range(200)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}, wait=0.02) as server:
        (tmp_path / "job.yaml").write_text(one_site(server.base), encoding="utf-8")
        process = jianbao(tmp_path, "crawl", "job.yaml", "--store", "job.db", "--json")
        while len(server.seen) < 20:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(how)
        out, told = process.communicate(timeout=60)
    assert process.returncode == 11, told
    stopping, ended = told.splitlines()
    assert stopping.startswith("stopping: ")
    assert ended == "interrupted: what was in flight is kept; run it again to go on"
    report = json.loads(out)
    assert report["interrupted"]
    assert 0 < report["articles"] < 190
    with Store.open(tmp_path / "job.db", create=False) as store:
        kept = list(store.clippings.select(Selection(), with_duplicates=True))
        assert store.runs.runs()[0].status == "interrupted"
    assert len(kept) == report["articles"] == report["pages"]
    assert gone(process.pid)


def test_what_waits_for_its_turn_when_a_crawl_is_ended_is_left_for_the_next_run(tmp_path: Path) -> None:
    pages = {f"/a/{n}.html": Reply(article(n)) for n in range(20)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}) as server:
        (tmp_path / "job.yaml").write_text(one_site(server.base).replace("delay: 0", "delay: 1"), encoding="utf-8")
        process = jianbao(tmp_path, "crawl", "job.yaml", "--store", "job.db", "--json")
        while len(server.seen) < 3:  # robots.txt, the seed, a page; the others wait for a second each
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=60)
        asked = len(server.seen)
    report = json.loads(out)
    assert process.returncode == 11, told
    assert asked <= 4  # one may have been on its way
    assert report["pages"] + report["left"] == 20
    assert not report["drops"]


def test_ctrl_c_again_ends_a_crawl_at_once(tmp_path: Path) -> None:
    asleep = Asleep()
    with serving("127.0.0.1", {"/a/1.html": asleep, "/": Reply(listing("/a/1.html"))}) as server:
        (tmp_path / "job.yaml").write_text(one_site(server.base), encoding="utf-8")
        process = jianbao(tmp_path, "crawl", "job.yaml", "--store", "job.db")
        while not any(path.startswith("/a/") for path in server.paths):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("stopping: 1 request under way (at most 30 s), ")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=15)
        asleep.woken.set()
    assert "Traceback" not in told
    assert process.returncode == 11, told
    assert gone(process.pid)
    with Store.open(tmp_path / "job.db", create=False) as store:
        assert [run.ended for run in store.runs.runs()] == [None]  # as after a kill: the next run goes on


@pytest.mark.parametrize("served", [0, 8])
def test_a_crawl_stopped_while_it_opens_or_closes_is_ended_in_the_journal(tmp_path: Path, served: int) -> None:
    pages = {f"/a/{n}.html": Reply(article(n)) for n in range(6)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}) as server:
        (tmp_path / "job.yaml").write_text(one_site(server.base), encoding="utf-8")
        process = jianbao(tmp_path, "crawl", "job.yaml", "--store", "job.db")
        while len(server.seen) < served or not (tmp_path / "job.db").exists():  # opening; closing
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    with Store.open(tmp_path / "job.db", create=False) as store:
        statuses = [run.status for run in store.runs.runs()]
    assert process.returncode == 11, told
    assert statuses in ([], ["interrupted"])  # none where it was stopped before it began


def test_a_demo_that_is_told_to_end_leaves_nothing_running(tmp_path: Path) -> None:
    process = jianbao(tmp_path, "demo")
    while not list(tmp_path.glob("demo-out/jianbao.warc/*")):  # it has begun to fetch
        assert process.poll() is None
        time.sleep(0.02)
    process.terminate()
    out, told = process.communicate(timeout=60)
    assert process.returncode == 11, out + told
    assert told.startswith("jianbao: interrupted")
    assert "Traceback" not in told
    assert "Self-check" not in out
    assert gone(process.pid)
