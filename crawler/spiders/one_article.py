"""Fetches one article with its other pages, and its pictures, under the rules of a crawl, and keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from cleaners import parts
from cleaners.config import SiteConfig
from cleaners.context import CleaningContext
from cleaners.export.pictures import PictureBasket
from cleaners.export.publication import EmbeddedPicture
from cleaners.items import Article, Drop, Page
from cleaners.parts import ArticleAssembly
from cleaners.pipeline import clean
from cleaners.store import DiscoveredUrl
from cleaners.urls import canonical
from crawler.discover import is_address
from crawler.request_context import RequestContext, request_for
from crawler.spiders.one_page import answered
from crawler.visits import drop_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedArticle:
    """What came of an address."""

    result: Article | Drop
    """The article of all its pages; of each the ``origin`` is its address."""
    pages: tuple[Page, ...] = ()
    """The pages it was joined from, in order."""
    pictures: tuple[EmbeddedPicture, ...] = ()
    """Those of its pictures that could be had, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadPage:
    """A page that was fetched and cleaned by itself."""

    page: Page
    result: Article | Drop


class OneArticleSpider(Spider):
    """The page of an address, the pages that it names as those of its article, then the pictures of the article."""

    name = "one-article"

    def __init__(
        self, *, url: str, site: SiteConfig, context: CleaningContext, with_pictures: bool,
        fetched: list[FetchedArticle], **kwargs: Any,
    ) -> None:  # fmt: skip
        """``fetched`` gets the one result; it stays empty where the run is interrupted."""
        super().__init__(**kwargs)
        self._url = url
        self._site = site
        self._context = context
        self._with_pictures = with_pictures
        self._fetched = fetched

    async def start(self) -> AsyncIterator[Request]:
        """The request for the page; the others are made while it is read."""
        yield self._request(self._url, callback=self.page, errback=self.failed)

    async def page(self, response: Response) -> None:
        """The page of the address."""
        page = answered(response)
        if isinstance(page, Drop):
            self._fetched.append(FetchedArticle(result=page))
            return
        found = await self._joined(await self._read(page))
        if self._with_pictures and isinstance(found.result, Article):
            pictures = await self._pictures(found.result)
            found = FetchedArticle(result=found.result, pages=found.pages, pictures=pictures)
        self._fetched.append(found)

    def failed(self, failure: Failure) -> None:
        """No answer."""
        self._fetched.append(FetchedArticle(result=drop_of(failure.request, failure.value)))  # type: ignore[attr-defined]

    async def _joined(self, asked: _ReadPage) -> FetchedArticle:
        """The article that a page belongs to, from its first page on."""
        first = await self._first_page(asked)
        if not isinstance(first.result, Article):
            return FetchedArticle(result=parts.settled(first.result), pages=(first.page,))
        assembly = ArticleAssembly(first.result, most=self._site.limits.parts)
        pages = [first.page]
        if assembly.whole is not None:
            got = await self._get(assembly.whole)
            if isinstance(got, _ReadPage) and isinstance(got.result, Article) and assembly.offer_whole(got.result):
                pages.append(got.page)
        while (url := assembly.wanted()) is not None:
            got = asked if canonical(url) == canonical(asked.page.url or "") else await self._get(url)
            if isinstance(got, Drop):
                assembly.miss(got.reason)
            elif (piece := parts.page_of(got.result)) is None:
                assert isinstance(got.result, Drop)
                assembly.miss(got.result.reason)
            elif assembly.offer(piece):
                pages.append(got.page)
        return FetchedArticle(result=assembly.article(), pages=tuple(pages))

    async def _first_page(self, asked: _ReadPage) -> _ReadPage:
        """The first page of the article of a later page, where it is to be had; else that page."""
        piece = parts.page_of(asked.result)
        if piece is None or not piece.pager.is_later:
            return asked
        first = await self._get(piece.pager.preceding[0])
        if isinstance(first, Drop) or not isinstance(first.result, Article):
            return asked
        return first if parts.is_same_article(first.result, piece) else asked

    async def _pictures(self, article: Article) -> tuple[EmbeddedPicture, ...]:
        basket = PictureBasket()
        for image in article.images:
            if basket.room and is_address(image.url):
                basket.add(image.url, await self._picture(image.url, basket.room))
        return basket.pictures

    async def _picture(self, url: str, most: int) -> bytes | None:
        """The bytes of a picture; None for one that cannot be had: it stays a link."""
        request = self._request(url, is_picture=True, headers={"Accept": "image/*"}, callback=NO_CALLBACK)
        request.meta["download_maxsize"] = min(most, self.settings.getint("DOWNLOAD_MAXSIZE"))
        try:
            response = await self._download(request)
        except Exception as error:  # whatever the download raises: it has no errback here
            self.logger.info("%s: %s", url, drop_of(request, error).reason)
            return None
        return bytes(response.body) if response.status == 200 and "download_stopped" not in response.flags else None

    async def _get(self, url: str) -> _ReadPage | Drop:
        """Another page of the article."""
        request = self._request(url, callback=NO_CALLBACK)
        try:
            page = answered(await self._download(request))
        except Exception as error:  # as above
            return drop_of(request, error)
        return page if isinstance(page, Drop) else await self._read(page)

    async def _read(self, page: Page) -> _ReadPage:
        return _ReadPage(page=page, result=await asyncio.to_thread(clean, page, self._context))

    async def _download(self, request: Request) -> Response:
        engine: Any = self.crawler.engine
        response: Response = await engine.download_async(request)
        return response

    def _request(self, url: str, *, is_picture: bool = False, **options: Any) -> Request:
        found = DiscoveredUrl(url=url, site=self._site.id)
        context = RequestContext(site=self._site, found=found, is_picture=is_picture)
        return request_for(url, context, **options)
