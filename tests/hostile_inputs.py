"""Files that are meant to hang, burst or end whatever reads them, made here: by name, each with what makes it so."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from tests.small_server import article

SAID = "居民昨天下午摸了摸暖气管子，说比去年早了好几天，屋里也暖和多了。"


def page(number: int, more: str = "") -> bytes:
    """An article; ``more`` stands below it."""
    whole = article(number)
    assert "</body>" in whole
    return whole.replace("</body>", f"{more}</body>").encode()


def _zip(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def _three() -> dict[str, bytes]:
    return {f"{n}.html": page(n) for n in (1, 2, 3)}


def zip_directory_damaged() -> bytes:
    """One byte of the directory: no member is named by it any more."""
    data = bytearray(_zip(_three()))
    data[data.index(b"PK\x01\x02") + 2] ^= 0xFF
    return bytes(data)


def zip_cut_short() -> bytes:
    """Its end, with the directory, has not been downloaded."""
    data = _zip(_three())
    return data[: data.index(b"PK\x01\x02") - 200]


def zip_name_no_utf8() -> bytes:
    """A name that says it is UTF-8 and is not."""
    return _zip({"一.html": page(1), "b.html": page(2)}).replace("一".encode(), b"\xff\xfe\xfd")


def zip_overlapping() -> bytes:
    """300 members that are all one piece of data."""
    data = bytearray(_zip({"a.html": page(1) + b" " * 6_000_000}))
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, tail = bytes(data[start:end]), bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, 300, 300, 300 * len(entry))
    return bytes(data[:start]) + entry * 300 + bytes(tail)


def zip_paths_that_climb() -> bytes:
    """Names that lead out of any folder: they are names, and nothing is written."""
    return _zip({"../../../../tmp/climbed.html": page(1), "/etc/climbed.html": page(2), "a/../../b.html": page(3)})


def tar_paths_that_climb() -> bytes:
    """The same as tar, with links that lead out."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("../../tmp/climbed.html", "/etc/climbed.html"):
            info = tarfile.TarInfo(name)
            info.size = len(page(1))
            archive.addfile(info, io.BytesIO(page(1)))
        link = tarfile.TarInfo("link.html")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return file.getvalue()


def zip_in_gzip() -> bytes:
    """400 MB that has to be unpacked before the directory is seen."""
    return _gzip_of(b"PK\x03\x04" + bytes(1_000_000), 400)


def gzip_bomb() -> bytes:
    """A page of 200 MB."""
    return _gzip_of(b"<p>" + b" " * 1_000_000, 200)


def gzip_of_gzip() -> bytes:
    """The same once more around it."""
    return gzip.compress(gzip_bomb())


def csv_endless_row() -> bytes:
    """A row of 40 million cells."""
    return _gzip_of(b"," * 1_000_000, 40, before=b"html,url\n", after=b"\n" + _row(2))


def csv_endless_cell() -> bytes:
    """A quote that is never closed, before 60 MB of lines."""
    return _gzip_of(b"a line of it\n" * 100_000, 50, before=b'html,url\n"')


def csv_endless_row_of_lines() -> bytes:
    """A row that goes on and on, as each of its cells is quoted around the end of a line."""
    return _gzip_of(b'"\n",' * 250_000, 20, before=b"html,url\n")


def csv_endless_header() -> bytes:
    """Names without end."""
    return _gzip_of(b",name" * 200_000, 40, before=b"html,url")


def _row(number: int) -> bytes:
    return b'"' + page(number).replace(b'"', b'""') + b'",https://news.example/' + str(number).encode() + b"\n"


def json_broken_in_one_row() -> bytes:
    """An array of which the second object has an escape that is none."""
    rows = [json.dumps({"html": page(n).decode(), "url": f"https://news.example/{n}"}) for n in (1, 2, 3)]
    rows[1] = rows[1].replace("2\\u", "2\\uZ", 1)
    return ("[" + ",\n".join(rows) + "]").encode()


def json_nested_in_one_row() -> bytes:
    """An array of which the second object has brackets in brackets without end."""
    rows = [json.dumps({"html": page(n).decode()}) for n in (1, 3)]
    return (f"[{rows[0]}, " + '{"html": ' + "[" * 200_000 + "]" * 200_000 + f"}}, {rows[1]}]").encode()


def jsonl_broken_in_one_row() -> bytes:
    """Lines of which one is cut, one nested without end, one a number of 100,000 digits."""
    rows = [json.dumps({"html": page(n).decode()}) for n in (1, 2, 3)]
    return "\n".join(
        (rows[0], rows[1][:300], '{"html":' * 100_000, '{"html": ' + "9" * 100_000 + "}", rows[2])
    ).encode()


def html_comments() -> bytes:
    """5,000 comments before the page."""
    return b"<!---->" * 5_000 + page(1)


def html_deep() -> bytes:
    """Elements in elements without end."""
    return page(1, "<div>" * 100_000)


def html_unclosed() -> bytes:
    """Beginnings of tags."""
    return page(1, "<" * 300_000 + "<a href=" * 30_000)


def html_scripts() -> bytes:
    """Scripts without an end, and what a script may hide."""
    return page(1, "<script>" * 30_000 + "/*" * 30_000)


def html_links() -> bytes:
    """100,000 links."""
    return page(1, "".join(f"<a href='/{n}.html'>第{n}条</a> " for n in range(100_000)))


