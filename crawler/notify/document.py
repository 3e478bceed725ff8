"""An issue as a document: HTML, Markdown or EPUB, grouped by region and source, with the sources of every story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from cleaners.escaping import escaped
from cleaners.export.epub import EpubBook, EpubChapter, epub_bytes
from cleaners.store import StoryCopy
from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify.feed_file import write_changed

_OTHER = "其他"
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 42em; margin: 2em auto; padding: 0 1em; font: 1rem/1.7 system-ui, "Noto Sans CJK SC", sans-serif; }
h1, h2, h3 { line-height: 1.3; } h3 { margin-bottom: 0; } .line { margin: 0; opacity: .75; } ul { padding-left: 1.2em; }
"""


class DocumentFile:
    """A file an issue; ``{date}`` and ``{issue}`` in its name are filled in, by the issue: a second delivery writes the
    same file."""

    is_feed: ClassVar[bool] = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, contents: IssueContents) -> None:
        """Write the document."""
        name = self._path.name.replace("{date}", f"{contents.at:%Y-%m-%d}").replace("{issue}", str(contents.number))
        path = self._path.with_name(name)
        if path.suffix == ".epub":
            write_changed(path, epub_bytes(_book(contents)))
            return
        text = html_document(contents) if path.suffix == ".html" else markdown_document(contents)
        write_changed(path, text.encode("utf-8", "replace"))


def _book(contents: IssueContents) -> EpubBook:
    """An issue as a book: a chapter a story, under its region."""
    return EpubBook(
        identifier=f"urn:jianbao:{quote(contents.key)}", title=_heading(contents), language=contents.language,
        modified=contents.at,
        chapters=tuple(
            EpubChapter(title=entry.title, heading=name, body="".join(_html_entry(entry, contents)))
            for name, entries in grouped(contents.entries)
            for entry in entries
        ),
    )  # fmt: skip


def _heading(contents: IssueContents) -> str:
    return f"{contents.title} {contents.at:%Y-%m-%d %H:%M}"


def grouped(entries: Sequence[IssueEntry]) -> list[tuple[str, list[IssueEntry]]]:
    """Entries under the region they speak of most, these by name; the rest last; inside by source."""
    groups: dict[str, list[IssueEntry]] = {}
    for entry in sorted(entries, key=lambda one: (one.story.best.name if one.story else "", one.id)):
        region = entry.story.regions[0] if entry.story and entry.story.regions else _OTHER
        groups.setdefault(region, []).append(entry)
    return sorted(groups.items(), key=lambda pair: (pair[0] == _OTHER, pair[0]))


def html_document(contents: IssueContents) -> str:
    """An issue as a page that needs nothing else."""
    heading = escape(_heading(contents))
    return "\n".join((
        "<!DOCTYPE html>", f'<html lang="{escape(contents.language)}">', '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{heading}</title><style>{_STYLE}</style></head>", f"<body><h1>{heading}</h1>",
        *_html_parts(contents), "</body></html>", "",
    ))  # fmt: skip


def _html_parts(contents: IssueContents) -> Iterator[str]:
    groups = grouped(contents.entries)
    if len(groups) > 1:
        links = (
            f'<li><a href="#part-{n}">{escape(name)}</a> ({len(some)})</li>' for n, (name, some) in enumerate(groups)
        )
        yield f"<nav><ul>{''.join(links)}</ul></nav>"
    for n, (name, entries) in enumerate(groups):
        yield f'<section id="part-{n}"><h2>{escape(name)}</h2>'
        for entry in entries:
            yield from _html_entry(entry, contents)
        yield "</section>"


def _html_entry(entry: IssueEntry, contents: IssueContents) -> Iterator[str]:
    yield f"<article><h3>{_link(entry.title, entry.url)}</h3>"
    yield f'<p class="line">{escape(entry.line)}</p>'
    if entry.story:
        if entry.story.excerpt:
            yield f"<p>{escape(entry.story.excerpt)}…</p>"
        copies = (
            f"<li>{_link(copy.name, copy.url)} {escape(_facts(copy, contents))}</li>" for copy in entry.story.copies
        )
        yield f"<ul>{''.join(copies)}</ul>"
    yield "</article>"


def _link(text: str, url: str | None) -> str:
    if url is None or not url.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(text)}</a>'


def markdown_document(contents: IssueContents) -> str:
    """An issue as Markdown (CommonMark)."""
    return "\n".join(_markdown_lines(contents)) + "\n"


def _markdown_lines(contents: IssueContents) -> Iterator[str]:
    yield f"# {_plain(contents.title)} {contents.at:%Y-%m-%d %H:%M}"
    for name, entries in grouped(contents.entries):
        yield f"\n## {_plain(name)}"
        for entry in entries:
            yield f"\n### {_markdown_link(entry.title, entry.url)}\n\n{_plain(entry.line)}"
            if entry.story and entry.story.excerpt:
                yield f"\n{_plain(entry.story.excerpt)}…"
            if entry.story:
                yield ""
                yield from (f"- {_markdown_link(copy.name, copy.url)} {_plain(_facts(copy, contents))}".rstrip()
                            for copy in entry.story.copies)  # fmt: skip


def _markdown_link(text: str, url: str | None) -> str:
    if url is None or not url.startswith(("http://", "https://")):
        return _plain(text)
    target = url.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"[{_plain(text)}](<{target}>)"


def _plain(text: str) -> str:
    return escaped(" ".join(text.split()))


def _facts(copy: StoryCopy, contents: IssueContents) -> str:
    """When a copy appeared, and how it is disguised."""
    moment = copy.published or copy.fetched_at
    when = f"{moment.astimezone(contents.at.tzinfo):%Y-%m-%d %H:%M}" if moment else ""
    return ", ".join(filter(None, (when, *copy.disguises)))
