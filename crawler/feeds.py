"""Feeds and sitemaps, as sites really serve them: pure functions from bytes to the addresses they announce.

What a file is, its bytes say: servers give feeds and sitemaps any type, leave them gzipped without saying so, or name
the charset in the HTTP header alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from cleaners.errors import UnusableInput
from cleaners.items import EntryFields, PageAnnouncement
from cleaners.readers.feed import FeedEntry, json_feed, sound_xml
from cleaners.readers.json_values import BrokenValue
from crawler.discover import FoundLink, joined

_MOST_TAGS = 30_000
_LONGEST_TEXT = 400_000  # characters of an entry's text that are kept for its page
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(rb"^(\s*<\?xml[^>]{0,200}?)\s+encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z][A-Za-z0-9]{0,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_FEED_ROOTS = re.compile(rb"<(?:[\w-]{1,20}:)?(rss|feed|rdf)[\s>]", re.IGNORECASE)
_ROOT_WITHIN = 4096  # bytes: comments, style sheets and a server's warnings before it


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapContent:
    """What one sitemap file names."""

    pages: tuple[FoundLink, ...] = ()
    """Newest first, where the file gives dates."""
    sitemaps: tuple[str, ...] = ()
    """Further files, newest first."""


def feed(body: bytes, url: str, most: int, limit: int, *, content_type: str = "") -> tuple[FoundLink, ...]:
    """The entries of an RSS, Atom or JSON feed, gzipped or not, at most ``most``, in its own order.

    ``limit``: bytes after decompression. ``content_type``: the HTTP header; its charset counts where the bytes are not
    UTF-8. feedparser resolves no entities and fetches nothing; relative addresses are joined with ``url``; one that
    cannot be joined is given as it stands, or empty.

    Raises ``UnusableInput`` for a gzip file that is broken or too large, and for a feed that no parser gets through.
    """
    return _feed(_in_utf8(_unzipped(body, limit), content_type), url, most)


def _feed(body: bytes, url: str, most: int) -> tuple[FoundLink, ...]:
    if body.lstrip()[:1] == b"{":
        return tuple(islice(_json_feed(body, url), most))
    import feedparser

    body = _escaped(body)
    headers = {"content-location": url}
    if _is(body, "utf-8"):  # feedparser takes what declares nothing for Latin
        headers["content-type"] = "application/xml; charset=utf-8"
    body = sound_xml(_first_tags(body))
    try:
        entries = feedparser.parse(body, response_headers=headers, sanitize_html=False).entries
    except Exception as why:  # of tags that do not fit together it raises whatever its own code runs into
        raise UnusableInput("read", "damaged feed", repr(why)[:200]) from None
    # feedparser makes an object of what a broken tag left in place of a link.
    named = (e for e in entries if isinstance(e.get("link"), str))
    links = (_link(joined(url, e.link) if e.link else "", FeedEntry.of_xml(e), url) for e in named)
    return tuple(islice(links, most))


def _link(address: str, entry: FeedEntry, feed: str) -> FoundLink:
    """A link with what the entry of the feed says of it; a headline that was cut short is none."""
    fields, text = entry.fields, entry.text if len(entry.text) <= _LONGEST_TEXT else ""
    if fields.title and fields.title.endswith(("…", "...")):
        fields = replace(fields, title=None)
    said = PageAnnouncement(by=feed, fields=fields, text=text)
    told = bool(text) or any((fields.title, fields.published, fields.author, fields.source, fields.section))
    return FoundLink(url=address, text=entry.fields.title or "", announcement=said if told else None)


def _first_tags(body: bytes) -> bytes:
    """The body up to its 30,000th tag: feedparser reads about 12,000 a second, and a hostile feed has a million."""
    cut = next(islice((match.start() for match in re.finditer(b"<", body)), _MOST_TAGS, None), None)
    return body if cut is None else body[:cut]


def _json_feed(body: bytes, url: str) -> Iterator[FoundLink]:
    """``url``, else ``external_url``, else an ``id`` that is an address; a damaged one as far as it can be read."""
    found, damage = False, ""
    try:
        for item in json_feed(body)[1]:
            if isinstance(item, BrokenValue):
                damage = item.detail
            elif isinstance(item, dict) and (place := _json_place(item)):
                found = True
                yield _link(joined(url, place), FeedEntry.of_json(item), url)
    except UnusableInput as why:
        damage = why.detail
    if damage and not found:
        raise UnusableInput("read", "damaged feed", damage)


def _json_place(item: dict[str, Any]) -> str:
    for name in ("url", "external_url"):
        if isinstance(item.get(name), str) and item[name].strip():
            return str(item[name])
    known_as = item.get("id")
    return known_as if isinstance(known_as, str) and known_as.startswith(("http://", "https://")) else ""


def sitemap(body: bytes, url: str, most: int, limit: int, *, content_type: str = "") -> SitemapContent:
    """The addresses of a sitemap or a sitemap index, gzipped or not, or the sitemaps a ``robots.txt`` names.

    A sitemap may be XML, a text with an address in each line, or a feed (https://www.sitemaps.org/protocol.html).
    At most ``most`` entries of at most ``limit`` bytes after decompression; what is no sitemap names nothing.
    ``content_type`` and what it raises: see :func:`feed`.
    """
    from scrapy.utils.sitemap import Sitemap as Parser
    from scrapy.utils.sitemap import sitemap_urls_from_robots

    body = _in_utf8(_unzipped(body, limit), content_type)
    if urlsplit(url).path == "/robots.txt":
        return SitemapContent(sitemaps=tuple(islice(sitemap_urls_from_robots(body, url), most)))
    if body[:1] != b"<" and (lines := tuple(islice(_addresses(body), most))):
        return SitemapContent(pages=lines)
    if _FEED_ROOTS.search(body, 0, _ROOT_WITHIN):
        return SitemapContent(pages=_feed(body, url, most))
    body = _escaped(body)
    try:
        parsed = Parser(body)
        entries = sorted(islice(parsed, most), key=lambda entry: entry.get("lastmod", ""), reverse=True)
    except (StopIteration, SyntaxError, ValueError, AttributeError):  # empty, no XML, or broken beyond lxml's patience
        return SitemapContent()
    places = [joined(url, entry["loc"]) for entry in entries]
    if parsed.type == "sitemapindex":
        return SitemapContent(sitemaps=tuple(places))
    news = _news(body, url)
    named = zip(places, (news.get(entry["loc"]) for entry in entries), strict=True)
    return SitemapContent(pages=tuple(FoundLink(url=place, announcement=said) for place, said in named))


def _news(body: bytes, sitemap: str) -> dict[str, PageAnnouncement]:
    """Address -> what a news sitemap (https://www.google.com/schemas/sitemap-news/0.9) says of it.

    ``lastmod`` says when a page has changed, not when it was published.
    """
    if b"publication_date" not in body:
        return {}
    from lxml import etree

    said = {}
    pages = etree.iterparse(
        BytesIO(body), tag="{*}url", recover=True, resolve_entities=False, remove_comments=True, remove_pis=True
    )
    with suppress(SyntaxError, ValueError):  # what stands before the place where it breaks counts
        for _, page in pages:
            place, title, date = (
                (page.findtext(f".//{{*}}{name}") or "").strip() for name in ("loc", "title", "publication_date")
            )
            if title or date:
                fields = EntryFields(kind="sitemap", title=title or None, published=date or None)
                said[place] = PageAnnouncement(by=sitemap, fields=fields)
            page.clear()
    return said


def _addresses(body: bytes) -> Iterator[FoundLink]:
    """The lines of a text that are addresses."""
    for line in body.decode("utf-8", "replace").splitlines():
        if line.strip().lower().startswith(("http://", "https://")):
            yield FoundLink(url=line.strip())


def _unzipped(body: bytes, limit: int) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    import zlib

    unzipping = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:  # of one that is cut short what is there counts
        unzipped = unzipping.decompress(body, limit)
    except zlib.error as why:
        raise UnusableInput("read", "broken content encoding", f"gzip: {why}") from None
    if unzipping.unconsumed_tail:
        raise UnusableInput("read", "too large", f"more than {limit} bytes after decompression")
    return unzipped


def _in_utf8(body: bytes, content_type: str) -> bytes:
    """The same in UTF-8 where the header or the XML declaration names another charset that fits; without a BOM."""
    from w3lib.encoding import http_content_type_encoding, resolve_encoding

    body = body.removeprefix(_UTF8_BOM).lstrip()
    if body.startswith(_UTF16_BOMS):
        return _undeclared(body.decode("utf-16", "replace").encode()).lstrip()
    if _is(body, "utf-8"):
        return body
    declared = _DECLARED.match(body)
    named = resolve_encoding(declared[2].decode("ascii")) if declared else None
    for charset in (http_content_type_encoding(content_type), named, "gb18030"):
        if charset and _is(body, charset):
            return _undeclared(body.decode(charset).encode())
    return body


def _undeclared(body: bytes) -> bytes:
    """XML whose declaration names no charset any more."""
    return _DECLARED.sub(rb"\1", body)


def _is(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _escaped(body: bytes) -> bytes:
    """XML with each ``&`` that begins no reference as ``&amp;``, outside of CDATA sections."""
    if b"&" not in body:
        return body
    parts, at = [], 0
    while at < len(body):
        start = body.find(b"<![CDATA[", at)
        end = body.find(b"]]>", start) if start >= 0 else -1
        start, end = (len(body), len(body)) if end < 0 else (start, end)
        parts += [_BARE_AMPERSAND.sub(b"&amp;", body[at:start]), body[start:end]]
        at = end
    return b"".join(parts)
