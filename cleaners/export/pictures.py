"""Pictures by their bytes: what is one, what it is called, and how many go with an article."""

from __future__ import annotations

import hashlib

from cleaners.export.publication import EmbeddedPicture

LARGEST = 16 * 1024 * 1024
"""Bytes of one picture."""
_MOST, _ALL = 100, 64 * 1024 * 1024  # pictures of an article, bytes of all
# First bytes -> type. No SVG: it may run scripts.
_TYPES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"), (b"GIF89a", "image/gif", "gif"), (b"BM", "image/bmp", "bmp"),
)  # fmt: skip


def picture_of(url: str, data: bytes) -> EmbeddedPicture | None:
    """A picture named by the SHA-256 of its bytes; None for what is no picture by its first bytes."""
    kind = next(((media, suffix) for head, media, suffix in _TYPES if data.startswith(head)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp", "webp"
    if kind is None:
        return None
    name = f"{hashlib.sha256(data).hexdigest()[:16]}.{kind[1]}"
    return EmbeddedPicture(url=url, name=name, media_type=kind[0], data=data)


class PictureBasket:
    """The pictures of one article: at most 100, none above 16 MB, 64 MB of all."""

    def __init__(self) -> None:
        self._pictures: list[EmbeddedPicture] = []
        self._looked_at = 0
        self._size = 0

    @property
    def pictures(self) -> tuple[EmbeddedPicture, ...]:
        """Those that are in it, in order."""
        return tuple(self._pictures)

    @property
    def room(self) -> int:
        """Bytes that the next one may have; 0 where there is no room for another."""
        return min(LARGEST, _ALL - self._size) if self._looked_at < _MOST else 0

    def add(self, url: str, data: bytes | None) -> None:
        """Put one in; what was not there, is no picture, or too large, stays out, and counts as one that was tried."""
        room = self.room
        self._looked_at += 1
        if data is None or len(data) > room or (made := picture_of(url, data)) is None:
            return
        self._size += len(data)
        self._pictures.append(made)
