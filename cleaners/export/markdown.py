"""Markdown (CommonMark): a folder with one page for each article, what is known of it as YAML front matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleaners.errors import UsageError
from cleaners.export.files import told, whole_file
from cleaners.export.records import record
from cleaners.items import Article, Clipping

_IN_BODY = {"title", "text", "markdown"}
# Signs that Markdown would read as markup: anywhere, and at the beginning of a line.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~]")
_ORDERED = re.compile(r"(?m)^(\s*\d+)([.)])(?=\s)")
_BULLET = re.compile(r"(?m)^(\s*)([-+=])")
_LONGEST = 40  # characters of a headline in a file name: at most 160 of the 255 bytes a name may have


def markdown_folder(clippings: Iterable[Clipping], folder: str | Path) -> int:
    """Write one page for each clipping into a folder, which is made when it is not there; returns how many.

    Names are ``DATE-HEADLINE-ID.md``, the same for the same clipping on every system. Raises UsageError when the
    folder is a file or stands nowhere, UnwritableError.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file: name a folder for the Markdown pages")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be made: there is no folder {path.parent}; make it first")
    with told(path):
        path.mkdir(exist_ok=True)
    count = 0
    for clipping in clippings:
        with whole_file(path / page_name(clipping.article)) as file:
            file.write(markdown_page(clipping).encode("utf-8", "replace"))
        count += 1
    return count


def markdown_page(clipping: Clipping) -> str:
    """One clipping as a page: front matter with the names of the record (only what is known), headline, body."""
    import yaml  # only here

    article = clipping.article
    known = {k: v for k, v in record(clipping).items() if k not in _IN_BODY and v not in (None, [], {})}
    front: dict[str, Any] = {"title": article.title, **known} if article.title else known
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
    parts = [f"---\n{head}---"]
    if article.title:
        parts.append(f"# {escaped(article.title)}")
    parts.append(article.markdown.strip("\n") if article.markdown else _paragraphs(article.text))
    return "\n\n".join(parts) + "\n"


def page_name(article: Article) -> str:
    """A file name that every file system takes, unique by the id at its end."""
    date = article.published.date().isoformat() if article.published else "undated"
    title = unicodedata.normalize("NFC", article.title or "")
    words = "-".join(re.findall(r"[^\W_]+", title))[:_LONGEST].strip("-")
    return "-".join(filter(None, (date, words, article.id))) + ".md"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    text = _MARKUP.sub(lambda sign: "\\" + sign.group(), text)
    text = _ORDERED.sub(r"\1\\\2", text)
    return _BULLET.sub(r"\1\\\2", text)


def _paragraphs(text: str) -> str:
    return "\n\n".join(escaped(line) for line in text.split("\n") if line.strip())
