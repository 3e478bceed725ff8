"""HTML: one file that needs nothing else, for one article or an issue of many; nothing in it runs or is loaded."""

from __future__ import annotations

from base64 import b64encode
from contextlib import ExitStack
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from lxml import etree

from cleaners.atomic import whole_file
from cleaners.export.additions import NO_NOTES
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.publication import EmbeddedPicture, Publication, PublishedStory, StorySection, issue
from cleaners.export.records import in_script
from cleaners.export.story_markup import STYLE, contents, element, story_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaners.store import ExportBatch, ExportRemoval

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE = STYLE + "body { max-width: 40em; margin: 2em auto; padding: 0 1em; color-scheme: light dark; }\n"


def html_page(publication: Publication) -> bytes:
    """A publication as a page (UTF-8): pictures stand in it, contents where there is more than one story."""
    stories = publication.stories()
    places = {id(story): f"story-{number}" for number, story in enumerate(stories, 1)}
    body = element("body")
    if len(stories) != 1:
        body.append(element("h1", publication.title))
        body.append(element("nav", "", contents(publication.content, lambda story: f"#{places[id(story)]}")))
    _fill(body, publication.content, places, 2 if len(stories) != 1 else 1)
    return framed(body, title=publication.title, language=publication.language)


def framed(body: Any, *, title: str, language: str) -> bytes:
    """A ``body`` element as a page (UTF-8) that runs nothing and loads nothing. ``language``: BCP 47."""
    head = element(
        "head", "", element("meta", charset="utf-8"),
        element("meta", "", **{"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"), element("title", title), element("style", _PAGE),
    )  # fmt: skip
    page = element("html", "", head, body, lang=language)
    return bytes(etree.tostring(page, encoding="utf-8", method="html", doctype="<!DOCTYPE html>")) + b"\n"


def _fill(body: Any, section: StorySection, places: dict[int, str], level: int) -> None:
    """The stories of a section and of those in it; a section is a heading only in the contents."""
    for story in section.every():
        made = story_article(story, level=level, address=_data_address)
        made.set("id", places[id(story)])
        body.append(made)


def _data_address(picture: EmbeddedPicture) -> str:
    return f"data:{picture.media_type};base64,{b64encode(picture.data).decode()}"


class PublicationWriter(ExportWriter):
    """Articles as one file to read, in sections by region and source; they are held in memory until all are there.

    A file to read cannot say what an increment takes back: that article is just not in it.
    """

    def open(self, stack: ExitStack) -> None:
        """Begin the file; the publication is written when the block ends well."""
        self._stories: list[PublishedStory] = []
        out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))

        def finish(kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
            if kind is None:
                self.write(issue(self.task.facts.title, self._stories), out)

        stack.push(finish)

    def put(self, batch: ExportBatch) -> None:
        """Take some articles."""
        notes = batch.notes() if self.task.additions.with_notes else NO_NOTES
        for clipping in batch.clippings():
            kept, shown = notes.get(clipping.article.id), in_script(clipping, self.task.script)
            self._stories.append(
                PublishedStory(clipping=shown, tags=kept.tags, note=kept.text)
                if kept
                else PublishedStory(clipping=shown)
            )

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Nothing: see above."""

    def write(self, publication: Publication, out: IO[bytes]) -> None:
        """Write the whole."""
        out.write(html_page(publication))


FORMAT = ExportFormat(
    name="html",
    meaning="one page to read, with contents by region and source",
    writer=PublicationWriter,
    suffixes=(".html", ".htm"),
    newest=100,
    has_notes=True,
    has_removals=False,
)
"""The format, for :mod:`cleaners.export.formats`."""
