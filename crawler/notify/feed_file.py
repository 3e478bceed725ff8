"""A watch as a feed in a file, written when it differs; and an entry as HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import ClassVar

from cleaners.atomic import told, whole_file
from cleaners.watches.issues import IssueContents, IssueEntry


class FeedFile:
    """The file of a feed, in either format."""

    is_feed: ClassVar[bool] = True

    def __init__(self, path: Path, made: Callable[[IssueContents, str | None], bytes], *, link: str | None) -> None:
        """``made``: the feed as bytes, of what it holds and where it will stand, which is ``link``."""
        self._path = path
        self._made = made
        self._link = link

    def deliver(self, contents: IssueContents) -> None:
        """Write the file, where it would differ."""
        write_changed(self._path, self._made(contents, self._link))


def write_changed(path: Path, data: bytes) -> None:
    """Write a file whole, where it would differ. Raises as :func:`cleaners.atomic.whole_file`."""
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == data:
            return
    with whole_file(path) as out:
        out.write(data)


def entry_html(entry: IssueEntry) -> str:
    """What there is to say of an entry, and the beginning of the text."""
    excerpt = f"<p>{escape(entry.story.excerpt)}</p>" if entry.story and entry.story.excerpt else ""
    return f"<p>{escape(entry.line)}</p>{excerpt}"
