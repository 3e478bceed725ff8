"""Data that stands in the page itself: ``data:`` addresses (RFC 2397), and what they are called by what they hold."""

from __future__ import annotations

import base64
import binascii
import hashlib
from urllib.parse import unquote_to_bytes


def data_of(address: str) -> bytes | None:
    """What a ``data:`` address holds; None for another address, and for one that is damaged.

    >>> data_of("data:text/plain;base64,5Ymq5oql").decode(), data_of("data:,a%20b")
    ('剪报', b'a b')
    >>> data_of("https://a.example/"), data_of("data:;base64,A")
    (None, None)
    """
    head, comma, content = address.strip().partition(",")
    if not comma or not head.lower().startswith("data:"):
        return None
    try:
        data = unquote_to_bytes(content)
        return base64.b64decode(data) if head.lower().rstrip().endswith(";base64") else data
    except (binascii.Error, ValueError):
        return None


def digest_address(data: bytes) -> str:
    """A short address for data that has none but itself: its SHA-256 as a ``ni:`` address (RFC 6920).

    >>> digest_address(b"Hello World!")
    'ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk'
    """
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"
