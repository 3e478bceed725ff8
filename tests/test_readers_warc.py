"""WARCs as tools write them, and WARCs that are damaged: one bad byte costs one record."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest

from cleaners.compression import zstd_library
from cleaners.items import Drop, Page
from cleaners.readers import pages

BODY = "<html><head><title>渡口</title></head><body><p>{}号渡口开航，两岸的人都来看，船工说今天的水很稳。</p></body></html>"
HTML = "Content-Type: text/html; charset=utf-8\r\n"


def body(n: int) -> bytes:
    return BODY.format(n).encode()


def answer(content: bytes, status: str = "HTTP/1.1 200 OK", head: str = HTML, end: str = "\r\n") -> bytes:
    return f"{status}\r\n{head}\r\n".replace("\r\n", end).encode() + content


def record(
    block: bytes, target: str = "https://a.example/{}", *, n: int = 1, kind: str = "response", more: str = "",
    media: str = "application/http; msgtype=response",
) -> bytes:  # fmt: skip
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {target.format(n)}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\n"
        f"WARC-Date: 2026-04-12T01:02:03Z\r\n{more}Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(data: bytes) -> list[Page | Drop]:
    return list(pages(io.BytesIO(data), "a.warc"))


def chunked(data: bytes, *sizes: int) -> bytes:
    parts, at = [], 0
    for size in (*sizes, len(data) - sum(sizes)):
        parts.append(b"%x;x=y\r\n" % size + data[at : at + size] + b"\r\n")
        at += size
    return b"".join(parts) + b"0\r\n\r\n"


PACKED = gzip.compress(body(1))
ONE = {
    "GNU Wget's angle brackets": record(answer(body(1)), "<https://a.example/{}>"),
    "a scheme in capitals": record(answer(body(1)), "HTTPS://a.example/{}"),
    "HTTP/2": record(answer(body(1), "HTTP/2 200")),
    "HTTP/3 without a reason": record(answer(body(1), "HTTP/3 200 ")),
    "lines that end in LF": record(answer(body(1), end="\n")),
    "a head of 70 kB": record(answer(body(1), head=HTML + f"Content-Security-Policy: {'a' * 70_000}\r\n")),
    "a head of 200 cookies": record(answer(body(1), head="".join(f"Set-Cookie: c{n}={'x' * 500}\r\n" for n in range(200)) + HTML)),
    "a record head of 70 kB": record(answer(body(1)), more=f"WARC-Note: {'b' * 70_000}\r\n"),
    "decoded, the header kept: gzip": record(answer(body(1), head=HTML + "Content-Encoding: gzip\r\nContent-Length: 90\r\n")),
    "decoded, the header kept: br": record(answer(body(1), head=HTML + "Content-Encoding: br\r\nContent-Length: 9999\r\n")),
    "decoded, the header kept: zstd": record(answer(body(1), head=HTML + "Content-Encoding: zstd\r\n")),
    "decoded, the header kept: deflate": record(answer(body(1), head=HTML + "Content-Encoding: deflate\r\n")),
    "encoded": record(answer(PACKED, head=HTML + "Content-Encoding: gzip\r\n")),
    "encoded, another coding named": record(answer(PACKED, head=HTML + "Content-Encoding: br\r\n")),
    "a coding that is none": record(answer(body(1), head=HTML + "Content-Encoding: utf-8\r\n")),
    "chunks": record(answer(chunked(body(1), 7, 40), head=HTML + "Transfer-Encoding: chunked\r\n")),
    "chunks of gzip": record(answer(chunked(PACKED, 9), head=HTML + "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")),
    "chunks joined, the header kept": record(answer(body(1), head=HTML + "Transfer-Encoding: chunked\r\n")),
    "a resource": record(body(1), kind="resource", media="text/html"),
    "no type told": record(answer(body(1), head="Server: x\r\n")),
    "203": record(answer(body(1), "HTTP/1.1 203 Non-Authoritative Information")),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd_library().compress], ids=["plain", "gzip", "zstd"])
def test_records_are_read_as_every_tool_writes_them(name: str, pack: Callable[[bytes], bytes]) -> None:
    first, other = read(pack(ONE[name]) + pack(record(answer(body(2)), n=2)))
    assert isinstance(first, Page) and isinstance(other, Page)
    assert (first.url, first.body) == ("https://a.example/1", body(1))
    assert (other.url, other.body) == ("https://a.example/2", body(2))


def test_an_address_without_a_scheme_is_one() -> None:
    (page,) = read(record(answer(body(1)), "a.example/渡口/{}.html"))
    assert isinstance(page, Page) and page.url == "http://a.example/渡口/1.html"


def test_what_is_no_page_is_passed_over() -> None:
    others = [
        record(b"20260412\na 1.2.3.4\n", "dns:a.example", media="text/dns"),
        record(b"via: x", "https://a.example/1", kind="metadata", media="application/warc-fields"),
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request", media="application/http; msgtype=request"),
        record(b'{"urls": {}}', "urn:pageinfo:https://a.example/1", kind="resource", media="application/json"),
        record(body(1), "urn:text:https://a.example/1", kind="resource", media="text/plain"),
        record(answer(b"p { color: red }", head="Content-Type: text/css\r\n")),
        record(answer(b"var a = 1", head="Content-Type: text/javascript\r\n")),
    ]
    assert read(b"".join(others)) == []


def test_a_page_that_had_not_changed_is_told() -> None:
    more = "WARC-Refers-To-Target-URI: <https://a.example/1>\r\nWARC-Refers-To-Date: 2026-04-01T00:00:00Z\r\n"
    (drop,) = read(record(answer(b""), kind="revisit", more=more, n=9))
    assert isinstance(drop, Drop)
    assert (drop.url, drop.reason, drop.detail) == (
        "https://a.example/9", "revisit", "as it was at https://a.example/1 2026-04-01T00:00:00Z",
    )  # fmt: skip


def test_an_answer_that_broke_off_is_told() -> None:
    short = read(record(answer(body(1), head=HTML + "Content-Length: 9999\r\n")))
    cut = read(record(answer(chunked(body(1), 40)[:-30], head=HTML + "Transfer-Encoding: chunked\r\n")))
    end = read(gzip.compress(record(answer(body(1))))[:-30])
    assert [[one.reason for one in found if isinstance(one, Drop)] for found in (short, cut)] == [["cut short"]] * 2
    assert [type(one) for one in end] == [Drop]


def five(pack: Callable[[bytes], bytes]) -> list[bytes]:
    return [pack(record(answer(body(n)), n=n)) for n in range(5)]


@pytest.mark.parametrize("place", [0, 1, 3, 5, 60, 150, -2, -6])
@pytest.mark.parametrize("damaged", [0, 2, 4])
def test_a_bad_byte_in_a_compressed_file_costs_one_record(place: int, damaged: int) -> None:
    parts = five(gzip.compress)
    broken = bytearray(parts[damaged])
    broken[place] ^= 0xFF
    found = read(b"".join([*parts[:damaged], bytes(broken), *parts[damaged + 1 :]]))
    whole = {one.url for one in found if isinstance(one, Page) and one.body in {body(n) for n in range(5)}}
    others = {f"https://a.example/{n}" for n in range(5) if n != damaged}
    if damaged or place > 3:  # else it is no compressed file any more
        assert others <= whole
        assert any(isinstance(one, Drop) for one in found) or len(whole) == 5, (
            "the header of gzip has bytes that say nothing"
        )
        assert not any(isinstance(one, Page) and one.body not in {body(n) for n in range(5)} for one in found)


@pytest.mark.parametrize(
    ("said", "instead"),
    [("WARC/1.0", "WARX/1.0"), ("Length: {}", "Length: x{}"), ("Length: {}", "Length: 1"), ("Length: {}", "Length: 1{}"),
     ("Length: {}", "Length; {}")],
)  # fmt: skip
def test_a_bad_byte_in_a_plain_file_costs_one_record(said: str, instead: str) -> None:
    parts, length = five(bytes), str(len(answer(body(2))))
    wanted = said.format(length).encode()
    assert wanted in parts[2]
    found = read(b"".join([*parts[:2], parts[2].replace(wanted, instead.format(length).encode()), *parts[3:]]))
    kept = [(one.url, one.body) for one in found if isinstance(one, Page)]
    assert kept == [(f"https://a.example/{n}", body(n)) for n in (0, 1, 3, 4)]
    assert sum(isinstance(one, Drop) for one in found) == 1


def test_a_file_that_ends_in_the_head_of_a_record_is_told() -> None:
    plain, packed = five(bytes), five(gzip.compress)
    for parts in (plain, packed):
        found = read(b"".join(parts[:4]) + parts[4][:60])
        assert [type(one) for one in found] == [Page] * 4 + [Drop]


def test_a_file_of_nothing_but_damage_ends() -> None:
    found = read(record(answer(body(1))) + b"WARC/1.0\r\nx" * 20_000)
    assert isinstance(found[0], Page)
    assert {one.reason for one in found[1:] if isinstance(one, Drop)} == {"damaged record"} and len(found) < 1_100
    bad = record(answer(body(2))).replace(b"WARC-Type: response", b"")
    found = read(record(answer(body(1))) + bad.replace(b"Content-Length: ", b"Content-Length ") * 3_000)
    assert len(found) < 1_100, "after a thousand bad places the rest is not read"
