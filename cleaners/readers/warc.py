"""WARC and WET files: every response, resource and conversion record that holds a page (ISO 28500:2017).

As GNU Wget, ArchiveWeb.page, browsertrix, Heritrix and warcprox write them: each reads the standard in its own way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeGuard

from cleaners.compression import COMPRESSIONS, Compression, compression_of
from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import is_damage, seekable
from cleaners.readers.warc_records import DamagedRecord, RawRecord, records
from cleaners.urls import is_web_address
from cleaners.warc import (
    FOUND_FIELD,
    OPT_OUT_FIELD,
    ROLE_FIELD,
    SITE_FIELD,
    HttpMessage,
    check_whole,
    decoded,
    parse,
    with_found,
)  # fmt: skip

_MAGIC = b"WARC/"
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*WARC/")
_RECORD = re.compile(rb"\nWARC/[01]\.\d\r?\n")
_NAME = re.compile(r"\.(?:warc|wet)(?:\.gz|\.zst)?$", re.IGNORECASE)
_BY_RECORD = frozenset({"gzip", "zstd"})  # the compressions that WARC files are written in record by record
_TRIED = 20  # members at the beginning of a file, of which one must be that of a WARC
_HEADER_ROOM = 1 << 20
_END = 4096  # bytes in which the last tag of a page stands
_TYPES = frozenset(("response", "resource", "conversion", "revisit", "metadata"))  # those that are read
_URL = "warc-target-uri"
_HOST = re.compile(r"(?:[\w-]+\.)+[a-zA-Z][\w-]+(?::\d{1,5})?(?:[/?#]|$)")
_PARTS = (
    "text/css",
    "text/javascript",
    "text/ecmascript",
    "text/x-javascript",
    "text/csv",
    "text/calendar",
    "text/vtt",
)
_REDIRECTS, _ERRORS = 300, 400  # where the statuses of a kind begin
_WITH_A_PAGE = frozenset((200, 203))  # 203: a proxy has changed something on the way (RFC 9110, 15.3.4)
_ROLE, _SITE, _OPT_OUT = ROLE_FIELD.lower(), SITE_FIELD.lower(), OPT_OUT_FIELD.lower()
_FOUND = FOUND_FIELD.lower()
_TEXTUAL = ("text/", "application/xhtml", "application/xml", "message/rfc822", "multipart/related")


def _is_warc(file: InputFile) -> bool:
    """Whether a file is a WARC, as it is or compressed record by record.

    One in a compression that cannot go back (a member of an archive, standard input) is decompressed as any other file
    is: then the offsets of its records are those inside.
    """
    named = _NAME.search(file.name) is not None  # then the magic of the first record may be the damaged byte
    if _BEGINNING.match(file.head) or (named and _RECORD.search(file.head)):
        return True
    known = compression_of(file.head)
    if not file.can_seek or (known is None and not named):
        return False
    return any(
        _begins_a_record(file.head[place:], compression)
        for compression in COMPRESSIONS
        if compression.name in _BY_RECORD and known in (compression, None)
        # The first member may be the damaged one.
        for place in [found.start() for found in re.finditer(re.escape(compression.magic), file.head)][:_TRIED]
    )


def _begins_a_record(data: bytes, compression: Compression) -> bool:
    try:
        return compression.reader(io.BytesIO(data)).read(len(_MAGIC)) == _MAGIC
    except Exception as why:
        if not is_damage(why):
            raise
        return False


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """Every page of a WARC (compressed or not); ``#`` and the record's offset are added to the origin.

    A record that cannot be read is a Drop, as one is that only says that a page had not changed (``revisit``).
    """
    limit = file.limits.page_bytes
    waiting: Page | None = None  # its response says that a record behind it tells how it was found
    told_of = ""
    for record in records(seekable(file.whole()), limit + _HEADER_ROOM):
        if waiting is not None:
            if _is_metadata(record) and record.fields.get("warc-concurrent-to") == told_of and record.block:
                waiting = with_found(waiting, record.block)
            yield waiting
            waiting = None
        if _is_metadata(record):
            continue
        place = f"{file.origin}#{record.offset}"
        if isinstance(record, DamagedRecord):
            yield Drop(origin=place, stage="read", reason="damaged record", detail=record.why)
            continue
        url = address(record.fields.get(_URL))
        is_of_web = url is not None or not record.fields.get(_URL)
        if url and not is_web_address(url):
            url = None  # a damaged one: the page is none the worse
        try:
            page = _page(record, url, place, limit) if is_of_web else None
        except UnusableInput as why:
            yield Drop(origin=place, url=url, stage="read", reason=why.reason, detail=why.detail)
            continue
        if page is not None and record.fields.get(_FOUND):
            waiting, told_of = page, record.fields.get("warc-record-id", "")
        elif page is not None:
            yield page
    if waiting is not None:
        yield waiting


def _is_metadata(record: RawRecord | DamagedRecord) -> TypeGuard[RawRecord]:
    return isinstance(record, RawRecord) and record.fields.get("warc-type", "").lower() == "metadata"


def address(target: str | None) -> str | None:
    """The address that a record names, None for what is none (``dns:``, ``urn:``, ``metadata:``).

    >>> address("<HTTPS://News.example/a>"), address("news.example/a.html"), address("urn:text:https://news.example/")
    ('https://News.example/a', 'http://news.example/a.html', None)
    """
    url = (target or "").strip().removeprefix("<").removesuffix(">").strip()  # WARC 1.0 was read so by GNU Wget
    scheme, mark, rest = url.partition("://")
    if mark and scheme.lower() in {"http", "https"} and rest:
        return f"{scheme.lower()}://{rest}"
    return f"http://{url}" if _HOST.match(url) else None


def _page(record: RawRecord, url: str | None, place: str, limit: int) -> Page | None:
    """The page of a record; None for what holds none: robots.txt, pictures, redirects, lists our crawler read."""
    fields = record.fields
    if fields.get(_ROLE) or (url and url.endswith("/robots.txt")):
        return None
    if (kind := fields.get("warc-type", "").lower()) not in _TYPES:
        raise UnusableInput("read", "damaged record", f"of the type {kind!r}, which is none")
    if "warc-segment-number" in fields:
        raise UnusableInput("read", "cut short", "one segment of several: join them first")
    if record.block is None:
        raise UnusableInput("read", "page too large", f"more than {limit} bytes")
    if kind == "revisit":
        known = address(fields.get("warc-refers-to-target-uri")) or "another record"
        raise UnusableInput("read", "revisit", f"as it was at {known} {fields.get('warc-refers-to-date', '')}".strip())
    if "content-length" not in fields:
        raise UnusableInput("read", "damaged record", "its head is cut short")
    if not record.fits_digest or len(record.block) < record.length:
        raise UnusableInput("read", "damaged record", "its digest does not fit, or the file is cut short")
    is_http = "application/http" in fields.get("content-type", "").lower() or record.block.startswith(b"HTTP/")
    answer = parse(record.block) if is_http else HttpMessage(status=None, headers=(), body=record.block)
    media_type = ((answer.field("content-type") if is_http else fields.get("content-type")) or "text/html").lower()
    if not media_type.startswith(_TEXTUAL) or media_type.startswith(_PARTS):
        return None
    if answer.status and _REDIRECTS <= answer.status < _ERRORS:
        return None
    if answer.status and answer.status not in _WITH_A_PAGE:
        raise UnusableInput("read", f"http {answer.status}")
    body = decoded(answer.body, answer.field("content-encoding"), limit)
    _check_answer(answer, limit)
    if (why := fields.get("warc-truncated")) and b"</html" not in body[-_END:].lower():
        raise UnusableInput("read", "cut short", f"by what recorded it: {why}")
    return Page(
        body=body,
        origin=place,
        url=url,
        site=fields.get(_SITE),
        status=answer.status,
        headers=answer.headers if is_http else (("Content-Type", media_type),),
        fetched_at=_moment(fields.get("warc-date")),
        opt_out=tuple(filter(None, fields.get(_OPT_OUT, "").split(","))),
    )


def _check_answer(answer: HttpMessage, limit: int) -> None:
    """An answer that broke off shows only in the lengths."""
    if not answer.is_whole:
        raise UnusableInput("read", "cut short", "the last chunk is not there")
    # Of a body that was decoded when it was recorded the head still tells the encoded length.
    counts = not answer.field("content-encoding") and not answer.field("transfer-encoding")
    check_whole(len(answer.body), answer.field("content-length") if counts else None, limit)


def _moment(date: str | None) -> datetime | None:
    """``WARC-Date``: ISO 8601, UTC (WARC 1.1, 5.4); ARC's fourteen digits in files that were converted."""
    try:
        if date and len(date) == 14 and date.isdigit():
            return datetime.strptime(date, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        moment = datetime.fromisoformat(date) if date else None
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):  # none, or one that leaves the years of Python in UTC
        return None


READER = FileReader(name="warc", suffixes=(".warc", ".warc.gz", ".warc.zst", ".wet.gz"), accepts=_is_warc, read=_read)
