"""Manners: robots.txt without a way around it, pauses that a host asked for, limits of a run, one fetch a page."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import takewhile
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser

from cleaners.config import SiteConfig
from cleaners.metadata.usage_preferences import UsagePreferences, license_signals, robots_preferences
from cleaners.urls import canonical, path_and_query
from crawler.middlewares.address_guard import AddressRefused
from crawler.request_context import RequestContext, amend_context, find_context

_ROBOTS_BYTES = 500 * 1024  # RFC 9309, 2.5: a parser must read at least that much
_TOO_MANY = 429
# Seconds. With a delay of exactly 0, Scrapy 2.19 starts a whole queue at once, whatever the concurrency of the host:
# a request counts as running only one turn of the event loop after it was started.
_NO_PAUSE = 0.001


class CanonicalFingerprinter:
    """Two addresses with one canonical form are one request."""

    def fingerprint(self, request: Request) -> bytes:
        """Scrapy's duplicate filter asks for it."""
        return hashlib.sha1(f"{request.method} {canonical(request.url)}".encode()).digest()


class RobotsRules(RobotsTxtMiddleware):
    """Scrapy's middleware with the rules of RFC 9309 for a robots.txt that cannot be had.

    4xx: no rules. 5xx, 429 and unreachable: everything is forbidden. Scrapy itself would allow both.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._why: dict[str, AddressRefused] = {}
        self._preferences: dict[str, UsagePreferences] = {}
        self._licenses: dict[str, asyncio.Future[bytes | None]] = {}

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` for what robots.txt forbids."""
        if request.meta.get("dont_obey_robotstxt"):  # set by Scrapy for robots.txt itself
            return
        parser = await self.robot_parser(request)
        netloc = urlsplit(request.url).netloc
        if netloc in self._why:
            why = self._why[netloc]
            raise AddressRefused(why.reason, why.detail)
        agent = request.headers.get(b"User-Agent", self._default_useragent)
        if parser is not None and not parser.allowed(request.url, agent or self._default_useragent):
            raise AddressRefused("robots.txt forbids", netloc)
        context = find_context(request)
        if context is not None and context.is_page:
            amend_context(request, opt_out=await self._opt_outs(request.url, netloc))

    async def _opt_outs(self, url: str, netloc: str) -> tuple[str, ...]:
        """What the host's robots.txt says of uses of a page; it stops nothing."""
        wishes = self._preferences.get(netloc, UsagePreferences())
        found = [*wishes.signals(path_and_query(url))]
        for place in wishes.licenses:
            if place not in self._licenses:
                self._licenses[place] = asyncio.ensure_future(self._license(place))
            found += license_signals(await asyncio.shield(self._licenses[place]), url)
        return tuple(dict.fromkeys(found))

    async def _license(self, url: str) -> bytes | None:
        """An RSL document; None where it cannot be had."""
        engine: Any = self.crawler.engine
        meta = {"dont_retry": True, "dont_redirect": True, "handle_httpstatus_all": True}
        try:
            response = await engine.download_async(Request(url, callback=NO_CALLBACK, priority=1000, meta=meta))
        except Exception:  # forbidden, unreachable, too large
            return None
        return bytes(response.body) if response.status == 200 else None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == _TOO_MANY:
            self._why[netloc] = AddressRefused("robots.txt unavailable", f"{netloc}: http {response.status}")
        body = response.body[:_ROBOTS_BYTES] if 200 <= response.status < 300 else b""
        self._preferences[netloc] = robots_preferences(body, str(self.crawler.settings["USER_AGENT"]))
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        refused = isinstance(exc, AddressRefused)
        # No answer at all: that this was the request for robots.txt says nothing of what the site wants.
        self._why[netloc] = exc if refused else AddressRefused("site unreachable", f"{netloc}: {exc}")  # type: ignore[assignment]
        super()._robots_error(exc, netloc)


