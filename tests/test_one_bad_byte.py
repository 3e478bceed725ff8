"""One bad byte costs one page: what is hostile or broken is a Drop beside the good, and no command dies of it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import shutil
import sqlite3
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from scrapy.http import Response
from typer.testing import CliRunner

from cleaners.errors import JianbaoError, UnusableInput, UsageError
from cleaners.escaping import escaped
from cleaners.ingest.ingester import Ingester
from cleaners.ingest.match_index import MANIFEST, index_folder
from cleaners.items import Article, Drop, Page
from cleaners.maintenance import doctor
from cleaners.page.decode import decode
from cleaners.readers import files
from cleaners.readers.input_file import ReadLimits
from cleaners.store import Store
from cleaners.warc import check_whole
from crawler.cli import app
from crawler.middlewares.politeness import _retry_after
from tests.test_ingester import corpus, story
from tests.timing import LINEAR, growth

HOSTILE = Path(__file__).parents[2] / "shared" / "cases" / "hostile"
GOOD = "<html><title>{n}号楼通了暖气</title><body><h1>{n}号楼通了暖气</h1>" + "".join(
    f"<p>第{{n}}号楼的居民昨天下午摸了摸第{k}层的管子，说比去年早了{k}天，屋里也暖和多了。</p>" for k in range(9)
)


def read(name: str, data: bytes, limits: ReadLimits = ReadLimits()) -> list[Page | Drop]:
    return list(files.pages(io.BytesIO(data), name, limits=limits))


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.html", data)
    return file.getvalue()


def mail(date: bytes = b"Mon, 30 Nov 2026 08:00:00 +0800", place: bytes = b"https://news.example/1") -> bytes:
    return (
        b"From: <Saved>\r\nDate: " + date + b"\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n'
        b"Content-Transfer-Encoding: 8bit\r\nContent-Location: "
        + place
        + b"\r\n\r\n"
        + GOOD.format(n=7).encode()
        + b"\r\n--b--\r\n"
    )


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not part of the repository")
def test_the_good_page_beside_every_hostile_file_is_kept(tmp_path: Path) -> None:
    failed = []
    slow = {"dots.txt", "comments.html", "csv-endless-row.csv.gz", "parquet-dict-6GB.parquet", "README.md", "good.html"}
    for file in sorted(one for one in HOSTILE.iterdir() if one.is_file() and one.name not in slow):
        if file.suffix == ".db":
            continue
        try:
            found = list(files.read([HOSTILE / "good.html", file]))
        except Exception as why:  # told below
            failed.append(f"{file.name}: {why!r}")
            continue
        if not found or isinstance(found[0], Drop) or len(found) < 2:
            failed.append(f"{file.name}: {found}")
    assert not failed


@pytest.mark.parametrize("date", [b"Mon, 01 Jan 0001 00:00:00 +0800", b"Fri, 31 Dec 9999 23:59:59 -0800", b"\xce\xd2"])
def test_a_date_that_no_clock_shows_costs_no_page(date: bytes) -> None:
    (page,) = read("a.mht", mail(date=date))
    assert isinstance(page, Page)
    assert "暖气" in page.body.decode()


def test_an_address_of_raw_bytes_costs_no_page() -> None:
    (page,) = read("a.mht", mail(place=b"https://news.example/\xb1\xa8"))
    assert isinstance(page, Page)


def test_every_damage_of_an_archive_is_told_and_ends_nothing() -> None:
    whole = zipped(a=GOOD.format(n=1).encode(), b=GOOD.format(n=2).encode())
    chance = random.Random(15)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        assert read("a.zip", bytes(data))


def test_every_damage_of_a_saved_page_is_told_and_ends_nothing() -> None:
    chance = random.Random(16)
    for _ in range(300):
        data = bytearray(mail())
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(400)] = chance.randrange(256)
        assert read("a.mht", bytes(data))


def test_junk_behind_gzip_is_told_and_the_page_is_kept() -> None:
    page, drop = read("a.html.gz", gzip.compress(GOOD.format(n=3).encode()) + b"junk behind it")
    assert isinstance(page, Page)
    assert isinstance(drop, Drop)
    assert drop.reason == "damaged or cut short"


def test_an_archive_that_unpacks_to_too_much_ends_early() -> None:
    bomb = gzip.compress(b"PK\x03\x04" + bytes(40_000_000))
    (drop,) = read("a.zip.gz", bomb, ReadLimits(free_expansion=1_000_000))
    assert isinstance(drop, Drop)
    assert drop.reason == "unpacks to too much"


def test_the_work_of_all_members_together_has_a_limit() -> None:
    members = {f"m{n}": gzip.compress(bytes(2_000_000)) for n in range(20)}
    found = read("a.zip", zipped(**members), ReadLimits(free_expansion=5_000_000, expansion=1))
    assert sum(isinstance(one, Drop) and one.reason == "unpacks to too much" for one in found) >= 15


def test_a_time_stamp_of_the_far_future_costs_no_page(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(GOOD.format(n=4))
    try:
        os.utime(file, (0, 500_000_000_000))
    except OSError:
        pytest.skip("this file system does not hold such a time")
    (page,) = files.read([file])
    assert isinstance(page, Page)


@pytest.mark.parametrize("charset", ["punycode", "undefined", "idna", "unicode_escape", "utf-7", "zip", "²", "a" * 40])
def test_a_charset_that_is_none_is_passed_over(charset: str) -> None:
    body = f"<meta charset={charset}>".encode() + "居民说暖气来得早".encode("gb18030") * 20 + b"\xff"
    assert "居民说暖气来得早" in decode(body, f"text/html; charset={charset}").text


@pytest.mark.parametrize("length", ["²", "٣", "1" * 5000, "-1", "x"])
def test_a_length_that_is_none_is_no_error_of_ours(length: str) -> None:
    with suppress(UnusableInput):
        check_whole(10, length, 1000)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("healthy") / "news.db"
    with Ingester(path) as ingester:
        ingester.add(corpus(12))
    return path


def copy(store: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(store.parent, folder)
    return folder / store.name


def unwell(path: Path, **how: bool) -> set[str]:
    return {one.check for one in doctor.examine(path, sample=None, **how) if one.problems and not one.repaired}


def test_any_bit_of_the_match_index_that_flips_is_found_and_mended(healthy: Path, tmp_path: Path) -> None:
    chance = random.Random(17)
    for turn in range(30):
        path = copy(healthy, tmp_path / "copy")
        file = chance.choice(sorted(index_folder(path).glob("*.u32")))
        data = bytearray(file.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(data)
        if turn % 3 == 0:  # the index as it is has to be safe to work with
            with Ingester(path) as ingester:
                ingester.add(corpus(3))
        else:
            assert unwell(path) == {"match index"}, file
        assert not unwell(path, repair=True)


def test_an_index_without_checksums_is_looked_at_all_the_same(healthy: Path, tmp_path: Path) -> None:
    path = copy(healthy, tmp_path / "copy")
    with Store.open(path) as store, store.transaction():
        manifest = json.loads(store.manifests.get(MANIFEST) or b"")
        for run in manifest["runs"]:
            assert len(run.pop("checksums")) == 3
        store.manifests.put(MANIFEST, json.dumps(manifest).encode())
    assert not unwell(path)
    for part in ("heads", "entries", "lists"):
        damaged = copy(path, tmp_path / part)
        file = next(index_folder(damaged).glob(f"*.{part}.u32"))
        data = bytearray(file.read_bytes())
        data[len(data) // 2 // 8 * 8 + 7] ^= 0x80
        file.write_bytes(data)
        assert unwell(damaged) == {"match index"}, part


def test_a_broken_byte_in_a_text_costs_one_article(healthy: Path, tmp_path: Path) -> None:
    path = copy(healthy, tmp_path / "copy")
    with Store.open(path) as store:
        articles = [article for _, article in store.articles.every()]
    victim = articles[5]
    data = path.read_bytes()
    place = data.index(victim.text[20:60].encode()) + 1
    path.write_bytes(data[:place] + b"\xff" + data[place + 1 :])

    with Store.open(path) as store:
        assert len(list(store.articles.every())) == len(articles)
    assert "texts" in unwell(path)
    found = {one.check: one for one in doctor.examine(path, losing=True)}
    assert any(
        (victim.url or victim.origin) in str(problem) for problem in found["file"].problems + found["texts"].problems
    )
    assert not unwell(path)
    with Store.open(path) as store:
        left = {article.id for _, article in store.articles.every()}
    assert left == {article.id for article in articles} - {victim.id}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("articles", "regions", '[["新疆"'),
        ("articles", "noise_removed", "{'a"),
        ("articles", "published", "2026-13-01T00:00"),
        ("articles", "extra", "{"),
        ("matches", "evidence", "[.9,"),
        ("clusters", "evidence", "{"),
        ("runs", "counts", "{"),
        ("runs", "started", "2026-1\ufffd"),
    ],
)
def test_a_broken_value_beside_the_texts_is_found_and_costs_one_row(
    healthy: Path, tmp_path: Path, table: str, column: str, value: str
) -> None:
    path = copy(healthy, tmp_path / "copy")
    with closing(sqlite3.connect(path)) as damaged, damaged:
        first = {"matches": "doc_a", "clusters": "cluster", "runs": "run", "articles": "doc"}[table]
        number, articles = damaged.execute(
            f"SELECT min({first}), (SELECT count(*) FROM articles) FROM {table}"
        ).fetchone()
        damaged.execute(f"UPDATE {table} SET {column} = ? WHERE {first} = ?", (value, number))
    exported = CliRunner().invoke(app, ["export", "-o", str(tmp_path / "o.jsonl"), "--store", str(path)])
    assert exported.exception is None or isinstance(exported.exception, JianbaoError | SystemExit)
    assert unwell(path) == {"values"}
    assert not unwell(path, losing=True)
    with Store.open(path) as store:
        assert len(list(store.articles.every())) == articles - (table == "articles")
        assert store.runs.runs() is not None
    assert not unwell(path)


def test_an_article_whose_row_is_lost_is_named_by_the_index_of_ids(healthy: Path, tmp_path: Path) -> None:
    path = copy(healthy, tmp_path / "copy")
    with closing(sqlite3.connect(path)) as whole:
        rows = dict(whole.execute("SELECT doc, id FROM articles"))
        root = whole.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()[0]
        size = whole.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(path.read_bytes())
    data[(root - 1) * size] = 0xFF  # the type of the page from which all rows of articles are reached
    path.write_bytes(data)
    problems = [str(line) for one in doctor.examine(path, losing=True) for line in one.problems]
    assert any(str(rows[1]) in line for line in problems), problems


def test_damage_anywhere_in_the_store_is_never_a_traceback(healthy: Path, tmp_path: Path) -> None:
    chance = random.Random(18)
    for _ in range(25):
        path = copy(healthy, tmp_path / "copy")
        data = bytearray(path.read_bytes())
        data[chance.randrange(100, len(data))] = chance.randrange(256)
        path.write_bytes(data)
        with suppress(JianbaoError), Store.open(path) as store:
            list(store.articles.every())
        with suppress(JianbaoError):
            doctor.examine(path, losing=True)
            assert not unwell(path)


def test_comments_without_end_do_not_hold_the_reader_up() -> None:
    def pages_of(count: int) -> object:
        return read("a.html", b"<!---->" * count + b"<p>")

    assert growth(pages_of, 200, 400) < LINEAR


@pytest.mark.parametrize("query", ["⺀", "㇀", "〇", "⺀⺁", "\ud800", "·", "〡", "﨎"])
def test_any_query_has_an_answer(healthy: Path, query: str) -> None:
    with Store.open(healthy, readonly=True) as store, suppress(UsageError):
        assert not list(store.search.find(query))


@pytest.mark.parametrize("wait", ["²", "٣", "-1", "1e9", "Mon, 01 Jan 0001 00:00:00 +0800", "", "\xff"])
def test_a_wait_that_is_no_number_is_no_wait(wait: str) -> None:
    answer = Response("https://news.example/", headers={"Retry-After": wait.encode("latin-1", "replace")})
    assert _retry_after(answer) == 0.0


def test_what_a_spreadsheet_would_run_is_text_in_csv(healthy: Path, tmp_path: Path) -> None:
    titles = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "寻常标题"]
    path, out = tmp_path / "news.db", tmp_path / "news.csv"
    with Ingester(path) as ingester:
        ingester.add(
            [Article(id=f"{n:016}", origin=f"{n}", title=title, text=story(n)) for n, title in enumerate(titles)]
        )
    result = CliRunner().invoke(app, ["export", "--store", str(path), "-o", str(out)])
    assert result.exit_code == 0, result.output
    cells = [cell for row in csv.reader(out.read_text("utf-8-sig").splitlines()) for cell in row]
    assert "寻常标题" in cells
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_an_entity_in_a_text_is_shown_in_markdown_as_it_stands() -> None:
    assert escaped("AT&T &lt;b&gt; &#60;") == r"AT&T \&lt;b\&gt; \&\#60;"
    assert escaped("1.") == "1\\." and escaped("2)\n丰收") == "2\\)\n丰收", "else an empty list"
