"""Asking only for what has changed: the validators of the last visit go with the request (RFC 9110, 13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.redirects import has_led_back
from crawler.request_context import amend_context, find_context

if TYPE_CHECKING:
    from crawler.agenda import VisitPlan

NOT_DUE = "not due"
"""The reason of a refusal: a redirect leads to a page that this run need not visit."""


class ConditionalGet:
    """Sends the validators of what is asked for, and of what a redirect leads to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` where a redirect leads to what is done."""
        context = find_context(request)
        if context is None or context.for_page is not None:  # robots.txt; what a script of a page asks for
            return
        spider: Any = self._crawler.spider
        agenda: VisitPlan = spider.agenda
        if request.meta.get("redirect_times"):
            context = amend_context(request, known=agenda.known(context.found, context.site, request.url))
            if not has_led_back(request) and not agenda.is_open(context.known):
                raise AddressRefused(NOT_DUE)
        if context.found.kind != "part" and spider.has_joined(request.url):
            raise AddressRefused(NOT_DUE)  # with another page of its article
        entry = context.known
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)  # those of the address that led here
        if context.site.render is not None:
            return  # that a shell of scripts is the same says nothing of what they show
        if entry is not None and entry.etag:
            request.headers["If-None-Match"] = entry.etag
        if entry is not None and entry.last_modified:
            request.headers["If-Modified-Since"] = entry.last_modified
