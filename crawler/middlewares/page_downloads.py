"""The requests of a page's scripts, made by the crawl: each under its guard, robots.txt, pauses and limits."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.browser import RequestRefusedError, ScriptAnswer, ScriptRequest
from crawler.discover import is_address
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.failure_reasons import reason_of
from crawler.middlewares.politeness import RequestPace
from crawler.middlewares.warc_recorder import pairs
from crawler.request_context import RequestContext, request_for


class ScriptCache:
    """Scripts that the pages of a site have in common: each is asked for once a run."""

    def __init__(self, most: int) -> None:
        """``most``: bytes kept; what was not used for longest goes first."""
        self._most = most
        self._size = 0
        self._answers: OrderedDict[tuple[str, str], ScriptAnswer] = OrderedDict()

    def get(self, site: str, url: str) -> ScriptAnswer | None:
        """The answer to a script's address, None where it is not kept. What one site may read another may not."""
        if (site, url) in self._answers:
            self._answers.move_to_end((site, url))
        return self._answers.get((site, url))

    def put(self, site: str, url: str, answer: ScriptAnswer) -> None:
        """Keep an answer."""
        if (site, url) in self._answers or len(answer.body) > self._most:
            return
        self._answers[site, url] = answer
        self._size += len(answer.body)
        while self._size > self._most:
            self._size -= len(self._answers.popitem(last=False)[1].body)


class PageDownloads:
    """Makes the requests of one page's scripts; see :class:`crawler.browser.ScriptDownloads`."""

    def __init__(self, crawler: Crawler, page: RequestContext, request: Request, scripts: ScriptCache) -> None:
        self._crawler = crawler
        self._context = page
        self._page = request
        self._scripts = scripts
        self._waiting: set[Request] = set()
        self.at_limit = ""
        """The limit of the site or the run that kept a request from being made; empty where none did."""

    def pause(self, url: str) -> float:
        """See the protocol."""
        if self._scripts.get(self._context.site.id, url) is not None or not is_address(url):
            return 0.0
        pace: Any = self._crawler.get_extension(RequestPace)
        pause: float = pace.pause(self._request(url))
        return pause

    async def fetch(self, request: ScriptRequest, *, most: int) -> ScriptAnswer:
        """See the protocol."""
        if (kept := self._scripts.get(self._context.site.id, request.url)) is not None:
            return kept
        if not is_address(request.url):
            raise RequestRefusedError("guard: not a web address")
        if request.method not in {"GET", "HEAD"} and not (
            request.method == "POST" and self._context.site.owns(request.url)
        ):
            raise RequestRefusedError(f"{request.method} to another site")
        made = self._request(request.url, method=request.method, headers=dict(request.headers), body=request.body)
        made.meta["download_maxsize"] = min(most, self._crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        made.meta["dont_retry"] = True
        answer = await self._answer(made)
        if request.is_script and answer.status == 200:
            self._scripts.put(self._context.site.id, request.url, answer)
        return answer

    def close(self) -> None:
        """See the protocol."""
        engine: Any = self._crawler.engine
        for slot in list(engine.downloader.slots.values()):
            for entry in [queued for queued in slot.queue if queued[0] in self._waiting]:
                slot.queue.remove(entry)
                entry[1].errback(AddressRefused("the page is read"))

    async def _answer(self, request: Request) -> ScriptAnswer:
        engine: Any = self._crawler.engine
        self._waiting.add(request)
        try:
            response: Response = await engine.download_async(request)
        except Exception as error:
            if isinstance(error, AddressRefused) and error.reason == "limit":
                self.at_limit = error.detail
            raise RequestRefusedError(reason_of(error)) from None
        finally:
            self._waiting.discard(request)
        if "download_stopped" in response.flags:
            raise RequestRefusedError("no text")
        return ScriptAnswer(status=response.status, headers=pairs(response.headers), body=response.body)

    def _request(self, url: str, **options: Any) -> Request:
        context = RequestContext(
            site=self._context.site, found=self._context.found, for_page=self._page.url, opt_out=self._context.opt_out
        )
        return request_for(url, context, callback=NO_CALLBACK, **options)
