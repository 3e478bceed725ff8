"""An article as a file to keep: the exports of one article."""

from __future__ import annotations

import json
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from cleaners.export import markdown_page, record
from cleaners.export.markdown import page_name
from crawler.web.cluster import article_of, gone
from crawler.web.room import room_of


def markdown(request: Request) -> Response:
    """``GET /article/{id}.md``."""
    return _file(request, "md")


def json_record(request: Request) -> Response:
    """``GET /article/{id}.json``: the record, as every export has it."""
    return _file(request, "json")


def _file(request: Request, suffix: str) -> Response:
    with room_of(request).stores.reading() as store:
        found = article_of(request, store)
        if found is None:
            return gone(request, store, request.path_params["id"])
    text = markdown_page(found) if suffix == "md" else json.dumps(record(found), ensure_ascii=False, indent=1) + "\n"
    name = quote(page_name(found.article).removesuffix(".md"))
    return Response(
        text.encode(errors="replace"),
        media_type="text/markdown; charset=utf-8" if suffix == "md" else "application/json",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{suffix}"},
    )
