"""Lists as sites write them: entries that stand in scripts and frames, and where a list goes on.

Government sites of two makers list their articles in scripts: Hanweb (``<datastore>`` in a script of type
``text/xml``) and TRS (``createPageHTML(3, 0, 'index', 'html')`` writes the links to ``index_1.html``). Newspapers call
their next page 下一版.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from cleaners.urls import canonical
from crawler import discover
from crawler.discover import FoundLink

if TYPE_CHECKING:
    from scrapy.http import TextResponse

_MOST_FRAMES = 8
_MOST_SCRIPT = 2_000_000  # characters of a page's scripts that are looked through

_SCRIPT = re.compile(r"<script\b[^<>]*>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\s*>", re.IGNORECASE)
_NEXT_GROUP = re.compile(r"<nextgroup>.*?(?:</nextgroup>|\Z)", re.DOTALL | re.IGNORECASE)
_EARLY_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)  # no second byte of GBK or GB18030 is a `<`
_ESCAPES = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ANCHOR = re.compile(r"<a\b[^<>]*\bhref\b", re.IGNORECASE)
_URL_VALUE = re.compile(
    r"""["']?\b(?:url|href|link|linkurl|link_url|docpuburl|puburl|arturl|article_?url|content_?url|detail_?url)["']?"""
    r"""\s*:\s*(["'])((?:\\.|(?!\1)[^\\\r\n]){1,500})\1""",
    re.IGNORECASE,
)
_TITLE_VALUE = re.compile(
    r"""["']?\b(?:title|linktitle|doctitle|headline|subject)["']?\s*:\s*(["'])((?:\\.|(?!\1)[^\\\r\n]){1,300})\1""",
    re.IGNORECASE,
)
_ARTICLE_PATH = re.compile(r"^\D*\d.*\.s?html?$|/\d{4,}|\.s?html?\?|/content_|/art[_/]|[?&]\w*id=\w+", re.IGNORECASE)

_TO_A_PAGE = re.compile(
    r"[\s<>«»\[\]()（）【】|·]*+(?:\d{1,3}|[上下前后後][一1]?[页頁]|[末尾][页頁]|最后一?[页頁]|最後一?[页頁])[\s<>«»\[\]()（）【】|·]*+"
)


def as_browsers_read(response: TextResponse) -> TextResponse:
    """The response without an early end: what stands behind ``</html>`` belongs to the page."""
    if len(_EARLY_END.findall(response.body)) < 2 and response.body.rstrip()[-7:].lower() == b"</html>":
        return response
    return response.replace(body=_EARLY_END.sub(b"", response.body))


def entries(response: TextResponse, following: str | None, *, pages: int = 1) -> Iterator[FoundLink]:
    """The links of a list as :func:`all_links` without its next page, a list of its own.

    ``following``: what :func:`next_page` says. ``pages``: how many of its pages are to be read, this one included;
    where there are more, none of them is an entry.
    """
    for link in all_links(response):
        if link.url != following and not (pages > 1 and _TO_A_PAGE.fullmatch(link.text)):
            yield link


def all_links(response: TextResponse) -> Iterator[FoundLink]:
    """The links of a page, then those that stand in its scripts, each once."""
    seen = set()
    for link in (*discover.links(as_browsers_read(response)), *_in_scripts(response)):
        if link.url not in seen:
            seen.add(link.url)
            yield link


def frames(response: TextResponse) -> list[str]:
    """The addresses of the frames of a page, in which a list may stand; at most 8."""
    from scrapy.utils.response import get_base_url

    base = get_base_url(response)
    found = response.xpath("//iframe/@src | //frame/@src").getall()
    joined = (_joined(base, source) for source in found if source.strip())
    own = canonical(response.url)
    return [url for url in dict.fromkeys(filter(None, joined)) if canonical(url) != own][:_MOST_FRAMES]


def _joined(base: str, href: str) -> str | None:
    """The absolute address of a link, None where it is none that can be fetched."""
    href = "".join(char for char in href.strip() if char not in "\t\r\n")
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href)
    except ValueError:
        return None
    return url if discover.is_address(url) else None


def _in_scripts(response: TextResponse) -> Iterator[FoundLink]:
    from scrapy.utils.response import get_base_url

    base, read = get_base_url(response), 0
    bodies = list(_scripts(response.text))
    if "<datastore" in response.text and "<script" not in response.text:  # what such a list loads when it goes on
        bodies.append(response.text)
    for body in bodies:
        read += len(body)
        if read > _MOST_SCRIPT:
            return
        if "<datastore" in body:
            yield from _anchors(_NEXT_GROUP.sub("", body).replace("<![CDATA[", "").replace("]]>", ""), base)
        elif _ANCHOR.search(body):
            yield from _anchors(_unescaped(body), base)
        else:
            yield from _values(body, base)


