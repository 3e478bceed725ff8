"""Two copies side by side, what differs marked by character."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from cleaners.diff import LineChange, changes, near
from cleaners.export import ScriptChoice, in_script
from cleaners.items import Clipping
from cleaners.store import Store
from crawler.web.cluster import page_number
from crawler.web.rendering import gone, show
from crawler.web.room import article_of, room_of

_COMPARED = 30_000  # characters of each text: comparing takes time with the product of both
_SENTENCE_END = re.compile(r"(?<=[。！？!?])(?![。！？!?”’」』）)\n])|(?<=[。！？!?][”’」』）)])(?![”’」』）)\n])")
_ROWS = 60_000  # bytes of a page of differences


def comparison(request: Request) -> Response:
    """``GET /article/{id}/comparison``: against the best copy of its cluster, or ``?with=`` another article.

    ``?whole=yes`` shows what is the same too.
    """
    with room_of(request).stores.reading() as store:
        this = article_of(request, store)
        if this is None or this.cluster is None:
            return gone(request, store, request.path_params["id"])
        other = _other(request, store, this)
        if other is None:
            return gone(request, store, request.query_params.get("with", ""))
        first, second = other.article, in_script(this, _script(other)).article
        found = changes(_text(first.title, first.text), _text(second.title, second.text))
        whole = request.query_params.get("whole") == "yes"
        pages = _in_pages(list(found) if whole else list(near(found)))
        page = page_number(request, "page", len(pages))
        return show(
            request, "comparison.html", this=this, other=other, rows=pages[page - 1], page=page, pages=len(pages),
            whole=whole, converted=second.script != this.article.script, same=all(one.kind == "same" for one in found),
            is_cut=max(len(first.text), len(second.text)) > _COMPARED,
        )  # fmt: skip


def _other(request: Request, store: Store, this: Clipping) -> Clipping | None:
    if asked := request.query_params.get("with"):
        return store.clippings.get(asked)
    decision = store.clusters.cluster(this.cluster.id) if this.cluster else None
    return next(iter(store.clippings.read([decision.canonical])), None) if decision else this


def _script(clipping: Clipping) -> ScriptChoice:
    """The script that a copy is compared in: the other one would differ in every second character."""
    choices: dict[str, ScriptChoice] = {"simplified": "simplified", "traditional": "traditional"}
    return choices.get(clipping.article.script, "keep")


def _text(title: str | None, text: str) -> str:
    """Title and text, a sentence a line: copiers divide paragraphs anew."""
    return f"{title or ''}\n{_SENTENCE_END.sub(chr(10), text[:_COMPARED])}"


def _in_pages(rows: list[LineChange | None]) -> list[list[LineChange | None]]:
    pages: list[list[LineChange | None]] = [[]]
    size = 0
    for row in rows:
        size += 200 + sum(len(piece.text.encode()) + 14 for piece in (*row.old, *row.new)) if row else 60
        if pages[-1] and size > _ROWS:
            pages.append([])
            size = 0
        pages[-1].append(row)
    return pages
