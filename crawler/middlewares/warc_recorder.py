"""Every response goes to the archive as it came over the wire: errors, redirects and robots.txt too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from cleaners.warc import HttpExchange


class WarcRecorder:
    """Hands exchanges to the desk's archive and leaves the promise of an origin in the request's meta."""

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
        site = request.meta.get("site")
        request.meta["fetched_at"] = datetime.now(UTC)
        request.meta["origin"] = spider.desk.record(
            HttpExchange(
                url=response.url,
                status=response.status,
                headers=pairs(response.headers),
                body=response.body,
                method=request.method,
                request_headers=pairs(request.headers),
                fetched_at=request.meta["fetched_at"],
                address=str(response.ip_address) if response.ip_address else None,
                site=site.id if site else None,
                is_page=request.meta.get("kind") == "page",
                opt_out=request.meta.get("opt_out", ()),
            )
        )


def pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Scrapy's header object as (name, value) pairs."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
