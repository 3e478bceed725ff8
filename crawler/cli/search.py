"""``jianbao search``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cleaners.disguises import Disguise
from cleaners.quality import is_doubtful
from cleaners.sentences import listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say
from crawler.cli.filters import (
    ArrivedSince,
    MinConfidence,
    Region,
    Since,
    SiteName,
    Source,
    Tag,
    Until,
    arrival,
    hint,
    selection,
)  # fmt: skip
from crawler.cli.layout import dated, titled

if TYPE_CHECKING:
    from cleaners.store import SearchHit

Disguises = Literal["any", Disguise]


@app.command()
def search(
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help='Words; "a phrase", AND, OR, NOT; simplified finds traditional too.'),
    ] = None,
    store: StoreOption = STORE,
    region: Region = None,
    site: SiteName = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    arrived_since: ArrivedSince = None,
    order: Annotated[
        Literal["best", "new", "old", "arrived"] | None,
        typer.Option(
            "--sort",
            help="By rank, by date (new, old), by when it was stored.",
            show_default="best; arrived without QUERY",
        ),
    ] = None,
    disguise: Annotated[Disguises | None, typer.Option("--disguise", help="Only with this disguise.")] = None,
    copied: Annotated[
        bool | None, typer.Option("--copied/--not-copied", help="Only what has copies, or what has none.")
    ] = None,
    tag: Tag = None,
    min_confidence: MinConfidence = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    with_duplicates: Annotated[bool, typer.Option("--with-duplicates", help="Every copy of an article.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find articles by words of one, two or more characters, exactly; the best match first. Without words: the newest.

    --json gives id, title, url, site, source, published, confidence, cluster_id, cluster_size, score (the best one has
    1), and passages: each a text with the marks of what was found in it, as [start, end].

    \b
    Examples:
      jianbao search 产业园
      jianbao search '喀什 AND (纺织 OR 锂电) NOT 招聘' --since 2024-01-01
      jianbao search 開發區 --region 新疆 --json
      jianbao search 开业 --disguise spun --with-duplicates
      jianbao search --arrived-since 2h
      jianbao search 棉花 --sort new --since 昨天
      jianbao search --tag 水利
    """
    from cleaners.store import Store

    with Store.open(store, create=False, readonly=True) as opened:
        chosen = selection(
            region, site, source, since, until, disguise=disguise, copied=copied, min_confidence=min_confidence,
            arrived_since=arrival(opened, arrived_since), tag=tag,
        )  # fmt: skip
        if query is None:
            hits = opened.search.latest(
                selection=chosen, limit=limit, with_duplicates=with_duplicates, order=order or "arrived"
            )
        else:
            hits = opened.search.find(
                query, selection=chosen, limit=limit, with_duplicates=with_duplicates, order=order or "best"
            )
        if not hits:
            hint(opened, chosen)
    for hit in hits:
        if as_json:
            typer.echo(json.dumps(_record(hit), ensure_ascii=False))
            continue
        facts: list[object] = [hit.id, dated(hit.published, 10), hit.site or hit.source or "-"]
        if hit.cluster_size > 1:
            facts.append(counted(hit.cluster_size, "copy"))
        if is_doubtful(hit.confidence):
            facts.append(sentence("doubtful ({share:.2f})", share=hit.confidence))
        answer(listed([*facts, titled(hit.title)], "  "))
        for passage in hit.passages[:2]:
            typer.echo(f"    {_marked(passage.text, passage.marks)}")
    if not hits:
        say("nothing found")


def _record(hit: SearchHit) -> dict[str, Any]:
    """A hit for JSON; the names are those of the record of an article and stay."""
    return {
        "id": hit.id, "title": hit.title, "url": hit.url, "site": hit.site, "source": hit.source,
        "published": hit.published and hit.published.isoformat(), "confidence": hit.confidence,
        "cluster_id": hit.cluster_id, "cluster_size": hit.cluster_size, "score": round(hit.score, 4),
        "passages": [{"text": one.text, "marks": [list(mark) for mark in one.marks]} for one in hit.passages],
    }  # fmt: skip


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The passage with what was found in 【】, so that it shows in a pipe as well."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}【{text[start:end]}】{text[end:]}"
    return text
