"""What robots.txt says of uses: AIPREF, Content Signals, RSL; read as opt-outs, without stopping a request."""

from __future__ import annotations

import pytest

from cleaners.metadata import opt_out_headers
from cleaners.metadata.usage_preferences import license_signals, robots_preferences

AGENT = "jianbao/0.2 (+https://example.org)"
USAGE, SIGNAL = "robots.txt:content-usage:", "robots.txt:content-signal:"
RSL = '<rsl xmlns="https://rslstandard.org/rsl">{}</rsl>'
PAGE = "https://k.example/news/1.html"


def signals(robots: str, path: str = "/news/1.html") -> tuple[str, ...]:
    return robots_preferences(robots.encode(), AGENT).signals(path)


@pytest.mark.parametrize(
    ("robots", "found"),
    [
        ("User-agent: *\nContent-Usage: train-ai=n\nAllow: /", (f"{USAGE}train-ai=n",)),
        ("User-Agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", (f"{SIGNAL}ai-train=no",)),
        ("User-agent: *\nContent-Usage: train-ai=y, search=n\nContent-Signal: ai-train=yes", ()),
        ("User-agent: *\nContent-Usage: /sport/ train-ai=n", ()),
        ("User-agent: *\nContent-Usage: / train-ai=n\nContent-Usage: /news/ train-ai=y", ()),
        (
            "User-agent: *\nContent-Usage: / train-ai=y\nContent-Usage: /news/*.html$ train-ai=n",
            (f"{USAGE}train-ai=n",),
        ),
        ("User-agent: otherbot\nContent-Usage: train-ai=n\n\nUser-agent: *\nAllow: /", ()),
        ("User-agent: jianbao\nAllow: /\n\nUser-agent: *\nContent-Usage: train-ai=n", ()),
        ("User-agent: otherbot\nUser-agent: *\nContent-Signal: ai-train=no # wish", (f"{SIGNAL}ai-train=no",)),
        ("user-agent : *\ncontent-usage : bots=n", (f"{USAGE}bots=n",)),
        ("Content-Usage: train-ai=n\nUser-agent: *\nAllow: /", ()),  # in no group
        ("", ()),
        ("<html>404</html>", ()),
    ],
)
def test_the_group_for_the_crawler_and_the_longest_path_decide(robots: str, found: tuple[str, ...]) -> None:
    assert signals(robots) == found


def test_bytes_of_any_kind_are_read() -> None:
    assert robots_preferences(b"\xff\xfe\x00User-agent: *\n" * 10, AGENT).rules == ()
    assert robots_preferences(b"License: http://[x/\nLicense: javascript:1\nLicense: /l.xml\n", AGENT).licenses == ()
    assert robots_preferences(b"License: https://k.example/l.xml\n", AGENT).licenses == ("https://k.example/l.xml",)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ('<content url="/"><license><prohibits type="usage">ai-train</prohibits></license></content>', True),
        ('<content url="/"><license><permits type="usage">search</permits></license></content>', True),
        ('<content url="/"><license><permits type="usage">all</permits><payment type="free"/></license></content>', False),
        ('<content url="/"><license><permits type="usage">all</permits><payment type="purchase"/></license></content>', True),
        ('<content url="/sport/"><license><prohibits type="usage">all</prohibits></license></content>', False),
        ('<content url="https://k.example/news/"><license><prohibits type="usage">all</prohibits></license></content>', True),
        ('<content url="https://other.example/"><license><prohibits type="usage">all</prohibits></license></content>', False),
        ('<content url="/"><license><permits type="usage">search</permits></license>'
         '<license><permits type="usage">ai-train</permits></license></content>', False),
    ],
)  # fmt: skip
def test_a_licence_reserves_what_it_does_not_give_for_nothing(document: str, found: bool) -> None:
    assert license_signals(RSL.format(document).encode(), PAGE) == (("robots.txt:license",) if found else ())


@pytest.mark.parametrize("document", [None, b"", b"<html", b"\x00", b"<rsl>" * 10_000])
def test_terms_that_cannot_be_read_count_as_reserved(document: bytes | None) -> None:
    assert license_signals(document, PAGE) == ("robots.txt:license:unknown",)


def test_headers() -> None:
    assert opt_out_headers([("Content-Usage", "train-ai=n"), ("content-signal", "ai-train=no, search=yes")]) == (
        "header:content-usage:train-ai=n",
        "header:content-signal:ai-train=no",
    )
    assert opt_out_headers([("Content-Usage", "train-ai=y"), ("Content-Usage", "n")]) == ()
