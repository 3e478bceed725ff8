"""Stores with watches, merged: nothing is told twice, nothing that waited is lost, readers know the entries again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from cleaners.config import WatchFile
from cleaners.items import Article
from cleaners.maintenance import merge as merging
from cleaners.maintenance.merge import merge
from crawler.notify.run import preview, run_watches
from tests.test_ingester import article, story
from tests.test_watches import keep, notices, run, told_of, watches

FILE = """
watches:
  - id: all
    channels:
      - rss: all.xml
        updates: yes
      - document: once/{issue}.md
  - id: digest
    every: daily 18:00
    channels:
      - document: digest/{issue}.md
"""


def told(folder: Path, name: str = "once") -> list[str]:
    """The headlines of all documents of a channel."""
    lines = (line for path in (folder / name).glob("*.md") for line in path.read_text(encoding="utf-8").splitlines())
    return sorted(line.removeprefix("### ") for line in lines if line.startswith("### "))


def feed(folder: Path) -> list[tuple[str, str]]:
    return [(one.id, one.title) for one in feedparser.parse((folder / "all.xml").read_bytes()).entries]


@pytest.fixture
def file(tmp_path: Path) -> WatchFile:
    return watches(tmp_path, FILE)


def elsewhere(folder: Path) -> WatchFile:
    """The same watches in a folder of their own, for another store: a feed is of one."""
    folder.mkdir()
    return watches(folder, FILE)


def filled(store: Path, file: WatchFile | None, *batches: list[Article]) -> Path:
    """A store in which each batch but the last was told, where there is a file."""
    for n, batch in enumerate(batches):
        if file and n:
            run(file, store)
        keep(store, *batch)
    return store


def test_a_new_store_goes_on_where_the_old_one_was(tmp_path: Path, file: WatchFile) -> None:
    old = filled(
        tmp_path / "old.db", file,
        [article("a1", story(1)), article("b1", story(2))], [article("a2", story(1))],
        [article("a3", story(1)), article("c1", story(3))],
    )  # fmt: skip
    before = feed(tmp_path)
    new = tmp_path / "new.db"
    merge([old], new)
    assert told_of(file, new) == told_of(file, old) == ["题目a1", "题目c1"], "a copy, which is an update, and a story"
    assert told_of(file, new, watch=1) == told_of(file, old, watch=1) == ["题目a1", "题目b1", "题目c1"]
    run(file, new)
    assert told(tmp_path) == ["题目a1", "题目b1", "题目c1"]
    assert feed(tmp_path)[2:] == before, "under the ids by which feed readers know them"
    assert [kind for kind, _ in notices(new)] == ["story", "story", "copy", "copy", "story"]
    merge([old], new)
    keep(new, article("d1", story(4)))
    run(file, new)
    assert told(tmp_path) == ["题目a1", "题目b1", "题目c1", "题目d1"], "once more merged, nothing is told again"


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_merge_that_was_killed_is_gone_on_with(
    tmp_path: Path, file: WatchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        filled(tmp_path / f"{n}.db", elsewhere(tmp_path / f"{n}"), [article(f"{n}a", story(n))],
               [article(f"{n}b", story(n + 10))]) for n in (1, 2)
    ]  # fmt: skip
    new = tmp_path / "new.db"
    with monkeypatch.context() as broken:
        broken.setattr(merging, "carry_watches", interrupted)
        with pytest.raises(KeyboardInterrupt):
            merge(parts, new)
    merge(parts, new)
    assert sorted(told_of(file, new)) == ["题目1b", "题目2b"], "what neither store had told; and no more"
    run(file, new)
    assert told_of(file, new) == []


def test_into_a_store_that_has_the_watch_comes_what_neither_has_told(tmp_path: Path, file: WatchFile) -> None:
    mine = filled(tmp_path / "mine.db", file, [article("m1", story(1))], [article("m2", story(2))])
    theirs = filled(
        tmp_path / "theirs.db", elsewhere(tmp_path / "theirs"),
        [article("t1", story(1)), article("t3", story(3))], [article("t4", story(4))],
    )  # fmt: skip
    silent = filled(tmp_path / "silent.db", None, [article("s2", story(2)), article("s5", story(5))])
    run(file, mine)
    merge([theirs, silent], mine)
    waiting = preview(file, mine, now=datetime.now(UTC))[0].entries
    assert [one.title for one in waiting if one.kind == "story"] == ["题目t4", "题目s5"]
    run(file, mine)
    assert told_of(file, mine) == []
    [(own, _), *_] = notices(mine)
    assert own == "story" and {"题目t3", "题目t4"} <= {title for _, title in feed(tmp_path)}, (
        "the feed has those of both"
    )


def test_what_a_channel_did_not_take_there_it_is_given_here(tmp_path: Path) -> None:
    blocked = tmp_path / "once"
    blocked.write_text("a file where a folder is to be made", encoding="utf-8")
    file = watches(tmp_path, FILE)
    old = filled(tmp_path / "old.db", file, [article("a1", story(1))], [])
    assert any(one.failure for one in run_watches(file, old, now=datetime.now(UTC)))
    blocked.unlink()
    new = tmp_path / "new.db"
    merge([old], new)
    run(file, new)
    assert told(tmp_path) == ["题目a1"]
