"""What every page of a reading room has at hand: the store, the tokens, the reader's language, who may write."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from starlette.requests import Request

from cleaners.export.publication import EmbeddedPicture
from cleaners.items import Clipping
from cleaners.store import Store
from crawler.clipping import ArticleClipper
from crawler.web.access import Sender
from crawler.web.clippings import PendingClips
from crawler.web.language import COOKIE, Wording, wording_for
from crawler.web.tokens import RoomTokens, same

_BYTES, _ARTICLES = 64 * 1024 * 1024, 50  # kept at hand: a browser asks for the pictures of a page one by one

PictureKey = tuple[str, str]
"""Id and origin of an article."""


class ReadingStores:
    """Opens the store for reading; a connection serves one request at a time, and then the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._free: list[Store] = []
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """A store to read from, in one state, whatever is written or taken down meanwhile. Raises as ``Store.open``."""
        with self._lock:
            store = self._free.pop() if self._free else None
        store = store or Store.open(self.path, create=False, readonly=True)
        try:
            with store.snapshot():
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


class PictureCache:
    """The pictures of the articles that were read last. For several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: OrderedDict[PictureKey, tuple[EmbeddedPicture, ...]] = OrderedDict()

    def get(self, key: PictureKey) -> tuple[EmbeddedPicture, ...] | None:
        """The pictures of an article; None where nobody has looked for them lately."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: PictureKey, pictures: tuple[EmbeddedPicture, ...]) -> None:
        """Keep them; what was not asked for longest goes first."""
        with self._lock:
            self._held[key] = pictures
            size = sum(len(one.data) for some in self._held.values() for one in some)
            while len(self._held) > 1 and (size > _BYTES or len(self._held) > _ARTICLES):
                size -= sum(len(one.data) for one in self._held.popitem(last=False)[1])


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
    pictures: PictureCache
    """Pictures of the articles that were read last."""
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


def article_of(request: Request, store: Store) -> Clipping | None:
    """The article in the path, as ``{id}``."""
    return store.clippings.get(request.path_params["id"])


def words_for(request: Request) -> Wording:
    """The words in the language of who asks."""
    return wording_for(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))


def may_write(request: Request, form: Mapping[str, object]) -> bool:
    """Whether this comes from a page of the room that is not older than its token, or from a program that has one."""
    sender: Sender = request.state.sender
    return sender == "program" or (sender == "page" and same(str(form.get("token", "")), room_of(request).tokens.form))
