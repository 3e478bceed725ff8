"""When jobs run: cron expressions, missed runs, the lock, what is printed for other schedulers, history, metrics."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from typer.testing import CliRunner

from cleaners.config import SiteConfig
from cleaners.errors import SeedFileError, UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop
from cleaners.store import FetchResult, RunEntry, Store
from cleaners.store.locks import JobRunsError, job_lock, wait_for_writer
from cleaners.store.runs import RunCounts, of, totals
from crawler.cli import app
from crawler.jobs import cron
from crawler.jobs import scheduler as schedule
from crawler.jobs.scheduler import EndedRun, JobRunner, ScheduledJob, entries, is_missed, plan, watch_clock
from crawler.jobs.site_health import standing
from crawler.jobs.systemd import cron_line, systemd_units
from crawler.notify.health import silent_sites, troubles
from crawler.web.health import run_figures
from tests.crawling import one_site
from tests.small_server import Reply, listing, serving
from tests.small_server import article as page

ROOT = Path(__file__).resolve().parent.parent
HERE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=HERE)


def entry(times: str, job: str = "probe", seeds: Path = Path("/seeds/probe.yaml")) -> ScheduledJob:
    return ScheduledJob(job=job, seeds=seeds, cron=cron.read(times))


def times(expression: str, count: int = 3, after: datetime = MONDAY) -> list[str]:
    trigger = cron.read(expression).trigger(HERE)
    found: list[str] = []
    at = after
    while len(found) < count:
        fire = trigger.get_next_fire_time(None, at)
        found.append(f"{fire:%a %m-%d %H:%M}")
        at = fire + timedelta(seconds=1)
    return found


def test_days_of_the_week_count_from_sunday() -> None:
    assert times("0 8 * * 1", 2) == ["Mon 11-23 08:00", "Mon 11-30 08:00"]
    assert times("0 8 * * 0", 1) == times("0 8 * * 7", 1) == times("0 8 * * sun", 1) == ["Sun 11-29 08:00"]
    assert times("0 8 * * 5-7", 3) == ["Fri 11-27 08:00", "Sat 11-28 08:00", "Sun 11-29 08:00"]


def test_either_day_is_enough_where_both_are_restricted() -> None:
    assert times("0 0 1 * 3", 3) == ["Wed 11-25 00:00", "Tue 12-01 00:00", "Wed 12-02 00:00"]
    assert times("0 0 */2 * 3", 2) == ["Wed 11-25 00:00", "Wed 12-09 00:00"], "a field that begins with * is none"


def test_steps_lists_ranges_and_names() -> None:
    assert times("*/30 7-8 * * *", 5) == [f"Mon 11-23 {at}" for at in ("07:00", "07:30", "08:00", "08:30")] + [
        "Tue 11-24 07:00"
    ]
    assert times("5,20 6 * dec *", 2) == ["Tue 12-01 06:05", "Tue 12-01 06:20"]
    assert times("0 8-20/6 * * *", 3) == ["Mon 11-23 08:00", "Mon 11-23 14:00", "Mon 11-23 20:00"]


@pytest.mark.parametrize(
    "wrong", ["60 * * * *", "* * * *", "* 5-3 * * *", "*/0 * * * *", "* * * foo *", "x * * * *", "* * 0 * *"]
)
def test_wrong_fields_are_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"is no (minute|hour|day|month)|has 4 fields"):
        cron.read(wrong)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize(
    "expression", ["*/30 * * * *", "0 8 * * 1-5", "5 6,18 1,15 * *", "0 0 1 * 3", "7 3 * jan,jul 0"]
)
def test_systemd_reads_the_same_times(expression: str) -> None:
    found: list[datetime] = []
    base = f"--base-time={MONDAY - timedelta(seconds=1):%F %T}"  # the clock on the wall is the same in both zones
    for line in cron.read(expression).calendar():
        command = ["systemd-analyze", "calendar", "--iterations=3", base, line]
        done = subprocess.run(command, capture_output=True, text=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"})
        assert done.returncode == 0, done.stderr
        stamps = [part.split(": ", 1)[1] for part in done.stdout.splitlines() if "elapse:" in part or "Iter." in part]
        found += [datetime.strptime(stamp, "%a %Y-%m-%d %H:%M:%S %Z") for stamp in stamps]
    assert [f"{at:%a %m-%d %H:%M}" for at in sorted(found)][:3] == times(expression)


def job_file(folder: Path, name: str = "probe", schedule: str = '"*/30 * * * *"') -> Path:
    path = folder / f"{name}.yaml"
    line = f"schedule: {schedule}\n" if schedule else ""
    path.write_text(f'job: {name}\n{line}sites: [{{id: a, name: a, home: "http://127.0.0.1:9/"}}]\n', encoding="utf-8")
    return path


def test_every_job_needs_a_schedule_and_a_name_of_its_own(tmp_path: Path) -> None:
    assert [one.job for one in entries([job_file(tmp_path), job_file(tmp_path, "other")])] == ["probe", "other"]
    with pytest.raises(SeedFileError, match=r"bare\.yaml: schedule: is missing: add"):
        entries([job_file(tmp_path, "bare", "")])
    with pytest.raises(SeedFileError, match=r"odd\.yaml: schedule: '99' is no minute: 0 to 59"):
        entries([job_file(tmp_path, "odd", '"99 * * * *"')])
    (tmp_path / "public.yaml").write_text(
        'job: public\nschedule: "* * * * *"\nsites: [{id: a, name: a, home: "http://a.example/"}]\n', encoding="utf-8"
    )
    with pytest.raises(SeedFileError, match="job public: contact: is missing"):
        entries([tmp_path / "public.yaml"])  # every run would fail
    with pytest.raises(UsageError, match="are both job probe"):
        entries([job_file(tmp_path), job_file(tmp_path)])


class Clock:
    """The time as the scheduler sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
        self.at = at
        clock = self

        class Fake(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return clock.at.astimezone(tz)

        for module in ("apscheduler.schedulers.base", "apscheduler.executors.base"):
            monkeypatch.setattr(f"{module}.datetime", Fake)


class Stepped(BaseScheduler):
    """A scheduler that looks at the clock when it is told to."""

    def wakeup(self) -> None:
        pass

    def shutdown(self, wait: bool = True) -> None:
        pass


def ran_at(started: datetime) -> RunEntry:
    return RunEntry(run=1, command="crawl probe", started=started, ended=started, status="done", counts={})


def scheduled(
    clock: Clock,
    jobs: list[ScheduledJob],
    last: Callable[[ScheduledJob], RunEntry | None],
    run: Callable[[ScheduledJob], None],
) -> Callable[[timedelta], None]:
    """A scheduler under a fake clock; the result lets time pass."""
    scheduler = Stepped(timezone=HERE, executors={"default": DebugExecutor()})
    plan(scheduler, jobs, run, last=last, now=clock.at, timezone=HERE)
    scheduler.start()

    def wait(span: timedelta) -> None:
        clock.at += span
        scheduler._process_jobs()

    return wait


def test_jobs_run_at_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, ran = Clock(monkeypatch, MONDAY), []
    wait = scheduled(
        clock,
        [entry("*/30 * * * *", "half"), entry("0 7 * * *", "daily")],
        lambda one: None,
        lambda one: ran.append(one.job),
    )
    for _ in range(12):
        wait(timedelta(minutes=10))
    assert ran.count("half") == 5
    assert ran.count("daily") == 1


def test_what_the_machine_slept_through_is_made_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, ran = Clock(monkeypatch, MONDAY), []
    wait = scheduled(clock, [entry("*/30 * * * *")], lambda one: None, lambda one: ran.append(clock.at))
    wait(timedelta(hours=9, minutes=10))
    assert len(ran) == 1
    wait(timedelta(minutes=1))
    assert len(ran) == 1
    wait(timedelta(minutes=30))
    assert len(ran) == 2


def test_what_was_missed_before_the_start_is_made_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, ran = Clock(monkeypatch, MONDAY), []
    last = {"missed": ran_at(MONDAY - timedelta(days=3)), "fresh": ran_at(MONDAY - timedelta(hours=1)), "new": None}
    jobs = [entry("0 8 * * *", name) for name in last]
    wait = scheduled(clock, jobs, lambda one: last[one.job], lambda one: ran.append(one.job))
    wait(timedelta(seconds=1))
    assert ran == ["missed"]
    wait(timedelta(hours=1))
    assert ran == ["missed"]
    wait(timedelta(hours=1))
    assert sorted(ran) == ["fresh", "missed", "missed", "new"]


@pytest.mark.parametrize(("jump", "expected"), [(timedelta(hours=9), 1), (timedelta(days=-400), 0)])
def test_a_clock_that_jumps_is_seen_while_the_schedule_waits(
    monkeypatch: pytest.MonkeyPatch, jump: timedelta, expected: int
) -> None:
    """A machine that slept, or whose clock was set: the wait itself knows nothing of it."""
    clock, ran, over = Clock(monkeypatch, MONDAY), [], threading.Event()
    monkeypatch.setattr(schedule, "_LOOK", 0.02)
    monkeypatch.setattr(schedule.time, "time", lambda: clock.at.timestamp())
    scheduler = BackgroundScheduler(timezone=HERE, executors={"default": DebugExecutor()})
    plan(
        scheduler,
        [entry("0 8 * * *")],
        lambda one: ran.append(one.job),
        last=lambda one: None,
        now=MONDAY,
        timezone=HERE,
    )
    scheduler.start()
    watching = threading.Thread(target=watch_clock, args=(scheduler, over))
    watching.start()
    try:
        clock.at += jump
        until = time.monotonic() + 20
        next_day = (clock.at + timedelta(days=1)).date()
        while scheduler.get_jobs()[0].next_run_time.date() > next_day or len(ran) < expected:
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        over.set()
        watching.join()
        scheduler.shutdown()
    assert len(ran) == expected


def test_a_run_is_missed_when_its_time_has_passed_since_the_last() -> None:
    daily = entry("0 8 * * *")
    assert is_missed(daily, ran_at(MONDAY - timedelta(days=1)), MONDAY, HERE)
    assert not is_missed(daily, ran_at(MONDAY - timedelta(hours=2)), MONDAY, HERE)
    assert not is_missed(daily, ran_at(datetime(2026, 11, 22, 8, 0, tzinfo=HERE)), MONDAY, HERE), "the run of that time"
    killed = replace(ran_at(MONDAY - timedelta(hours=2)), ended=None, status="running")
    assert is_missed(daily, killed, MONDAY, HERE), "what it left undone does not wait until tomorrow"


def test_the_last_run_is_read_from_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    assert schedule.last_run(path, entry("0 8 * * *")) is None
    for command in ("crawl probe", "crawl other"):
        Ingester(path, command=command).close()
    found = schedule.last_run(path, entry("0 8 * * *"))
    with Store.open(path, create=False) as store:
        assert found == store.runs.runs(command="crawl probe")[0]
        assert len(store.runs.runs()) == 2


HOLD = """
import sys, time
from pathlib import Path
from cleaners.store.locks import job_lock
with job_lock(Path(sys.argv[1]), "probe"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_runs_of_a_job_never_overlap_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    store = tmp_path / "news.db"
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(store)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert other.stdout.readline() == "held\n"
    with pytest.raises(JobRunsError, match="job probe is running already"), job_lock(store, "probe"):
        pytest.fail("both run")
    with job_lock(store, "another"):
        pass
    other.kill()
    other.wait()
    with job_lock(store, "probe"):
        pass


def test_a_crawl_started_by_hand_takes_the_lock_too(tmp_path: Path) -> None:
    seeds = job_file(tmp_path)
    with job_lock(tmp_path / "news.db", "probe"):
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "crawl", str(seeds), "--store", str(tmp_path / "news.db")],
            capture_output=True, text=True, timeout=120, cwd=ROOT,
        )  # fmt: skip
    assert done.returncode == 1
    assert "job probe is running already" in done.stderr
    assert "Traceback" not in done.stderr


def echoing(folder: Path, script: str) -> list[str]:
    path = folder / "run.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return [str(path)]


RUN_UNTIL_TOLD = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    open(sys.argv[1], "w")
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit(11)
"""


def test_the_runner_reports_and_stops_in_good_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "program", lambda: echoing(tmp_path, f'echo "$@" >> {tmp_path}/ran; exit 3'))
    ended: list[schedule.EndedRun] = []
    JobRunner(tmp_path / "news.db", ended.append).run(entry("* * * * *"))
    assert [(one.entry.job, one.code) for one in ended] == [("probe", 3)]
    assert (tmp_path / "ran").read_text() == f"--quiet crawl /seeds/probe.yaml --store {tmp_path}/news.db\n"

    (tmp_path / "run.py").write_text(RUN_UNTIL_TOLD)
    script = shlex.join([sys.executable, str(tmp_path / "run.py"), str(tmp_path / "up")])
    monkeypatch.setattr(schedule, "program", lambda: echoing(tmp_path, f"exec {script}"))
    runner = JobRunner(tmp_path / "news.db", ended.append)
    thread = threading.Thread(target=runner.run, args=[entry("* * * * *")])
    thread.start()
    until = time.monotonic() + 20
    while not (tmp_path / "up").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    runner.stop()
    thread.join(10)
    assert ended[-1].code == 11, "asked to finish, not killed"
    runner.run(entry("* * * * *"))
    assert len(ended) == 2, "nothing begins after the end"


