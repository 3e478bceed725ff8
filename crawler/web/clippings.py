"""Pages that readers bring, or name by their address: how they would be kept, and keeping them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from cleaners import __version__, urls
from cleaners.context import context_of
from cleaners.errors import UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Clipping, Drop, Page
from cleaners.pipeline import clean
from cleaners.store import Store
from cleaners.store.passage_search import PassageHit, find_passage
from cleaners.store.takedowns import TAKEN_DOWN
from cleaners.warc import CapturedPage, HttpExchange, WarcArchive, folder_of
from crawler.jobs.typed_addresses import job_of

_PENDING, _BYTES, _KEPT = 20, 64 * 1024 * 1024, 30 * 60  # pages, bytes of all, seconds
_HELD = 0.5  # of a text: an article that holds so much of it is a copy
_LONGEST = 120.0  # seconds, with a wait that robots.txt asks for
_CODED = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipProposal:
    """A page that may be kept."""

    key: str
    """What its confirmation names it by."""
    page: Page
    result: Article | Drop
    """What it would become."""
    copies: tuple[Clipping, ...]
    """The cluster of the article that holds most of its text, by arrival; empty where none holds half of it."""
    first: Clipping | None
    """The earliest of them that holds half of it."""
    is_known: bool
    """Whether the store has an article of this address."""
    at: float
    """When it was brought, seconds."""


def captured(html: str, url: str, now: datetime | None = None) -> Page:
    """A page as a browser hands it over. Raises ``UsageError`` without an address of the web."""
    if urls.site_of(url) is None or not url.lower().startswith(("http://", "https://")):
        raise UsageError(f"{url or 'nothing'} is not the address of a page: give that of the page you clip")
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    body = html.encode(errors="replace")
    return Page(body=body, origin=url, url=url, headers=headers, fetched_at=now or datetime.now(UTC))


class ClippingDesk:
    """Holds proposals until somebody confirms them, and keeps what was confirmed. For several threads."""

    def __init__(self, store: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._pending: dict[str, ClipProposal] = {}
        self._archive = WarcArchive(folder_of(store), name="clip", software=f"jianbao/{__version__}")

    def propose(self, page: Page, store: Store) -> ClipProposal:
        """Clean a page and look for it in the store; nothing is written."""
        result = clean(page, context_of(self._store))
        hits: list[PassageHit] = []
        if isinstance(result, Article):
            with suppress(UsageError):  # too short to be looked for
                hits = find_passage(result.text, store.search, store.clippings, least=_HELD)
        cluster = max(hits, key=lambda hit: hit.share).clipping.cluster if hits else None
        copies = store.clippings.cluster(cluster.id) if cluster else []
        first = next(
            (
                hit.clipping
                for hit in hits
                if cluster and hit.clipping.cluster and hit.clipping.cluster.id == cluster.id
            ),
            None,
        )
        known = bool(store.articles.has([urls.clipping_id(page.url, page.body)]))
        made = ClipProposal(
            key=secrets.token_urlsafe(16),
            page=page,
            result=result,
            copies=tuple(copies),
            first=first,
            is_known=known,
            at=self._clock(),
        )
        with self._lock:
            self._forget()
            self._pending[made.key] = made
        return made

    def take(self, key: str) -> ClipProposal | None:
        """The proposal of that key, once; None when it waited too long, or was confirmed."""
        with self._lock:
            self._forget()
            return self._pending.pop(key, None)

    def keep(self, page: Page) -> Article | Drop:
        """Archive a page, clean it, match and store it. Raises as ``Ingester`` and ``WarcArchive.write``."""
        result = clean(page, context_of(self._store))
        if isinstance(result, Drop):
            return result  # what is no article is not archived either: nobody asked to keep a page
        with Ingester(self._store, command="clip") as ingester:
            article = replace(result, origin=self._archived(page))
            kept = ingester.add([article])
        if kept.dropped:
            return Drop(origin=article.origin, url=page.url, stage="keep", reason=TAKEN_DOWN)
        return article

    def close(self) -> None:
        """Close the archive's file."""
        self._archive.close()

    def _archived(self, page: Page) -> str:
        url, moment = page.url or "", page.fetched_at or datetime.now(UTC)
        if page.status is None:
            return self._archive.write(CapturedPage(url=url, html=page.body, captured_at=moment))
        plain = tuple((name, value) for name, value in page.headers if name.lower() not in _CODED)
        return self._archive.write(
            HttpExchange(url=url, status=page.status, headers=plain, body=page.body, fetched_at=moment)
        )

    def _forget(self) -> None:
        """Let go of what is too old or too much, the oldest first."""
        size = sum(len(one.page.body) for one in self._pending.values())
        for key, one in list(self._pending.items()):
            if self._clock() - one.at > _KEPT or len(self._pending) >= _PENDING or size > _BYTES:
                size -= len(one.page.body)
                del self._pending[key]


# A page by its address.


def fetch(url: str, contact: str | None, private_hosts: Sequence[str] = ()) -> Page | Drop:
    """Fetch a page in a process of its own: Twisted's reactor starts once in a process.

    ``private_hosts``: hosts of this machine or network that may be reached; else the guard refuses all of them, since
    who reads in the room is not always who sits at the machine. Raises ``UsageError`` for an address that is none, and
    where beyond loopback nobody is named who asks.
    """
    job_of([url], contact)  # tells at once what is wrong with the address
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        try:
            return process.submit(_fetched, url, contact, tuple(private_hosts)).result(timeout=_LONGEST)
        except TookTooLong:
            for worker in (process._processes or {}).values():  # a pool has no public way to end a worker
                worker.terminate()
            return Drop(origin=url, url=url, stage="fetch", reason="timeout", detail=f"no page in {_LONGEST:.0f} s")
        except BrokenProcessPool as why:
            return Drop(origin=url, url=url, stage="fetch", reason="failed", detail=repr(why))


def _fetched(url: str, contact: str | None, private_hosts: Sequence[str]) -> Page | Drop:
    from crawler.run import fetch_page  # Scrapy: only in the process that fetches

    job = job_of([url], contact).model_copy(update={"allow_private_hosts": tuple(private_hosts)})
    return fetch_page(url, job, job.sites[0])
