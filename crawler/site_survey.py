"""What a site offers to be crawled by: feeds, sitemaps, list pages that look like news. Pure functions over responses.

A link looks like one to an article when its text is as long as a headline (eight characters and more) and its address
holds a number, as those of nearly all Chinese content systems do. A page is proposed as a list of news when it has at
least eight of them, and they are at least a third of its links; one that a job already names works when it has any.
Where a site has nothing better, pages with fewer are proposed, and called weak: small papers have short lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urljoin, urlsplit

from scrapy.http import TextResponse

from cleaners.config import SiteConfig, parse_job
from cleaners.page.lines.script_shell import NEEDS_BROWSER, is_empty_shell
from cleaners.sentences import Sentence, sentence
from crawler import list_pages
from crawler.discover import FoundLink, is_address
from crawler.wording import counted

Kind = Literal["feed", "sitemap", "list"]

_FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_HEADLINE = 8  # characters; names of sections are shorter
_SECTION = range(2, 7)
_SECTION_PATH = re.compile(r"(/|/(index|list|default)[\w-]*\.\w+|/[a-z][a-z_-]*(\.s?html?)?)$", re.IGNORECASE)
_LEAST_ARTICLES, _LEAST_SHARE = 8, 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedOffer:
    """A place where articles are announced, and what was found there."""

    kind: Kind
    url: str
    entries: int
    """Articles it names; 0: it does not work, or names none."""
    name: str = ""
    """What the home page calls it."""
    why: Sentence | None = None
    """Why it names none: a Drop's reason, or what it looks like; None where it names some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What a home page points to, not yet looked at."""

    title: str
    feeds: tuple[str, ...]
    sections: tuple[FoundLink, ...]
    """Links that look like sections of the paper."""
    articles: int
    """Links that look like articles."""


def home(response: TextResponse, site: SiteConfig, most: int) -> HomePage:
    """What a home page points to; at most ``most`` sections, in the order of the page."""
    links = _own(response, site)
    sections = [link for link in links if _is_section(link, response.url)]
    return HomePage(
        title=_name(response),
        feeds=tuple(_feeds(response)),
        sections=tuple(sections[:most]),
        articles=articles(links),
    )


def listed(response: TextResponse, site: SiteConfig) -> tuple[int, Sentence | None]:
    """How many articles a page lists that may be proposed; 0 where it is no list of news, and why."""
    links = _own(response, site)
    found = articles(links)
    if not found and is_empty_shell(response.text):
        return 0, _shell(site)
    if found < _LEAST_ARTICLES:
        told = sentence(
            "{links} to articles, a list of news has {least} and more",
            links=counted(found, "link"),
            least=_LEAST_ARTICLES,
        )
        return 0, told
    if found < _LEAST_SHARE * len(links):
        told = sentence(
            "{found} of {links} links lead to articles, in a list of news a third and more do",
            found=found,
            links=len(links),
        )
        return 0, told
    return found, None


def linked(response: TextResponse, site: SiteConfig) -> tuple[int, Sentence | None]:
    """How many articles a list names that a job reads already; 0 where none, and why."""
    found = articles(_own(response, site))
    if not found and is_empty_shell(response.text):
        return 0, _shell(site)
    return found, None if found else sentence("no links to articles")


def seen(response: TextResponse, site: SiteConfig) -> int:
    """How many links to articles a page has, be it a list of news or not."""
    return articles(_own(response, site))


def _shell(site: SiteConfig) -> Sentence:
    if site.render is None:
        return Sentence(NEEDS_BROWSER)
    return sentence("an empty shell of scripts: only a crawl has a browser read it")


def _own(response: TextResponse, site: SiteConfig) -> list[FoundLink]:
    links = list_pages.entries(response, list_pages.next_page(response))
    return [link for link in links if is_address(link.url) and site.owns(link.url)]


def articles(links: Iterable[FoundLink]) -> int:
    """How many links look like articles."""
    return sum(
        len(link.text) >= _HEADLINE and any(map(str.isdigit, urlsplit(link.url).path + urlsplit(link.url).query))
        for link in links
    )


def _is_section(link: FoundLink, here: str) -> bool:
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


def proposal(site: SiteConfig, name: str, offers: Sequence[SeedOffer], day: date, *, verified: bool = True) -> str:
    """The site as an entry of a seed file, ready to be pasted under ``sites:``; ``offers``: those that work.

    ``verified``: whether these are known to announce articles, not only taken for it. Raises SeedFileError for what
    the reader of seed files would not take.
    """
    entry = "\n".join(
        (
            f"  - id: {site.id}",
            f"    name: {quoted(one_line(name) or site.name)}",
            f"    home: {quoted(site.home)}",
            "    seeds:",
            *(f"      - {offer.kind}: {quoted(offer.url)}  # {_remark(offer)}" for offer in offers),
            f"    verified: {'yes' if verified else 'no'}",
            f"    as_of: {day}",
        )
    )
    parse_job(f"job: proposed\nsites:\n{entry}\n", name="the proposed entry")
    return entry


def _remark(offer: SeedOffer) -> str:
    return f"{told(offer)} {one_line(offer.name)}".rstrip()


def told(offer: SeedOffer) -> Sentence:
    """What was found there: ``12 entries``, or why there are none."""
    return offer.why or counted(offer.entries, "entry")


def site_id(host: str) -> str:
    """A host as the id of a site; of a Chinese one as DNS has it (RFC 3490)."""
    with suppress(UnicodeError):  # a label too long, or empty
        host = host.encode("idna").decode()
    with suppress(ValueError):
        ip_address(host)
        return "site"  # a number of the network names nobody
    return re.sub(r"[^a-z0-9.\-]+", "-", host).strip(".-") or "site"


def one_line(text: str) -> str:
    """Without what a comment or a string of YAML cannot hold."""
    return " ".join("".join(char for char in " ".join(text.split()) if char.isprintable()).split())


def quoted(text: str) -> str:
    """A text for YAML. A JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)
