"""Takedown: gone from store, indexes and archive to the last byte, and neither it nor a copy comes back."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from cleaners import dumps
from cleaners.archive import Archive, Exchange, folder_of, read_back
from cleaners.archive.blanking import blank
from cleaners.archive.walking import Damage, Record, place_of, records
from cleaners.errors import InputError, Unusable
from cleaners.items import Page

MOMENT = datetime(2026, 11, 22, 6, 30, 15, tzinfo=UTC)


def exchange(number: int, body: bytes) -> Exchange:
    return Exchange(
        url=f"http://news.example/{number}",
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
        request_headers=(("User-Agent", "jianbao/0"),),
        fetched_at=MOMENT,
        site="daily",
    )


def html(number: int, size: int = 40) -> bytes:
    words = "".join(chr(0x4E00 + (n * 37 + number * 911) % 20000) for n in range(size))
    return f"<html><body><h1>第{number}条</h1><p>{words}</p></body></html>".encode()


def read_by_both(path: Path) -> list[tuple[str, int]]:
    """(type, offset) of every record, by both libraries, which must agree."""
    with path.open("rb") as file:
        slow = [(r.rec_type, None) for r in ArchiveIterator(file)]
    with path.open("rb") as file:
        fast = [(r.headers["WARC-Type"], r.stream_pos) for r in FastIterator(file)]
    assert [kind for kind, _ in fast] == [kind for kind, _ in slow]
    return fast


@pytest.mark.parametrize("size", [0, 1, 7, 40, 500, 3000, 60_000])
def test_a_blanked_record_leaves_all_others_where_they_were(tmp_path: Path, size: int) -> None:
    store = tmp_path / "a.db"
    shelf = Archive(folder_of(store), name="probe", software="jianbao/0")
    origins = [shelf.write(exchange(n, html(n, size + n))) for n in range(8)]
    shelf.close()
    path = next(folder_of(store).iterdir())
    before, length = read_by_both(path), path.stat().st_size
    mine = [r.place for r in records(store) if isinstance(r, Record) and r.url == "http://news.example/3"]
    assert len(mine) == 2, "the response and its request"
    assert place_of(store, origins[3]) == mine[0]
    for _ in range(2):  # the same again changes nothing
        assert all(blank(store, place, MOMENT) for place in mine)
    after = read_by_both(path)
    assert path.stat().st_size == length
    assert [at for _, at in before] == [at for _, at in after]
    assert [kind for kind, _ in after] == [k if at not in {p.offset for p in mine} else "metadata" for k, at in before]
    for n, origin in enumerate(origins):
        if n != 3:
            assert read_back(origin, store).body == html(n, size + n)
    with pytest.raises(Unusable, match="not a response"):
        read_back(origins[3], store)
    plain = gzip.decompress(path.read_bytes())  # any gzip reader
    assert "第3条".encode() not in plain and b"news.example/3" not in plain and "第4条".encode() in plain
    found = [page for page in dumps.read([path]) if isinstance(page, Page)]
    assert [page.url for page in found] == [f"http://news.example/{n}" for n in range(8) if n != 3]


def test_an_uncompressed_file_is_blanked_to_the_byte_whatever_the_length(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    folder_of(store).mkdir()
    for size in (*range(0, 130, 3), 9_900, 10_000):
        shelf = Archive(tmp_path / "packed", name="probe", software="jianbao/0")
        for n in range(3):
            shelf.write(exchange(n, b"x" * size if n == 1 else html(n)))
        shelf.close()
        packed = next((tmp_path / "packed").iterdir())
        path = folder_of(store) / "plain.warc"
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
        before = read_by_both(path)
        mine = [r.place for r in records(store) if isinstance(r, Record) and r.url == "http://news.example/1"]
        assert all(blank(store, place, MOMENT) for place in mine)
        after = read_by_both(path)
        assert [at for _, at in before] == [at for _, at in after]
        assert sum(kind == "metadata" for kind, _ in after) == 2
        assert b"news.example/1" not in path.read_bytes()


def test_a_torn_tail_is_told_from_a_whole_record(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    shelf = Archive(folder_of(store), name="probe", software="jianbao/0")
    for n in range(2):
        shelf.write(exchange(n, html(n)))
    shelf.close()
    path = next(folder_of(store).iterdir())
    whole = [r for r in records(store) if isinstance(r, Record)]
    assert len(whole) == 5
    path.write_bytes(path.read_bytes()[:-3])
    *rest, last = records(store)
    assert isinstance(last, Damage) and last.offset == whole[-1].place.offset and len(rest) == 4


def test_what_cannot_be_blanked_is_said(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    shelf = Archive(folder_of(store), name="probe", software="jianbao/0")
    origin = shelf.write(exchange(1, html(1)))
    shelf.close()
    place = place_of(store, origin)
    assert place is not None
    with pytest.raises(InputError, match="too small"):
        blank(store, replace(place, length=60), MOMENT)
    assert not blank(store, replace(place, file="a.warc/gone.warc.gz"), MOMENT)
    assert not blank(store, replace(place, length=10**9), MOMENT)
    assert place_of(store, "dump.zip#a.html") is None and place_of(store, "a.warc/gone.warc.gz#12") is None


