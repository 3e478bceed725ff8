"""Disguises and repairs in place: the body as the page has it against the body as it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from cleaners.diff import DiffPiece, LineChange, changes, near
from cleaners.errors import UnusableInput
from crawler.web.archive import archived_page, explained
from crawler.web.cluster import page_number
from crawler.web.rendering import gone, refuse, show
from crawler.web.room import article_of, room_of, words_for

_PARAGRAPHS = 100  # of a page
_COMPARED = 30_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedPiece:
    """A stretch of a paragraph."""

    text: str
    how: Literal["same", "gone", "new"]


def repairs(request: Request) -> Response:
    """``GET /article/{id}/repairs``: what the cleaner took away and put there, of the first page of the article."""
    room, t = room_of(request), words_for(request)
    with room.stores.reading() as store:
        found = article_of(request, store)
        if found is None or found.cluster is None:
            return gone(request, store, request.path_params["id"])
    article = found.article
    try:
        result = explained(room, archived_page(room, article).page)
    except UnusableInput as why:
        return refuse(request, 404, t("no_archived_page", reason=t.of("reason", why.reason)))
    before = result.body.text if result.body else article.text
    after = getattr(result.result, "text", article.text)
    told = changes(before[:_COMPARED], after[:_COMPARED])
    rows = [None if one is None else tuple(_merged(one)) for one in near(told)]
    pages = max(1, -(-len(rows) // _PARAGRAPHS))
    page = page_number(request, "page", pages)
    return show(
        request, "repairs.html", article=article, cluster_id=found.cluster.id, page=page, pages=pages,
        rows=rows[(page - 1) * _PARAGRAPHS : page * _PARAGRAPHS], is_changed=bool(rows),
    )  # fmt: skip


def _merged(change: LineChange) -> Iterator[RepairedPiece]:
    """Both sides of a paragraph as one: what is the same once, what is gone before what is new."""
    if change.kind == "same":
        yield from (RepairedPiece(text=piece.text, how="same") for piece in change.new)
        return
    gaps = zip_longest(_by_gap(change.old), _by_gap(change.new), fillvalue=("", ""))
    for (gone_text, same), (new_text, also_same) in gaps:
        if gone_text:
            yield RepairedPiece(text=gone_text, how="gone")
        if new_text:
            yield RepairedPiece(text=new_text, how="new")
        if same or also_same:
            yield RepairedPiece(text=same or also_same, how="same")


def _by_gap(pieces: Sequence[DiffPiece]) -> list[tuple[str, str]]:
    """(what stands only here, the same stretch behind it) in order; both sides of a change have the same stretches."""
    found: list[tuple[str, str]] = []
    own = ""
    for piece in pieces:
        if piece.changed:
            own += piece.text
        else:
            found.append((own, piece.text))
            own = ""
    return [*found, (own, "")]
