"""Every format pages are saved in, and what damaged, cut and malicious files do: the good part is read, the rest told."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaners.compression import zstd_library
from cleaners.errors import UsageError
from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean, explain
from cleaners.readers import ReadLimits, read
from cleaners.warc import HttpExchange, WarcArchive

HTML = "<html><body><h1>葡萄熟了</h1><p>吐鲁番的晾房里挂满了葡萄，农户说今年的收成比去年好。</p></body></html>".encode()
OTHER = HTML.replace("吐鲁番".encode(), "鄯善".encode())
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd_library().compress,
}


def pages(path: Path | str, limits: ReadLimits = ReadLimits()) -> list[Page]:
    results = list(read([path], limits))
    assert all(isinstance(r, Page) for r in results), results
    return results  # type: ignore[return-value]


def drops(path: Path, limits: ReadLimits = ReadLimits()) -> list[Drop]:
    return [r for r in read([path], limits) if isinstance(r, Drop)]


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def warc_file(folder: Path, *bodies: bytes, encoding: str = "", status: int = 200) -> Path:
    import datetime

    archive = WarcArchive(folder, name="test", software="test")
    for number, body in enumerate(bodies):
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            *([("Content-Encoding", encoding)] if encoding else []),
        )
        archive.write(
            HttpExchange(
                url=f"https://news.example/{number}.html",
                status=status,
                headers=headers,
                body=body,
                fetched_at=datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC),
                site="example-daily",
            )
        )
    archive.close()
    (path,) = folder.glob("*.warc.gz")
    return path


@pytest.mark.parametrize("name", ["", *COMPRESSIONS])
def test_a_page_in_any_compression_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "page.bin"
    path.write_bytes(COMPRESSIONS[name](HTML) if name else HTML)
    (page,) = pages(path)
    assert (page.body, page.origin) == (HTML, str(path))


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
@pytest.mark.parametrize("compression", ["", *COMPRESSIONS])
def test_members_of_archives_with_their_origin(tmp_path: Path, pack: Callable[..., bytes], compression: str) -> None:
    data = pack(
        ("a/one.html", HTML), ("a/two.html.gz", gzip.compress(OTHER)), ("__MACOSX/x", b"x"), ("a/.DS_Store", b"x")
    )
    path = tmp_path / "saved"
    path.write_bytes(COMPRESSIONS[compression](data) if compression else data)
    found = pages(path)
    assert [p.body for p in found] == [HTML, OTHER]
    assert [p.origin for p in found] == [f"{path}#a/one.html", f"{path}#a/two.html.gz"]


def test_an_archive_in_an_archive_is_read_and_deeper_ones_are_told(tmp_path: Path) -> None:
    data = zipped(("one.html", HTML))
    (tmp_path / "ok").write_bytes(tarred(("inner.zip", data)))
    assert [p.origin for p in pages(tmp_path / "ok")] == [f"{tmp_path / 'ok'}#inner.zip#one.html"]
    for _ in range(6):
        data = zipped(("x.zip", data))
    (tmp_path / "deep").write_bytes(data)
    assert [d.reason for d in drops(tmp_path / "deep")] == ["nested too deeply"]


def test_warc_records_with_offsets_status_and_content_coding(tmp_path: Path) -> None:
    path = warc_file(tmp_path, gzip.compress(HTML), gzip.compress(OTHER), encoding="gzip")
    one, two = pages(path)
    assert (one.body, two.body) == (HTML, OTHER)
    assert one.url == "https://news.example/0.html"
    assert (one.site, one.status) == ("example-daily", 200)
    assert one.fetched_at and one.fetched_at.isoformat() == "2024-05-06T00:00:00+00:00"
    from cleaners.warc import read_back

    offset = two.origin.rpartition("#")[2]
    assert read_back(f"{path.name}#{offset}", tmp_path).body == OTHER


@pytest.mark.parametrize("container", ["plain", "zst", "zip"])
def test_warc_in_other_clothes(tmp_path: Path, container: str) -> None:
    path = warc_file(tmp_path / "w", HTML, OTHER)
    plain = gzip.decompress(path.read_bytes())
    data = {"plain": plain, "zst": COMPRESSIONS["zst"](plain), "zip": zipped(("a.warc.gz", path.read_bytes()))}[
        container
    ]
    (tmp_path / "x").write_bytes(data)
    assert [p.body for p in pages(tmp_path / "x")] == [HTML, OTHER]


def test_wet_files_give_their_texts(tmp_path: Path) -> None:
    text = "葡萄熟了\n吐鲁番的晾房里挂满了葡萄。".encode()
    record = (
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://news.example/a\r\nWARC-Date: 2024-05-06T00:00:00Z"
        b"\r\nWARC-Record-ID: <urn:uuid:6e3f4a3e-0d2c-4f2f-8a57-2a4e7f0f5b11>\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(text), text)
    )
    (tmp_path / "a.wet").write_bytes(record * 2)
    assert [p.body for p in pages(tmp_path / "a.wet")] == [text, text]


def test_a_warc_cut_in_the_middle_gives_what_is_whole(tmp_path: Path) -> None:
    import random

    path = warc_file(tmp_path, HTML, OTHER, OTHER + random.Random(1).randbytes(50_000).hex().encode())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    results = list(read([path]))
    assert [r.body for r in results if isinstance(r, Page)] == [HTML, OTHER]
    assert len([r for r in results if isinstance(r, Drop)]) == 1


def test_a_damaged_record_costs_that_record(tmp_path: Path) -> None:
    path = warc_file(tmp_path, HTML, OTHER)
    plain = bytearray(gzip.decompress(path.read_bytes()))
    at = plain.find("吐鲁番".encode())
    plain[at : at + 3] = b"xyz"
    (tmp_path / "x.warc").write_bytes(plain)
    results = list(read([tmp_path / "x.warc"]))
    assert [getattr(r, "reason", None) for r in results] == ["damaged record", None]


def test_error_pages_of_a_crawl_are_no_pages(tmp_path: Path) -> None:
    assert [d.reason for d in drops(warc_file(tmp_path, HTML, status=404))] == ["http 404"]


@pytest.mark.parametrize("indent", [None, 2])
def test_json_arrays_and_objects_with_a_column_of_pages(tmp_path: Path, indent: int | None) -> None:
    rows = [{"url": "https://a.example/1", "html": HTML.decode()}, None, {"text": OTHER.decode(), "n": 1.5}]
    (tmp_path / "many.json").write_text("\ufeff" + json.dumps(rows, indent=indent))
    first, without, last = read([tmp_path / "many.json"])
    assert isinstance(first, Page) and first.url == "https://a.example/1" and HTML in first.body
    assert isinstance(without, Drop) and without.reason == "no page in the row"
    assert isinstance(last, Page) and last.origin == f"{tmp_path / 'many.json'}#3" and OTHER in last.body
    (tmp_path / "one.json").write_text(json.dumps(rows[0], indent=2))
    assert [page.origin for page in pages(tmp_path / "one.json")] == [f"{tmp_path / 'one.json'}#1"]


def test_json_of_endless_brackets_is_a_bad_line_or_file_and_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text(json.dumps({"text": HTML.decode()}) + "\n" + "[" * 200_000 + "\n")
    good, bad = read([tmp_path / "lines.jsonl"])
    assert isinstance(good, Page)
    assert isinstance(bad, Drop) and bad.reason == "not JSON"
    (tmp_path / "first.jsonl").write_text('{"a": ' + "[" * 3_000 + "\n")
    assert all(isinstance(one, Page | Drop) for one in read([tmp_path / "first.jsonl"]))


def test_json_cut_short_or_with_a_huge_object_keeps_what_came_before(tmp_path: Path) -> None:
    whole = json.dumps([{"text": HTML.decode()}, {"text": "x" * 300_000}], indent=2)
    (tmp_path / "cut.json").write_text(whole[:-150_000])
    (tmp_path / "huge.json").write_text(whole)
    for name, reason in (("cut.json", "not JSON"), ("huge.json", "page too large")):
        good, bad = read([tmp_path / name], ReadLimits(page_bytes=200_000 if name == "huge.json" else 10**6))
        assert isinstance(good, Page) and HTML in good.body
        assert isinstance(bad, Drop) and bad.reason == reason


def test_json_lines_and_csv_with_a_column_of_pages(tmp_path: Path) -> None:
    rows = [{"url": "https://news.example/a", "html": HTML.decode(), "fetched_at": "2024-05-06T08:00:00"}, {"n": 1}]
    (tmp_path / "a").write_text(
        "\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n{broken\n", encoding="utf-8"
    )
    page, missing, broken = list(read([tmp_path / "a"]))
    assert isinstance(page, Page)
    assert page.body.decode("utf-8-sig") == HTML.decode()
    assert (page.url, page.origin) == ("https://news.example/a", f"{tmp_path / 'a'}#1")
    assert isinstance(missing, Drop) and missing.reason == "no page in the row"
    assert isinstance(broken, Drop) and broken.reason == "not JSON"
    with (tmp_path / "b").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "url", "text"])
        table.writerow([1, "https://news.example/b", "葡萄熟了\n“今年好”，他说。"])
    (row,) = pages(tmp_path / "b")
    assert row.body.decode("utf-8-sig") == "葡萄熟了\n“今年好”，他说。"


def test_mhtml_gives_its_html_part(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example/a.html\r\nSubject: x\r\n"
        b"Date: Mon, 6 May 2024 08:00:00 +0800\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n--B\r\nContent-Type: text/html\r\n'
        b"Content-Transfer-Encoding: base64\r\nContent-Location: https://news.example/a.html\r\n\r\n"
        + __import__("base64").encodebytes(HTML)
        + b"\r\n--B\r\nContent-Type: image/png\r\n\r\nxx\r\n--B--\r\n"
    )
    (page,) = pages(tmp_path / "a")
    assert (page.body, page.url) == (HTML, "https://news.example/a.html")


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_bombs_cost_no_more_than_a_large_page(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(COMPRESSIONS[name](b"<p>" + b"0" * 60_000_000))
    tracemalloc.start()
    reasons = [d.reason for d in drops(path, ReadLimits(page_bytes=1_000_000))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reasons == ["page too large"]
    assert peak < 20_000_000


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_cut_and_broken_compressions_are_told(tmp_path: Path, name: str) -> None:
    import random

    noise = random.Random(1).randbytes(300_000)
    data = COMPRESSIONS[name](noise)
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    (tmp_path / "broken").write_bytes(data[:40] + b"\xff" * 2000 + data[2040:])
    assert [d.reason for d in drops(tmp_path / "cut")] == ["damaged or cut short"]
    assert len(list(read([tmp_path / "broken"]))) == 1


def test_malicious_archives(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, target in [("link", tarfile.SYMTYPE, "/etc/passwd"), ("hard", tarfile.LNKTYPE, "../../etc/passwd"),
                                   ("dev", tarfile.CHRTYPE, "")]:  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        info = tarfile.TarInfo("../../escape.html")
        info.size = len(HTML)
        archive.addfile(info, io.BytesIO(HTML))
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    (work / "evil.tar").write_bytes(out.getvalue())
    before = sorted(tmp_path.rglob("*"))
    results = list(read([work / "evil.tar"]))
    assert [found.body for found in results if isinstance(found, Page)] == [HTML]
    assert [found.reason for found in results if isinstance(found, Drop)] == ["not a file"] * 3
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written"


@pytest.mark.parametrize("name", ["secret.html", "mimetype"])  # by the second an office document is told
def test_encrypted_members_are_told_and_the_others_read(tmp_path: Path, name: str) -> None:
    data = bytearray(zipped((name, OTHER[:99]), ("open.html", HTML)))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + at] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    drop, page = list(read([tmp_path / "x.zip"]))
    assert isinstance(drop, Drop) and drop.reason == "encrypted"
    assert isinstance(page, Page) and page.body == HTML


def test_a_tar_with_too_many_members_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(tarred(*((f"{n}.html", HTML) for n in range(20))))
    results = list(read([tmp_path / "x"], ReadLimits(members=5)))
    assert len(results) == 6
    assert isinstance(results[-1], Drop) and results[-1].reason == "too many members"


def test_a_zip_with_too_many_members_is_refused_by_what_its_end_says(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zipped(*((f"{n}.html", HTML) for n in range(20))))
    assert len(pages(tmp_path / "x", ReadLimits(members=20))) == 20
    (drop,) = drops(tmp_path / "x", ReadLimits(members=19))
    assert (drop.reason, drop.detail) == ("too many members", "20 members, more than 19: unpack it and give the folder")


def test_feeds_databases_and_other_formats_are_no_pages(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(b'<?xml version="1.0"?>\n<rss version="2.0"><channel/></rss>')
    (tmp_path / "map.xml").write_bytes(b'<?xml version="1.0"?><urlset></urlset>')
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert {d.reason for d in drops(tmp_path)} == {"not a page"}
    assert len(drops(tmp_path)) == 3


def test_standard_input_may_be_an_archive(tmp_path: Path) -> None:
    data = COMPRESSIONS["gz"](tarred(("one.html", HTML), ("two.html", OTHER)))
    code = "from cleaners.readers import read\nfor p in read(['-']): print(p.origin, len(p.body))"
    root = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, cwd=root, timeout=60)
    assert done.stdout.decode().split("\n")[:2] == [f"-#one.html {len(HTML)}", f"-#two.html {len(OTHER)}"]


def test_paths_that_are_not_there_are_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read([tmp_path / "none"])


def zip_of_many(entries: int) -> bytes:
    """A zip whose directory names one small page again and again."""
    import struct

    small = zipped(("0.html", HTML))
    directory = small.rfind(b"PK\x01\x02")
    head, entry = small[:directory], small[directory : small.rfind(b"PK\x05\x06")]
    listed = entry * entries
    count = min(entries, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listed), len(head), 0)
    if entries > count:
        end = (
            struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, len(listed), len(head))
            + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(head) + len(listed), 1)
            + end
        )
    return head + listed + end


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_zip_of_too_many_members_is_refused_before_its_directory_is_read(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "many.zip").write_bytes(pack(zip_of_many(300_000)))
    tracemalloc.start()
    (drop,) = drops(tmp_path / "many.zip", ReadLimits(members=299_999))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drop.reason == "too many members" and "300000 members" in drop.detail
    assert peak < 20_000_000


def test_office_documents_are_no_pages(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", HTML)))
    (tmp_path / "b.odt").write_bytes(
        zipped(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", HTML))
    )
    (tmp_path / "c.zip").write_bytes(zipped(("pages/mimetype", b"text"), ("page.html", HTML)))
    word, office, note, page = read([tmp_path])
    assert isinstance(word, Drop) and isinstance(office, Drop) and isinstance(note, Page) and isinstance(page, Page)
    assert (word.reason, office.reason) == ("not a page", "not a page") and "Word" in word.detail


def test_any_bytes_may_stand_where_a_table_could_begin(tmp_path: Path) -> None:
    import random

    draw = random.Random(5)
    signs = [
        b"\r",
        b"\n",
        b",",
        b";",
        b"\t",
        b'"',
        b"{",
        b"[",
        b"text",
        b"url",
        b"\xff\xfe",
        b"\x00",
        "正文".encode("gb18030"),
    ]
    for n in range(400):
        (tmp_path / f"{n:03}").write_bytes(b"".join(draw.choices(signs, k=draw.randrange(1, 40))))
    assert len({one.origin.partition("#")[0] for one in read([tmp_path])}) > 350, (
        "most of them say something, none ends it"
    )


def test_a_csv_of_an_old_mac(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes('url,text\rhttps://news.example/1,"葡萄熟了\r今年好"\r'.encode())
    (page,) = pages(tmp_path / "a.csv")
    assert (page.url, page.body.decode("utf-8-sig")) == ("https://news.example/1", "葡萄熟了\r今年好")


def test_links_to_folders_and_closed_folders_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    (tmp_path / "open").mkdir()
    (tmp_path / "closed").mkdir()
    (tmp_path / "open" / "page.html").write_bytes(HTML)
    (tmp_path / "open" / "up").symlink_to(tmp_path)
    honest = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):  # what root does not feel
            raise PermissionError(13, "Permission denied", path)
        return honest(path)

    monkeypatch.setattr(os, "scandir", scandir)
    closed, page, link = read([tmp_path])
    assert isinstance(page, Page) and page.origin.endswith("open/page.html")
    assert isinstance(link, Drop) and (link.reason, link.origin) == ("not a file", f"{tmp_path}/open/up")
    assert isinstance(closed, Drop) and (closed.reason, closed.origin) == ("unreadable", f"{tmp_path}/closed")


def test_one_path_is_as_good_as_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("渡口开航了。", encoding="utf-8")
    (tmp_path / "b.txt").write_text("渡口停航了。", encoding="utf-8")
    origins = [one.origin for one in read([tmp_path])]
    assert len(origins) == 2
    assert [one.origin for one in read(tmp_path)] == [one.origin for one in read(str(tmp_path))] == origins


@pytest.mark.parametrize("call", [clean, explain])
@pytest.mark.parametrize(
    ("given", "cure"),
    [("page.html", "read(path)"), (Path("page.html"), "read(path)"), (b"<p>", "body="), (None, "read(path)"),
     (Drop(origin="a", stage="read", reason="not a file"), "not a file")],
)  # fmt: skip
def test_what_is_no_page_is_refused_with_the_cure(call: Callable[[object], object], given: object, cure: str) -> None:
    with pytest.raises(TypeError, match=re.escape(cure)):
        call(given)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_what_a_publisher_has_reserved_stays_with_a_record_that_is_cleaned_again(tmp_path: Path, form: str) -> None:
    text = "".join(f"第{n}号渠的水上午十点放到了第三支渠，比去年早了四天。" for n in range(9))
    path = tmp_path / f"records.{form}"
    if form == "jsonl":
        path.write_text(json.dumps({"id": "a", "text": text, "opt_out": ["header:noai"]}, ensure_ascii=False) + "\n")
    else:
        path.write_text(f'id,text,opt_out\na,{text},"[""header:noai""]"\n')
    [page] = read([str(path)])
    assert isinstance(page, Page) and page.opt_out == ("header:noai",) and set(page.extra) == {"id"}
    article = clean(page)
    assert isinstance(article, Article) and article.opt_out == ("header:noai",)
