"""The reading room as an ASGI application: which address is which page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cleaners.errors import FormatError, InputError, JianbaoError, UsageError
from crawler.web import (
    archive,
    cleaning,
    clip,
    cluster,
    comparison,
    downloads,
    feeds,
    front,
    language,
    notes,
    pictures,
    repairs,
    takedown,
)
from crawler.web.access import AccessPolicy, Door
from crawler.web.health import HealthPage
from crawler.web.rendering import refuse
from crawler.web.room import RoomState, room_of, words_for

_YEAR = 365 * 24 * 3600
_ID = "{id:str}"


def application(room: RoomState, policy: AccessPolicy) -> Starlette:
    """The room of a store behind its door."""
    routes = [
        Route("/", front.front),
        Route(f"/cluster/{_ID}", cluster.cluster),
        Route(f"/article/{_ID}/comparison", comparison.comparison),
        Route(f"/article/{_ID}/cleaning", cleaning.cleaning, methods=["GET"]),
        Route(f"/article/{_ID}/cleaning", cleaning.report, methods=["POST"]),
        Route(f"/article/{_ID}/archived", archive.archived),
        Route(f"/article/{_ID}/picture/{{name:str}}", pictures.picture),
        Route(f"/article/{_ID}/repairs", repairs.repairs),
        Route(f"/article/{_ID}/takedown", takedown.plan, methods=["GET"]),
        Route(f"/article/{_ID}/takedown", takedown.carry_out, methods=["POST"]),
        Route(f"/article/{_ID}/markdown", downloads.markdown),
        Route(f"/article/{_ID}/html", downloads.html),
        Route(f"/article/{_ID}/epub", downloads.book),
        Route(f"/article/{_ID}/notes", notes.add, methods=["POST"]),
        Route(f"/article/{_ID}/notes/remove", notes.remove, methods=["POST"]),
        Route(f"/article/{_ID}/record", downloads.json_record),
        Route("/clip", clip.clip_page, methods=["GET"]),
        Route("/clip", clip.clip, methods=["POST"]),
        Route("/clip/keep", clip.keep, methods=["POST"]),
        Route("/feeds/{watch:str}.xml", feeds.rss),
        Route("/feeds/{watch:str}.json", feeds.json_feed),
        Route("/favicon.ico", icon),
        Route("/health", HealthPage().__call__),
        Route("/language/{to:str}", choose_language),
        Mount("/static", StaticFiles(directory=str(files("crawler.web").joinpath("static")))),
    ]

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        yield
        room.stores.close()
        room.clipper.close()

    made = Starlette(
        routes=routes, lifespan=living, middleware=[Middleware(Door, policy=policy)],
        exception_handlers={JianbaoError: told, HTTPException: not_found},
    )  # fmt: skip
    made.state.room = room
    return made


def icon(request: Request) -> Response:
    """``GET /favicon.ico``: what browsers ask for beside a text."""
    return RedirectResponse("/static/icon.svg", 308)


def choose_language(request: Request) -> Response:
    """``GET /language/{zh|en}``: remember it, and go back to the page in ``?back=``, one of the room."""
    back = request.query_params.get("back", "/")
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if inside else "/", 303)
    answer.set_cookie(language.COOKIE, request.path_params["to"][:2], max_age=_YEAR, httponly=True, samesite="lax")
    return answer


async def told(request: Request, error: Exception) -> Response:
    """An error that the reader can cure, as a page; without the folders of this machine."""
    status = HTTPStatus.BAD_REQUEST if isinstance(error, UsageError | InputError) else HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, FormatError):
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    room = room_of(request)
    message = str(error)
    for path in (room.store, room.corrections):
        message = message.replace(str(path.absolute()), path.name).replace(str(path), path.name)
    return refuse(request, status, message)


async def not_found(request: Request, error: Exception) -> Response:
    """A page for an address that is none."""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    return refuse(request, status, words_for(request)("no_such_page"))
