"""Scrapy's HTTP/1.1 client with three things of ours: a response's head is bounded, what a site may take is looked at
once more before a request is sent, and a bad certificate says so.

Scrapy bounds the body of a response and Twisted each line of its head; how many lines a server may send is bounded
here. HTTP/2 is not spoken.
"""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from service_identity import VerificationError

from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.politeness import CrawlBudget

_MOST = 64 * 1024  # bytes, in projects that set nothing


class HeadTooLargeError(Exception):
    """A response's status line and fields, informational responses (1xx) before it included, are too many bytes."""


class _BoundedParser(_LenientHTTPClientParser):
    """Counts what stands before the body."""

    most: int
    received: int

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.received += len(line) + 2
        if self.received > self.most:
            raise HeadTooLargeError(f"more than {self.most} bytes of header")
        super().lineReceived(line)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """One connection; every request on it gets a parser of ours, in the way Scrapy gives it one of its own."""

    most: int

    def request(self, request: Any) -> Any:
        answer = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _BoundedParser
        parser.most, parser.received = self.most, 0
        return answer


def _factory(most: int) -> type[_LenientHTTP11ClientFactory]:
    """What makes the connections of a pool."""

    class BoundedClientFactory(_LenientHTTP11ClientFactory):
        def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
            protocol = _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
            protocol.most = most
            return protocol

    return BoundedClientFactory


class BoundedHandler(HTTP11DownloadHandler):
    """What ``http`` and ``https`` are fetched with. The setting ``HEADERS_MAXSIZE``: bytes before a body."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _factory(crawler.settings.getint("HEADERS_MAXSIZE", _MOST))

    async def download_request(self, request: Request) -> Response:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` at a limit, and for what no second try
        would mend."""
        if (budget := self._crawler.get_downloader_middleware(CrawlBudget)) is not None:
            budget.look_again(request)
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            for why in getattr(error.__cause__, "reasons", ()):
                if why.check(HeadTooLargeError):
                    raise AddressRefused("too large", str(why.value)) from None
                if why.check(VerificationError, SSL.Error) and _is_about_certificate(why.value):
                    raise AddressRefused(
                        "certificate not valid", f"{type(why.value).__name__}: {why.value}"[:300]
                    ) from None
            raise


def _is_about_certificate(error: Exception) -> bool:
    """Whether a TLS error is the verification's: of a name (service_identity) or of a chain (OpenSSL's words)."""
    return isinstance(error, VerificationError) or "certificate verify failed" in str(error)
