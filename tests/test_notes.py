"""Tags and notes: kept with an article, found by, carried along, gone with a takedown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.errors import UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article
from cleaners.maintenance import takedown
from cleaners.maintenance.merge import merge
from cleaners.store import ArticleNotes, Selection, Store
from cleaners.store.notes import LONGEST_NOTE, LONGEST_TAG
from cleaners.store.recover import salvage
from cleaners.urls import clipping_id
from crawler.cli import app
from tests.small_server import article as article_page
from tests.test_ingester import story

DAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def article(number: int, text: str | None = None) -> Article:
    url = f"https://canal.example/{number}.html"
    return Article(id=clipping_id(url, b""), origin=f"{number}.html", url=url, text=text or story(number))


def kept(path: Path, id_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with Store.open(path, create=False, readonly=True) as store:
        found = store.notes.of([id_]).get(id_, ArticleNotes())
    return found.tags, tuple(note.text for note in found.notes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of three articles: 0 has two tags and two notes, 1 one tag, 2 nothing."""
    with Ingester(tmp_path / "s.db") as ingester:
        ingester.add([article(0), article(1), article(2)])
    with Store.open(tmp_path / "s.db") as store:
        store.notes.add(article(0).id, tags=["水利", " #春灌 "], note="再看\r\n第二遍", at=DAY)
        store.notes.add(article(0).id, tags=["水利"], note="问过站长", at=DAY)
        store.notes.add(article(0).id, note="再看\n第二遍")
        store.notes.add(article(1).id, tags=["水利"], note="  ", at=DAY)
    return tmp_path / "s.db"


def test_each_is_kept_once_and_stays_when_the_text_changes(path: Path) -> None:
    with Ingester(path) as ingester:
        ingester.add([article(0, story(0) + "\n后来又补了一句话。")])
    assert kept(path, article(0).id) == (("春灌", "水利"), ("再看\n第二遍", "问过站长"))
    assert kept(path, article(1).id) == (("水利",), ())
    assert kept(path, article(2).id) == ((), ())


def test_what_cannot_be_kept_is_refused_whole(path: Path) -> None:
    with Store.open(path) as store:
        for more in ({"tags": ["好", " # "]}, {"tags": ["好", "长" * (LONGEST_TAG + 1)]},
                     {"tags": ["好"], "note": "长" * (LONGEST_NOTE + 1)}):  # fmt: skip
            with pytest.raises(UsageError):
                store.notes.add(article(2).id, **more)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="no article"):
            store.notes.add("0" * 16, tags=["好"])
        store.notes.add(article(2).id, tags=["坏\udc80"], note="坏\udc80")
    assert kept(path, article(2).id) == (("坏\\udc80",), ("坏\\udc80",))


def test_they_are_removed_one_by_one_and_only_from_their_article(path: Path) -> None:
    with Store.open(path) as store:
        first, second = store.notes.of([article(0).id])[article(0).id].notes
        assert not store.notes.remove_note(article(1).id, first.number)
        assert store.notes.remove_note(article(0).id, first.number)
        assert not store.notes.remove_note(article(0).id, first.number)
        assert store.notes.remove_tag(article(0).id, "水利") and not store.notes.remove_tag(article(0).id, "水利")
        store.notes.add(article(0).id, note="新的")
        assert {note.number for note in store.notes.of([article(0).id])[article(0).id].notes} > {second.number}
        assert first.number not in {note.number for note in store.notes.of([article(0).id])[article(0).id].notes}
    assert kept(path, article(1).id) == (("水利",), ())


def test_a_tag_is_a_filter_of_queries_and_of_what_is_listed(path: Path) -> None:
    with Store.open(path, readonly=True) as store:
        assert store.search.count("今年达到") == 3
        for tag, count in (("水利", 2), ("春灌", 1), ("水", 0)):
            assert store.search.count("今年达到", selection=Selection(tag=tag)) == count
            assert len(store.search.latest(selection=Selection(tag=tag))) == count
        assert store.column_values.missing(Selection(tag="水")) == {"tag": "水"}
        assert store.column_values.of("tag") == ["水利", "春灌"]


