"""A watch as a feed in a file, written when it differs; and an entry as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import ClassVar

from cleaners.atomic import told, whole_file
from cleaners.errors import UsageError
from cleaners.watches.issues import IssueContents, IssueEntry

_STORE = re.compile(rb"urn:jianbao:store:([0-9a-f]+)")


def store_name(contents: IssueContents) -> str:
    """What a feed says of the store that writes it; empty where that has no identity."""
    return f"urn:jianbao:store:{contents.store}" if contents.store else ""


def check_owner(path: Path, store: str) -> None:
    """Raise UsageError where a file is the feed of another store; ``store``: the identity of this one."""
    found = _STORE.search(path.read_bytes()) if path.is_file() else None
    if found and found[1].decode() != store:
        raise UsageError(
            "{path} is the feed of another store, so nobody was told anything: crawl with --no-watches into a store "
            "that is only tried; remove the file to go on with this one",
            path=path,
        )


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
