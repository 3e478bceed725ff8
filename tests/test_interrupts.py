"""Ctrl-C and ``kill``: what is in flight is finished, the exit code says that there is more to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleaners.store import Selection, Store
from tests.crawling import ROOT, one_site
from tests.small_server import Reply, article, listing, serving


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
    assert told.strip() == "interrupted: what was in flight is kept; run it again to go on"
    report = json.loads(out)
    assert report["interrupted"]
    assert 0 < report["articles"] < 190
    with Store.open(tmp_path / "job.db", create=False) as store:
        kept = list(store.clippings.select(Selection(), with_duplicates=True))
        assert store.runs.runs()[0].status == "interrupted"
    assert len(kept) == report["articles"] == report["pages"]
    assert gone(process.pid)


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
