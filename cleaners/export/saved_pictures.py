"""The pictures of an article that were saved with its page: in a browser's ``NAME_files/`` folder, as MHTML parts."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from cleaners.export.publication import EmbeddedPicture
from cleaners.items import Article

_MOST, _LARGEST, _ALL = 100, 16 * 1024 * 1024, 64 * 1024 * 1024  # pictures, bytes of one, bytes of all
_MHTML = (".mhtml", ".mht")
# First bytes -> type. No SVG: it may run scripts.
_TYPES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"), (b"GIF89a", "image/gif", "gif"), (b"BM", "image/bmp", "bmp"),
)  # fmt: skip


def saved_pictures(page: str | Path, article: Article) -> tuple[EmbeddedPicture, ...]:
    """The pictures of an article that lie beside or in the file of its page, in order; those not there are left out.

    At most 100, none above 16 MB, 64 MB of all; what is no picture by its first bytes is none. Raises ``OSError``.
    """
    path = Path(page)
    find = _in_mhtml(path) if path.suffix.lower() in _MHTML else _beside(path)
    found: list[EmbeddedPicture] = []
    size = 0
    for image in article.images[:_MOST]:
        data = find(image.url)
        if data is None or size + len(data) > _ALL or (made := embedded(image.url, data)) is None:
            continue
        size += len(data)
        found.append(made)
    return tuple(found)


def embedded(url: str, data: bytes) -> EmbeddedPicture | None:
    """A picture named by the SHA-256 of its bytes; None for what is no picture."""
    kind = next(((media, suffix) for head, media, suffix in _TYPES if data.startswith(head)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp", "webp"
    if kind is None:
        return None
    name = f"{hashlib.sha256(data).hexdigest()[:16]}.{kind[1]}"
    return EmbeddedPicture(url=url, name=name, media_type=kind[0], data=data)


def _beside(page: Path) -> Callable[[str], bytes | None]:
    """Pictures in folders beside the page: by the end of an address that leads into one of them, never out of it."""
    root = page.parent.resolve()

    def find(url: str) -> bytes | None:
        parts = PurePosixPath(unquote(urlsplit(url).path)).parts
        if len(parts) < 2 or ".." in parts:
            return None
        place = (root / parts[-2] / parts[-1]).resolve()
        if not place.is_relative_to(root) or not place.is_file() or place.stat().st_size > _LARGEST:
            return None
        return place.read_bytes()

    return find


def _in_mhtml(page: Path) -> Callable[[str], bytes | None]:
    parts: Mapping[str, bytes] = {}
    if page.stat().st_size <= _ALL:
        message = email.message_from_bytes(page.read_bytes(), policy=email.policy.compat32)
        parts = {
            "".join(str(part.get("Content-Location")).split()): data
            for part in message.walk()
            if part.get_content_maintype() == "image"
            and isinstance(data := part.get_payload(decode=True), bytes)
            and len(data) <= _LARGEST
        }
    return parts.get
