"""What a page keeps out of its readers' sight: by attributes, by inline styles, by classes that its style sheets hide.

Copy protection and link spam set text between the words of an article that no reader sees. Only what leaves no doubt
counts: declarations on the element itself, or rules whose selector names it; boxes clipped to a pixel are for people
who listen to pages (图像加注文字), and stay. Containers are hidden by ``display:none`` and ``hidden`` alone: pages fade
whole articles in, and reset the type size of their blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ZERO = r"0++(?:\.0++)?\s*+(?:px|pt|em|rem|%)?\s*+(?:!important\s*+)?(?:;|$)"
_UNSEEN = re.compile(
    rf"visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])(?:font-size|opacity)\s*:\s*{_ZERO}"
    rf"|(?:text-indent|margin-(?:left|top))\s*:\s*-\d{{4,}}|(?<![\w-])color\s*:\s*(?:transparent|rgba\([^();]{{0,60}},\s*0?\.?0+\s*\))"
    rf"|transform\s*:\s*scale\(\s*0(?:\.0+)?\s*\)"
    rf"|(?<![\w-])font\s*:\s*0(?![\d.])"
    r"|(?<![\w-])font-size\s*:\s*(?:0*[12](?:\.\d+)?|0*\.\d+)\s*p[xt](?!\w)",  # not em: pages scale it
    re.IGNORECASE,
)
_POSITIONED = re.compile(r"position\s*:\s*(?:absolute|fixed|relative)", re.IGNORECASE)
_FAR = re.compile(r"(?<![\w-])(?:left|top|right|bottom)\s*:\s*-\d{3,}", re.IGNORECASE)
_CLIPPED = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_NO_SIZE = re.compile(rf"(?<![\w-])(?:max-)?(?:width|height)\s*:\s*{_ZERO}", re.IGNORECASE)
_COLOR = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_SHORT_HEX = re.compile("#([0-9a-f])([0-9a-f])([0-9a-f])")
_RGB = re.compile(r"rgba?\((\d+)[\s,]+(\d+)[\s,]+(\d+)")
_WHITE = re.compile("#f[c-f]f[c-f]f[c-f]")
_COLOR_NAMES = {"white": "#ffffff", "black": "#000000"}
_INLINE = frozenset(("span", "font", "i", "b", "em", "strong", "small", "u", "a", "label", "big", "s", "ins", "var"))
_HOLDING = frozenset(
    ("img", "video", "p", "div", "ul", "ol", "li", "table", "tr", "td", "section", "article", "blockquote", "dl", "pre")
)
_PROSE = re.compile("[，。；！？]")

_JAMMER = "jammer"  # what the forum software Discuz! calls the noise that it sets between the lines of a post
_RULED = (*sorted(_INLINE - {"a"}), "p")  # what a rule may hide; larger elements that are hidden wait for a script
_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<name>[.#][\w-]+)?", re.IGNORECASE)
_SHOWN = re.compile(r"display\s*:\s*(?!none)[a-z]|visibility\s*:\s*visible", re.IGNORECASE)
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?")  # one that is not closed goes on to the end
_LONGEST_SHEETS = 200_000


def hidden_classes(tree: Any, blocks: Iterable[Any]) -> frozenset[str]:
    """The ``class`` attributes inside these blocks of a page that the page's own style sheets hide."""
    met = {}
    for block in blocks:
        for element in block.iter(*_RULED):
            classes = element.get("class")
            if classes and classes not in met:
                met[classes] = element
    sheets = _sheets(tree) if met else ""
    return frozenset(
        classes
        for classes, element in met.items()
        if any(_hides(sheets, name, element) for name in classes.split()) and is_leaf(element)
    )


def _sheets(tree: Any) -> str:
    text = "}".join(
        style.text for style in tree.iter("style") if style.text and "print" not in (style.get("media") or "")
    )
    return text[:_LONGEST_SHEETS]


def _hides(sheets: str, name: str, element: Any) -> bool:
    """Whether a rule hides an element of this class, and none shows the class: a script may ask for it."""
    if f".{name}" not in sheets:
        return False
    hidden = False
    for use in re.finditer(rf"\.{re.escape(name)}(?![\w-])[^{{}}]*\{{([^{{}}]*)", sheets):
        if _SHOWN.search(use[1]):
            return False
        if is_unseen(use[1]) and not _is_conditional(sheets, use.start()):
            first = max(sheets.rfind(char, 0, use.start()) for char in "{};") + 1
            hidden = hidden or _means(sheets[first : use.start(1) - 1], name, element)
    return hidden


