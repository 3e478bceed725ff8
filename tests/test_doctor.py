"""The doctor: every kind of damage is found, and what can be rebuilt is; a healthy store has nothing wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.errors import NotAStoreError, StoreBusyError
from cleaners.ingest import match_index
from cleaners.ingest.ingester import Ingester
from cleaners.ingest.match_index import index_folder
from cleaners.items import Article
from cleaners.maintenance import doctor, takedown
from cleaners.store import Store
from cleaners.store.database import Database
from cleaners.store.schema import MIGRATIONS
from cleaners.urls import clipping_id
from cleaners.warc import WarcArchive, folder_of
from cleaners.warc.scan import WarcRecord, records
from crawler.cli import app
from tests.test_ingester import corpus, story
from tests.test_takedown import MOMENT, URL, exchange, stored, take

DAMAGED: dict[str, tuple[str, str]] = {
    # damage in SQL -> the check that finds it
    "a text is not in the search index": ("search", "INSERT INTO search (search) VALUES ('delete-all')"),
    "a text is in the index that is not there": ("search", "INSERT INTO search (rowid, text) VALUES (999, '北京')"),
    "the index has another text": ("search", "UPDATE search_docsize SET sz = x'0302' WHERE id = 3"),
    "the index of characters is empty": ("search", "INSERT INTO characters (characters) VALUES ('delete-all')"),
    "the best copy is no member": ("clusters", "UPDATE clusters SET canonical = 10000 WHERE cluster = 1"),
    "the earliest is no member": ("clusters", "UPDATE clusters SET earliest = 10000 WHERE cluster = 1"),
    "the size is wrong": ("clusters", "UPDATE clusters SET size = 7 WHERE cluster = 2"),
    "the members are gone": ("clusters", "UPDATE articles SET cluster = NULL WHERE cluster = 1"),
    "the cluster is gone": ("clusters", "DELETE FROM clusters WHERE cluster = 1"),
    "a match has no text": (
        "clusters",
        "INSERT INTO matches VALUES (1, 9999, 'near', 1, 1, 1, '[1,0,[],1,[0,1],[0,1]]')",
    ),
    "a forward leads nowhere": ("clusters", "INSERT INTO forwards VALUES ('old', 'nowhere')"),
    "forwards run in a circle": ("clusters", "INSERT INTO forwards VALUES ('a', 'b'), ('b', 'a')"),
    "an index is missing": ("schema", "DROP INDEX articles_by_date"),
    "a trigger is missing": ("schema", "DROP TRIGGER ledger_taken_down"),
    "the manifest is nonsense": ("match index", "UPDATE manifests SET data = X'FF'"),
}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("healthy") / "news.db"
    with Ingester(path) as ingester:
        ingester.add(corpus(12))
    stored(path, {f"http://news.example/{n}": story(100 + n) for n in range(5)})
    return path


@pytest.fixture
def path(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "news.db"


def wrong(path: Path, **options: bool) -> dict[str, tuple[str, ...]]:
    found = [one for one in doctor.examine(path, **options) if one.problems and not one.repaired]
    return {one.check: tuple(map(str, one.problems)) for one in found}


def sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def clusters(path: Path) -> set[frozenset[str]]:
    with Store.open(path, create=False) as store:
        found: dict[str, set[str]] = {}
        for one in store.clippings.select(with_duplicates=True):
            assert one.cluster
            found.setdefault(one.cluster.id, set()).add(one.article.id)
        return {frozenset(ids) for ids in found.values()}


def test_a_store_beyond_the_reach_of_its_index_is_well_and_says_so(
    healthy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(healthy, readonly=True) as store:
        articles = store.statistics().articles
    for limit, told in ((articles, False), (articles - 1, True)):
        monkeypatch.setattr(match_index, "HOLDS", limit)
        checked = CliRunner().invoke(app, ["doctor", "--store", str(healthy)])
        counted = CliRunner().invoke(app, ["stats", "--store", str(healthy), "--json"])
        assert (checked.exit_code, counted.exit_code) == (0, 0)
        assert json.loads(counted.stdout)["articles"] == articles
        assert ("jianbao dedup" in checked.stdout) == ("jianbao dedup" in counted.stderr) == told


def test_a_healthy_store_has_nothing_wrong(path: Path) -> None:
    assert not wrong(path)
    assert not {f.check: f.problems for f in doctor.examine(path, sample=None) if f.problems}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_found_and_repaired(path: Path, damage: str) -> None:
    check, statement = DAMAGED[damage]
    before = clusters(path)
    sql(path, statement)
    assert set(wrong(path)) == {check}
    assert not wrong(path, repair=True)
    assert not wrong(path)
    assert clusters(path) == before
    with Store.open(path, create=False) as store:
        text = store.articles.texts([5])[5]
        assert 5 in {hit.doc for hit in store.search.find(f'"{text[3:9]}"', with_duplicates=True)}


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: f.unlink(),
        lambda f: f.write_bytes(f.read_bytes()[:-4]),
        lambda f: f.write_bytes(bytes(f.stat().st_size)),
    ],
)
def test_a_damaged_match_index_is_made_anew(path: Path, harm: Callable[[Path], None]) -> None:
    harm(max(index_folder(path).iterdir(), key=lambda file: file.stat().st_size))
    assert set(wrong(path)) == {"match index"}
    assert not wrong(path, repair=True)
    with Ingester(path) as ingester:
        assert ingester.add([Article(id="9" * 16, origin="x", text="转载：\n" + story(5))]).matched == 1


def test_an_index_of_sqlite_that_disagrees_with_its_table_is_made_anew(path: Path) -> None:
    sql(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(published_at)', '(revision)') WHERE name = 'articles_by_date'",
    )
    assert set(wrong(path)) == {"file", "schema"}
    assert not wrong(path, repair=True)
    assert not wrong(path)


def test_pages_that_are_not_where_the_articles_say_are_named(path: Path) -> None:
    file = next(folder_of(path).iterdir())
    sql(path, "UPDATE articles SET origin = (SELECT origin FROM articles WHERE url LIKE '%/1') WHERE url LIKE '%/2'",
        "UPDATE articles SET origin = origin || '1' WHERE url LIKE '%/3'")  # fmt: skip
    found = wrong(path, repair=True)["pages"]
    assert len(found) == 2 and "is the page of http://news.example/1" in found[0]
    file.unlink()
    assert len(wrong(path)["pages"]) == 5


def torn(path: Path, file: Path, cut: int, age: float) -> list[str]:
    """Cut the end of an archive's file, have the doctor repair it, return what it still finds."""
    file.write_bytes(file.read_bytes()[:-cut])
    os.utime(file, (time.time() - age, time.time() - age))
    assert set(wrong(path)) <= {"pages"}
    found = {
        f.check: f.problems for f in doctor.examine(path, sample=None, repair=True) if f.problems and not f.repaired
    }
    return list(found)


