"""WARC files: what is written comes back, and nothing half-written stays."""

from __future__ import annotations

import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from cleaners.compression import zstd_library
from cleaners.errors import UnusableInput, UnwritableError
from cleaners.warc import HttpExchange, WarcArchive, decoded, folder_of, read_back

TEXT = "绿洲晨报记者报道，渠水已经放到第三支渠。".encode() * 50
MOMENT = datetime(2026, 11, 22, 6, 30, 15, 123456, tzinfo=UTC)
EXCHANGE = HttpExchange(
    url="http://news.example/a?b=1",
    status=200,
    headers=(("Content-Type", "text/html; charset=utf-8"), ("Transfer-Encoding", "chunked")),
    body=TEXT,
    request_headers=(("User-Agent", "jianbao/0 (+me@paper.example)"),),
    fetched_at=MOMENT,
    address="192.0.2.7",
    site="daily",
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def archive(store: Path, full: int = 10**9) -> WarcArchive:
    return WarcArchive(folder_of(store), name="probe", software="jianbao/0", full=full)


def test_a_page_comes_back_by_its_origin(store: Path) -> None:
    shelf = archive(store)
    origins = [shelf.write(replace(EXCHANGE, url=f"http://news.example/{n}", body=TEXT + b"%d" % n)) for n in range(3)]
    shelf.close()
    for n, origin in enumerate(origins):
        page = read_back(origin, store)
        assert (page.url, page.body) == (f"http://news.example/{n}", TEXT + b"%d" % n)
        assert (page.site, page.status, page.fetched_at, page.origin) == ("daily", 200, MOMENT, origin)
        assert ("Content-Type", "text/html; charset=utf-8") in page.headers
    assert all(origin.startswith("a.warc/probe-") for origin in origins)


@pytest.mark.parametrize(
    ("name", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd_library().compress)],
)
def test_the_body_is_kept_as_sent_and_read_back_decoded(store: Path, name: str, encode) -> None:
    shelf = archive(store)
    sent = replace(EXCHANGE, headers=(("Content-Encoding", name),), body=encode(TEXT))
    origin = shelf.write(sent)
    assert read_back(origin, store).body == TEXT
    assert encode(TEXT) in gzip.decompress(next(folder_of(store).iterdir()).read_bytes())


def test_other_readers_find_both_records_and_right_digests(store: Path) -> None:
    shelf = archive(store)
    shelf.write(EXCHANGE)
    shelf.close()
    kinds = WarcRecordType.response | WarcRecordType.request
    with next(folder_of(store).iterdir()).open("rb") as file:
        records = [
            (record.record_type, record.headers.get("WARC-Target-URI"), record.verify_block_digest())
            for record in ArchiveIterator(file, record_types=kinds, parse_http=False)
        ]
    assert records == [
        (WarcRecordType.response, EXCHANGE.url, True),
        (WarcRecordType.request, EXCHANGE.url, True),
    ]


def test_every_record_is_a_gzip_member_of_its_own(store: Path) -> None:
    shelf = archive(store)
    origin = shelf.write(EXCHANGE)
    shelf.close()
    name, _, offset = origin.rpartition("#")
    rest = (store.parent / name).read_bytes()[int(offset) :]
    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert member.decompress(rest).startswith(b"WARC/1.1")
    assert member.unused_data.startswith(b"\x1f\x8b")


def test_a_full_file_is_followed_by_another_and_none_is_overwritten(store: Path) -> None:
    shelf, other = archive(store, full=500), archive(store, full=500)
    origins = {shelf.write(EXCHANGE) for _ in range(3)} | {other.write(EXCHANGE) for _ in range(3)}
    assert len({origin.partition("#")[0] for origin in origins}) == 6
    assert all(read_back(origin, store).body == TEXT for origin in origins)