def html_attributes() -> bytes:
    """An element of 50,000 attributes, and one of 500 kB."""
    return page(1, "<p " + " ".join(f"a{n}='x'" for n in range(50_000)) + f"><img alt='{'x ' * 250_000}' src='/a.jpg'>")


def html_entities() -> bytes:
    """Entities, known and unknown."""
    return page(1, "<p>" + "&amp;&#x4e00;&nosuch;&#1114112;&#xD800;" * 20_000)


def html_table() -> bytes:
    """Cells that say they span everything."""
    return page(1, "<table>" + "<tr>" + "<td rowspan=65534 colspan=1000>格</td>" * 300 + "</table>")


def html_invisible() -> bytes:
    """A run of characters that nobody sees."""
    return page(1, "<p>" + "\u200b\ue000" * 100_000 + "文</p>")


def _line_of(sign: str) -> bytes:
    """A line of one sign between lines of prose."""
    return "\n".join(
        ("暖气通了", *(f"第{n}号楼的{SAID}" for n in range(9)), sign * (200_000 // len(sign)), SAID)
    ).encode()


def mhtml_nested() -> bytes:
    """Parts in parts without end."""
    heads = "".join(
        f'Content-Type: multipart/related; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(2_000)
    )  # fmt: skip
    return ("From: <Saved>\r\nMIME-Version: 1.0\r\n" + heads).encode() + page(1)


def _warc(date: str, length: str | None = None) -> bytes:
    records = []
    for number in (1, 2):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page(number)
        told = length if length and number == 1 else str(len(body))
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{number}\r\n"
            f"WARC-Date: {date}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {told}\r\n\r\n"
        )
        records.append(head.encode("utf-8") + body + b"\r\n\r\n")
    return b"".join(records)


def _gzip_of(piece: bytes, times: int, before: bytes = b"", after: bytes = b"") -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    parts = [packer.compress(before), *(packer.compress(piece) for _ in range(times)), packer.compress(after)]
    return b"".join((*parts, packer.flush()))


@cache
def parquet_of_one_value() -> bytes:
    """A dictionary of one value of 8 MB that stands in 100,000 rows, some kB in all."""
    import pyarrow as arrow
    from pyarrow import parquet

    rows = arrow.DictionaryArray.from_arrays(
        arrow.array([1, *[0] * 100_000], arrow.int32()), arrow.array(["x" * 8_000_000, page(1).decode()])
    )
    file = io.BytesIO()
    parquet.write_table(arrow.table({"html": rows}), file, compression="zstd", dictionary_pagesize_limit=1 << 30)
    return file.getvalue()


@cache
def parquet_of_one_list() -> bytes:
    """A row with a list of 30 million numbers, beside a page."""
    import pyarrow as arrow
    from pyarrow import parquet

    offsets = arrow.array([0, 30_000_000], arrow.int32())
    numbers = arrow.ListArray.from_arrays(offsets, arrow.nulls(30_000_000, arrow.int8()))
    file = io.BytesIO()
    parquet.write_table(arrow.table({"html": [page(1).decode()], "numbers": numbers}), file, compression="zstd")
    return file.getvalue()


MADE: dict[str, tuple[Callable[[], bytes], int]] = {
    # name of the file -> how it is made, and how many articles come out of it; the group is its suffix
    "directory.zip": (zip_directory_damaged, 3),
    "cut.zip": (zip_cut_short, 2),
    "name.zip": (zip_name_no_utf8, 2),
    "overlapping.zip": (zip_overlapping, 1),
    "climbing.zip": (zip_paths_that_climb, 3),
    "climbing.tar": (tar_paths_that_climb, 2),
    "zip.gz": (zip_in_gzip, 0),
    "page.html.gz": (gzip_bomb, 0),
    "page.html.gz.gz": (gzip_of_gzip, 0),
    "row.csv.gz": (csv_endless_row, 1),
    "cell.csv.gz": (csv_endless_cell, 0),
    "lines.csv.gz": (csv_endless_row_of_lines, 0),
    "header.csv.gz": (csv_endless_header, 0),
    "one-row.json": (json_broken_in_one_row, 2),
    "nested.json": (json_nested_in_one_row, 2),
    "one-row.jsonl": (jsonl_broken_in_one_row, 2),
    "comments.html": (html_comments, 1),
    "deep.html": (html_deep, 0),
    "unclosed.html": (html_unclosed, 0),
    "scripts.html": (html_scripts, 1),
    "links.html": (html_links, 0),
    "attributes.html": (html_attributes, 0),
    "entities.html": (html_entities, 1),
    "table.html": (html_table, 1),
    "invisible.html": (html_invisible, 1),
    **{f"line-{n}.txt": (lambda sign=sign: _line_of(sign), 1) for n, sign in enumerate((".", "…", " ", "1", "x", "(", "，", "\u200b", "1,", "评论", "- ", "x@"))},
    "parts.mht": (mhtml_nested, 0),
    "year-1.warc": (lambda: _warc("0001-01-01T00:00:00+08:00"), 2),
    "year-9999.warc": (lambda: _warc("9999-12-31T23:59:59-08:00"), 2),
    "no-date.warc": (lambda: _warc("²"), 2),
    **{f"length-{n}.warc": (lambda told=told: _warc("2026-11-30T08:00:00Z", told), 1) for n, told in enumerate((str(1 << 63), str(1 << 64), "9" * 5000, "-1", "²", "100000000"))},
    "value.parquet": (parquet_of_one_value, 1),
    "list.parquet": (parquet_of_one_list, 0),
}  # fmt: skip
"""All of them."""
