"""EPUB 3 (W3C EPUB 3.3): chapters under headings, with a table of contents; the same book gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby

from lxml import etree

from cleaners.escaping import xml_text
from cleaners.export.publication import EmbeddedPicture

_XHTML = "http://www.w3.org/1999/xhtml"
_OPS = "http://www.idpf.org/2007/ops"
# What XML 1.0 cannot hold.
_CORE_IMAGES = {"image/gif", "image/jpeg", "image/png", "image/webp"}  # EPUB 3.3, 3.2; any other needs a fallback
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every member: zip knows no earlier one
_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_STYLE = "body { line-height: 1.7; } h1, h2, h3 { line-height: 1.3; } .line { opacity: .75; }\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpubChapter:
    """One piece of text, a file of its own."""

    title: str
    heading: str
    """What it stands under in the table of contents; chapters of one heading stand together. Empty for nothing."""
    body: str
    """XHTML without its frame: elements that are closed, text that is escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpubBook:
    """A book."""

    identifier: str
    """A URI; the same for the same book."""
    title: str
    language: str
    """BCP 47."""
    modified: datetime
    """With a timezone."""
    chapters: tuple[EpubChapter, ...]
    """At least one."""
    pictures: tuple[EmbeddedPicture, ...] = ()
    """Of those types that every reading system shows (:func:`picture_address`)."""


def epub_bytes(book: EpubBook) -> bytes:
    """The file. Raises ``ValueError`` for a book without chapters, or a body that is not well-formed."""
    if not book.chapters:
        raise ValueError("a book without chapters")
    files = {"META-INF/container.xml": _CONTAINER, "EPUB/book.opf": _package(book), "EPUB/nav.xhtml": _contents(book),
             "EPUB/style.css": _STYLE}  # fmt: skip
    for n, chapter in enumerate(book.chapters):
        page = _page(book.language, chapter.title, chapter.body)
        try:
            etree.fromstring(page.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as why:
            raise ValueError(f"chapter {n + 1} is not well-formed: {why}") from None
        files[f"EPUB/{_name(n)}"] = page
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        # The first member, not compressed (OCF 3.3, 4.3): by it the file is known.
        archive.writestr(zipfile.ZipInfo("mimetype", _MOMENT), "application/epub+zip", zipfile.ZIP_STORED)
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
        for picture in book.pictures:
            member = zipfile.ZipInfo(f"EPUB/{picture_address(picture)}", _MOMENT)
            archive.writestr(member, picture.data, zipfile.ZIP_STORED)
    return out.getvalue()


def picture_address(picture: EmbeddedPicture) -> str | None:
    """Where a chapter finds a picture of the book; None for a type that not every reading system shows."""
    return f"pictures/{picture.name}" if picture.media_type in _CORE_IMAGES else None


def _name(n: int) -> str:
    return f"chapter-{n + 1:04}.xhtml"


def _package(book: EpubBook) -> str:
    names = [_name(n) for n in range(len(book.chapters))]
    kind = "application/xhtml+xml"
    items = "".join(f'<item id="c{n}" href="{name}" media-type="{kind}"/>' for n, name in enumerate(names))
    items += "".join(
        f'<item id="p{n}" href="{picture_address(one)}" media-type="{one.media_type}"/>'
        for n, one in enumerate(book.pictures)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(names)))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{_text(book.identifier)}</dc:identifier><dc:title>{_text(book.title)}</dc:title>'
        f"<dc:language>{_text(book.language)}</dc:language>"
        f'<meta property="dcterms:modified">{book.modified.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</meta></metadata>'
        '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'<item id="style" href="style.css" media-type="text/css"/>{items}</manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )


def _contents(book: EpubBook) -> str:
    parts = []
    for heading, chapters in groupby(enumerate(book.chapters), key=lambda pair: pair[1].heading):
        links = "".join(f'<li><a href="{_name(n)}">{_text(one.title)}</a></li>' for n, one in chapters)
        parts.append(f"<li><span>{_text(heading)}</span><ol>{links}</ol></li>" if heading else links)
    toc = f'<nav epub:type="toc"><ol>{"".join(parts)}</ol></nav>'
    return _page(book.language, book.title, f"<h1>{_text(book.title)}</h1>{toc}")


def _page(language: str, title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="{_XHTML}" xmlns:epub="{_OPS}" lang="{_text(language)}" xml:lang="{_text(language)}">'
        f'<head><title>{_text(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>'
        f"<body>{xml_text(body)}</body></html>"
    )


def _text(value: str) -> str:
    return escape(xml_text(value)) or "-"
