"""An issue as a document: HTML, Markdown or EPUB, grouped by region and source, with the sources of every story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from lxml import etree

from cleaners.escaping import escaped
from cleaners.export.epub import EpubBook, EpubChapter, epub_bytes
from cleaners.export.html import framed
from cleaners.export.publication import by_region_and_source
from cleaners.export.story_markup import element, web_address
from cleaners.publication_time import is_day, written
from cleaners.store import StoryCopy
from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify.feed_file import write_changed


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
        is_html = path.suffix == ".html"
        data = html_document(contents) if is_html else markdown_document(contents).encode("utf-8", "replace")
        write_changed(path, data)


def _book(contents: IssueContents) -> EpubBook:
    """An issue as a book: a chapter a story, under its region and source."""
    return EpubBook(
        identifier=f"urn:jianbao:{quote(contents.key)}", title=_heading(contents), language=contents.language,
        modified=contents.at,
        chapters=tuple(
            EpubChapter(title=entry.title, heading=f"{region} · {source}",
                        body=etree.tostring(_html_entry(entry, contents, 1), encoding="unicode"))
            for region, sources in grouped(contents.entries)
            for source, entries in sources
            for entry in entries
        ),
    )  # fmt: skip


def _heading(contents: IssueContents) -> str:
    return f"{contents.title} {contents.at:%Y-%m-%d %H:%M}"


def grouped(entries: Sequence[IssueEntry]) -> list[tuple[str, list[tuple[str, list[IssueEntry]]]]]:
    """Entries under the region they speak of most, there under their source, as in what ``export`` writes."""
    return by_region_and_source(entries, _place)


def _place(entry: IssueEntry) -> tuple[str | None, str | None]:
    if entry.story is None:
        return None, None
    best = entry.story.best
    return next(iter(entry.story.regions), None), best.source or best.site_name


def html_document(contents: IssueContents) -> bytes:
    """An issue as a page (UTF-8) that needs nothing else."""
    body = element("body", "", element("h1", _heading(contents)))
    groups = grouped(contents.entries)
    if len(groups) > 1:
        body.append(element("nav", "", element("ol", "", *(
            element("li", "", element("a", region, href=f"#part-{n}"), element("span", f" {_names(sources)}"))
            for n, (region, sources) in enumerate(groups)
        ))))  # fmt: skip
    for n, (region, sources) in enumerate(groups):
        entries = (entry for _, some in sources for entry in some)
        made = (_html_entry(entry, contents, 3) for entry in entries)
        body.append(element("section", "", element("h2", region), *made, id=f"part-{n}"))
    return framed(body, title=_heading(contents), language=contents.language)


def _names(sources: Sequence[tuple[str, Sequence[IssueEntry]]]) -> str:
    return "、".join(f"{name} ({len(entries)})" for name, entries in sources)


def _html_entry(entry: IssueEntry, contents: IssueContents, level: int) -> Any:
    made = element("article", "", element(f"h{level}", "", _link(entry.title, entry.url)),
                   element("p", entry.line, class_="facts"))  # fmt: skip
    if entry.story and entry.story.excerpt:
        made.append(element("p", f"{entry.story.excerpt}…"))
    if entry.story:
        copies = (element("li", "", _link(copy.name, copy.url), element("span", f" {_facts(copy, contents)}"))
                  for copy in entry.story.copies)  # fmt: skip
        made.append(element("aside", "", element("ul", "", *copies)))
    return made


def _link(text: str, url: str | None) -> Any:
    address = web_address(url)
    return element("a", text, href=address, rel="noreferrer") if address else element("span", text)


def markdown_document(contents: IssueContents) -> str:
    """An issue as Markdown (CommonMark)."""
    return "\n".join(_markdown_lines(contents)) + "\n"


def _markdown_lines(contents: IssueContents) -> Iterator[str]:
    yield f"# {_plain(contents.title)} {contents.at:%Y-%m-%d %H:%M}"
    for region, sources in grouped(contents.entries):
        yield f"\n## {_plain(region)}"
        for entry in (entry for _, entries in sources for entry in entries):
            yield f"\n### {_markdown_link(entry.title, entry.url)}\n\n{_plain(entry.line)}"
            if entry.story and entry.story.excerpt:
                yield f"\n{_plain(entry.story.excerpt)}…"
            if entry.story:
                yield ""
                yield from (f"- {_markdown_link(copy.name, copy.url)} {_plain(_facts(copy, contents))}".rstrip()
                            for copy in entry.story.copies)  # fmt: skip


def _markdown_link(text: str, url: str | None) -> str:
    address = web_address(url)
    if address is None:
        return _plain(text)
    target = address.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"[{_plain(text)}](<{target}>)"


def _plain(text: str) -> str:
    return escaped(" ".join(text.split()))


def _facts(copy: StoryCopy, contents: IssueContents) -> str:
    """On which site a copy stands, when it appeared, and how it is disguised."""
    moment = copy.published or copy.fetched_at
    when = written(moment if is_day(moment) else moment.astimezone(contents.at.tzinfo)) if moment else ""
    where = copy.site_name if copy.source else None  # the name is the site's own without a source
    return ", ".join(filter(None, (where, when, *copy.disguises)))
