"""Every format read back says what the store says, and the same store gives the same bytes."""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cleaners.errors import UnwritableError, UsageError
from cleaners.export import in_script, record
from cleaners.export.dataset_card import DatasetFacts
from cleaners.export.formats import ExportTask, formats
from cleaners.export.run import ExportRequest, export, format_of
from cleaners.fields import NAMES
from cleaners.items import Article, Clipping
from cleaners.store import FilterChoice, Selection, Store
from crawler.cli import app
from tests.test_export_snapshot import link, put, remove
from tests.test_store import FULL

FORMATS = ("jsonl", "parquet", "csv", "markdown", "html", "epub", "rss", "hf",
           "ris", "csl", "gbt7714", "jsonld", "graphml")  # fmt: skip
ALL = FilterChoice(with_duplicates=True, with_opt_outs=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Articles of every kind, clusters, a revision, hostile and empty fields."""
    with Store.open(tmp_path_factory.mktemp("formats") / "jianbao.db") as opened:
        opened.articles.put(FULL)
        for n in range(1, 9):
            put(opened, n, site=f"s{n % 3}.example", repairs={"annotation": n} if n % 2 else {})
        put(opened, 9, "頭髮乾了，後面還濕。", title="頭髮", script="traditional", authors=("葉記者",), published=None)
        opened.articles.put(replace(FULL, id="f" * 16, url=None, text=FULL.text + "后来又停了。", opt_out=()))
        opened.articles.put(replace(FULL, id="f" * 16, url=None, text=FULL.text + "后来又转了。", opt_out=()))
        strange = '=1+1,"引号"\n<p>&amp;</p>\t\u2028行\x0b尾\r\n|表|'
        put(
            opened,
            10,
            strange,
            title=strange.replace("\n", " "),
            url=None,
            site=None,
            source="a|b",
            published=datetime(1999, 12, 31, 23, 59, 59, 123456, tzinfo=UTC),
        )
        opened.articles.put(Article(id="e" * 16, origin="x#y", text="只有正文。"))
        link(opened, 1, 2)
        link(opened, 2, 4)
        link(opened, 9, 5)
        yield opened


def clippings(store: Store) -> list[Clipping]:
    return list(store.clippings.select(with_duplicates=True))


def lines(store: Store) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(record(clipping))) for clipping in clippings(store)]


def make(store: Store, target: Path, form: str, **given: Any) -> Path:
    if form in ("parquet", "hf"):
        pytest.importorskip("pyarrow")
    export(store, ExportRequest(target=str(target), form=form, **({"choice": ALL} | given)))
    return target


def as_record(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as the record it came from."""
    given = dict(row)
    for name in ("repairs", "noise_removed"):
        given[name] = {pair["kind"]: pair["count"] for pair in row[name]}
    given["extra"] = {pair["name"]: pair["value"] for pair in row["extra"]}
    given["found_by"] = {pair["field"]: pair["rule"] for pair in row["found_by"]}
    return given


def in_columns(line: dict[str, Any]) -> dict[str, Any]:
    """A record whose other columns have the one type that a column of a table has: text, else JSON."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in line["extra"].items()
    }
    return line | {"extra": texts}


def as_moments(line: dict[str, Any]) -> dict[str, Any]:
    """The same moment is the same, whatever its offset."""
    dates = ("published", "fetched_at", "earliest_published")
    return line | {name: line[name] and datetime.fromisoformat(str(line[name])).astimezone(UTC) for name in dates}


# Read back


def test_jsonl_is_the_store(store: Store, tmp_path: Path) -> None:
    text = make(store, tmp_path / "x.jsonl", "jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == lines(store)  # also for who splits at U+2028
    assert len(lines(store)) == 13


def test_columns_are_exact_whatever_sqlite_does_with_nul(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    from cleaners.store.export_columns import _texts

    titles = ["上\x00下", None, "", "三"]
    qualities = [0.1 + 0.2, 1 / 3, 0.7000000000000001, 5e-324]
    with Store.open(tmp_path / "s.db") as store:
        for n, (title, quality) in enumerate(zip(titles, qualities, strict=True)):
            put(store, n, title=title, quality=quality, published=None)
        rows = parquet.read_table(make(store, tmp_path / "x.parquet", "parquet")).to_pylist()
        assert [(row["title"], row["quality"]) for row in rows] == list(zip(titles, qualities, strict=True))
        with store.export_log.outgoing(ALL) as outgoing:
            (portion,) = outgoing.portions()
            cut = _texts(store._db, portion.span, "title", "上".encode(), "7,-1,0,3")  # SQLite before 3.39
        assert cut.values() == [title if title is None else title.encode() for title in titles]


@pytest.mark.parametrize("script", ["keep", "simplified", "traditional"])
def test_parquet_is_the_store(store: Store, tmp_path: Path, script: Any) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(make(store, tmp_path / "x.parquet", "parquet", script=script))
    assert table.column_names == list(NAMES)
    expected = [json.loads(json.dumps(record(in_script(clipping, script)))) for clipping in clippings(store)]
    assert [as_moments(as_record(row)) for row in table.to_pylist()] == [
        as_moments(in_columns(line)) for line in expected
    ]
    full = table.filter(parquet.filters_to_expression([("id", "=", FULL.id)])).to_pylist()[0]
    assert full["published"].isoformat() == "2023-05-06T07:08:00+08:00"  # its day is the day that the page names


def test_parquet_takes_an_offset_with_seconds(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    moments = (datetime(2024, 1, 1, 8, 5, 43, tzinfo=timezone(timedelta(hours=8, minutes=5, seconds=43))), None)
    with Store.open(tmp_path / "s.db") as store:
        for n, moment in enumerate(moments):
            put(store, n, published=moment, fetched_at=moment)
        rows = parquet.read_table(make(store, tmp_path / "x.parquet", "parquet")).to_pylist()
    assert (
        [row["published"] for row in rows]
        == [row["fetched_at"] for row in rows]
        == [datetime(2024, 1, 1, tzinfo=UTC), None]
    )


def test_csv_is_the_store(store: Store, tmp_path: Path) -> None:
    data = make(store, tmp_path / "x.csv", "csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,url,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for row, line in zip(rows, lines(store), strict=True):
        for name, value in line.items():
            cell = row[name]
            match value:
                case None:
                    assert cell == ""
                case bool() | list() | dict():
                    assert json.loads(cell) == value
                case str() if value.startswith(("=", "+", "-", "@", "\t", "\r")):
                    assert cell == f"'{value}"  # a spreadsheet shows it, and does not run it
                case _:
                    assert cell == str(value)


def test_a_feed_is_the_store(store: Store, tmp_path: Path) -> None:
    import feedparser

    path = make(store, tmp_path / "x.rss", "rss", choice=replace(ALL, newest_first=True))
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo and feed.version == "rss20"
    assert feed.feed.title and feed.feed.link and feed.feed.description
    by_id = {clipping.article.id: clipping.article for clipping in clippings(store)}
    assert {entry.id for entry in feed.entries} == by_id.keys()
    dates = [entry.published_parsed for entry in feed.entries if "published" in entry]
    assert dates == sorted(dates, reverse=True) and len(dates) == 11
    for entry in feed.entries:
        known = by_id[entry.id]
        assert entry.get("link") == known.url
        assert [author.name for author in entry.get("authors", []) if author] == list(known.authors)
        body = "".join(entry.content[0].value.split())
        assert body.startswith("<p>") and "".join(known.text.split())[:3].replace("\x0b", "\ufffd") in body


def test_markdown_has_a_page_for_each_and_a_light_head(store: Store, tmp_path: Path) -> None:
    folder = make(store, tmp_path / "md", "markdown")
    pages = {path.stem[-16:]: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert pages.keys() == {line["id"] for line in lines(store)}
    for line in lines(store):
        head = yaml.safe_load(pages[line["id"]].split("---\n")[1])
        assert head["id"] == line["id"] and head.get("title") == line["title"]
        assert {"matches", "extractor", "repairs", "text"}.isdisjoint(head)
        assert head.get("origin") == (None if line["url"] else line["origin"]), "a page leads back to where it was"


def test_an_article_without_address_is_told_by_where_its_page_is(store: Store, tmp_path: Path) -> None:
    assert "x#y" in make(store, tmp_path / "x.html", "html").read_text(encoding="utf-8")


def test_copies_that_are_left_out_are_counted(store: Store, tmp_path: Path) -> None:
    def copies(choice: FilterChoice) -> int:
        return export(store, ExportRequest(target=str(tmp_path / "x.jsonl"), form="jsonl", choice=choice)).copies

    every = FilterChoice(with_opt_outs=True)
    clusters = [clipping.cluster for clipping in clippings(store) if clipping.cluster]
    assert copies(every) == len(clusters) - len({one.id for one in clusters}) > 0
    assert copies(ALL) == copies(replace(every, selection=Selection(site="none.example"))) == 0


def test_a_folder_of_the_hub_is_the_store(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = make(store, tmp_path / "hf", "hf")
    (shard,) = (folder / "data").iterdir()
    assert shard.name == "train-00000-of-00001.parquet"
    assert shard.read_bytes() == make(store, tmp_path / "x.parquet", "parquet").read_bytes()
    assert parquet.read_table(shard).num_rows == 13
    text = (folder / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["configs"][0]["data_files"] == [{"split": "train", "path": "data/*.parquet"}]
    assert (head["license"], head["size_categories"], head["language"]) == ("other", ["n<1K"], ["zh"])
    assert "13 articles" in text and "2 without a date" in text and "from 2000-01-01 to 2024-01-05" in text
    assert "| jianbao 0.1 r | 2 |" in text and "a&#124;b" in text and "NOT left out" in text
    described = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    (file, _) = described["distribution"]
    assert file["sha256"] == hashlib.sha256(shard.read_bytes()).hexdigest()
    assert [field["name"] for field in described["recordSet"][0]["field"]] == [f"articles/{name}" for name in NAMES]
    again = (folder / "README.md").stat().st_ino
    make(store, folder, "hf", choice=FilterChoice())
    assert (folder / "README.md").stat().st_ino != again, "an earlier export is replaced"
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "Left out: 1 articles" in text and "| meta:noai | 1 |" in text


def test_a_large_folder_has_several_shards(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    from cleaners.export.huggingface import HubWriter

    task = ExportTask(target=tmp_path / "hf", facts=DatasetFacts(choice=ALL))
    with HubWriter(task, rows=20) as folder, store.export_log.outgoing(ALL) as outgoing:
        for portion in [*outgoing.portions()] * 3:
            folder.put(portion)
    names = sorted(path.name for path in (tmp_path / "hf" / "data").iterdir())
    assert names == [f"train-0000{n}-of-00003.parquet" for n in range(3)]
    assert parquet.read_table(tmp_path / "hf" / "data").num_rows == 39
    assert "39 articles" in (tmp_path / "hf" / "README.md").read_text(encoding="utf-8")


def test_pandas_reads_it(store: Store, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.read_parquet(make(store, tmp_path / "x.parquet", "parquet"))
    assert frame.text.tolist() == [line["text"] for line in lines(store)]
    frame = pandas.read_csv(make(store, tmp_path / "x.csv.gz", "csv"), dtype={"id": str}, keep_default_na=False)
    assert frame.id.tolist() == [line["id"] for line in lines(store)]
    frame = pandas.read_json(make(store, tmp_path / "x.jsonl.gz", "jsonl"), lines=True, dtype=False)
    assert frame.text.tolist() == [line["text"] for line in lines(store)]


def test_datasets_reads_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    loaded = datasets.load_dataset(
        str(make(store, tmp_path / "hf", "hf")), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [row["text"] for row in loaded] == [line["text"] for line in lines(store)]


def test_croissant_is_valid_and_reads_the_articles(store: Store, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    loaded = mlcroissant.Dataset(str(make(store, tmp_path / "hf", "hf") / "croissant.json"))
    rows = list(loaded.records("articles"))
    assert [row["articles/text"].decode() for row in rows] == [line["text"] for line in lines(store)]


# The same bytes


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path, form: str) -> None:
    def content(target: Path) -> dict[str, bytes]:
        make(store, target, form)
        files = [target] if target.is_file() else [path for path in sorted(target.rglob("*")) if path.is_file()]
        return {str(path.relative_to(target)): path.read_bytes() for path in files}

    assert content(tmp_path / "a") == content(tmp_path / "b")


# Increments


def test_tables_say_what_changed(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with Store.open(tmp_path / "s.db") as store:
        for n in (1, 2):
            put(store, n)
        make(store, tmp_path / "all.parquet", "parquet", name="a")
        make(store, tmp_path / "all.csv", "csv", name="b")
        put(store, 3)
        changed = FilterChoice(selection=Selection(since=datetime(2024, 1, 3, tzinfo=UTC)))
        given: dict[str, Any] = {"choice": changed, "increment": True}
        table = parquet.read_table(make(store, tmp_path / "x.parquet", "parquet", name="a", **given)).to_pylist()
        make(store, tmp_path / "x.csv", "csv", name="b", **given)
        folder = make(store, tmp_path / "hf", "hf", name="c", **given)
    expected = [("0" * 15 + "1", "removed", "filtered"), ("0" * 15 + "3", "added", None)]
    assert [(row["id"], row["change"], row["reason"]) for row in table] == expected
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["id"], row["change"], row["reason"] or None) for row in csv.DictReader(file)] == expected
    assert parquet.read_table(folder / "data").column_names == [*NAMES, "change", "reason", "replaced_by"]
    assert "increment" in (folder / "README.md").read_text(encoding="utf-8")


def test_a_folder_of_pages_is_brought_up_to_date(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for n in (1, 2, 3):
            put(store, n, published=None)
        folder = make(store, tmp_path / "md", "markdown", name="notes", increment=True)
        (folder / "mine.md").write_text("我的")
        put(store, 1, "改了。", title="新标题", published=None)
        put(store, 4, published=None, quality=0.99)
        link(store, 2, 4)
        make(store, folder, "markdown", name="notes", increment=True, choice=FilterChoice(with_opt_outs=True))
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(
        ["mine.md", *(f"undated-{title}-{n:016x}.md" for title, n in (("新标题", 1), ("标题3", 3), ("标题4", 4)))]
    )


def test_pages_that_an_export_does_not_hold_go_and_what_people_wrote_stays(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for n in range(1, 8):
            put(store, n, published=None)
        folder = make(store, tmp_path / "md", "markdown")
        pages = {int(path.stem[-16:], 16): path for path in folder.iterdir()}
        notes = {
            folder / "mine.md": "我的",
            folder / f"undated-抄下来的-{3:016x}.md": pages[3].read_text(encoding="utf-8"),
        }
        for n in (4, 5):
            notes[pages[n]] = pages[n].read_text(encoding="utf-8") + "\n旁注\n"
        for path, text in notes.items():
            path.write_text(text, encoding="utf-8")
        (folder / f"undated-x-{99:016x}.md").mkdir()
        untouched = pages[6].stat().st_ino
        remove(store, 3, 4)
        for n in (5, 7):
            put(store, n, "换了说法。", published=None)
        made = export(store, ExportRequest(target=str(folder), form="markdown"))
    assert (made.tidied.removed, made.tidied.kept) == (1, tuple(sorted(
        [f"undated-x-{99:016x}.md", f"undated-抄下来的-{3:016x}.md", pages[4].name, pages[5].name]
    )))  # fmt: skip
    assert all(path.read_text(encoding="utf-8") == text for path, text in notes.items())
    assert not pages[3].exists() and pages[6].stat().st_ino == untouched
    assert "换了说法" in pages[7].read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("s.db")} == {"md"}


def test_what_changed_in_an_article_is_offered_beside_a_page_with_notes(tmp_path: Path) -> None:
    def exported() -> tuple[tuple[str, ...], tuple[str, ...]]:
        made = export(store, ExportRequest(target=str(folder), form="markdown"))
        return made.tidied.kept, made.tidied.offered

    with Store.open(tmp_path / "s.db") as store:
        for n in (1, 2):
            put(store, n, published=None)
        folder = make(store, tmp_path / "md", "markdown")
        page, other = sorted(folder.iterdir(), key=lambda path: path.stem[-16:])
        offer = folder / f"{page.stem}.new.md"
        page.write_text(page.read_text(encoding="utf-8") + "\n旁注\n", encoding="utf-8")
        assert exported() == ((page.name,), ())  # nothing has changed in the article
        put(store, 1, "河口村的干渠又加长了两公里。", published=None)
        for _ in range(2):  # as often as it is exported
            assert exported() == ((page.name,), (offer.name,))
            assert "旁注" in page.read_text(encoding="utf-8")
            assert "加长了两公里" in offer.read_text(encoding="utf-8")
        [seal] = [line for line in offer.read_text(encoding="utf-8").split("\n") if line.startswith("# jianbao ")]
        mine = page.read_text(encoding="utf-8")
        page.write_text(re.sub("(?m)^# jianbao .*$", seal, mine), encoding="utf-8")
        assert exported() == ((page.name,), ())  # it was seen, and goes
        assert not offer.exists()
        page.write_text(mine, encoding="utf-8")
        exported()
        offer.replace(page)  # taken over: a page like any other
        put(store, 1, "河口村的干渠全线通水。", published=None)
        assert exported() == ((), ())
        assert "全线通水" in page.read_text(encoding="utf-8")
        assert sorted(folder.iterdir()) == sorted([page, other])


def test_a_folder_of_the_hub_has_only_the_shards_of_today(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from cleaners.export.huggingface import HubWriter

    for choice, rows, count in ((ALL, 4, 4), (FilterChoice(), 4, 3), (ALL, 100, 1)):
        with (
            HubWriter(ExportTask(target=tmp_path / "hf", facts=DatasetFacts(choice=choice)), rows=rows) as folder,
            store.export_log.outgoing(choice) as outgoing,
        ):
            for portion in outgoing.portions(1):
                folder.put(portion)
        names = sorted(path.name for path in (tmp_path / "hf" / "data").iterdir())
        assert names == [f"train-{n:05d}-of-{count:05d}.parquet" for n in range(count)]
    (tmp_path / "hf" / "data" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not of an earlier export"):
        make(store, tmp_path / "hf", "hf")


# Where it goes


def test_the_name_of_a_file_says_its_format(tmp_path: Path) -> None:
    named = {
        "a.jsonl": "jsonl",
        "a.jsonl.zst": "jsonl",
        "-": "jsonl",
        os.devnull: "jsonl",
        "a.parquet": "parquet",
        "a.CSV.gz": "csv",
        "a.2024.rss": "rss",
        "a.xml": "rss",
        "a.htm": "html",
        "a.epub": "epub",
        "a.ris": "ris",
        "a.jsonld.gz": "jsonld",
        "a.graphml": "graphml",
    }
    assert {name: format_of(name) for name in named} == named
    for name in (str(tmp_path), "new/"):
        with pytest.raises(UsageError, match="--format"):
            format_of(name)


@pytest.mark.parametrize("name", ["a", "a.xyz", "a.json", "a.gz", "a.xyz.zst", "a.md", ".jsonl.txt"])
def test_a_name_that_says_no_format_ends_in_the_cure(store: Store, tmp_path: Path, name: str) -> None:
    done = command("-o", tmp_path / name, "--store", store.path)
    assert isinstance(done.exception, UsageError)
    assert "--format" in str(done.exception) and (name == "a.md" or ".jsonl, " in str(done.exception))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("form", "target"),
    [
        ("hf", "-"),
        ("markdown", "-"),
        ("hf", "x.parquet"),
        ("markdown", "x.md"),
        ("parquet", "x.parquet.gz"),
        ("hf", "mine"),
        ("hf", "no/where"),
        ("csv", "mine"),
    ],
)
def test_a_wrong_place_is_told_before_anything_is_written(store: Store, tmp_path: Path, form: str, target: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(UsageError):
        make(store, target if target == "-" else tmp_path / target, form)  # type: ignore[arg-type]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["letter.txt", "mine"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("form", ["jsonl", "parquet", "csv", "html", "epub", "rss"])
def test_a_full_disk_is_told_and_nothing_else(store: Store, form: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnwritableError, match="/dev/full"):
        make(store, Path("/dev/full"), form)
    gc.collect()  # Arrow writes what it has left when it is taken down
    assert capfd.readouterr().err == ""


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 100,000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("form", ["hf", "markdown", "parquet", "jsonl"])
def test_what_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path, form: str) -> None:
    (tmp_path / "out").mkdir()
    text = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA5), k=90_000)))
    with Store.open(tmp_path / "s.db") as store:
        put(store, 1, text)
        with small_disk(), pytest.raises(UnwritableError, match="make room"):
            make(store, tmp_path / "out" / "x", form)
        assert store.export_log.all() == []
    assert not list((tmp_path / "out").iterdir())


def command(*args: object) -> Any:
    return CliRunner().invoke(app, ["export", *map(str, args)])


def test_the_command_says_what_was_left_out(store: Store, tmp_path: Path) -> None:
    done = command("-o", tmp_path / "x.csv", "--store", store.path, "--with-duplicates")
    assert done.exit_code == 0, done.stderr
    assert "12 articles exported" in done.stderr and "left out: 1 article whose" in done.stderr
    done = command("-o", tmp_path / "x.csv", "--store", store.path, "--include-opt-outs", "--json", "--name", "all")
    told = json.loads(done.stdout)
    assert (told["added"], told["opt_outs"]["articles"], told["format"]) == (10, 0, "csv")
    done = command("-o", "-", "-f", "parquet", "--store", store.path, "--since-export", "all")
    assert done.stdout_bytes.startswith(b"PAR1") and done.stdout_bytes.endswith(b"PAR1")
    assert "0 added, 0 changed, 1 removed since the last all" in done.stderr


def test_a_store_that_cannot_be_written_is_exported_and_says_that_it_forgets(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in ("", "-wal"):
        shutil.copy(f"{store.path}{suffix}", tmp_path / f"s.db{suffix}")
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)
    done = command("-o", tmp_path / "x.jsonl", "--store", tmp_path / "s.db")
    assert done.exit_code == 0 and "cannot be written" in done.stderr and (tmp_path / "x.jsonl").exists()
    with Store.open(tmp_path / "s.db", readonly=True) as copy:
        assert len(copy.export_log.all()) == len(store.export_log.all())
    done = command("-o", tmp_path / "y.jsonl", "--store", tmp_path / "s.db", "--name", "corpus")
    assert isinstance(done.exception, UsageError) and not (tmp_path / "y.jsonl").exists()


def test_a_name_that_nobody_has_ends_in_a_hint(store: Store, tmp_path: Path) -> None:
    done = command(
        "-o",
        tmp_path / "x.jsonl",
        "--store",
        store.path,
        "--site",
        "S1.exmple",
        "--region",
        "阿克苏",
        "--source",
        "a|b",
    )
    assert done.exit_code == 0 and "no article has the site S1.exmple: did you mean s1.example" in done.stderr
    assert "no article has the region 新疆/阿克苏: there are: 江西" in done.stderr and "source" not in done.stderr
    found = CliRunner().invoke(app, ["search", "正文", "--store", str(store.path), "--source", "ab"])
    assert found.exit_code == 0 and "no article has the source ab: did you mean a|b?" in found.stderr
    done = command("-o", tmp_path / "x.jsonl", "--store", store.path, "--site", "s1.example", "--until", "1990-01-01")
    assert "no article has" not in done.stderr, "the site is there, it has nothing so old"


def test_the_exports_of_a_store_are_listed_and_a_misspelt_series_is_told(tmp_path: Path) -> None:
    def listed(*args: str) -> str:
        done = CliRunner().invoke(app, ["exports", "--store", str(tmp_path / "s.db"), *args])
        assert done.exit_code == 0, done.exception
        return done.stdout + done.stderr

    with Store.open(tmp_path / "s.db") as store:
        put(store, 1)
        assert listed() == f"nothing has been exported from {store.path} yet\n"
    first = command("-o", tmp_path / "a.csv", "--store", tmp_path / "s.db", "--since-export", "corpus")
    assert "corpus yet: a new series begins, with everything\n" in first.stderr
    again = command("-o", tmp_path / "b.csv", "--store", tmp_path / "s.db", "--since-export", "corpsu")
    assert (again.exit_code, str(again.exception)) == (
        1, "no series of exports is called corpsu (did you mean corpus?): --name corpsu begins one"
    )  # fmt: skip
    assert not (tmp_path / "b.csv").exists()
    command("-o", tmp_path / "b.csv", "--store", tmp_path / "s.db", "--name", "corpsu")
    command("-o", tmp_path / "c.csv", "--store", tmp_path / "s.db")
    series, other, *made = listed().splitlines()
    assert series.startswith("series corpsu: 1 article as of ") and other.endswith(", 1 export")
    assert [line.split()[0] for line in made] == ["3", "2", "1"]
    assert made[0].endswith(f"-  1 article  csv  {tmp_path / 'c.csv'}") and "corpus  1 added  csv" in made[2]
    told = json.loads(listed("--json", "--limit", "1"))
    assert [one["name"] for one in told["series"]] == ["corpsu", "corpus"] and told["series"][1]["last"]["number"] == 1
    assert [one["number"] for one in told["exports"]] == [3]


# Formats of other packages

THEIRS = """
from cleaners.atomic import whole_file
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.records import in_script


class HeadlineWriter(ExportWriter):
    def open(self, stack):
        self._out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))

    def put(self, batch):
        for clipping in batch.clippings():
            article = in_script(clipping, self.task.script).article
            self._out.write(f"{article.id} {article.title!r}\\n".encode("utf-8", "replace"))

    def write_removals(self, removals):
        for removal in removals:
            self._out.write(f"-{removal.id}\\n".encode())


