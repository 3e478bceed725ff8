"""One cleaning process, from both sides of its pipe."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from multiprocessing import connection
from multiprocessing.connection import Connection
from threading import Lock, Thread
from types import FrameType
from typing import cast

from cleaners.context import CleaningContext
from cleaners.errors import UnusableInput
from cleaners.items import Article, Drop, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBudget:
    """What one page may cost a worker."""

    seconds: float = 20.0
    """CPU time after which the worker gives up a page by itself (it cannot while a loop in C runs)."""
    grace: float = 10.0
    """Further CPU time after which the worker is killed."""
    patience: float = 10.0
    """How many times that may pass on the clock: a machine that is busy must not drop what a quiet one keeps."""
    memory: int = 4 * 1024**3
    """Address space of a worker, in bytes."""


def clean_within(page: Page, context: CleaningContext, fence: PageBudget) -> Article | Drop:
    """``clean`` with a bound on CPU time; in the main thread only (it uses the interval timer)."""
    from cleaners.pipeline import clean  # here: the process that only hands out pages does not need it

    def stop(signum: int, frame: FrameType | None) -> None:
        raise UnusableInput("extract", "took too long", f"more than {fence.seconds:g} s of CPU time")

    try:
        before = signal.signal(signal.SIGPROF, stop)
    except ValueError:  # not the main thread: no timer to be had
        return clean(page, context)
    signal.setitimer(signal.ITIMER_PROF, fence.seconds)
    try:
        return clean(page, context)
    except UnusableInput as why:  # the alarm rang between two steps
        return dropped(page, why.reason, why.detail)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def dropped(page: Page, reason: str, detail: str) -> Drop:
    """A page that could not be cleaned."""
    return Drop(origin=page.origin, url=page.url, stage="extract", reason=reason, detail=detail)


_STARTUP = 120.0  # seconds a process may take until it is ready, on a machine that is busy with other things
_PRELOAD = ["cleaners.parallel.preload"]
_starting = Lock()  # multiprocessing keeps its list of children without one


class ProcessDied(Exception):  # noqa: N818 - not an error of the program
    """The process ended while it had a page; the message says how."""


class PageTimeout(Exception):  # noqa: N818
    """The process did not answer in time, and was killed."""


class CleaningProcess:
    """A process that cleans one page at a time.

    It comes from a fork server that has loaded the pipeline once: forking the caller itself would copy its threads'
    locks (a crawl has threads).
    """

    def __init__(self, context: CleaningContext, fence: PageBudget) -> None:
        """Start it and wait until it is ready; raises ``ProcessDied`` or ``PageTimeout``."""
        spawning = multiprocessing.get_context("forkserver")
        spawning.set_forkserver_preload(_PRELOAD)
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(theirs, context, fence), daemon=True)
        with _starting:
            self._process.start()
        theirs.close()  # else the pipe would not end with the process
        self._answer(_STARTUP)

    def clean(self, page: Page, seconds: float) -> Article | Drop:
        """Have a page cleaned; raises ``ProcessDied``, or ``PageTimeout`` after ``seconds``. It cannot be used after
        that."""
        try:
            self._pipe.send(page)
        except OSError:
            raise self._death() from None
        return cast("Article | Drop", self._answer(seconds))

    def close(self) -> None:
        """Let it end."""
        self._pipe.close()
        self._process.join()

    def _answer(self, seconds: float) -> object:
        try:
            if not self._pipe.poll(seconds):
                self._process.kill()
                self.close()
                raise PageTimeout
            return self._pipe.recv()
        except (EOFError, OSError):
            raise self._death() from None

    def _death(self) -> ProcessDied:
        self.close()
        code = self._process.exitcode or 0
        if code == -signal.SIGXCPU:
            raise PageTimeout
        return ProcessDied(signal.Signals(-code).name if code < 0 else f"exit code {code}")


def start_server() -> None:
    """Start the fork server deaf to Ctrl-C from the first moment: later it is by itself, but not while it imports."""
    from multiprocessing import forkserver

    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: no signal reaches us here, nor can it be set
        return
    try:
        multiprocessing.get_context("forkserver").set_forkserver_preload(_PRELOAD)
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(pipe: Connection, context: CleaningContext, fence: PageBudget) -> None:
    """What the process does: cleans what comes until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (fence.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with suppress(EOFError, OSError):
        pipe.send(None)  # ready
        while True:
            page = pipe.recv()
            _limit_cpu(fence)
            pipe.send(clean_within(page, context, fence))


def _limit_cpu(fence: PageBudget) -> None:
    """Let the system end this process (SIGXCPU) where one page keeps it busy beyond the limit in a loop in C."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = ceil(used.ru_utime + used.ru_stime + fence.seconds + fence.grace)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _end_with_parent() -> None:
    """A process in the middle of a page must not outlive the one it works for, however that one was ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