STOP_A_RUN = """
import sys, threading
from pathlib import Path
from crawler.jobs.scheduler import JobRunner, entries
if __name__ == "__main__":
    [job] = entries([Path("job.yaml")])
    runner = JobRunner(Path("job.db"), lambda run: print(run.code, flush=True))
    thread = threading.Thread(target=runner.run, args=[job])
    thread.start()
    sys.stdin.readline()
    runner.stop()
    thread.join()
"""


def run_and_stop(folder: Path, base: str, until: Callable[[], bool]) -> str:
    """The exit code of a crawl that is stopped by its schedule at a moment.

    SIGINT is ignored, as in what the shell of a script starts in the background (``nohup jianbao schedule ... &``).
    """
    (folder / "stop.py").write_text(STOP_A_RUN)
    (folder / "job.yaml").write_text(one_site(base) + 'schedule: "0 0 1 1 *"\n', encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(folder / "stop.py")],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    while not until():
        assert process.poll() is None
        time.sleep(0.02)
    out, _ = process.communicate("stop\n", timeout=60)
    return out


def test_a_run_in_the_background_is_stopped_while_it_crawls(tmp_path: Path) -> None:
    pages = {f"/a/{n}.html": Reply(page(n)) for n in range(200)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}, wait=0.05) as server:
        code = run_and_stop(tmp_path, server.base, lambda: len(server.seen) > 20)
    assert code == "11\n", "it finished what was in flight, and nothing else"
    with Store.open(tmp_path / "job.db", create=False) as store:
        assert store.runs.runs()[0].status == "interrupted"


