"""From a response, or its absence, to what the ledger is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, FetchResult, Outcome, UrlState
from cleaners.urls import canonical
from crawler.middlewares.address_guard import AddressRefused

NOT_MODIFIED = 304
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection refused"),
    (CannotResolveHostError, "host not found"),
    (ResponseDataLossError, "cut short"),
    (DownloadCancelledError, "too large"),
)
_REFUSALS = (
    ("DOWNLOAD_MAXSIZE", "too large"),  # a bomb in the content encoding
    ("max redirections", "too many redirects"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderItem:
    """What the spider hands in: something to clean or to drop, and the visits that it is the outcome of."""

    item: Page | Drop | None
    """None where there is only something to note: a list was read, nothing has changed."""
    visits: tuple[FetchResult, ...]
    """The address that answered, then those that led to it."""


def read(response: Response, outcome: Outcome | None, found: Iterable[DiscoveredUrl] = ()) -> tuple[FetchResult, ...]:
    """The visits behind a response with something in it; ``outcome`` None: nothing has changed.

    What goes into ``If-Modified-Since`` next time is the ``Last-Modified``, else the ``Date`` (RFC 9110, 13.1.3).
    """
    header = response.headers
    etag = _text(header.get(b"ETag"))
    timed = etag is None and response.status == 200  # without any validator the time of the answer is one
    asked: DiscoveredUrl = response.meta["found"]
    visit = FetchResult(
        url=response.url,
        site=asked.site,
        kind=asked.kind,
        at=response.meta.get("fetched_at") or datetime.now(UTC),
        outcome=outcome,
        status=response.status,
        etag=etag,
        last_modified=_text(header.get(b"Last-Modified") or (header.get(b"Date") if timed else None)),
        digest=digest(response.body),
        found=tuple(found),
    )
    return visit, *_led_here(response.meta, visit.at, response.url)


def not_read(request: Request, drop: Drop, status: int | None = None) -> tuple[FetchResult, ...]:
    """The visits behind a request that brought nothing to read."""
    asked: DiscoveredUrl = request.meta["found"]
    at = datetime.now(UTC)
    visit = FetchResult(
        url=request.url, site=asked.site, kind=asked.kind, at=at, outcome="drop", detail=drop.reason, status=status
    )
    return visit, *_led_here(request.meta, at, request.url)


def moved(request: Request) -> tuple[FetchResult, ...]:
    """The visits of a redirect whose target is visited, or need not be visited, for itself."""
    asked: DiscoveredUrl = request.meta["found"]
    led = _led_here(request.meta, datetime.now(UTC), request.url)
    target = replace(asked, url=request.url)
    return tuple(replace(visit, found=(target,)) for visit in led)


def settled(visits: tuple[FetchResult, ...], result: Article | Drop | None) -> tuple[FetchResult, ...]:
    """The visits when it is known what came of the page."""
    if not visits or result is None or visits[0].outcome is None:
        return visits
    if isinstance(result, Article):
        return replace(visits[0], outcome="article", detail=result.id), *visits[1:]
    return replace(visits[0], outcome="drop", detail=result.reason), *visits[1:]


def is_unchanged(response: Response) -> bool:
    """Whether a page is what it was at the last visit: the server says so, or its bytes do."""
    known: UrlState | None = response.meta.get("known")
    if known is None or known.outcome is None or known.failed:
        return False
    return response.status == NOT_MODIFIED or (response.status == 200 and digest(response.body) == known.digest)


def digest(body: bytes) -> bytes:
    """16 bytes to tell one body from another."""
    return hashlib.blake2b(body, digest_size=16).digest()


def drop_of(request: Request, error: BaseException | None) -> Drop:
    """Why a request brought no response."""
    detail = error.detail if isinstance(error, AddressRefused) else f"{type(error).__name__}: {error}"[:300]
    return Drop(origin=request.url, url=request.url, stage="fetch", reason=_reason(error), detail=detail)


def _led_here(meta: dict[str, object], at: datetime, url: str) -> tuple[FetchResult, ...]:
    asked = meta["found"]
    chain = meta.get("redirect_urls", [])
    assert isinstance(asked, DiscoveredUrl)
    assert isinstance(chain, list)
    forms = dict.fromkeys(canonical(one) for one in chain if canonical(one) != canonical(url))
    return tuple(
        FetchResult(url=form, site=asked.site, kind=asked.kind, at=at, outcome="moved", detail=url) for form in forms
    )


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None


def _reason(error: BaseException | None) -> str:
    if isinstance(error, AddressRefused):
        return error.reason
    if isinstance(error, IgnoreRequest):  # raised by Scrapy's own middleware
        return next((reason for said, reason in _REFUSALS if said in str(error)), "refused")
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "failed")
