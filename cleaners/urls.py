"""Addresses: canonical form, registered domain, ids. Pure functions, offline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:  # both libraries import half of what there is for the web, and pages without an address need neither
    from tldextract import TLDExtract

_ROUTE = re.compile(r"!?/[^/]|![^/]")
_SHORT = re.compile(r"(?:(?:[\w-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3}|localhost)(?::\d+(?:/\S*)?|/\S*)", re.IGNORECASE)
_TRACKING = ("utm_", "spm", "from_source", "share_token", "wfr", "fbclid", "gclid")


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """The canonical form of an address: sorted query, no tracking parameters, lower-case host, no fragment but a route.

    >>> canonical("HTTP://News.Example/a?b=2&a=1&utm_source=x#top")
    'http://news.example/a?a=1&b=2'
    >>> canonical("https://news.example/?utm_source=x#/detail?id=1")
    'https://news.example/#/detail?id=1'

    What is no address stands for itself:

    >>> canonical("http://[a/")
    'http://[a/'
    """
    from w3lib.url import canonicalize_url

    try:
        form = canonicalize_url(url.strip())
    except ValueError:
        return url.strip()
    if "?" in form:
        path, _, query = form.partition("?")
        kept = [part for part in query.split("&") if not part.lower().startswith(_TRACKING)]
        form = f"{path}?{'&'.join(kept)}" if kept else path
    return form + route(url)


def route(url: str) -> str:
    """The fragment of an address with its ``#`` where it names a page of a script's own, else an empty string.

    ``#/detail?id=1`` and ``#!news/1`` do; ``#top``, ``#/`` and ``#!`` do not.

    >>> route("https://news.example/#!/news/1"), route("https://news.example/a#top"), route("https://news.example/#/")
    ('#!/news/1', '', '')
    """
    fragment = url.strip().partition("#")[2]
    return f"#{fragment}" if _ROUTE.match(fragment) else ""


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


class AddressOwner(Protocol):
    """A site as far as addresses go: what ``SiteConfig`` is, which takes long to import."""

    @property
    def id(self) -> str:
        """The name it has in its seed file."""
        ...

    def owns(self, url: str) -> bool:
        """Whether an address is one of its own."""
        ...


Owner = TypeVar("Owner", bound=AddressOwner)


def owner_of(url: str, sites: Iterable[Owner]) -> Owner | None:
    """The first site that owns an address."""
    return next((site for site in sites if site.owns(url)), None)


def site_name(url: str | None, sites: Iterable[AddressOwner]) -> str | None:
    """The name that articles of an address have: the id of the first site that owns it, else its domain."""
    owner = owner_of(url, sites) if url else None
    return owner.id if owner else site_of(url)


def is_address_in_short(text: str) -> bool:
    """Whether somebody has left out the ``https://`` of an address; a name without port and path may be a file's.

    >>> [is_address_in_short(one) for one in ("news.example/1.html", "127.0.0.1:8101", "pages/1.html", "page.html")]
    [True, True, False, False]
    """
    return _SHORT.fullmatch(text) is not None


def is_web_address(url: str) -> bool:
    """Whether it can be asked for at all: http or https, a host, no port 0, nothing that UTF-8 cannot hold.

    >>> [is_web_address(url) for url in ("https://a.example/b", "ftp://a.example/", "http://a.example:0/", "http://[a/")]
    [True, False, False, False]
    """
    try:
        parts = urlsplit(url.encode().decode())
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port beyond 65535, half a surrogate pair
        return False


def clipping_id(url: str | None, body: bytes) -> str:
    """The id of a clipping: 16 hex digits of the SHA-256 of the canonical url, else of the bytes."""
    return hashlib.sha256(canonical(url).encode("utf-8", "replace") if url else body).hexdigest()[:16]


def path_and_query(url: str) -> str:
    """The path of an address with its query, as rules of robots.txt and its like are held against it.

    >>> path_and_query("https://news.example/a?id=1#top"), path_and_query("https://news.example")
    ('/a?id=1', '/')
    """
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
