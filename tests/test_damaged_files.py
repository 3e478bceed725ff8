"""One damaged place costs one page: what stands before and behind it is read, and what is lost is told."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaners.compression import zstd_library
from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean
from cleaners.readers import read
from cleaners.store import Store
from tests.hostile_inputs import page

COUNT = 6
PAGES = [page(number) for number in range(1, COUNT + 1)]
ROWS = [
    json.dumps({"html": body.decode(), "url": f"https://news.example/{n}"}, ensure_ascii=False)
    for n, body in enumerate(PAGES)
]
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd_library().compress}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a file comes to."""

    pages: int
    told: int
    """Drops."""
    whys: str


def outcome(folder: Path, name: str, content: bytes) -> Outcome:
    """What comes of a file of that name: the pages that are whole, each counted once."""
    (folder / name).write_bytes(content)
    results = list(read([folder / name]))
    bodies = {found.body.removeprefix(b"\xef\xbb\xbf") for found in results if isinstance(found, Page)}
    drops = [found for found in results if isinstance(found, Drop)]
    return Outcome(
        pages=len(bodies.intersection(PAGES)), told=len(drops), whys="; ".join(f"{d.reason}: {d.detail}" for d in drops)
    )


# --------------------------------------------------------------------------------------------------------- folders


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_odd_names_and_links_cost_no_article(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "circle.html").symlink_to("circle.html")
    (folder / "round.html").symlink_to(folder)
    name = os.fsdecode(b"\xd5\xfd\xce\xc4.html")  # 正文 in GBK, as an archive from Windows leaves it
    (folder / name).write_bytes(PAGES[0])
    beside = folder / f"{name.removesuffix('.html')}_files"
    beside.mkdir()
    (beside / "frame.html").write_bytes(PAGES[2])
    (folder / "z.html").write_bytes(PAGES[1])
    results = [clean(found) if isinstance(found, Page) else found for found in read([folder])]
    assert sum(isinstance(found, Article) for found in results) >= 2, results
    assert {Path(found.origin).name for found in results if isinstance(found, Drop)} >= {"circle.html", "round.html"}
    with Store.open(tmp_path / os.fsdecode(b"\xd5\xfd.db")) as store:
        assert store.path.exists()


# ---------------------------------------------------------------------------------------------------- compressions


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("behind", ["junk", "zeros", "a member whose first bytes are damaged", "a second member"])
def test_what_stands_behind_compressed_data_is_read_or_told(tmp_path: Path, suffix: str, behind: str) -> None:
    pack = PACKERS[suffix]
    first, second = (pack("\n".join(part).encode() + b"\n") for part in (ROWS[:3], ROWS[3:]))
    more = {"junk": b"no such thing" * 9, "zeros": bytes(600), "a second member": second}
    content = first + more.get(behind, second[:1] + b"\xff" + second[2:])
    found = outcome(tmp_path, f"rows.jsonl.{suffix}", content)
    assert found.pages == (COUNT if behind == "a second member" else 3), found.whys
    assert bool(found.told) == (behind not in {"zeros", "a second member"}), found.whys


def test_an_xz_file_may_not_ask_for_gigabytes(tmp_path: Path) -> None:
    packed = bytearray(lzma.compress(PAGES[0], filters=[{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 16}]))
    at = packed.index(b"\x21\x01", 12) + 2  # the size of the dictionary in the head of the block, checked by a CRC
    packed[at] = 36  # 1 GiB
    size = (packed[12] + 1) * 4
    struct.pack_into("<I", packed, 12 + size - 4, zlib.crc32(packed[12 : 12 + size - 4]))
    found = outcome(tmp_path, "page.html.xz", bytes(packed))
    assert not found.pages and "emory" in found.whys


# ------------------------------------------------------------------------------------------------------------- tar


def _tar(pages: list[bytes]) -> bytearray:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for number, body in enumerate(pages):
            info = tarfile.TarInfo(f"{number}.html")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return bytearray(file.getvalue())


