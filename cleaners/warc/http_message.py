"""The HTTP answer in a record: status, header fields, body without its transfer coding (RFC 9112).

Tools differ in what they write: status lines of HTTP/2 and 3, lines that end in LF alone, heads of any length, bodies
that are chunked (Wget) or no longer chunked although the head still says so (browsers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t\r\n]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """An answer as it was recorded."""

    status: int | None
    """Its status code, None where the block has no status line."""
    headers: tuple[tuple[str, str], ...]
    """Its header fields in order, names as sent."""
    body: bytes
    """What follows the head, chunks joined."""
    is_whole: bool = True
    """Whether a chunked body has its end."""

    def field(self, name: str) -> str:
        """The first header field of a name (lower case); empty where there is none."""
        return next((value for own, value in self.headers if own.lower() == name), "")


def parse(block: bytes) -> HttpMessage:
    """Take the block of a record apart; one without a status line is all body."""
    start = _STATUS.match(block)
    if start is None:
        return HttpMessage(status=None, headers=(), body=block)
    end = _HEAD_END.search(block)
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    headers: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "replace").splitlines()[1:]:
        if line[:1] in {" ", "\t"} and headers:  # folded, as old servers do
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            headers.append((name.strip(), value.strip()))
    message = HttpMessage(status=int(start[1]), headers=tuple(headers), body=body)
    if "chunked" not in message.field("transfer-encoding").lower():
        return message
    joined, whole = _unchunked(body)
    return HttpMessage(status=message.status, headers=message.headers, body=joined, is_whole=whole)


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    """The chunks of a body joined (RFC 9112, 7.1), and whether the last one is there; a body without any as it is."""
    parts: list[bytes] = []
    at = 0
    while size := _CHUNK.match(body, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts), True
        if parts == [] and size.end() + length > len(body) and not _ends_a_chunk(body, size.end(), length):
            break
        parts.append(body[size.end() : size.end() + length])
        at = size.end() + length
    return (b"".join(parts), False) if parts else (body, True)


def _ends_a_chunk(body: bytes, start: int, length: int) -> bool:
    """Whether a first chunk that is longer than what is there is one that was cut, not text that looks like a size."""
    return len(body) - start > 0 and not body[:1].isspace() and b"<" not in body[:start]
