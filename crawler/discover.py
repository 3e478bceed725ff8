"""Links: those of a page, the next page of a list, and what an address is. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from cleaners.items import PageAnnouncement
from cleaners.urls import is_web_address

if TYPE_CHECKING:
    from scrapy.http import TextResponse


_LONGEST = 2083  # characters of an address: what browsers once agreed on, and no article needs more


def is_address(url: str) -> bool:
    """Whether something found on a page can be fetched at all: http or https, a host, a port, a sane length."""
    return len(url) <= _LONGEST and is_web_address(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """An address and what was said about it where it was found."""

    url: str
    text: str = ""
    """The anchor's text or the entry's title."""
    announcement: PageAnnouncement | None = None
    """What the feed or sitemap says of it."""


def joined(base: str, address: str) -> str:
    """An address as it stands on a page at ``base``; one that cannot be joined (``http://[x/``) as it is written.

    >>> joined("http://a.example/b/", "c.html"), joined("http://a.example/", "http://[x/")
    ('http://a.example/b/c.html', 'http://[x/')
    """
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address.strip()


def links(response: TextResponse) -> Iterator[FoundLink]:
    """The links of a page in document order, each once; ``nofollow`` ones left out.

    Those that no address can be made of come last and as they are written. Of a page that :func:`has_too_many_links`
    the first are read.
    """
    from scrapy.linkextractors import LinkExtractor

    if (end := _end_of_links(response.body)) is not None:
        response = response.replace(body=response.body[:end])
    response, base = readable(response), _base_of(response)
    for link in LinkExtractor(unique=True).extract_links(response):
        if not link.nofollow:
            yield FoundLink(url=link.url, text=link.text.strip())
    for href in dict.fromkeys(response.xpath("//a/@href | //area/@href").getall()):
        if "[" in href or "]" in href:
            address = joined(base or response.url, href)
            if not is_address(address):
                yield FoundLink(url=address)


def has_too_many_links(response: TextResponse) -> bool:
    """Whether a page has more links than are read of one: 100,000 would hold up all hosts for five seconds."""
    return _end_of_links(response.body) is not None


def _end_of_links(body: bytes) -> int | None:
    return next(islice((match.start() for match in _LINK.finditer(body)), MOST_LINKS, None), None)


def readable(response: TextResponse) -> TextResponse:
    """The page as browsers take its addresses: a backslash is a slash, a ``<base>`` that is no address is skipped."""
    if "\\" in response.text and (mended := _BACKSLASHED.sub(_slashed, response.text)) != response.text:
        response = response.replace(body=mended, encoding="utf-8")
    if _base_of(response):
        return response
    return response.replace(body=_BASE.sub("", response.text), encoding="utf-8")


def _base_of(response: TextResponse) -> str:
    """What the links of a page are relative to; empty where its ``<base>`` is no address."""
    from scrapy.utils.response import get_base_url

    try:
        base = get_base_url(response)
    except ValueError:
        return ""
    return base if is_address(base) else ""


def _slashed(link: re.Match[str]) -> str:
    """Before the query: https://url.spec.whatwg.org/#path-state."""
    path, mark, query = re.split(r"([?#]|$)", link["address"], maxsplit=1)
    return f"{link['name']}{path.replace(chr(92), '/')}{mark}{query}"


_BACKSLASHED = re.compile(
    r"""(?P<name>\b(?:href|src)\s*=\s*["']?)(?P<address>[^"'<>\s\\?#=]{0,2000}\\[^"'<>\s]{0,2000})""", re.IGNORECASE
)
MOST_LINKS = 10_000
"""Links of a page that are read."""
_LINK = re.compile(rb"<a(?:rea)?[\s/]", re.IGNORECASE)
_BASE = re.compile(r"<base\b[^<>]*>", re.IGNORECASE)
