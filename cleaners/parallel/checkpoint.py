"""How far a run has come: enough to resume it, and to notice that its input has changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from cleaners.errors import UsageError
from cleaners.items import Drop, Page

if TYPE_CHECKING:  # a run into a file needs none
    from cleaners.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place in the input: everything before it is done."""

    done: int = 0
    """Pages and Drops before it."""
    digest: str = ""
    """Over their origins in order: the same input gives the same."""

    @classmethod
    def start(cls, *options: object) -> Checkpoint:
        """The beginning of a run with options that change what pages become: marks of others do not fit it."""
        told = [repr(one) for one in options if one]
        return cls(digest=blake2b("\0".join(told).encode(), digest_size=16).hexdigest()) if told else cls()

    def past(self, origin: str) -> Checkpoint:
        """The place after the next page."""
        digest = blake2b(f"{self.digest} {origin}".encode("utf-8", "surrogatepass"), digest_size=16)
        return Checkpoint(done=self.done + 1, digest=digest.hexdigest())


def skip_done(
    pages: Iterator[Page | Drop], mark: Checkpoint, start: Checkpoint = Checkpoint()
) -> Iterator[Page | Drop]:
    """The pages after a mark; the pages before it are read and skipped. ``start``: of a run with these options.

    Raises UsageError when they are not the pages that were before the mark when it was made, or the options are not.
    """
    seen = start
    for page in islice(pages, mark.done):
        seen = seen.past(page.origin)
    if seen != mark:
        raise UsageError(
            "the run was begun with other options, or its first {done} pages are others now: give the same ones, or "
            "start anew, without --resume",
            done=mark.done,
        )
    return pages


class StoreCheckpoint:
    """The mark of a run over ``paths`` into a store, kept in that store.

    Store it in the same transaction as the pages before it. Otherwise these pages would come again, and a page that
    revised an earlier one would count as one more revision.
    """

    def __init__(self, store: Store, paths: Sequence[str]) -> None:
        names = "\0".join(path if path == "-" else os.path.abspath(path) for path in paths)
        self._manifests = store.manifests
        self._name = f"clean {blake2b(names.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"

    @property
    def mark(self) -> Checkpoint:
        """How far the run before came; the start when there was none, or it came to the end."""
        saved = self._manifests.get(self._name)
        return Checkpoint(**json.loads(saved)) if saved else Checkpoint()

    def put(self, mark: Checkpoint) -> None:
        """Everything before ``mark`` is kept."""
        self._manifests.put(self._name, json.dumps(asdict(mark)).encode())

    def close(self) -> None:
        """The run came to the end."""
        self._manifests.remove(self._name)
