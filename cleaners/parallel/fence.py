"""What one page may cost, and the cleaning of one page within that."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from types import FrameType

from cleaners.context import Context
from cleaners.errors import Unusable
from cleaners.items import Article, Drop, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What one page may cost a worker."""

    seconds: float = 20.0
    """After so long the worker gives the page up by itself, if it can (a loop in C hears no alarm)."""
    grace: float = 10.0
    """After so much longer the worker is killed."""
    memory: int = 4 * 1024**3
    """Address space of a worker, in bytes."""


def fenced(page: Page, context: Context, fence: Fence) -> Article | Drop:
    """``clean`` with a bound on time; in the main thread only (it uses the interval timer)."""
    from cleaners.pipeline import clean  # here: who only hands pages out does not need it

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
        return dropped(page, why.reason, why.detail)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def dropped(page: Page, reason: str, detail: str) -> Drop:
    """A page that could not be cleaned."""
    return Drop(origin=page.origin, url=page.url, stage="extract", reason=reason, detail=detail)
