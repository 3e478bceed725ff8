"""Backups made while others write, and cleaning again what was cleaned before."""

from __future__ import annotations

import json
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleaners import readers
from cleaners.errors import UnwritableError, UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop, Page
from cleaners.maintenance import backup, doctor
from cleaners.maintenance import reclean as reclean_work
from cleaners.pipeline import clean
from cleaners.store import Store
from cleaners.urls import clipping_id
from cleaners.warc import WarcArchive, folder_of, read_back
from crawler.cli import app
from tests.test_ingester import story
from tests.test_takedown import MOMENT, exchange, stored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "here" / "news.db"
    path.parent.mkdir()
    stored(path, {f"http://news.example/{n}": story(n) for n in range(20)})
    return path


def ids(path: Path) -> set[str]:
    with Store.open(path, create=False, readonly=True) as store:
        return {one.article.id for one in store.clippings.select(with_duplicates=True)}


def well(path: Path) -> bool:
    return not [one for one in doctor.examine(path, sample=None) if one.problems]


def test_a_backup_made_beside_a_writer_is_whole_and_fits_itself(path: Path, tmp_path: Path) -> None:
    enough, stop, written = threading.Event(), threading.Event(), []

    def write() -> None:
        shelf = WarcArchive(folder_of(path), name="late", software="jianbao/0")
        with Ingester(path) as ingester:
            for n in range(1000, 3000):
                url, text = f"http://news.example/{n}", story(n)
                origin = shelf.write(replace(exchange(n, text.encode()), url=url))
                shelf.sync()
                ingester.add([Article(id=clipping_id(url, b""), origin=origin, url=url, text=text, fetched_at=MOMENT)])
                written.append(clipping_id(url, b""))
                if n == 1020:
                    enough.set()
                if stop.is_set():
                    break
        shelf.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(60)
        before = set(written)
        made = backup.back_up(path, tmp_path / "there")
        assert writer.is_alive() and len(written) > len(before)
    finally:
        stop.set()
        writer.join()
    assert made.store == tmp_path / "there" / "news.db"
    copied = ids(made.store)
    assert before <= copied <= ids(path), "what was acknowledged before is in it"
    assert well(made.store), "its pages are in its own archive, whole"
    with Ingester(made.store) as ingester:
        assert ingester.add([Article(id="9" * 16, origin="x", text="转载：" + story(3))]).matched == 1
    assert well(path)


