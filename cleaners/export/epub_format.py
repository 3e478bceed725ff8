"""The export format ``epub``: articles as a book, a chapter each, its contents by region and source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from cleaners.errors import UsageError
from cleaners.export.epub import EpubBook, EpubChapter, epub_bytes, picture_address
from cleaners.export.formats import ExportFormat
from cleaners.export.html import PublicationWriter
from cleaners.export.publication import Publication, StorySection
from cleaners.export.story_markup import story_article


def epub(publication: Publication) -> bytes:
    """A publication as an EPUB file; the same publication gives the same bytes. Raises as ``epub_bytes``."""
    pictures = {one.name: one for story in publication.stories() for one in story.pictures if picture_address(one)}
    return epub_bytes(
        EpubBook(
            identifier=publication.identifier, title=publication.title, language=publication.language,
            modified=publication.modified, chapters=tuple(_chapters(publication.content, ())),
            pictures=tuple(pictures.values()),
        )
    )  # fmt: skip


def _chapters(section: StorySection, path: tuple[str, ...]) -> Iterator[EpubChapter]:
    """The stories of a section and of those in it, under the names that lead to them."""
    path = (*path, section.name) if section.name else path
    for story in section.stories:
        made = story_article(story, level=1, address=picture_address)
        yield EpubChapter(title=story.title, heading=" · ".join(path), body=etree.tostring(made, encoding="unicode"))
    for inner in section.sections:
        yield from _chapters(inner, path)


class EpubWriter(PublicationWriter):
    """Articles as one EPUB."""

    def write(self, publication: Publication, out: IO[bytes]) -> None:
        """Write the whole. Raises UsageError where no article is left to be read."""
        if not publication.stories():
            raise UsageError("no article is chosen: a book has at least one page; see the filters")
        out.write(epub(publication))


FORMAT = ExportFormat(
    name="epub",
    meaning="EPUB 3, a book with contents by region and source",
    writer=EpubWriter,
    suffixes=(".epub",),
    newest=100,
    has_notes=True,
    has_removals=False,
)
"""The format, for :mod:`cleaners.export.formats`."""
