"""Pages that readers bring, or name by their address, and that wait to be confirmed; fetching beside the server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from cleaners import urls
from cleaners.errors import UsageError
from cleaners.items import Drop, Page
from crawler.clipping import ArticleClipper, ClippedArticle
from crawler.jobs.typed_addresses import job_of

_PENDING, _BYTES, _KEPT = 20, 64 * 1024 * 1024, 30 * 60  # pages, bytes of all, seconds
_LONGEST = 120.0  # seconds, with the waits that robots.txt asks for and the other pages of the article


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipProposal:
    """A page that may be kept."""

    key: str
    """What its confirmation names it by."""
    clipped: ClippedArticle
    at: float
    """When it was brought, seconds."""

    @property
    def size(self) -> int:
        """Bytes of its pages."""
        return sum(len(page.body) for page in self.clipped.pages)


def captured(html: str, url: str, now: datetime | None = None) -> Page:
    """A page as a browser hands it over. Raises ``UsageError`` without an address of the web."""
    if urls.site_of(url) is None or not url.lower().startswith(("http://", "https://")):
        raise UsageError("{url} is not the address of a page: give that of the page you clip", url=url or "nothing")
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    body = html.encode(errors="replace")
    return Page(body=body, origin=url, url=url, headers=headers, fetched_at=now or datetime.now(UTC))


class PendingClips:
    """Holds proposals until somebody confirms them. For several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: dict[str, ClipProposal] = {}

    def hold(self, clipped: ClippedArticle) -> ClipProposal:
        """Have it wait for its confirmation; the oldest go when there are too many."""
        made = ClipProposal(key=secrets.token_urlsafe(16), clipped=clipped, at=self._clock())
        with self._lock:
            self._forget()
            self._held[made.key] = made
        return made

    def take(self, key: str) -> ClipProposal | None:
        """The proposal of that key, once; None when it waited too long, or was confirmed."""
        with self._lock:
            self._forget()
            return self._held.pop(key, None)

    def _forget(self) -> None:
        """Let go of what is too old or too much, the oldest first."""
        size = sum(one.size for one in self._held.values())
        for key, one in list(self._held.items()):
            if self._clock() - one.at > _KEPT or len(self._held) >= _PENDING or size > _BYTES:
                size -= one.size
                del self._held[key]


def clip_address(url: str, *, store: Path, contact: str | None, private_hosts: Sequence[str]) -> ClippedArticle | Drop:
    """Clip a page by its address in a process of its own: Twisted's reactor starts once in a process.

    ``private_hosts``: hosts of this machine or network that may be reached; else the guard refuses all of them, since
    who reads in the room is not always who sits at the machine. Raises ``UsageError`` for an address that is none, and
    where beyond loopback nobody is named who asks.
    """
    job_of([url], contact)  # tells at once what is wrong with the address
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        try:
            asked = process.submit(_clipped, url, store, contact, tuple(private_hosts))
            return asked.result(timeout=_LONGEST)
        except TookTooLong:
            for worker in (process._processes or {}).values():  # a pool has no public way to end a worker
                worker.terminate()
            return Drop(origin=url, url=url, stage="fetch", reason="timeout", detail=f"no page in {_LONGEST:.0f} s")
        except BrokenProcessPool as why:
            return Drop(origin=url, url=url, stage="fetch", reason="failed", detail=repr(why))


def _clipped(url: str, store: Path, contact: str | None, private_hosts: Sequence[str]) -> ClippedArticle | Drop:
    with ArticleClipper(store=store, contact=contact, private_hosts=private_hosts) as clipper:
        return clipper.address(url)