def _scripts(markup: str) -> Iterator[str]:
    """What stands in the scripts. In steps: a page of openings without an end is not read from each of them."""
    at = 0
    while (opening := _SCRIPT.search(markup, at)) and (end := _SCRIPT_END.search(markup, opening.end())):
        yield markup[opening.end() : end.start()]
        at = end.end()


def _anchors(markup: str, base: str) -> Iterator[FoundLink]:
    """The links of a piece of HTML that was a string of a script; those that a script puts together are left out."""
    from lxml import html

    for node in html.fragment_fromstring(markup, create_parent="div").iter("a"):
        href = node.get("href") or ""
        url = None if re.search(r"""["'+\s{}]""", href.strip()) else _joined(base, href)
        if url is not None:
            yield FoundLink(url=url, text=" ".join(str(node.text_content()).split()) or node.get("title") or "")


def _values(script: str, base: str) -> Iterator[FoundLink]:
    """Addresses of articles among the data of a script: ``{title: "...", url: "/2026/10/05/12.html"}``.

    Only where titles stand beside them: scripts hold many other addresses.
    """
    titles = [(match.start(), _unescaped(match[2])) for match in _TITLE_VALUE.finditer(script)]
    if not titles:
        return
    places = [(match.start(), _unescaped(match[2])) for match in _URL_VALUE.finditer(script)]
    places = [(at, href) for at, href in places if _ARTICLE_PATH.search(href)]
    for at, href in places:
        url = _joined(base, href)
        if url is not None:
            nearest = min(titles, key=lambda title: abs(title[0] - at))
            yield FoundLink(url=url, text=nearest[1].strip())


def _unescaped(text: str) -> str:
    """What a string literal of JavaScript stands for."""
    plain = {"n": "\n", "r": "\r", "t": "\t"}
    return _ESCAPES.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else plain.get(m[1], m[1]), text)


# ---- where a list goes on ------------------------------------------------------------------------------------------

_WORDS = r"(?:下一?|后一?|後一?)[页頁版]|下一页码|next(?:\s+page)?|older(?:\s+posts)?"
_ARROWS = r"[\s\[\]()（）【】<>＜＞«»‹›→⇒▶►⟩〉》…·]*"
_SAYS_NEXT = re.compile(rf"^{_ARROWS}(?:{_WORDS}){_ARROWS}$", re.IGNORECASE)
_ARROW_ONLY = re.compile(rf"^{_ARROWS}$")
_NEXT_CLASS = re.compile(
    r"^(?:next|next[-_]?page|page[-_]?next|pager[-_]{0,2}next|pagination[-_]{0,2}next|nextpostslink|pg[-_]?next"
    r"|layui-laypage-next|btn[-_]?next)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[\s\[(（【]*(?:第\s*)?(\d{1,4})(?:\s*[页頁])?[\s\])）】]*$")
_MOST_NUMBERS = 20  # of one bar: a calendar has more

