"""Reading one page back by its origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from cleaners.errors import UnusableInput
from cleaners.items import Page
from cleaners.warc.content_encoding import check_whole, decoded
from cleaners.warc.found_with import with_found
from cleaners.warc.write import FOUND_FIELD, OPT_OUT_FIELD, SITE_FIELD


def read_back(origin: str, beside: Path, *, limit: int = 32 * 1024 * 1024) -> Page:
    """The page at an origin (``NAME.warc/FILE.warc.gz#OFFSET``), as it was when it was fetched.

    ``beside`` is the store, or its folder: origins are relative to it. At most ``limit`` bytes of body.
    Raises ``Unusable("read", ...)`` when the file is gone or holds something else there.
    """
    name, _, offset = origin.rpartition("#")
    base = beside if beside.is_dir() else beside.parent
    try:
        with (base / name).open("rb") as file:
            file.seek(int(offset))
            archive = iter(ArchiveIterator(file))
            record = next(archive, None)
            if record is not None and record.rec_type in {"conversion", "resource"}:
                return _rendered(record, archive, origin, limit)
            if record is None or record.rec_type != "response" or record.http_headers is None:
                raise UnusableInput("read", "not a response record", origin)
            raw = record.raw_stream.read(limit + 1)
            check_whole(len(raw), record.http_headers.get_header("Content-Length"), limit)
            found = _found(record, archive, limit) if record.rec_headers.get_header(FOUND_FIELD) else b""
    except (ArchiveLoadFailed, EOFError, ValueError) as why:
        raise UnusableInput("read", "not a WARC record", f"{origin}: {why}") from None
    except OSError as why:
        raise UnusableInput("read", "unreadable", f"{origin}: {why.strerror or why}") from None
    headers = tuple((name, value) for name, value in record.http_headers.headers)
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    page = _page(record, decoded(raw, coding, limit), origin, headers, found)
    return replace(page, status=int(record.http_headers.get_statuscode()))


def _rendered(record: ArcWarcRecord, archive: Iterator[Any], origin: str, limit: int) -> Page:
    """What a browser made of a page, or showed; the signals of the response's header stand in the record's own."""
    fields = record.rec_headers
    html = record.raw_stream.read(limit + 1)
    check_whole(len(html), fields.get_header("Content-Length"), limit)
    found = _found(record, archive, limit) if fields.get_header(FOUND_FIELD) else b""
    return _page(record, html, origin, (("Content-Type", fields.get_header("Content-Type")),), found)


def _page(record: ArcWarcRecord, body: bytes, origin: str, headers: tuple[tuple[str, str], ...], found: bytes) -> Page:
    fields = record.rec_headers
    page = Page(
        body=body,
        origin=origin,
        url=fields.get_header("WARC-Target-URI"),
        site=fields.get_header(SITE_FIELD),
        headers=headers,
        fetched_at=_moment(fields.get_header("WARC-Date")),
        opt_out=tuple(filter(None, (fields.get_header(OPT_OUT_FIELD) or "").split(","))),
    )
    return with_found(page, found) if found else page


def _found(response: Any, archive: Iterator[Any], limit: int) -> bytes:
    """The content of the record behind a response that says how it was found; empty where there is none."""
    for record in islice(archive, 2):
        if record.rec_type == "response":
            break
        mine = record.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header("WARC-Record-ID")
        if record.rec_type == "metadata" and mine:
            return bytes(record.raw_stream.read(limit + 1))
    return b""


def _moment(date: str | None) -> datetime | None:
    """``WARC-Date`` is UTC with or without fractions of a second (WARC 1.1, 5.4)."""
    return datetime.fromisoformat(date.replace("Z", "+00:00")).astimezone(UTC) if date else None
