"""A server on loopback for the tests of the crawler: some well-behaved pages, and what the web holds besides."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SENTENCES = [
    "{n}号渠的水上午十点放到了第三支渠，比去年早了四天。",
    "守闸的老李说，今年雪下得厚，{n}号水库的水位到了{n}米。",
    "村里把{n}亩棉田换成了滴灌，一亩地能省下三十方水。",
    "技术员每隔{n}天来一趟，把管子里的泥沙冲干净。",
    "孩子们放学后跑到渠边看水，{n}个人排成一排。",
    "合作社打算再添{n}台水泵，钱由社员和镇里各出一半。",
]


def article(n: int, *links: str) -> str:
    """A page with an article of its own."""
    body = "".join(f"<p>{sentence.format(n=n * 7 + 11)}</p>" for sentence in SENTENCES[n % 3 :] + SENTENCES[: n % 3])
    anchors = "".join(f"<li><a href='{link}'>更多</a></li>" for link in links)
    return (
        f"<html><head><meta charset=utf-8><title>{n}号渠放水 - 绿洲晨报</title></head><body>"
        f"<h1>{n}号渠放水</h1><p>2025-10-0{n % 9 + 1} 08:30 来源：绿洲晨报</p><div class=content>{body}</div>"
        f"<ul>{anchors}</ul></body></html>"
    )


def two_pages(first: str, second: str, pictures: str = "") -> tuple[str, str]:
    """The two pages of one article, each with a bar that names both; the first has ``pictures`` in its body."""
    bar = f"<div class=page><a href={first}>1</a> <a href={second}>2</a> <a href={second}>下一页</a></div><ul>"
    later = f"<div class=page><a href={first}>1</a> <a href={first}>上一页</a> <b>2</b></div><ul>"
    beginning = article(1).replace("</p><p>", f"</p>{pictures}<p>", 2).replace("<ul>", bar)
    return beginning, article(2).replace("2号渠放水", "1号渠放水").replace("<ul>", later)


def listing(*links: str) -> str:
    """A list page."""
    return (
        "<html><body><ul>" + "".join(f"<li><a href='{link}'>{link}</a></li>" for link in links) + "</ul></body></html>"
    )


class Reply:
    """Status, headers and body of a response."""

    def __init__(self, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.headers = {"Content-Type": "text/html; charset=utf-8", **named}


class Raw(Reply):
    """An answer byte by byte, head included, for as long as the client takes it."""

    def __init__(self, *parts: bytes, times: int = 1, then: bytes = b"") -> None:
        super().__init__()
        self.parts = parts
        self.times = times
        """How often the last part is sent."""
        self.then = then

    def chunks(self) -> Iterator[bytes]:
        yield from self.parts[:-1]
        for _ in range(self.times):
            yield self.parts[-1]
        yield self.then


class InTurn(Reply):
    """The first answer to the first request, the next to the next one, the last for ever."""

    def __init__(self, *answers: Reply) -> None:
        super().__init__()
        self._answers = list(answers)

    def next(self) -> Reply:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class SmallServer(ThreadingHTTPServer):
    """Serves what ``pages`` says, path by path, and remembers who asked for what and how many at once."""

    request_queue_size = 64
    daemon_threads = True

    def __init__(self, host: str, pages: dict[str, Reply], wait: float = 0.0) -> None:
        super().__init__((host, 0), _Handler)
        self.pages = pages
        self.wait = wait
        self.seen: list[tuple[float, str, str]] = []
        self.conditional: list[str] = []
        self.at_once = self.most_at_once = 0
        self.scheme = "http"
        self.sent: Counter[str] = Counter()
        """Path -> bytes of raw answers that the client took."""
        self.lock = threading.Lock()

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.server_address[0]!s}:{self.server_port}"

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.seen]

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up early (too much, not a page) is what the tests want."""

    @contextmanager
    def counting(self) -> Iterator[None]:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self.lock:
                self.at_once -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: no delayed acknowledgements
    server: SmallServer

    def do_GET(self) -> None:
        with self.server.counting():
            self.server.seen.append((time.monotonic(), self.path, self.headers["User-Agent"]))
            reply = self.server.pages.get(self.path, Reply("gone", 404))
            if isinstance(reply, InTurn):
                reply = reply.next()
            if self.headers["If-None-Match"] or self.headers["If-Modified-Since"]:
                self.server.conditional.append(self.path)
            if self._is_known(reply):
                reply = Reply(b"", 304, **{name: reply.headers[name] for name in ("ETag",) if name in reply.headers})
            time.sleep(self.server.wait)
            if isinstance(reply, Raw):
                self._pour(reply)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    def _pour(self, reply: Raw) -> None:
        self.close_connection = True
        self.connection.settimeout(20)
        try:
            for chunk in reply.chunks():
                self.connection.sendall(chunk)
                self.server.sent[self.path] += len(chunk)
        except OSError:  # it has hung up
            pass

    def _is_known(self, reply: Reply) -> bool:
        """RFC 9110, 13.2.2: the tag decides, the date where there is none."""
        tag, modified = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
        if asked := self.headers["If-None-Match"]:
            return asked == tag
        return modified is not None and self.headers["If-Modified-Since"] == modified

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(
    host: str, pages: dict[str, Reply], wait: float = 0.0, tls: ssl.SSLContext | None = None
) -> Iterator[SmallServer]:
    """A server on a loopback address of its own."""
    server = SmallServer(host, pages, wait)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def feed(*links: str) -> Reply:
    """An RSS feed."""
    items = "".join(f"<item><title>放水</title><link>{link}</link></item>" for link in links)
    return Reply(f"<rss version='2.0'><channel>{items}</channel></rss>", Content_Type="application/rss+xml")


def sitemap(*links: str, index: bool = False) -> bytes:
    """A sitemap, or an index of sitemaps."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    return f"<{outer}>{''.join(f'<{inner}><loc>{link}</loc></{inner}>' for link in links)}</{outer}>".encode()


def gzipped(body: str | bytes) -> bytes:
    """A body as a server with compression sends it."""
    return gzip.compress(body.encode() if isinstance(body, str) else body)
