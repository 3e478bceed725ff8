"""One page as a clipping: fetched as a crawl would, or read from a file; kept in a store where one is named.

A page on the web is a crawl of that one page, with the other pages of its article: the same spider, guard, robots.txt,
limits and archive. Without a store to keep it, it goes through one that is thrown away.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cleaners import parts, readers
from cleaners.config import JobConfig
from cleaners.context import context_of
from cleaners.errors import UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.ingest.known_copies import known_copies
from cleaners.items import Article, Clipping, Drop, Page
from cleaners.pipeline import clean
from cleaners.store import Store
from cleaners.store.takedowns import TAKEN_DOWN
from crawler.jobs.typed_addresses import job_of
from crawler.run import crawl


@dataclass(frozen=True, slots=True, kw_only=True)
class ClippedArticle:
    """A page that was clipped."""

    clipping: Clipping
    """The article; with its cluster where it was kept."""
    copies: tuple[Clipping, ...] = ()
    """What the store had of it before: itself and its copies, the earliest first."""


def clip_address(
    url: str, *, contact: str | None, keep_in: Path | None = None, known: Path | None = None
) -> ClippedArticle | Drop:
    """Clip a page of the web, with the other pages of its article. Works once in a process, as :func:`crawl`.

    ``keep_in``: the store that is to have it. ``known``: a store that is asked for copies. Raises UsageError for an
    address that is none, and where beyond loopback nobody is named who asks, KeyboardInterrupt after
    Ctrl-C, else as ``crawl``.
    """
    job = job_of([url], contact)
    if keep_in is not None:
        return _crawled(url, job, keep_in, keep_in)
    with tempfile.TemporaryDirectory(prefix="jianbao-clip-") as folder:
        return _crawled(url, job, Path(folder) / "clip.db", known)


def clip_file(path: str, *, keep_in: Path | None = None, known: Path | None = None) -> ClippedArticle | Drop:
    """Clip a saved page; ``-`` is standard input. Raises UsageError for a file that holds several pages, as
    ``readers.read`` for one that is not there, and as ``Store.open``."""
    pages = list(islice(readers.read([path]), 2))
    if not pages:
        return Drop(origin=path, stage="read", reason="empty", detail="there is no page in it")
    if len(pages) > 1:
        raise UsageError(f"{path} holds several pages: `jianbao clean {path}` is for many, clip takes one")
    return clip_page(pages[0], keep_in=keep_in, known=known)


def clip_page(page: Page | Drop, *, keep_in: Path | None = None, known: Path | None = None) -> ClippedArticle | Drop:
    """Clip a page that is at hand. Raises as ``Ingester`` and ``Store.open``."""
    if isinstance(page, Drop):
        return page
    (result,) = parts.joined([clean(page, context_of(keep_in)) if keep_in else clean(page)])
    if isinstance(result, Drop):
        return result
    copies = _known(result, keep_in or known)
    if keep_in is None:
        return ClippedArticle(clipping=Clipping(article=result), copies=copies)
    with Ingester(keep_in, command="clip") as ingester:
        if ingester.add([result]).dropped:
            return Drop(origin=result.origin, url=result.url, stage="keep", reason=TAKEN_DOWN)
        stored = ingester.store.clippings.get(result.id)
    return ClippedArticle(clipping=stored or Clipping(article=result), copies=copies)


def _crawled(url: str, job: JobConfig, store: Path, known: Path | None) -> ClippedArticle | Drop:
    """What a crawl of the one page puts into a store."""
    was_there = _has(url, store)
    report = crawl([job], store=store, again=True)
    address = report.moved.get(url, url)
    if report.interrupted:
        raise KeyboardInterrupt
    with Store.open(store, create=False, readonly=True) as opened:
        found = opened.clippings.get(address)
        if found is None:
            drops = [*opened.runs.drops(url=address, limit=1), *opened.runs.drops(url=url, limit=1)]
            return drops[0] if drops else Drop(origin=url, url=url, stage="fetch", reason="no article came of it")
    copies = _known(found.article, known)
    if known == store and not was_there:
        copies = tuple(one for one in copies if one.article.id != found.article.id)
    return ClippedArticle(clipping=found, copies=copies)


def _has(url: str, store: Path) -> bool:
    if not store.exists():
        return False
    with Store.open(store, create=False, readonly=True) as opened:
        return opened.articles.doc(url) is not None


def _known(article: Article, store: Path | None) -> tuple[Clipping, ...]:
    if store is None or not store.exists():
        return ()
    with Store.open(store, create=False, readonly=True) as opened:
        return known_copies(article, opened)