def test_a_takedown_takes_them_to_the_last_byte(path: Path) -> None:
    takedown.carry_out(path, takedown.plan(path, [article(0).id]), "asked for")
    assert kept(path, article(0).id) == ((), ())
    assert kept(path, article(1).id) == (("水利",), ())
    left = b"".join(file.read_bytes() for file in path.parent.glob("s.db*") if file.is_file())
    assert "问过站长".encode() not in left and "春灌".encode() not in left


def test_a_merge_brings_them_together_and_none_of_what_was_taken_down(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Ingester(other) as ingester:
        ingester.add([article(0), article(1)])
    with Store.open(other) as store:
        store.notes.add(article(0).id, tags=["水利", "渠"], note="他人的话", at=DAY)
        store.notes.add(article(1).id, note="要撤的")
    takedown.carry_out(path, takedown.plan(path, [article(1).id]), "asked for")
    for _ in range(2):
        merge([path, other], tmp_path / "out.db")
        assert kept(tmp_path / "out.db", article(0).id) == (
            ("春灌", "水利", "渠"), ("再看\n第二遍", "问过站长", "他人的话"),
        )  # fmt: skip
        assert kept(tmp_path / "out.db", article(1).id) == ((), ())


def test_a_salvaged_store_has_them(path: Path, tmp_path: Path) -> None:
    assert salvage(path, tmp_path / "new.db", lambda table, rows: None).whole
    assert kept(tmp_path / "new.db", article(0).id) == kept(path, article(0).id)


def test_clip_keeps_them_show_shows_them_search_finds_by_them(tmp_path: Path) -> None:
    store = tmp_path / "news.db"
    (tmp_path / "page.html").write_text(article_page(1), "utf-8")

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(app, list(map(str, arguments)))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    clip = ("clip", tmp_path / "page.html", "--store", store, "-o", tmp_path / "x.md")
    with pytest.raises(UsageError, match="at most"):
        run(*clip, "--tag", "长" * 61)
    assert not store.exists()
    run(*clip, "--tag", "#水利", "--note", "存档")
    run(*clip, "--tag", "春灌")
    (hit,) = [json.loads(line) for line in run("search", "--tag", "水利", "--store", store, "--json").splitlines()]
    told = json.loads(run("show", hit["id"], "--store", store, "--json"))
    assert (set(told["tags"]), [note["text"] for note in told["notes"]]) == ({"水利", "春灌"}, ["存档"])
    shown = run("show", hit["id"], "--store", store)
    assert "水利" in shown.split("\ntags", 1)[1].split("\n", 1)[0] and "\nnote       存档  (20" in shown
    assert run("search", "--tag", "渠", "--store", store) == ""


def test_tags_are_listed_added_and_removed_by_command(path: Path) -> None:
    def tag(*words: str) -> str:
        done = CliRunner().invoke(app, ["tag", *words, "--store", str(path)])
        if done.exception is not None:
            raise done.exception
        return done.stdout

    id_ = article(1).id
    assert json.loads(tag("--json")) == {"水利": 2, "春灌": 1}
    assert [line.split() for line in tag().splitlines()] == [["水利", "2", "articles"], ["春灌", "1", "article"]]
    assert json.loads(tag(id_[:10], "#二期", "水利", "--note", "周一用", "--json"))["tags"] == ["水利", "二期"]
    assert kept(path, id_)[1] == ("周一用",)
    assert "二期" in tag(f"https://canal.example/{1}.html", "水利", "--remove")
    assert kept(path, id_)[0] == ("二期",)
    for wrong in ([id_, "水利", "--remove"], [id_], ["0" * 16, "水利"]):
        with pytest.raises(UsageError):
            tag(*wrong)
