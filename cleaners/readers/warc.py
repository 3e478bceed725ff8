"""WARC and WET files: every response, resource and conversion record that holds a page (ISO 28500:2017).

Read with fastwarc, which passes over a truncated tail in silence: lengths and digests are checked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from cleaners.compression import compression_of
from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import is_damage, seekable
from cleaners.warc import OPT_OUT_FIELD, ROLE_FIELD, SITE_FIELD, check_whole, decoded

_MAGIC = b"WARC/"
_BY_RECORD = frozenset({"gzip", "zstd"})  # the compressions that WARC files are written in record by record
_HEADER_ROOM = 65536
_OK, _REDIRECTS, _ERRORS = 200, 300, 400  # statuses, the last two where those of a kind begin
_URL = "warc-target-uri"
_ROLE, _SITE, _OPT_OUT = ROLE_FIELD.lower(), SITE_FIELD.lower(), OPT_OUT_FIELD.lower()
_TEXTUAL = ("text/", "application/xhtml", "application/xml", "message/rfc822", "multipart/related")


def _is_warc(file: InputFile) -> bool:
    """Whether a file is a WARC, as it is or compressed record by record.

    One in a compression that cannot go back (a member of an archive, standard input) is decompressed as any other file
    is: then the offsets of its records are those inside.
    """
    if file.head.startswith(_MAGIC):
        return True
    compression = compression_of(file.head)
    if compression is None or compression.name not in _BY_RECORD or not file.can_seek:
        return False
    try:
        return compression.reader(file.whole()).read(len(_MAGIC)) == _MAGIC  # which `whole` goes back from
    except Exception as why:
        if not is_damage(why):
            raise
        return False


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """Every page of a WARC (compressed or not); ``#`` and the record's offset are added to the origin."""
    limit = file.limits.page_bytes
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    # fastwarc panics when it has to go back in a stream that cannot.
    for record in ArchiveIterator(seekable(file.whole()), record_types=wanted, parse_http=False):
        place = f"{file.origin}#{record.stream_pos}"
        fields = _lowered(record.headers)
        try:
            page = _page(record, fields, place, limit)
        except UnusableInput as why:
            url = fields.get(_URL)
            yield Drop(origin=place, url=url, stage="read", reason=why.reason, detail=why.detail)
            continue
        if page is not None:
            yield page


def _lowered(headers: Any) -> dict[str, str]:
    """Header fields by their names in lower case, the first of each: a dict is asked ten times as fast as fastwarc."""
    return {name.lower(): value for name, value in reversed(list(headers.items()))}


def _page(record: Any, fields: dict[str, str], place: str, limit: int) -> Page | None:
    """The page of a record; None for what holds none.

    Raises ``UnusableInput("read", ...)`` for one that is damaged, cut short, too large, or an answer other than 200.
    """
    if not _is_address_of_a_page(fields):
        return None
    _verify(record, fields, limit)
    record.parse_http()
    headers = tuple((str(name), str(value)) for name, value in record.http_headers.items()) if record.is_http else ()
    answer = {name.lower(): value for name, value in reversed(headers)}
    status = record.http_headers.status_code if record.is_http else None
    kind = (record.http_content_type if record.is_http else fields.get("content-type")) or "text/html"
    if not kind.lower().startswith(_TEXTUAL) or (status and _REDIRECTS <= status < _ERRORS):
        return None
    if status and status != _OK:
        raise UnusableInput("read", f"http {status}")
    return Page(
        body=_body(record, answer, limit),
        origin=place,
        url=fields[_URL],
        site=fields.get(_SITE),
        status=status,
        headers=headers,
        fetched_at=record.record_date.astimezone(UTC) if record.record_date else None,
        opt_out=tuple(filter(None, fields.get(_OPT_OUT, "").split(","))),
    )


def _is_address_of_a_page(fields: dict[str, str]) -> bool:
    """Not that of robots.txt, nor of a feed, sitemap or list that our crawler read."""
    url = fields.get(_URL, "")
    return not fields.get(_ROLE) and url.startswith(("http://", "https://")) and not url.endswith("/robots.txt")


def _verify(record: Any, fields: dict[str, str], limit: int) -> None:
    """Take a record into memory, to verify it and then read it: a stream that cannot go back would not do."""
    if record.content_length > limit + _HEADER_ROOM:
        raise UnusableInput("read", "page too large", f"more than {limit} bytes")
    record.freeze()
    if fields.get("warc-block-digest") and not record.verify_block_digest(consume=False):
        raise UnusableInput("read", "damaged record", "its digest does not fit, or the file is cut short")


def _body(record: Any, answer: dict[str, str], limit: int) -> bytes:
    raw = record.reader.read()  # of a record in memory; with a bound it would make room for all of that first
    chunked = "chunked" in answer.get("transfer-encoding", "")
    check_whole(len(raw), None if chunked else answer.get("content-length"), limit)
    return decoded(raw, answer.get("content-encoding", ""), limit)


READER = FileReader(name="warc", suffixes=(".warc", ".warc.gz", ".warc.zst", ".wet.gz"), accepts=_is_warc, read=_read)
