"""How a page names the other pages of its article: 下一页, a bar of numbers, a menu, a script that writes them.

What leads to other articles (下一篇, related stories, slide shows) has addresses of another form, or other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urldefrag

from cleaners.items import ArticlePager
from cleaners.page.lines import PageLines
from cleaners.page.lines.head import join
from cleaners.parts.addresses import is_whole_of, part_numbers
from cleaners.parts.written_pager import written_pagers

_SIGNS = r"[\s\[\]()（）【】<>＜＞«»‹›→←⇒▶◀►◄⟩〉《》…·|:：]*"
_NEXT = re.compile(
    rf"{_SIGNS}(?:(?:下一?|后一?|後一?)[页頁]|next(?:\s+page)?|继续阅读|阅读下一页){_SIGNS}", re.IGNORECASE
)
_PREVIOUS = re.compile(rf"{_SIGNS}(?:(?:上一?|前一?)[页頁]|prev(?:ious)?(?:\s+page)?){_SIGNS}", re.IGNORECASE)
_NUMBER = re.compile(r"[\s\[(（【]*(?:第\s*)?(\d{1,3})(?:\s*[页頁])?[\s\])）】]*")
_WHOLE = re.compile(
    rf"{_SIGNS}(?:(?:点击)?(?:查看|阅读|浏览|显示|展开)?(?:全文|全部内容)(?:阅读|显示|浏览|查看)?|"
    r"(?:在)?(?:本页|单页|一页|当前页)(?:内)?(?:阅读|显示|浏览|查看)(?:全文|全部|剩余|余下)?(?:内容|正文)?|全部显示|"
    rf"view\s+(?:all|full)|single\s+page|show\s+all|view\s+as\s+one\s+page){_SIGNS}",
    re.IGNORECASE,
)
_MAY_SAY_PAGE = re.compile(r"[\d页頁全读]|next|prev|view|page|show", re.IGNORECASE)  # in each of them
_ONLY_SIGNS = re.compile(_SIGNS)
_LONGEST = 24  # characters of what a pager says in one link
_MOST_LINKS = 5000  # of a page that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    url: str
    words: str
    own: int | None
    """The number in the page's own address, as it is written."""
    other: int | None
    """That in the link's."""
    is_sure: bool
    """Whether both are numbers of pages."""
    said: int | None
    """The number that the link says."""


def read_pager(page: PageLines, own: str) -> ArticlePager:
    """What a page at ``own`` says of the other pages of its article. Whether it is an article is another question.

    Only addresses of one document count (:func:`~cleaners.parts.addresses.part_numbers`), in words, numbers and options
    of a menu, ``rel`` next and prev, and what scripts write.
    """
    if page.tree is None:
        return ArticlePager()
    base = page.base or own
    own = urldefrag(own).url
    texts = list(islice(_offers(page.tree, base), _MOST_LINKS))
    links = [link for url, words in texts if (link := _of_document(own, url, words)) is not None]
    here = _own_number(page.tree, own, texts) if links else None
    preceding: dict[str, int] = {}
    following: dict[str, int] = {}
    for link in links:
        if link.said == 1 and link.own is None:
            continue  # another name of this page, the first
        number, at = _position(link.other, link.said), _position(link.own, here)
        if _NEXT.fullmatch(link.words) and link.other is not None:
            following.setdefault(link.url, number)
        elif _PREVIOUS.fullmatch(link.words) or number < at:
            preceding.setdefault(link.url, number)
        elif number > at:
            following.setdefault(link.url, number)
    for url, number in _written(page.tree, base, own):
        target = following if number > 0 else preceding
        if url not in preceding and url not in following:
            target[url] = 1000 + number if number > 0 else number
    if not _is_believed(links, here):
        return ArticlePager()
    whole = next((url for url, words in texts if _WHOLE.fullmatch(words) and is_whole_of(url, own)), None)
    return ArticlePager(
        preceding=tuple(sorted(preceding, key=lambda url: preceding[url])),
        following=tuple(sorted(following, key=lambda url: following[url])),
        whole=whole if preceding or following else None,
    )


def _position(written: int | None, said: int | None) -> int:
    """Where a page stands among the others, for their order: by its address, else by what is said of it."""
    return written if written is not None else 0 if said is None else min(said, 0)


