"""The end of ``clean``: every loss is named with its cure, and where to read of it; what was replaced is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleaners.errors import InputError
from cleaners.items import Page
from cleaners.parallel import ResumableOutput
from cleaners.pipeline import clean as cleaned
from cleaners.readers import read
from crawler.cli import app

TEXT = (
    "河湾村的水磨坊停了十多年，今年清明前后又转了起来，头一天就来了四十多人看热闹，磨坊主把新磨的荞麦面分给了大家。"
    "村里的木匠说，换上的水轮是照着旧图纸做的，用了两个月，光是榫头就打了一百二十个，没有用一颗铁钉。"
    "镇上打算把磨坊和旁边的石桥一起修好，秋天办一次新粮节，让周围几个村子的人都带着粮食来磨面。"
)


def row(number: int, **names: str) -> dict[str, str]:
    """One row under the names that are given for its two cells."""
    return {
        names.get("text", "text"): TEXT.replace("四十", f"{number + 20}"),
        names.get("title", "title"): f"水磨坊又转起来了（{number}）",
    }


def jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), encoding="utf-8")
    return path


def sheet(path: Path, text: str = "zw_neirong") -> Path:
    """A CSV whose columns have names that nobody knows."""
    rows = [row(n, text=text, title="biaoti") for n in (1, 2)]
    lines = [list(rows[0]), *(list(one.values()) for one in rows)]
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``jianbao clean`` in a folder of its own, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JIANBAO_QUIET", raising=False)
    return lambda *args: CliRunner().invoke(app, ["clean", *args])


def test_a_named_column_is_of_the_tables_that_have_it_and_the_others_go_by_the_usual_names(
    tmp_path: Path, clean: Callable[..., Result]
) -> None:
    sheet(tmp_path / "a.csv")
    jsonl(tmp_path / "b.jsonl", [row(3), row(4)])
    done = clean("a.csv", "b.jsonl", "-o", "out.jsonl", "--text-column", "zw_neirong", "--title-column", "biaoti")
    assert done.exit_code == 0, done.output
    assert "4 records" in done.stderr and "no table" not in done.stderr


def test_a_named_column_that_no_table_has_is_told_with_the_nearest_name(
    tmp_path: Path, clean: Callable[..., Result]
) -> None:
    jsonl(tmp_path / "b.jsonl", [row(3)])
    done = clean("b.jsonl", "-o", "out.jsonl", "--title-column", "titel")
    told = "no table has the column titel that --title-column names; b.jsonl has text, title: did you mean title?"
    assert done.exit_code == 0 and told in done.stderr
    sheet(tmp_path / "a.csv")
    done = clean("a.csv", "-o", "none.jsonl", "--text-column", "zw_neirongg")
    assert isinstance(done.exception, InputError)
    assert "a.csv has zw_neirong, biaoti: did you mean zw_neirong?" in str(done.exception)
    (drop,) = map(json.loads, Path("none.jsonl.drops.jsonl").read_text(encoding="utf-8").splitlines())
    assert "there is no column zw_neirongg" in drop["detail"]
    Path("page.txt").write_text(TEXT, encoding="utf-8")
    done = clean("page.txt", "-o", "out.jsonl", "--text-column", "zw")
    assert "--text-column zw: no table was read" in done.stderr


def test_every_reason_is_named_and_lost_tables_come_first_with_their_cure(
    tmp_path: Path, clean: Callable[..., Result]
) -> None:
    sheet(tmp_path / "a.csv")
    jsonl(tmp_path / "b.jsonl", [row(1), *({"id": n, "memo": "短"} for n in range(3))])
    (tmp_path / "c.html").write_text("<p>短", encoding="utf-8")
    (tmp_path / "d.bin").write_bytes(b"\x00\x01\x02" * 500)
    (tmp_path / "e.txt").write_bytes(b"")
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(b"a,text\n" * 50)[:-20])
    done = clean("a.csv", "b.jsonl", "c.html", "d.bin", "e.txt", "f.csv.gz", "-o", "out.jsonl")
    lines = done.stderr.splitlines()
    drops = [json.loads(line) for line in Path("out.jsonl.drops.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {f"{one['stage']}: {one['reason']}" for one in drops}
    assert len(kinds) > 5
    end = next(n for n, line in enumerate(lines) if "dropped; each in out.jsonl.drops.jsonl" in line)
    assert {line.split(maxsplit=1)[1] for line in lines[end + 1 :]} == kinds
    counts = [int(line.split()[0]) for line in lines[end + 1 :]]
    assert counts == sorted(counts, reverse=True) and sum(counts) == len(drops)
    table, rows = lines[1:3]
    assert table.startswith("a.csv: no page in the table (1): ") and "--text-column" in table
    assert rows.startswith("b.jsonl: no page in the row (3): ") and "id, memo" in rows


def test_in_a_store_the_end_says_how_drops_are_listed(tmp_path: Path, clean: Callable[..., Result]) -> None:
    jsonl(tmp_path / "b.jsonl", [row(1), {"id": 1}])
    done = clean("b.jsonl", "--store", "news.db")
    assert "1 dropped (1 read: no page in the row); `jianbao drops --store news.db` lists them" in done.stderr


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_a_result_that_is_replaced_is_told_with_what_it_held(
    tmp_path: Path, clean: Callable[..., Result], name: str
) -> None:
    jsonl(tmp_path / "a.jsonl", [row(1), row(2)])
    jsonl(tmp_path / "b.jsonl", [row(3)])
    assert "replaced" not in clean("a.jsonl", "-o", name).stderr
    assert (
        f"replaced {name}, which held 2 records (to keep both, name another file" in clean("b.jsonl", "-o", name).stderr
    )
    (tmp_path / name).write_bytes(b"\x1f\x8b" + b"broken" * 300)
    assert f"replaced {name}, which held 1,802 bytes" in clean("b.jsonl", "-o", name).stderr


def test_resume_says_what_was_done_before(tmp_path: Path, clean: Callable[..., Result]) -> None:
    jsonl(tmp_path / "a.jsonl", [row(n) for n in range(3)])
    for target in (("-o", "out.jsonl"), ("--store", "news.db")):
        assert "no interrupted run of this left a mark" in clean("a.jsonl", *target, "--resume").stderr
    first = next(iter(read(["a.jsonl"])))
    assert isinstance(first, Page)
    with suppress(KeyboardInterrupt), ResumableOutput(Path("half.jsonl"), resume=False) as out:
        out.add(cleaned(first))
        raise KeyboardInterrupt
    done = clean("a.jsonl", "-o", "half.jsonl", "--resume")
    assert "going on after 1 page\n" in done.stderr and "done by the earlier run: 1 page; by this one: 2" in done.stderr