def _heads() -> list[int]:
    at, heads = 0, []
    for body in PAGES:
        heads.append(at)
        at += 512 + len(body) + -len(body) % 512
    return heads


def _with_size(archive: bytearray, head: int, size: bytes) -> bytearray:
    """A head with another size, its checksum right."""
    archive[head + 124 : head + 136] = size
    archive[head + 148 : head + 156] = b" " * 8
    archive[head + 148 : head + 156] = b"%06o\0 " % sum(archive[head : head + 512])
    return archive


def _flipped(archive: bytearray, at: int) -> bytearray:
    archive[at] ^= 1
    return archive


def _zeroed(archive: bytearray, at: int) -> bytearray:
    archive[at : at + 512] = bytes(512)
    return archive


def _older_than_posix(archive: bytearray) -> bytearray:
    for head in _heads():
        archive[head + 257 : head + 265] = bytes(8)
        archive = _with_size(archive, head, bytes(archive[head + 124 : head + 136]))
    return archive


THIRD = _heads()[2]
TARS: dict[str, tuple[Callable[[bytearray], bytes | bytearray], int, int]] = {
    # what is wrong -> how it is done, pages left, Drops at least
    "a bit of a head": (lambda tar: _flipped(tar, THIRD + 3), 5, 1),
    "a bit of the first head": (lambda tar: _flipped(tar, 3), 5, 1),
    "a head of zeros": (lambda tar: _zeroed(tar, THIRD), 5, 1),
    "a size beyond the end": (lambda tar: _with_size(tar, THIRD, b"77777777777\0"), 5, 1),
    "a size below zero": (lambda tar: _with_size(tar, THIRD, b"\xff" * 10 + b"\xfb\xf0"), 5, 1),
    "a size of nothing": (lambda tar: _with_size(tar, THIRD, b"00000000000\0"), 5, 1),
    "cut in a head": (lambda tar: tar[: THIRD + 200], 2, 1),
    "cut before a head": (lambda tar: tar[:THIRD], 2, 1),
    "two in one": (lambda tar: bytes(_tar(PAGES[:3])) + bytes(_tar(PAGES[3:])), 6, 0),
    "older than POSIX": (_older_than_posix, 6, 0),
}


@pytest.mark.parametrize("packed", [False, True], ids=["", "gz"])
@pytest.mark.parametrize("wrong", TARS)
def test_a_damaged_head_of_a_tar_costs_its_member(tmp_path: Path, wrong: str, packed: bool) -> None:
    change, pages, told = TARS[wrong]
    archive = bytes(change(_tar(PAGES)))
    found = outcome(tmp_path, "saved.tar.gz" if packed else "saved.tar", gzip.compress(archive) if packed else archive)
    if packed and wrong == "a size beyond the end":  # a stream does not go back
        pages = 2
    assert (found.pages, found.told >= told, bool(found.told)) == (pages, True, bool(told)), found.whys


# ------------------------------------------------------------------------------------------------------------- zip


def _zip(pages: list[bytes], first: int = 0) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, body in enumerate(pages, first):
            archive.writestr(f"{number}.html", body)
    return bytearray(file.getvalue())


def _directory_elsewhere(archive: bytearray) -> bytearray:
    struct.pack_into("<I", archive, archive.index(b"PK\x05\x06") + 16, 5)
    return archive


