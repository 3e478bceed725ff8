"""Pages saved by browsers as MHTML (RFC 2557): the HTML part and its address."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from cleaners.errors import UnusableInput
from cleaners.items import Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import read_bounded

_HEADER = re.compile(rb"\A(?:[A-Za-z][A-Za-z-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+", re.ASCII)


def _is_mhtml(file: InputFile) -> bool:
    """Whether a file begins with mail headers that announce a web page in parts."""
    found = _HEADER.match(file.head)
    return bool(found) and b"multipart/related" in found.group().lower()  # type: ignore[union-attr]


def _read(file: InputFile) -> Iterator[Page]:
    """The one page of an MHTML file; raises ``UnusableInput("read", ...)`` when no part is HTML."""
    body = read_bounded(file.whole(), file.limits.page_bytes)
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            url = str(part.get("Content-Location") or message.get("Snapshot-Content-Location") or "")
            yield Page(
                body=payload if isinstance(payload, bytes) else b"",
                origin=file.origin,
                url=url if url.startswith(("http://", "https://")) else None,
                headers=(("Content-Type", str(part.get("Content-Type", "text/html"))),),
                fetched_at=_moment(message.get("Date")),
            )
            return
    raise UnusableInput("read", "no page in it", "an MHTML file without an HTML part")


def _moment(date: object) -> datetime | None:
    """The moment of a header (an object of its own where it has raw bytes); None for one that no clock shows."""
    try:
        return parsedate_to_datetime(str(date)).astimezone() if date else None
    except (TypeError, ValueError, OverflowError):
        return None


READER = FileReader(name="mhtml", suffixes=(".mhtml", ".mht"), accepts=_is_mhtml, read=_read)
