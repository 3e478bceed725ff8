"""Putting an article together page by page: which page is asked for next, and what became of those that were found."""

from __future__ import annotations

from dataclasses import replace

from cleaners.items import Article, Drop, MissingPart
from cleaners.parts.addresses import address_of, told_address
from cleaners.parts.joining import NOT_READ, instead_of, is_all_of, is_same_article, join_pages
from cleaners.urls import canonical

MOST_PARTS = 50
"""Pages of one article; what comes behind is missing."""


class ArticleAssembly:
    """An article whose other pages are looked for, by whoever has them: a crawl, a reader of dumps.

    Ask :meth:`wanted` for an address until it is None, and answer each with :meth:`offer` or :meth:`miss`.
    """

    def __init__(self, first: Article, most: int = MOST_PARTS) -> None:
        """``first``: its first page as it was cleaned; ``most``: pages, this one included."""
        self._first = first
        self._most = most
        self._pages: list[Article] = []
        self._missing: list[MissingPart] = []
        self._whole: Article | None = None
        self._asked: str | None = None
        self._seen = {canonical(address_of(first.url, first.origin))}
        self._queue = list(first.pager.following)

    @property
    def whole(self) -> str | None:
        """The address of a page that has all of it, where the first page names one: better than joining."""
        return self._first.pager.whole if self._first.pager.following else None

    @property
    def pages(self) -> tuple[Article, ...]:
        """The pages after the first that were taken, in order."""
        return (self._whole,) if self._whole is not None else tuple(self._pages)

    def offer_whole(self, page: Article) -> bool:
        """The page that is to have all of it; whether it does, and nothing more is wanted."""
        if is_same_article(self._first, page) and is_all_of(page, self._first):
            self._whole = page
            self._queue.clear()
        return self._whole is not None

    def wanted(self) -> str | None:
        """The address of the next page to look at; None where there is none."""
        while self._queue:
            url = self._queue.pop(0)
            if canonical(url) in self._seen:
                continue
            self._seen.add(canonical(url))
            self._asked = url
            if 1 + len(self._pages) < self._most:
                return url
            self.miss("limit")
        return None

    def offer(self, page: Article) -> bool:
        """The page at the address that was wanted; whether it belongs to the article. Where not, nothing more does."""
        known = (self._first, *self._pages)
        if not is_same_article(self._first, page) or any(page.text == one.text for one in known):
            self._queue.clear()
            return False
        self._pages.append(page)
        self._seen.add(canonical(address_of(page.url, page.origin)))
        self._queue = list(dict.fromkeys((*page.pager.following, *self._queue)))
        return True

    def miss(self, reason: str) -> None:
        """The page that was wanted is not there; why."""
        assert self._asked is not None
        self._missing.append(MissingPart(url=told_address(self._asked), reason=reason))

    def article(self) -> Article:
        """What came of it."""
        if self._whole is not None:
            return instead_of(self._first, self._whole)
        before = [MissingPart(url=told_address(url), reason=NOT_READ) for url in self._first.pager.preceding]
        return join_pages(self._first, self._pages, [*before, *self._missing])

    def drop_of(self, page: Article) -> Drop:
        """What a page is by itself that was joined."""
        return joined_drop(page, self._first)


def joined_drop(page: Article, first: Article) -> Drop:
    """The Drop of a page that stands in the article of another."""
    detail = f"a page of {first.url or first.origin}"
    return Drop(origin=page.origin, url=page.url, stage="join", reason=JOINED, detail=detail)


JOINED = "joined into its article"
"""The reason of the Drop of a page that stands in the article of another."""


def page_of(result: Article | Drop) -> Article | None:
    """A cleaned page as a page of an article: also one that says too little to be an article by itself."""
    return result if isinstance(result, Article) else result.fragment


def settled(result: Article | Drop) -> Article | Drop:
    """A result that nobody joins any more."""
    return result if isinstance(result, Article) else replace(result, fragment=None)
