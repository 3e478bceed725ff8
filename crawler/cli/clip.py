"""``jianbao clip``: one page as a file to keep, and into the store where one is named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, UsageError
from cleaners.sentences import Sentence, sentence
from crawler.cli.application import STORE, app, counted, say
from crawler.cli.crawl import ContactOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaners.export.publication import PublishedStory
    from cleaners.items import Clipping, Drop
    from crawler.clipping import ClippedArticle


class ClipFormat(StrEnum):
    """What a clipping is written as; also the end of its file name."""

    md = "md"
    html = "html"
    epub = "epub"
    json = "json"


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

    chosen = _form(form, output)
    if images and chosen is ClipFormat.json:
        raise UsageError("--images is for Markdown, HTML and EPUB: the pictures lie beside the page or in it")
    if images and output == "-" and chosen is ClipFormat.md:
        raise UsageError("--images writes a folder beside the file: name one with -o")
    words, note = tuple(dict.fromkeys(map(tag_of, tags or ()))), note_of(note)
    with ArticleClipper(store=store, known=known, contact=contact, with_pictures=images) as clipper:
        clipped = clipper.address(what) if is_typed_address(what) else clipper.file(what)
        if isinstance(clipped, Drop):
            raise _refused(what, clipped)
        if clipped.copies:
            say(_already(clipped.copies))
        if store is None:
            kept: Clipping | Drop = Clipping(article=clipped.article)
        else:
            kept = clipper.keep(clipped, tags=words, note=note)
        if isinstance(kept, Drop):
            raise _refused(what, kept)
    if images and (missing := len(clipped.article.images) - len(clipped.pictures)):
        say("{pictures} not at hand: the links stay", pictures=counted(missing, "picture"))
    _write(_story(kept, clipped, words, note), chosen, output)


def _refused(what: str, drop: Drop) -> InputError:
    return InputError(
        "{what} was not clipped: {why}; `jianbao explain` shows each of its lines",
        what=what,
        why=f"{drop.stage}: {drop.reason} {drop.detail}".rstrip(),
    )


def _form(form: ClipFormat | None, output: str | None) -> ClipFormat:
    """The format asked for, or that the file's name speaks of. Raises UsageError for a name of none."""
    if form is not None:
        return form
    suffix = Path(output or "").suffix.lower().lstrip(".")
    if not suffix or Path(output or "").is_dir():
        return ClipFormat.md
    if suffix not in {"htm", "markdown", *(one.value for one in ClipFormat)}:
        raise UsageError(
            "{output} does not say what to write: say it with --format, or end it in .md, .html, .epub, .json",
            output=output,
        )
    return ClipFormat({"htm": "html", "markdown": "md"}.get(suffix, suffix))


def _already(copies: Sequence[Clipping]) -> Sentence:
    """``already here: 3 copies, first 昆玉日报 2026-10-05 09:50 (id)``."""
    first = copies[0].article
    when = f" {first.published:%Y-%m-%d %H:%M}" if first.published else ""
    name = first.source or first.site or first.url or first.origin
    return sentence(
        "already here: {copies}, first {name} ({id})",
        copies=counted(len(copies), "copy"),
        name=f"{name}{when}",
        id=first.id,
    )


def _story(kept: Clipping, clipped: ClippedArticle, tags: tuple[str, ...], note: str) -> PublishedStory:
    from cleaners.export.publication import PublishedStory

    others = tuple(one for one in clipped.copies if one.article.id != kept.article.id)
    return PublishedStory(clipping=kept, copies=others, tags=tags, note=note, pictures=clipped.pictures)


def _write(story: PublishedStory, form: ClipFormat, output: str | None) -> None:
    from cleaners.atomic import whole_file, whole_folder
    from cleaners.export.markdown import page_name

    target = output or "."
    if target != "-" and (Path(target).is_dir() or target.endswith("/")):
        named = Path(target) / (page_name(story.clipping.article).removesuffix(".md") + f".{form.value}")
        if named.exists():
            raise UsageError("{named} is there already: name it with -o to replace it, or another place", named=named)
        target = str(named)
    if form is ClipFormat.md and story.pictures:
        folder = Path(target).with_suffix(".assets")
        with whole_folder(folder, replaces=_holds_pictures) as draft:
            for picture in story.pictures:
                (draft / picture.name).write_bytes(picture.data)
        story = _led_to(story, folder.name)
    content = _content(story, form)
    with whole_file(target) as file:
        file.write(content)
    if target != "-":
        typer.echo(target)


def _holds_pictures(folder: Path) -> bool:
    """Whether all in a folder is named by a digest: then it is of an earlier clipping."""
    return all(re.fullmatch(r"[0-9a-f]{16}\.[a-z]{3,4}", path.name) for path in folder.iterdir())


def _led_to(story: PublishedStory, folder: str) -> PublishedStory:
    """The story whose Markdown names its pictures in a folder beside it."""
    from cleaners.escaping import image_address

    markdown = story.clipping.article.markdown or ""
    for picture in story.pictures:
        markdown = markdown.replace(
            f"]({image_address(picture.url)})", f"]({image_address(f'{folder}/{picture.name}')})"
        )
    article = replace(story.clipping.article, markdown=markdown or None)
    return replace(story, clipping=replace(story.clipping, article=article))


def _content(story: PublishedStory, form: ClipFormat) -> bytes:
    """The file of a story."""
    if form is ClipFormat.html:
        from cleaners.export.html import html_page
        from cleaners.export.publication import single

        return html_page(single(story))
    if form is ClipFormat.epub:
        from cleaners.export.epub_format import epub
        from cleaners.export.publication import single

        return epub(single(story))
    if form is ClipFormat.json:
        from cleaners.export import record

        told = {**record(story.clipping), "tags": list(story.tags), "note": story.note or None}
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
    from cleaners.export import markdown_page

    return markdown_page(story.clipping, tags=story.tags, note=story.note).encode("utf-8", "replace")
