"""What the head of a page declares, as it stands: title, meta elements, JSON-LD, canonical and next address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from cleaners.items import Head

_NAMES = ("name", "property", "http-equiv", "itemprop")
_NEXT_WORDS = re.compile(r"下一?[页頁]")
_NEXT_LINK = re.compile(r"[\s\[（(【<«‹]*下一?[页頁][\s\]）)】>»›→]*")
_PAGE_NUMBER = re.compile(r"[-_]?(?:p|page)?\d{1,3}$", re.IGNORECASE)


def declarations(tree: Any) -> Mapping[str, Sequence[Any]]:
    """The elements of a page that declare something, in document order: tag -> elements."""
    found: dict[str, list[Any]] = {tag: [] for tag in ("base", "title", "meta", "link", "script")}
    for element in tree.iter(*found):
        found[element.tag].append(element)
    return found


def read_head(tree: Any, declared: Mapping[str, Sequence[Any]], text: str, url: str | None, base: str | None) -> Head:
    """Collect what a parsed page declares (:func:`declarations`); relative addresses are joined to ``base``."""
    canonical, following = _links(declared["link"], base)
    if following is None and _NEXT_WORDS.search(text):
        following = _pager(tree, base, url)
    meta = _meta(declared["meta"])
    title = next((t for t in declared["title"] if t.getparent() is None or t.getparent().tag != "svg"), None)
    return Head(
        title=" ".join("".join(title.itertext()).split()) if title is not None else "",
        meta=meta,
        json_ld=tuple(s.text for s in declared["script"] if "ld+json" in (s.get("type") or "").lower() and s.text),
        canonical=canonical,
        declared_url=canonical or join(base, next((told for name, told in meta if name == "og:url"), None)),
        language=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip() or None,
        next_url=following,
    )


def _meta(elements: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for element in elements:
        content = element.get("content")
        if content:
            found += [(name.lower(), content) for key in _NAMES if (name := element.get(key))]
    return tuple(found)


def base_of(elements: Sequence[Any], url: str | None) -> str | None:
    """What relative addresses are joined to: the ``href`` of the first ``base``, else the page's own address."""
    return join(url, elements[0].get("href") if elements else None) or url


def join(base: str | None, href: str | None) -> str | None:
    """An absolute http address, or None where none can be made."""
    if not href:
        return None
    try:
        joined = urljoin(base or "", href.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") else None
    except ValueError:
        return None


def _links(elements: Sequence[Any], base: str | None) -> tuple[str | None, str | None]:
    canonical = following = None
    for element in elements:
        relation = (element.get("rel") or "").lower()
        if relation == "canonical":
            canonical = canonical or join(base, element.get("href"))
        elif relation == "next":
            following = following or join(base, element.get("href"))
    return canonical, following


def _pager(tree: Any, base: str | None, url: str | None) -> str | None:
    """The address behind a 下一页 link that names a further page of the same document."""
    for element in islice(tree.iter("a"), 3000):
        href = element.get("href")
        if not href or not _NEXT_LINK.fullmatch("".join(element.itertext())):
            continue
        found = join(base, href)
        if found and (url is None or (found != url and _same_document(found, url))):
            return found
    return None


def _same_document(found: str, url: str) -> bool:
    """Pages of one article differ in a short page number at the end of the path, or only in the query."""
    one, other = urlsplit(found), urlsplit(url)
    if one.netloc != other.netloc:
        return False
    stems = [part.path.rpartition(".")[0] or part.path for part in (one, other)]
    return stems[0] == stems[1] or _PAGE_NUMBER.sub("", stems[0]) in (stems[1], _PAGE_NUMBER.sub("", stems[1]))
