"""What is left of sites that are not served: a WARC as GNU Wget writes it, pages as a browser saves them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from crawler.demo.pages import PARTS
from crawler.demo.web import SavedPage

_DATE = "2025-10-22T02:30:00Z"
_STYLE = ".detail { width: 640px; margin: 0 auto; }\n.content p { text-indent: 2em; line-height: 1.8; }\n"
_SCRIPT = (
    'document.querySelectorAll(".share").forEach(function (one) { one.onclick = function () { return false; }; });\n'
)
_ADVERT = "<html><head><title>广告</title></head><body><p>点击领取优惠券，全场满一百减二十，今晚十二点截止。</p></body></html>"


def write(pages: Iterable[SavedPage], folder: Path) -> Path:
    """Write the files into a folder, which is made anew; returns it. Raises ``OSError``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = tuple(pages)
    (folder / "kunlun-weekly.warc.gz").write_bytes(wget_warc([one for one in pages if one.left == "wget"]))
    for page in pages:
        if page.left == "browser":
            _save(page, folder)
    return folder


def wget_warc(pages: Iterable[SavedPage]) -> bytes:
    """A WARC of GNU Wget 1.21: addresses in angle brackets, bodies in chunks, the parts of the pages beside them."""
    records = [
        _record(
            "warcinfo",
            None,
            "application/warc-fields",
            b"software: Wget/1.21.3 (linux-gnu)\r\nformat: WARC File Format 1.0\r\n",
        )
    ]
    host = ""
    for page in pages:
        host = f"http://{urlsplit(page.truth.url).netloc}"
        records += _exchange(page.truth.url, "200 OK", "text/html; charset=utf-8", page.html.encode())
    records += _exchange(f"{host}/robots.txt", "404 Not Found", "text/html", b"<h1>Not Found</h1>")
    records += _exchange(f"{host}{PARTS}style.css", "200 OK", "text/css", _STYLE.encode())
    records += _exchange(f"{host}{PARTS}share.js", "200 OK", "application/javascript", _SCRIPT.encode())
    return b"".join(gzip.compress(record, mtime=0) for record in records)


def _exchange(url: str, status: str, media: str, body: bytes) -> list[bytes]:
    parts = urlsplit(url)
    asked = f"GET {parts.path} HTTP/1.1\r\nUser-Agent: Wget/1.21.3\r\nHost: {parts.netloc}\r\nConnection: Keep-Alive\r\n\r\n"
    head = f"HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {media}\r\nTransfer-Encoding: chunked\r\n\r\n"
    half = len(body) // 2
    chunks = b"".join(
        f"{len(one):x}\r\n".encode() + one + b"\r\n" for one in (body[:half], body[half:], b"") if one or half
    )
    return [
        _record("request", url, "application/http;msgtype=request", asked.encode()),
        _record("response", url, "application/http;msgtype=response", head.encode() + chunks),
    ]


def _record(kind: str, url: str | None, media: str, block: bytes) -> bytes:
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url}')}>",
        f"WARC-Date: {_DATE}",
        *([f"WARC-Target-URI: <{url}>"] if url else []),
        f"WARC-Block-Digest: sha1:{digest}",
        f"Content-Type: {media}",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def _save(page: SavedPage, folder: Path) -> None:
    """``TITLE.html`` with the mark of where it was saved from, and ``TITLE_files/`` with its parts."""
    name, url = page.title.replace(" ", "_"), page.truth.url
    parts = folder / f"{name}_files"
    parts.mkdir()
    mark = f"<!-- saved from url=({len(url):04d}){url} -->\n"
    html = page.html.replace("\n<html", f"\n{mark}<html", 1).replace(f'"{PARTS}', f'"./{name}_files/')
    (folder / f"{name}.html").write_text(html, encoding="utf-8")
    for file, content in (("style.css", _STYLE), ("share.js", _SCRIPT), ("advert.html", _ADVERT)):
        (parts / file).write_text(content, encoding="utf-8")
    (parts / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
