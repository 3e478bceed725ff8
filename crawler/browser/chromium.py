"""One headless Chromium: found on this machine, started when the first page needs it, cut off from every network."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

CHROMIUM_VARIABLE = "JIANBAO_CHROMIUM"
"""The environment variable that names a Chromium in an unusual place."""

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_NOWHERE = "http://127.0.0.1:9"
# Whatever a page finds to get past the handler of its requests (WebRTC, WebTransport, a prefetch, a gap in the browser)
# ends here: no name and no number resolves, and there is no proxy at the address of the proxy.
_CUT_OFF = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",  # megabytes
)
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "FONTCONFIG_PATH")
_ENDING = 10.0  # seconds


class NoBrowserError(Exception):
    """There is no browser to be had; its text says what would help."""


def missing() -> str:
    """What has to be installed before pages can be rendered; empty where nothing is missing."""
    if importlib.util.find_spec("playwright") is None:
        return "pip install 'jianbao[browser]'"
    if not _path():
        return f"install Chromium (Debian: apt install chromium) or put its path into {CHROMIUM_VARIABLE}"
    return ""


def _path() -> str | None:
    named = os.environ.get(CHROMIUM_VARIABLE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)


class Chromium:
    """Gives each page a context of its own: without storage, cookies, downloads and service workers."""

    def __init__(self, *, user_agent: str) -> None:
        self._user_agent = user_agent
        self._starting = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    async def open_context(self, *, timezone: str) -> BrowserContext:
        """A new context; ``timezone`` is an IANA name. Raises :class:`NoBrowserError`."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._start()
        from playwright.async_api import Error

        try:
            return await self._browser.new_context(
                user_agent=self._user_agent,
                locale="zh-CN",
                timezone_id=timezone,
                accept_downloads=False,
                service_workers="block",
            )
        except Error as error:
            raise NoBrowserError(f"it has ended: {_said(error)}") from None

    async def close_context(self, context: BrowserContext) -> None:
        """End a page, the whole browser where a script will not let go of it."""
        try:
            await asyncio.wait_for(context.close(), _ENDING)
        except Exception:
            await self.close()

    async def close(self) -> None:
        """End the browser, if one runs; the next context starts another."""
        async with self._starting:
            browser, self._browser = self._browser, None
            driver, self._driver = self._driver, None
        for ending in (browser.close if browser else None, driver.stop if driver else None):
            if ending is not None:
                await _end(ending)

    async def _start(self) -> Browser:
        if cure := missing():
            raise NoBrowserError(cure)
        from playwright.async_api import Error, async_playwright

        try:
            if self._driver is None:
                self._driver = await async_playwright().start()
            return await self._driver.chromium.launch(
                executable_path=_path(),
                headless=True,
                args=list(_CUT_OFF),
                proxy={"server": _NOWHERE},
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                chromium_sandbox=os.geteuid() != 0,  # Chromium has no sandbox for root
                handle_sigint=False,  # a crawl that is told to end finishes what is in flight
                handle_sigterm=False,
                handle_sighup=False,
            )
        except (Error, OSError) as error:
            if self._driver is not None:  # it may be what is broken
                await _end(self._driver.stop)
                self._driver = None
            why = f"{_path()} does not start (its sandbox is Debian's chromium-sandbox): {_said(error)}"
            raise NoBrowserError(why) from None


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


async def _end(ending: Any) -> None:
    try:
        await asyncio.wait_for(ending(), _ENDING)
    except Exception:  # it has ended by itself, or its driver ends with this process
        return
