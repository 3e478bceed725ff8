"""The schedule over a small web for many days, killed at any moment: what was told is what was found, each thing once.

The days pass by the clock alone: every process of the schedule is started with its clock set ahead.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from cleaners.store import Notice, Store, WatchIssue
from tests.crawling import ROOT
from tests.small_server import Reply, SmallServer, listing, serving
from tests.test_channels import receiving
from tests.test_clean_store import story
from tests.test_watch_kills import FILE

CLOCK = """
import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["CLOCK_AHEAD"]), tick=True).start()
"""
SEEDS = """
job: probe
schedule: "0 * * * *"
allow_private_hosts: ["127.0.0.1", "127.0.0.2"]
sites:
  - {{id: first, name: 渠边日报, home: "{first}/", delay: 0}}
  - {{id: late, name: 河畔快报, home: "{late}/", delay: 0}}
"""
HEADLINE = re.compile(r"第(\d+)件事")


@dataclass(slots=True)
class SmallPress:
    """A site with news of its own, and one that reprints it days later."""

    first: SmallServer
    late: SmallServer
    chance: random.Random
    stories: list[int] = field(default_factory=list)
    reprinted: list[int] = field(default_factory=list)

    def publish(self, day: datetime) -> None:
        """What is new on a day."""
        for _ in range(self.chance.randrange(1, 3)):
            self.stories.append(len(self.stories))
            _put(self.first, self.stories[-1], "渠边日报", day)
        old = [one for one in self.stories[:-2] if one not in self.reprinted]
        for one in self.chance.sample(old, min(len(old), self.chance.randrange(1, 3))):
            self.reprinted.append(one)
            _put(self.late, one, "河畔快报", day)


def _put(server: SmallServer, number: int, name: str, day: datetime) -> None:
    body = "".join(f"<p>{line}</p>" for line in story(number).split("\n"))
    server.pages[f"/a/{number}.html"] = Reply(
        f"<html><head><meta charset=utf-8><title>第{number}件事 - {name}</title></head><body><h1>第{number}件事</h1>"
        f"<p>{day:%Y-%m-%d %H:%M} 来源：{name}</p><div class=content>{body}</div></body></html>"
    )
    server.pages["/"] = Reply(listing(*(path for path in server.pages if path.startswith("/a/"))))


class Schedule:
    """`jianbao schedule` with a clock that is ahead."""

    def __init__(self, folder: Path, ahead: timedelta) -> None:
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crawler", "schedule", "job.yaml", "--store", "news.db"],
            cwd=folder,
            env={"PYTHONPATH": f"{folder / 'clock'}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(folder),
                 "TZ": "Asia/Shanghai", "CLOCK_AHEAD": str(ahead.total_seconds())},
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stderr
        self._lines += self._process.stderr

    def kill(self) -> None:
        """Everything at once, as by kill -9: the schedule, what it runs, and the processes of that."""
        pid = self._process.pid
        os.killpg(pid, signal.SIGSTOP)  # so that it starts nothing meanwhile
        running = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        threads = (one.read_text(encoding="ascii").split() for one in Path(f"/proc/{pid}/task").glob("*/children"))
        for child in {*running, *(one for some in threads for one in some)}:
            with suppress(ProcessLookupError):
                os.killpg(int(child), signal.SIGKILL)
        os.killpg(pid, signal.SIGKILL)
        self._process.wait(20)
        self._reading.join(20)

    def ended_run(self, seconds: float, begins: Callable[[], bool] = lambda: True) -> bool:
        """Whether a crawl ends well within some seconds from the moment at which ``begins``. Any other end is a failure
        of the test."""
        until = time.monotonic() + seconds
        begun, patience = False, time.monotonic() + 200
        while time.monotonic() < (until if begun else patience):
            if not begun and (begun := begins()):
                until = time.monotonic() + seconds
            for line in list(self._lines):
                if "  probe  " in line:
                    assert "  probe  done" in line, self._lines
                    return True
            assert self._process.poll() is None, self._lines
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(150) == 0, self._lines
        self._reading.join(20)


@pytest.mark.parametrize(("days", "kills"), [(1, 1), pytest.param(30, 50, marks=pytest.mark.soak)])
def test_days_of_the_schedule_with_kills(tmp_path: Path, chance: random.Random, days: int, kills: int) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    begin = datetime.now(UTC)
    met = 0
    longest = 2.0
    with serving("127.0.0.1", {}) as first, serving("127.0.0.2", {}) as late, receiving() as receiver:
        press = SmallPress(first, late, chance)
        (tmp_path / "job.yaml").write_text(SEEDS.format(first=first.base, late=late.base), encoding="utf-8")
        (tmp_path / "watches.yaml").write_text(FILE.format(url=receiver.url), encoding="utf-8")
        late.pages["/"] = Reply(listing())
        press.publish(begin)
        with Store.open(tmp_path / "news.db") as store:
            store.runs.end(store.runs.start("crawl probe"), {})  # only who has run before can have missed a run
        for day in range(days):
            ahead = timedelta(days=day + 1)
            press.publish(begin + ahead)
            while met * days < kills * (day + 1):
                # Most of a run is its start: a third of the kills may meet that, the others what comes after it.
                after = -1 if kills > days and chance.random() < 1 / 3 else len(first.seen)
                schedule = Schedule(tmp_path, ahead)
                ended = schedule.ended_run(chance.uniform(0, longest), partial(_has_asked, first, after))
                schedule.kill()
                met += not ended
                longest = longest / 1.5 if ended else min(longest * 1.3, 30)
                ahead += timedelta(hours=1)
            _undisturbed(tmp_path, ahead)
        press.publish(begin + timedelta(days=days + 1))
        _undisturbed(tmp_path, timedelta(days=days + 9))  # also a site that is seldom asked, for it has been still
        sent = [json.loads(body) for _, body in receiver.got]
    _compare(tmp_path, press, sent)
    assert len(sent) - len({one["id"] for one in sent}) <= met, "once more only where a kill came in between"


def _has_asked(server: SmallServer, more_than: int) -> bool:
    return len(server.seen) > more_than


def _undisturbed(folder: Path, ahead: timedelta) -> None:
    schedule = Schedule(folder, ahead)
    try:
        assert schedule.ended_run(200)
        schedule.stop()
    except BaseException:
        schedule.kill()
        raise


def _compare(folder: Path, press: SmallPress, sent: list[dict[str, str]]) -> None:
    published = {f"{press.first.base}/a/{n}.html" for n in press.stories}
    published |= {f"{press.late.base}/a/{n}.html" for n in press.reprinted}
    with Store.open(folder / "news.db", create=False) as store:
        articles = {one.article.id: one.article for one in store.clippings.select(with_duplicates=True)}
        events = store.events.after(0, 9999)
        identity = store.watch_log.identity()
        [last] = [one for one in [store.watch_log.last_issue("at-once")] if one]
        noted: list[Notice] = []
        for number in range(1, last.number + 1):
            noted += store.watch_log.notices_of(WatchIssue(watch="at-once", number=number, at=last.at))
    assert {one.url for one in articles.values()} == published, "all that was published was found"
    assert Counter(one.id for one in events) == Counter(list(articles)), "each of them happened once"
    assert Counter(one.detail for one in noted) == Counter(list(articles)), "and was noted once"

    told = {one["id"]: one for one in sent}
    new = {(one.story, one.issue) for one in noted if one.kind == "story"}  # an update of these stands in their line
    wanted = [one.number for one in noted if one.kind == "story" or (one.story, one.issue) not in new]
    assert set(told) == {identity.notice_name("at-once", number) for number in wanted}
    stories = Counter(_number(one["headline"]) for one in told.values() if one["kind"] == "story")
    assert stories == Counter(press.stories), "every story is told, by one key"
    for name in ("once", "digest"):
        texts = [path.read_text(encoding="utf-8") for path in (folder / name).glob("*.md")]
        heads = (line for text in texts for line in text.splitlines() if line.startswith("### "))
        assert Counter(map(_number, heads)) == stories, name
    assert not list(folder.rglob("*.part")), "nothing half-written stays"


def _number(headline: str) -> int:
    found = HEADLINE.search(headline)
    assert found, headline
    return int(found[1])
