"""How an article was cleaned: every line of its page, kept or cut, and the report of a wrong cut."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from cleaners.errors import UnusableInput
from cleaners.items import Article, Drop, Line
from cleaners.pipeline import PageExplanation
from crawler.web.archive import ArchivedPage, archived_page, explained, page_text
from crawler.web.cluster import page_number
from crawler.web.corrections import write_correction
from crawler.web.rendering import gone, refuse, show
from crawler.web.room import article_of, may_write, room_of, words_for

_LINES = 150  # of a page of lines


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A line of the page with what was decided about it."""

    number: int
    """Its place among all lines of the page, from 0 on."""
    line: Line
    probability: float | None
    """That it belongs to the article, by the judge of lines; None where it was not asked."""
    reasons: tuple[str, ...]
    """The features that spoke loudest."""


def cleaning(request: Request) -> Response:
    """``GET /article/{id}/cleaning``; ``?page=``: of an article of several pages, ``?lines=``: of a long page."""
    return _answer(request)


async def report(request: Request) -> Response:
    """``POST /article/{id}/cleaning``: the lines that belong to the article, as somebody marked them."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form(max_fields=10 * _LINES)
    if not may_write(request, form):
        return refuse(request, 403, words_for(request)("stale_form"))
    return await run_in_threadpool(_answer, request, form)


def _answer(request: Request, form: FormData | None = None) -> Response:
    room, t = room_of(request), words_for(request)
    with room.stores.reading() as store:
        found = article_of(request, store)
        if found is None:
            return gone(request, store, request.path_params["id"])
    article = found.article
    try:
        held = archived_page(room, article, page_number(request, "page", 1 + len(article.part_origins)))
        result = explained(room, held.page)
    except UnusableInput as why:
        return refuse(request, 404, t("no_archived_page", reason=t.of("reason", why.reason)))
    lines = _judged(result)
    pages = max(1, -(-len(lines) // _LINES))
    number = page_number(request, "lines", pages)
    shown = lines[(number - 1) * _LINES : number * _LINES]
    if form is not None:
        return _reported(request, article, held, lines, shown, form)
    return show(
        request, "cleaning.html", article=article, held=held, lines=shown, number=number, pages=pages, result=result,
        cluster_id=found.cluster.id if found.cluster else article.id,
        is_dropped=isinstance(result.result, Drop), kept=sum(one.line.verdict == "keep" for one in lines),
        cut=sum(one.line.verdict == "cut" for one in lines),
    )  # fmt: skip


def _reported(
    request: Request, article: Article, held: ArchivedPage, lines: list[JudgedLine], shown: list[JudgedLine],
    form: FormData,
) -> Response:  # fmt: skip
    """Write the sample: the lines that were marked on the page of lines, the others as they were judged."""
    marked = {str(value) for value in form.getlist("keep")}
    on_page = {one.number for one in shown}
    expected = [
        one.line.text for one in lines
        if (str(one.number) in marked if one.number in on_page else one.line.verdict == "keep")
    ]  # fmt: skip
    was = [one.line.text for one in lines if one.line.verdict == "keep"]
    if expected == was:
        return refuse(request, 400, words_for(request)("nothing_marked"))
    path = write_correction(room_of(request).corrections, held.page, page_text(held.page), article, expected)
    return show(request, "reported.html", article=article, name=path.name, before=len(was), after=len(expected))


def _judged(result: PageExplanation) -> list[JudgedLine]:
    evidence = result.body.evidence if result.body else None
    return [
        JudgedLine(
            number=n, line=line, probability=evidence.probability(n) if evidence else None,
            reasons=tuple(evidence.reasons(n)) if evidence and not line.rule else (),
        )
        for n, line in enumerate(result.lines)
    ]  # fmt: skip
