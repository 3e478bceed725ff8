"""Bodies as they came over the wire: whole, and without their ``Content-Encoding``, bounded (decompression bombs)."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from cleaners.compression import zstd_decompressor
from cleaners.errors import UnusableInput

_END = 4096  # bytes in which the last tag of a page stands
_DIGITS = 20  # of a length; Python refuses to read a number of 5,000


def decoded(body: bytes, encodings: str, limit: int) -> bytes:
    """The body without its content codings (RFC 9110, 8.4), undone from the last one named to the first.

    ``encodings`` is the header's value (``gzip``, ``br, gzip`` ...). Raises ``Unusable("read", ...)`` for more than
    ``limit`` bytes, an unknown coding or broken data.
    """
    for name in reversed([part.strip().lower() for part in encodings.split(",") if part.strip()]):
        if name == "identity" or not body:
            continue
        told = next((coding for magic, coding in _MAGIC if body.startswith(magic)), name)
        if told not in _CODINGS:
            if _is_plain(body):  # 'utf-8', 'none': servers write anything there
                continue
            raise UnusableInput("read", "unknown content encoding", name)
        try:
            body = _CODINGS[told](body, limit + 1)
        except Exception as why:  # each library has errors of its own
            if _is_plain(body):
                continue
            raise UnusableInput("read", "broken content encoding", f"{name}: {why}") from None
        if len(body) > limit:
            raise UnusableInput("read", "too large", f"more than {limit} bytes after decompression")
    return body


def check_whole(size: int, said: str | None, limit: int) -> None:
    """Check the length of a body as it came over the wire: the end of a file that was cut shows only there.

    ``said``: the value of ``Content-Length``, None where it says nothing of this body. Raises
    ``UnusableInput("read", ...)`` for more than ``limit`` bytes, and for fewer than were said.
    """
    if size > limit:
        raise UnusableInput("read", "page too large", f"more than {limit} bytes")
    if said and said.isascii() and said.isdigit() and size < int(said[:_DIGITS]):
        raise UnusableInput("read", "cut short", f"{size} of {said} bytes")


def _is_plain(body: bytes) -> bool:
    """Whether a body is not encoded any more: browsers and proxies record it decoded and keep the header."""
    start = body[:512]
    return not any(byte < 9 or 13 < byte < 32 for byte in start) and (b"<" in start or b"\n" in start)


def _members(new: Callable[[], Any], magic: bytes, body: bytes, limit: int) -> bytes:
    """Up to ``limit`` bytes of all members or frames of a body; raises ``EOFError`` where one ends early."""
    out = bytearray()
    while True:
        member = new()
        out += member.decompress(body, limit - len(out))
        if len(out) >= limit:
            break
        if not member.eof:
            _check_end(out)
            break
        body = member.unused_data
        if not (magic and body.startswith(magic)):  # servers leave all kinds of things behind it
            break
    return bytes(out)


def _check_end(out: bytes | bytearray) -> None:
    """Raise ``EOFError`` for what ends early, but for a page that is whole: some servers leave out the checksum."""
    if b"</html" not in bytes(out[-_END:]).lower():
        raise EOFError("it ends early")


def _deflate(body: bytes, limit: int) -> bytes:
    try:
        return _members(zlib.decompressobj, b"", body, limit)
    except zlib.error:  # many servers send the raw stream without the zlib header
        return _members(partial(zlib.decompressobj, -zlib.MAX_WBITS), b"", body, limit)


def _brotli(body: bytes, limit: int) -> bytes:
    import brotli

    decoder = brotli.Decompressor()
    out = bytearray(decoder.process(body, output_buffer_limit=limit))
    while len(out) < limit and not decoder.is_finished():
        more = decoder.process(b"", output_buffer_limit=limit)
        if not more:
            _check_end(out)
            break
        out += more
    return bytes(out)


_OF_GZIP, _OF_ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_gzip = partial(_members, partial(zlib.decompressobj, 16 + zlib.MAX_WBITS), _OF_GZIP)
# A server that says one coding and sends another.
_MAGIC = ((_OF_GZIP, "gzip"), (_OF_ZSTD, "zstd"))
_CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": partial(_members, zstd_decompressor, _OF_ZSTD),
}
