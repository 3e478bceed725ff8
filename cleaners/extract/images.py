"""The images of an article: which ones belong to it, where the picture itself is, and what is written below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cleaners.extract.layout import LayoutPiece
from cleaners.items import ArticleImage, Line, Metadata
from cleaners.page.data_uri import data_of, digest_address
from cleaners.page.lines import PageLines
from cleaners.page.lines.head import join

# Where scripts that load images late look for the address; the plain src is then a placeholder. By use, the most usual
# first: lazyload scripts, WordPress, 知乎, Discuz (file), 腾讯 and 搜狐.
_LATE = (
    "data-original", "data-src", "data-lazy-src", "data-actualsrc", "data-echo", "data-url", "data-lazyload",
    "data-lazy", "data-lazy-original", "data-original-src", "data-real-src", "data-realsrc", "data-backsrc",
    "data-imgsrc", "data-img-src", "lazysrc", "lazy-src", "lazyload", "lazy", "original", "_src", "real_src", "realsrc",
    "src2", "file",
)  # fmt: skip
_SETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set", "lazy-srcset")
_SET_MEMBER = re.compile(r"(?<![^\s,])([^\s,]\S*+)(?:\s++([0-9.]++)[wxh]\s*+(?:,|$))?")
_NAMED_SO = re.compile(r"src|orig|lazy|file|echo|actual|real|image|img|pic|photo|full|large", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|jfif|png|gif|webp|avif|bmp|tiff?)(?:$|[?#!@])", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:data:|about:|javascript:|blob:|#)"
    r"|(?:^|[/_.=-])(?:blank|none|spacer?|s?pixel|1x1|gr[ae]y|clear|dot|nopic|no[-_]?(?:img|image|photo)"
    r"|(?:[a-z]{1,40}[-_])?(?:lazy|loading|loader|placeholder|transparent)[a-z0-9]{0,40}(?:[-_][a-z0-9]{1,40}){0,5})"
    r"\.(?:gif|png|svg|jpe?g|webp)(?:$|[?#])",
    re.IGNORECASE,
)
_LEAST_EMBEDDED = 8 * 1024
"""Bytes of a picture that stands in the page itself. Of 308 such in 198 pages as the web serves them none had more than
7,488: placeholders, icons and codes to scan; what a browser saved into the page is larger."""
_SMALL = frozenset(str(pixels) for pixels in range(41))
_SIZE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*([0-9]{1,2})px", re.IGNORECASE)
_FURNITURE = frozenset(("related", "navigation", "share", "ads", "comments"))
_SHOWN_LARGER = "unfolds the text"  # the link below a picture that leads to a larger one
_CODES = frozenset(("code to scan", "follow the account"))
_OF_A_CAPTION = re.compile(
    r"[摄攝](?:影)?\s?[)）]?$|(?:供图|供圖|拍摄|拍攝|制图|製圖|绘图)\s?[)）]?$|^[(（]?(?:图[为片]?[:：]?|圖[為片]?[:：]?|[▲△↑⬆])"
)
_LONGEST_CAPTION = 160
_FILE_NAME = re.compile(
    r"^\S*\.(?:jpe?g|png|gif|webp|bmp)$|^(?:img|dsc|mmexport|微信图片|图片|image)[\s_-]*+[0-9_-]*+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedImage:
    """An image of the body and where it stands."""

    image: ArticleImage
    alt: str
    """What the page shows where the image cannot be shown; empty where it says nothing."""
    line: int
    """Index of the line that it stands before."""


def body_images(
    blocks: PageLines, lines: Sequence[Line], found: Sequence[LayoutPiece], container: int, meta: Metadata
) -> tuple[PlacedImage, ...]:
    """The images of the article in reading order, each address once; ``found`` are the pieces of its text.

    Left out: icons, those of lists, bars and notices that were cut, and whatever has no address but a placeholder.
    """
    if not found or not blocks.images:
        return ()
    area = _Area(blocks, lines, found, container, meta)
    placed: dict[str, PlacedImage] = {}
    for line, element in blocks.images:
        if not area.holds(line, element) or _is_icon(element):
            continue
        address = image_address(element, blocks.picture_base)
        if address is None or address in placed or (_is_counter(element) and not _PICTURE.search(address)):
            continue
        alt = " ".join((element.get("alt") or "").split())
        caption = _caption(element, line, lines) or _as_caption(alt or element.get("title") or "", meta)
        placed[address] = PlacedImage(image=ArticleImage(url=address, caption=caption), alt=alt, line=line)
    return tuple(placed.values())


class _Area:
    """Where the images of an article stand: in its container, among the lines that were kept."""

    __slots__ = ("_first", "_holder", "_index", "_kept", "_last", "_lines", "_nodes", "_title")

    def __init__(
        self,
        blocks: PageLines,
        lines: Sequence[Line],
        found: Sequence[LayoutPiece],
        container: int,
        meta: Metadata,
    ) -> None:
        self._lines = lines
        self._nodes = blocks.nodes
        self._holder = blocks.nodes[container]
        self._index = {element: i for i, element in enumerate(blocks.nodes)}
        self._first = found[0].first
        self._kept = [i for i, line in enumerate(lines) if line.verdict == "keep"]
        self._last = self._kept[-1]
        self._title = meta.title_line if meta.title_line is not None and meta.title_line < self._first else None

    def holds(self, line: int, element: Any) -> bool:
        """Whether an image belongs to the article: ``line`` is the index of the line that it stands before."""
        if line > self._last + 1 or (self._title is not None and line <= self._title):
            return False
        around = []
        for above in element.iterancestors():
            if above is self._holder:
                break
            around.append(above)
        else:
            return False
        return not self._goes_with_furniture(line, around)

    def _goes_with_furniture(self, line: int, around: Sequence[Any]) -> bool:
        """Whether the smallest block around it that has text was cut as furniture, or it is a code to be scanned."""
        for above in around:
            node = self._index.get(above)
            own = self._lines_in(node, line) if node is not None else []
            if any(self._lines[i].verdict == "keep" for i in own):
                break
            if own:
                return any(self._lines[i].noise in _FURNITURE and self._lines[i].rule != _SHOWN_LARGER for i in own)
        outside = line > self._last or line <= self._first
        near = self._lines[max(0, line - 1) : line + 1]
        return outside and any(one.verdict == "cut" and one.rule in _CODES for one in near)

    def _lines_in(self, node: int, line: int) -> list[int]:
        """The lines of a block around an image, given one beside it (lines are in document order)."""
        block = self._nodes[node]
        inside = []
        for step, start in ((-1, line - 1), (1, line)):
            i = start
            while 0 <= i < len(self._lines) and self._is_in(i, block):
                inside.append(i)
                i += step
        return inside

    def _is_in(self, line: int, block: Any) -> bool:
        own = self._nodes[self._lines[line].node] if self._lines[line].node >= 0 else None
        return own is not None and (own is block or any(above is block for above in own.iterancestors()))


def _is_icon(element: Any) -> bool:
    if any((element.get(side) or "").strip().removesuffix("px") in _SMALL for side in ("width", "height")):
        return True
    return any(size in _SMALL for size in _SIZE.findall(element.get("style") or ""))


def _is_counter(element: Any) -> bool:
    """Whether it may count visits or show an advertisement where scripts do not run."""
    return next(element.iterancestors("noscript"), None) is not None


def image_address(element: Any, base: str | None) -> str | None:
    """The address of the picture itself, absolute; None where there is only a placeholder.

    A picture that has none, for it stands in the page itself, is called by its digest (``ni:``, RFC 6920).
    """
    for value in _addresses(element):
        if value and not _PLACEHOLDER.search(value) and (found := _joined(base, value)):
            return found
    data = image_data(element)
    return digest_address(data) if data is not None else None


def image_data(element: Any) -> bytes | None:
    """The picture that stands in the page itself (``data:``); None for none, a drawing (SVG), and what is too small."""
    shown = (element.get("src") or "").lstrip()
    is_picture = shown[:11].lower() == "data:image/" and shown[11:14].lower() != "svg"
    if not is_picture or len(shown) < _LEAST_EMBEDDED:
        return None
    data = data_of(shown)
    return data if data is not None and len(data) >= _LEAST_EMBEDDED else None


def _addresses(element: Any) -> Iterator[str]:
    """What may be the address, the best first."""
    for name in _LATE:
        value = (element.get(name) or "").strip()
        if value and (_PICTURE.search(value) or "/" in value):
            yield value
    shown = (element.get("src") or "").strip()
    yield shown
    for name in _SETS:
        yield from _largest(element.get(name) or "")
    for name, value in element.items():
        if name not in ("src", "alt", "title", *_SETS) and _NAMED_SO.search(name) and _PICTURE.search(value):
            yield value.strip()
    picture = next(element.iterancestors("picture"), None)
    if picture is not None:
        for source in picture.iter("source"):
            for name in ("src", *_SETS):
                yield from _largest(source.get(name) or "")


def _largest(candidates: str) -> list[str]:
    """The addresses of a ``srcset``, the largest first."""
    found = [
        (float(member[2].rstrip(".") or 0) if member[2] else 1.0, member[1].rstrip(","))
        for member in _SET_MEMBER.finditer(candidates)
    ]
    return [address for _, address in sorted(found, key=lambda pair: -pair[0])]


def _joined(base: str | None, value: str) -> str | None:
    if base is None and value.startswith("//"):
        value = "https:" + value
    found = join(base, value)
    return found.replace(" ", "%20") if found else None


def _caption(element: Any, line: int, lines: Sequence[Line]) -> str | None:
    """What the page writes as the caption: the ``figcaption``, else a line below that is one by its form."""
    figure = next(element.iterancestors("figure"), None)
    if figure is not None:
        told = " ".join("".join(text for one in figure.iter("figcaption") for text in one.itertext()).split())
        if told:
            return told
    if line < len(lines):
        below = lines[line].text
        if len(below) <= _LONGEST_CAPTION and _OF_A_CAPTION.search(below):
            return below
    return None


def _as_caption(alt: str, meta: Metadata) -> str | None:
    """The text for those who see no image, where it says more than a file name or the headline."""
    told = " ".join(alt.split())
    return None if not told or _FILE_NAME.match(told) or told == meta.title else told