def _large_member(archive: bytearray) -> bytearray:
    """One that reaches over those behind it, by what the directory says."""
    second = archive.index(b"PK\x01\x02", archive.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", archive, second + 20, 0xFFFFFFF0)
    return archive


ZIPS: dict[str, tuple[Callable[[], bytes | bytearray], int]] = {
    "a directory that leads elsewhere": (lambda: _directory_elsewhere(_zip(PAGES)), 1),
    "a size in the directory": (lambda: _large_member(_zip(PAGES)), 0),
    "two in one": (lambda: _zip(PAGES[:3]) + _zip(PAGES[3:], first=3), 0),
}


@pytest.mark.parametrize("wrong", ZIPS)
def test_no_page_of_a_zip_is_lost_to_its_directory(tmp_path: Path, wrong: str) -> None:
    make, told = ZIPS[wrong]
    found = outcome(tmp_path, "saved.zip", bytes(make()))
    assert (found.pages, found.told) == (COUNT, told), found.whys


# ------------------------------------------------------------------------------------------------------------ rows


LINES: dict[str, tuple[bytes, int, int]] = {
    # what is wrong -> the lines, pages left, Drops
    "words first": (b"written on Monday\n" + "\n".join(ROWS).encode(), 6, 1),
    "null first": (b"null\n" + "\n".join(ROWS).encode(), 6, 1),
    "zeros of a crash": (("\n".join(ROWS[:3]) + "\n" + "\0" * 50 + "\n".join(ROWS[3:])).encode(), 6, 0),
    "zeros at the end": (("\n".join(ROWS) + "\n" + "\0" * 4096).encode(), 6, 1),
    "commas": (",\n".join(ROWS).encode(), 6, 0),
    "a mark in the middle": (("\n".join(ROWS[:3]) + "\n\ufeff" + "\n".join(ROWS[3:])).encode(), 6, 0),
    "RFC 7464": ("".join(f"\x1e{row}\n" for row in ROWS).encode(), 6, 0),
    "UTF-16 without a mark": ("\n".join(ROWS).encode("utf-16-le"), 6, 0),
    "UTF-32": ("\n".join(ROWS).encode("utf-32"), 6, 0),
    "brackets in a column": (
        "\n".join([*ROWS[:5], ROWS[5][:-1] + ',"x":' + "[" * 900 + "]" * 900 + "}"]).encode(), 5, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", LINES)
def test_a_damaged_line_costs_its_row(tmp_path: Path, wrong: str) -> None:
    content, pages, told = LINES[wrong]
    found = outcome(tmp_path, "rows.jsonl", content)
    assert (found.pages, found.told) == (pages, told), found.whys


ARRAYS: dict[str, tuple[str, int, int]] = {
    "null first": ("[null, " + ", ".join(ROWS) + "]", 6, 1),
    "a comment first": ("[\n// of Monday\n" + ", ".join(ROWS) + "]", 6, 1),
    "an empty object first": ("[{}, " + ", ".join(ROWS) + "]", 6, 1),
    "words between": ("[" + ", ".join(ROWS[:3]) + ", oh, " + ", ".join(ROWS[3:]) + "]", 6, 1),
    "two in one": ("[" + ", ".join(ROWS[:3]) + "]\n[" + ", ".join(ROWS[3:]) + "]", 6, 0),
}


@pytest.mark.parametrize("wrong", ARRAYS)
def test_what_is_no_object_costs_no_object(tmp_path: Path, wrong: str) -> None:
    content, pages, told = ARRAYS[wrong]
    found = outcome(tmp_path, "rows.json", content.encode())
    assert (found.pages, found.told) == (pages, told), found.whys


def test_a_column_that_stands_twice_hides_nothing(tmp_path: Path) -> None:
    table = "html,html,url\n" + "".join(f'"{body.decode()}",,u{n}\n' for n, body in enumerate(PAGES[:3]))
    table += "".join(f',"{body.decode()}",u{n}\n' for n, body in enumerate(PAGES[3:]))
    assert outcome(tmp_path, "rows.csv", table.encode()).pages == COUNT


def _table(*, broken: int | None = None, open_quote: int | None = None, end: int | None = None) -> bytes:
    """A table of the pages; the row ``broken`` has no closing quote, the row ``open_quote`` one inside of its text."""
    rows = [f'"{body.decode()}",https://news.example/{n}' for n, body in enumerate(PAGES)]
    if broken is not None:
        rows[broken] = rows[broken].replace('",http', ",http")
    if open_quote is not None:
        rows[open_quote] = rows[open_quote].replace("。", '。\n"真的" 。', 1)
    return "\n".join(["html,url", *rows]).encode()[:end]


TABLES: dict[str, tuple[bytes, int, int, int]] = {
    # what is wrong -> the table, pages as they were, pages in all, Drops
    "nothing": (_table(), 6, 6, 0),
    "a quote without an end": (_table(broken=2), 5, 5, 1),
    "one in the last row": (_table(broken=5), 5, 5, 1),
    "a quote inside of a text": (_table(open_quote=2), 5, 6, 0),
    "cut short": (_table(end=-120), 5, 5, 1),
}


@pytest.mark.parametrize("wrong", TABLES)
def test_a_quote_without_an_end_takes_in_no_rows(tmp_path: Path, wrong: str) -> None:
    content, pages, all_pages, told = TABLES[wrong]
    found = outcome(tmp_path, "rows.csv", content)
    assert (found.pages, found.told) == (pages, told), found.whys
    assert sum(isinstance(one, Page) for one in read([tmp_path / "rows.csv"])) == all_pages


# ----------------------------------------------------------------------------------------------------------- feeds


def _item(number: int, more: str = "") -> str:
    body = PAGES[number].decode().partition("<body>")[2]
    link = f"<link>https://news.example/{number}</link>"
    return f"<item><title>{number}</title>{link}{more}<content:encoded><![CDATA[{body}]]></content:encoded></item>"


def _feed(*items: str, kind: str = "") -> str:
    declared = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return (
        f'<?xml version="1.0"?>{kind}<rss version="2.0" {declared}><channel><title>t</title>'
        + "".join(items)
        + "</channel></rss>"
    )


ITEMS = [_item(number) for number in range(COUNT)]
ENTITIES = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
ATTRIBUTES = "<x " + " ".join(f'a{n}="b"' for n in range(50_000)) + "/>"
FEEDS: dict[str, tuple[bytes, int, int]] = {
    "entities declared": (_feed(*ITEMS, kind=ENTITIES).encode(), 6, 0),
    "UTF-16": (_feed(*ITEMS).replace('"1.0"?', '"1.0" encoding="utf-16"?').encode("utf-16"), 6, 0),
    "a tag of 50,000 attributes": (_feed(ITEMS[0], _item(1, ATTRIBUTES), *ITEMS[2:]).encode(), 6, 0),
    "cut short": (_feed(*ITEMS).encode()[: -len(ITEMS[5]) - 60], 4, 1),
}


@pytest.mark.parametrize("wrong", FEEDS)
def test_a_saved_feed_keeps_its_entries(tmp_path: Path, wrong: str) -> None:
    content, entries, told = FEEDS[wrong]
    (tmp_path / "saved.rss").write_bytes(content)
    results = list(read([tmp_path / "saved.rss"]))
    assert sum(isinstance(found, Page) for found in results) >= entries
    assert any(isinstance(found, Drop) for found in results) == bool(told)


def test_a_json_feed_that_is_cut_keeps_what_stands_before(tmp_path: Path) -> None:
    items = [{"id": str(n), "content_html": body.decode()} for n, body in enumerate(PAGES)]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}, ensure_ascii=False)
    found = outcome(tmp_path, "feed.json", feed[:-50].encode())
    assert (found.pages, found.told) == (5, 1), found.whys


# ----------------------------------------------------------------------------------------------------------- MHTML


@pytest.mark.parametrize("encoding", ["base64", "8bit", "x-unheard-of"])
def test_a_page_that_is_cut_or_encoded_as_nobody_knows_is_told(tmp_path: Path, encoding: str) -> None:
    body = base64.encodebytes(PAGES[0]) if encoding != "8bit" else PAGES[0]
    head = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode()
    whole = outcome(tmp_path, "whole.mht", head + body + b"\r\n--b--\r\n")
    assert (whole.pages, whole.told) == ((0, 1) if encoding == "x-unheard-of" else (1, 0)), whole.whys
    cut = outcome(tmp_path, "cut.mht", head + body[: len(body) // 2])
    assert (cut.pages, cut.told) == (0, 1), cut.whys


# ------------------------------------------------------------------------------------------------------------ WARC


def _record(number: int, more: str = "", length: int | None = None, body: bytes | None = None, http: str = "") -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{http}\r\n".encode() + (
        PAGES[number] if body is None else body
    )
    return (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"WARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n{more}"
        f"Content-Type: application/http\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    ).encode() + block + b"\r\n\r\n"  # fmt: skip


def _compressed_page(cut: int) -> bytes:
    return _record(2, http="Content-Encoding: gzip\r\n", body=gzip.compress(PAGES[2])[: -cut or None])


HALF = gzip.compress(PAGES[2][:500]) + gzip.compress(PAGES[2][500:])
RECORDS: dict[str, tuple[bytes, int]] = {
    # what is wrong with the third record -> the record, pages left of six
    "no type": (_record(2).replace(b"WARC-Type", b"WARC-Tipe"), 5),
    "no address": (_record(2).replace(b"Target", b"Tarjet"), 6),
    "an address that is none": (_record(2).replace(b"news.example", b"[ews.example"), 6),
    "a length that takes in the next three": (_record(2, length=5_000), 5),
    "a length that is too short": (_record(2, length=300), 5),
    "a digest nobody can compute": (_record(2, "WARC-Block-Digest: blake3:af1349b9f5f9a1a6\r\n"), 6),
    "one segment of several": (_record(2, "WARC-Segment-Number: 1\r\n"), 5),
    "cut by what recorded it": (_record(2, "WARC-Truncated: length\r\n", body=PAGES[2][:500]), 5),
    "a compressed page that is cut": (_compressed_page(40), 5),
    "a compressed page without its checksum": (_compressed_page(8), 6),
    "a page compressed in two members": (_record(2, http="Content-Encoding: gzip\r\n", body=HALF), 6),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, PACKERS["zst"]], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("wrong", RECORDS)
def test_a_damaged_record_costs_itself_and_is_told(tmp_path: Path, wrong: str, pack: Callable[[bytes], bytes]) -> None:
    record, pages = RECORDS[wrong]
    parts = [record if number == 2 else _record(number) for number in range(COUNT)]
    found = outcome(tmp_path, "crawl.warc", b"".join(map(pack, parts)))
    assert (found.pages, found.told > 0) == (pages, pages < COUNT), found.whys


@pytest.mark.parametrize("pack", [bytes, gzip.compress, PACKERS["zst"]], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("first", [b"\r\n\r\n", b"\xef\xbb\xbf", b"X"], ids=["blank", "mark", "damaged"])
def test_the_first_bytes_of_a_warc_hide_no_record(tmp_path: Path, first: bytes, pack: Callable[[bytes], bytes]) -> None:
    whole = b"".join(pack(_record(number)) for number in range(COUNT))
    suffix = {bytes: "", gzip.compress: ".gz"}.get(pack, ".zst")
    found = outcome(tmp_path, f"crawl.warc{suffix}", first + (whole[1:] if first == b"X" else whole))
    if pack is bytes:
        assert (found.pages, found.told) == ((5, 1) if first == b"X" else (6, 0)), found.whys
    else:
        assert found.pages >= 5


# --------------------------------------------------------------------------------------------------------- Parquet


def test_a_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    parquet.write_table(arrow.table({"html": [body.decode() for body in PAGES]}), file, row_group_size=2)
    content = bytearray(file.getvalue())
    second = parquet.read_metadata(io.BytesIO(content)).row_group(1).column(0)
    at = second.dictionary_page_offset or second.data_page_offset
    content[at : at + 10] = b"\xff" * 10
    found = outcome(tmp_path, "rows.parquet", bytes(content))
    assert (found.pages, found.told) == (4, 1), found.whys
    assert "rows 3 to 4" in found.whys
