"""What the crawler may touch: public web addresses, and the private hosts a job names.

The address is judged after the name is resolved, in the reactor's resolver, and the connection goes to the address
that was judged: a name that changes its answer (DNS rebinding) or an odd notation (``http://2130706433/``) gains
nothing, redirects included. A configured proxy is trusted to be the guard of names, which are then resolved there;
numbers are judged here. A private host that a job names is reached by the site whose own it is, or whose seeds name it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, StopDownload
from scrapy.http import Headers
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.request_context import RequestContext, find_context

# IPv6 ranges that carry an IPv4 address: NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380).
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", re.ASCII)
_TRANSLATED = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class AddressRefused(IgnoreRequest):
    """A request that is not made; the reason goes into the Drop."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet (IANA special-purpose registries, by :mod:`ipaddress`).

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("fe80::1%eth0")
    (True, False, False, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in net for net in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names with the reactor's own resolver and passes on only addresses that may be reached."""

    def __init__(self, reactor: Any, allowed: Sequence[str]) -> None:
        """``allowed``: host names as they stand in addresses that may be private."""
        self._reactor = reactor
        self._inner = reactor.nameResolver
        self._allowed = frozenset(host.lower() for host in allowed)
        self.refused: dict[str, str] = {}
        """Host -> the address it was refused for."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """Scrapy's way to make one: what is allowed comes from the settings of the process."""
        proxies = [urlsplit(proxy).hostname or "" for proxy in getproxies().values()]
        return cls(reactor, [*crawler.settings.getlist("PRIVATE_HOSTS_OF_RUN"), *proxies])

    def install_on_reactor(self) -> None:
        """Put it in the place of the reactor's resolver: every connection asks here."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Any = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """See ``IHostnameResolver``."""
        receiver = resolutionReceiver
        if hostName.lower() not in self._allowed:
            receiver = _PublicOnly(resolutionReceiver, hostName.lower(), self.refused)
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hears every address of a name and passes on the public ones."""

    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self._receiver = receiver
        self._host = host
        self._refused = refused

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._host] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


class GuardMiddleware:
    """Nearest to the wire: the scheme, hosts that only another job of the run may reach, and why a name failed."""

    def __init__(self, crawler: Crawler) -> None:
        self._mine = frozenset(host.lower() for host in crawler.settings.getlist("PRIVATE_HOSTS"))
        self._others = frozenset(host.lower() for host in crawler.settings.getlist("PRIVATE_HOSTS_OF_RUN")) - self._mine

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises :class:`AddressRefused` for what is not to be fetched."""
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in {"http", "https"} or not host:
            raise AddressRefused("guard: not a web address", parts.scheme)
        context = find_context(request)
        if context is not None and _has_left_its_site(request, context):
            raise AddressRefused("redirect leaves the site", host)
        if host in self._others:
            raise AddressRefused("guard: private address", host)
        if host in self._mine and context is not None and not _is_named_by(context, request):
            raise AddressRefused("guard: private address", host)
        if host in self._mine:
            request.meta["proxy"] = None  # what is near is fetched directly
        elif parts.username or parts.password:
            raise AddressRefused("guard: credentials in the address", host)
        elif (number := _as_number(host)) is not None and not is_public(number):
            # A proxy resolves names by itself, and would be asked for this: it may stand where the address is near.
            raise AddressRefused("guard: private address", _cure(host, number))

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a refused name from one that does not exist, before anything retries it."""
        if isinstance(exception, CannotResolveHostError):
            from twisted.internet import reactor

            host = (urlsplit(request.url).hostname or "").lower()
            address = getattr(reactor.nameResolver, "refused", {}).get(host)
            if address is not None:
                raise AddressRefused("guard: private address", _cure(host, address))


def _cure(host: str, address: str) -> str:
    return f"{host} is {address}; `allow_private_hosts: [{host}]` allows it"


def _as_number(host: str) -> str | None:
    """The IP address that a host is written as, in any notation (``127.1``, ``2130706433``); None for other names."""
    host = unicodedata.normalize("NFKC", host).replace("。", ".")
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if _NUMBERS.fullmatch(host) else None
    except OSError:
        return None


def _is_named_by(context: RequestContext, request: Request) -> bool:
    """Whether a private host is one of the site's own, or its seeds name it: no page of another site leads to it."""
    site, host = context.site, urlsplit(request.url).hostname
    return site.owns(request.url) or host in {urlsplit(seed.url).hostname for seed in site.entries}


def _has_left_its_site(request: Request, context: RequestContext) -> bool:
    """Whether a redirect has led from a page of a site to where its rules do not hold."""
    is_moved_page = context.is_page and request.meta.get("redirect_times")
    return bool(is_moved_page) and not context.site.owns(request.url)


_PAGE = re.compile(r"^(text/(html|plain|xml)|application/(xhtml\+)?xml)\b")
# What a seed file calls a feed, a sitemap or a list is one, whatever type its server says: only what is surely none.
_NO_ANNOUNCEMENT = re.compile(
    r"^((image|audio|video|font)/(?!svg\+xml)|application/(pdf|zip|msword|vnd\.)(?!.*\+(xml|json)))"
)
# A picture is told by its first bytes, whatever its server calls it: only what is surely none.
_NO_PICTURE = re.compile(r"^(text|audio|video|font)/|^image/svg\+xml|^application/(?!octet-stream)")


class ContentGate:
    """Ends a download at its headers when the body cannot be what is asked for: a page, mostly, and it is a video."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        gate = cls()
        crawler.signals.connect(gate.judge, signals.headers_received)
        return gate

    def judge(self, headers: Headers, body_length: int, request: Request, spider: Any) -> None:
        """Raises ``StopDownload``; the response then arrives without a body and flagged."""
        kind = (headers.get(b"Content-Type") or b"").decode("latin-1").strip().lower()
        attached = (headers.get(b"Content-Disposition") or b"").strip().lower().startswith(b"attachment")
        context = find_context(request)
        is_page = context is not None and context.is_page
        if context is not None and context.is_picture:
            is_none = bool(_NO_PICTURE.match(kind))
        else:
            is_none = not _PAGE.match(kind) if is_page else bool(_NO_ANNOUNCEMENT.match(kind))
        if (kind and is_none) or (attached and is_page):
            raise StopDownload(fail=False)
