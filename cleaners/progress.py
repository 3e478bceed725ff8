"""What long work tells of its progress: one protocol, for a bar on a terminal or for nobody."""

from __future__ import annotations

from typing import Protocol


class ProgressCallback(Protocol):
    """Told of the progress of long work."""

    def __call__(self, step: str, done: int, total: int | None, /) -> None:
        """``step``: what is being done; ``done`` of ``total`` (None: not known) of it."""


def silent(step: str, done: int, total: int | None) -> None:
    """Tells nobody."""
