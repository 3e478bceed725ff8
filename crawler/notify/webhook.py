"""A webhook: every notice is posted as JSON, signed, and posted again until it is taken or the attempts are used up.

Headers: ``Idempotency-Key``, the same for a notice whenever it is posted, by which a receiver knows one that it has
already; ``X-Jianbao-Timestamp``, seconds since 1970; ``X-Jianbao-Signature``: ``sha256=`` and the hexadecimal
HMAC-SHA256 (RFC 2104) of the timestamp, a full stop and the body, with the secret as key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Retry, Timeout

from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify.channel import DeliveryError

_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
_LONGEST_PAUSE = 30  # seconds, whatever Retry-After says
_FIRST_PAUSE = 0.5


class Webhook:
    """An address that takes notices."""

    is_feed: ClassVar[bool] = False

    def __init__(
        self, url: str, *, secret: str | None = None, attempts: int = 5, timeout: float = 10,
        pause: float = _FIRST_PAUSE,
    ) -> None:  # fmt: skip
        """``secret``: the key that signs; ``timeout``: seconds an answer may take; ``pause``: seconds before the second
        attempt; each further one is twice as long, at most 30 s."""
        self._url = url
        self._secret = secret
        retries = Retry(
            total=attempts - 1, allowed_methods={"POST"}, status_forcelist=_TRANSIENT, raise_on_status=False,
            redirect=False, backoff_factor=pause, backoff_max=_LONGEST_PAUSE, retry_after_max=_LONGEST_PAUSE,
        )  # fmt: skip
        self._pool = urllib3.PoolManager(retries=retries, timeout=Timeout(connect=timeout, read=timeout))

    def deliver(self, contents: IssueContents) -> None:
        """Post the notices in order. Raises DeliveryError where one is not taken: the issue is posted again then."""
        for entry in contents.entries:
            self._post(entry.id, json.dumps(payload(contents, entry), ensure_ascii=False).encode("utf-8", "replace"))

    def _post(self, key: str, body: bytes) -> None:
        stamp = str(int(time.time()))
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "jianbao", "Idempotency-Key": key,
                   "X-Jianbao-Timestamp": stamp}  # fmt: skip
        if self._secret is not None:
            headers["X-Jianbao-Signature"] = signature(self._secret, stamp, body)
        host = urlsplit(self._url).hostname  # not the address: it may hold a secret
        try:
            # Read no answer: one without end must not hold up the others.
            answer = self._pool.request("POST", self._url, body=body, headers=headers, preload_content=False)
        except urllib3.exceptions.HTTPError as why:
            reason = why.reason if isinstance(why, urllib3.exceptions.MaxRetryError) else why
            raise DeliveryError(f"webhook at {host}: {type(reason).__name__}: is it running?") from None
        try:
            if not 200 <= answer.status < 300:
                raise DeliveryError(f"webhook at {host}: it answers {answer.status}")
        finally:
            answer.close()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What ``X-Jianbao-Signature`` says: a receiver computes the same and compares."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def payload(contents: IssueContents, entry: IssueEntry) -> dict[str, Any]:
    """A notice as JSON."""
    told: dict[str, Any] = {
        "id": entry.id, "watch": contents.watch, "title": contents.title, "issue": contents.number,
        "kind": entry.kind, "at": entry.at.isoformat(), "headline": entry.title, "line": entry.line,
        "url": entry.url, "story": None,
    }  # fmt: skip
    if story := entry.story:
        told["story"] = {
            "id": story.best.id, "excerpt": story.excerpt, "regions": list(story.regions), "copies": story.size,
            "first": {"name": story.first.name, "url": story.first.url},
            "sources": [
                {
                    "id": copy.id, "name": copy.name, "url": copy.url, "disguises": list(copy.disguises),
                    "published": copy.published.isoformat() if copy.published else None,
                }
                for copy in story.copies
            ],
        }  # fmt: skip
    return told
