"""The feeds of the reading room: what watches have told, for readers that ask for an address."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import feedparser

from crawler.notify.run import run_watches
from tests.reading_room import reading_room
from tests.test_watches import PLAIN, watches


def test_what_a_watch_has_told_is_a_feed_of_the_room(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    assert room.get("/feeds/all.xml").status_code == 404
    file = watches(tmp_path, PLAIN.replace("        updates: yes\n", ""))
    run_watches(file, room.store, now=datetime.now(UTC))
    answer = room.get("/feeds/all.xml")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/rss+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert {entry.id for entry in feed.entries} == {
        entry.id for entry in feedparser.parse((tmp_path / "all.xml").read_bytes()).entries
    }
    assert feed.entries
    shown = room.get("/feeds/all.json")
    assert shown.headers["content-type"] == "application/feed+json"
    assert [item["id"] for item in shown.json()["items"]] == [entry.id for entry in feed.entries]
    assert shown.json()["feed_url"].endswith("/feeds/all.json")
    assert room.get("/feeds/else.json").status_code == 404
