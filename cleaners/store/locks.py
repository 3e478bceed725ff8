"""Who may add articles: one process at a time, since the match index beside the store has one writer.

The ledger, the journal and everything else that lives in SQLite alone may be written by several.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from cleaners.errors import InputError, StoreBusyError

# One run of a job at a time: whoever starts it, the schedule, cron or a person.


class JobRunsError(InputError):
    """The job is being run already, into the same store."""


@contextmanager
def job_lock(store: Path, job: str) -> Iterator[None]:
    """Hold the job's lock while the block runs: ``news.db`` -> ``news.locks/JOB.lock``.

    The system lets go of it when the process ends, however it ends. Raises :class:`JobRunsError` at once where
    another process holds it, ``OSError`` where the folder cannot be written.
    """
    lock = FileLock(_lock_file(store, job))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise JobRunsError(
            "job {job} is running already into {name}: wait until it ends (`jianbao runs` shows it), "
            "or give this run another store",
            job=job,
            name=store.name,
        ) from None
    try:
        yield
    finally:
        lock.release()


log = logging.getLogger(__name__)

_BETWEEN = 0.5  # seconds between two attempts


def writer_lock(store: Path) -> BaseFileLock:
    """Take the turn, to be given back by ``release()``; the system gives it back when the process ends in any way.

    Within a process it may be taken several times. Raises ``StoreBusyError`` at once where another process has it.
    """
    lock = _lock(store)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise StoreBusyError(
            "{store} is taking in articles of another run: start again when that has ended (`jianbao "
            "runs` shows it), or name another store",
            store=store,
        ) from None
    return lock


@contextmanager
def wait_for_writer(store: Path, waiting: Callable[[str], None] = log.warning) -> Iterator[None]:
    """Hold the turn while the block runs; waits for it, and says so once through ``waiting``."""
    lock = _lock(store)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting(f"{store} is taking in articles of another run: this one begins when that has ended (Ctrl-C gives up)")
        lock.acquire(poll_interval=_BETWEEN)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def delivery_lock(store: Path, waiting: Callable[[str], None] = log.warning) -> Iterator[None]:
    """Hold the turn to deliver what watches tell while the block runs; waits for it, and says so once.

    Two that deliver at the same time would tell everything twice.
    """
    lock = FileLock(_lock_file(store, ".watches"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting(f"another run is delivering what the watches of {store} tell: this one begins when that has ended")
        lock.acquire(poll_interval=_BETWEEN)
    try:
        yield
    finally:
        lock.release()


def _lock(store: Path) -> BaseFileLock:
    """``news.db`` -> ``news.locks/.articles.lock``; one object for all threads of the process."""
    return FileLock(_lock_file(store, ".articles"), is_singleton=True, thread_local=False)


def _lock_file(store: Path, name: str) -> Path:
    """``news.db`` -> ``news.locks/NAME.lock``, in a folder that is there."""
    folder = store.absolute().with_suffix(".locks")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"
