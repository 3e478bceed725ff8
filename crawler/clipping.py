"""One page as a clipping: fetched under the rules of a crawl, read from a file or at hand; shown first, kept if asked.

What ``jianbao clip`` and the reading room do. A page on the web comes with the other pages of its article, under the
guard, robots.txt and limits of a crawl, and with its pictures where these are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from cleaners import __version__, parts, readers
from cleaners.context import CleaningContext, context_of
from cleaners.errors import UsageError
from cleaners.export.publication import EmbeddedPicture
from cleaners.export.saved_pictures import saved_pictures
from cleaners.ingest.ingester import Ingester
from cleaners.ingest.known_copies import known_copies
from cleaners.items import Article, Clipping, Drop, Page
from cleaners.pipeline import clean
from cleaners.store import Store
from cleaners.store.takedowns import TAKEN_DOWN
from cleaners.urls import is_web_address
from cleaners.warc import CapturedPage, HttpExchange, WarcArchive, folder_of
from crawler.jobs.typed_addresses import job_of

_CODED = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClippedArticle:
    """A page that was clipped, and is not kept yet."""

    article: Article
    """What the page would be kept as."""
    pages: tuple[Page, ...] = ()
    """What it was cleaned from: one page, or those it was joined from, in order."""
    pictures: tuple[EmbeddedPicture, ...] = ()
    """Those of its pictures that are at hand; empty where they were not asked for."""
    copies: tuple[Clipping, ...] = ()
    """What the store has of it: itself and its copies, the earliest first."""

    @property
    def is_known(self) -> bool:
        """Whether the store has an article of this address."""
        return any(one.article.id == self.article.id for one in self.copies)


class ArticleClipper:
    """Clips pages, says what a store has of them, and keeps them in one when asked.

    For several threads. Close it, or use ``with``: then the archive's file is closed.
    """

    def __init__(
        self, *, store: Path | None = None, known: Path | None = None, contact: str | None = None,
        private_hosts: Sequence[str] | None = None, with_pictures: bool = False,
    ) -> None:  # fmt: skip
        """``store``: what may keep them, made when it is not there; pages are cleaned with what it has learned.

        ``known``: where there is no ``store``, the one that is asked for copies. ``contact``: how sites reach who asks.
        ``private_hosts``: hosts of this machine or network that may be reached, all others are refused; None: a
        loopback host that somebody has typed is meant.
        """
        self._store = store
        self._asked = store or known
        self._contact = contact
        self._private_hosts = private_hosts
        self._with_pictures = with_pictures
        self._archive = WarcArchive(folder_of(store), name="clip", software=f"jianbao/{__version__}") if store else None

    def address(self, url: str) -> ClippedArticle | Drop:
        """Clip a page of the web, with the other pages of its article. Works once in a process, as ``run.crawl``.

        Raises UsageError for an address that is none, and where beyond loopback nobody is named who asks;
        KeyboardInterrupt after Ctrl-C.
        """
        from crawler.run import fetch_article  # Scrapy: only where something is fetched

        job = job_of([url], self._contact)
        if self._private_hosts is not None:
            job = job.model_copy(update={"allow_private_hosts": tuple(self._private_hosts)})
        found = fetch_article(url, job, job.sites[0], self._context(), with_pictures=self._with_pictures)
        if isinstance(found.result, Drop):
            return found.result
        return self._clipped(found.result, found.pages, found.pictures)

    def file(self, path: str) -> ClippedArticle | Drop:
        """Clip a saved page; ``-`` is standard input. Raises UsageError for a file that holds several pages, as
        ``readers.read`` for one that is not there, and as ``Store.open``."""
        pages = list(islice(readers.read([path]), 2))
        if not pages:
            return Drop(origin=path, stage="read", reason="empty", detail="there is no page in it")
        if len(pages) > 1:
            raise UsageError(
                "{path} holds several pages: `jianbao clean {path}` is for many, clip takes one", path=path
            )
        return pages[0] if isinstance(pages[0], Drop) else self.page(pages[0])

    def page(self, page: Page) -> ClippedArticle | Drop:
        """Clip a page that is at hand. Raises as ``Store.open``."""
        (result,) = parts.joined([clean(page, self._context())])
        if isinstance(result, Drop):
            return result
        return self._clipped(result, (page,), saved_pictures(page, result) if self._with_pictures else ())

    def keep(self, clipped: ClippedArticle, *, tags: Iterable[str] = (), note: str = "") -> Clipping | Drop:
        """Archive the pages that lie in no file, match the article and store it, with tags and a note.

        Raises ValueError without a store; as ``Ingester``, ``WarcArchive.write`` and ``NoteTable.add``.
        """
        if self._store is None:
            raise ValueError("there is no store to keep it in")
        with Ingester(self._store, command="clip") as ingester:
            article = self._archived(clipped)
            if ingester.add([article]).dropped:
                return Drop(origin=article.origin, url=article.url, stage="keep", reason=TAKEN_DOWN)
            if (words := list(tags)) or note:
                ingester.store.notes.add(article.id, tags=words, note=note)
            return ingester.store.clippings.get(article.id) or Clipping(article=article)

    def close(self) -> None:
        """Close the archive's file."""
        if self._archive is not None:
            self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _context(self) -> CleaningContext:
        return context_of(self._store) if self._store else CleaningContext()

    def _clipped(
        self, article: Article, pages: tuple[Page, ...], pictures: tuple[EmbeddedPicture, ...]
    ) -> ClippedArticle:
        copies: tuple[Clipping, ...] = ()
        if self._asked is not None and self._asked.exists():
            with Store.open(self._asked, create=False, readonly=True) as store:
                copies = known_copies(article, store)
        return ClippedArticle(article=article, pages=pages, pictures=pictures, copies=copies)

    def _archived(self, clipped: ClippedArticle) -> Article:
        """The article with its pages in the archive; a page that was read from a file stays there."""
        places = {page.origin: self._place(page) for page in clipped.pages}
        article = clipped.article
        return replace(
            article, origin=places.get(article.origin, article.origin),
            part_origins=tuple(places.get(origin, origin) for origin in article.part_origins),
        )  # fmt: skip

    def _place(self, page: Page) -> str:
        """Where a page lies: in the archive if it came over the wire, from a browser or a pipe, else where it was."""
        is_in_no_file = is_web_address(page.origin) or page.origin == "-"
        if self._archive is None or page.url is None or not is_in_no_file:
            return page.origin
        url, moment = page.url, page.fetched_at or datetime.now(UTC)
        if page.status is None:
            return self._archive.write(CapturedPage(url=url, html=page.body, captured_at=moment))
        plain = tuple((name, value) for name, value in page.headers if name.lower() not in _CODED)
        return self._archive.write(
            HttpExchange(url=url, status=page.status, headers=plain, body=page.body, fetched_at=moment, site=page.site,
                         opt_out=page.opt_out)
        )  # fmt: skip
