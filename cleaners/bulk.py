"""Many pages at once: a pool of processes around ``pipeline.clean``.

A page that takes too long, too much memory, or kills its worker becomes a Drop; the other pages go on.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from threading import Thread
from types import FrameType
from typing import Protocol, Self

from cleaners.context import Context
from cleaners.errors import Unusable
from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What one page may cost a worker."""

    seconds: float = 20.0
    memory: int = 4 * 1024**3
    """Address space of a worker, in bytes."""


class Cleaning(Protocol):
    """What cleans pages: in this process or in a pool."""

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order; Drops pass through."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


def cleaning(jobs: int, context: Context) -> Cleaning:
    """The cheapest way to clean with ``jobs`` processes; ``jobs=1`` needs no pool."""
    return Workers(jobs, context) if jobs > 1 else Here(context)


def cores() -> int:
    """How many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Here:
    """Cleans in this process, one page after the other."""

    def __init__(self, context: Context, fence: Fence = Fence()) -> None:
        self._context = context
        self._fence = fence

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order; Drops pass through."""
        for page in pages:
            yield page if isinstance(page, Drop) else fenced(page, self._context, self._fence)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


class Workers:
    """A pool of cleaning processes that survives the death of a worker.

    Workers come from a fork server that has imported the pipeline once: forking the caller itself would copy its
    threads' locks (a crawl has threads).
    """

    def __init__(self, jobs: int, context: Context, fence: Fence = Fence()) -> None:
        self._jobs = jobs
        self._context = context
        self._fence = fence
        self._spawning = multiprocessing.get_context("forkserver")
        self._spawning.set_forkserver_preload(["cleaners.pipeline"])
        _start_fork_server()
        self._pool = self._new_pool(jobs)

    def submit(self, page: Page) -> Future[Article | Drop]:
        """Clean one page; the future never fails: whatever goes wrong is a Drop."""
        outer: Future[Article | Drop] = Future()
        pool = self._pool
        try:
            inner = pool.submit(_work, page)
        except BrokenProcessPool:
            pool = self._renew(pool)
            inner = pool.submit(_work, page)

        def settle(done: Future[Article | Drop]) -> None:
            if outer.cancelled() or done.cancelled():
                outer.cancel()
            elif (failure := done.exception()) is None:
                outer.set_result(done.result())
            elif isinstance(failure, BrokenProcessPool):
                # Some page killed a worker, and the pool with it: this page may be innocent, so it is tried alone.
                self._renew(pool)
                outer.set_result(self._alone(page))
            else:
                outer.set_result(_drop(page, "failed", repr(failure)))

        inner.add_done_callback(settle)
        return outer

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order with at most a few pages a worker in flight; Drops pass through."""
        waiting: deque[Drop | Future[Article | Drop]] = deque()
        for page in pages:
            waiting.append(page if isinstance(page, Drop) else self.submit(page))
            if len(waiting) >= self._jobs * 8:
                yield _settled(waiting.popleft())
        while waiting:
            yield _settled(waiting.popleft())

    def close(self) -> None:
        """Let the pages in flight finish and stop the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _new_pool(self, jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            jobs, mp_context=self._spawning, initializer=_start, initargs=(self._context, self._fence)
        )

    def _renew(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        if self._pool is broken:
            self._pool = self._new_pool(self._jobs)
        return self._pool

    def _alone(self, page: Page) -> Article | Drop:
        with self._new_pool(1) as solo:
            try:
                return solo.submit(_work, page).result()
            except BrokenProcessPool:
                return _drop(page, "worker died", "cleaning this page killed its process")


def fenced(page: Page, context: Context, fence: Fence) -> Article | Drop:
    """``clean`` with a bound on time; in the main thread only (it uses the interval timer)."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise Unusable("extract", "took too long", f"more than {fence.seconds:g} s")

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except ValueError:  # not the main thread: no timer to be had
        return clean(page, context)
    signal.setitimer(signal.ITIMER_REAL, fence.seconds)
    try:
        return clean(page, context)
    except Unusable as why:  # the alarm rang between two steps
        return _drop(page, why.reason, why.detail)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _start_fork_server() -> None:
    """Start it deaf to Ctrl-C from the first moment: later it sets that itself, but while it imports it does not."""
    from multiprocessing import forkserver

    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: no signal reaches us here, nor can it be set
        return
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


class _Worker:
    """What a worker process was started with."""

    context: Context
    fence: Fence


def _start(context: Context, fence: Fence) -> None:
    _Worker.context, _Worker.fence = context, fence
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent: it lets what is in flight finish
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (fence.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end_with_parent() -> None:
    """Nobody else tells a worker that the process it works for was killed: it would wait for pages for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(page: Page) -> Article | Drop:
    return fenced(page, _Worker.context, _Worker.fence)


def _settled(result: Drop | Future[Article | Drop]) -> Article | Drop:
    return result if isinstance(result, Drop) else result.result()


def _drop(page: Page, reason: str, detail: str) -> Drop:
    return Drop(origin=page.origin, url=page.url, stage="extract", reason=reason, detail=detail)
