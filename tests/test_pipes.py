"""Standard input, pipes, and pages inside of files, as a user names them."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

import crawler.cli  # noqa: F401 - the commands
from cleaners.compression import zstd_library
from cleaners.errors import FormatError, InputError
from crawler.cli.application import app

STORIES = [
    "入秋以来，古镇渡口的新码头一天比一天热闹，渡船每二十分钟一班，挑着担子的菜农和背着书包的学生挤在一处等船，谁也不着急。",
    "山那边的小学今年添了一间书屋，两千册书是从城里一箱一箱背上来的，孩子们下了课就往里跑，连午饭也顾不上好好吃一口。",
]
TEXTS = [STORIES[0], STORIES[1], STORIES[0] + "船家说。"]


def run(*args: object, stdin: bytes = b"") -> Any:
    return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)


def corpus(*texts: str) -> bytes:
    return b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(texts))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd_library().compress], ids=["", "gz", "zst"])
def test_dedup_is_a_filter(pack: Callable[[bytes], bytes]) -> None:
    done = run("dedup", "-", "-o", "-", stdin=pack(corpus(*TEXTS)))
    assert done.exit_code == 0, done.stderr
    assert [json.loads(line)["cluster_id"] for line in done.stdout.splitlines()] == [0, 1, 0]
    assert "3 documents, 1 pair" in done.stderr


def test_dedup_reads_parquet_from_a_pipe(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(arrow.table({"id": ["x", "y", "z"], "text": TEXTS}), tmp_path / "in.parquet")
    done = run("dedup", "-", "-o", tmp_path / "out.jsonl", stdin=(tmp_path / "in.parquet").read_bytes())
    assert done.exit_code == 0 and len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


def test_dedup_gives_half_an_emoji_back_as_it_came(tmp_path: Path) -> None:
    lines = [json.dumps({"id": one, "text": STORIES[0] + "\ud83d"}) for one in ("a\ud83d", "b")]
    done = run("dedup", "-", "-o", "-", "--pairs", tmp_path / "pairs.jsonl", stdin="\n".join(lines).encode())
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [STORIES[0] + "\ud83d"] * 2
    assert json.loads((tmp_path / "pairs.jsonl").read_text(encoding="utf-8"))["a"] == "a\ud83d"


def test_what_parquet_cannot_hold_or_python_cannot_read_is_told(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    lines = [json.dumps({"id": n, "text": STORIES[0], "date": date}) for n, date in enumerate((20240506, "2024-05-06"))]
    done = run("dedup", "-", "-o", tmp_path / "x.parquet", stdin="\n".join(lines).encode())
    assert isinstance(done.exception, InputError) and ".jsonl" in str(done.exception) and not list(tmp_path.iterdir())
    moments = arrow.array([2**62], arrow.timestamp("us"))  # far beyond the year 9999, with pandas installed or not
    pq.write_table(arrow.table({"id": [1], "text": STORIES[:1], "at": moments}), tmp_path / "in.parquet")
    done = run("dedup", tmp_path / "in.parquet", "-o", tmp_path / "x.jsonl")
    assert isinstance(done.exception, FormatError) and "in.parquet has a value that cannot be read" in str(
        done.exception
    )


def test_what_is_wrong_with_standard_input_is_told_by_that_name() -> None:
    done = run("dedup", "-", "-o", "-", stdin=corpus(*TEXTS) + b"no\n")
    assert done.exit_code == 0 and "standard input, line 4: no JSON" in done.stderr
    done = run("dedup", "-", "-o", "-", stdin=b"")
    assert isinstance(done.exception, InputError) and str(done.exception).startswith("standard input holds no record")
    done = run("dedup", "-", "-o", "-", stdin=gzip.compress(corpus(*TEXTS))[:-9])
    assert isinstance(done.exception, FormatError) and "standard input is damaged" in str(done.exception)


def written_to(pipe: Path, data: bytes) -> Thread:
    """What ``<(command)`` is in a shell."""
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    return writer


def test_pipes_that_are_named_are_read(tmp_path: Path) -> None:
    writer = written_to(tmp_path / "a", corpus(*TEXTS))
    done = run("dedup", tmp_path / "a", "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 0 and "3 documents" in done.stderr, done.exception
    writer.join()
    writer = written_to(tmp_path / "b", corpus(*TEXTS[:2]))
    done = run("clean", tmp_path / "b", "-o", tmp_path / "out.jsonl", "-j", 1)
    assert done.exit_code == 0 and "2 records" in done.stderr, done.exception
    writer.join()


def test_a_pipe_in_a_folder_is_passed_over_for_nobody_may_write_to_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    (tmp_path / "in" / "page.txt").write_text("\n".join(STORIES), encoding="utf-8")
    done = run("clean", tmp_path / "in", "-o", tmp_path / "out.jsonl", "-j", 1)
    assert done.exit_code == 0 and "1 record; 1 dropped (1 read: not a file)" in done.stderr


@pytest.fixture
def dumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A zip and a JSON Lines file of the two stories."""
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("saved.zip", "w") as archive:
        for n, text in enumerate(STORIES):
            archive.writestr(f"pages/{n}.txt", f"第{n}件新鲜事\n\n{text}\n{text[::-1]}")
    rows = [
        {"url": f"https://news.example/{n}", "title": f"第{n}件新鲜事", "text": text} for n, text in enumerate(STORIES)
    ]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.mark.parametrize("origin", ["saved.zip#pages/1.txt", "rows.jsonl#2"])
def test_explain_shows_a_page_inside_a_file(dumps: Path, origin: str) -> None:
    done = run("explain", origin, "--store", "none.db")
    assert done.exit_code == 0, done.exception
    assert STORIES[1] in done.stdout and STORIES[0] not in done.stdout
    if origin.startswith("rows"):
        assert "第1件新鲜事   [column title]" in done.stdout


def test_explain_finds_the_row_that_an_article_came_from(dumps: Path) -> None:
    assert run("clean", "rows.jsonl", "saved.zip", "--store", "s.db", "-j", 1).exit_code == 0
    for text, what in ((STORIES[1], "https://news.example/1"), (STORIES[0], "saved.zip#pages/0.txt")):
        done = run("explain", what, "--store", "s.db")
        assert done.exit_code == 0 and text in done.stdout, done.exception
    Path("rows.jsonl").unlink()
    done = run("explain", "https://news.example/1", "--store", "s.db")
    assert isinstance(done.exception, InputError) and "is not there any more" in str(done.exception)


def test_explain_says_which_page_it_lacks(dumps: Path) -> None:
    done = run("explain", "rows.jsonl#9", "--store", "s.db")
    assert "rows.jsonl#9: rows.jsonl has no such page" in str(done.exception) and not Path("s.db").exists()
