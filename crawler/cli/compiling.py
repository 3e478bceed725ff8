"""Says that the first matching on a machine compiles its inner loops, so that nobody takes it for hanging."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crawler.cli.app import say
from crawler.cli.progress import is_silent


@contextmanager
def compiling_told() -> Iterator[None]:
    """While this lasts, the first kernel that numba compiles (and does not find in its cache) is told of, once."""
    if is_silent():
        yield
        return
    from numba.core import event

    class Told(event.Listener):
        """Speaks once."""

        def __init__(self) -> None:
            self._quiet = False

        def on_start(self, event: Any) -> None:
            if not self._quiet:
                self._quiet = True
                say("compiling the matching for this machine: some 20 seconds, once")

        def on_end(self, event: Any) -> None:
            """Nothing to say."""

    with event.install_listener("numba:compile", Told()):
        yield
