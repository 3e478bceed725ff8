"""What a host reserves from text and data mining."""

from __future__ import annotations

import json

import pytest

from cleaners.metadata import TdmReservation, opt_out_host, reservations
from cleaners.metadata.opt_out import SIGNAL
from tests.timing import LINEAR, growth


def rules(*entries: tuple[str, object]) -> bytes:
    return json.dumps([{"location": place, "tdm-reservation": value} for place, value in entries]).encode()


@pytest.mark.parametrize(
    ("location", "path", "covered"),
    [
        ("/", "/news/1.html", True),
        ("/news/", "/news/1.html", True),
        ("/news/", "/sport/1.html", False),
        ("/*.pdf", "/a/b.pdf?x", True),
        ("/*.pdf$", "/a/b.pdf?x", False),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/a.c", "/abc", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a*c*e", "/abcde/f", True),
        ("/a*c*e", "/aec", False),
        ("/a*a$", "/a", False),
    ],
)
def test_locations_are_read_like_those_of_robots_txt(location: str, path: str, covered: bool) -> None:
    assert TdmReservation(location=location, reserved=True).covers(path) is covered


def test_the_longest_rule_decides() -> None:
    found = reservations(rules(("/", 1), ("/open/", 0), ("/open/not-this", "1")))
    assert opt_out_host(found, "/a") == (SIGNAL,)
    assert opt_out_host(found, "/open/a") == ()
    assert opt_out_host(found, "/open/not-this/1") == (SIGNAL,)
    assert opt_out_host((), "/a") == ()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"7", b'"x"', b"[1, null]", b'[{"location": 7}]', b"<html>", b"[" * 100_000]
)
def test_what_is_no_such_file_reserves_nothing(body: bytes) -> None:
    assert reservations(body) == ()


def test_the_time_that_a_hostile_rule_takes_grows_with_the_address() -> None:
    found = reservations(rules(("/" + "a*" * 200 + "b", 1), ("/" + "*" * 400 + "b$", 1)))
    assert growth(lambda path: opt_out_host(found, path), "/" + "a" * 500, "/" + "a" * 1000) < LINEAR
