"""Where and when a page was saved, as the program that saved it wrote into its head.

Browsers ("saved from url", the mark of the web), SingleFile, HTTrack, monolith, Save Page WE, WebScrapBook. Only what
stands before the body counts: an article may quote such a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cleaners.urls import is_web_address

_HEAD = 256 * 1024  # bytes; SingleFile sets whole style sheets into the head, but its comment stands before them
# A comment begins, an element whose content is no markup, or the body.
_TOKEN = re.compile(r"<!--|<(script|style|title|textarea)\b|<(?:body|h1|p|div|table|article|main)\b", re.IGNORECASE)
_MARK = re.compile(r"^\s*saved from url=\((\d{4})\)\s*(\S+)", re.IGNORECASE)
_SINGLE_FILE = re.compile(
    r"^\s*Page saved with SingleFile\b.*?\burl:\s*(\S+)(?:.*?saved date:\s*([^\n]+))?", re.IGNORECASE | re.DOTALL
)
_HTTRACK = re.compile(
    r"^\s*Mirrored from\s+(\S+)\s+by HTTrack\b[^\]]*\][,\s]*([^\n]*)|^\s*Mirrored from\s+(\S+)\s+by HTTrack",
    re.IGNORECASE,
)
_MONOLITH = re.compile(r"^\s*Saved from\s+(\S+)\s+at\s+(\S+)\s+using monolith", re.IGNORECASE)
_META = re.compile(r"<meta\b[^<>]*?\bname\s*=\s*[\"']?savepage-(url|date)[\"']?[^<>]*>", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_SCRAPBOOK = re.compile(r"<html\b[^<>]*?\bdata-scrapbook-source\s*=\s*[\"']([^\"']+)[\"'][^<>]*>", re.IGNORECASE)
_SCRAPBOOK_MADE = re.compile(r"\bdata-scrapbook-create\s*=\s*[\"'](\d{14})\d{0,3}[\"']", re.IGNORECASE)
_BROWSER_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d{2}:\d{2}:\d{2}) (?:GMT|UTC)?([+-]\d{4})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFrom:
    """What a saved page says of its saving."""

    url: str
    """The address it was saved from: http or https."""
    at: datetime | None
    """When, UTC; None where it does not say."""


def saved_from(body: bytes) -> SavedFrom | None:
    """Where a page was saved from; None where it does not say."""
    head = body[:_HEAD]
    if not any(sign in head for sign in (b"<!--", b"savepage-url", b"data-scrapbook-source")):
        if b"\x00" not in head[:200]:
            return None
        head = head.replace(b"\x00", b"")  # UTF-16, as IE saves: the marks are ASCII
    comments, tags = _parts(head.decode("utf-8", "replace"))
    for comment in comments:
        for pattern, read in _FORMS:
            if (found := pattern.match(comment)) and (told := read(found)) is not None:
                return told
    return _of_tags(tags)


def _parts(text: str) -> tuple[list[str], str]:
    """The comments before the body, and what stands there beside them and the contents of scripts and the like."""
    lower, at = text.lower(), 0
    comments: list[str] = []
    tags: list[str] = []
    while token := _TOKEN.search(text, at):
        tags.append(text[at : token.start()])
        closing = "-->" if token[0] == "<!--" else f"</{token[1].lower()}" if token[1] else ""
        end = lower.find(closing, token.end()) if closing else -1
        if end < 0:
            return comments, "".join(tags)
        if closing == "-->":
            comments.append(text[token.end() : end])
        at = end + len(closing)
    return comments, "".join([*tags, text[at:]])


def _told(url: str, at: datetime | None) -> SavedFrom | None:
    url = url.strip().replace("&amp;", "&")
    if "://" not in url and re.match(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/|$)", url):
        url = f"http://{url}"  # HTTrack leaves the scheme out
    return SavedFrom(url=url, at=at) if is_web_address(url) else None


def _mark(found: re.Match[str]) -> SavedFrom | None:
    return _told(found[2], None)


def _single_file(found: re.Match[str]) -> SavedFrom | None:
    return _told(found[1], _browser_date(found[2] or ""))


def _httrack(found: re.Match[str]) -> SavedFrom | None:
    return _told(found[1] or found[3], _mail_date(found[2] or ""))


def _monolith(found: re.Match[str]) -> SavedFrom | None:
    return _told(found[1], _iso_date(found[2]))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], SavedFrom | None]], ...] = (
    (_MARK, _mark),
    (_SINGLE_FILE, _single_file),
    (_HTTRACK, _httrack),
    (_MONOLITH, _monolith),
)


def _of_tags(head: str) -> SavedFrom | None:
    """What Save Page WE writes into meta elements, WebScrapBook into the root."""
    told: dict[str, str] = {}
    for found in _META.finditer(head):
        if content := _CONTENT.search(found[0]):
            told[found[1].lower()] = content[1] or content[2] or content[3] or ""
    if "url" in told:
        return _told(told["url"], _browser_date(told.get("date", "")))
    if root := _SCRAPBOOK.search(head):
        made = _SCRAPBOOK_MADE.search(root[0])
        at = datetime.strptime(made[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if made else None
        return _told(root[1], at)
    return None


def _browser_date(text: str) -> datetime | None:
    """``Sun Apr 12 2026 20:11:12 GMT+0800 (China Standard Time)``, as scripts write it (ECMA-262, 21.4.4.41.4)."""
    found = _BROWSER_DATE.search(text)
    if not found:
        return _iso_date(text)
    month, day, year, clock, offset = found.groups()
    try:
        return datetime.strptime(
            f"{month} {day} {year} {clock} {offset or '+0000'}", "%b %d %Y %H:%M:%S %z"
        ).astimezone(UTC)
    except ValueError:
        return None


def _mail_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip()) if text.strip() else None
    except (TypeError, ValueError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC)).astimezone(UTC) if moment else None


def _iso_date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