def test_what_a_crash_left_half_written_in_the_archive_is_cut_off(path: Path) -> None:
    file = next(folder_of(path).iterdir())
    assert torn(path, file, 5, age=0) == ["archive"], "it may be on its way"
    whole = file.stat().st_size
    assert torn(path, file, 1, age=100) == []
    assert file.stat().st_size < whole - 100 and all(isinstance(one, WarcRecord) for one in records(path))
    last = file.stat().st_size
    assert "archive" in torn(path, file, 5, age=100), "an article is in it"
    assert file.stat().st_size == last - 5


def test_a_takedown_that_was_killed_is_finished(path: Path) -> None:
    stored(path, {URL: story(50)})
    take(path, URL)
    sql(path, "UPDATE tombstones SET done = 0")
    assert set(wrong(path)) == {"takedowns"}
    assert not wrong(path, repair=True)


def test_what_was_taken_down_and_is_there_again_goes_again(path: Path) -> None:
    stored(path, {URL: story(50)})
    take(path, URL)
    with Store.open(path, create=False) as store:
        store.articles.put(Article(id=clipping_id(URL, b""), origin="x", url=URL, text=story(50)))
    assert set(wrong(path)) == {"takedowns"}
    assert not wrong(path, repair=True)
    with Store.open(path, create=False) as store:
        assert store.clippings.get(URL) is None


