"""The pictures of an article that were kept with its page: found in the archive, served by digest as what they are.

A crawl archives no pictures; what a browser has saved does: in the page itself (SingleFile), as MHTML, in a folder.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cleaners.errors import UnusableInput
from cleaners.export.publication import EmbeddedPicture
from cleaners.export.saved_pictures import saved_pictures
from cleaners.items import Article
from crawler.web.archive import archived_page
from crawler.web.rendering import gone, refuse
from crawler.web.room import RoomState, article_of, room_of, words_for


def pictures_of(room: RoomState, article: Article) -> tuple[EmbeddedPicture, ...]:
    """The pictures of an article that lie in, beside or in the file of its pages; () where none can be had."""
    if not article.images:
        return ()
    key = article.id, article.origin
    if (known := room.pictures.get(key)) is not None:
        return known
    found: dict[str, EmbeddedPicture] = {}
    for number in range(1, 2 + len(article.part_origins)):
        try:
            page = archived_page(room, article, number).page
            found |= {one.url: one for one in saved_pictures(page, article)}
        except (UnusableInput, OSError):  # the page is gone, or another one now
            continue
    pictures = tuple(found[image.url] for image in article.images if image.url in found)
    room.pictures.put(key, pictures)
    return pictures


def addresses_of(article: Article, pictures: tuple[EmbeddedPicture, ...]) -> dict[str, str]:
    """The address of a picture in the article -> its address in the room."""
    return {one.url: f"/article/{article.id}/picture/{one.name}" for one in pictures}


def picture(request: Request) -> Response:
    """``GET /article/{id}/picture/{name}``: a raster picture under a type of its own bytes, never SVG or HTML."""
    room = room_of(request)
    with room.stores.reading() as store:
        found = article_of(request, store)
        if found is None:
            return gone(request, store, request.path_params["id"])
    asked = request.path_params["name"]
    one = next((one for one in pictures_of(room, found.article) if one.name == asked), None)
    if one is None:
        return refuse(request, 404, words_for(request)("no_such_page"))
    return Response(one.data, media_type=one.media_type)
