"""``jianbao clip``: one page as a file to keep, and into the store where one is named."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, UsageError
from cleaners.publication_time import written
from cleaners.quality import is_doubtful
from cleaners.sentences import Sentence, sentence
from crawler.cli.application import STORE, app, counted, say
from crawler.cli.clip_file import ClipFormat, chosen_form, clip_file, make_folder, opened
from crawler.cli.crawl import ContactOption

if TYPE_CHECKING:
    from cleaners.export.publication import PublishedStory
    from cleaners.items import Clipping, Drop
    from crawler.clipping import ClippedArticle

_NO_PAGE = {"fetch", "read", "decode", "keep"}
"""Where a page is lost for other things than what its lines are: there is nothing to explain."""


@app.command()
def clip(
    what: Annotated[
        str, typer.Argument(metavar="URL|FILE|-", help="A page on the web, a saved page, or one on stdin.")
    ],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE|FOLDER|-", help="Where to; DATE-TITLE-ID here without it."),
    ] = None,
    form: Annotated[
        ClipFormat | None,
        typer.Option(
            "--format", metavar="md|html|epub|json", help="What to write; the end of the file's name says it, else md."
        ),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="WORD", help="File it under a word; may stand several times.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What you want to remember of it.")] = "",
    images: Annotated[
        bool,
        typer.Option("--images", help="Keep its pictures, too: in NAME.assets/, in the page or in the book."),
    ] = False,
    store: Annotated[
        Path | None, typer.Option("--store", metavar="DB", help="Keep it in this store, too.", show_default=False)
    ] = None,
    known: Annotated[
        Path,
        typer.Option(
            "--known",
            envvar="JIANBAO_STORE",
            metavar="DB",
            help="Without --store: the store asked whether it is there.",
        ),
    ] = STORE,
    contact: ContactOption = None,
) -> None:
    """Clip one page: its article as Markdown, HTML, EPUB or JSON, without what stands around it.

    A page on the web is fetched as a crawl would, with the other pages of its article: robots.txt, limits, --contact.
    A page that is no article ends with exit code 1 and says why. Where a store has the article already, or copies of
    it, it says so. With --store, tags and note are kept there too: `show` shows them, `search --tag` finds by them.
    --images fetches the pictures of a page on the web as it fetches the page; of a saved page it takes those that were
    saved with it. A file is never replaced unless -o names it. The name of the file is printed.

    \b
    Examples:
      jianbao clip https://news.example/2026/1.html --contact you@your.domain
      jianbao clip page.html --tag 水利 --note 存档 -o clips/
      jianbao clip https://news.example/2026/1.html --images -o page.md --contact you@your.domain
      jianbao clip page.mhtml --images -o page.epub
      curl -s https://news.example/1.html | jianbao clip - -o -
      jianbao clip page.html --store news.db --tag 水利
    """
    from cleaners.items import Clipping, Drop
    from cleaners.store.notes import note_of, tag_of
    from crawler.clipping import ArticleClipper
    from crawler.jobs.typed_addresses import is_typed_address

    chosen = chosen_form(form, output)
    if images and chosen is ClipFormat.json:
        raise UsageError("--images is for Markdown, HTML and EPUB: the pictures lie beside the page or in it")
    if images and output == "-" and chosen is ClipFormat.md:
        raise UsageError("--images writes a folder beside the file: name one with -o")
    words, note = tuple(dict.fromkeys(map(tag_of, tags or ()))), note_of(note)
    make_folder(output)
    with ArticleClipper(store=store, known=known, contact=contact, with_pictures=images) as clipper:
        clipped = clipper.address(what) if is_typed_address(what) else clipper.file(what)
        if isinstance(clipped, Drop):
            raise _refused(what, clipped)
        if clipped.copies:
            say(_already(clipped))
        file = clip_file(clipped.article, chosen, output)
        if file.is_kept and store is None:
            raise UsageError(
                "{named} is there already: name it with -o to replace it, or another place", named=file.path
            )
        # A file that cannot be made is told before anything is stored, and takes its name when the store has the page.
        with nullcontext() if file.is_kept else opened(file.path, clipped, chosen) as draft:
            kept = clipper.keep(clipped, tags=words, note=note) if store else Clipping(article=clipped.article)
            if isinstance(kept, Drop):
                raise _refused(what, kept)
            if draft:
                draft.write(_story(kept, clipped, words, note))
    if store is not None:
        say("kept in {store}", store=store)
        if clipped.pictures:
            say("the pictures are in the file alone: a store keeps none")
    if is_doubtful(clipped.article.confidence):
        say(
            "doubtful ({confidence:.2f} of 1): it may be cut short, a teaser, or not the article: look at the page",
            confidence=clipped.article.confidence,
        )
    if images and (missing := len(clipped.article.images) - len(clipped.pictures)):
        say("{pictures} not at hand: the links stay", pictures=counted(missing, "picture"))
    if file.is_kept:
        say("{named} was there before and stays as it is: name it with -o to replace it", named=file.path)
    elif file.path != "-":
        typer.echo(file.path)


def _refused(what: str, drop: Drop) -> InputError:
    why = f"{drop.stage}: {drop.reason} {drop.detail}".rstrip()
    if drop.stage in _NO_PAGE:
        return InputError("{what} was not clipped: {why}", what=what, why=why)
    return InputError("{what} was not clipped: {why}; `jianbao explain` shows each of its lines", what=what, why=why)


def _already(clipped: ClippedArticle) -> Sentence:
    """``already here: 3 copies, first 昆玉日报 2026-10-05 09:50 (id)``, and whether the page itself is among them."""
    first, n = clipped.copies[0].article, len(clipped.copies)
    if clipped.is_known and n == 1:
        return sentence("already here, of this very address ({id})", id=first.id)
    name = first.source or first.site or first.url or first.origin
    when = f" {written(first.published)}" if first.published else ""
    copies = counted(n, "copy")
    return sentence(
        "already here: {copies}, first {name} ({id})",
        copies=sentence("{copies} (one of this very address)", copies=copies) if clipped.is_known else copies,
        name=f"{name}{when}",
        id=first.id,
    )


def _story(kept: Clipping, clipped: ClippedArticle, tags: tuple[str, ...], note: str) -> PublishedStory:
    from cleaners.export.publication import PublishedStory

    others = tuple(one for one in clipped.copies if one.article.id != kept.article.id)
    return PublishedStory(clipping=kept, copies=others, tags=tags, note=note, pictures=clipped.pictures)