def test_revisions_of_copies_and_takedowns_leave_a_healthy_store(path: Path) -> None:
    shelf = WarcArchive(folder_of(path), name="more", software="jianbao/0")
    urls = [f"http://news.example/{n}" for n in range(5)]
    with Ingester(path) as ingester:
        for turn, url in enumerate([*urls, *urls]):
            text = story(100).replace("今年", "去年") + f"\n第{turn}次修改。"
            origin = shelf.write(replace(exchange(0, text.encode()), url=url))
            ingester.add(
                [Article(id=clipping_id(url, b""), origin=origin, url=url, site="daily", text=text, fetched_at=MOMENT)]
            )
    shelf.close()
    assert not wrong(path)
    take(path, urls[0])
    assert not wrong(path)
    assert not {f.check: f.problems for f in doctor.examine(path, sample=None) if f.problems}


def test_a_text_that_the_disk_gives_back_otherwise_is_named(path: Path) -> None:
    sql(path, "UPDATE texts SET text = replace(text, '吨', '斤') WHERE doc = 3")
    with Store.open(path, create=False) as store:
        store.integrity.rebuild_search()
        origin = store.articles.get([3])[3][0].origin
    assert wrong(path, repair=True) == {"texts": (f"1 texts are not what was stored: {origin}",)}


