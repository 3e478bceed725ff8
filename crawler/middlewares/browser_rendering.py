"""Pages that are empty shells of scripts, on sites that say ``render: true``: read by a browser, then passed on.

The browser asks nobody: each request of a page's scripts goes through Scrapy's downloader, as every other request of
the crawl does, so under the guard, robots.txt, the pauses and the limits of the site. scrapy-playwright has the browser
itself make them, where none of these would see them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, HtmlResponse, Response

from cleaners.config import RenderLimits
from cleaners.errors import UnusableInput
from cleaners.metadata import opt_out_headers
from cleaners.page import decode
from cleaners.page.lines.script_shell import is_empty_shell
from cleaners.urls import canonical
from cleaners.warc import PageConversion
from crawler.browser import (
    Chromium,
    NoBrowserError,
    RefusedRequest,
    RenderedDocument,
    RenderingError,
    RenderRules,
    ScriptAnswer,
    render,
)
from crawler.discover import is_address
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.page_downloads import PageDownloads, ScriptCache
from crawler.middlewares.redirects import RedirectAskedAgain
from crawler.middlewares.warc_recorder import pairs
from crawler.request_context import ArchivedExchange, amend_context, find_context, get_context

log = logging.getLogger(__name__)

_RENDERED = frozenset({"page", "list", "paper"})
_AT_ONCE = 2  # pages open in the browser
_SCRIPTS = 32_000_000  # bytes kept for the other pages of the run
_HTML = ("Content-Type", "text/html; charset=utf-8")
_OF_ANOTHER_BODY = ("content-encoding", "content-length", "content-type", "etag", "last-modified", "transfer-encoding")


class BrowserRendering(RedirectAskedAgain):
    """Gives the spider what a browser made of such a page, and the archive too."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self._chromium = Chromium(user_agent=settings["USER_AGENT"])
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._scripts = ScriptCache(_SCRIPTS)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        made = super().from_crawler(crawler)
        crawler.signals.connect(made.close, signals.spider_closed)
        return made

    async def close(self) -> None:
        """End the browser."""
        await self._chromium.close()

    async def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """The response as a browser shows it; where that shows nothing either, as it was, and its context says why.

        Raises :class:`~crawler.middlewares.address_guard.AddressRefused` where a limit of the site came in between.
        """
        context = find_context(request)
        if context is None or context.site.render is None or context.for_page is not None:
            return response
        if response.status != 200 or not isinstance(response, HtmlResponse) or context.found.kind not in _RENDERED:
            return response
        text = await asyncio.to_thread(_shell_in, response, context.site.charset)
        if text is None:
            return response
        shows_nothing = is_empty_shell if context.is_page else partial(_has_no_more_links, links=text.count("<a "))
        downloads = PageDownloads(self.crawler, context, request, self._scripts)
        answer = ScriptAnswer(status=200, headers=(*_kept(response), _HTML), body=text.encode("utf-8", "replace"))
        limits = context.site.render
        rules = RenderRules(seconds=limits.seconds, requests=limits.requests, size=int(limits.megabytes * 1e6))
        try:
            async with self._room:
                if not self.crawler.crawling:  # told to end: what waits here is not in flight
                    raise AddressRefused("limit", "the crawl was ended")
                document = await render(
                    self._chromium, request.url, answer, downloads, rules,
                    timezone=context.site.timezone, shows_nothing=shows_nothing,
                )  # fmt: skip
        except NoBrowserError as why:
            amend_context(request, unrendered=f"an empty shell of scripts, which a browser reads: {why}")
            return response
        except RenderingError as why:
            self._tell(request, why.refused)
            amend_context(request, unrendered=_with_refused(str(why), why.refused))
            return response
        self._tell(request, document.refused)
        if not await asyncio.to_thread(shows_nothing, document.html):
            return self._rendered(request, response, document)
        if document.led_to and is_address(document.led_to) and canonical(document.led_to) != canonical(request.url):
            redirected = self._build_redirect_request(request, response, url=document.led_to, method="GET")
            return self._redirect(redirected, request, "script")
        if downloads.at_limit:
            raise AddressRefused("limit", downloads.at_limit)
        amend_context(request, unrendered=_why_empty(document, limits))
        return response

    def _tell(self, request: Request, refused: Sequence[RefusedRequest]) -> None:
        spider: Any = self.crawler.spider
        for one in refused:
            spider.desk.tally.kept_off[one.reason] += 1
            log.info("%s: its script asked for %s: %s", request.url, one.url, one.reason)

    def _rendered(self, request: Request, response: Response, document: RenderedDocument) -> Response:
        """The page as the browser has it; its record is what the page is cleaned from, now and later."""
        spider: Any = self.crawler.spider
        context = get_context(request)
        assert context.archived is not None
        body = document.html.encode("utf-8", "replace")
        rendered_at = datetime.now(UTC)
        origin = spider.desk.record_conversion(
            PageConversion(
                url=request.url,
                html=body,
                rendered_at=rendered_at,
                refers_to=context.archived.record_id,
                site=context.site.id,
                is_page=context.is_page,
                opt_out=(*opt_out_headers(pairs(response.headers)), *context.opt_out),
                announcement=context.found.announcement if context.is_page else None,
                edition=context.found.edition if context.is_page else None,
                notes=_notes(document),
            )
        )
        archived = ArchivedExchange(fetched_at=rendered_at, origin=origin, record_id=context.archived.record_id)
        amend_context(request, archived=archived)
        headers = Headers()
        for name, value in (*_kept(response), _HTML):
            headers.appendlist(name, value)
        # With the route behind `#`: to the server all routes are one page, to the browser each is another.
        return response.replace(url=request.url, body=body, headers=headers, encoding="utf-8")


def _has_no_more_links(html: str, *, links: int) -> bool:
    """Whether a list shows nothing, and no link beside those it came with."""
    return html.count("<a ") <= links and is_empty_shell(html)


def _kept(response: Response) -> tuple[tuple[str, str], ...]:
    """The fields of a response's header that are true of the rendered page too."""
    return tuple((name, value) for name, value in pairs(response.headers) if name.lower() not in _OF_ANOTHER_BODY)


def _notes(document: RenderedDocument) -> tuple[tuple[str, str], ...]:
    counts = (("requests", str(document.requests)), ("bytes", str(document.size)))
    stopped = (("stopped", "its time was over"),) if document.stopped else ()
    return (*counts, *stopped, *(("refused", f"{one.url} {one.reason}") for one in document.refused))


def _why_empty(document: RenderedDocument, limits: RenderLimits) -> str:
    if document.led_to:
        return f"it only leads to {document.led_to[:200]}"
    when = f"after {limits.seconds:g} s" if document.stopped else "in a browser either"
    return _with_refused(f"it shows nothing {when}", document.refused)


def _with_refused(why: str, refused: Sequence[RefusedRequest]) -> str:
    told = "; ".join(f"{one.url}: {one.reason}" for one in refused[:3])
    return f"{why}; refused: {told}" if told else why


def _shell_in(response: Response, charset: str | None) -> str | None:
    """The text of a page that is an empty shell, None of any other."""
    declared = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
    try:
        text = decode.decode(response.body, declared, charset).text
    except UnusableInput:  # cleaning says why
        return None
    return text if is_empty_shell(text) else None
