"""A watch as a feed: JSON Feed 1.1 (jsonfeed.org/version/1.1) with its latest entries."""

from __future__ import annotations

import json
from typing import Any

from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify.feed_file import entry_html, store_name


def json_feed_bytes(contents: IssueContents, link: str | None) -> bytes:
    """The feed; ``link``: where it stands."""
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": contents.title,
                            "language": contents.language}  # fmt: skip
    if link:
        feed["feed_url"] = link
    if written_by := store_name(contents):
        feed["_jianbao"] = {"store": written_by}
    feed["items"] = [_json_item(entry) for entry in contents.entries]
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _json_item(entry: IssueEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id, "title": entry.title, "summary": entry.line, "content_html": entry_html(entry),
        "date_published": entry.at.isoformat(),
    }  # fmt: skip
    if entry.url:
        item["url"] = entry.url
    if entry.story and entry.story.regions:
        item["tags"] = list(entry.story.regions[:5])
    if entry.story and entry.story.best.source:
        item["authors"] = [{"name": entry.story.best.source}]
    return item
