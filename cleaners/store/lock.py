"""One run of a job at a time: whoever starts it, the schedule, cron or a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cleaners.errors import InputError


class JobRunsError(InputError):
    """The job is being run already, into the same store."""


@contextmanager
def running(store: Path, job: str) -> Iterator[None]:
    """Hold the job's lock while the block runs: ``news.db`` -> ``news.locks/JOB.lock``.

    The system lets go of it when the process ends, however it ends. Raises :class:`JobRunsError` at once where
    another process holds it, ``OSError`` where the folder cannot be written.
    """
    folder = store.with_suffix(".locks")
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{job}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise JobRunsError(
            f"job {job} is running already into {store.name}: wait until it ends (`jianbao runs` shows it), "
            "or give this run another store"
        ) from None
    try:
        yield
    finally:
        lock.release()
