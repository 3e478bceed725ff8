"""What every page of a reading room has at hand: the store, the tokens, the reader's language, who may write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from starlette.requests import Request

from cleaners.store import Store
from crawler.clipping import ArticleClipper
from crawler.web.access import Sender
from crawler.web.clippings import PendingClips
from crawler.web.language import COOKIE, Wording, wording_for
from crawler.web.tokens import RoomTokens, same


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """What every page of a reading room has at hand (``request.app.state.room``)."""

    stores: ReadingStores
    tokens: RoomTokens
    corrections: Path
    """The folder that reported pages go to."""
    clipper: ArticleClipper
    """What clips pages, and keeps them in the store."""
    pending: PendingClips
    """Where they wait to be confirmed."""
    contact: str | None
    """How sites reach who clips addresses."""
    private_hosts: tuple[str, ...]
    """Hosts of this machine or network whose pages may be clipped by address."""

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.stores.path


def room_of(request: Request) -> RoomState:
    """The room that a request came to."""
    room: RoomState = request.app.state.room
    return room


def words_for(request: Request) -> Wording:
    """The words in the language of who asks."""
    return wording_for(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))


def may_write(request: Request, form: Mapping[str, object]) -> bool:
    """Whether this comes from a page of the room that is not older than its token, or from a program that has one."""
    sender: Sender = request.state.sender
    return sender == "program" or (sender == "page" and same(str(form.get("token", "")), room_of(request).tokens.form))
