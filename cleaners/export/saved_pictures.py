"""The pictures of an article that were saved with its page: in a browser's ``NAME_files/`` folder, as MHTML parts, in
the page itself (``data:``, as SingleFile saves)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from cleaners.errors import UnusableInput
from cleaners.export.pictures import LARGEST, PictureBasket
from cleaners.export.publication import EmbeddedPicture
from cleaners.extract.images import image_address, image_data
from cleaners.items import Article, Page
from cleaners.page import decode
from cleaners.page import lines as blocks

PictureFinder = Callable[[str], bytes | None]
"""From the address of a picture to its bytes; None where they are not at hand."""

_MHTML = (".mhtml", ".mht")
_LONGEST_FILE = 64 * 1024 * 1024  # bytes of an MHTML file


def saved_pictures(page: Page, article: Article) -> tuple[EmbeddedPicture, ...]:
    """The pictures of an article that lie in, beside or in the file of a page of it, in order; others are left out.

    As many as a :class:`~cleaners.export.pictures.PictureBasket` takes. Raises ``OSError``.
    """
    if not article.images:
        return ()
    finders = [*_in_file(Path(page.origin)), *_in_page(page)]
    basket = PictureBasket()
    for image in article.images:
        if basket.room and (data := next(filter(None, (find(image.url) for find in finders)), None)):
            basket.add(image.url, data)
    return basket.pictures


def _in_file(path: Path) -> list[PictureFinder]:
    if not path.is_file():
        return []
    return [_in_mhtml(path) if path.suffix.lower() in _MHTML else _beside(path)]


def _in_page(page: Page) -> list[PictureFinder]:
    """Pictures that stand in the page itself, by the addresses that the article has for them."""
    if b"data:image/" not in page.body:
        return []
    declared = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    try:
        found = blocks.read(decode.decode(page.body, declared, None).text, page.url)
    except UnusableInput:
        return []
    held: dict[str, bytes] = {}
    for _, element in found.images:
        data = image_data(element)
        if data is not None and (address := image_address(element, found.picture_base)):
            held.setdefault(address, data)
    return [held.get]


def _beside(page: Path) -> PictureFinder:
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


def _in_mhtml(page: Path) -> PictureFinder:
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
