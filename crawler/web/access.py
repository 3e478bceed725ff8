"""The door of the reading room: who comes in, from which page, and what browsers may do with what goes out.

Host is checked against DNS rebinding, the origin of what writes against other pages (CSRF), and every answer forbids
scripts, foreign addresses and frames (Content Security Policy Level 3).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.web.tokens import RoomTokens, same

Sender = Literal["page", "program", "stranger"]
"""Who sends what writes: a page of the room, a program that has the token, or a page of somebody else."""

LARGEST = 32 * 1024 * 1024
"""Bytes that may be sent at once: a page that SingleFile has put into one file."""
_COOKIE = "jianbao_access"
_YEAR = 365 * 24 * 3600
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Who may come in."""

    tokens: RoomTokens
    names: frozenset[str]
    """The hosts that the room answers to, lower case; addresses of the loopback always."""
    is_open: bool
    """Whether it needs no token: it listens to this machine alone."""


class Door:
    """ASGI middleware before all pages; tells them who sends in ``scope["state"]["sender"]`` (a ``Sender``)."""

    def __init__(self, app: ASGIApp, policy: AccessPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    if name not in headers:
                        headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        await (refused or self._app)(scope, receive, guarded)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return PlainTextResponse("this host is not served here: use the address that `jianbao serve` prints", 421)
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        is_program = same(bearer, self._policy.tokens.access)
        writes = scope["method"] not in {"GET", "HEAD"}
        # A proposal carries a token of its own, which its page checks: the cookie does not come from other sites.
        is_proposal = writes and scope["path"] == "/clip"
        is_known = self._policy.is_open or self._is_known(headers)
        if not (is_known or is_program or is_proposal):
            return self._let_in(scope)
        if writes:
            length = headers.get("content-length", "")
            if not length.isascii() or not length.isdigit():
                return PlainTextResponse("Content-Length is missing", 411)
            if int(length) > LARGEST:
                return PlainTextResponse(f"more than {LARGEST >> 20} MB at once", 413)
        is_own = is_known and _is_own_page(headers, host)
        sender: Sender = "program" if is_program else "page" if is_own else "stranger"
        if writes and sender == "stranger" and not is_proposal:
            return PlainTextResponse("another page sent this: nothing was changed", 403)
        scope.setdefault("state", {})["sender"] = sender
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if name in self._policy.names or name == "localhost":
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # A page that rebinds needs a name; a number is what the browser was told to go to.
        return address.is_loopback or not self._policy.is_open

    def _is_known(self, headers: Headers) -> bool:
        cookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookie.get(_COOKIE)
        return given is not None and same(given.value, self._policy.tokens.access)

    def _let_in(self, scope: Scope) -> Response:
        """Take the token of an address, once, and keep it in a cookie."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "")
        if scope["method"] != "GET" or not same(given, self._policy.tokens.access):
            return PlainTextResponse("a token is needed: use the whole address that `jianbao serve` prints", 401)
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + scope["path"].lstrip("/")
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(
            _COOKIE, given, max_age=_YEAR, httponly=True, samesite="lax", secure=scope["scheme"] == "https"
        )
        return answer


def _is_own_page(headers: Headers, host: str) -> bool:
    """Whether a page of the room sends this; browsers say so, and a page cannot make them say anything else."""
    fetched_from = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if fetched_from is not None and fetched_from != "same-origin":
        return False
    if origin is None:
        return fetched_from == "same-origin"
    return urlsplit(origin).netloc.lower() == host.lower()
