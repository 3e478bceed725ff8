"""Backups made while others write, and cleaning again what was cleaned before."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from cleaners.archive import Archive, folder_of
from cleaners.errors import UsageError
from cleaners.items import Article
from cleaners.keeper import Keeper
from cleaners.store import Store
from cleaners.upkeep import backup, doctor
from cleaners.urls import clipping_id
from tests.test_keeper import story
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
        shelf = Archive(folder_of(path), name="late", software="jianbao/0")
        with Keeper(path) as keeper:
            for n in range(1000, 3000):
                url, text = f"http://news.example/{n}", story(n)
                origin = shelf.write(replace(exchange(n, text.encode()), url=url))
                shelf.sync()
                keeper.keep([Article(id=clipping_id(url, b""), origin=origin, url=url, text=text, fetched_at=MOMENT)])
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
    with Keeper(made.store) as keeper:
        assert keeper.keep([Article(id="9" * 16, origin="x", text="转载：" + story(3))]).matched == 1
    assert well(path)


def test_a_record_that_is_half_in_the_copy_is_left_out(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    with pytest.raises(UsageError, match="no folder"):
        backup.back_up(path, tmp_path / "a" / "b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "there"]
    assert sorted(p.name for p in there.iterdir() if p.suffix != ".locks") == ["news.db", "news.warc"]
