"""The command as a user types it: results, exit codes, one clear line for each mistake, nothing half-written."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from cleaners import Ingester, Page, clean
from cleaners.errors import UsageError
from cleaners.items import Drop
from cleaners.store import Store
from crawler.cli import app
from crawler.cli.help_format import shortened
from crawler.wording import counted, lasting

PAGE = """<html><head><title>棉田里的新技术_示例晚报</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/xj">新疆</a><a href="/cj">财经</a></div>
<h1>棉田里的新技术</h1><div class="info">2024-05-06 10:20 来源：示例晚报</div>
<div class="content"><p>五月的阿克苏，棉苗刚刚出土。种植户老李站在地头，用手机打开滴灌阀门，水肥顺着管道流进了三百亩棉田。</p>
<p>“往年浇一遍水要三天，现在两个小时。”他说，今年合作社统一装了传感器，土壤墒情随时能看到，每亩地能省水四成。</p>
<p>当地农技站的技术员介绍，全县今年推广智能滴灌二十一万亩，预计带动棉农人均增收一千二百元。</p></div>
<div class="related"><h3>相关阅读</h3><a href="/1">图片新闻</a><a href="/2">更多新闻</a></div></body></html>"""


def run(
    *args: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] = MappingProxyType({}), **more: object
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "crawler", *map(str, args)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **env}
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, timeout=180, env=env, **more)  # type: ignore[call-overload,no-any-return]


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """The error, which has to be a single line without a traceback."""
    lines = done.stderr.decode().strip().splitlines()
    assert len(lines) == 1, done.stderr.decode()
    assert lines[0].startswith("jianbao: ")
    return lines[0]


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    (folder / "sub" / "b.html.gz").write_bytes(gzip.compress(PAGE.replace("老李", "老王").encode("gb18030")))
    (folder / "empty.html").write_bytes(b"")
    (folder / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (folder / "cut.html.gz").write_bytes(gzip.compress(PAGE.encode())[:-30])
    (folder / ".hidden").write_text(PAGE, encoding="utf-8")
    return folder


def test_clean_writes_records_and_drops_in_input_order(pages: Path, tmp_path: Path) -> None:
    done = run("clean", pages, "-o", "out.jsonl", "--jobs", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    got = records(tmp_path / "out.jsonl")
    assert [Path(str(r["origin"])).name for r in got] == ["a.html", "b.html.gz"]
    first = got[0]
    assert first["title"] == "棉田里的新技术"
    assert first["published"] == "2024-05-06T10:20:00+08:00"
    assert first["source"] == "示例晚报"
    assert str(first["text"]).startswith("五月的阿克苏") and str(first["text"]).endswith("一千二百元。")
    assert first["cluster_id"] is None and first["matches"] == []
    dropped = {Path(str(d["origin"])).name: d["reason"] for d in records(tmp_path / "out.jsonl.drops.jsonl")}
    assert dropped == {"empty.html": "empty", "picture.html": "binary", "cut.html.gz": "damaged or cut short"}


def test_the_same_records_whatever_the_number_of_processes(pages: Path, tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        assert run("clean", pages, "-o", f"{jobs}.jsonl", "--jobs", jobs, cwd=tmp_path).returncode == 0
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    done = run("clean", "-", "-o", "-", cwd=tmp_path, stdin=PAGE.encode("gb18030"))
    assert done.returncode == 0, done.stderr.decode()
    record = json.loads(done.stdout)
    assert record["origin"] == "-"
    assert "智能滴灌二十一万亩" in record["text"]


def test_cleaning_twice_into_a_store_adds_nothing_and_reposts_are_found(pages: Path, tmp_path: Path) -> None:
    first = run("clean", pages, "--store", "s.db", cwd=tmp_path)
    assert first.returncode == 0, first.stderr.decode()
    before = json.loads(run("stats", "--store", "s.db", "--json", cwd=tmp_path).stdout)
    assert run("clean", pages, "--store", "s.db", cwd=tmp_path).returncode == 0
    after = json.loads(run("stats", "--store", "s.db", "--json", cwd=tmp_path).stdout)
    assert before == after
    assert before["articles"] == 2
    assert before["clusters"] == 1
    assert sum(before["drops"].values()) == 3


def test_what_is_stored_is_found_shown_and_exported(pages: Path, tmp_path: Path) -> None:
    assert run("clean", pages, "--store", "s.db", cwd=tmp_path).returncode == 0
    hit = json.loads(run("search", "滴灌", "--store", "s.db", "--json", cwd=tmp_path).stdout)
    shown = run("show", hit["id"], "--store", "s.db", cwd=tmp_path).stdout.decode()
    assert "棉田里的新技术" in shown and "2 copies" in shown
    assert run("export", "-o", "x.jsonl", "--store", "s.db", cwd=tmp_path).returncode == 0
    assert len(records(tmp_path / "x.jsonl")) == 1
    assert run("export", "-o", "x.jsonl", "--store", "s.db", "--with-duplicates", cwd=tmp_path).returncode == 0
    assert len(records(tmp_path / "x.jsonl")) == 2
    assert run("export", "-o", "md", "--format", "markdown", "--store", "s.db", cwd=tmp_path).returncode == 0
    (page,) = (tmp_path / "md").glob("*.md")
    assert page.read_text(encoding="utf-8").startswith("---\n")


def test_explain_tells_the_rule_or_the_features_that_cut_a_line(pages: Path, tmp_path: Path) -> None:
    done = run("explain", pages / "a.html", "--json", cwd=tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(line["verdict"] == "cut" for line in lines)
    assert all(line["rule"] or line["reasons"] for line in lines if line["verdict"] == "cut")
    judged = [line for line in lines if line["probability"] is not None]
    assert judged
    assert all(0 <= line["probability"] <= 1 and line["reasons"] for line in judged)
    assert any("三百亩棉田" in line["text"] and line["verdict"] == "keep" for line in lines)


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["clean", "nowhere.html", "-o", "x"], 2, "no such file"),
        (["search", "水", "--store", "none.db"], 2, "no store"),
        (["stats", "--store", "broken.bin"], 4, "not a jianbao store"),
        (["clean", "page.html", "--store", "broken.bin"], 4, "not a jianbao store"),
        (["clean", "page.html", "--store", "no/such/folder/s.db"], 2, "folder"),
        (["clean", "page.html", "-o", "/proc/x.jsonl"], 3, "/proc"),
        (["crawl", "wrong.yaml"], 4, "wrong.yaml"),
        (["crawl", "none.yaml"], 2, "none.yaml"),
        (["explain", "0123456789abcdef", "--store", "none.db"], 2, "no store"),
    ],
)
def test_mistakes_are_one_line_with_their_exit_code(args: list[str], code: int, words: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "broken.bin").write_bytes(b"\x00\x01\x02" * 500)
    (tmp_path / "wrong.yaml").write_text("job: a\nsite:\n  - id: b\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    done = run(*args, cwd=tmp_path)
    assert done.returncode == code, done.stderr.decode()
    assert words in one_line(done)
    assert sorted(tmp_path.iterdir()) == before, "nothing half-written is left"


def test_input_without_an_article_is_a_failure_that_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.bin").write_bytes(b"\x00\x01\x02" * 500)
    done = run("clean", "broken.bin", "-o", "x.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    sums, error = done.stderr.decode().splitlines()
    assert sums == "found 1 = 0 articles + 1 dropped + 0 unchanged + 0 left for later"
    assert "no page became an article (1 decode: binary)" in error
    assert [d["reason"] for d in records(tmp_path / "x.jsonl.drops.jsonl")] == ["binary"]


def test_a_full_disk_is_told_and_leaves_nothing_half_written(pages: Path, tmp_path: Path) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    out = tmp_path / "out"
    out.mkdir()
    done = run("clean", pages / "a.html", "-o", out / "x.jsonl", cwd=tmp_path, preexec_fn=small)
    assert done.returncode == 3, done.stderr.decode()
    one_line(done)
    assert not list(out.iterdir())


def test_wrong_usage_exits_2(tmp_path: Path) -> None:
    assert run("clean", cwd=tmp_path).returncode == 2
    assert run("export", "-o", "x", "--format", "cobol", cwd=tmp_path).returncode == 2


def test_a_page_that_kills_its_worker_costs_that_page_only(tmp_path: Path) -> None:
    """A worker is killed from outside while it works: every page still comes out."""
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(60):
        (folder / f"{n:03}.html").write_text(PAGE.replace("老李", f"老李{n}"), encoding="utf-8")
    command = [sys.executable, "-m", "crawler", "clean", str(folder), "-o", "x.jsonl", "--jobs", "2"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, env=env)
    victim = _a_worker(process)
    if victim:
        os.kill(victim, signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode()
    assert len(records(tmp_path / "x.jsonl")) == 60


def _a_worker(process: subprocess.Popen[bytes]) -> int | None:
    """A process that the fork server has started, as soon as there is one."""
    for _ in range(200):
        for child in _children(process.pid):
            for grandchild in _children(child):
                return grandchild
        if process.poll() is not None:
            return None
        time.sleep(0.05)
    return None


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def on_a_terminal(folder: Path, *args: str, output: bool = False) -> tuple[int, str]:
    """Run the command with a pseudo-terminal as its standard error (or ``output``), as a person would."""
    import pty

    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", *args], cwd=folder, env=env,
        stdout=theirs if output else None, stderr=None if output else theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:  # the terminal is closed when the process ends
        pass
    os.close(ours)
    return process.wait(timeout=120), shown.decode("utf-8", "replace")


def test_progress_on_a_terminal(pages: Path, tmp_path: Path) -> None:
    code, shown = on_a_terminal(tmp_path, "clean", str(pages), "-o", "out.jsonl")
    assert code == 0, shown
    assert "2 records" in shown and "Traceback" not in shown
    rows = [{"id": n, "text": f"第{n}段文字，讲的是第{n}件事情。" * 9} for n in range(30)]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    code, shown = on_a_terminal(tmp_path, "dedup", "in.jsonl", "-o", "matched.jsonl")
    assert code == 0, shown
    assert "30 documents" in shown and "Traceback" not in shown


def test_what_a_page_says_gives_a_terminal_no_commands(tmp_path: Path) -> None:
    title = "渡口\x1b]0;新\x07码头\x9b2J"
    (tmp_path / "in.jsonl").write_text(json.dumps({"title": title, "text": "渡口的新码头一天比一天热闹。\n" * 5}))
    assert on_a_terminal(tmp_path, "clean", "in.jsonl", "--store", "s.db")[0] == 0
    code, shown = on_a_terminal(tmp_path, "search", "码头", "--store", "s.db", output=True)
    assert code == 0 and "渡口\\x1b]0;新\\x07码头" in shown and not {"\x1b", "\x07", "\x9b"} & set(shown)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["clean", "page.html", "-o", "x.jsonl", "--store", "s.db"], "not both"),
        (["dedup", "in.jsonl", "-o", "in.jsonl"], "is the input"),
        (["dedup", ".", "-o", "x.jsonl"], "is a folder"),
        (["explain", "pgae.html"], "no such file"),
        (["crawl", "seeds.yaml", "--store", "no/such/s.db"], "no folder"),
        (["demo", "--store", "no/such/s.db"], "no folder"),
        (["window", "90"], "90 has no unit: write 90d for a window of 90 days"),
    ],
)
def test_mistakes_that_would_lose_or_hide_something(args: list[str], words: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "文字"}\n', encoding="utf-8")
    (tmp_path / "seeds.yaml").write_text(
        "job: a\nsites:\n  - {id: b, name: 乙, home: 'http://127.0.0.1:9/'}\n", encoding="utf-8"
    )
    before = sorted(tmp_path.iterdir())
    done = run(*args, cwd=tmp_path)
    assert done.returncode == 2, done.stderr.decode()
    assert words in one_line(done)
    assert sorted(tmp_path.iterdir()) == before


def every_command() -> Iterator[tuple[str, Any]]:
    open_: list[tuple[str, Any]] = [("jianbao", typer.main.get_command(app))]
    for name, command in open_:
        yield name, command
        if isinstance(command, TyperGroup):
            open_ += [(f"{name} {word}", one) for word, one in command.commands.items()]


def test_help_names_parameters_as_users_do() -> None:
    for name, command in every_command():
        shown = CliRunner(env={"COLUMNS": "80"}).invoke(app, [*name.split()[1:], "--help"], prog_name="jianbao").stdout
        assert shown.startswith(f"Usage: {name} [OPTIONS]")
        for python in ("<", "{", "...]...", "x>=", "<=x", "TEXT...", "INTEGER", "default: None"):
            assert python not in re.sub(r"Examples:\n(.+\n)*", "", shown), f"{name}: {python}"
        for one in command.params:
            assert getattr(one, "help", None), f"{name}: {one.name} has no help"
        options = re.findall(
            r"^  (?:-\w, )?--(limit|store|json|help)\b", shown.partition("Options:\n")[2], re.MULTILINE
        )
        assert options == sorted(options, key=["limit", "store", "json", "help"].index), name


def test_a_command_names_its_own_formats() -> None:
    """Those of ``export``, which plugins add to, stood at ``clip`` too."""
    shown = {name: CliRunner().invoke(app, [name, "--help"]).stdout for name in ("clip", "export")}
    assert "parquet" in shown["export"]
    assert "parquet" not in shown["clip"]
    assert "md|html|epub|json" in shown["clip"]


def test_the_list_of_commands_is_not_cut_off() -> None:
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["--help"], prog_name="jianbao").stdout
    commands = shown.partition("Commands:\n")[2]
    assert commands.lstrip().startswith("demo ") and "..." not in commands
    for text, limit, cut in (
        ("Check a store of news: its file, its schema.", 40, "Check a store of news"),
        (
            "Bring stores into one (--store, made anew): the same clusters.",
            45,
            "Bring stores into one (--store, made anew)",
        ),
        ("Bring stores into one (--store, made anew): the same clusters.", 40, "Bring stores into one"),
        ("Set, show or lift what is far too long for a line.", 20, "Set, show or lift what is far too long for a line"),
        ("Short. And more.", 20, "Short"),
    ):
        assert shortened(text, limit) == cut


def test_numbers_are_told_with_their_noun_and_spans_in_two_units() -> None:
    numbers = [str(counted(*one)) for one in ((1, "copy"), (2, "copy"), (3000, "day"))]
    assert numbers == ["1 copy", "2 copies", "3,000 days"]
    spans = {0.4: "under 1 s", 59.6: "1 min 00 s", 200: "3 min 20 s", 3900: "1 h 05 min", 200_000: "2 days 07 h"}
    assert {span: str(lasting(span)) for span in spans} == spans


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "news.db"
    page = Page(origin="a.html", url="http://a.example/a.html", body=PAGE.encode())
    with Ingester(path, command="clean") as ingester:
        drops = [Drop(origin=str(n), stage="extract", reason="no body") for n in range(3)]
        ingester.add([clean(page), *drops, Drop(origin="x", stage="match", reason="off topic", detail="0.10")])
    return path


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["--reason", "of topic"],
            "no drop has the reason of topic: did you mean off topic? (`jianbao stats` lists all)",
        ),
        (["--reason", "match: off topic"], "did you mean off topic?"),
        (["--reason", "to"], "there are: off topic, no body"),
        (["--stage", "extrakt"], "no drop has the stage extrakt: did you mean extract?"),
        (
            ["--stage", "match", "--reason", "no body"],
            "no drop of the stage match has the reason no body: there are: off topic",
        ),
        (["--limit", "2"], "2 of 4 drops: --limit shows more"),
        (["--stage", "extract"], ""),
    ],
)
def test_drops_that_are_not_shown_are_told_of(store: Path, args: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["drops", "--store", str(store), *args])
    assert done.exit_code == 0
    assert said in done.stderr if said else not done.stderr
    assert bool(done.stdout) == (not said.startswith(("no drop", "did", "there")))


@pytest.mark.parametrize("name", ["x.md", "x.CSV", "x.parquet", "x.epub"])
def test_clean_writes_no_json_lines_into_a_file_of_another_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    done = CliRunner().invoke(app, ["clean", str(tmp_path / "page.html"), "-o", str(tmp_path / name)])
    assert isinstance(done.exception, UsageError)
    assert "x.jsonl" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_drops_of_a_site_and_of_a_time(tmp_path: Path) -> None:
    path, today = tmp_path / "news.db", datetime.now(UTC)
    with Store.open(path) as opened:
        urls = ("http://www.river.com/1", "http://river.com/2", "http://hill.com/river.com/3", None)
        opened.runs.drop(Drop(origin=f"{n}", stage="extract", reason="no body", url=url) for n, url in enumerate(urls))
        of = opened.runs.drops
        assert [drop.origin for drop in of(site="river.com")] == ["0", "1"]
        assert [drop.origin for drop in of(site="river.com", limit=1)] == ["0"]
        assert len(of(since=today - timedelta(days=1))) == 4
        assert not of(since=today + timedelta(days=1))
    done = CliRunner().invoke(app, ["drops", "--store", str(path), "--site", "hill.com", "--since", "yesterday"])
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)
    assert "no drop is of this site" in CliRunner().invoke(app, ["drops", "--store", str(path), "--site", "x"]).stderr


def test_figures_have_units(store: Path) -> None:
    stats = CliRunner().invoke(app, ["stats", "--store", str(store)]).stdout
    assert "pages dropped, by stage and reason\n          3  extract: no body" in stats
    assert "characters of noise cut, by class" in stats
    for command in ("show", "explain"):
        what = "http://a.example/a.html" if command == "show" else str(store.with_name("a.html"))
        store.with_name("a.html").write_text(PAGE, encoding="utf-8")
        shown = CliRunner().invoke(app, [command, what, "--store", str(store)]).stdout
        assert re.search(r"noise cut +source line \d+, .*\d+ \(characters\)", shown), shown
        assert re.search(r"regions +新疆/阿克苏 \(\d×\)", shown)
        assert re.search(r"quality +[01]\.\d\d of 1", shown)


def test_chinese_is_utf8_in_every_locale_and_what_is_no_text_is_escaped(store: Path) -> None:
    for locale in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "gbk"}):
        done = run("search", "滴灌", "--store", store, cwd=store.parent, env=locale)
        assert "棉田里的新技术".encode() in done.stdout, done.stderr
    done = run("show", os.fsdecode(b"\xff.html"), "--store", store, cwd=store.parent)
    assert done.returncode == 2
    assert r"\udcff.html: no article" in one_line(done)


def test_a_reader_that_ends_early_is_no_error(store: Path) -> None:
    """``| head -1``: no traceback."""
    with Ingester(store, command="clean") as ingester:
        ingester.add([Drop(origin=f"{n}", stage="read", reason="empty") for n in range(5000)])
    command = [sys.executable, "-m", "crawler", "drops", "--store", str(store), "--limit", "9999", "--json"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout and process.stderr
        assert json.loads(process.stdout.readline())["stage"]
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    "args",
    [
        ["search", "水"], ["show", "x"], ["stats"], ["drops"], ["runs"], ["lexicon"], ["sites", "noise"], ["window"],
        ["export", "-o", "x.jsonl"], ["doctor"], ["backup", "b"], ["reclean"],
    ],
)  # fmt: skip
def test_without_a_store_every_command_says_which_one_it_looked_for(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, args)
    assert isinstance(done.exception, UsageError), done.output
    assert "there is no store at jianbao.db: name one with --store" in str(done.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["export", "--site", "a", "--site", "b"], ["dedup", "x", "-o", "a", "-o", "b"]])
def test_an_option_of_one_value_that_is_given_twice_is_an_error(arguments: list[str]) -> None:
    """The last one won without a word: who asked for two sites got one."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code != 0 and "is given 2 times" in str(done.exception) + done.output


@pytest.mark.parametrize("more", [["--pairs", "-"], ["--json"]])
def test_only_one_thing_goes_to_standard_output(more: list[str]) -> None:
    """Records and pairs came mixed, and a summary that was asked for did not come at all."""
    done = CliRunner().invoke(app, ["dedup", "x.jsonl", "-o", "-", *more])
    assert done.exit_code != 0 and "go to standard output" in str(done.exception)
