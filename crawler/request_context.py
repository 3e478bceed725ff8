"""What travels with a request through Scrapy: one typed object, set and read here and nowhere else.

Scrapy gives a request one free place, the dict ``meta``, which its own middlewares use too (``redirect_times``,
``proxy``). Ours is a single key of it; it survives retries and redirects, which copy ``meta``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response

from cleaners.config import SiteConfig
from cleaners.store import DiscoveredUrl, UrlState

_KEY = "jianbao"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedExchange:
    """The record of a response in the archive."""

    fetched_at: datetime
    """UTC."""
    origin: Future[str]
    """Where the record lies, once a thread has written it: ``NAME.warc/FILE#OFFSET``."""
    record_id: str
    """Its ``WARC-Record-ID``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Why a request is made, and what was learned on its way. Picklable until its response is archived."""

    site: SiteConfig
    """The job's site that it belongs to."""
    found: DiscoveredUrl
    """The address as it was found; after a redirect still the one that led there."""
    known: UrlState | None = None
    """What earlier visits noted of the address that is asked for now; None where it is new."""
    opt_out: tuple[str, ...] = ()
    """What the host reserves from text and data mining."""
    for_page: str | None = None
    """The address of the page whose script asks, in a browser; None where the crawl itself does."""
    is_picture: bool = False
    """Whether a picture of an article is asked for: nothing else will do."""
    unrendered: str = ""
    """Why a browser that was to read the page shows nothing either; empty where none had to."""
    archived: ArchivedExchange | None = None
    """None until a response has come; after a redirect or a failed attempt the record of that one."""

    @property
    def is_page(self) -> bool:
        """Whether it asks for a page of an article, as far as is known; else for what announces pages, or what a page
        needs."""
        return self.found.kind in {"page", "part"} and self.for_page is None and not self.is_picture


def request_for(url: str, context: RequestContext, *, callback: Callable[..., Any], **options: Any) -> Request:
    """A request that carries a context; ``options``: those of Scrapy's ``Request``."""
    return Request(url, callback=callback, meta={_KEY: context}, **options)


def get_context(message: Request | Response) -> RequestContext:
    """The context of a request, or of the request that a response answers.

    Raises ``LookupError`` where there is none.
    """
    context = find_context(message)
    if context is None:
        raise LookupError(f"{message.url}: a request without a RequestContext: make it with request_for()")
    return context


def find_context(message: Request | Response) -> RequestContext | None:
    """The same, None for what Scrapy or a middleware asks for by itself: robots.txt, tdmrep.json."""
    context: RequestContext | None = message.meta.get(_KEY)
    return context


def amend_context(request: Request, **changes: Any) -> RequestContext:
    """Put a context with other values in some fields in place of a request's; returns it. Raises as `get_context`."""
    context: RequestContext = replace(get_context(request), **changes)
    request.meta[_KEY] = context
    return context
