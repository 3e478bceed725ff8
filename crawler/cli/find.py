"""``jianbao find``: which articles hold a passage."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say
from crawler.cli.layout import dated, titled

if TYPE_CHECKING:
    from cleaners.store.passage_search import PassageHit

_EXCERPT = 60  # characters


@app.command()
def find(
    passage: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file with the passage; - is stdin. UTF-8.")],
    store: StoreOption = STORE,
    least: Annotated[
        float, typer.Option("--least", min=0.01, max=1.0, help="Share of the passage that an article must hold.")
    ] = 0.5,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Which articles hold a passage, where, and who had it first; however it was disguised.

    The earliest article comes first. --json gives id, title, url, site, source, published, cluster_id, cluster_size,
    share (of the passage) and places: each [start, end] in the article's text and in the passage.

    \b
    Examples:
      jianbao find quote.txt
      echo '全桥长四百二十米，施工队前后用了十四个月' | jianbao find -
      jianbao find speech.txt --least 0.1 --json
    """
    from cleaners.store import Store
    from cleaners.store.passage_search import find_passage

    text = _read(passage)
    with Store.open(store, create=False, readonly=True) as opened:
        hits = find_passage(text, opened.search, opened.clippings, least=least)
    for hit in hits[:limit]:
        if as_json:
            typer.echo(json.dumps(_record(hit), ensure_ascii=False))
        else:
            answer(_shown(hit))
    if not hits:
        say("no article holds {least:.0%} of it", least=least)
    elif len(hits) > limit:
        say("{articles}: -n shows more", articles=counted(len(hits) - limit, "further article"))


def _read(name: str) -> str:
    """The passage; raises UsageError for what cannot be read or is no UTF-8."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            "{name} cannot be read ({strerror}); to look for these words: echo '{name}' | jianbao find -",
            name=name,
            strerror=error.strerror,
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError("{name} is no UTF-8: convert it (iconv -f gb18030 -t utf-8)", name=name) from error


def _record(hit: PassageHit) -> dict[str, Any]:
    article, cluster = hit.clipping.article, hit.clipping.cluster
    return {
        "id": article.id, "title": article.title, "url": article.url, "site": article.site, "source": article.source,
        "published": article.published and article.published.isoformat(),
        "cluster_id": cluster.id if cluster else None, "cluster_size": cluster.size if cluster else 1,
        "share": round(hit.share, 4),
        "places": [{"article": [one.begin_a, one.end_a], "passage": [one.begin_b, one.end_b]} for one in hit.places],
    }  # fmt: skip


def _shown(hit: PassageHit) -> Sentence:
    article, cluster = hit.clipping.article, hit.clipping.cluster
    facts: list[object] = [article.id, dated(article.published), f"{hit.share:4.0%}"]
    facts.append(article.site or article.source or "-")
    if cluster and cluster.size > 1:
        facts.append(counted(cluster.size, "copy"))
    line = listed([*facts, titled(article.title)], "  ")
    longest = max(hit.places, key=lambda one: one.size)
    excerpt = " ".join(article.text[longest.begin_a : longest.end_a].split())
    return listed([line, f"{excerpt[:_EXCERPT]}{'…' if len(excerpt) > _EXCERPT else ''}"], "\n    ")
