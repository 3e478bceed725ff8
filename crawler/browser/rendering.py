"""One page in a browser: its requests answered or refused, its end seen, what its scripts made of it read."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.browser.chromium import Chromium
from crawler.browser.exchange import RefusedRequest, RequestRefusedError, ScriptAnswer, ScriptDownloads, ScriptRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import BrowserContext, Page, Request, Route, WebSocketRoute

_ASKED_FOR = frozenset({"script", "xhr", "fetch"})
"""Kinds of request that can bring text. Style sheets are answered as empty, all others refused."""
_NOT_TOLD = frozenset({"accept-encoding", "connection", "content-length", "cookie", "host", "referer", "user-agent"})
_NOT_PASSED = frozenset({"connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding", "link"})
_QUIET = 0.5  # seconds without a request after which a page has made itself
_PATIENCE = 3.0  # the same for a page that still shows nothing: a timer may go on with it
_TICK = 0.05
_AT_ONCE = 6  # requests of a page on their way; each may bring all that it may still take
_LAST_WORD = 3.0  # seconds in which a page must show itself when its time is over
_LONGEST = 500  # characters of an address that is told of
_MOST_REFUSED = 100  # requests told of; the others are counted

# The page as text, without what is for browsers without scripts; null where it is too long. A copy is read: a page may
# still be at work.
_READ = """most => {
    const copy = document.documentElement.cloneNode(true);
    for (const one of copy.querySelectorAll("noscript")) one.remove();
    const text = "<!DOCTYPE html>" + copy.outerHTML;
    return text.length > most ? null : text;
}"""


class RenderingError(Exception):
    """A page that a browser could not read either; its text says why."""

    def __init__(self, why: str, refused: tuple[RefusedRequest, ...] = ()) -> None:
        super().__init__(why)
        self.refused = refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """What came of a page."""

    html: str = field(repr=False)
    requests: int
    """Requests that were made for it."""
    size: int
    """Bytes they were answered with."""
    refused: tuple[RefusedRequest, ...]
    """The first requests that were not made."""
    led_to: str | None
    """Where its script wanted to go on to, if it did."""
    stopped: bool
    """Whether its time was over before it came to rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRules:
    """What one page may take."""

    seconds: float
    requests: int
    size: int
    """Bytes of all answers together, and characters of the page."""


async def render(
    chromium: Chromium,
    url: str,
    answer: ScriptAnswer,
    downloads: ScriptDownloads,
    rules: RenderRules,
    *,
    timezone: str,
    shows_nothing: Callable[[str], bool],
) -> RenderedDocument:
    """Show a page, as it was answered, to a browser and read it when it has come to rest, or its time is over.

    ``shows_nothing`` tells whether the page, as it is by then, is still empty. Raises :class:`RenderingError`, and
    ``NoBrowserError``.
    """
    context = await chromium.open_context(timezone=timezone)
    try:
        page = _OpenPage(url, answer, downloads, rules)
        return await page.read(context, shows_nothing)
    finally:
        downloads.close()
        await chromium.close_context(context)


