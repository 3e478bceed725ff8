"""What an export adds to its records: signals, marks for personal data, columns of others, filters."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cleaners.errors import InputError, UsageError
from cleaners.export.additions import ColumnHook, ExportAdditions, RecordFilter
from cleaners.export.dataset_card import DatasetFacts, card
from cleaners.export.dataset_stats import DatasetStats
from cleaners.export.run import ExportRequest, export
from cleaners.signals import NAMES, signals
from cleaners.store import FilterChoice, Selection, Store
from crawler.cli import app
from tests.test_export_formats import as_moments, as_record, in_columns
from tests.test_export_snapshot import put

PHONE = "联系电话：13800138000，邮箱someone@example.com。"


def lengths(texts: list[str]) -> list[float]:
    return [len(text) / 2 for text in texts]


def words(texts: list[str]) -> Any:
    return [{"first": text[:1]} for text in texts]


def too_few(texts: list[str]) -> list[int]:
    return [1]


def failing(texts: list[str]) -> list[int]:
    raise ValueError("no model")


def text(texts: list[str]) -> list[str]:
    return texts


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "news.db") as opened:
        put(opened, 1, "大桥通车。" * 30, quality=0.5)
        put(opened, 2, f"路灯亮了。\n{PHONE}", title=PHONE, markdown=f"**{PHONE}**", extra={"note": [PHONE], "n": 1})
        put(opened, 3, "图书馆开放，读者两万人次，馆内藏书三十二万册。", quality=0.9)
        yield opened


def additions(**given: Any) -> ExportAdditions:
    return ExportAdditions.of(
        **({"with_signals": False, "with_scrubbing": False, "with_notes": False, "hooks": (), "filters": ()} | given)
    )


def made(store: Store, target: Path, form: str = "jsonl", **given: Any) -> Any:
    order = ExportRequest(
        target=str(target), form=form, choice=FilterChoice(with_duplicates=True), additions=additions(**given)
    )
    return export(store, order)


def lines(path: Path) -> dict[str, dict[str, Any]]:
    return {one["id"][-1]: one for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def test_signals_are_a_column(store: Store, tmp_path: Path) -> None:
    made(store, tmp_path / "x.jsonl", with_signals=True)
    for one in lines(tmp_path / "x.jsonl").values():
        assert tuple(one["signals"]) == NAMES
        assert one["signals"]["top_3gram"] == signals(one["text"]).top_3gram
        assert "scrubbed" not in one


def test_filters_leave_out_and_count(store: Store, tmp_path: Path) -> None:
    done = made(store, tmp_path / "x.jsonl", filters=["signals.top_3gram < .2", "quality >= 0.7"])
    assert (done.added, done.filtered) == (len(lines(tmp_path / "x.jsonl")), 3 - done.added)
    assert "1" not in lines(tmp_path / "x.jsonl")
    assert made(store, tmp_path / "x.jsonl", filters=["quality > 0", "title != x"]).added == 3
    assert made(store, tmp_path / "x.jsonl", filters=["edition == 1"]).added == 0  # what is not known holds nowhere


def test_what_a_filter_left_out_is_not_noted_as_exported(store: Store, tmp_path: Path) -> None:
    done = made(store, tmp_path / "x.jsonl", filters=["quality >= 0.7"])
    assert (done.added, done.filtered, set(lines(tmp_path / "x.jsonl"))) == (1, 2, {"3"})
    assert [one.added for one in store.export_log.all()] == [1]
    assert set(store.export_log.containing(f"{n:016x}" for n in (1, 2, 3))) == {f"{3:016x}"}


def test_the_card_of_a_dataset_tells_of_the_least_confidence() -> None:
    chosen = FilterChoice(selection=Selection(min_confidence=0.99))
    told = card(DatasetFacts(choice=chosen), DatasetStats())
    assert "- confidence of at least: 0.99\n" in told and "- everything" not in told


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        (["signals.top_3gam < .2"], "top_3gram"),
        (["qualty > 1"], "quality"),
        (["quality ~ 1"], "is no filter"),
        (["scrubbed.mobile > 0"], "there is no 'scrubbed'"),
    ],
)
def test_filters_of_what_is_not_there_are_refused_with_what_may_be_meant(filters: list[str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        additions(filters=filters)


def test_values_of_two_kinds_are_not_compared() -> None:
    with pytest.raises(UsageError, match="cannot be compared"):
        RecordFilter.parse("title < 3").holds({"title": "大桥"})
    assert not RecordFilter.parse("title == 3").holds({"title": None})


def test_personal_data_is_marked_wherever_a_reader_sees_it(store: Store, tmp_path: Path) -> None:
    made(store, tmp_path / "x.jsonl", with_scrubbing=True, filters=["scrubbed.mobile > 0"])
    (one,) = lines(tmp_path / "x.jsonl").values()
    assert one["scrubbed"] == {"mobile": 1, "email": 1}
    assert "13800138000" not in json.dumps(one) and "example.com" not in json.dumps(one | {"url": "", "origin": ""})
    assert one["extra"]["n"] == 1 and one["markdown"].startswith("**联系电话：[手机号]")


def test_columns_of_others_have_the_type_that_they_declare(store: Store, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    hooks = [f"{__name__}:lengths", f"{__name__}:words"]
    made(store, tmp_path / "x.jsonl", hooks=hooks, filters=["lengths > 20"])
    found = lines(tmp_path / "x.jsonl")
    assert {one["lengths"] for one in found.values()} == {len(one["text"]) / 2 for one in found.values()} and found
    made(store, tmp_path / "x.parquet", "parquet", hooks=hooks)
    table = pq.read_table(tmp_path / "x.parquet")
    assert str(table.schema.field("lengths").type) == "double"
    assert json.loads(table["words"][0].as_py())["first"] == table["text"][0].as_py()[0]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("lengths", "module:function"),
        ("no_such_module:score", "PYTHONPATH"),
        (f"{__name__}:absent", "name a function that the module has"),
        (f"{__name__}:text", "another name"),
    ],
)
def test_hooks_that_cannot_be_used_are_refused_with_the_cure(place: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        ColumnHook.load(place)


@pytest.mark.parametrize(("name", "why"), [("too_few", "one for each"), ("failing", "no model")])
def test_a_hook_that_fails_ends_the_export_and_nothing_is_written(
    store: Store, tmp_path: Path, name: str, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        made(store, tmp_path / "x.jsonl", hooks=[f"{__name__}:{name}"])
    assert not list(tmp_path.glob("x.jsonl*"))


def test_every_format_with_columns_has_the_same_records(store: Store, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    given: dict[str, Any] = {"with_signals": True, "with_scrubbing": True, "filters": ["signals.top_3gram < .5"]}
    made(store, tmp_path / "x.jsonl", **given)
    expected = [as_moments(in_columns(one)) for one in lines(tmp_path / "x.jsonl").values()]
    assert len(expected) == 2
    made(store, tmp_path / "x.parquet", "parquet", **given)
    made(store, tmp_path / "hub", "hf", **given)
    for path in (tmp_path / "x.parquet", next((tmp_path / "hub" / "data").iterdir())):
        rows = [as_moments(as_record(row)) for row in pq.read_table(path).to_pylist()]
        for row in rows:
            row["scrubbed"] = {pair["kind"]: pair["count"] for pair in row["scrubbed"]}
        assert rows == expected
    card = (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")
    assert "arxiv.org/abs/2112.11446" in card and "`signals.top_3gram < .5`" in card and "[手机号]" in card
    made(store, tmp_path / "x.csv", "csv", **given)
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").partition("\n")[0].endswith(",scrubbed,signals")


def test_tags_and_notes_go_along_only_when_they_are_asked_for(store: Store, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    first = f"{1:016x}"
    store.notes.add(first, tags=["水利", "a|b"], note=f"=再看\n{PHONE}", at=datetime(2026, 11, 30, 8, tzinfo=UTC))
    store.notes.add(first, note="问过站长")
    made(store, tmp_path / "without.jsonl")
    assert not any({"tags", "notes"} & one.keys() for one in lines(tmp_path / "without.jsonl").values())
    made(store, tmp_path / "x.jsonl", with_notes=True)
    told = lines(tmp_path / "x.jsonl")
    assert told["1"]["tags"] == ["a|b", "水利"]
    assert told["1"]["notes"][0] == {"text": f"=再看\n{PHONE}", "at": "2026-11-30T08:00:00+00:00"}
    assert [note["text"] for note in told["1"]["notes"]][1:] == ["问过站长"]
    assert all((told[one]["tags"], told[one]["notes"]) == ([], []) for one in ("2", "3"))
    made(store, tmp_path / "x.parquet", "parquet", with_notes=True)
    rows = {row["id"][-1]: row for row in pq.read_table(tmp_path / "x.parquet").to_pylist()}
    assert all((rows[one]["tags"], rows[one]["notes"]) == (told[one]["tags"], told[one]["notes"]) for one in told)
    made(store, tmp_path / "x.csv", "csv", with_notes=True)
    assert "问过站长" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    made(store, tmp_path / "pages", "markdown", with_notes=True)
    (page,) = (tmp_path / "pages").glob(f"*{first}.md")
    front = yaml.safe_load(page.read_text(encoding="utf-8").split("---\n")[1])
    assert (front["tags"], front["note"]) == (["a|b", "水利"], f"=再看\n{PHONE}\n\n问过站长")
    made(store, tmp_path / "x.html", "html", with_notes=True)
    assert "问过站长" in (tmp_path / "x.html").read_text(encoding="utf-8")
    made(store, tmp_path / "scrubbed.jsonl", with_notes=True, with_scrubbing=True)
    assert "13800138000" not in (tmp_path / "scrubbed.jsonl").read_text(encoding="utf-8")


def test_notes_have_no_place_in_a_feed_or_a_series(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--format jsonl or parquet or csv or markdown"):
        made(store, tmp_path / "x.rss", "rss", with_notes=True)
    order = ExportRequest(
        target=str(tmp_path / "x.jsonl"), form="jsonl", name="corpus", additions=additions(with_notes=True)
    )
    with pytest.raises(UsageError, match="a series of exports has no --notes"):
        export(store, order)


def test_the_command_takes_what_has_a_tag(store: Store, tmp_path: Path) -> None:
    first = f"{1:016x}"
    store.notes.add(first, tags=["水利"])
    store.close()
    given = ["export", "-o", str(tmp_path / "x.jsonl"), "--store", str(tmp_path / "news.db"), "--notes"]
    done = CliRunner().invoke(app, [*given, "--tag", "#水利"])
    assert done.exit_code == 0, done.output
    assert {id_: one["tags"] for id_, one in lines(tmp_path / "x.jsonl").items()} == {"1": ["水利"]}


def test_formats_without_columns_and_series_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--format jsonl or parquet or csv or hf"):
        made(store, tmp_path / "x.rss", "rss", with_signals=True)
    order = ExportRequest(
        target=str(tmp_path / "x.jsonl"), form="jsonl", name="corpus", additions=additions(filters=["quality > 0"])
    )
    with pytest.raises(UsageError, match="a series of exports has no --filter"):
        export(store, order)


def test_the_command_says_what_was_left_out(store: Store, tmp_path: Path) -> None:
    store.close()
    target = tmp_path / "x.jsonl"
    given = ["export", "-o", str(target), "--store", str(tmp_path / "news.db"), "--scrub"]
    done = CliRunner().invoke(app, [*given, "--filter", "signals.top_3gram < .2"])
    assert done.exit_code == 0, done.output
    assert "1 article left out by --filter" in done.stderr
    assert all("scrubbed" in one and "signals" in one for one in lines(target).values())