def is_gone(style: str) -> bool:
    """Whether an element of this style, of any kind, takes no place on the page."""
    return _GONE.search(style) is not None


def is_covered(element: Any, style: str) -> bool:
    """Whether an element without blocks inside keeps its text out of sight by its own ``style`` or colour.

    White on a page that says nothing of its ground is taken for unseen where dark prose stands beside it.
    """
    if element.tag == "font" and _JAMMER in (element.get("class") or "").split():
        return True
    if is_unseen(style):
        return is_leaf(element) and not any(_resets(inner) for inner in element.iterdescendants())
    if element.tag not in _INLINE:
        return False
    color = _own_color(style) or (_color(element.get("color") or "") if element.tag == "font" else "")
    return bool(color) and _has_color_of_ground(element, color) and is_leaf(element)


@lru_cache(maxsize=4096)
def is_unseen(declarations: str) -> bool:
    """Whether declarations of one element or rule keep it out of sight, whatever stands around it."""
    if _GONE.search(declarations) or _UNSEEN.search(declarations):
        return True
    if _FAR.search(declarations) and _POSITIONED.search(declarations):
        return True
    if _CLIPPED.search(declarations) and _NO_SIZE.search(declarations):
        return True
    color, ground = _COLOR.search(declarations), _BACKGROUND.search(declarations)
    return bool(color and ground and (own := _color(color[1])) and own == _color(ground[1]))


def is_leaf(element: Any) -> bool:
    """Whether neither a block nor an image stands in an element."""
    return not any(inner.tag in _HOLDING for inner in element.iterdescendants())


def _resets(element: Any) -> bool:
    style = element.get("style") or ""
    return ("font-size" in style or "visibility" in style) and not is_unseen(style)


@lru_cache(maxsize=4096)
def _own_color(style: str) -> str:
    """The colour of the text of this style, empty where it has a ground of its own."""
    found = _COLOR.search(style)
    return _color(found[1]) if found and not _BACKGROUND.search(style) else ""


def _has_color_of_ground(element: Any, color: str) -> bool:
    if not _WHITE.fullmatch(color) and not _has_ground(element.getparent()):
        return False
    for outer in element.iterancestors():
        ground = _BACKGROUND.search(outer.get("style") or "")
        if ground or outer.get("bgcolor"):
            return color == _color(ground[1] if ground else outer.get("bgcolor"))
        if outer.get("background") is not None:
            return False
    return _stands_in_prose(element)


def _has_ground(element: Any) -> bool:
    return element is not None and ("background" in (element.get("style") or "") or element.get("bgcolor") is not None)


def _stands_in_prose(element: Any) -> bool:
    """Whether text with sentence marks, in the colour of its block, stands beside an element."""
    parent = element.getparent()
    if parent is None or "color" in (parent.get("style") or "") or parent.get("color"):
        return False
    beside = [parent.text or "", *(inner.tail or "" for inner in parent)]
    return any(_PROSE.search(text) for text in beside)


def _color(value: str) -> str:
    """A colour in one form, #rrggbb; empty where it is none."""
    first = value.strip().lower()
    if rgb := _RGB.match(first):
        return "#" + "".join(f"{min(255, int(part)):02x}" for part in rgb.groups())
    word = first.split()[0] if first else ""
    word = _COLOR_NAMES.get(word, word)
    if short := _SHORT_HEX.fullmatch(word):
        return "#" + "".join(2 * part for part in short.groups())
    return word if word.startswith("#") else ""


def _is_conditional(sheets: str, at: int) -> bool:
    """Whether a rule stands inside another one (``@media``): only some readers get it."""
    return sheets.count("{", 0, at) > sheets.count("}", 0, at)


def _means(selectors: str, name: str, element: Any) -> bool:
    """Whether one of the plain selectors (tags, classes, ids inside of others) means an element of this class."""
    around: set[str] = set()
    for outer in element.iterancestors():
        around |= {outer.tag, f"#{outer.get('id')}", *(f".{each}" for each in (outer.get("class") or "").split())}
    for selector in _COMMENT.sub("", selectors).split(","):
        *above, last = selector.replace(">", " ").split() or [""]
        meant, parts = _SELECTOR.fullmatch(last), [_SELECTOR.fullmatch(part) for part in above]
        if not meant or meant["name"] != f".{name}" or (meant["tag"] or element.tag) != element.tag or not all(parts):
            continue
        if {part["name"] or part["tag"].lower() for part in parts if part} <= around:
            return True
    return False
