"""The newspaper's RSS feed and sitemap."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime

from lxml import etree
from lxml.builder import E, ElementMaker

from crawler.demo.stories import DemoStory

Items = Sequence[tuple[str, DemoStory]]
"""Address and story, newest first."""
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def rss(name: str, origin: str, items: Items) -> bytes:
    """RSS 2.0, the lead as description."""
    entries = [
        E.item(
            E.title(story.title),
            E.link(url),
            E.description(story.paragraphs[0]),
            *([E.pubDate(format_datetime(story.published))] if story.published else []),
        )
        for url, story in items
    ]
    return _bytes(E.rss(E.channel(E.title(name), E.link(f"{origin}/"), E.description(name), *entries), version="2.0"))


def sitemap(items: Items) -> bytes:
    """A sitemap (sitemaps.org) of the articles with their dates."""
    make = ElementMaker(namespace=_SITEMAP, nsmap={None: _SITEMAP})
    urls = [
        make.url(make.loc(url), *([make.lastmod(story.published.isoformat())] if story.published else []))
        for url, story in items
    ]
    return _bytes(make.urlset(*urls))


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
