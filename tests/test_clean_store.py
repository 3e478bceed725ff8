"""``clean --store`` killed at any moment: taken up with --resume, the store is that of a run that nobody disturbed."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.ingest.ingester import SAME_FILE
from cleaners.store import Store
from crawler.cli import app

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = (
    "棉田 渠水 老农 村口 集市 渡船 晾房 葡萄 瓜地 驼队 雪山 草场 牧民 羊群 戏台 灯会 书屋 学堂 山路 石桥 作坊 染缸 陶窑 茶园 蚕房 "
    "稻谷 麦浪 鱼塘 藕田 竹林 铁匠 木匠 裁缝 货郎 邮差 医生 技术员 合作社 水利站 气象台 修起 搬来 送走 种下 收回 量出 晒干 磨好 "
    "装满 点亮 今年 去年 开春 入冬 清早 傍晚 雨后 霜降 三十里 两千斤 四百户 九十亩"
)
WORDS = VOCABULARY.split()


def story(seed: int) -> str:
    draw = random.Random(seed)
    sentences = ["".join(draw.choices(WORDS, k=9)) + "，" + "".join(draw.choices(WORDS, k=7)) + "。" for _ in range(9)]
    return "\n".join("".join(sentences[at : at + 3]) for at in (0, 3, 6))


def dump(folder: Path, count: int) -> Path:
    """Stories; every fifth a copy of an earlier one, every ninth no article, every seventh an earlier address anew."""
    path = folder / "dump.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            text = "无" if n % 9 == 4 else story(n - 7 if n % 5 == 3 and n > 7 else n)
            url = f"https://news.example/{n - 3 if n % 7 == 5 else n}"
            out.write(
                json.dumps({"url": url, "title": f"第{n}件事的来龙去脉", "text": text}, ensure_ascii=False) + "\n"
            )
    return path


@dataclass(frozen=True)
class Held:
    """All that a store holds, and how often."""

    articles: list[tuple[object, ...]]
    revisions: list[list[str]]
    clusters: list[list[str]]
    matches: list[tuple[object, ...]]
    drops: list[tuple[str, str, str]]
    marks: list[str]
    """Of runs that did not come to their end."""


def manifests(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(name for (name,) in database.execute("SELECT name FROM manifests"))


def held(path: Path) -> Held:
    with Store.open(path, create=False) as store:
        clippings = sorted(store.clippings.select(with_duplicates=True), key=lambda one: one.article.id)
        clusters: dict[str, list[str]] = {}
        for one in clippings:
            clusters.setdefault(one.cluster.id if one.cluster else "", []).append(one.article.id)
        return Held(
            articles=[(c.article.id, c.article.url, c.article.title, c.article.text, c.revision) for c in clippings],
            revisions=[[old.text for old in store.articles.revisions(c.article.id)] for c in clippings],
            clusters=sorted(clusters.values()),
            matches=sorted((c.article.id, m.other, m.kind) for c in clippings for m in c.matches),
            drops=sorted((d.origin, d.stage, d.reason) for d in store.runs.drops(limit=10**6)),
            marks=[name for name in manifests(path) if name.startswith("clean ")],
        )


# In one process that forks: each child kills itself at another moment of its run.
KILLS = """
import os, signal, sys
from pathlib import Path
from unittest import mock
from cleaners.parallel import StoreCheckpoint
from cleaners.ingest.ingester import Ingester
from crawler.cli import clean
from crawler.cli.application import app

def run(store):
    app(["-q", "clean", "dump.jsonl", "--store", store, "--jobs", "1", "--resume"], standalone_mode=False)

def killed(owner, name, times, after):
    if (child := os.fork()) == 0:
        honest, calls = getattr(owner, name), []
        def deadly(*given, **named):
            calls.append(1)
            last = len(calls) == times
            result = honest(*given, **named) if after or not last else None
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
        with mock.patch.object(owner, name, deadly):
            run("killed.db")
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL, name

clean._BATCH = 20
run("whole.db")
killed(StoreCheckpoint, "put", 2, after=False)   # matched and written, not yet marked
killed(StoreCheckpoint, "put", 1, after=True)    # marked, not yet committed
killed(Ingester, "add", 2, after=True)     # committed
killed(Ingester, "close", 1, after=False)   # all is kept, the index is not written
killed(Ingester, "close", 1, after=True)    # the run is still marked as begun
run("killed.db")
"""


def test_killed_at_every_step_of_a_batch_nothing_is_lost_or_repeated(tmp_path: Path) -> None:
    dump(tmp_path, 90)
    done = subprocess.run(
        [sys.executable, "-c", KILLS], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    whole = held(tmp_path / "whole.db")
    assert len(whole.drops) == 10 and whole.matches and not whole.marks and max(map(len, whole.revisions)) == 2
    assert held(tmp_path / "killed.db") == whole


@pytest.mark.soak
def test_killed_at_twenty_random_moments(tmp_path: Path, chance: random.Random) -> None:
    dump(tmp_path, 1500)

    def run(store: str, seconds: float | None = None) -> bool:
        """Whether it came to the end before it was killed."""
        command = [
            sys.executable,
            "-m",
            "crawler",
            "-q",
            "clean",
            "dump.jsonl",
            "--store",
            store,
            "--jobs",
            "2",
            "--resume",
        ]
        process = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
        try:
            assert process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        return True

    began = time.monotonic()
    assert run("whole.db")
    took = time.monotonic() - began
    kills: list[float] = []
    while len(kills) < 20:
        store = f"killed-{len(kills)}.db"
        kills.append(chance.uniform(0.05, 0.5) * took)
        print(f"{store} killed after", kills)  # shown when it fails
        while not run(store, kills[-1]):
            kills.append(chance.uniform(0.05, 0.5) * took)
        kills.pop()  # that run came to its end
        assert held(tmp_path / store) == held(tmp_path / "whole.db")


def test_a_file_with_the_bytes_of_another_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = f"<title>渠水通了</title><h1>渠水通了</h1><p>{story(1)}</p>"
    for name in ("a.html", "b.html", "c.html"):
        Path(name).write_text(page, encoding="utf-8")
    for _ in range(2):  # what is known already is told as the first time
        done = CliRunner().invoke(app, ["clean", "a.html", "b.html", "c.html", "--store", "s.db"])
        assert done.exit_code == 0, done.output
        with Store.open(tmp_path / "s.db", create=False, readonly=True) as store:
            [kept] = store.clippings.select()
            drops = store.runs.drops()
        assert {kept.article.origin, *(one.origin for one in drops)} == {"a.html", "b.html", "c.html"}
        assert {(one.reason, one.detail) for one in drops} == {(SAME_FILE, f"kept as {kept.article.origin}")}
