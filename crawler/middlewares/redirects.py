"""Redirects and meta refreshes: followed to the limit, also to an address that is the same to the ledger.

A run asks for no address twice, and takes addresses of one canonical form for one. Where a server answers with the
same form (a parameter added or taken off, another order of the query, a cookie set first), the answer is still to come.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, MetaRefreshMiddleware, RedirectMiddleware
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.utils.response import get_meta_refresh

from cleaners.urls import canonical
from crawler.discover import readable
from crawler.middlewares.address_guard import AddressRefused

_A_TEXT = 80  # characters: a page that says more than "one moment, please"


def has_led_back(request: Request) -> bool:
    """Whether redirects have led to a request for an address of a canonical form that was asked for on the way."""
    form = canonical(request.url)
    return any(canonical(url) == form for url in request.meta.get("redirect_urls", ()))


class RedirectAskedAgain(BaseRedirectMiddleware):
    """What a redirect leads to is asked for, though the run has asked for it, where the answer is not known yet."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._leads_on: set[int] = set()
        """Hashes of the canonical forms that have answered with a redirect: they have no answer of their own."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        self._leads_on.add(hash(canonical(request.url)))
        redirected = super()._redirect(redirected, request, reason)
        redirected.dont_filter = has_led_back(redirected) or hash(canonical(redirected.url)) in self._leads_on
        return redirected

    def handle_referer(self, request: Request, response: Response) -> None:
        """No request says where it comes from."""
        request.headers.pop("Referer", None)

    def _engine_started(self) -> None:
        """Scrapy's warns that there is no Referer to hand on."""


class StatusRedirects(RedirectAskedAgain, RedirectMiddleware):
    """Redirects by status and ``Location``."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` where the new address is none."""
        try:
            return super().process_response(request, response)
        except ValueError as error:  # http://[x/, a port of letters
            location = (response.headers.get(b"Location") or b"").decode("latin-1")
            raise AddressRefused("malformed redirect", f"{location[:200]}: {error}") from None


class PageRefreshes(RedirectAskedAgain, MetaRefreshMiddleware):
    """Redirects by ``<meta http-equiv=refresh>``. A page with a text that reloads itself is that page."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Raises as :meth:`StatusRedirects.process_response`."""
        if not isinstance(response, HtmlResponse):
            return response
        page = readable(response)
        try:
            answer = response if _reloads_itself(page) else super().process_response(request, page)
        except ValueError as error:
            raise AddressRefused("malformed redirect", f"meta refresh: {error}") from None
        return response if answer is page else answer


def _reloads_itself(response: TextResponse) -> bool:
    _, url = get_meta_refresh(response)
    if not url or canonical(url) != canonical(response.url):
        return False
    texts = (
        readable(response).xpath("//body//text()[not(parent::script or parent::style or parent::noscript)]").getall()
    )
    return sum(len(text.strip()) for text in texts) >= _A_TEXT
