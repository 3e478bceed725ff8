"""Subscriptions as OPML 2.0 (http://opml.org/spec2.opml), the form in which readers of feeds exchange them.

An outline with ``xmlUrl`` is a feed, one without a folder; folders stand inside each other. Read with expat through
defusedxml: a file that defines entities ("billion laughs", files of this machine) is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from urllib.parse import urlsplit
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from lxml import etree

from cleaners.config import JobConfig, is_loopback, parse_job
from cleaners.errors import FormatError, UsageError
from cleaners.urls import canonical, is_web_address, site_of
from crawler.site_survey import one_line, quoted, site_id

_LONGEST = 4_000_000  # characters, as of seed files
_LEAST_NAME = 2
"""Characters that the names of several feeds must share at their beginning to be the name of their site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSubscription:
    """One feed of a subscription list."""

    feed: str
    """Its address (``xmlUrl``), beginning with http or https."""
    title: str = ""
    home: str | None = None
    """The site's home page (``htmlUrl``), where the list names one that is a web address."""
    folders: tuple[str, ...] = ()
    """The folders around it, the outermost first."""
    line: int = 0
    """Where it stands in the file, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """The feeds of a list, each once, and what is not taken over."""

    feeds: tuple[FeedSubscription, ...]
    left_out: tuple[str, ...] = ()
    """One line each: where it stands and why."""


class _OutlineReader(ContentHandler):
    """Collects feeds while expat reads; keeps no tree."""

    def __init__(self, place: Locator) -> None:
        super().__init__()
        self.feeds: dict[str, FeedSubscription] = {}
        self.left_out: list[str] = []
        self.root = ""
        self._place = place
        self._folders: list[str | None] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name is SAX's
        self.root = self.root or name.lower()
        if name.lower() != "outline":
            return
        said = {key.lower(): " ".join(value.split()) for key, value in attrs.items()}
        title = said.get("title") or said.get("text", "")
        address = said.get("xmlurl", "")
        if address:
            self._add(address, title, said.get("htmlurl", ""))
        elif said.get("type", "").lower() in {"rss", "atom"}:
            self._leave(title or "an outline without a title", "no xmlUrl, the address of the feed")
        self._folders.append(None if address else title)

    def endElement(self, name: str) -> None:  # noqa: N802
        if name.lower() == "outline":
            self._folders.pop()

    def _add(self, address: str, title: str, home: str) -> None:
        feed = _web_address(address)
        if feed is None:
            self._leave(title or address, f"{address!r} is not a web address")
        elif (first := self.feeds.get(canonical(feed))) is not None:
            self._leave(feed, f"stands in line {first.line} already")
        else:
            self.feeds[canonical(feed)] = FeedSubscription(
                feed=feed, title=title, home=_web_address(home),
                folders=tuple(name for name in self._folders if name), line=self._line(),
            )  # fmt: skip

    def _leave(self, what: str, why: str) -> None:
        self.left_out.append(f"line {self._line()}: {what}: {why}")

    def _line(self) -> int:
        return self._place.getLineNumber() or 1


def _web_address(value: str) -> str | None:
    """The address with http or https before it; ``feed:`` (as browsers once had it) is another way to write http."""
    value = re.sub(r"^feed:(?=https?:)", "", value, flags=re.IGNORECASE)
    value = re.sub(r"^feed:(//)?", "http://", value, flags=re.IGNORECASE)
    # A brace would be read as the date of a seed file's address.
    return value.replace("{", "%7B").replace("}", "%7D") if is_web_address(value) else None


def read_opml(body: bytes, *, name: str) -> SubscriptionList:
    """The feeds of an OPML file, in any encoding it declares. ``name`` is what errors call it.

    Raises :class:`~cleaners.errors.FormatError`, with the line, for what is not XML, not OPML or defines entities.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.expatreader import DefusedExpatParser

    from cleaners.page.decode import decode

    text = decode(body, "application/xml").text
    if len(text) > _LONGEST:
        raise FormatError("{name}: more than {longest} characters: split the list", name=name, longest=_LONGEST)
    parser = DefusedExpatParser()
    reader = _OutlineReader(parser)
    parser.setContentHandler(reader)
    try:
        parser.feed(text)
        parser.close()
    except DefusedXmlException:
        line = parser.getLineNumber() or 1
        raise FormatError(
            "{name}:{line}: defines entities, which no OPML file needs: take them out", name=name, line=line
        ) from None
    except SAXParseException as wrong:
        raise FormatError(
            "{name}:{line}: not valid XML: {why}",
            name=name,
            line=wrong.getLineNumber(),
            why=wrong.getMessage(),
        ) from None
    except SAXException as wrong:
        raise FormatError("{name}: not valid XML: {why}", name=name, why=wrong.getMessage()) from None
    if reader.root != "opml":
        raise FormatError("{name}:1: not OPML: it begins with <{root}>, not with <opml>", name=name, root=reader.root)
    return SubscriptionList(feeds=tuple(reader.feeds.values()), left_out=tuple(reader.left_out))