def test_a_run_in_the_background_is_stopped_while_it_waits_for_its_turn(tmp_path: Path) -> None:
    lock = tmp_path / "job.locks" / "probe.lock"
    with wait_for_writer(tmp_path / "job.db"):
        assert run_and_stop(tmp_path, "http://127.0.0.1:9", lock.exists) == "11\n"


def test_serving_ends_on_sigterm_when_nothing_runs(tmp_path: Path) -> None:
    seeds = job_file(tmp_path, schedule='"0 0 1 1 *"')
    command = [sys.executable, "-m", "crawler", "schedule", str(seeds), "--store", str(tmp_path / "news.db")]
    for wait in (0.25, 1):  # while it loads its modules, and when it waits
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        assert process.stderr.readline() == "probe: 0 0 1 1 *\n"
        assert process.stderr.readline().startswith("these are times of this machine (")
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_the_end_of_a_run_is_told_with_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds, store = job_file(tmp_path, schedule='"0 0 1 1 *"'), tmp_path / "news.db"
    kept(store, article(1), article(2))
    monkeypatch.setattr(
        schedule, "serve", lambda planned, path, ended: ended(EndedRun(entry=planned[0], code=0, seconds=3))
    )
    told = CliRunner().invoke(app, ["schedule", str(seeds), "--store", str(store)]).stderr
    assert "  probe  done: 2 pages, 2 articles: 2 new, 0 changed, 0 known, 0 match others  (3 s)\n" in told


