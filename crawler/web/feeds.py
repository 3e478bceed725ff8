"""What watches have told, as feeds: for readers on this machine, without files."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from cleaners.config import WatchFile
from cleaners.watches.issues import IssueContents, IssueReader
from crawler.notify.json_feed import json_feed_bytes
from crawler.notify.rss import rss_bytes
from crawler.notify.run import LATEST
from crawler.web.rendering import refuse
from crawler.web.room import room_of, words_for

_DEFAULTS = WatchFile.model_fields  # a store knows what was told, not the file that asked for it


def rss(request: Request) -> Response:
    """``GET /feeds/{watch}.xml``: RSS 2.0 with the latest entries that a watch has told."""
    contents = _latest(request)
    if contents is None:
        return refuse(request, HTTPStatus.NOT_FOUND, words_for(request)("no_such_page"))
    return Response(rss_bytes(contents, _address(request)), media_type="application/rss+xml")


def json_feed(request: Request) -> Response:
    """``GET /feeds/{watch}.json``: the same as JSON Feed 1.1."""
    contents = _latest(request)
    if contents is None:
        return refuse(request, HTTPStatus.NOT_FOUND, words_for(request)("no_such_page"))
    return Response(json_feed_bytes(contents, _address(request)), media_type="application/feed+json")


def _latest(request: Request) -> IssueContents | None:
    watch = request.path_params["watch"]
    with room_of(request).stores.reading() as store:
        if store.watch_log.state(watch) is None:
            return None
        timezone, language = (str(_DEFAULTS[name].default) for name in ("timezone", "language"))
        reader = IssueReader(store, watch, title=watch, timezone=ZoneInfo(timezone), language=language)
        return reader.latest(LATEST, updates=False)


def _address(request: Request) -> str:
    return str(request.url.replace(query=""))  # a token in it is nobody else's
