"""Pages saved by browsers as MHTML (RFC 2557): the HTML part and its address."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import datetime
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from email.utils import parsedate_to_datetime

from cleaners.errors import UnusableInput
from cleaners.items import Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.saved_from import saved_from
from cleaners.readers.streams import read_bounded
from cleaners.urls import is_web_address

_ENCODINGS = ("7bit", "8bit", "binary", "quoted-printable", "base64", "x-uuencode", "uuencode", "uue", "x-uue", "")
_SHOWN = 60  # characters
_END = 4096  # bytes in which the last tag of a page stands
_HEADER = re.compile(rb"\A(?:[A-Za-z][A-Za-z-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+", re.ASCII)


def _is_mhtml(file: InputFile) -> bool:
    """Whether a file begins with mail headers that announce a web page in parts."""
    found = _HEADER.match(file.head)
    return bool(found) and b"multipart/related" in found.group().lower()  # type: ignore[union-attr]


def _read(file: InputFile) -> Iterator[Page]:
    """The one page of an MHTML file; raises ``UnusableInput("read", ...)`` when no part is HTML."""
    body = read_bounded(file.whole(), file.limits.page_bytes)
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    snapshot = _address(message.get("Snapshot-Content-Location"))
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    # Frames are parts, too: the page is the one that the file is of, else the first.
    for part in sorted(pages, key=lambda one: snapshot is None or _address(one.get("Content-Location")) != snapshot):
        payload = part.get_payload(decode=True)
        page = payload if isinstance(payload, bytes) else b""
        _check_whole(message, part, page)
        url = _address(part.get("Content-Location")) or snapshot
        told = saved_from(page) if url is None else None
        yield Page(
            body=page,
            origin=file.origin,
            url=told.url if told else url,
            headers=(("Content-Type", str(part.get("Content-Type", "text/html"))),),
            fetched_at=_moment(message.get("Date")) or (told.at if told else None),
        )
        return
    raise UnusableInput("read", "no page in it", "an MHTML file without an HTML part")


def _check_whole(message: Message, part: Message, page: bytes) -> None:
    """Raise ``UnusableInput`` for a page in an unknown encoding, or without an end, as where a file is cut."""
    encoding = str(part.get("Content-Transfer-Encoding", "8bit")).strip().lower()
    if encoding not in _ENCODINGS:
        raise UnusableInput("read", "unknown content encoding", encoding[:_SHOWN])
    *_, last = message.walk()
    has_no_end = any(isinstance(one, CloseBoundaryNotFoundDefect) for one in message.defects)
    if part is last and has_no_end and b"</html" not in page[-_END:].lower():
        raise UnusableInput("read", "cut short", "the page has no end, and nothing stands behind it")


def _address(said: object) -> str | None:
    """An address in a header, which may have been folded over several lines; None for ``cid:`` and the like."""
    url = "".join(str(said or "").split()).strip("<>")
    return url if is_web_address(url) else None


def _moment(date: object) -> datetime | None:
    """The moment of a header (an object of its own where it has raw bytes); None for one that no clock shows."""
    try:
        return parsedate_to_datetime(str(date)).astimezone() if date else None
    except (TypeError, ValueError, OverflowError):
        return None


READER = FileReader(name="mhtml", suffixes=(".mhtml", ".mht"), accepts=_is_mhtml, read=_read)
