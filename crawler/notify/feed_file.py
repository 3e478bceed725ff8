"""What the feeds of a watch share: files that are written when they differ, and an entry as HTML."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cleaners.atomic import told, whole_file
from cleaners.watches.issues import IssueEntry


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
