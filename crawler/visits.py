"""From a response, or its absence, to what the ledger is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response

from cleaners.config import SiteConfig
from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, FetchResult, LedgerNote, LinkReading, Outcome
from cleaners.urls import canonical
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.failure_reasons import reason_of
from crawler.request_context import get_context

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderItem:
    """What the spider hands in, and the visits that it is the outcome of."""

    item: Page | Article | Drop | None
    """A page, and once it is cleaned what came of it; None where there is only something to note: a list was read,
    nothing has changed, a page is only archived."""
    visits: tuple[LedgerNote, ...]
    """The address that answered, then those that led to it; the ledger learns of them when the item is stored."""


def read(response: Response, outcome: Outcome | None, found: Iterable[DiscoveredUrl] = ()) -> tuple[FetchResult, ...]:
    """The visits behind a response with something in it; ``outcome`` None: nothing has changed.

    What goes into ``If-Modified-Since`` next time is the ``Last-Modified``, else the ``Date`` (RFC 9110, 13.1.3).
    """
    header = response.headers
    etag = _text(header.get(b"ETag"))
    timed = etag is None and response.status == 200  # without any validator the time of the answer is one
    context = get_context(response)
    asked, archived = context.found, context.archived
    visit = FetchResult(
        url=response.url,
        site=asked.site,
        kind=asked.kind,
        hops=asked.hops,
        pages=asked.pages,
        at=archived.fetched_at if archived else datetime.now(UTC),
        outcome=outcome,
        status=response.status,
        etag=etag,
        last_modified=_text(header.get(b"Last-Modified") or (header.get(b"Date") if timed else None)),
        digest=digest(response.body),
        found=tuple(found),
        reading=reading(context.site, asked),
        announcement=asked.announcement,
    )
    return visit, *_led_here(response, visit.at)


def reading(site: SiteConfig, asked: DiscoveredUrl) -> LinkReading:
    """What is done with the links of what is asked for: those of pages are followed while they are near a seed."""
    followed = asked.kind not in {"page", "part"} or asked.hops < site.follow.depth
    return LinkReading(followed=followed, rules=site.follow.digest)


def not_read(request: Request, drop: Drop, status: int | None = None) -> tuple[FetchResult, ...]:
    """The visits behind a request that brought nothing to read."""
    asked = get_context(request).found
    at = datetime.now(UTC)
    visit = FetchResult(
        url=request.url, site=asked.site, kind=asked.kind, hops=asked.hops, pages=asked.pages, at=at, outcome="drop",
        detail=drop.reason, status=status,
    )  # fmt: skip
    return visit, *_led_here(request, at)


def moved(request: Request) -> tuple[FetchResult, ...]:
    """The visits of a redirect whose target is visited, or need not be visited, for itself."""
    led = _led_here(request, datetime.now(UTC))
    target = replace(get_context(request).found, url=request.url)
    return tuple(replace(visit, found=(target,)) for visit in led)


def settled(visits: tuple[LedgerNote, ...], result: Article | Drop | None) -> tuple[LedgerNote, ...]:
    """The visits when it is known what came of the page."""
    if not visits or result is None or not isinstance(visits[0], FetchResult) or visits[0].outcome is None:
        return visits
    if isinstance(result, Article):
        return replace(visits[0], outcome="article", detail=result.id), *visits[1:]
    return replace(visits[0], outcome="drop", detail=result.reason), *visits[1:]


def is_unchanged(response: Response) -> bool:
    """Whether a page is what it was at the last visit: the server says so, or its bytes do."""
    known = get_context(response).known
    if known is None or known.outcome is None or known.failed:
        return False
    return response.status == NOT_MODIFIED or (response.status == 200 and digest(response.body) == known.digest)


def digest(body: bytes) -> bytes:
    """16 bytes to tell one body from another."""
    return hashlib.blake2b(body, digest_size=16).digest()


def drop_of(request: Request, error: BaseException | None) -> Drop:
    """Why a request brought no response."""
    detail = error.detail if isinstance(error, AddressRefused) else f"{type(error).__name__}: {error}"[:300]
    return Drop(origin=request.url, url=request.url, stage="fetch", reason=reason_of(error), detail=detail)


def _led_here(message: Request | Response, at: datetime) -> tuple[FetchResult, ...]:
    """A visit for each address from which a redirect led to that of the request or response."""
    asked, url = get_context(message).found, message.url
    chain: list[str] = message.meta.get("redirect_urls", [])
    forms = dict.fromkeys(canonical(one) for one in chain if canonical(one) != canonical(url))
    return tuple(
        FetchResult(
            url=form, site=asked.site, kind=asked.kind, hops=asked.hops, pages=asked.pages, at=at, outcome="moved",
            detail=url,
        )
        for form in forms
    )  # fmt: skip


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
