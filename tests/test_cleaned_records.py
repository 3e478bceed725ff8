"""Records of ours, read again: what was cleaned once is taken as it is, by ``clean`` and by a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cleaners.fields import FIELDS
from cleaners.fields.cleaned import article_of
from cleaners.fields.kinds import Json
from crawler.cli import app

STORY = (
    "昆玉县青禾镇的跨河大桥五月底合龙，全桥长四百二十米，施工队前后用了十四个月，比原定工期提前了近两个月。",
    "桥面铺装完成后，县里请来检测单位做了三天静载试验，两岸居民从六月初起可以步行过桥，货车要等到秋收以后。",
    "负责施工的队长说，去年冬天河面封冻早，桩基是赶在封河前打完的，今年开春化冻后才架最后两跨钢梁。",
)
PAGES = {
    "plain": "".join(f"<p>{one}</p>" for one in STORY),
    "traditional and annotated": "".join(f"<p>{one}</p>" for one in STORY).replace("桥", "橋(qiáo)").replace("县", "縣(xiàn)"),
    "related": "<p>临河市图书馆的新馆月初起对读者开放，馆内藏书三十二万册，阅览座位一千二百个。</p>" * 2 + "<p>相关阅读：馆外的长椅</p>",
}  # fmt: skip
OWN = [field.name for field in FIELDS if field.owner == "article"]


def run(*args: str) -> None:
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output


def read(path: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: {name: row[name] for name in OWN} for row in rows}


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cleaned")
    rows = [
        {"html": f'<meta name="robots" content="noai"><title>{name}</title><h1>{name}</h1><p>来源：昆玉日报　2026-05-30 09:10</p>{body}',
         "url": f"https://news.example/{at}", "score": at / 8, "tags": ["水利"]}
        for at, (name, body) in enumerate(PAGES.items())
    ]  # fmt: skip
    (folder / "raw.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run("clean", str(folder / "raw.jsonl"), "-o", str(folder / "once.jsonl"))
    once = read(folder / "once.jsonl")
    assert len(once) == len(PAGES)
    assert any(one["disguises"] for one in once.values())
    assert all(one["opt_out"] and one["extra"] for one in once.values())
    return folder


@pytest.mark.parametrize("name", ["again.jsonl", "again.csv", "again.parquet"])
def test_cleaned_again_a_record_is_what_it_was(cleaned: Path, name: str, tmp_path: Path) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    if name.endswith(".jsonl"):
        source = cleaned / "once.jsonl"
    else:  # as a store writes them
        run("clean", str(cleaned / "once.jsonl"), "--store", str(tmp_path / "first.db"))
        source = tmp_path / name
        run(
            "export",
            "--store",
            str(tmp_path / "first.db"),
            "-o",
            str(source),
            "--with-duplicates",
            "--include-opt-outs",
        )
    run("clean", str(source), "-o", str(tmp_path / "twice.jsonl"))
    once = read(cleaned / "once.jsonl")
    if name.endswith(".parquet"):  # a column has one type: what a table had beside an article is text there
        for row in once.values():
            row["extra"] = {key: Json().column(value) for key, value in row["extra"].items()}
    assert read(tmp_path / "twice.jsonl") == once


def test_through_a_store_a_record_stays_what_it_was(cleaned: Path, tmp_path: Path) -> None:
    run("clean", str(cleaned / "once.jsonl"), "--store", str(tmp_path / "news.db"))
    out = tmp_path / "out.jsonl"
    run("export", "--store", str(tmp_path / "news.db"), "-o", str(out), "--with-duplicates", "--include-opt-outs")
    assert read(out) == read(cleaned / "once.jsonl")


def test_what_was_added_to_a_record_goes_along(cleaned: Path, tmp_path: Path) -> None:
    row = json.loads((cleaned / "once.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "in.jsonl").write_text(json.dumps(row | {"judged": "good"}) + "\n", encoding="utf-8")
    run("clean", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"))
    assert read(tmp_path / "out.jsonl")[row["id"]]["extra"] == row["extra"] | {"judged": "good"}


@pytest.mark.parametrize(
    "spoilt",
    [{"extractor": {"name": "other tool"}}, {"id": "17"}, {"quality": "good"}, {"text": " "}, {"published": "gestern"}],
    ids=str,
)
def test_the_row_of_another_table_is_no_record(cleaned: Path, spoilt: dict[str, Any]) -> None:
    row = json.loads((cleaned / "once.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert article_of(row) is not None
    assert article_of(row | spoilt) is None
    del row["extractor"]
    assert article_of(row) is None


def test_the_cells_of_a_table_hold_the_same_record(cleaned: Path) -> None:
    row = json.loads((cleaned / "once.jsonl").read_text(encoding="utf-8").splitlines()[0])
    cells = {name: "" if v is None else v if isinstance(v, str) else json.dumps(v) for name, v in row.items()}
    assert article_of(cells) == article_of(row)