FORMAT = ExportFormat(name="headlines", meaning="a headline a line", suffixes=(".headlines",), writer=HeadlineWriter)
SECOND = ExportFormat(name="csv", meaning="not ours", suffixes=(".second",), writer=HeadlineWriter)
THIRD = ExportFormat(name="third", meaning="ours", suffixes=(".third", ".parquet"), writer=HeadlineWriter)
NO_FORMAT = "csv"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Installs a package that declares formats in its entry points: the files that pip would lay down."""

    def install(declared: str) -> None:
        folder = tmp_path / "site-packages"
        about = folder / "jianbao_headlines-1.0.dist-info"
        about.mkdir(parents=True)
        (folder / "jianbao_headlines.py").write_text(THEIRS, encoding="utf-8")
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: jianbao-headlines\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[jianbao.export_formats]\n{declared}\n")
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "jianbao_headlines", raising=False)
        formats.cache_clear()

    yield install
    formats.cache_clear()


def test_a_format_of_another_package_is_one_like_ours(
    store: Store, tmp_path: Path, package: Callable[[str], None]
) -> None:
    package("headlines = jianbao_headlines:FORMAT")
    assert list(formats()) == [*FORMATS, "headlines"]
    assert "gbt7714, jsonld, graphml, headlines." in " ".join(command("--help").stdout.split())
    for given in (("-o", tmp_path / "a.headlines"), ("-o", tmp_path / "b", "--format", "headlines")):
        done = command(*given, "--script", "simplified", "--with-duplicates", "--store", store.path)
        assert done.exit_code == 0, done.output
    said = (tmp_path / "a.headlines").read_text(encoding="utf-8")
    assert said == (tmp_path / "b").read_text(encoding="utf-8")
    assert f"{FULL.id} " not in said, "it opts out"
    assert said.count("\n") > 8 and f"{9:016x} '头发'\n" in said
    with store.export_log.outgoing(FilterChoice(with_duplicates=True)) as outgoing:
        assert said.count("\n") == outgoing.size


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ("a = jianbao_headlines:SECOND", "there is a format of the name csv already"),
        ("a = jianbao_headlines:THIRD", "the suffix .parquet stands for the format parquet already"),
        ("a = jianbao_headlines:NO_FORMAT", "it is no ExportFormat"),
        ("a = jianbao_headlines:MISSING", "AttributeError"),
        ("a = nowhere:FORMAT", "ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_a_format_declared_wrongly_ends_with_the_package_and_the_cure(
    store: Store, tmp_path: Path, package: Callable[[str], None], declared: str, why: str
) -> None:
    package(declared)
    with pytest.raises(UsageError, match=r"export format .* of the package jianbao-headlines.*uninstall") as error:
        export(store, ExportRequest(target=str(tmp_path / "x.csv"), form="csv"))
    assert why in str(error.value)


def test_an_unknown_format_ends_with_the_names_there_are(store: Store, tmp_path: Path) -> None:
    done = command("-o", tmp_path / "x", "--format", "docx", "--store", store.path)
    assert done.exit_code == 2 and "'docx' is not one of 'jsonl', 'parquet'" in done.output
    with pytest.raises(UsageError, match="no export format 'docx': it is one of jsonl, parquet"):
        export(store, ExportRequest(target=str(tmp_path / "x"), form="docx"))
    assert not (tmp_path / "x").exists()


def test_the_table_in_the_documentation_is_that_of_the_formats() -> None:
    table = ["| `--format` | what it is |", "|---|---|"]
    table += [f"| `{one.name}` | {one.meaning} |" for one in formats().values()]
    page = (Path(__file__).resolve().parent.parent / "docs" / "export.md").read_text(encoding="utf-8")
    assert "\n".join(table) in page, "the table of formats in docs/export.md should be\n" + "\n".join(table)
