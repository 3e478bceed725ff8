"""One process at a time adds articles to a store; others wait, or are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cleaners.errors import StoreBusyError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article
from cleaners.store import Store, locks
from tests.small_server import Reply, article, listing, serving

ROOT = Path(__file__).resolve().parent.parent
HOLD = """
import sys
from pathlib import Path
from cleaners.store import locks
lock = locks.writer_lock(Path("news.db"))
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


def python(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that keeps articles in ``news.db``."""
    process = python(folder, "-c", HOLD)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_keeper_is_refused_until_the_first_has_ended_in_any_way(tmp_path: Path) -> None:
    first = holder(tmp_path)
    with pytest.raises(StoreBusyError, match=r"news\.db is taking in articles of another run: start again when"):
        Ingester(tmp_path / "news.db")
    Store.open(tmp_path / "news.db").close()  # reading, the ledger and the journal are nobody's alone
    first.kill()
    first.communicate()
    with Ingester(tmp_path / "news.db") as ingester:
        ingester.add([Article(id="0" * 16, origin="a", text="今年的苹果丰收了。")])
        again = locks.writer_lock(tmp_path / "news.db")  # the same process may
        again.release()
    second = holder(tmp_path)  # the ingester gave its turn back
    second.communicate("\n")
    with pytest.raises(RuntimeError, match="broken"), Ingester(tmp_path / "news.db"):
        raise RuntimeError("broken")
    holder(tmp_path).communicate("\n")


def test_two_jobs_into_one_store_follow_each_other(tmp_path: Path) -> None:
    first = holder(tmp_path)
    with serving("127.0.0.1", {"/": Reply(listing("/1")), "/1": Reply(article(1))}) as server:
        (tmp_path / "job.yaml").write_text(
            "job: second\nallow_private_hosts: [127.0.0.1]\n"
            f"sites: [{{id: a, name: a, home: '{server.base}/', delay: 0}}]\n"
        )
        archiving = python(tmp_path, "-m", "crawler", "crawl", "job.yaml", "--store", "news.db", "--archive-only")
        _, told = archiving.communicate(timeout=60)
        assert archiving.returncode == 0, told
        assert "another run" not in told, "what is only archived waits for nobody"
        (tmp_path / "job.yaml").write_text((tmp_path / "job.yaml").read_text().replace("second", "third"))
        server.seen.clear()
        waiting = python(tmp_path, "-m", "crawler", "crawl", "job.yaml", "--store", "news.db")
        assert waiting.stderr
        assert "news.db is taking in articles of another run: this one begins when" in waiting.stderr.readline()
        assert not server.seen
        first.communicate("\n")
        _, told = waiting.communicate(timeout=60)
        assert waiting.returncode == 0, told
        assert server.seen


def test_cleaning_into_a_store_waits_for_a_crawl_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(article(1))
    for words in (["clean", "page.html"], ["reclean", "--apply"]):
        first = holder(tmp_path)
        waiting = python(tmp_path, "-m", "crawler", *words, "--store", "news.db")
        assert waiting.stderr
        assert "news.db is taking in articles of another run: this one begins when" in waiting.stderr.readline()
        first.communicate("\n")
        _, told = waiting.communicate(timeout=60)
        assert waiting.returncode == 0, told
        assert "another run" not in told
    with Store.open(tmp_path / "news.db") as store:
        assert store.statistics().articles == 1
    wrong = python(tmp_path, "-m", "crawler", "clean", "page.html", "--store", "page.html")
    _, told = wrong.communicate(timeout=60)
    assert wrong.returncode == 4 and "not a jianbao store" in told and not (tmp_path / "page.locks").exists()