class _OpenPage:
    """A page while it is open."""

    def __init__(self, url: str, answer: ScriptAnswer, downloads: ScriptDownloads, rules: RenderRules) -> None:
        self._url = url
        self._answer = answer
        self._downloads = downloads
        self._rules = rules
        self._until = time.monotonic() + rules.seconds
        self._last = time.monotonic()
        self._pending = self._requests = self._size = 0
        self._refused: list[RefusedRequest] = []
        self._led_to: str | None = None
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._is_shown = self._has_crashed = False
        self._page: Page | None = None

    async def read(self, context: BrowserContext, shows_nothing: Callable[[str], bool]) -> RenderedDocument:
        from playwright.async_api import Error

        try:
            await context.route("**/*", self._handle)
            await context.route_web_socket("**/*", self._refuse_socket)
            page = self._page = await context.new_page()
            page.on("crash", self._note_crash)
            page.on("popup", _close)
            await page.goto(self._url, wait_until="commit", timeout=self._rules.seconds * 1000)
            html, stopped = await self._settled(page, shows_nothing)
        except (Error, TimeoutError, RenderingError) as error:
            why = "its tab crashed" if self._has_crashed else " ".join(str(error).split())[:200]
            why = why or f"its scripts do not come to an end in {self._rules.seconds:g} s"
            raise RenderingError(why, tuple(self._refused)) from None
        return RenderedDocument(
            html=html, requests=self._requests, size=self._size, refused=tuple(self._refused),
            led_to=self._led_to, stopped=stopped,
        )  # fmt: skip

    async def _settled(self, page: Page, shows_nothing: Callable[[str], bool]) -> tuple[str, bool]:
        """The page at rest, or as it is when its time is over (True). Raises ``TimeoutError`` where it never rests."""
        from playwright.async_api import Error

        while (now := time.monotonic()) < self._until:
            if self._has_crashed:
                raise TimeoutError
            rest = 0.0 if self._pending else now - self._last
            if rest >= _QUIET:
                try:
                    html = await asyncio.wait_for(self._html(page), max(self._until - now, _TICK))
                except Error:  # its script began to go elsewhere
                    self._last = time.monotonic()
                    continue
                rest = 0.0 if self._pending else time.monotonic() - self._last
                if rest < _QUIET:
                    continue
                if self._led_to is not None or rest >= _PATIENCE or not await asyncio.to_thread(shows_nothing, html):
                    return html, False
            await asyncio.sleep(_TICK)
        return await asyncio.wait_for(self._html(page), _LAST_WORD), True

    async def _html(self, page: Page) -> str:
        html: str | None = await page.evaluate(_READ, self._rules.size)
        if html is None:
            raise RenderingError(f"it grows beyond {self._rules.size} characters")
        return html

    async def _handle(self, route: Route, request: Request) -> None:
        """Answer or refuse one request of the browser."""
        from playwright.async_api import Error

        self._last = time.monotonic()
        with suppress(Error):  # the page was closed meanwhile
            if request.is_navigation_request():
                await self._navigate(route, request)
            elif request.resource_type == "stylesheet":  # scripts may wait for it, nobody sees it
                await route.fulfill(status=200, content_type="text/css", body="")
            elif request.resource_type not in _ASKED_FOR:
                await route.abort("blockedbyclient")
            else:
                await self._fetch(route, request)

    async def _navigate(self, route: Route, request: Request) -> None:
        """The page itself, once; where its script would go next is noted, frames and windows are not opened."""
        from playwright.async_api import Error

        if not self._is_shown:
            self._is_shown = True
            await _fulfill(route, self._answer)
            return
        try:
            is_own = self._page is not None and request.frame == self._page.main_frame
        except Error:  # a window that does not exist yet
            is_own = False
        if is_own:
            self._led_to = request.url
        await route.abort("blockedbyclient")

    async def _fetch(self, route: Route, request: Request) -> None:
        if self._requests >= self._rules.requests:
            await self._refuse(route, request.url, f"more than {self._rules.requests} requests")
            return
        self._requests += 1
        self._pending += 1
        self._until += self._downloads.pause(request.url)
        try:
            wanted = await _wanted(request)
            async with self._room:
                answer = await self._answered(wanted)
        except RequestRefusedError as why:
            await self._refuse(route, request.url, str(why))
        else:
            await _fulfill(route, answer)
        finally:
            self._pending -= 1
            self._last = time.monotonic()

    async def _answered(self, wanted: ScriptRequest) -> ScriptAnswer:
        """The answer to a request. Raises :class:`RequestRefusedError`, also where it is more than is left."""
        left = self._rules.size - self._size
        answer = await self._downloads.fetch(wanted, most=left) if left > 0 else None
        if answer is None or self._size + len(answer.body) > self._rules.size:
            raise RequestRefusedError(f"more than {self._rules.size} bytes")
        self._size += len(answer.body)
        return answer

    async def _refuse(self, route: Route, url: str, reason: str) -> None:
        self._note(url, reason)
        await route.abort("blockedbyclient")

    def _note(self, url: str, reason: str) -> None:
        if len(self._refused) < _MOST_REFUSED:
            self._refused.append(RefusedRequest(url=url[:_LONGEST], reason=reason))

    async def _refuse_socket(self, socket: WebSocketRoute) -> None:
        self._note(socket.url, "guard: not a web address")
        await socket.close()

    def _note_crash(self, page: Any) -> None:
        self._has_crashed = True


async def _close(page: Page) -> None:
    from playwright.async_api import Error

    with suppress(Error):
        await page.close()


async def _wanted(request: Request) -> ScriptRequest:
    headers = await request.all_headers()
    kept = {
        name: value for name, value in headers.items() if name not in _NOT_TOLD and not name.startswith(("sec-", ":"))
    }
    return ScriptRequest(
        url=request.url,
        method=request.method,
        headers=tuple(kept.items()),
        body=request.post_data_buffer or b"",
        is_script=request.resource_type == "script",
    )


async def _fulfill(route: Route, answer: ScriptAnswer) -> None:
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        if name.lower() not in _NOT_PASSED:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)
