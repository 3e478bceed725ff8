"""Every response goes to the archive as it came over the wire: errors, redirects and robots.txt too."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from cleaners.warc import HttpExchange, new_record_id
from crawler.request_context import ArchivedExchange, amend_context, find_context


class WarcRecorder:
    """Hands exchanges to the archive and leaves in the request's context where the record will be."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._record, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def _record(self, response: Response, request: Request, spider: Any) -> None:
        if "download_stopped" in response.flags:
            return  # the body was not read: there is nothing to keep
        context = find_context(request)  # None: robots.txt
        if context is not None and context.for_page is not None:
            spider.desk.count(response.body)  # what a page's scripts asked for: the page that they made is kept
            return
        record_id = new_record_id()
        fetched_at = datetime.now(UTC)
        origin: Future[str] = spider.desk.record(
            HttpExchange(
                record_id=record_id,
                url=response.url,
                status=response.status,
                headers=pairs(response.headers),
                body=response.body,
                method=request.method,
                request_headers=pairs(request.headers),
                fetched_at=fetched_at,
                address=str(response.ip_address) if response.ip_address else None,
                site=context.site.id if context else None,
                is_page=context is not None and context.is_page,
                opt_out=context.opt_out if context else (),
                announcement=context.found.announcement if context and context.is_page else None,
                edition=context.found.edition if context and context.is_page else None,
            )
        )
        if context is not None:
            amend_context(request, archived=ArchivedExchange(fetched_at=fetched_at, origin=origin, record_id=record_id))


def pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Scrapy's header object as (name, value) pairs."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
