"""Pages made of templates: in the reader's language, everything escaped that comes from a store."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cleaners.publication_time import written
from cleaners.store import Store
from crawler.web.room import room_of, words_for

_CONTROLS = {"Cc", "Cf", "Zl", "Zp"}


def show(request: Request, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
    """A page of a template with its values."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    html = templates().get_template(template).render(
        t=words_for(request), form_token=room_of(request).tokens.form, here=here, path=request.url.path, **values
    )  # fmt: skip
    return HTMLResponse(html, status)


def refuse(request: Request, status: int, message: str) -> Response:
    """A page that says what went wrong."""
    return show(request, "error.html", status=status, code=int(status), message=message)


def gone(request: Request, store: Store, asked: str) -> Response:
    """What is said of an id that leads nowhere: taken down, or never there."""
    t = words_for(request)
    if stone := store.tombstones.get(asked):
        return refuse(request, 410, t("taken_down_on", day=f"{stone.at:%Y-%m-%d}", reason=stone.reason))
    return refuse(request, 404, t("no_such_article", id=asked[:40]))


@cache
def templates() -> Environment:
    """The templates; a value that was not given is an error, never nothing."""
    made = Environment(
        loader=PackageLoader("crawler.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(
        moment=local, published=_published, day=_day, percent=_percent, plain=plain, safe_link=safe_link, host=_host
    )
    return made


def plain(text: str | None) -> str:
    """A text of one line without what would show it in another order, or not at all (bidirectional marks, controls)."""
    return "".join(
        " " if c in "\n\r\t" else c for c in text or "" if c in "\n\r\t" or unicodedata.category(c) not in _CONTROLS
    )


def safe_link(address: str | None) -> str | None:
    """An address that a reader may be sent to: of the web, nothing else."""
    try:
        return address if address and urlsplit(address).scheme.lower() in {"http", "https"} else None
    except ValueError:
        return None


def _host(address: str | None) -> str:
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""


def local(value: datetime | None) -> str:
    """A moment by the clock of this machine, as people write it."""
    return f"{value.astimezone():%Y-%m-%d %H:%M}" if value else ""


def _published(value: datetime | None) -> str:
    return written(value) if value else ""


def _day(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