class RequestPace(AutoThrottle):
    """AutoThrottle that never goes below what the job, the host's Crawl-delay or its Retry-After ask for."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawl_delay: dict[str, float] = {}
        self._retry_after_max = crawler.settings.getfloat("RETRY_AFTER_MAX")
        self._private = frozenset(crawler.settings.getlist("PRIVATE_HOSTS"))
        self._site_delay: dict[str, float] = {}
        self._has_ended = False
        crawler.signals.connect(self._request_reached, signals.request_reached_downloader)
        crawler.signals.connect(self._robots_parsed, signals.robots_parsed)

    def end_pauses(self) -> None:
        """Let go of what waits for its turn, for nothing more is sent: :meth:`CrawlBudget.end` comes before."""
        self._has_ended = True
        downloader: Any = self.crawler.engine.downloader
        for slot in downloader.slots.values():
            slot.close()  # the call that was to come after the pause
            slot.delay, slot.lastseen = _NO_PAUSE, 0.0
            downloader._process_queue(slot)  # Scrapy has no public word for it

    def floor(self, request: Request) -> float:
        """The least seconds between two requests to the request's host."""
        host = urlsplit(request.url).hostname or ""
        if (context := find_context(request)) is not None:
            self._site_delay[host] = self._wanted(context.site, host)
        default = 0.0 if host in self._private else self.mindelay
        return max(self._site_delay.get(host, default), self._crawl_delay.get(host, 0.0))

    def _wanted(self, site: SiteConfig, host: str) -> float:
        if site.delay is None:
            return self.mindelay
        return site.delay if host in self._private else max(site.delay, self.mindelay)

    def _request_reached(self, request: Request, spider: Spider) -> None:
        """The slot exists, the request is not yet sent: the moment to set its pause."""
        _, slot = self._get_slot(request, spider)
        if slot is not None:
            self._set_pause(slot, request)
            context = find_context(request)
            if context is not None and context.for_page is not None:
                asyncio.get_running_loop().call_soon(_put_first, slot, request)  # it is queued after this

    def pause(self, request: Request) -> float:
        """Seconds between two requests to the request's host, as things are now."""
        slots: dict[str, Slot] = self.crawler.engine.downloader.slots
        slot = slots.get(urlsplit(request.url).hostname or "")
        return max(self.floor(request), slot.delay if slot is not None else 0.0)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        if self.floor(request) > 0:
            super()._response_downloaded(response, request, spider)
        _, slot = self._get_slot(request, spider)
        if slot is None:
            return
        self._set_pause(slot, request)
        if not self._has_ended and response.status in {_TOO_MANY, 503} and (wait := _retry_after(response)):
            _hold(slot, min(wait, self._retry_after_max))

    def _set_pause(self, slot: Slot, request: Request) -> None:
        floor = 0.0 if self._has_ended else self.floor(request)
        slot.delay = max(slot.delay, floor) if floor else _NO_PAUSE

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        rules = getattr(robotparser, "rp", None)  # Protego's own object knows Crawl-delay
        agent = self.crawler.settings["USER_AGENT"]
        wait = rules.crawl_delay(agent) if rules is not None else None
        if wait:
            self._crawl_delay[urlsplit(request.url).hostname or ""] = min(float(wait), self.maxdelay)


def _retry_after(response: Response) -> float:
    """Seconds the server asks to be left alone (RFC 9110, 10.2.3: seconds or a date); 0 when it does not."""
    value = (response.headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():  # `²` is a digit to Python, and no number
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _put_first(slot: Slot, request: Request) -> None:
    """A page is half read: what it still needs is asked for before the next page."""
    if (place := next((at for at, queued in enumerate(slot.queue) if queued[0] is request), None)) is not None:
        entry = slot.queue[place]
        del slot.queue[place]
        ahead = sum(1 for _ in takewhile(_is_for_page, (queued[0] for queued in slot.queue)))
        slot.queue.insert(ahead, entry)


def _is_for_page(request: Request) -> bool:
    context = find_context(request)
    return context is not None and context.for_page is not None


def _hold(slot: Slot, seconds: float) -> None:
    """Let the slot's last request seem later than it was: the next one waits for that much longer."""
    slot.lastseen = time.monotonic() + seconds - slot.delay


class CrawlBudget:
    """Ends a site, or the run, at its limit of pages, minutes or bytes; what is left is left for the next run."""

    def __init__(self, crawler: Crawler) -> None:
        self._pages_of_run = crawler.settings.getint("PAGES_OF_RUN")  # 0: no limit
        self._began = time.monotonic()
        self._requests: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._pages = 0
        self._ended = ""
        crawler.signals.connect(self._count_bytes, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def end(self, why: str) -> None:
        """Nothing more is sent, of any site."""
        self._ended = why

    def process_request(self, request: Request) -> None:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` with the reason ``limit``."""
        context = find_context(request)
        if context is None:
            return
        if why := self._reached(context):
            raise AddressRefused("limit", why)
        self._requests[context.site.id] += 1
        self._pages += context.is_page

    def look_again(self, request: Request) -> None:
        """A request is about to be sent, perhaps long after :meth:`process_request`: raises as that."""
        context = find_context(request)
        why = self._ended or (self._used_up(context.site) if context is not None else "")
        if why:
            raise AddressRefused("limit", why)

    def _reached(self, context: RequestContext) -> str:
        if self._pages_of_run and self._pages >= self._pages_of_run and context.is_page:
            return "pages of the run"
        if self._requests[context.site.id] >= context.site.limits.pages:
            return "pages"
        return self._used_up(context.site)

    def _used_up(self, site: SiteConfig) -> str:
        if time.monotonic() - self._began > site.limits.minutes * 60:
            return "minutes"
        return "megabytes" if self._bytes[site.id] > site.limits.megabytes * 1e6 else ""

    def _count_bytes(self, response: Response, request: Request, spider: Any) -> None:
        if (context := find_context(request)) is not None:
            self._bytes[context.site.id] += len(response.body)
