"""Tags and notes from an article's page: added, and removed one by one."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cleaners.store import Store
from crawler.web.rendering import refuse
from crawler.web.room import may_write, room_of, words_for


async def add(request: Request) -> Response:
    """``POST /article/{id}/notes``: a tag, a note, or both; then its page again."""
    form = await request.form()
    if not may_write(request, form):
        return refuse(request, 403, words_for(request)("stale_form"))
    return await run_in_threadpool(_added, request, form)


async def remove(request: Request) -> Response:
    """``POST /article/{id}/notes/remove``: the tag ``tag``, or the note of the number ``note``; then its page again."""
    form = await request.form()
    if not may_write(request, form):
        return refuse(request, 403, words_for(request)("stale_form"))
    return await run_in_threadpool(_removed, request, form)


def _added(request: Request, form: FormData) -> Response:
    tag, note = str(form.get("tag", "")), str(form.get("note", ""))
    with Store.open(room_of(request).store, create=False) as store:
        store.notes.add(request.path_params["id"], tags=[tag] if tag.strip() else [], note=note)
    return _back(request)


def _removed(request: Request, form: FormData) -> Response:
    id_, number = request.path_params["id"], str(form.get("note", ""))
    with Store.open(room_of(request).store, create=False) as store:
        if tag := str(form.get("tag", "")):
            store.notes.remove_tag(id_, tag)
        if number.isascii() and number.isdigit() and len(number) < 19:
            store.notes.remove_note(id_, int(number))
    return _back(request)


def _back(request: Request) -> Response:
    id_ = request.path_params["id"]
    return RedirectResponse(f"/cluster/{id_}?copy={id_}", 303)  # leads on to its cluster, with this copy shown
