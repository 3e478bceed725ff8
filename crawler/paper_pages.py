"""The pages of a newspaper's issue: which links lead to its other pages (版), which to its articles.

Most digital newspapers (数字报) stand on Founder's systems: ``html/2026-10/05/node_2.htm`` with ``content_17.htm``,
``pc/layout/202610/05/node_01.html`` with ``pc/content/202610/05/content_9.html``, ``nbs.D110000name_01.htm`` with
``nw.D110000name_20261005_1-01.htm``. Others name the day in the query. What all have in common is used here: the day
in the address, the words 第02版 and 下一版, and that the pages of an issue have addresses of one form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaners.items import NewspaperEdition
from cleaners.metadata.edition import day_in_address, paper_name, parse_edition
from cleaners.urls import canonical
from crawler import list_pages
from crawler.discover import FoundLink, is_address, joined

if TYPE_CHECKING:
    from scrapy.http import TextResponse

_GOES_ON = re.compile(r"^[\s<>«»‹›\[\]]*(?:[上下前后]一?|第一|末|尾|首)版[\s<>«»‹›\[\]]*$")
_OTHER_ISSUE = re.compile(r"[上下前后]一?[期日天]|往期|日历|返回|首页")
_PAGE_ADDRESS = re.compile(
    r"node_|/nbs\.|layout|[?&](?:bc|ban|banci|edition|page|ver|vol)\w*=|/v?[a-z]?\d{1,3}\.\w+$|_\d{1,2}\.s?html?$",
    re.IGNORECASE,
)
_ARTICLE_ADDRESS = re.compile(
    r"content|/nw\.|/c\d{4,}|article|detail|[?&](?:aid|articleid|contentid|newsid)=", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LABEL = 24  # characters of what names a page of an issue; a headline is longer, or has no 版


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage:
    """What one page of an issue names."""

    edition: NewspaperEdition
    """The page itself."""
    pages: tuple[tuple[FoundLink, NewspaperEdition], ...] = ()
    """Further pages of the issue, and what is said of each."""
    articles: tuple[FoundLink, ...] = ()
    """The articles on this page."""
    malformed: tuple[FoundLink, ...] = ()
    """Links that no address can be made of, as they are written."""


def read_issue_page(response: TextResponse, known: NewspaperEdition | None, paper: str) -> IssuePage:
    """Tell the links of a page of an issue apart.

    ``known``: what led here said of it; ``paper``: the newspaper's name where the page does not tell it. Links with
    another day in their address belong to other issues. Where any link has the day of this one, those without a day
    are left out.
    """
    title = " ".join(response.css("title::text").get("").split())
    day = day_in_address(response.url) or (known.date if known else None)
    own = canonical(response.url)
    entries = list(list_pages.all_links(response))
    links = [
        link
        for link in entries
        if is_address(link.url)
        and canonical(link.url) != own
        and not _OTHER_ISSUE.search(link.text)
        and day_in_address(link.url) in (None, day)
    ]
    near = (
        urlsplit(response.url)._replace(path=urlsplit(response.url).path.rpartition("/")[0]).geturl().partition("?")[0]
    )
    dated = [link for link in links if day and (day_in_address(link.url) == day or link.url.startswith(f"{near}/"))]
    links = dated if any(day_in_address(link.url) for link in dated) else links
    said = {link.url: _label(link.text) for link in links}
    forms = {_form(url) for url, label in said.items() if label is not None} - {
        _form(url) for url in said if _ARTICLE_ADDRESS.search(urlsplit(url).path) and not _PAGE_ADDRESS.search(url)
    }
    if _PAGE_ADDRESS.search(response.url) and not _ARTICLE_ADDRESS.search(urlsplit(response.url).path):
        forms.add(_form(response.url))
    base = NewspaperEdition(paper=paper_name(title) or (known.paper if known else None) or paper, date=day)
    here = _own_edition(response, title, known)
    pages, articles = [], []
    for link in links:
        label = said[link.url]
        if label is not None or _form(link.url) in forms:
            edition = label or NewspaperEdition()
            pages.append((link, replace(base, number=edition.number, name=edition.name)))
        else:
            articles.append(link)
    return IssuePage(
        edition=replace(base, number=here.number, name=here.name),
        pages=tuple(pages),
        articles=tuple(articles),
        malformed=tuple(link for link in entries if not is_address(link.url)),
    )


def _label(text: str) -> NewspaperEdition | None:
    """What a link to a page of the issue says; None for other links."""
    if len(text) > _LABEL or ("版" not in text and not re.match(r"\s*[A-Z]?\d{1,3}\s*[:：]", text)):
        return None
    return NewspaperEdition() if _GOES_ON.match(text) else parse_edition(text)


def _own_edition(response: TextResponse, title: str, known: NewspaperEdition | None) -> NewspaperEdition:
    """Number and name of the page itself: as the link to it said, as the title says, or as its own link on it says."""
    from scrapy.utils.response import get_base_url

    told = [known] if known and known.number else []
    told += [found] if (found := parse_edition(title)) else []
    own, base = canonical(response.url), get_base_url(response)
    for link in response.xpath("//a[@href]"):
        url = joined(base, link.attrib["href"])
        if is_address(url) and canonical(url) == own:
            told += (
                [found] if (found := _label(" ".join(link.xpath("string()").get("").split()))) and found.number else []
            )
    if not told:
        return NewspaperEdition()
    name = next((one.name for one in told if one.name and one.number == told[0].number), None)
    return NewspaperEdition(number=told[0].number, name=name)


def _form(url: str) -> str:
    """An address with its numbers taken out of the last step and the query: pages of an issue have one form."""
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    return f"{folder}/{_DIGITS.sub('0', last)}?{_DIGITS.sub('0', parts.query)}"
