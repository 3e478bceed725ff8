"""The server of the reading room: on loopback and an address of its own, unless somebody asks for more."""

from __future__ import annotations

import errno
import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from cleaners.errors import FormatError, UsageError
from cleaners.items import Article
from cleaners.store import Store
from crawler.clipping import ArticleClipper
from crawler.web.access import AccessPolicy
from crawler.web.application import application
from crawler.web.clippings import PendingClips
from crawler.web.corrections import corrections_of
from crawler.web.rendering import templates
from crawler.web.room import PictureCache, ReadingStores, RoomState
from crawler.web.tokens import tokens_of
from crawler.web.typesetting import set_blocks

PORT = 8642
_NEXT = 20  # ports that are tried after the first


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings:
    """What is served, and where."""

    store: Path
    listen: str = "127.0.0.1"
    """The address to listen at; beyond loopback everything needs a token."""
    port: int = PORT
    """The first port to try; 0 for any that is free."""
    names: tuple[str, ...] = ()
    """Names that the room goes by besides the address (behind a proxy, in a network)."""
    corrections: Path | None = None
    """The folder for reported cuts; beside the store without one."""
    contact: str | None = None
    """How sites reach who clips their pages by address."""
    private_hosts: tuple[str, ...] = ()
    """Hosts of this machine or network whose pages may be clipped by address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """A room that listens: its address, and how it is run until the process is told to end."""

    address: str
    """What to open in a browser; with the token where one is needed."""
    settings: RoomSettings
    server: uvicorn.Server = field(repr=False)
    listener: socket.socket = field(repr=False)

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        self._warm_up()
        self.server.run(sockets=[self.listener])

    def _warm_up(self) -> None:
        """Load what the first pages would have to wait for: templates, Markdown, tables of characters."""
        for name in templates().list_templates():
            templates().get_template(name)
        list(set_blocks(Article(id="", origin="", text="", markdown="文")))
        # The first search with a wrong index says what to do; the other pages work without it.
        with suppress(FormatError), Store.open(self.settings.store, create=False, readonly=True) as store:
            store.search.find("新闻", limit=1)


def open_room(settings: RoomSettings) -> OpenRoom:
    """Take a port and put the room together.

    Raises as ``Store.open``; UsageError for an address that is none of this machine, or when no port is free.
    """
    Store.open(settings.store, create=False, readonly=True).close()
    tokens = tokens_of(settings.store)
    listener = _listener(settings)
    port = listener.getsockname()[1]
    is_open = _is_loopback(settings.listen)
    room = RoomState(
        stores=ReadingStores(settings.store), tokens=tokens,
        clipper=ArticleClipper(store=settings.store), pending=PendingClips(), pictures=PictureCache(),
        contact=settings.contact,
        private_hosts=settings.private_hosts,
        corrections=settings.corrections or corrections_of(settings.store),
    )  # fmt: skip
    policy = AccessPolicy(
        tokens=tokens, is_open=is_open, names=frozenset(name.lower() for name in (settings.listen, *settings.names))
    )
    config = uvicorn.Config(
        application(room, policy), log_level="warning", server_header=False, timeout_graceful_shutdown=5,
        limit_concurrency=200,
    )  # fmt: skip
    host = f"[{settings.listen}]" if ":" in settings.listen else settings.listen
    named = settings.names[0] if settings.names and not is_open else host
    return OpenRoom(
        address=f"http://{named}:{port}/" + ("" if is_open else f"?token={tokens.access}"), settings=settings,
        server=uvicorn.Server(config), listener=listener,
    )  # fmt: skip


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listener(settings: RoomSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.listen else socket.AF_INET
    ports = [0] if settings.port == 0 else range(settings.port, min(65536, settings.port + _NEXT))
    for port in ports:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((settings.listen, port))
            made.listen(128)
        except PermissionError:
            made.close()
            raise UsageError(
                "port {port} needs rights of the system: give another one with --port", port=port
            ) from None
        except (OSError, OverflowError) as error:
            made.close()
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                continue
            raise UsageError(
                "{listen} is no address of this machine ({error}): `--listen 127.0.0.1`",
                listen=settings.listen,
                error=error,
            ) from None
        return made
    raise UsageError(
        "ports {first} to {last} are all taken: give another one with --port", first=ports[0], last=ports[-1]
    )
