"""The file of a clipping: its name, its form, and the folder of its pictures beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cleaners.atomic import check_parent, told, whole_file, whole_folder
from cleaners.errors import UsageError

if TYPE_CHECKING:
    from cleaners.export.publication import PublishedStory
    from cleaners.items import Article
    from crawler.clipping import ClippedArticle


class ClipFormat(StrEnum):
    """What a clipping is written as; also the end of its file name."""

    md = "md"
    html = "html"
    epub = "epub"
    json = "json"


def chosen_form(form: ClipFormat | None, output: str | None) -> ClipFormat:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFile:
    """Where a clipping is written."""

    path: str
    """``-`` is standard output."""
    is_kept: bool
    """Whether a file is there that nobody has named: it is not replaced."""


def make_folder(output: str | None) -> None:
    """Make the folder that is named as one. Raises UsageError for a file in a folder that is not there."""
    if not output or output == "-":
        return
    if output.endswith("/"):
        with told(Path(output)):
            Path(output).mkdir(parents=True, exist_ok=True)
    else:
        check_parent(Path(output))


def clip_file(article: Article, form: ClipFormat, output: str | None) -> ClipFile:
    """Where to write: what is named, or DATE-TITLE-ID in the folder that is named, here where none is."""
    from cleaners.export.markdown import page_name

    if output and (output == "-" or not Path(output).is_dir()):
        return ClipFile(path=output, is_kept=False)
    named = Path(output or ".") / (page_name(article).removesuffix(".md") + f".{form.value}")
    return ClipFile(path=str(named), is_kept=named.exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipDraft:
    """A file, and a folder of pictures, that take their names when all is well."""

    file: IO[bytes]
    form: ClipFormat
    pictures: str | None
    """Name of the folder beside the file, where pictures lie in one."""

    def write(self, story: PublishedStory) -> None:
        """Write a story."""
        self.file.write(_content(_led_to(story, self.pictures) if self.pictures else story, self.form))


@contextmanager
def opened(path: str, clipped: ClippedArticle, form: ClipFormat) -> Iterator[ClipDraft]:
    """The file at ``path``, and the folder of its pictures; neither is there when the block raises."""
    with whole_file(path) as file:
        if form is not ClipFormat.md or not clipped.pictures:
            yield ClipDraft(file=file, form=form, pictures=None)
            return
        folder = Path(path).with_suffix(".assets")
        with whole_folder(folder, replaces=_holds_pictures) as draft:
            for picture in clipped.pictures:
                (draft / picture.name).write_bytes(picture.data)
            yield ClipDraft(file=file, form=form, pictures=folder.name)


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
