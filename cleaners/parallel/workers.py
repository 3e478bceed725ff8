"""A pool of cleaning processes. Each has one page at a time, so the page that kills or blocks a process is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Self

from cleaners.context import CleaningContext
from cleaners.errors import InputError
from cleaners.items import Article, Drop, Page
from cleaners.parallel.process import CleaningProcess, PageBudget, PageTimeout, ProcessDied, dropped, start_server

Task = tuple[Page, Future[Article | Drop]]

_AHEAD = 8  # pages a process in flight, so that a slow one does not hold up the others
_BYTES = 64 * 1024**2  # of pages in flight
_STARTS = 3  # failed starts of a process before the pool gives up
_TRIES = 2  # a process may have been killed for no fault of its page


class WorkerPool:
    """Cleans in ``jobs`` processes; for each a thread here hands it pages and waits for the results.

    A process that dies is replaced and its page tried once more; one that does not answer in time is killed. Either
    way only that page is lost, as a Drop that says so.
    """

    def __init__(self, jobs: int, context: CleaningContext, fence: PageBudget = PageBudget()) -> None:
        self._context = context
        self._fence = fence
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._most = jobs * _AHEAD
        start_server()
        self._hands = [Thread(target=self._hand, name=f"cleaning-{n}", daemon=True) for n in range(jobs)]
        for hand in self._hands:
            hand.start()

    def submit(self, page: Page) -> Future[Article | Drop]:
        """Clean one page. The future fails only when no process can be started; all else that goes wrong is a Drop."""
        future: Future[Article | Drop] = Future()
        self._tasks.put((page, future))
        return future

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order with a bounded number of pages and bytes in flight; Drops pass through."""
        waiting: deque[tuple[int, Drop | Future[Article | Drop]]] = deque()
        size = 0
        for page in pages:
            own = 0 if isinstance(page, Drop) else len(page.body)
            while waiting and (len(waiting) >= self._most or size + own > _BYTES):
                done, result = waiting.popleft()
                size -= done
                yield _settled(result)
            waiting.append((own, page if isinstance(page, Drop) else self.submit(page)))
            size += own
        while waiting:
            yield _settled(waiting.popleft()[1])

    def close(self) -> None:
        """Let the pages in flight finish and stop the processes."""
        for _ in self._hands:
            self._tasks.put(None)
        for hand in self._hands:
            hand.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is not None:
            self._forget()
        self.close()

    def _forget(self) -> None:
        """Nobody waits any more for the pages that no process has yet."""
        with suppress(Empty):
            while task := self._tasks.get_nowait():
                task[1].cancel()

    def _hand(self) -> None:
        cleaner: CleaningProcess | None = None
        while task := self._tasks.get():
            page, future = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                cleaner, result = self._cleaned(cleaner, page)
            except BaseException as error:
                cleaner = None
                future.set_exception(error)
            else:
                future.set_result(result)
        if cleaner:
            cleaner.close()

    def _cleaned(self, cleaner: CleaningProcess | None, page: Page) -> tuple[CleaningProcess | None, Article | Drop]:
        """What came of a page, and the process that lives on, if one does."""
        ends = []
        for _ in range(_TRIES):
            cleaner = cleaner or self._hired()
            try:
                return cleaner, cleaner.clean(page, self._fence.patience * (self._fence.seconds + self._fence.grace))
            except PageTimeout:
                limit = f"more than {self._fence.seconds:g} s of CPU time, its process was killed"
                return None, dropped(page, "took too long", limit)
            except ProcessDied as why:
                cleaner = None
                ends.append(str(why))
        return None, dropped(page, "worker died", f"cleaning this page killed its process ({', '.join(ends)})")

    def _hired(self) -> CleaningProcess:
        for _ in range(_STARTS):
            try:
                return CleaningProcess(self._context, self._fence)
            except (ProcessDied, PageTimeout) as why:
                last = str(why) or "it never got ready"
        raise InputError("no cleaning process can be started ({last}): free some memory, or use --jobs 1", last=last)


def _settled(result: Drop | Future[Article | Drop]) -> Article | Drop:
    return result if isinstance(result, Drop) else result.result()
