"""The page that an article was cleaned from: found again, shown as text, explained."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from cleaners import urls
from cleaners.context import CleaningContext
from cleaners.errors import UnusableInput
from cleaners.items import Article, Page
from cleaners.page import decode
from cleaners.pipeline import PageExplanation, explain
from cleaners.readers.at_origin import page_at
from crawler.web.rendering import gone, refuse
from crawler.web.room import RoomState, article_of, room_of, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """One page of an article."""

    page: Page
    number: int
    """Which of the article's pages, from 1 on."""
    count: int
    """How many it was joined from; 1 for most."""


def archived_page(room: RoomState, article: Article, number: int = 1) -> ArchivedPage:
    """A page of an article, with its site as the article has it.

    Raises ``UnusableInput`` where it is not there any more, or is another page now: a store that was merged may name
    any file of the machine as the origin of an article.
    """
    origins = (article.origin, *article.part_origins)
    number = max(1, min(number, len(origins)))
    page = page_at(origins[number - 1], room.store)
    own = urls.clipping_id(page.url, page.body)
    allowed = {article.id, *(urls.clipping_id(url, b"") for url in article.parts)}
    if own not in allowed:
        raise UnusableInput("read", "another page", "what is there now is not the page of this article")
    if page.site is None and article.site is not None and page.url is not None:
        page = replace(page, site=article.site)
    return ArchivedPage(page=page, number=number, count=len(origins))


def explained(room: RoomState, page: Page) -> PageExplanation:
    """How a page is cleaned today, with the lines that the store has learned of its site."""
    with room.stores.reading() as store:
        learned = store.learned.noise()
    return explain(page, CleaningContext(learned=learned))


def page_text(page: Page) -> str:
    """A page as it was decoded. Raises ``UnusableInput``."""
    declared = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    return decode.decode(page.body, declared, None).text


def archived(request: Request) -> Response:
    """``GET /article/{id}/archived``: the source of the page as plain text, never as a page; ``?page=`` of several."""
    room, t = room_of(request), words_for(request)
    with room.stores.reading() as store:
        found = article_of(request, store)
        if found is None:
            return gone(request, store, request.path_params["id"])
    asked = request.query_params.get("page", "1")
    try:
        held = archived_page(room, found.article, int(asked) if asked.isdigit() and len(asked) < 5 else 1)
        return PlainTextResponse(page_text(held.page))
    except UnusableInput as why:
        return refuse(request, 404, t("no_archived_page", reason=t.of("reason", why.reason)))
