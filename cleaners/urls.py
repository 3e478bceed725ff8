"""Addresses: canonical form, registered domain, ids. Pure functions, offline."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # both libraries import half of what there is for the web, and pages without an address need neither
    from tldextract import TLDExtract

_TRACKING = ("utm_", "spm", "from_source", "share_token", "wfr", "fbclid", "gclid")


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """The canonical form of an address: sorted query, no fragment, no tracking parameters, lower-case host.

    >>> canonical("HTTP://News.Example/a?b=2&a=1&utm_source=x#top")
    'http://news.example/a?a=1&b=2'
    """
    from w3lib.url import canonicalize_url

    form = canonicalize_url(url.strip())
    if "?" not in form:
        return form
    path, _, query = form.partition("?")
    kept = [part for part in query.split("&") if not part.lower().startswith(_TRACKING)]
    return f"{path}?{'&'.join(kept)}" if kept else path


@lru_cache(maxsize=4096)
def _domain(host: str) -> str:
    return _list()(host).top_domain_under_public_suffix or host


@cache
def _list() -> TLDExtract:
    """The list that ships with the library: no fetch at run time, the same answer everywhere."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(url: str | None) -> str | None:
    """The registered domain of an address, its host where it has none (an IP address), None without an address.

    >>> site_of("https://www.news.gov.cn/a.html")
    'news.gov.cn'
    """
    if not url:
        return None
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return _domain(host.partition(":")[0].lower()) if host else None


def clipping_id(url: str | None, body: bytes) -> str:
    """The id of a clipping: 16 hex digits of the SHA-256 of the canonical url, else of the bytes."""
    return hashlib.sha256(canonical(url).encode() if url else body).hexdigest()[:16]
