"""Why a request brought no response, in the short phrases of Drops."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from crawler.middlewares.address_guard import AddressRefused

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection refused"),
    (CannotResolveHostError, "host not found"),
    (ResponseDataLossError, "cut short"),
    (DownloadCancelledError, "too large"),
)
_REFUSALS = (
    ("DOWNLOAD_MAXSIZE", "too large"),  # a bomb in the content encoding
    ("max redirections", "too many redirects"),
)


def reason_of(error: BaseException | None) -> str:
    """The reason to count by; ``failed`` where there is no better one."""
    if isinstance(error, AddressRefused):
        return error.reason
    if isinstance(error, IgnoreRequest):  # raised by Scrapy's own middleware
        return next((reason for said, reason in _REFUSALS if said in str(error)), "refused")
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "failed")
