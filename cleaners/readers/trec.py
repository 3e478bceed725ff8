"""Documents in the form of TREC: ``<doc>`` after ``<doc>`` in one file, as of Sogou's news corpora and WikiExtractor.

What stands in an element of its own (``<url>``, ``<contenttitle>``, ``<TEXT>``) or in an attribute of ``<doc>`` is
read as a cell of a table; text that stands in none is the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.page.decode import decode
from cleaners.readers.bounded_lines import file_lines
from cleaners.readers.column_choice import folded
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import BESIDE, is_body_name, page_of

_OPEN = re.compile(rb"\s*<doc(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_CLOSE = re.compile(rb"</doc>\s*$", re.IGNORECASE)
_BEGINS = re.compile(r"<doc(\s[^<>]{0,2000})?>", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z][\w-]{0,40})>")
_ATTRIBUTE = re.compile(r"([A-Za-z][\w-]{0,40})\s*=\s*\"([^\"]*)\"")
_LOOKED_AT = 4000  # characters of the first document
_ENDS = re.compile(r"</?doc(?:\s[^<>]{0,2000})?>", re.IGNORECASE)


def _is_trec(file: InputFile) -> bool:
    start = file.decoded_head(file.encoding)[:_LOOKED_AT].lstrip("\ufeff").lstrip()
    found = _BEGINS.match(start)
    if found is None:
        return False
    names = [name for name, _ in _ATTRIBUTE.findall(found[1] or "")] + re.findall(r"<([A-Za-z][\w-]*)>", start)
    return any(folded(name) in BESIDE or folded(name) == "docno" or is_body_name(folded(name)) for name in names)


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a document; ``#`` and its number (from 1) are added to the origin."""
    lines, encoding = file_lines(file)
    limit = file.limits.page_bytes
    for number, document in enumerate(_documents(lines, limit), 1):
        place = f"{file.origin}#{number}"
        if document is None:
            detail = f"more than {limit} bytes in a document"
            yield Drop(origin=place, stage="read", reason="page too large", detail=detail)
            continue
        try:
            row = _row(decode(document, charset=encoding).text)
        except UnusableInput as why:
            yield Drop.of(why, place)
            continue
        yield page_of(row, place, file.table)


def _documents(lines: Iterator[bytes | None], limit: int) -> Iterator[bytes | None]:
    """The bytes of each document, None in place of one of more than ``limit``; the next one ends one that is open."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if line is not None and _OPEN.match(line) and (size > limit or any(map(bytes.strip, held))):
            yield b"".join(held) if size <= limit else None
            held, size = [], 0
        size += limit + 1 if line is None else len(line)
        if line is not None and size <= limit:
            held.append(line)
        if line is not None and _CLOSE.search(line):
            yield b"".join(held) if size <= limit else None
            held, size = [], 0
    if size and (size > limit or any(map(bytes.strip, held))):
        yield b"".join(held) if size <= limit else None


def _row(document: str) -> dict[object, object]:
    """What a document says, by the names of its elements and attributes."""
    found = _BEGINS.search(document)
    attributes: dict[object, object] = (
        {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1] or "")} if found else {}
    )
    inner = _ENDS.sub("", document)
    elements: dict[object, object] = dict(_elements(inner))
    if any(is_body_name(folded(name)) for name in map(str, elements)):
        return {**attributes, **elements}
    return {**attributes, "text": inner.strip()}


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """The outermost elements without attributes, with what stands in them."""
    small, after, open_ended = text.lower(), 0, set[str]()
    if len(small) != len(text):  # a letter that is longer in lower case
        small = text
    for found in _ELEMENT.finditer(text):
        name = found[1].lower()
        if found.start() < after or name in open_ended:
            continue
        end = small.find(f"</{name}>", found.end())
        if end < 0:
            open_ended.add(name)
            continue
        after = end
        yield found[1], text[found.end() : end].strip()


READER = FileReader(name="trec", suffixes=(".txt", ".dat"), accepts=_is_trec, read=_read)
