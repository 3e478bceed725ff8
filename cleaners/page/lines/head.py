"""What the head of a page declares, as it stands: title, meta elements, JSON-LD, canonical address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from cleaners.items import Head

_NAMES = ("name", "property", "http-equiv", "itemprop")


def declarations(tree: Any) -> Mapping[str, Sequence[Any]]:
    """The elements of a page that declare something, in document order: tag -> elements."""
    found: dict[str, list[Any]] = {tag: [] for tag in ("base", "title", "meta", "link", "script")}
    for element in tree.iter(*found):
        found[element.tag].append(element)
    return found


def read_head(tree: Any, declared: Mapping[str, Sequence[Any]], base: str | None) -> Head:
    """Collect what a parsed page declares (:func:`declarations`); relative addresses are joined to ``base``."""
    canonical, meta = _canonical(declared["link"], base), _meta(declared["meta"])
    title = next((t for t in declared["title"] if t.getparent() is None or t.getparent().tag != "svg"), None)
    return Head(
        title=" ".join("".join(title.itertext()).split()) if title is not None else "",
        meta=meta,
        json_ld=tuple(s.text for s in declared["script"] if "ld+json" in (s.get("type") or "").lower() and s.text),
        canonical=canonical,
        declared_url=canonical or join(base, next((told for name, told in meta if name == "og:url"), None)),
        language=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip() or None,
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


def _canonical(elements: Sequence[Any], base: str | None) -> str | None:
    links = (link for link in elements if (link.get("rel") or "").lower() == "canonical")
    return next(filter(None, (join(base, link.get("href")) for link in links)), None)