def _is_believed(links: list[_Link], here: int | None) -> bool:
    """Whether a number in the page's own address is that of a page, not of an article (``content_17.htm``)."""
    numbers = [link.own for link in links if link.own is not None]
    if not numbers or min(numbers) <= 1 or any(link.is_sure for link in links):
        return True
    first = any(link.other is None for link in links)
    return first or (here is not None and numbers[0] in (here, here - 1))


def _offers(tree: Any, base: str) -> Iterator[tuple[str, str]]:
    """Address and words of everything that leads on: links, options of menus, relations."""
    for node in tree.iter("a", "option", "link"):
        if node.tag == "link":
            relation = (node.get("rel") or "").lower().split()
            words = "next" if "next" in relation else "prev" if {"prev", "previous"} & set(relation) else ""
        else:
            words = _words(node)
        href = node.get("value") if node.tag == "option" else node.get("href")
        if not words or not href or len(words) > _LONGEST or not _says_page(words) or href.strip().startswith("#"):
            continue
        if (url := join(base, href)) is not None:
            yield urldefrag(url).url, words


def _says_page(words: str) -> bool:
    if not _MAY_SAY_PAGE.search(words):  # nearly all links of a page
        return False
    return any(form.fullmatch(words) for form in (_NUMBER, _NEXT, _PREVIOUS, _WHOLE))


def _words(node: Any) -> str:
    """What a link says; empty where it is too long for a pager."""
    words = (node.text or "") if len(node) == 0 else "".join(node.itertext())
    if len(words) > _LONGEST * 4:
        return ""
    words = " ".join(words.split())
    if words and not _ONLY_SIGNS.fullmatch(words):
        return words
    images = ((image.get("alt") or image.get("title") or "") for image in node.iter("img"))
    said = (node.get("title") or "", node.get("aria-label") or "", *images)
    return next((" ".join(one.split()) for one in said if one.strip()), words)


def _of_document(own: str, url: str, words: str) -> _Link | None:
    number = _NUMBER.fullmatch(words)
    if not (number or _NEXT.fullmatch(words) or _PREVIOUS.fullmatch(words)):
        return None
    numbers = part_numbers(own, url)
    if numbers is None:
        return None
    return _Link(
        url=url, words=words, own=numbers.own, other=numbers.other, is_sure=numbers.is_sure,
        said=int(number[1]) if number else None,
    )  # fmt: skip


def _own_number(tree: Any, own: str, texts: list[tuple[str, str]]) -> int | None:
    """The number that a bar gives to this page: of a link to itself, or one that stands between the links."""
    for url, words in texts:
        if url == own and (number := _NUMBER.fullmatch(words)):
            return int(number[1])
    for anchor in islice(tree.iter("a"), _MOST_LINKS):
        if not _NUMBER.fullmatch("".join(anchor.itertext())):
            continue
        for bar in islice(anchor.iterancestors(), 2):
            loose = _loose_numbers(bar)
            if len(loose) == 1:
                return loose[0]
            if loose:
                break
    return None


def _loose_numbers(bar: Any) -> list[int]:
    """The numbers of a bar outside of links; a bar says little else."""
    nodes = list(islice(bar.iterdescendants(), 200))
    texts = [bar.text, *(node.tail for node in nodes)]
    texts += [node.text for node in nodes if node.tag != "a" and next(node.iterancestors("a"), None) is None]
    said = [text.strip() for text in texts if text and text.strip()]
    return [int(found[1]) for text in said if (found := _NUMBER.fullmatch(text))]


def _written(tree: Any, base: str, own: str) -> Iterator[tuple[str, int]]:
    """Addresses that scripts write, and how many pages they are from this one."""
    text = "\n".join(script.text for script in tree.iter("script") if script.text)
    if "age" not in text:  # page, Page
        return
    name = re.sub(r"\.\w{2,5}$", "", own.partition("?")[0].rpartition("/")[2])
    for pager in written_pagers(text):
        stem = re.sub(r"_\d{1,3}$", "", name) if pager.current not in (None, pager.first) else name
        current = pager.current if pager.current is not None else pager.first
        found = []
        for number in range(pager.first, pager.first + pager.count):
            url = join(base, pager.address(stem, number))
            if number != current and url is not None and part_numbers(own, url) is not None:
                found.append((url, number - current))
        if found:
            yield from found
            return