_CREATE_PAGES = re.compile(r"\bcreatePage(?:HTML)?\s*\(([^()]{3,200})\)", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(?:countPage|pageCount|totalPage|page_count|m_nRecordCount_pages)\s*=\s*[\"']?(\d+)", re.IGNORECASE
)
_CURRENT = re.compile(r"\b(?:currentPage|curPage|pageIndex|m_nCurrPage)\s*=\s*[\"']?(\d+)", re.IGNORECASE)
_WRITTEN = re.compile(
    r"""["']([^"'\s<>=]*?)_?["']\s*+\+\s*+(?:nextPage|(?:\(\s*+)?(?:currentPage|curPage)\s*+\+\s*+1\s*+\)?)\s*+\+\s*+["']\.(\w{3,5})"""
)


def next_page(response: TextResponse) -> str | None:
    """The next page of a list, or None.

    By ``rel=next``; a link that says 下一页 or 下一版 in its words, its title, or those of its image; an arrow with the
    class ``next``; what a script of the TRS or Hanweb kind writes; the number after that of this page.
    """
    from scrapy.utils.response import get_base_url

    base, own = get_base_url(response), canonical(response.url)
    response = as_browsers_read(response)
    anchors = response.xpath("//a[@href]")
    declared = [*response.xpath("//link[contains(concat(' ', @rel, ' '), ' next ')]"), *anchors]
    by_words = (node.attrib["href"] for node in declared if "href" in node.attrib and _is_next(node))
    for href in (*by_words, *filter(None, (_written_by_script(response.text), _of_datastore(response.text)))):
        url = _joined(base, href)
        if url is not None and canonical(url) != own:
            return url
    return _by_number(response, base, own)


def _is_next(node: Any) -> bool:
    if "next" in node.attrib.get("rel", "").lower().split():
        return True
    if node.root.tag == "link" or node.attrib["href"].strip().lower().startswith(("javascript:", "#")):
        return False
    text = " ".join((node.xpath("string()").get("")).split())
    if text and _SAYS_NEXT.match(text):
        return True
    if text and not _ARROW_ONLY.match(text):
        return False
    said = (
        node.attrib.get("title", ""),
        node.attrib.get("aria-label", ""),
        *node.xpath("img/@alt | img/@title").getall(),
    )
    if any(_SAYS_NEXT.match(words) for words in said if words.strip()):
        return True
    names = " ".join((node.attrib.get("class", ""), node.attrib.get("id", ""), *node.xpath("../@class").getall()))
    return "disabled" not in names and any(map(_NEXT_CLASS.match, names.split()))


def _written_by_script(text: str) -> str | None:
    """What a script of a TRS site writes: the first page is ``index.html``, the second ``index_1.html``.

    A form with the id of an element before the numbers counts from 1: there ``index_2.html`` is the second.
    """
    for call in _CREATE_PAGES.finditer(text):
        values = [value.strip().strip("\"'") for value in call[1].split(",")]
        first = 0 if values[0].isdigit() else 1
        if len(values) < first + 4 or not (values[first].isdigit() and values[first + 1].isdigit()):
            continue
        count, current = int(values[first]), int(values[first + 1])
        name, ending = values[first + 2], values[first + 3]
        if re.fullmatch(r"[\w./-]+", name) and re.fullmatch(r"\w+", ending) and current + 1 - first < count:
            return f"{name}_{current + 1}.{ending}"
    count_said, current_said = _COUNT.search(text), _CURRENT.search(text)
    written = _WRITTEN.search(text)
    if count_said and current_said and written and int(current_said[1]) + 1 < int(count_said[1]):
        return f"{written[1] or 'index'}_{int(current_said[1]) + 1}.{written[2]}"
    return None


def _of_datastore(text: str) -> str | None:
    """Where a Hanweb list loads its next entries from."""
    group = _NEXT_GROUP.search(text) if "<datastore" in text else None
    found = re.search(r"href\s*=\s*[\"']([^\"']+)", group[0]) if group else None
    return found[1].replace("&amp;", "&") if found else None


def _by_number(response: TextResponse, base: str, own: str) -> str | None:
    """The link that says the number after this page's, in a bar of numbers."""
    anchors = [node.root for node in response.xpath("//a[@href][string-length(normalize-space()) < 9]")]
    bars: dict[Any, None] = {}
    for anchor in anchors:
        if _number_of(anchor) is not None and (parent := anchor.getparent()) is not None:
            alone = sum(_number_of(one) is not None for one in parent) < 2 and not _loose_numbers(parent)
            bars.setdefault(parent.getparent() if alone and parent.getparent() is not None else parent)
    for bar in bars:
        numbers: dict[int, str] = {}
        current = set(_loose_numbers(bar))
        for node in bar.iter("a"):
            number, url = _number_of(node), _joined(base, node.get("href") or "")
            if number is not None and url is not None and canonical(url) != own:
                numbers.setdefault(number, url)
            elif number is not None:
                current.add(number)
        if len(numbers) > _MOST_NUMBERS or len(current) > 1 or len(numbers) + len(current) < 2:
            continue  # a calendar, or no bar
        here = next(iter(current)) if current else 1 if 1 not in numbers else None
        following = numbers.get(here + 1) if here is not None else None
        if following is not None and urlsplit(following).netloc == urlsplit(base).netloc:
            return following
    return None


def _number_of(node: Any) -> int | None:
    """The number that is all an element says."""
    found = _NUMBER.match(str(node.text_content())) if isinstance(node.tag, str) else None
    return int(found[1]) if found else None


def _loose_numbers(bar: Any) -> list[int]:
    """The numbers of a bar outside of links: that of the page itself."""
    texts = [bar.text, *(node.tail for node in bar.iterdescendants())]
    inside = [
        node.text for node in bar.iterdescendants() if node.tag != "a" and next(node.iterancestors("a"), None) is None
    ]
    found = (_NUMBER.match(text) for text in (*texts, *inside) if text)
    return [int(match[1]) for match in found if match]
