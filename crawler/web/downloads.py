"""An article as a file to keep: the exports of one article, with what readers keep with it where the format has it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from cleaners.export import markdown_page, record
from cleaners.export.epub_format import epub
from cleaners.export.html import html_page
from cleaners.export.markdown import page_name
from cleaners.export.publication import EmbeddedPicture, PublishedStory, single
from cleaners.items import Article, Clipping
from cleaners.store import ArticleNotes, Store
from crawler.web.pictures import pictures_of
from crawler.web.rendering import gone
from crawler.web.room import RoomState, article_of, room_of


def markdown(request: Request) -> Response:
    """``GET /article/{id}/markdown``."""
    return _file(request, "md", "text/markdown; charset=utf-8", _markdown)


def html(request: Request) -> Response:
    """``GET /article/{id}/html``: a page that runs and loads nothing, with the pictures that are at hand in it."""
    return _file(request, "html", "text/html; charset=utf-8", lambda story: html_page(single(story)), pictures_of)


def book(request: Request) -> Response:
    """``GET /article/{id}/epub``."""
    return _file(request, "epub", "application/epub+zip", lambda story: epub(single(story)), pictures_of)


def json_record(request: Request) -> Response:
    """``GET /article/{id}/record``: the record, as every export has it."""
    return _file(request, "json", "application/json", _record)


def _file(
    request: Request, suffix: str, media_type: str, made: Callable[[PublishedStory], bytes],
    find_pictures: Callable[[RoomState, Article], tuple[EmbeddedPicture, ...]] | None = None,
) -> Response:  # fmt: skip
    with room_of(request).stores.reading() as store:
        found = article_of(request, store)
        if found is None:
            return gone(request, store, request.path_params["id"])
        story = _story(store, found)
    if find_pictures is not None:
        story = replace(story, pictures=find_pictures(room_of(request), found.article))
    name = quote(page_name(found.article).removesuffix(".md"))
    return Response(
        made(story), media_type=media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{suffix}"},
    )  # fmt: skip


def _story(store: Store, found: Clipping) -> PublishedStory:
    id_ = found.article.id
    kept = store.notes.of([id_]).get(id_, ArticleNotes())
    copies = store.clippings.cluster(found.cluster.id) if found.cluster and found.cluster.size > 1 else []
    return PublishedStory(
        clipping=found, copies=tuple(one for one in copies if one.article.id != id_), tags=kept.tags,
        note=kept.text,
    )  # fmt: skip


def _markdown(story: PublishedStory) -> bytes:
    return markdown_page(story.clipping, tags=story.tags, note=story.note).encode(errors="replace")


def _record(story: PublishedStory) -> bytes:
    return (json.dumps(record(story.clipping), ensure_ascii=False, indent=1) + "\n").encode(errors="replace")