def test_a_record_that_is_half_in_the_copy_is_left_out(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backup.shutil.copy2

    def half(source: Path, target: Path) -> None:
        copy(source, target)
        target.write_bytes(target.read_bytes()[:-7])

    monkeypatch.setattr(backup.shutil, "copy2", half)
    made = backup.back_up(path, tmp_path / "there")
    assert well(made.store)


def test_a_backup_never_overwrites(path: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    (tmp_path / ".there.part").mkdir()
    (tmp_path / ".there.part" / "left by a kill").touch()
    there.mkdir()
    backup.back_up(path, there)
    with pytest.raises(UsageError, match="never overwritten"):
        backup.back_up(path, there)
    with pytest.raises(UsageError, match="is a folder"):
        backup.back_up(path, tmp_path / "copy.db")
    backup.back_up(path, tmp_path / "by day" / "first")  # folders above are made
    assert sorted(p.name for p in tmp_path.iterdir()) == ["by day", "here", "there"]
    assert sorted(p.name for p in there.iterdir() if p.suffix != ".locks") == ["news.db", "news.warc"]


def test_a_backup_that_fails_takes_no_room(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.shutil, "copy2", full)
    with pytest.raises(UnwritableError, match="No space left"):
        backup.back_up(path, tmp_path / "there")
    assert [p.name for p in tmp_path.iterdir()] == ["here"]


PAGE = """<html><head><title>{title}_绿洲晨报</title></head><body><h1>{title}</h1>
<p class="info">2024-10-08 09:30 来源：绿洲晨报</p><div class="content"><p>{first}</p><p>{second}</p></div></body></html>"""


def page(number: int) -> bytes:
    first, second = story(number).split("\n")[:2]
    return PAGE.format(title=f"渠水流到第{number}个村", first=first, second=second).encode()


@pytest.fixture
def cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose articles an older cleaner made: from its archive, a saved file and a zip."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "news.db"
    shelf = WarcArchive(folder_of(path), name="probe", software="jianbao/0")
    origins = [shelf.write(replace(exchange(n, page(n)), url=f"http://news.example/{n}")) for n in range(4)]
    shelf.close()
    Path("saved.html").write_bytes(page(4))
    with zipfile.ZipFile("dump.zip", "w") as packed:
        for n in (5, 6):
            packed.writestr(f"{n}.html", page(n))
    read = [*(read_back(one, path) for one in origins), *readers.read(["saved.html", "dump.zip"])]
    made = [clean(one) for one in read if isinstance(one, Page)]
    articles = [one for one in made if isinstance(one, Article)]
    assert len(articles) == 7
    articles[1] = replace(articles[1], text=articles[1].text + "\n责任编辑：某某", editors=())
    articles[2] = replace(articles[2], source="别的报")
    articles[5] = replace(articles[5], text="只有一句话。")
    dropped = Drop(origin=articles[3].origin, url=articles[3].url, stage="extract", reason="empty")
    with Ingester(path) as ingester:
        ingester.add([*articles[:3], *articles[4:], dropped])
    return path


def reclean(path: Path, **options: object) -> dict[str, reclean_work.FieldChange]:
    with Store.open(path, create=False, readonly=True) as store:
        wanted = reclean_work.origins(store, options.get("site"), None)  # type: ignore[arg-type]
        outcomes = reclean_work.compare(
            store, wanted, lambda pages: (p if isinstance(p, Drop) else clean(p) for p in pages)
        )
        if options.get("apply"):
            outcomes = reclean_work.apply(path, outcomes, {})
        return {one.change.url or one.change.origin: one.change for one in outcomes if one.change}


def test_cleaning_again_shows_what_would_change_and_changes_nothing(cleaned: Path) -> None:
    before = cleaned.read_bytes()
    found = reclean(cleaned)
    assert cleaned.read_bytes() == before
    assert {what: one.kind for what, one in found.items()} == {
        "http://news.example/1": "text",
        "http://news.example/2": "metadata",
        "http://news.example/3": "found",
        "dump.zip#5.html": "text",
    }
    assert "-责任编辑：某某" in found["http://news.example/1"].difference.split("\n")
    assert found["http://news.example/2"].fields == ("source",)
    assert "-source: 别的报" in found["http://news.example/2"].difference


def test_applied_it_gives_new_revisions_and_nothing_is_left_to_change(cleaned: Path) -> None:
    reclean(cleaned, apply=True)
    assert not reclean(cleaned)
    with Store.open(cleaned, create=False) as store:
        first = store.clippings.get("http://news.example/1")
        second = store.clippings.get("http://news.example/2")
        assert first and first.revision == 2 and "责任编辑" not in first.article.text
        assert [text.text.endswith("某某") for text in store.articles.revisions(first.article.id)].count(True) == 1
        assert second and second.revision == 1 and second.article.source == "绿洲晨报"
        assert store.clippings.get("http://news.example/3") and not store.runs.drops()
    assert well(cleaned)


def test_what_is_not_there_any_more_is_counted(cleaned: Path) -> None:
    Path("saved.html").unlink()
    Path("dump.zip").write_bytes(b"PK\x05\x06" + bytes(18))  # an empty one
    next(folder_of(cleaned).iterdir()).unlink()
    with Store.open(cleaned, create=False, readonly=True) as store:
        wanted = reclean_work.origins(store, None, None)
        counts = reclean_work.summary(
            reclean_work.compare(store, wanted, lambda pages: (p if isinstance(p, Drop) else clean(p) for p in pages))
        )
    assert counts == {
        "missing: unreadable": 4, "missing: no page there any more": 2, "missing: their files were not found": 1
    }  # fmt: skip


def test_files_given_by_relative_paths_are_found_from_elsewhere(cleaned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*options: str) -> str:
        return (
            CliRunner()
            .invoke(app, ["reclean", "--store", str(cleaned), "-j", "1", *options], catch_exceptions=False)
            .stderr
        )

    here = told()
    (cleaned.parent / "elsewhere").mkdir()
    monkeypatch.chdir(cleaned.parent / "elsewhere")
    assert told() == here, "beside the store"
    (cleaned.parent / "dumps").mkdir()
    for name in ("saved.html", "dump.zip"):
        (cleaned.parent / name).rename(cleaned.parent / "dumps" / name)
    lost = told()
    assert "3 not cleaned again (their files were not found)" in lost and "name that with --root DIR" in lost
    assert told("--root", str(cleaned.parent / "dumps")) == here
    with pytest.raises(UsageError, match="no such folder"):
        told("--root", "nowhere")
    assert "7 the same" in told("--root", "../dumps", "--apply") + told("--root", "../dumps")
    with Store.open(cleaned, create=False) as store:
        assert {one.article.origin for one in store.clippings.select()} >= {"saved.html", "dump.zip#5.html"}


def test_the_command_tells_and_applies(cleaned: Path) -> None:
    def run(*options: str) -> Result:
        return CliRunner().invoke(
            app, ["reclean", "--store", str(cleaned), "-j", "1", *options], catch_exceptions=False
        )

    told = run()
    assert told.exit_code == 0 and "-责任编辑：某某" in told.stdout
    assert (
        "3 the same; 2 with another text; 1 with other metadata; 1 dropped before and articles today; --apply"
        in told.stderr
    )
    assert [json.loads(line)["kind"] for line in run("--json", "--apply").stdout.splitlines()].count("text") == 2
    assert "7 the same" in run().stderr
    assert "4 the same" in run("--sample", "4").stderr


def test_rows_of_a_table_are_cleaned_again_by_the_columns_that_clean_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("biaoti,zw\n渠水流到村里,{}\n".format(story(1).replace("\n", "")), encoding="utf-8")

    def run(*arguments: str) -> str:
        return CliRunner().invoke(app, [*arguments, "--store", "news.db", "-j", "1"], catch_exceptions=False).stderr

    run("clean", "a.csv", "--text-column", "zw")
    assert "name the same here (--text-column" in run("reclean")
    assert "1 the same" in (told := run("reclean", "--text-column", "zw")) and "name the same" not in told
