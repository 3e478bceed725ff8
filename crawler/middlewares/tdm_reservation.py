"""Asking each host, once a run, what it reserves from text and data mining."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from cleaners.metadata import TdmReservation, opt_out_host, reservations
from cleaners.urls import path_and_query
from crawler.request_context import amend_context, find_context


class TdmReservationMiddleware:
    """Reads ``/.well-known/tdmrep.json`` before a host's first page; what it says goes with the page, nothing stops."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._hosts: dict[str, asyncio.Future[Sequence[TdmReservation]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Leave the signals in the request's context."""
        context = find_context(request)
        if context is None or not context.is_page:
            return
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        if base not in self._hosts:
            self._hosts[base] = asyncio.ensure_future(self._rules(base))
        path = path_and_query(request.url)
        reserved = opt_out_host(await asyncio.shield(self._hosts[base]), path)
        amend_context(request, opt_out=(*context.opt_out, *reserved))  # robots.txt has spoken before

    async def _rules(self, base: str) -> Sequence[TdmReservation]:
        engine: Any = self._crawler.engine
        meta = {"dont_retry": True, "dont_redirect": True, "handle_httpstatus_all": True}
        request = Request(f"{base}/.well-known/tdmrep.json", callback=NO_CALLBACK, priority=1000, meta=meta)
        try:
            response = await engine.download_async(request)
        except Exception:  # forbidden, unreachable, too large: a host that cannot be asked has said nothing
            return ()
        return reservations(response.body) if response.status == 200 else ()
