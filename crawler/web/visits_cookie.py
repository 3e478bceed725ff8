"""What was there when a reader came last: a cookie of two numbers and a time, nothing about the reader."""

from __future__ import annotations

import time
from dataclasses import dataclass

NAME = "jianbao_visit"
KEPT = 365 * 24 * 3600
"""Seconds that a browser keeps it."""
_PAUSE = 30 * 60  # seconds without a page after which the next page begins another visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A reader's visit."""

    before: int
    """The newest doc at the beginning of this visit's predecessor's end: what is newer is new to the reader; 0 for who
    comes the first time."""
    seen: int
    """The newest doc that this visit's pages may have shown."""
    at: int
    """When its last page was asked for, seconds since 1970."""

    @classmethod
    def next(cls, cookie: str, newest: int, now: float | None = None) -> Visit:
        """The visit that a page belongs to which is asked for now; ``cookie``: what the browser kept, or empty."""
        now = time.time() if now is None else now
        numbers = cookie.split(".")
        if len(numbers) != 3 or not all(n.isascii() and n.isdigit() and len(n) < 16 for n in numbers):
            return cls(before=0, seen=newest, at=int(now))
        before, seen, at = map(int, numbers)
        if now - at > _PAUSE:
            before = seen
        return cls(before=min(before, newest), seen=newest, at=int(now))

    @property
    def cookie(self) -> str:
        """As the browser keeps it."""
        return f"{self.before}.{self.seen}.{self.at}"
