"""Running jobs when they are due: one process that starts ``jianbao crawl`` by each job's cron expression.

Every run is a process of its own (the event loop of the network library cannot be started twice), and the runs follow
each other: they write one store. A run that was missed, because the machine slept or the schedule was not running, is
made up once, however many were missed, and so is one that was killed; the last one is known from the store's journal.

The wait for the next run is measured by a clock that stands still while the machine sleeps and does not know when the
time of day is set. So the time of day is looked at every few seconds.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cleaners import config
from cleaners.errors import SeedFileError, UsageError
from crawler.jobs import cron
from crawler.jobs.cron import CronExpression

if TYPE_CHECKING:
    from types import FrameType

    from apscheduler.schedulers.base import BaseScheduler

    from cleaners.store import RunEntry

log = logging.getLogger(__name__)

_PATIENCE = 120.0  # seconds a run has to finish what is in flight when the schedule is ended
_LOOK = 5.0  # seconds between two looks at the time of day
_BACK = 60.0  # seconds that it may go back (a leap second, a small correction) before what is due is planned anew


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """A job and when it runs."""

    job: str
    seeds: Path
    """The seed file, absolute; of the watches their file."""
    cron: CronExpression
    verb: Literal["crawl", "watch"] = "crawl"
    """The command that is run."""
    watches: Path | None = None
    """What a crawl is to tell afterwards, absolute; None: what stands beside its seed file, if anything."""

    @property
    def command(self) -> str:
        """What the store's journal calls its runs."""
        return f"{self.verb} {self.job}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """What came of a run."""

    entry: ScheduledJob
    code: int
    """Exit code of ``jianbao crawl``; negative: the signal that ended it."""
    seconds: float


def entries(paths: Iterable[Path], *, watches: Path | None = None) -> tuple[ScheduledJob, ...]:
    """The jobs of seed files. ``watches``: what each is to tell of afterwards.

    Raises ``SeedFileError`` where a schedule or a contact is missing, ``UsageError`` for equal names.
    """
    found: dict[str, ScheduledJob] = {}
    for path in paths:
        job = config.load_job(path)
        config.require_contact(job)
        if job.schedule is None:
            raise SeedFileError('{path}: schedule: is missing: add `schedule: "*/30 * * * *"`', path=path)
        try:
            times = cron.read(job.schedule)
        except ValueError as error:
            raise SeedFileError("{path}: schedule: {error}", path=path, error=error) from None
        if job.job in found:
            raise UsageError(
                "{path} and {seeds} are both job {job}: give one another name",
                path=path,
                seeds=found[job.job].seeds,
                job=job.job,
            )
        found[job.job] = ScheduledJob(
            job=job.job, seeds=path.absolute(), cron=times, watches=watches and watches.absolute()
        )  # fmt: skip
    return tuple(found.values())


def watching(path: Path, every: Iterable[str]) -> ScheduledJob:
    """The job that issues what is due of a file of watches: at the minutes of its times, in every hour.

    So it needs no timezone: that of the file may be another than this machine's, by half hours too. ``every``: the
    times in the file.
    """
    minutes = {int(one.rpartition(":")[2]) for one in every if ":" in one} or {0}
    text = ",".join(str(minute) for minute in sorted({(one + half) % 60 for one in minutes for half in (0, 30)}))
    return ScheduledJob(job="watches", seeds=path.absolute(), cron=cron.read(f"{text} * * * *"), verb="watch")


def program() -> list[str]:
    """How this program is called from elsewhere."""
    script = Path(sys.executable).with_name("jianbao")
    return [str(script)] if script.exists() else [sys.executable, "-m", "crawler"]


def crawling(entry: ScheduledJob, store: Path) -> list[str]:
    """The command that runs a job."""
    watches = ["--watches", str(entry.watches)] if entry.watches else []
    return [*program(), "--quiet", entry.verb, str(entry.seeds), "--store", str(store.absolute()), *watches]


class JobRunner:
    """Runs jobs one after the other and can be told to stop. Meant for one thread that runs, another that stops."""

    def __init__(self, store: Path, ended: Callable[[EndedRun], None]) -> None:
        self._store = store
        self._ended = ended
        self._running: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._starting = threading.Lock()

    def run(self, entry: ScheduledJob) -> None:
        """Run a job to its end."""
        began = time.monotonic()
        with self._starting:
            if self._stopped:
                return
            # A session of its own: Ctrl-C at the terminal reaches the run once, from stop(), and it ends in good order.
            self._running = subprocess.Popen(crawling(entry, self._store), start_new_session=True)
        code = self._running.wait()
        self._ended(EndedRun(entry=entry, code=code, seconds=time.monotonic() - began))

    def stop(self) -> None:
        """Let the job that runs finish what is in flight; after two minutes it is killed. No other one begins."""
        with self._starting:
            self._stopped = True
            running = self._running
        if running is None or running.poll() is not None:
            return
        running.terminate()  # not SIGINT, which what a shell starts in the background ignores
        try:
            running.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            log.warning("a run did not end in %d s: killed; the next one takes up what it left", _PATIENCE)
            running.kill()


def is_missed(entry: ScheduledJob, last: RunEntry | None, now: datetime, timezone: tzinfo) -> bool:
    """Whether a run was due after the ``last`` one began and before ``now``, or the last one was killed.

    A job that never ran has missed none.
    """
    if last is None:
        return False
    if last.ended is None:  # or it still runs: then the job's lock turns this one away
        return True
    due = entry.cron.trigger(timezone).get_next_fire_time(None, last.started + timedelta(seconds=1))
    return due is not None and due <= now


def plan(
    scheduler: BaseScheduler,
    jobs: Sequence[ScheduledJob],
    run: Callable[[ScheduledJob], None],
    *,
    last: Callable[[ScheduledJob], RunEntry | None],
    now: datetime,
    timezone: tzinfo,
) -> None:
    """Put jobs into a scheduler: each at its times, and at once where a run was missed."""
    for entry in jobs:
        missed = is_missed(entry, last(entry), now, timezone)
        at_once: dict[str, Any] = {"next_run_time": now} if missed else {}
        scheduler.add_job(
            run,
            entry.cron.trigger(timezone),
            args=[entry],
            id=entry.job,
            name=entry.job,
            coalesce=True,  # however many were missed while the machine slept: one
            max_instances=1,
            misfire_grace_time=None,  # and however late
            **at_once,
        )


def watch_clock(scheduler: BaseScheduler, ended: threading.Event) -> None:
    """Let a scheduler see in time that the machine has slept or its clock was set, until ``ended``.

    Where the clock has gone back, the next runs are planned from the new time on: they would wait for the old one.
    """
    before = time.time()
    while not ended.wait(_LOOK):
        now = time.time()
        if now < before - _BACK:
            for job in scheduler.get_jobs():
                job.reschedule(job.trigger)
        before = now
        scheduler.wakeup()


class _TermSignal:
    """SIGTERM as Ctrl-C, but held back until the work begins: Python that is interrupted while it loads modules ends
    with an error, or as if nobody had caught it.
    """

    def __init__(self) -> None:
        self._came = self._interrupts = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._came = True
        if self._interrupts:
            raise KeyboardInterrupt

    def interrupts(self) -> None:
        """From now on; at once where it has come already."""
        self._interrupts = True
        if self._came:
            raise KeyboardInterrupt


def serve(jobs: Sequence[ScheduledJob], store: Path, ended: Callable[[EndedRun], None]) -> None:
    """Run jobs when they are due, until Ctrl-C or SIGTERM; then let the run in flight finish. Main thread only."""
    term = _TermSignal()
    before = signal.signal(signal.SIGTERM, term)
    try:
        _serve(jobs, store, ended, term)
    except KeyboardInterrupt:
        log.info("told to end")
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(jobs: Sequence[ScheduledJob], store: Path, ended: Callable[[EndedRun], None], term: _TermSignal) -> None:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.blocking import BlockingScheduler
    from tzlocal import get_localzone

    timezone = get_localzone()
    scheduler = BlockingScheduler(timezone=timezone, executors={"default": ThreadPoolExecutor(1)})
    runner = JobRunner(store, ended)
    now = datetime.now(timezone)
    plan(scheduler, jobs, runner.run, last=lambda entry: last_run(store, entry), now=now, timezone=timezone)
    over = threading.Event()
    watching = threading.Thread(target=watch_clock, args=(scheduler, over), daemon=True)
    try:
        term.interrupts()
        watching.start()
        scheduler.start()
    finally:
        over.set()
        runner.stop()
        if scheduler.running:
            scheduler.shutdown()


def last_run(store: Path, entry: ScheduledJob) -> RunEntry | None:
    """The job's last run; None without a store or a run."""
    from cleaners.store import Store

    if not store.exists():
        return None
    with Store.open(store, create=False, readonly=True) as opened:
        runs = opened.runs.runs(1, command=entry.command)
    return runs[0] if runs else None
