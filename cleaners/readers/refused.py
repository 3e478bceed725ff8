"""Files that hold no page, told by their first bytes; pictures and the like are told by the decoder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaners.errors import UnusableInput
from cleaners.items import Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader

_SIGNATURES = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"SQLite format 3\x00", "SQLite"),
)
_SITEMAP = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:urlset|sitemapindex)\b",
    re.DOTALL,
)
_BEGINS_WITHIN = 4096  # bytes
# What a page is made of and its text is not; browsers put a further suffix behind those of scripts (.js.下载).
_PARTS = re.compile(
    r"\.(?:css|scss|less|m?js|map|svgz?|ico|cur|woff2?|ttf|otf|eot|wasm|swf)(?:\.(?:download|下载|下載))?$",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"\s*+(?:\xef\xbb\xbf\s*+)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<svg\b",
    re.DOTALL | re.IGNORECASE,
)


def _why(file: InputFile) -> str:
    """Why a file holds no page; empty where it may hold one."""
    for signature, kind in _SIGNATURES:
        if file.head.startswith(signature):
            return f"{kind} data: convert it to files, JSON Lines or WARC first"
    if _SVG.match(file.head[:_BEGINS_WITHIN]):
        return "a drawing (SVG)"
    if _PARTS.search(file.name) and not _MARKUP.match(file.head):
        return "a style sheet, script, font or drawing of a page, by its name"
    return "a sitemap" if _SITEMAP.match(file.head[:_BEGINS_WITHIN]) else ""


def _refuse(file: InputFile) -> Iterator[Page]:
    raise UnusableInput("read", "not a page", _why(file))


READER = FileReader(
    name="refused",
    suffixes=(".7z", ".rar", ".db", ".css", ".js", ".svg"),
    accepts=lambda file: bool(_why(file)),
    read=_refuse,
)
