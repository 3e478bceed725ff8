"""Taking an article down from its page: first what it would do, then, confirmed, that it is done."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from cleaners.maintenance import takedown
from crawler.web.rendering import refuse, show
from crawler.web.room import may_write, room_of, words_for


def plan(request: Request) -> Response:
    """``GET /article/{id}/takedown``; ``?copies=yes``: its copies with it."""
    room = room_of(request)
    copies = request.query_params.get("copies") == "yes"
    planned = takedown.plan(room.store, [request.path_params["id"]], copies=copies)
    return show(request, "takedown.html", planned=planned, copies=copies, id=request.path_params["id"])


async def carry_out(request: Request) -> Response:
    """``POST /article/{id}/takedown``: with a reason, and the word that confirms it."""
    form = await request.form()
    t = words_for(request)
    if not may_write(request, form):
        return refuse(request, 403, t("stale_form"))
    if form.get("confirmed") != "yes" or not str(form.get("reason", "")).strip():
        return refuse(request, 400, t("takedown_incomplete"))
    return await run_in_threadpool(_done, request, form)


def _done(request: Request, form: FormData) -> Response:
    room = room_of(request)
    room.stores.close()  # what reads may hold up the rewriting of the file
    done = takedown.take_down(
        room.store, [request.path_params["id"]], str(form["reason"]).strip()[:500],
        copies=form.get("copies") == "yes",
    )  # fmt: skip
    return show(request, "taken_down.html", done=done)
