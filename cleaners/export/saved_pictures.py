"""The pictures of an article that were saved with its page: in a browser's ``NAME_files/`` folder, as MHTML parts."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from cleaners.export.pictures import LARGEST, PictureBasket
from cleaners.export.publication import EmbeddedPicture
from cleaners.items import Article, Page

_MHTML = (".mhtml", ".mht")
_LONGEST_FILE = 64 * 1024 * 1024  # bytes of an MHTML file


def saved_pictures(page: Page, article: Article) -> tuple[EmbeddedPicture, ...]:
    """The pictures of an article that lie beside or in the file of its page, in order; those not there are left out.

    As many as a :class:`~cleaners.export.pictures.PictureBasket` takes. Raises ``OSError``.
    """
    path = Path(page.origin)
    if not path.is_file():
        return ()
    find = _in_mhtml(path) if path.suffix.lower() in _MHTML else _beside(path)
    basket = PictureBasket()
    for image in article.images:
        if basket.room:
            basket.add(image.url, find(image.url))
    return basket.pictures


def _beside(page: Path) -> Callable[[str], bytes | None]:
    """Pictures in folders beside the page: by the end of an address that leads into one of them, never out of it."""
    root = page.parent.resolve()

    def find(url: str) -> bytes | None:
        parts = PurePosixPath(unquote(urlsplit(url).path)).parts
        if len(parts) < 2 or ".." in parts:
            return None
        place = (root / parts[-2] / parts[-1]).resolve()
        if not place.is_relative_to(root) or not place.is_file() or place.stat().st_size > LARGEST:
            return None
        return place.read_bytes()

    return find


def _in_mhtml(page: Path) -> Callable[[str], bytes | None]:
    parts: Mapping[str, bytes] = {}
    if page.stat().st_size <= _LONGEST_FILE:
        message = email.message_from_bytes(page.read_bytes(), policy=email.policy.compat32)
        parts = {
            "".join(str(part.get("Content-Location")).split()): data
            for part in message.walk()
            if part.get_content_maintype() == "image"
            and isinstance(data := part.get_payload(decode=True), bytes)
            and len(data) <= LARGEST
        }
    return parts.get