def test_threads_share_an_archive(store: Path) -> None:
    shelf = archive(store, full=20_000)
    sent = {f"http://news.example/{n}": TEXT * (n % 7) + b"%d" % n for n in range(120)}
    with ThreadPoolExecutor(8) as threads:
        origins = list(threads.map(lambda one: shelf.write(replace(EXCHANGE, url=one[0], body=one[1])), sent.items()))
    shelf.close()
    assert {read_back(origin, store).url: read_back(origin, store).body for origin in origins} == sent


def test_a_hostile_header_breaks_no_record(store: Path) -> None:
    odd = (("X-名", "x"), ("X Y", "z"), ("Set-Cookie", "a=b\r\nWARC-Type: request"), ("X-Text", "é"))
    origin = archive(store).write(replace(EXCHANGE, headers=odd))
    page = read_back(origin, store)
    assert page.body == TEXT
    assert [name for name, _ in page.headers] == ["Set-Cookie", "X-Text", "Content-Length"]


def test_a_record_cut_by_a_crash_is_not_taken_for_a_page(store: Path) -> None:
    origin = archive(store).write(EXCHANGE)
    path = store.parent / origin.rpartition("#")[0]
    offset = int(origin.rpartition("#")[2])
    path.write_bytes(path.read_bytes()[: offset + 420])
    with pytest.raises(UnusableInput) as told:
        read_back(origin, store)
    assert told.value.stage == "read"


@pytest.mark.parametrize("origin", ["a.warc/none.warc.gz#0", "a.warc/x.warc.gz#7", "a.warc/x.warc.gz#", "nothing"])
def test_an_origin_that_leads_nowhere(store: Path, origin: str) -> None:
    archive(store).write(EXCHANGE)
    path = next(folder_of(store).iterdir())
    path.rename(path.with_name("x.warc.gz"))
    with pytest.raises(UnusableInput):
        read_back(origin, store)


def test_what_does_not_fit_on_the_disk_leaves_nothing_half_written(store: Path, monkeypatch) -> None:
    shelf = archive(store)
    first = shelf.write(EXCHANGE)
    path = store.parent / first.rpartition("#")[0]
    size = path.stat().st_size

    class Full:
        """A file on a disk that is full after a hundred bytes."""

        def __init__(self, file) -> None:
            self.file, self.left = file, 100

        def write(self, data: bytes) -> int:
            self.left -= len(data)
            if self.left < 0:
                self.file.write(data[:10])
                raise OSError(28, "No space left on device")
            return self.file.write(data)

        def __getattr__(self, name: str):
            return getattr(self.file, name)

    monkeypatch.setattr(shelf, "_file", Full(shelf._file))
    with pytest.raises(UnwritableError, match="No space left on device; free some space"):
        shelf.write(EXCHANGE)
    assert path.stat().st_size == size


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_text("in the way")
    with pytest.raises(UnwritableError):
        archive(tmp_path / "a.db").write(EXCHANGE)


@pytest.mark.parametrize(
    ("name", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd_library().compress)],
)
def test_decompression_bombs_end_at_the_limit(name: str, encode) -> None:
    bomb = encode(b"a" * 5_000_000)
    assert decoded(bomb, name, 5_000_000) == b"a" * 5_000_000
    with pytest.raises(UnusableInput, match="too large"):
        decoded(bomb, name, 1_000_000)


def test_content_codings_in_a_row_and_broken_ones() -> None:
    assert decoded(brotli.compress(gzip.compress(TEXT)), "gzip, br", 10**6) == TEXT
    raw = zlib.compressobj(wbits=-15)
    assert decoded(raw.compress(TEXT) + raw.flush(), "deflate", 10**6) == TEXT
    assert decoded(TEXT, "identity", 10**6) == TEXT
    for coding in ("gzip", "br", "zstd", "deflate"):
        with pytest.raises(UnusableInput, match="broken content encoding"):
            decoded(b"\xff\x00 not compressed", coding, 10**6)
    with pytest.raises(UnusableInput, match="unknown content encoding"):
        decoded(TEXT, "rot13", 10**6)
