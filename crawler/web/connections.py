"""Read-only connections to the store, one for each request that is answered at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cleaners.store import Store


class ReadingStores:
    """Opens the store for reading; a connection serves one request at a time, and then the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._free: list[Store] = []
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """A store to read from. Raises as ``Store.open``."""
        with self._lock:
            store = self._free.pop() if self._free else None
        store = store or Store.open(self.path, create=False, readonly=True)
        try:
            yield store
        except BaseException:
            store.close()  # whatever state it is in
            raise
        with self._lock:
            self._free.append(store)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for store in free:
            store.close()
