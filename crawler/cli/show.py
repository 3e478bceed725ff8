"""``jianbao show``: an article, its cluster as a tree, its revisions and copies as differences."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.publication_time import written
from cleaners.sentences import Sentence, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app
from crawler.cli.language import spoken, translated

if TYPE_CHECKING:
    from rich.console import Console

    from cleaners.items import Article, Clipping
    from cleaners.store import Store


@app.command()
def show(
    what: Annotated[
        str, typer.Argument(metavar="ID|URL|FILE", help="An id or its first digits, an address, or a saved page.")
    ],
    store: StoreOption = STORE,
    revisions: Annotated[
        bool, typer.Option("--revisions", help="What changed at its address from one visit to the next.")
    ] = False,
    against: Annotated[
        str | None, typer.Option("--against", metavar="ID|URL", help="What differs between it and another article.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show an article with its metadata, tags, notes, disguises and repairs, and who reprinted it, as a tree.

    A tree starts at the best copy; under each copy stand those that are most like it, with what the match is, the
    shares of both texts, and which way it went. --json gives the whole: the record, tags and notes, the cluster, every
    verified pair.

    \b
    Examples:
      jianbao show 3f2a9c00
      jianbao show https://news.example/a.html --json
      jianbao show 3f2a9c00 --revisions
      jianbao show 3f2a9c00 --against 77b1d4e0
    """
    from cleaners.store import Store

    with Store.open(store, create=False, readonly=True) as opened:
        found = stored(opened, what)
        if against is not None:
            _differ(found.article, stored(opened, against).article)
        elif revisions:
            _revisions(opened, found, as_json)
        else:
            _whole(opened, found, as_json)


def stored(store: Store, what: str) -> Clipping:
    """The article that an id, the first digits of one, an address or a saved page means.

    Raises UsageError, with the cure, where there is none or more than one.
    """
    found = store.clippings.get(what)
    if stone := store.tombstones.get(what):
        told = sentence("{what}: taken down on {at:%Y-%m-%d}: {reason}", what=what, at=stone.at, reason=stone.reason)
        if found is None:
            raise UsageError("{told}", told=told)
        raise UsageError("{told}; a copy that stays: {id}", told=told, id=found.article.id)
    if found is None and os.path.isfile(what):
        return _of_file(store, what)
    if found is None and (ids := store.articles.beginning(what, limit=5)):
        if len(ids) > 1:
            raise UsageError(
                "{what}: several ids begin so ({names} ...): give more digits", what=what, names=", ".join(ids)
            )
        found = store.clippings.get(ids[0])
    if found is None:
        raise UsageError(
            "{what}: no article of {path} has this id or url; `jianbao search` finds ids", what=what, path=store.path
        )
    return found


def _of_file(store: Store, path: str) -> Clipping:
    from cleaners import readers, urls
    from cleaners.items import Page

    ids = [urls.clipping_id(page.url, page.body) for page in readers.read([path]) if isinstance(page, Page)]
    held = [id_ for id_ in dict.fromkeys(ids) if id_ in store.articles.has(ids)]
    if not held:
        raise UsageError(
            "{path}: {store_path} has no article of this page; `jianbao clean {path}` stores it, "
            "`jianbao explain` shows how it is read",
            path=path,
            store_path=store.path,
        )
    if len(held) > 1:
        raise UsageError(
            "{path} holds {count} articles: give the id of one ({names} ...)",
            path=path,
            count=len(held),
            names=", ".join(held[:5]),
        )
    found = store.clippings.get(held[0])
    assert found
    return found


def _whole(store: Store, found: Clipping, as_json: bool) -> None:
    from cleaners.export import record
    from cleaners.store import ArticleNotes
    from crawler.cli.article_text import page
    from crawler.cli.cluster_text import relatives

    cluster = relatives(store, found)
    went_on = store.clusters.left_behind(found.cluster) if found.cluster else None
    kept = store.notes.of([found.article.id]).get(found.article.id, ArticleNotes())
    gone = _gone(store, found)
    if as_json:
        whole = {
            **record(found), "tags": list(kept.tags),
            "notes": [{"text": note.text, "at": note.at.isoformat()} for note in kept.notes],
            "family": cluster.record() if cluster else None, "former_family": went_on,
            "gone": gone.isoformat() if gone else None,
        }  # fmt: skip
        typer.echo(json.dumps(whole, ensure_ascii=False))
        return
    typer.echo(page(found, kept, gone))
    if cluster:
        typer.echo()
        answer(cluster.heading())
        _console().print(cluster.drawn(found.article.id), soft_wrap=True)
    elif went_on:
        typer.echo()
        answer("Its text has changed: its former copies are the cluster {id} (jianbao show {id})", id=went_on)


def _gone(store: Store, found: Clipping) -> datetime | None:
    return store.crawl_state.gone(found.article.url) if found.article.url else None


def _revisions(store: Store, found: Clipping, as_json: bool) -> None:
    from cleaners.export import record
    from cleaners.items import Clipping

    texts = store.articles.revisions(found.article.id)
    if as_json:
        for text in texts:
            typer.echo(json.dumps(record(Clipping(article=text)), ensure_ascii=False))
        return
    console = _console()
    if len(texts) == 1:
        answer("{id} has one text: {moment}", id=texts[0].id, moment=_moment(texts[0]))
    if gone := _gone(store, found):
        answer("the page is gone from its site since {at:%Y-%m-%d %H:%M}", at=gone.astimezone())
    for number, (old, new) in enumerate(pairwise(texts), start=2):
        of = sentence("(text {number} of {count})", number=number, count=len(texts))
        console.print(
            f"--- {spoken(_moment(old))}", f"+++ {spoken(_moment(new))}  {spoken(of)}", sep="\n", markup=False
        )
        _print(console, old, new)


def _differ(one: Article, other: Article) -> None:
    console = _console()
    console.print(f"--- {other.id}  {other.url or other.origin}", f"+++ {one.id}  {one.url or one.origin}", sep="\n",
                  markup=False, soft_wrap=True)  # fmt: skip
    _print(console, other, one)


def _print(console: Console, old: Article, new: Article) -> None:
    from crawler.cli.article_text import differences

    lines = list(differences(old, new))
    for style, line in lines or [("dim", "  " + translated("title and text are the same"))]:
        console.print(line, style=style, markup=False, soft_wrap=True)


def _moment(article: Article) -> Sentence:
    if article.fetched_at:
        return sentence("fetched {at:%Y-%m-%d %H:%M}", at=article.fetched_at.astimezone())
    if article.published:
        return sentence("published {at}", at=written(article.published))
    return sentence("no date known")


def _console() -> Console:
    from rich.console import Console

    # What is read by a program, or a pager, is not cut to the width of a terminal.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 400)