def pages(path: Path, table: str, kind: str = "leaf") -> list[int]:
    """The pages of a table, or of an index."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ?", (table, kind)).fetchall()
    connection.close()
    return [row[0] for row in found]


def harm(path: Path, *numbers: int, at: int = 0, size: int = 8192) -> None:
    """Overwrite pages, counted from 1, or a part of each."""
    sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    for number in numbers:
        first = (number - 1) * 8192 + at
        data[first : first + size] = b"\x07" * size
    path.write_bytes(data)


@pytest.mark.parametrize(
    "part", ["search_data", "search_config", "search_docsize", "characters_data", "articles_by_date",
             "sqlite_autoindex_articles_1", "articles_by_cluster", "drops_by_reason", "manifests"],
)  # fmt: skip
def test_what_is_made_from_the_articles_is_made_anew_whatever_page_is_damaged(path: Path, part: str) -> None:
    before = clusters(path)
    harm(path, pages(path, part)[0])
    assert "file" in wrong(path)
    assert not wrong(path, repair=True)
    assert not {f.check for f in doctor.examine(path, sample=None) if f.problems}
    assert clusters(path) == before and (path.parent / "news.db.damaged").exists()
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "news.db",
        "news.db.damaged",
        "news.index",
        "news.locks",
        "news.warc",
    ]
    with Ingester(path) as ingester:
        assert ingester.add([Article(id="9" * 16, origin="x", text="转载：\n" + story(5))]).matched == 1


def test_of_damaged_texts_the_others_are_saved_when_that_is_wanted(path: Path) -> None:
    before = path.read_bytes()
    harm(path, pages(path, "texts")[1])
    damaged = path.read_bytes()
    found = doctor.examine(path, repair=True)[0]
    assert (
        "texts cannot be read: " in str(found.problems[1])
        and "--salvage" in str(found.cure)
        and path.read_bytes() == damaged
    )
    lost = int(str(found.problems[1]).split()[0])
    assert {str(one.cure) for one in doctor.examine(path)[1:] if one.problems} == {"first the file (see above)"}
    saved = doctor.examine(path, losing=True)
    assert all(one.repaired or not one.problems for one in saved)
    with Store.open(path, create=False) as store:
        assert 0 < lost < 12 and store.statistics().articles == 25 - lost
    assert not {f.check for f in doctor.examine(path, sample=None) if f.problems}
    assert (path.parent / "news.db.damaged").read_bytes() == damaged != before


def test_a_file_cut_short_gives_what_stands_before_the_cut(path: Path) -> None:
    sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 2 * 8192)
    assert "damaged" in wrong(path)["file"][0]
    doctor.examine(path, losing=True)
    assert not {f.check for f in doctor.examine(path, sample=None) if f.problems}


@pytest.mark.parametrize("size", [0, 100, 8192])
def test_where_nothing_can_be_read_the_ways_out_are_named(path: Path, size: int) -> None:
    if size:
        harm(path, 1, size=size)
    else:
        path.write_bytes(b"")
    (found,) = doctor.examine(path, losing=True)
    assert found.problems and not found.repaired
    assert all(words in str(found.cure) for words in ("backup", "jianbao clean", "news.warc"))
    stranger = path.parent / "letter.db"
    stranger.write_text("Dear Sir\n" * 50)
    with pytest.raises(NotAStoreError, match="name another file"):
        doctor.examine(stranger)


def test_a_store_that_somebody_reads_is_not_made_anew_under_them(path: Path) -> None:
    harm(path, pages(path, "search_data")[0])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM meta").fetchone()
    sql(path, "INSERT INTO meta VALUES ('in the log only', 'x')")
    before = path.read_bytes()
    with pytest.raises(StoreBusyError, match="open in another program"):
        doctor.examine(path, repair=True)
    assert path.read_bytes() == before and not (path.parent / "news.db.damaged").exists()
    reader.close()
    assert not wrong(path, repair=True)
    with Store.open(path, create=False) as store:
        assert store.settings.get("in the log only") == "x"


def test_a_damaged_number_of_a_row_costs_no_memory(path: Path) -> None:
    sql(path, f"UPDATE runs SET run = {1 << 61} WHERE run = (SELECT max(run) FROM runs)")
    harm(path, pages(path, "search_data")[0])
    assert "runs" in str(doctor.examine(path, repair=True)[0].problems[-1])
    doctor.examine(path, losing=True)
    assert not {f.check for f in doctor.examine(path) if f.problems}


def test_made_anew_no_article_gets_the_number_of_one_that_was_taken_down(path: Path) -> None:
    with Store.open(path, create=False) as store:
        (last,) = store.articles.ids([25]).values()
    takedown.take_down(path, [last], "a test")
    harm(path, pages(path, "search_data")[0])
    assert not wrong(path, repair=True)
    with Ingester(path) as ingester:
        ingester.add([Article(id="9" * 16, origin="x", text=story(77))])
        assert ingester.store.articles.doc("9" * 16) == 26


def test_killed_while_it_is_made_anew_there_is_a_store_at_any_moment(path: Path) -> None:
    harm(path, pages(path, "search_data")[0])
    for moment in (3, 200, 1200):
        killed(moment, lambda: doctor.examine(path, repair=True))
        assert path.exists()
    assert not wrong(path, repair=True)
    assert not {f.check for f in doctor.examine(path, sample=None) if f.problems}


def killed(moment: int, work: Callable[[], object]) -> int:
    """Work in a process of its own that is killed (as by kill -9) at its n-th statement; returns how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    left, execute = moment, Database.execute

    def counted(self: Database, *given: object) -> sqlite3.Cursor:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, *given)  # type: ignore[arg-type]

    try:
        Database.execute = counted  # type: ignore[method-assign, assignment]
        work()
    finally:
        os._exit(0)


