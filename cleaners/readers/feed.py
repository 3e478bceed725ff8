"""Feeds that were saved: RSS, Atom and JSON Feed, an entry a page where it has its text.

An entry that only announces an article (a summary, a teaser) is a Drop that says so. What is bounded: a feed is one
page's bytes, and feedparser sees so many tags of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page, TableFields
from cleaners.page.decode import decode
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import read_bounded
from cleaners.readers.table_columns import integer, is_address

_XML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|rdf:RDF)\b",
    re.DOTALL,
)
_JSON = re.compile(r"\{[^{}\[\]]*\"version\"\s*:\s*\"https?://jsonfeed\.org/version/")
_BEGINS_WITHIN = 4096  # bytes
_TAGS = 200_000  # feedparser reads about 12,000 a second
_MARKUP = re.compile(r"<(?:p|br|div|span|img|a|h[1-6]|ul|ol|table)\b|&lt;(?:p|br|div)\b", re.IGNORECASE)
_WHOLE = 400  # characters of a description without markup from which on it is the text itself
_BOM = b"\xef\xbb\xbf"


def _is_feed(file: InputFile) -> bool:
    return _XML.match(file.head[:_BEGINS_WITHIN]) is not None or _JSON.match(file.start[:_BEGINS_WITHIN]) is not None


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page an entry with its text; ``#`` and the entry's number (from 1) are added to the origin."""
    body = read_bounded(file.whole(), file.limits.page_bytes)
    entries = _of_json(body) if file.start.startswith("{") else _of_xml(body)
    number = 0
    for number, entry in enumerate(entries, 1):
        place = f"{file.origin}#{number}"
        url = entry.url if entry.url and is_address(entry.url) else None
        if entry.text:
            page = _BOM + entry.text.encode("utf-8", "replace")
            yield Page(body=page, origin=place, url=url, columns=entry.fields)
        else:
            detail = f"it announces {entry.fields.title or url or 'an article'}; crawl the feed to have the pages"
            yield Drop(origin=place, url=url, stage="read", reason="no text in the entry", detail=detail)
    if not number:
        raise UnusableInput("read", "not a page", "a feed without entries")


class _Entry:
    """An entry of a feed: its address, what it says of itself, its text if it has one."""

    __slots__ = ("fields", "text", "url")

    def __init__(self, url: object, text: str, **fields: object) -> None:
        self.url = url.strip() if isinstance(url, str) else None
        self.text = text
        plain = {name: " ".join(value.split()) or None for name, value in fields.items() if isinstance(value, str)}
        self.fields = TableFields(**plain)


def _of_xml(body: bytes) -> Iterator[_Entry]:
    import feedparser

    if body.count(b"<") > _TAGS:
        raise UnusableInput("read", "page too large", f"a feed of more than {_TAGS} tags")
    # As it stands: what cleans the page afterwards must see what was there.
    found = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=True)
    source = found.feed.get("title")
    for entry in found.entries:
        authors = [one.get("name") for one in entry.get("authors", []) if one.get("name")] or [entry.get("author")]
        tags = [tag.get("term") for tag in entry.get("tags", []) if tag.get("term")]
        yield _Entry(
            entry.get("link") or entry.get("id"),
            _text([one.get("value") for one in entry.get("content", [])], entry.get("summary")),
            title=entry.get("title"),
            published=entry.get("published") or entry.get("updated") or entry.get("created"),
            author="、".join(filter(None, authors)),
            source=(entry.get("source") or {}).get("title") or entry.get("publisher") or source,
            section=tags[0] if tags else None,
        )


def _of_json(body: bytes) -> Iterator[_Entry]:
    try:
        feed = json.loads(decode(body).text, parse_int=integer)
    except (ValueError, RecursionError) as why:
        raise UnusableInput("read", "not JSON", str(why)) from None
    items = feed.get("items") if isinstance(feed, dict) else None
    for item in items if isinstance(items, list) else []:
        entry = item if isinstance(item, dict) else {}
        people = entry.get("authors") or [entry.get("author")]
        names = [one.get("name") for one in people if isinstance(one, dict)] if isinstance(people, list) else []
        tags = entry.get("tags")
        yield _Entry(
            entry.get("url") or entry.get("external_url") or entry.get("id"),
            _text([entry.get("content_html") or entry.get("content_text")], None),
            title=entry.get("title"),
            published=entry.get("date_published") or entry.get("date_modified"),
            author="、".join(name for name in names if isinstance(name, str)),
            source=feed.get("title"),
            section=tags[0] if isinstance(tags, list) and tags else None,
        )


def _text(contents: list[Any], summary: object) -> str:
    """The text of an entry: its content; a description where that is more than an announcement."""
    texts = [one for one in contents if isinstance(one, str) and one.strip()]
    if texts:
        return max(texts, key=len)
    told = summary if isinstance(summary, str) and len(summary) >= _WHOLE else ""
    return told if _MARKUP.search(told) or not told.rstrip().endswith(("…", "...")) else ""


READER = FileReader(name="feed", suffixes=(".rss", ".atom"), accepts=_is_feed, read=_read)
