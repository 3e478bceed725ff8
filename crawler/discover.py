"""Where articles are announced: feeds, sitemaps, lists. Pure functions from bytes to addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from scrapy.http import TextResponse


_MOST_TAGS = 30_000
_LONGEST = 2083  # characters of an address: what browsers once agreed on, and no article needs more


def is_address(url: str) -> bool:
    """Whether something found on a page can be fetched at all: http or https, a host, a port, a sane length."""
    if len(url) > _LONGEST:
        return False
    try:
        parts = urlsplit(url)
        url.encode()
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port beyond 65535, half a surrogate pair
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """An address and what was said about it where it was found."""

    url: str
    text: str = ""
    """The anchor's text or the entry's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapContent:
    """What one sitemap file names."""

    pages: tuple[FoundLink, ...] = ()
    """Newest first, where the file gives dates."""
    sitemaps: tuple[str, ...] = ()
    """Further files, newest first."""


def feed(body: bytes, url: str, most: int) -> tuple[FoundLink, ...]:
    """The entries of an RSS, Atom or JSON feed, at most ``most``, in its own order.

    feedparser resolves no entities and fetches nothing; relative addresses are joined with ``url``.
    """
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url, most)
    import feedparser

    entries = feedparser.parse(
        _first_tags(body), response_headers={"content-location": url}, sanitize_html=False
    ).entries
    links = (FoundLink(url=urljoin(url, e.link), text=e.get("title", "")) for e in entries if e.get("link"))
    return tuple(islice(links, most))


def _first_tags(body: bytes) -> bytes:
    """The body up to its 30,000th tag: feedparser reads about 12,000 a second, and a hostile feed has a million."""
    cut = next(islice((match.start() for match in re.finditer(b"<", body)), _MOST_TAGS, None), None)
    return body if cut is None else body[:cut]


def _json_feed(body: bytes, url: str, most: int) -> tuple[FoundLink, ...]:
    """https://www.jsonfeed.org/version/1.1/."""
    import json

    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list):
        return ()
    entries = [item for item in items if isinstance(item, dict) and isinstance(item.get("url"), str)]
    return tuple(FoundLink(url=urljoin(url, e["url"]), text=str(e.get("title") or "")) for e in entries[:most])


def sitemap(body: bytes, url: str, most: int, limit: int) -> SitemapContent:
    """The addresses of a sitemap or a sitemap index, gzipped or not, or the sitemaps a ``robots.txt`` names.

    At most ``most`` entries of at most ``limit`` bytes after decompression; what is no sitemap names nothing.
    """
    from scrapy.utils.sitemap import Sitemap as Parser
    from scrapy.utils.sitemap import sitemap_urls_from_robots

    if body[:2] == b"\x1f\x8b":
        from cleaners.warc import decoded

        body = decoded(body, "gzip", limit)
    if urlsplit(url).path == "/robots.txt":
        return SitemapContent(sitemaps=tuple(islice(sitemap_urls_from_robots(body, url), most)))
    try:
        parsed = Parser(body)
        entries = sorted(islice(parsed, most), key=lambda entry: entry.get("lastmod", ""), reverse=True)
    except (StopIteration, SyntaxError, ValueError):  # empty, no XML at all, or broken beyond lxml's patience
        return SitemapContent()
    places = [urljoin(url, entry["loc"]) for entry in entries]
    if parsed.type == "sitemapindex":
        return SitemapContent(sitemaps=tuple(places))
    return SitemapContent(pages=tuple(FoundLink(url=place) for place in places))


def links(response: TextResponse) -> Iterator[FoundLink]:
    """The links of a page in document order, each once; ``nofollow`` ones left out."""
    from scrapy.linkextractors import LinkExtractor

    for link in LinkExtractor(unique=True).extract_links(response):
        if not link.nofollow:
            yield FoundLink(url=link.url, text=link.text.strip())