@dataclass(slots=True)
class _Site:
    """The feeds of one publisher, as they are collected."""

    home: str
    feeds: list[FeedSubscription] = field(default_factory=list)

    def name(self, host: str) -> str:
        """The title of its feed; of several what their titles begin with."""
        titles = [one_line(feed.title) for feed in self.feeds if one_line(feed.title)]
        shared = _beginning(titles).strip(" -_|:·—–：")
        return shared if len(shared) >= _LEAST_NAME else titles[0] if titles else host


def seed_file(feeds: Iterable[FeedSubscription], *, job: str, contact: str | None) -> str:
    """A seed file (YAML) with these feeds, those of one registered domain as one site.

    A folder that is a region (新疆, in it 喀什) becomes the site's region; any other stands in the remark behind its
    feed. Raises :class:`~cleaners.errors.UsageError` for a job name or contact that no seed file takes.
    """
    sites: dict[str, _Site] = {}
    for feed in feeds:
        home = feed.home or _root(feed.feed)
        sites.setdefault(site_of(home) or urlsplit(home).netloc, _Site(home=home)).feeds.append(feed)
    lines = [f"job: {quoted(job)}"]
    lines += [f"contact: {quoted(contact)}"] if contact else ["# contact: you@your.domain   # needed before a crawl"]
    hosts = dict.fromkeys(urlsplit(feed).hostname or "" for site in sites.values()
                          for feed in (site.home, *(one.feed for one in site.feeds)))  # fmt: skip
    if local := [host for host in hosts if is_loopback(host)]:
        lines.append(f"allow_private_hosts: {json.dumps(local)}")
    lines.append("sites:")
    taken: set[str] = set()
    for host, site in sites.items():
        lines += _entry(site, host, taken)
    text = "\n".join(lines) + "\n"
    try:
        parse_job(text, name="the seed file")
    except FormatError as wrong:
        raise UsageError(str(wrong)) from None
    return text


def _entry(site: _Site, host: str, taken: set[str]) -> Iterator[str]:
    wanted = site_id(host)
    tries = (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
    free = next(one for one in tries if one not in taken)
    taken.add(free)
    yield f"  - id: {quoted(free)}"
    yield f"    name: {quoted(site.name(host))}"
    yield f"    home: {quoted(site.home)}"
    regions = {_region(feed.folders) for feed in site.feeds}
    region = regions.pop() if len(regions) == 1 else None
    if region:
        yield f"    region: {quoted(region)}"
    yield "    seeds:"
    for feed in site.feeds:
        folders = "" if region else "/".join(feed.folders)
        remark = " in ".join(filter(None, (one_line(feed.title), one_line(folders))))
        yield f"      - feed: {quoted(feed.feed)}{f'  # {remark}' if remark else ''}"


def _beginning(titles: Sequence[str]) -> str:
    """What all titles begin with."""
    same = takewhile(lambda signs: len(set(signs)) == 1, zip(*titles, strict=False))  # up to the shortest
    return "".join(signs[0] for signs in same)


def _root(feed: str) -> str:
    parts = urlsplit(feed)
    return f"{parts.scheme}://{parts.netloc}/"


def _region(folders: Sequence[str]) -> str | None:
    """The region that folders name, where all of them do."""
    from cleaners.chinese.regions.lookup import named

    if not folders:
        return None
    try:
        return named("/".join(folders))
    except UsageError:
        return None


def feeds_of(job: JobConfig) -> SubscriptionList:
    """The feeds of a job's sites; its other seeds, and feeds whose address is that of a day, are left out."""
    feeds: list[FeedSubscription] = []
    left_out = []
    for site in job.sites:
        folders = tuple(site.region.split("/")) if site.region else ()
        for seed in site.entries:
            if seed.kind == "feed" and not seed.is_dated:
                feeds.append(FeedSubscription(feed=seed.url, title=site.name, home=site.home, folders=folders))
            else:
                why = "its address changes by the day" if seed.kind == "feed" else "OPML knows feeds only"
                left_out.append(f"{site.id}: {seed.kind} {seed.url}: {why}")
    return SubscriptionList(feeds=tuple(feeds), left_out=tuple(left_out))


def opml(feeds: Iterable[FeedSubscription], *, title: str) -> bytes:
    """An OPML 2.0 file (UTF-8) with these feeds in their folders."""
    root = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    folders: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for feed in feeds:
        for depth in range(1, len(feed.folders) + 1):
            path = feed.folders[:depth]
            if path not in folders:
                named = {"text": one_line(path[-1]), "title": one_line(path[-1])}
                folders[path] = etree.SubElement(folders[path[:-1]], "outline", named)
        name = one_line(feed.title)  # XML knows no control characters
        said = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.feed}
        etree.SubElement(folders[feed.folders], "outline", {**said, **({"htmlUrl": feed.home} if feed.home else {})})
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))
