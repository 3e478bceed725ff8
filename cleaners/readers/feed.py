"""Feeds that were saved: RSS, Atom and JSON Feed, an entry a page where it has its text.

An entry that only announces an article (a summary, a teaser) is a Drop that says so. What is bounded: a feed is one
page's bytes, and feedparser sees so many tags of it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from cleaners.errors import UnusableInput
from cleaners.items import Drop, EntryFields, Page
from cleaners.page.decode import decode
from cleaners.readers.input_file import InputFile
from cleaners.readers.json_values import BrokenValue, values
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import read_bounded
from cleaners.readers.table_columns import integer
from cleaners.urls import is_web_address

_XML = re.compile(
    r"(?:<\?[^>]*+>\s*+|<!--(?:(?!-->).)*+-->\s*+|<!DOCTYPE[^>\[]*+(?:\[(?:[^\]\"']|\"[^\"]*+\"|'[^']*+')*+\]\s*+)?>\s*+)*+"
    r"<(?:rss|feed|rdf:RDF)\b",
    re.DOTALL,
)
_JSON = re.compile(r"\{[^{}\[\]]*\"version\"\s*:\s*\"https?://jsonfeed\.org/version/")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BEGINS_WITHIN = 4096  # characters
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,9})|([0-9]{1,9}));?")
_MANY_ATTRIBUTES = re.compile(rb"(<[A-Za-z_][^\s<>/=]*+)(?:\s++[^\s<>=\"']++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')){500,}+")
_TAGS = 200_000  # feedparser reads about 12,000 a second
_CUT_OFF = re.compile(  # …… is how a sentence ends, … how a teaser does
    r"(?:(?<!…)…|(?<!\.)\.\.\.|&hellip;|&#8230;)\s*[\])）】]?$"
    r"|(?:阅读|查看|浏览|閱讀|查看)(?:全文|更多|原文|详情)\W*$|read more\W*$|continue reading\W*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_ENDS = re.compile(rb"<\0?\0?\0?/[\0\w:]*(?:r\0*s\0*s|f\0*e\0*e\0*d|R\0*D\0*F)[\0\s]*>")  # in UTF-16, too
_END = 2000  # characters in which a text's last words stand, with their markup
_WHOLE = 400  # characters of a description without markup from which on it is the text itself
_BOM = b"\xef\xbb\xbf"


def _is_feed(file: InputFile) -> bool:
    return _XML.match(file.start[:_BEGINS_WITHIN]) is not None or _JSON.match(file.start[:_BEGINS_WITHIN]) is not None


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page an entry with its text; ``#`` and the entry's number (from 1) are added to the origin."""
    body = read_bounded(file.whole(), file.limits.page_bytes)
    entries: Iterator[FeedEntry | BrokenValue] = _of_json(body) if file.start.startswith("{") else _of_xml(body)
    number = 0
    for number, entry in enumerate(entries, 1):
        place = f"{file.origin}#{number}"
        if isinstance(entry, BrokenValue):
            yield Drop(origin=place, stage="read", reason=entry.reason, detail=entry.detail)
            continue
        url = entry.url if entry.url and is_web_address(entry.url) else None
        if entry.text:
            page = _BOM + entry.text.encode("utf-8", "replace")
            yield Page(body=page, origin=place, url=url, columns=replace(entry.fields, kind="entry"))
        else:
            detail = f"it announces {entry.fields.title or url or 'an article'}; crawl the feed to have the pages"
            yield Drop(origin=place, url=url, stage="read", reason="no text in the entry", detail=detail)
    if file.start.startswith("<") and not _ENDS.search(body, max(0, len(body) - _END)):
        raise UnusableInput("read", "cut short", "the feed has no end: entries are missing")
    if not number:
        raise UnusableInput("read", "not a page", "a feed without entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An entry of a feed: its address, what it says of itself, its text if it has one."""

    url: str | None
    fields: EntryFields
    text: str
    """As HTML, the whole text of the article; empty for an entry that only announces one."""

    @classmethod
    def of_xml(cls, entry: Any, source: str | None = None) -> Self:
        """An entry of RSS or Atom as feedparser gives it; ``source``: where it names none of its own."""
        authors = [one.get("name") for one in entry.get("authors", []) if one.get("name")] or [entry.get("author")]
        tags = [tag.get("term") for tag in entry.get("tags", []) if tag.get("term")]
        fields = _fields(
            title=entry.get("title"),
            published=entry.get("published") or entry.get("updated") or entry.get("created"),
            author="、".join(filter(None, authors)),
            source=(entry.get("source") or {}).get("title") or entry.get("publisher") or source,
            section=tags[0] if tags else None,
        )
        text = _text([one.get("value") for one in entry.get("content", [])], entry.get("summary"))
        return cls(url=_stripped(entry.get("link") or entry.get("id")), fields=fields, text=text)

    @classmethod
    def of_json(cls, item: dict[str, Any], source: object = None) -> Self:
        """An item of a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
        people = item.get("authors") or [item.get("author")]
        names = [one.get("name") for one in people if isinstance(one, dict)] if isinstance(people, list) else []
        tags = item.get("tags")
        fields = _fields(
            title=item.get("title"),
            published=item.get("date_published") or item.get("date_modified"),
            author="、".join(name for name in names if isinstance(name, str)),
            source=source,
            section=tags[0] if isinstance(tags, list) and tags else None,
        )
        url = _stripped(item.get("url") or item.get("external_url") or item.get("id"))
        return cls(url=url, fields=fields, text=_text([item.get("content_html") or item.get("content_text")], None))


def _stripped(url: object) -> str | None:
    return url.strip() if isinstance(url, str) else None


def _fields(**told: object) -> EntryFields:
    def plain(name: str) -> str | None:
        value = told.get(name)
        return " ".join(value.split()) or None if isinstance(value, str) else None

    return EntryFields(
        kind="feed",
        title=plain("title"),
        published=plain("published"),
        source=plain("source"),
        author=plain("author"),
        section=plain("section"),
    )


def _of_xml(body: bytes) -> Iterator[FeedEntry]:
    import feedparser

    if body.count(b"<") > _TAGS:
        raise UnusableInput("read", "page too large", f"a feed of more than {_TAGS} tags")
    # As it stands: what cleans the page afterwards must see what was there.
    headers = {"content-type": "application/xml; charset=utf-8"} if _is_utf8(body) else {}
    found = feedparser.parse(sound_xml(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=True)
    source = found.feed.get("title")
    for entry in found.entries:
        yield FeedEntry.of_xml(entry, source)


def sound_xml(body: bytes) -> bytes:
    """XML as feedparser can take it.

    It falls over references to what is no character (``&#xD800;``): U+FFFD stands in their place. It works in quadratic
    time over the attributes of a tag: one that has 500 loses them.
    """
    body = _REFERENCE.sub(_sound, body) if b"&#" in body else body
    return _MANY_ATTRIBUTES.sub(rb"\1", body)


def _sound(found: re.Match[bytes]) -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    is_character = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return found[0] if is_character else "\ufffd".encode()


def _is_utf8(body: bytes) -> bool:
    """Whether it is; feedparser takes what declares nothing for Latin."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _of_json(body: bytes) -> Iterator[FeedEntry | BrokenValue]:
    title, items = json_feed(body)
    for item in items:
        if isinstance(item, BrokenValue):
            yield item
        else:
            yield FeedEntry.of_json(item if isinstance(item, dict) else {}, title)


def json_feed(body: bytes) -> tuple[object, Iterable[object]]:
    """The title and the items of a JSON Feed (https://www.jsonfeed.org/version/1.1/).

    Of one that is damaged, no title and the items that can be read, with a ``BrokenValue`` in place of each other.
    Raises ``UnusableInput`` for what is no JSON and has no items; the iterator, where the array has no end.
    """
    text = decode(body).text
    try:
        feed = json.loads(text, parse_int=integer, strict=False)
    except (ValueError, RecursionError) as why:
        if (found := _ITEMS.search(text)) is None:
            raise UnusableInput("read", "not JSON", str(why)) from None
        return None, values(io.StringIO(text[found.end() - 1 :]), len(text), array=True, is_part=True)
    items = feed.get("items") if isinstance(feed, dict) else None
    return feed.get("title") if isinstance(feed, dict) else None, items if isinstance(items, list) else ()


def _text(contents: list[Any], summary: object) -> str:
    """The text of an entry: its content; a description where that is more than an announcement."""
    told = summary if isinstance(summary, str) and len(summary) >= _WHOLE else ""
    texts = [one for one in contents if isinstance(one, str) and one.strip()]
    found = max(texts, key=len) if texts else told
    return "" if _CUT_OFF.search(" ".join(_TAG.sub(" ", found[-_END:]).split())) else found


READER = FileReader(name="feed", suffixes=(".rss", ".atom"), accepts=_is_feed, read=_read)
