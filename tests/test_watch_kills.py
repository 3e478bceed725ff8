"""Thirty days of arrivals with late reposts, killed at any moment: what was told is what happened, each thing once."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleaners.items import Article
from crawler.notify.run import run_watches
from tests.test_channels import receiving
from tests.test_ingester import article, story
from tests.test_watches import keep, watches

FILE = """
watches:
  - id: at-once
    channels:
      - webhook: {{url: '{url}'}}
        updates: yes
      - document: once/{{issue}}.md
      - rss: once.xml
  - id: digest
    every: daily 18:00
    channels:
      - document: digest/{{date}}.md
"""


def days(chance: random.Random, count: int) -> list[list[Article]]:
    """What arrives on each day: new stories, and reposts of what was there some days before."""
    arrivals: list[list[Article]] = []
    stories: list[int] = []
    for day in range(count):
        today = [article(f"{day}f{n}", story(100 * day + n)) for n in range(chance.randrange(1, 4))]
        late = [article(f"{day}e{n}", story(one)) for n, one in enumerate(chance.sample(stories, min(len(stories), 2)))]
        stories += [100 * day + n for n in range(len(today))]
        arrivals.append([*today, *late])
    return arrivals


def killed_once(work: Callable[[], object], seconds: float) -> bool:
    """Do the work in a process that dies after some seconds, as by kill -9; whether it died before it had ended."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process where it stands, nothing is cleaned up
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work failed"
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("kills", [6, pytest.param(50, marks=pytest.mark.soak)])
def test_what_is_told_is_what_happened(tmp_path: Path, chance: random.Random, kills: int) -> None:
    store = tmp_path / "news.db"
    arrivals = days(chance, 30)
    killed = 0
    moment = datetime.now(UTC)
    with receiving() as server:
        file = watches(tmp_path, FILE.format(url=server.url))

        def work(batch: list[Article], now: datetime) -> None:
            keep(store, *batch)
            run_watches(file, store, now=now)

        work([], moment)  # the watches are met
        for day, batch in enumerate(arrivals):
            now = moment + timedelta(days=day, hours=12)
            longest = 0.02
            while killed * 30 < kills * (day + 1):
                if killed_once(lambda batch=batch, now=now: work(batch, now), chance.uniform(0, longest)):  # type: ignore[misc]
                    killed += 1
                    longest = min(longest * 1.3, 0.5)
                else:
                    longest /= 2
            work(batch, now)
        work([], moment + timedelta(days=31))
        sent = [json.loads(body) for _, body in server.got]
    assert killed >= kills

    once = {one["id"]: one for one in sent}
    happened = Counter("copy" if "e" in (one.title or "") else "story" for batch in arrivals for one in batch)
    assert Counter(one["kind"] for one in once.values()) == happened
    stories = [one["headline"] for one in once.values() if one["kind"] == "story"]
    assert sorted(stories) == sorted(
        one.title or "" for batch in arrivals for one in batch if "f" in (one.title or "")
    ), "each story by one key"  # fmt: skip
    for folder in ("once", "digest"):
        texts = [path.read_text(encoding="utf-8") for path in (tmp_path / folder).glob("*.md")]
        told = Counter(line.removeprefix("### ") for text in texts for line in text.splitlines() if "### " in line)
        assert told == Counter(stories), folder
    assert not list(tmp_path.rglob("*.part")), "nothing half-written stays"
