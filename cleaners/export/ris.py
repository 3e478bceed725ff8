"""RIS, which Zotero, EndNote and NoteExpress import.

Tags as of the specification of Research Information Systems (2011): TY first, ER last, ``XX  - value``, CR LF.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.export.citation import citation
from cleaners.export.formats import ExportFormat
from cleaners.export.line_writer import LineWriter
from cleaners.items import Clipping


class RisWriter(LineWriter):
    """Articles as references of the type NEWS."""

    def text(self, clipping: Clipping) -> str:
        """One reference."""
        return "".join(f"{tag}  - {value}\r\n" for tag, value in _fields(clipping)) + "\r\n"


def _fields(clipping: Clipping) -> Iterator[tuple[str, str]]:
    cited = citation(clipping)
    yield "TY", "NEWS"
    yield "ID", cited.id
    if cited.title:
        yield "TI", cited.title
    for author in cited.authors:
        yield "AU", author
    if cited.container:
        yield "T2", cited.container
    if cited.published:
        yield "PY", f"{cited.published:%Y}"
        yield "DA", f"{cited.published:%Y/%m/%d}"
    if cited.page:
        yield "SP", cited.page
    if cited.section:
        yield "SE", cited.section
    for keyword in cited.keywords:
        yield "KW", keyword
    yield "LA", cited.language
    if cited.url:
        yield "UR", cited.url
    if cited.accessed:
        yield "Y2", f"{cited.accessed:%Y/%m/%d}"
    yield "ER", ""


FORMAT = ExportFormat(
    name="ris", meaning="references for Zotero, EndNote, NoteExpress", writer=RisWriter, suffixes=(".ris",),
    has_removals=False,
)  # fmt: skip
"""The format, for :mod:`cleaners.export.formats`."""
