"""``jianbao tag``: what an article is filed under."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cleaners.errors import UsageError
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted
from crawler.cli.layout import padded


@app.command()
def tag(
    what: Annotated[
        str | None,
        typer.Argument(metavar="ID|URL", help="An id, its first digits, or an address; none: all tags are listed."),
    ] = None,
    words: Annotated[list[str] | None, typer.Argument(metavar="WORD...", help="What to file it under.")] = None,
    store: StoreOption = STORE,
    remove: Annotated[bool, typer.Option("--remove", help="Take these words off it instead.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What you want to remember of it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the tags of a store; file an article under words, note something with it, or take words off it.

    `search --tag` and `export --tag` find by them, `show` shows them with the notes. A later text of the article keeps
    them.

    \b
    Examples:
      jianbao tag --store news.db
      jianbao tag 3f2a9c00 水利 二期
      jianbao tag 3f2a9c00 二期 --remove
      jianbao tag https://news.example/a.html --note 周一用
    """
    from cleaners.store import Store
    from cleaners.store.notes import tag_of
    from crawler.cli.show import stored

    with Store.open(store, create=False, readonly=what is None) as opened:
        if what is None:
            _list(opened.notes.tags(), as_json=as_json)
            return
        if not words and not note:
            raise UsageError("say under which words to file {what}, or what to note with --note", what=what)
        if remove and note:
            raise UsageError("--note adds a note, --remove takes words off: do one after the other")
        id_ = stored(opened, what).article.id
        if remove:
            with opened.transaction():
                for word in map(tag_of, words or ()):
                    if not opened.notes.remove_tag(id_, word):
                        raise UsageError("{id} is not filed under {word}: `jianbao show` says what", id=id_, word=word)
        else:
            opened.notes.add(id_, tags=words or (), note=note)
        kept = opened.notes.of([id_]).get(id_)
        tags = kept.tags if kept else ()
    if as_json:
        typer.echo(json.dumps({"id": id_, "tags": list(tags)}, ensure_ascii=False))
    elif tags:
        answer("{id} is filed under {tags}", id=id_, tags=", ".join(tags))
    else:
        answer("{id} is filed under nothing", id=id_)


def _list(tags: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(tags, ensure_ascii=False))
        return
    if not tags:
        answer("no article has a tag: `jianbao tag ID WORD` files one under a word")
    for word, count in tags.items():
        answer("{word}  {articles}", word=padded(word, 24), articles=counted(count, "article"))
