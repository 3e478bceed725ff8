"""Clipping: a page by its address, as a file, from the bookmarklet or from SingleFile; shown first, then kept.

SingleFile ("save to a REST form API") and other programs send ``file`` (or ``html``) and ``url`` with the token as
``Authorization: Bearer``: what they send is kept at once, and the answer is JSON. The bookmarklet sends ``html``,
``url`` and ``proposal`` from any page: that only shows how the page would be kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cleaners.errors import UnusableInput, UsageError
from cleaners.items import Drop
from cleaners.page import decode
from crawler.clipping import ClippedArticle
from crawler.web.access import LARGEST
from crawler.web.clippings import captured, clip_address
from crawler.web.rendering import refuse, show
from crawler.web.room import may_write, room_of, words_for
from crawler.web.tokens import same
from crawler.web.typesetting import in_parts, set_blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipForm:
    """What a form to clip says."""

    url: str
    html: str
    """The page, empty where only its address is given."""

    @classmethod
    async def read(cls, form: FormData) -> ClipForm:
        """The page as ``html``, or as a file in ``file``. Raises ``UnusableInput`` for a file that is no text."""
        html, sent = form.get("html"), form.get("file")
        text = html if isinstance(html, str) else ""
        if not text.strip() and isinstance(sent, str):
            text = sent
        if not text.strip() and isinstance(sent, UploadFile) and (data := await sent.read()):
            text = decode.decode(data).text
        return cls(url=str(form.get("url") or "").strip(), html=text)


def clip_page(request: Request) -> Response:
    """``GET /clip``: the form, the bookmarklet, and what to set in SingleFile; ``?url=`` fills the address in."""
    base = str(request.base_url).rstrip("/")
    room = room_of(request)
    return show(
        request, "clip.html", base=base, bookmarklet=bookmarklet(base, room.tokens.proposal),
        address_only=f"javascript:void open('{base}/clip?url='+encodeURIComponent(location.href))",
        url=request.query_params.get("url", ""), program_token=room.tokens.access,
    )  # fmt: skip


async def clip(request: Request) -> Response:
    """``POST /clip``: a proposal from a page, or, from a program, a page to keep."""
    form = await request.form(max_part_size=LARGEST)
    t = words_for(request)
    is_proposal = same(str(form.get("proposal", "")), room_of(request).tokens.proposal)
    if not may_write(request, form) and not is_proposal:
        return refuse(request, 403, t("stale_form"))
    try:
        asked = await ClipForm.read(form)
    except UnusableInput as why:
        return refuse(request, 422, t("no_article", reason=f"{why.stage}: {t.of('reason', why.reason)}"))
    if request.state.sender == "program":
        return await run_in_threadpool(_kept_for_program, request, asked)
    if not asked.html.strip() and not may_write(request, form):
        return refuse(request, 403, t("stale_form"))  # a stranger's page may not have an address fetched
    return await run_in_threadpool(_proposed, request, asked)


async def keep(request: Request) -> Response:
    """``POST /clip/keep``: the confirmation of a proposal."""
    form = await request.form()
    if not may_write(request, form):
        return refuse(request, 403, words_for(request)("stale_form"))
    return await run_in_threadpool(_confirmed, request, str(form.get("key", "")))


def bookmarklet(base: str, proposal: str) -> str:
    """The address of a bookmark that sends the page it is used on, as it stands, to a room."""
    script = (
        "(()=>{const f=document.createElement('form');f.method='post';f.target='_blank';f.acceptCharset='utf-8';"
        f"f.enctype='multipart/form-data';f.action={json.dumps(f'{base}/clip')};"
        "for(const [n,v] of Object.entries({url:location.href,html:document.documentElement.outerHTML,"
        f"proposal:{json.dumps(proposal)}"
        "})){const t=document.createElement('textarea');t.name=n;t.value=v;f.append(t)}"
        "f.style.display='none';document.documentElement.append(f);f.submit();f.remove()})()"
    )
    return f"javascript:{quote(script, safe='()=>{};,.:/[]')}"


def _clipped(request: Request, asked: ClipForm) -> ClippedArticle | Drop:
    room = room_of(request)
    if asked.html.strip():
        return room.clipper.page(captured(asked.html, asked.url))
    if not asked.url:
        raise UsageError(words_for(request)("clip_nothing"))
    return clip_address(asked.url, store=room.store, contact=room.contact, private_hosts=room.private_hosts)


def _proposed(request: Request, asked: ClipForm) -> Response:
    clipped = _clipped(request, asked)
    if isinstance(clipped, Drop):
        return _refused(request, clipped)
    parts = in_parts(set_blocks(clipped.article))
    return show(
        request, "proposal.html", key=room_of(request).pending.hold(clipped).key, clipped=clipped,
        article=clipped.article, blocks=parts[0], is_cut=len(parts) > 1,
    )  # fmt: skip


def _confirmed(request: Request, key: str) -> Response:
    room = room_of(request)
    found = room.pending.take(key)
    if found is None:
        return refuse(request, 410, words_for(request)("proposal_gone"))
    kept = room.clipper.keep(found.clipped)
    if isinstance(kept, Drop):
        return _refused(request, kept)
    return RedirectResponse(f"/cluster/{kept.article.id}", 303)


def _refused(request: Request, drop: Drop) -> Response:
    t = words_for(request)
    return refuse(request, 422, t("no_article", reason=f"{t.of('reason', drop.reason)} {drop.detail}".strip()))


def _kept_for_program(request: Request, asked: ClipForm) -> Response:
    clipped = _clipped(request, asked)
    kept = clipped if isinstance(clipped, Drop) else room_of(request).clipper.keep(clipped)
    if isinstance(kept, Drop):
        return JSONResponse({"stage": kept.stage, "reason": kept.reason, "detail": kept.detail}, 422)
    size = kept.cluster.size if kept.cluster else 1
    return JSONResponse({"id": kept.article.id, "title": kept.article.title, "copies": size}, 201)
