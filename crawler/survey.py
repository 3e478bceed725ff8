"""What a site offers to be crawled by: feeds, sitemaps, list pages that look like news. Pure functions over responses.

A link looks like one to an article when its text is as long as a headline (eight characters and more) and its address
holds a number, as those of nearly all Chinese content systems do. A page looks like a list of news when it has at least
eight of them, and they are at least a third of its links. These are proposals for a person to look at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urljoin, urlsplit

from scrapy.http import TextResponse

from cleaners.sites import Site
from crawler import discover
from crawler.discover import Link, is_address

Kind = Literal["feed", "sitemap", "list"]

_FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_HEADLINE = 8  # characters; names of sections are shorter
_SECTION = range(2, 7)
_SECTION_PATH = re.compile(r"(/|/(index|list|default)[\w-]*\.\w+|/[a-z][a-z_-]*(\.s?html?)?)$", re.IGNORECASE)
_LEAST_ARTICLES, _LEAST_SHARE = 8, 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A place where articles are announced, and what was found there."""

    kind: Kind
    url: str
    entries: int
    """Articles it names; 0: it does not work, or names none."""
    name: str = ""
    """What the home page calls it."""
    why: str = ""
    """Why it names none: a Drop's reason, or what it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a home page points to, not yet looked at."""

    title: str
    feeds: tuple[str, ...]
    sections: tuple[Link, ...]
    """Links that look like sections of the paper."""
    articles: int
    """Links that look like articles."""


def home(response: TextResponse, site: Site, most: int) -> Home:
    """What a home page points to; at most ``most`` sections, in the order of the page."""
    links = [link for link in discover.links(response) if is_address(link.url) and site.owns(link.url)]
    sections = [link for link in links if _is_section(link, response.url)]
    return Home(
        title=_name(response),
        feeds=tuple(_feeds(response)),
        sections=tuple(sections[:most]),
        articles=articles(links),
    )


def listed(response: TextResponse, site: Site) -> tuple[int, str]:
    """How many articles a page lists, 0 where it is no list of news, and why."""
    links = [link for link in discover.links(response) if is_address(link.url) and site.owns(link.url)]
    found = articles(links)
    if found < _LEAST_ARTICLES:
        return 0, f"{found} links that look like articles"
    if found < _LEAST_SHARE * len(links):
        return 0, f"only {found} of {len(links)} links look like articles"
    return found, ""


def articles(links: Iterable[Link]) -> int:
    """How many links look like articles."""
    return sum(len(link.text) >= _HEADLINE and any(map(str.isdigit, urlsplit(link.url).path + urlsplit(link.url).query))
               for link in links)


def _is_section(link: Link, here: str) -> bool:
    path = urlsplit(link.url).path
    return (
        len(link.text) in _SECTION
        and _SECTION_PATH.search(path) is not None
        and path != "/"
        and link.url.rstrip("/") != here.rstrip("/")
    )


def _feeds(response: TextResponse) -> list[str]:
    nodes = response.css("link[rel~=alternate][href]")
    feeds = [node.attrib["href"] for node in nodes if node.attrib.get("type", "").lower() in _FEEDS]
    return list(dict.fromkeys(filter(is_address, (urljoin(response.url, href) for href in feeds))))


def _name(response: TextResponse) -> str:
    """The publisher's name: what the page declares, else the first part of its title."""
    declared = response.css("meta[property='og:site_name']::attr(content)").get("").strip()
    title = re.split(r"[-_|—–·]|--", response.css("title::text").get("").strip())[0]
    return " ".join((declared or title).split())


def proposal(site: Site, name: str, offers: Sequence[Offer], day: date) -> str:
    """The site as an entry of a seed file, ready to be pasted under ``sites:``."""
    working = [offer for offer in offers if offer.entries]
    lines = [
        f"  - id: {site.id}",
        f"    name: {_quoted(name or site.name)}",
        f"    home: {_quoted(site.home)}",
        *(["    seeds:"] if working else []),
        *(f"      - {offer.kind}: {_quoted(offer.url)}  # {_remark(offer)}" for offer in working),
        f"    verified: {'yes' if working else 'no'}",
        f"    as_of: {day}",
    ]
    return "\n".join(lines)


def _remark(offer: Offer) -> str:
    return " ".join(f"{offer.entries} entries {offer.name}".split())


def _quoted(text: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)
