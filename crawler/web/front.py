"""The front page: the clusters of the store, newest first, searched and filtered."""

from __future__ import annotations

import time
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from cleaners.disguises import DISGUISES
from cleaners.errors import UsageError
from cleaners.store import ListedCluster, SearchSnippet, Store
from crawler.web.list_choice import ListChoice, written
from crawler.web.rendering import refuse, show
from crawler.web.room import room_of
from crawler.web.typesetting import marked

_PAGE = 30  # clusters
_NAMES = 200  # of sites that a browser proposes


VISIT_COOKIE = "jianbao_visit"
_YEAR = 365 * 24 * 3600
_PAUSE = 30 * 60  # seconds without a page after which the next page begins another visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A reader's visit."""

    before: int
    """The newest doc at the beginning of this visit's predecessor's end: what is newer is new to the reader; 0 for who
    comes the first time."""
    seen: int
    """The newest doc that this visit's pages may have shown."""
    at: int
    """When its last page was asked for, seconds since 1970."""

    @classmethod
    def next(cls, cookie: str, newest: int, now: float | None = None) -> Visit:
        """The visit that a page belongs to which is asked for now; ``cookie``: what the browser kept, or empty."""
        now = time.time() if now is None else now
        numbers = cookie.split(".")
        if len(numbers) != 3 or not all(n.isascii() and n.isdigit() and len(n) < 16 for n in numbers):
            return cls(before=0, seen=newest, at=int(now))
        before, seen, at = map(int, numbers)
        if now - at > _PAUSE:
            before = seen
        return cls(before=min(before, newest), seen=newest, at=int(now))

    @property
    def cookie(self) -> str:
        """As the browser keeps it."""
        return f"{self.before}.{self.seen}.{self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEntry:
    """One cluster of the list."""

    cluster: ListedCluster
    passages: tuple[SearchSnippet, ...] = ()
    """Where the words of a search stand."""


def front(request: Request) -> Response:
    """``GET /``."""
    choice = ListChoice.read(request.query_params)
    with room_of(request).stores.reading() as store:
        newest = store.cluster_list.newest()
        visit = Visit.next(request.cookies.get(VISIT_COOKIE, ""), newest)
        try:
            entries, following = _entries(store, choice, visit)
        except UsageError as error:
            return refuse(request, 400, str(error))
        answer = show(
            request, "front.html", choice=choice, entries=entries, following=following, visit=visit,
            is_new=visit.before and newest > visit.before, disguises=[kind.name for kind in DISGUISES],
            sites=store.column_values.sites(_NAMES), is_empty=newest == 0, marked=_marked,
        )  # fmt: skip
    answer.set_cookie(VISIT_COOKIE, visit.cookie, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def _marked(passage: SearchSnippet) -> Markup:
    return marked(passage.text, passage.marks)


def _entries(store: Store, choice: ListChoice, visit: Visit) -> tuple[list[FrontEntry], str | None]:
    """What a page of the list shows, and where the next one begins."""
    if choice.order == "match":
        return _best_matches(store, choice)
    page = store.cluster_list.page(
        choice.order, selection=choice.selection(), query=choice.q or None, after=choice.place, limit=_PAGE,
        newer_than=visit.before if choice.visit == "new" else 0,
    )  # fmt: skip
    entries = [FrontEntry(cluster=cluster) for cluster in page.clusters]
    return entries, choice.address(after=written(page.following)) if page.following else None


def _best_matches(store: Store, choice: ListChoice) -> tuple[list[FrontEntry], str | None]:
    skip = choice.skip
    hits = store.search.find(choice.q, selection=choice.selection(), skip=skip, limit=_PAGE + 1)
    listed = store.cluster_list.listed([hit.doc for hit in hits[:_PAGE]])
    entries = [FrontEntry(cluster=c, passages=hit.passages) for c, hit in zip(listed, hits, strict=False)]
    return entries, choice.address(after=str(skip + _PAGE)) if len(hits) > _PAGE else None
