"""A watch as a feed: RSS 2.0 (rssboard.org/rss-specification) with its latest entries."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import Any

from lxml import etree

from cleaners.escaping import xml_text
from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify.feed_file import entry_html, store_name

_ATOM = "http://www.w3.org/2005/Atom"
_OWN = "urn:jianbao:feed"


def rss_bytes(contents: IssueContents, link: str | None) -> bytes:
    """The feed; ``link``: where it stands."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": _ATOM, "jianbao": _OWN})
    channel = etree.SubElement(rss, "channel")
    home = link or next((entry.url for entry in contents.entries if entry.url), None) or "urn:jianbao"
    for name, value in (
        ("title", contents.title), ("link", home), ("description", contents.title),
        ("language", contents.language), ("generator", "jianbao"),
    ):  # fmt: skip
        _add(channel, name, value)
    if link:
        etree.SubElement(channel, f"{{{_ATOM}}}link", {
            "href": link, "rel": "self", "type": "application/rss+xml"})  # fmt: skip
    if written_by := store_name(contents):
        etree.SubElement(channel, f"{{{_OWN}}}store").text = written_by
    if contents.entries:
        _add(channel, "lastBuildDate", format_datetime(contents.entries[0].at))
    for entry in contents.entries:
        _add_item(etree.SubElement(channel, "item"), entry)
    return etree.tostring(rss, encoding="utf-8", xml_declaration=True, pretty_print=True)  # type: ignore[no-any-return]


def _add_item(item: Any, entry: IssueEntry) -> None:
    _add(item, "title", escape(entry.title, quote=False))  # titles are read as HTML by many
    if entry.url:
        _add(item, "link", entry.url)
    etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = entry.id
    _add(item, "pubDate", format_datetime(entry.at))
    _add(item, "description", entry_html(entry))
    for region in entry.story.regions[:5] if entry.story else ():
        _add(item, "category", region)


def _add(parent: Any, name: str, value: str) -> None:
    etree.SubElement(parent, name).text = xml_text(value)