def test_sigterm_waits_until_the_modules_are_loaded() -> None:
    term = schedule._TermSignal()
    term(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        term.interrupts()
    with pytest.raises(KeyboardInterrupt):
        term(signal.SIGTERM, None)


def test_a_crontab_line_survives_odd_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's 100% $HOME; rm"
    folder.mkdir()
    monkeypatch.setattr(schedule, "program", lambda: ["printf", "[%s]"])
    line = cron_line(entry("0 8 * * 1", seeds=folder / "a b.yaml"), folder / "news.db")
    times, command = line[: len("0 8 * * 1")], line[len("0 8 * * 1") + 1 :]
    assert times == "0 8 * * 1"
    assert "%" not in command.replace(r"\%", "")
    done = subprocess.run(["sh", "-c", command.replace(r"\%", "%")], capture_output=True, text=True)
    assert done.stdout == f"[--quiet][crawl][{folder}/a b.yaml][--store][{folder}/news.db]"
    with pytest.raises(UsageError, match="rename it"):
        cron_line(entry("0 8 * * 1", seeds=Path("/a\n* * * * * rm")), folder)


def test_units_survive_odd_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "program", lambda: ["/bin/true"])
    units = systemd_units(entry("0 8 * * 1-2", seeds=Path("/it's 100% $HOME/a.yaml")), Path("/plain/news.db"))
    assert 'ExecStart=/bin/true --quiet crawl "/it\'s 100%% $$HOME/a.yaml" --store /plain/news.db' in units
    assert "OnCalendar=Mon,Tue *-*-* 08:00:00" in units
    assert "Persistent=true" in units
    if not shutil.which("systemd-analyze"):
        return
    service, _, timer = units.partition("# jianbao-probe.timer\n")
    (tmp_path / "jianbao-probe.service").write_text(service)
    (tmp_path / "jianbao-probe.timer").write_text(timer)
    done = subprocess.run(["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True)
    assert "jianbao-probe" not in done.stderr, done.stderr


def test_the_command_prints_for_every_job(tmp_path: Path) -> None:
    seeds = [str(job_file(tmp_path)), str(job_file(tmp_path, "other", '"5 4 * * *"'))]
    lines = CliRunner().invoke(app, ["schedule", *seeds, "--cron"]).stdout.splitlines()
    assert [line[:9] for line in lines] == ["*/30 * * ", "5 4 * * *"]
    assert shlex.split(lines[1])[-4:-2] == ["crawl", seeds[1]]
    units = CliRunner().invoke(app, ["schedule", *seeds, "--systemd"]).stdout
    assert units.count(".timer\n") == 2


def run_of(day: float, **counts: int) -> RunEntry:
    named = {name.replace("_", " ").replace("HOST", "a.example"): n for name, n in counts.items()}
    started = MONDAY + timedelta(days=day)
    return RunEntry(
        run=int(day * 48), command="crawl probe", started=started, ended=started, status="done", counts=named
    )


def test_a_site_is_silent_by_its_own_measure() -> None:
    daily = [run_of(n, new_HOST=3) for n in range(8)]
    assert standing("a.example", daily, MONDAY + timedelta(days=9)).state == "well"
    found = standing("a.example", [*daily, *(run_of(n) for n in range(8, 13))], MONDAY + timedelta(days=12))
    assert (found.state, str(found.detail)) == ("silent", "nothing new for 5 days, never before for more than 24 hours")
    assert found.last_new == daily[-1].started
    weekly = [run_of(n * 7, new_HOST=3) for n in range(8)]
    assert standing("a.example", weekly, MONDAY + timedelta(days=54)).state == "well"
    assert standing("a.example", daily[:4], MONDAY + timedelta(days=90)).state == "unknown"
    every_half_hour = [run_of(n / 48, new_HOST=1) for n in range(20)]
    assert standing("a.example", every_half_hour, MONDAY + timedelta(days=1)).state == "well", "a night is not silence"


def test_a_layout_has_changed_when_pages_stop_being_articles() -> None:
    before = [run_of(n, new_HOST=9, pages_HOST=10, articles_HOST=9) for n in range(6)]
    after = [run_of(n, new_HOST=1, pages_HOST=10, articles_HOST=1) for n in range(6, 8)]
    now = MONDAY + timedelta(days=8)
    found = standing("a.example", [*before, *after], now)
    assert (found.state, str(found.detail)) == (
        "changed layout",
        "2 of the latest 20 pages became articles, 54 of 60 before",
    )
    assert standing("a.example", [*before, after[0]], now).state == "well", "ten pages are too few to tell"
    assert standing("b.example", [*before, *after], now).state == "unknown"


def test_a_site_that_has_left_the_job_is_not_silent() -> None:
    daily = [run_of(n, visits_HOST=1, pages_HOST=3, new_HOST=3) for n in range(8)]
    now = MONDAY + timedelta(days=30)
    others = {"visits b.example": 1}
    assert [str(one.name) for one in silent_sites([*daily, run_of(20, visits_HOST=1, **others)], now)] == [
        "a.example: silent"
    ]
    assert not silent_sites([*daily, run_of(20, **others)], now)
    assert silent_sites([*daily, run_of(20, **others), run_of(21)], now) == [], "a run that notes none tells nothing"
    assert silent_sites([run_of(20, visits_HOST=1), run_of(19, **others), *daily], now), "it is back"


def test_a_run_notes_the_sites_of_its_job(tmp_path: Path) -> None:
    with Ingester(tmp_path / "news.db", command="crawl probe", visited=[daily_site()]):
        pass
    with Store.open(tmp_path / "news.db", create=False) as store:
        assert of(store.runs.runs()[0].counts, "visits") == {"a-daily": 1}


def test_a_site_has_one_name_in_the_journal_whatever_came_of_its_pages() -> None:
    """What was kept and what was dropped count for the id of the seed file; what no site owns for its domain."""
    local = SiteConfig(id="local", name="本机", home="http://127.0.0.1:8001/")
    counts = RunCounts(visited=[local, daily_site()])
    wanted = [replace(article(1), site="a-daily"), article(2), replace(article(3), site="c.example")]
    addresses = ("http://a.example/x", "http://127.0.0.1:8001/x", "http://127.0.0.1:8002/x", "http://b.example/x")
    drops = [Drop(origin=url, stage="extract", reason="empty", url=url) for url in addresses]
    counts.add(wanted, drops, wanted[:1])
    noted = counts.most()
    assert of(noted, "visits") == {"local": 1, "a-daily": 1}
    assert of(noted, "pages") == {"a-daily": 3, "c.example": 1, "local": 1, "127.0.0.1": 1, "b.example": 1}
    assert of(noted, "articles") == {"a-daily": 2, "c.example": 1}
    assert of(noted, "new") == {"a-daily": 1}


def test_runs_health_and_sites_check_call_a_site_alike(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Ingester(path, command="crawl probe", visited=[daily_site()]) as ingester:
        ingester.add([replace(article(1), site="a-daily")])
    with Store.open(path) as store:
        counts = store.runs.runs()[0].counts
        for _ in range(6):
            store.runs.end(store.runs.start("crawl probe"), counts)
        with closing(sqlite3.connect(path)) as rows, rows:
            rows.execute("UPDATE runs SET started = '2026-01-0' || run || 'T00:00:00+00:00'")
        named = {str(one.name) for one in troubles(store, datetime.now(UTC))}
        (shown,) = (one.health.site for one in run_figures(store).troubled)
        assert standing("a-daily", store.runs.runs(), datetime.now(UTC)).state == "silent"
    assert named == {"a-daily: silent"}
    assert shown == "a-daily"
    assert "\na-daily: silent: nothing new for " in CliRunner().invoke(app, ["runs", "--store", str(path)]).stdout


def daily_site() -> SiteConfig:
    return SiteConfig(id="a-daily", name="甲日报", home="https://a.example/")


def kept(path: Path, *results: Article | Drop) -> None:
    with Ingester(path, command="crawl probe") as ingester:
        ingester.add(results)


def article(n: int) -> Article:
    text = f"{n}号渠的水上午十点放到了第三支渠，比去年早了{n}天。守闸的老李说，今年雪下得厚，水库的水位到了{n * 3}米。"
    return Article(id=f"{n:016}", origin=f"o{n}", url=f"http://a.example/{n}.html", text=text, title=f"{n}号渠放水")


def test_a_run_notes_what_it_counted_by_site_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    gone = Drop(origin="x", stage="fetch", reason="http 404", url="http://a.example/x")
    index = Drop(origin="y", stage="extract", reason="not an article: index page", url="http://a.example/y")
    kept(path, article(1), article(2), gone, index)
    kept(path, article(1), replace(article(2), text=article(2).text + "渠边的柳树也绿了。"), article(3))
    with Store.open(path, create=False) as store:
        second, first = store.runs.runs()
    assert totals(first.counts) == {
        "stored": 2, "changed": 0, "known": 0, "unchanged": 0, "dropped": 2, "matched": 0,
    }  # fmt: skip
    assert of(first.counts, "dropped") == {"fetch: http 404": 1, "extract: not an article: index page": 1}
    assert [of(first.counts, what) for what in ("pages", "articles", "new")] == [{"a.example": n} for n in (3, 2, 2)]
    assert of(second.counts, "new") == {"a.example": 2}
    shown = CliRunner().invoke(app, ["runs", "--store", str(path)]).stdout
    assert re.search(
        r" s  done         crawl probe   3 pages, 2 articles: 2 new, 0 changed, 0 known, 0 match others\n", shown
    )
    assert "3 pages, 3 articles: 1 new, 1 changed, 1 known, 0 match others\n" in shown
    assert "dropped: 1 fetch: http 404, 1 extract: not an article: index page" in shown
    assert "a.example" not in shown


def test_a_run_that_found_every_page_unchanged_has_asked_them(tmp_path: Path) -> None:
    path, at = tmp_path / "news.db", datetime(2026, 3, 1, tzinfo=UTC)
    with Ingester(path, command="crawl probe") as ingester:
        pages = [
            FetchResult(url=f"http://a.example/{n}", site="a", kind=kind, hops=0, pages=0, at=at, outcome=None)
            for n, kind in enumerate(("page", "page", "feed"))
        ]
        ingester.add([], pages)
    assert CliRunner().invoke(app, ["runs", "--store", str(path)]).stdout.endswith("  2 pages, 2 unchanged\n")


def test_counts_of_a_whole_web_stay_small() -> None:
    counts = RunCounts()
    drops = [Drop(origin=str(n), stage="extract", reason="empty", url=f"http://h{n}.example/") for n in range(1000)]
    counts.add([], drops, [])
    assert len(counts.most()) == 200
    assert counts.most()["dropped extract: empty"] == 1000


def test_metrics_are_read_from_the_store(tmp_path: Path) -> None:
    from crawler.jobs.metrics import registry, serve, write

    path = tmp_path / "news.db"
    metrics = registry(path, ["crawl probe"])
    write(metrics, tmp_path / "empty.prom")
    kept(path, article(1), article(2), Drop(origin="x", stage="fetch", reason="http 404"))
    write(metrics, tmp_path / "jianbao.prom")
    text = (tmp_path / "jianbao.prom").read_text()
    assert "jianbao_articles 2.0" in text
    assert 'jianbao_drops{reason="fetch: http 404"} 1.0' in text
    assert 'jianbao_run_counts{run="crawl probe",what="stored"} 2.0' in text
    assert 'jianbao_run_failed{run="crawl probe"} 0.0' in text
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve(metrics, port)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"jianbao_articles 2.0" in answer.read()


def test_a_metrics_port_that_is_taken_is_told(tmp_path: Path) -> None:
    from crawler.jobs.metrics import registry, serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} .*--metrics-port"):
            serve(registry(tmp_path / "news.db", []), port)