def old_store(path: Path, version: int) -> None:
    """A store as the jianbao of a schema made it, with an article, a cluster and a drop."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    for migration in MIGRATIONS[:version]:
        for statement in migration.statements:
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?, ?, '2026-11-22')", (migration.version, migration.name))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("PRAGMA application_id = 0x4A42414F")
    connection.execute("INSERT INTO extractors VALUES (1, 'jianbao', '0.1', '')")
    for doc, cluster in ((1, 1), (2, 1), (3, None)):
        connection.execute(
            "INSERT INTO articles (doc, id, revision, current, cluster, digest, extractor, origin, url, title, script, quality) "
            "VALUES (?, ?, 1, 1, ?, x'00', 1, 'a.html', ?, '题目', 'simplified', 1)",
            (doc, f"{doc:016}", cluster, f"http://old.example/{doc}"),
        )
        connection.execute("INSERT INTO texts VALUES (?, ?, NULL)", (doc, story(1 if doc < 3 else 3)))
    connection.execute("INSERT INTO matches VALUES (1, 2, 'exact', 1, 1, 1, '[1,0,[],1,[0,1],[0,1]]')")
    connection.execute("INSERT INTO clusters (cluster, id, size, canonical) VALUES (1, '0000000000000001', 2, 1)")
    connection.execute("INSERT INTO drops VALUES ('b.html', 'extract', 'empty', NULL, '', 1, '2026-11-22')")
    connection.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_store_of_every_schema_becomes_one_of_today(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.db"
    old_store(path, version)
    with Store.open(path, create=False) as store:
        assert [d.reason for d in store.runs.drops()] == ["empty"]
        assert {one.article.id for one in store.clippings.cluster("0" * 15 + "1")} == {"0" * 15 + "1", "0" * 15 + "2"}
    assert not wrong(path)
    with Ingester(path) as ingester:
        assert ingester.add([Article(id="8" * 16, origin="c", text="转载：" + story(3))]).matched == 1
    assert not wrong(path)


def test_runs_of_an_earlier_store_count_by_the_ids_of_sites(tmp_path: Path) -> None:
    """Their past goes on: under the domain a site that is silent would be told no more."""
    path = tmp_path / "old.db"
    old_store(path, 15)
    with closing(sqlite3.connect(path)) as rows, rows:
        seen = [
            ("https://www.a.example/", "a-daily"), ("https://www.a.example/2", "a-daily"), ("http://x.b.example:8080/f", "bx"),
            ("http://y.b.example/", "by"), ("http://c.example", "c"),
        ]  # fmt: skip
        rows.executemany(
            "INSERT INTO ledger (url, site, kind, hops, pages, priority, first_seen, last_seen) VALUES (?, ?, 'page', 0, 0, 0, 0, 0)",
            seen,
        )
        counts = {
            "stored": 3,
            "c": 1,
            "new a.example": 2,
            "pages b.example": 4,
            "new c.example": 1,
            "dropped x: a.example": 1,
        }
        crawled = [("crawl probe", json.dumps(counts)), ("clean", json.dumps(counts)), ("crawl broken", "{")]
        rows.executemany(
            "INSERT INTO runs (command, started, status, counts) VALUES (?, '2026-11-22', 'done', ?)", crawled
        )
    with Store.open(path, create=False):
        pass
    with closing(sqlite3.connect(path)) as rows:
        found = [text for (text,) in rows.execute("SELECT counts FROM runs ORDER BY run")]
    renamed = {"new a.example": "new a-daily", "new c.example": "new c"}
    assert list(json.loads(found[0]).items()) == [(renamed.get(name, name), n) for name, n in counts.items()]
    assert found[1:] == [text for _, text in crawled[1:]]


def check_killed_migration(path: Path, moment: int) -> None:
    """Open a store of the first schema in a process that is killed (as by kill -9) at its n-th statement."""
    old_store(path, 1)
    ended = killed(moment, lambda: Store.open(path, create=False).close())
    assert ended == signal.SIGKILL, "it ended before that moment"
    with Store.open(path, create=False) as store:
        assert [d.reason for d in store.runs.drops()] == ["empty"] and store.statistics().articles == 3
    assert not wrong(path)


@pytest.mark.parametrize("moment", [8, 12, 24])
def test_killed_while_it_is_brought_up_to_date_a_store_is_whole(tmp_path: Path, moment: int) -> None:
    check_killed_migration(tmp_path / "old.db", moment)


@pytest.mark.soak
@pytest.mark.parametrize("moment", range(1, 40, 2))
def test_migration_killed_at_twenty_moments(tmp_path: Path, moment: int) -> None:
    check_killed_migration(tmp_path / "old.db", moment)
