"""Raw pages as WARC files: what came over the wire is kept, so that everything can be cleaned again.

The files lie in ``NAME.warc/`` beside the store ``NAME.db``; a page's ``origin`` is the path of its file relative to
the store, ``#``, and the offset of its response record.
"""

from __future__ import annotations

from cleaners.warc.content_encoding import check_whole, decoded
from cleaners.warc.found_with import with_found
from cleaners.warc.http_message import HttpMessage, parse
from cleaners.warc.read import read_back
from cleaners.warc.write import (
    FOUND_FIELD,
    OPT_OUT_FIELD,
    ROLE_FIELD,
    SITE_FIELD,
    CapturedPage,
    HttpExchange,
    PageConversion,
    WarcArchive,
    folder_of,
    new_record_id,
)

__all__ = [
    "FOUND_FIELD",
    "OPT_OUT_FIELD",
    "ROLE_FIELD",
    "SITE_FIELD",
    "CapturedPage",
    "HttpExchange",
    "HttpMessage",
    "PageConversion",
    "WarcArchive",
    "check_whole",
    "decoded",
    "folder_of",
    "new_record_id",
    "parse",
    "read_back",
    "with_found",
]
