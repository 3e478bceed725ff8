"""The other pages of an article: fetched when the first is read, whatever `follow.depth` says, and handed in as one.

They are asked for within the callback of the first page, through the same guard, robots.txt, limits and pauses as all
else. What came of the article, its pages and the ledger's entries for them goes to the store in one transaction: a run
that is killed between two pages has noted none of them, and the next run asks for the first page again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.http import Response

from cleaners import parts
from cleaners.items import Article, Drop, MissingPart, Page
from cleaners.parts import ArticleAssembly
from cleaners.pipeline import clean
from cleaners.store import DiscoveredUrl, FetchResult, Outcome
from cleaners.urls import canonical
from crawler import visits
from crawler.ingest_queue import IngestQueue
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.conditional_get import NOT_DUE
from crawler.request_context import RequestContext, get_context
from crawler.responses import ResponseReader
from crawler.visits import SpiderItem

LIMIT = "limit"
"""The reason of a refusal: the site, or the run, is at its limit."""
_DENIED = "denied by the seed file"
_BACK = 5  # steps from a later page to the first, where each names only the one before it


LIMITED = SpiderItem(item=Drop(origin="", stage="fetch", reason=LIMIT), visits=())
"""A page that was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page that was fetched and cleaned."""

    response: Response
    page: Page
    result: Article | Drop
    found: tuple[DiscoveredUrl, ...] = ()
    """What it links to and is to be visited."""
    refused: tuple[Drop, ...] = ()
    """Links on it that are not asked for."""

    @property
    def piece(self) -> Article | None:
        """What it adds to an article, None for nothing."""
        return parts.page_of(self.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRead:
    """What came of a page and the other pages of its article."""

    items: tuple[SpiderItem, ...]
    """What is to be handed in."""
    result: Article | Drop | None = None
    """What came of the page itself, None where that was known."""
    found: tuple[DiscoveredUrl, ...] = ()
    """What the pages link to and is to be visited; none of them among it."""
    left: bool = False
    """Whether a limit kept pages from being fetched: the article is not done and is asked for again."""


class PartFetcher:
    """Completes articles. Belongs to the event loop."""

    def __init__(
        self,
        *,
        desk: IngestQueue,
        answers: ResponseReader,
        fetch: Callable[[Request], Awaitable[Response]],
        request: Callable[[DiscoveredUrl, RequestContext], Request],
        read: Callable[[Response], Awaitable[tuple[Page, tuple[DiscoveredUrl, ...], list[Drop]]]],
    ) -> None:
        """``request`` makes a request for a page beside the one of a context; ``read`` gives the page of a response,
        and what on it is to be visited."""
        self._desk = desk
        self._answers = answers
        self._fetch = fetch
        self._request = request
        self._read_page = read
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[str, int] = defaultdict(int)
        self._joined: set[str] = set()
        """Canonical forms of the pages that were read as one of several."""

    def has_joined(self, url: str) -> bool:
        """Whether a page was read in this run as one of an article of several."""
        return canonical(url) in self._joined

    async def read(self, response: Response, page: Page, found: tuple[DiscoveredUrl, ...]) -> ArticleRead:
        """What came of a page that may name others of its article (:func:`cleaners.parts.may_name_parts`)."""
        read = PageRead(response=response, page=page, result=await self._clean(page), found=found)
        piece = read.piece
        if piece is None or not piece.pager.is_told:
            return self._alone(read)
        async with self._turn(piece.pager.preceding[0] if piece.pager.is_later else response.url):
            if self.has_joined(response.url):  # noted with its article; what redirected here is still to be noted
                return ArticleRead(items=(SpiderItem(item=None, visits=_visits(read)[1:]),))
            if piece.pager.is_later:
                return await self._from_its_first_page(read, piece)
            return await self._assembled(read) if isinstance(read.result, Article) else self._alone(read)

    async def _clean(self, page: Page) -> Article | Drop:
        """What comes of a page. A run that only archives has no processes for that: it is done in a thread."""
        result = await self._desk.clean(page)
        return await asyncio.to_thread(clean, page) if result is None else result

    @asynccontextmanager
    async def _turn(self, first: str) -> AsyncIterator[None]:
        """One after the other for the pages of one article: a list may name several of them."""
        key = canonical(first)
        self._waiting[key] += 1
        try:
            async with self._turns[key]:
                yield
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._turns[key]

    async def _from_its_first_page(self, read: PageRead, piece: Article) -> ArticleRead:
        """A later page that was found by itself: the article is read from its first page on, this one with it."""
        first, url, seen = read, piece.pager.preceding[0], {canonical(read.response.url)}
        for _ in range(_BACK):
            got = await self._get(url, first)
            if isinstance(got, SpiderItem):
                assert isinstance(got.item, Drop)
                if got.item.reason == LIMIT:
                    return ArticleRead(items=(), left=True)
                return self._without_its_first_page(read, piece, got, url)
            first, seen = got, seen | {canonical(got.response.url)}
            if got.piece is None or not got.piece.pager.is_later or canonical(got.piece.pager.preceding[0]) in seen:
                break
            url = got.piece.pager.preceding[0]
        if not isinstance(first.result, Article) or not parts.is_same_article(first.result, piece):
            return self._alone(read)  # its numbers are of something else
        whole = await self._assembled(first, {canonical(read.response.url): read})
        if whole.left or self.has_joined(read.response.url):
            return whole
        alone = self._alone(read)  # the first page does not lead here
        return replace(alone, items=(*whole.items, *alone.items), found=(*whole.found, *alone.found))

    def _without_its_first_page(self, read: PageRead, piece: Article, got: SpiderItem, url: str) -> ArticleRead:
        result = read.result
        if isinstance(result, Article) and isinstance(got.item, Drop):
            others = (one for one in result.missing_parts if one.url != url)
            result = replace(result, missing_parts=(MissingPart(url=url, reason=got.item.reason), *others))
        alone = self._alone(replace(read, result=result))
        return replace(alone, items=(got, *alone.items)) if got.item is not None else alone

    async def _assembled(self, first: PageRead, at_hand: dict[str, PageRead] | None = None) -> ArticleRead:
        """An article from its first page on; ``at_hand``: pages that were fetched before, by their canonical form."""
        assert isinstance(first.result, Article)
        assembly = ArticleAssembly(first.result, most=get_context(first.response).site.limits.parts)
        joined: list[PageRead] = []
        failed: list[SpiderItem] = []
        if assembly.whole is not None:
            got = await self._get(assembly.whole, first)
            if isinstance(got, PageRead) and isinstance(got.result, Article) and assembly.offer_whole(got.result):
                joined.append(got)
        left = False
        while (url := assembly.wanted()) is not None:
            got = LIMITED if left else (at_hand or {}).get(canonical(url)) or await self._get(url, first)
            if isinstance(got, SpiderItem):
                assert isinstance(got.item, Drop)
                if got.item.reason != NOT_DUE:
                    assembly.miss(got.item.reason)
                left = left or got.item.reason == LIMIT
                failed += [got] if got.item.reason not in (LIMIT, NOT_DUE, _DENIED) else []
            elif (piece := got.piece) is None:
                assert isinstance(got.result, Drop)
                assembly.miss(got.result.reason)
                failed.append(SpiderItem(item=got.result, visits=_visits(got)))
            elif assembly.offer(piece):
                joined.append(got)
        failed += [SpiderItem(item=drop, visits=()) for one in joined for drop in one.refused]
        return self._handed_in(assembly.article(), first, joined, failed, left)

    def _handed_in(
        self, article: Article, first: PageRead, joined: Sequence[PageRead], failed: Sequence[SpiderItem], left: bool
    ) -> ArticleRead:
        pages = (first, *joined)
        self._joined.update(canonical(one.response.url) for one in pages)
        own = {canonical(one.response.url) for one in pages} | {canonical(part.url) for part in article.missing_parts}
        found = tuple(link for one in pages for link in one.found if canonical(link.url) not in own)
        if left:  # nothing is noted: it is asked for again
            return ArticleRead(items=(SpiderItem(item=self._kept(article), visits=()),), left=True)
        noted = replace(first, found=found)
        digest = hashlib.blake2b(b"".join(visits.digest(one.page.body) for one in pages), digest_size=16).digest()
        known = get_context(first.response).known
        if known is not None and known.outcome == "article" and known.digest == digest and not article.missing_parts:
            self._desk.tally.unchanged += len(pages)
            return ArticleRead(items=(SpiderItem(item=None, visits=_visits(noted, None, digest)), *failed), found=found)
        self._desk.tally.joined += len(joined)
        done = _visits(noted, "archived", digest)
        done += tuple(visit for one in joined for visit in _joined(one, article.id))
        items = SpiderItem(item=self._kept(article), visits=done), *failed
        return ArticleRead(items=items, result=article, found=found)

    def _alone(self, read: PageRead) -> ArticleRead:
        """A page as it is."""
        result = parts.settled(read.result)
        item = SpiderItem(item=self._kept(result), visits=_visits(read))
        return ArticleRead(items=(item,), result=result, found=read.found)

    def _kept(self, result: Article | Drop) -> Article | Drop | None:
        return None if self._desk.only_archives else result

    async def _get(self, url: str, beside: PageRead) -> PageRead | SpiderItem:
        """A page fetched and cleaned, or the Drop that it is instead."""
        context = get_context(beside.response)
        if context.site.follow.denies(url):
            return SpiderItem(item=Drop(origin=url, url=url, stage="fetch", reason=_DENIED), visits=())
        part = DiscoveredUrl(
            url=url, site=context.site.id, kind="part", hops=context.found.hops, edition=context.found.edition
        )
        request = self._request(part, context)
        try:
            response = await self._fetch(request)
        except Exception as error:  # whatever the download raises: it has no errback here
            if isinstance(error, AddressRefused) and error.reason == LIMIT:
                return LIMITED
            return self._answers.none_for(request, error)
        if nothing := await self._answers.without_news(response):
            return nothing
        page, found, refused = await self._read_page(response)
        result = await self._clean(page)
        return PageRead(response=response, page=page, result=result, found=found, refused=tuple(refused))


def _visits(
    read: PageRead, outcome: Outcome | None = "archived", digest: bytes | None = None
) -> tuple[FetchResult, ...]:
    """The visits behind a page; with ``digest``: that of an article of several pages, of which no server can say that
    it has not changed."""
    first, *led = visits.read(read.response, outcome, read.found)
    if digest is not None:
        first = replace(first, kind="page", etag=None, last_modified=None, digest=digest)
    return first, *led


def _joined(read: PageRead, article: str) -> tuple[FetchResult, ...]:
    """The visits behind a page that stands in the article of another."""
    first, *led = visits.read(read.response, "joined")
    return replace(first, kind="part", detail=article, etag=None, last_modified=None), *led
