"""Many pages at once: processes around ``pipeline.clean``, and runs that can be taken up again.

A page that takes too long, too much memory, or kills its worker becomes a Drop; the other pages go on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Protocol, Self

from cleaners.context import CleaningContext
from cleaners.items import Article, Drop, Page
from cleaners.parallel.checkpoint import Checkpoint, StoreCheckpoint, skip_done
from cleaners.parallel.process import PageBudget, clean_within
from cleaners.parallel.resumable_output import ResumableOutput
from cleaners.parallel.workers import WorkerPool

__all__ = [
    "Checkpoint",
    "InProcess",
    "PageBudget",
    "PageCleaner",
    "ResumableOutput",
    "StoreCheckpoint",
    "WorkerPool",
    "clean_within",
    "cleaning",
    "cores",
    "skip_done",
]


class PageCleaner(Protocol):
    """What cleans pages: in this process or in others."""

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order; Drops pass through."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


def cleaning(jobs: int, context: CleaningContext) -> PageCleaner:
    """The cheapest way to clean with ``jobs`` processes; ``jobs=1`` starts none."""
    return WorkerPool(jobs, context) if jobs > 1 else InProcess(context)


def cores() -> int:
    """How many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class InProcess:
    """Cleans in this process, one page after the other: a page that kills the process ends the run."""

    def __init__(self, context: CleaningContext, fence: PageBudget = PageBudget()) -> None:
        self._context = context
        self._fence = fence

    def map(self, pages: Iterable[Page | Drop]) -> Iterator[Article | Drop]:
        """Clean in input order; Drops pass through."""
        for page in pages:
            yield page if isinstance(page, Drop) else clean_within(page, self._context, self._fence)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass
