"""What a page's scripts ask for, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRequest:
    """A request that a browser would make for a page."""

    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case; neither those that say who asks nor those of the connection."""
    body: bytes = field(default=b"", repr=False)
    is_script: bool = False
    """Whether it asks for a script, which is the same for all pages of a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptAnswer:
    """The answer to one."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    """Decompressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRequest:
    """A request that was not made, or not answered."""

    url: str
    reason: str


class RequestRefusedError(Exception):
    """Raised by :class:`ScriptDownloads`; its text is the reason."""


class ScriptDownloads(Protocol):
    """Who makes the requests of a page: under the crawler's guard, robots.txt and manners."""

    def pause(self, url: str) -> float:
        """Seconds that a request for an address is likely to wait for its turn."""
        ...

    async def fetch(self, request: ScriptRequest, *, most: int) -> ScriptAnswer:
        """The answer, of at most ``most`` bytes. Raises :class:`RequestRefusedError`."""
        ...

    def close(self) -> None:
        """Withdraw the requests that wait for their turn: the page is read."""
        ...
