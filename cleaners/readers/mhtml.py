"""Pages saved by browsers as MHTML (RFC 2557): the HTML part and its address."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from cleaners.errors import UnusableInput
from cleaners.items import Page

_HEADER = re.compile(rb"\A(?:[A-Za-z][A-Za-z-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+", re.ASCII)


def is_mhtml(head: bytes) -> bool:
    """Whether a file begins with mail headers that announce a web page in parts."""
    found = _HEADER.match(head)
    return bool(found) and b"multipart/related" in found.group().lower()  # type: ignore[union-attr]


def page(body: bytes, origin: str) -> Page:
    """The page of an MHTML file; raises ``UnusableInput`` when no part is HTML."""
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            url = part.get("Content-Location") or message.get("Snapshot-Content-Location")
            return Page(
                body=payload if isinstance(payload, bytes) else b"",
                origin=origin,
                url=url if url and url.startswith(("http://", "https://")) else None,
                headers=(("Content-Type", part.get("Content-Type", "text/html")),),
                fetched_at=_moment(message.get("Date")),
            )
    raise UnusableInput("read", "no page in it", "an MHTML file without an HTML part")


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date) if date else None
    except (TypeError, ValueError):
        return None
    return moment.astimezone() if moment else None
