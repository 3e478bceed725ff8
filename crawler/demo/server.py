"""Serving the small web on loopback: one process, one thread a site, nothing left behind.

Each site has an address of its own in 127.0.0.0/8, so that a crawler that is polite by host treats each as a host.
Where a system has only 127.0.0.1 (macOS), each site gets a port of its own instead.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from crawler.demo.plan import DemoPlan
from crawler.demo.web import SmallWeb, WebAnswer, build

PORT = 8471
"""Tried first, so that two runs have the same addresses and ids; any free port where it is taken."""
_NETWORK = "127.0.0.{}"
_FIRST = 10


@contextmanager
def serving(plan: DemoPlan, port: int = PORT) -> Iterator[SmallWeb]:
    """Serve the plan's sites while the block runs.

    Raises ``OSError`` where loopback cannot be used at all.
    """
    with ExitStack() as stack:
        servers = {
            site.id: stack.enter_context(_bind(site.host, port)) for site in plan.sites.values() if site.left == "all"
        }
        web = build(plan, {site: _origin(server) for site, server in servers.items()})
        for site, server in servers.items():
            server.RequestHandlerClass = _handler(web, site)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.shutdown)
        yield web


def _bind(number: int, port: int) -> ThreadingHTTPServer:
    """A server on the site's own address, else on a port of its own."""
    places = [(_NETWORK.format(_FIRST + number), port), (_NETWORK.format(_FIRST + number), 0), ("127.0.0.1", 0)]
    for place in places[:-1]:
        try:
            return ThreadingHTTPServer(place, BaseHTTPRequestHandler)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}:
                raise
    return ThreadingHTTPServer(places[-1], BaseHTTPRequestHandler)


def _origin(server: ThreadingHTTPServer) -> str:
    host, port = server.server_address[:2]
    return f"http://{host!s}:{port}"


def _handler(web: SmallWeb, site: str) -> type[BaseHTTPRequestHandler]:
    """A handler class for one site: the standard library makes a new object of it for each request."""

    class DemoHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(web.answer(site, self.path), with_body=True)

        def do_HEAD(self) -> None:
            self._send(web.answer(site, self.path), with_body=False)

        def _send(self, answer: WebAnswer, *, with_body: bool) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are not logged: the crawl's own report counts them."""

    return DemoHandler
