"""RSS 2.0 (https://www.rssboard.org/rss-specification), the latest first, with the whole text as content:encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from cleaners import __version__
from cleaners.atomic import whole_file
from cleaners.escaping import xml_text
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.export.records import in_script
from cleaners.items import Clipping

if TYPE_CHECKING:
    from cleaners.export.dataset_card import DatasetFacts
    from cleaners.store import ExportBatch, ExportRemoval, Selection

_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
# Under these prefixes: some readers look for the words "content:encoded", whatever a prefix stands for.
_PREFIXES = {"content": _CONTENT, "dc": _DUBLIN_CORE}
# Titles and names are plain text, which many readers show as HTML all the same.
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_LANGUAGES = {"keep": "zh", "simplified": "zh-cn", "traditional": "zh-tw"}
_SUMMARY = 160  # characters


class RssWriter(ExportWriter):
    """Articles to one feed; ``-`` is standard output.

    Readers know items by their guid (the id): one that comes again is not shown twice. RSS has no word for what is
    taken back: that item is just not there any more.
    """

    def open(self, stack: ExitStack) -> None:
        """Begin the file, and the channel in it."""
        out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))
        # Memory does not grow with the feed: https://lxml.de/api.html#incremental-xml-generation
        self._xml = stack.enter_context(etree.xmlfile(out, encoding="utf-8"))
        self._xml.write_declaration()
        stack.enter_context(self._xml.element("rss", {"version": "2.0"}, nsmap=_PREFIXES))
        stack.enter_context(self._xml.element("channel"))
        self._is_headed = False
        stack.push(self._close)

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        clippings = batch.clippings()
        self._head(clippings)
        for clipping in clippings:
            with self._xml.element("item"):
                for name, value, attributes in _parts(in_script(clipping, self.task.script)):
                    with self._xml.element(name, attributes):  # one made apart would be called ns0:encoded
                        self._xml.write(xml_text(value))

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Nothing: a feed cannot say it."""

    def _head(self, clippings: Sequence[Clipping]) -> None:
        """What the channel says of itself, once: the first articles tell what it links to."""
        if not self._is_headed:
            self._is_headed = True
            title = _title(self.task.facts)
            for name, value in (
                ("title", title),
                ("link", _link(self.task.facts.choice.selection, clippings)),
                ("description", title),
                ("language", _LANGUAGES[self.task.script]),
                ("generator", f"jianbao {__version__}"),
            ):
                with self._xml.element(name):
                    self._xml.write(xml_text(value))

    def _close(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._head(())


def _title(facts: DatasetFacts) -> str:
    """The name of the series, else what was asked for: 剪报: 棉花 · 新疆/阿克苏 · example.com."""
    wanted = facts.choice.selection
    asked = [one for one in (facts.choice.query, wanted.region, wanted.source, wanted.site) if one]
    return facts.name or (f"剪报: {' · '.join(asked)}" if asked else "剪报")


def _link(wanted: Selection, clippings: Sequence[Clipping]) -> str:
    """The site that was asked for, else that of the newest article with an address; RSS does not allow for none."""
    if wanted.site and "." in wanted.site:
        return f"https://{wanted.site}/"
    newest = next((clipping.article.url for clipping in clippings if clipping.article.url), None)
    return urljoin(newest, "/") if newest else "about:blank"


def _parts(clipping: Clipping) -> Iterator[tuple[str, str, dict[str, str]]]:
    article = clipping.article
    flat = article.text.replace("\n", " ")
    if article.title:
        yield "title", _plain(article.title), {}
    if article.url:
        yield "link", article.url, {}
    yield "guid", article.id, {"isPermaLink": "false"}
    if article.published:
        yield "pubDate", format_datetime(article.published), {}  # RFC 5322, as RSS asks for
    for author in article.authors:
        yield f"{{{_DUBLIN_CORE}}}creator", _plain(author), {}
    if article.source:
        yield f"{{{_DUBLIN_CORE}}}publisher", _plain(article.source), {}
    for category in (*filter(None, (article.section,)), *(region.name for region in article.regions)):
        yield "category", _plain(category), {}
    yield "description", escape(flat if len(flat) <= _SUMMARY else flat[:_SUMMARY] + "…", quote=False), {}
    body = "".join(f"<p>{escape(line, quote=False)}</p>" for line in article.text.split("\n") if line.strip())
    yield f"{{{_CONTENT}}}encoded", body, {}


def _plain(text: str) -> str:
    return _TAG.sub("&lt;", text)


FORMAT = ExportFormat(
    name="rss",
    meaning="RSS 2.0 with the whole text",
    writer=RssWriter,
    suffixes=(".rss", ".xml"),
    newest=100,
    has_removals=False,
)
"""The format, for :mod:`cleaners.export.formats`."""
