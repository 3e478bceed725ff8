"""The walk over a parsed page: every visible line with its features, in document order."""

from __future__ import annotations

import re
from typing import Any

from cleaners.errors import Unusable
from cleaners.items import Line

# What an element is to the walk. Everything that is not named here is inline.
_BLOCK, _SKIP, _BREAK, _IMAGE, _LINK = range(1, 6)
_NAMES: tuple[tuple[int, str], ...] = (
    (
        _BLOCK,
        "html body address article aside blockquote caption center dd details dir div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hgroup legend li main marquee menu nav ol p pre section summary table "
        "tbody td tfoot th thead tr ul",
    ),
    (
        # rt and rp are readings set over characters; what a form shows is not text.
        _SKIP,
        "head title meta link base script style noscript template svg math object embed applet iframe frame frameset "
        "noframes canvas audio video map select option optgroup datalist textarea button input progress meter dialog "
        "rt rp",
    ),
    (_BREAK, "br hr"),
    (_IMAGE, "img amp-img"),
    (_LINK, "a"),
)
_KINDS: dict[Any, int] = {name: kind for kind, names in _NAMES for name in names.split()}
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# ASCII marks count where a sentence mark can stand: not inside numbers, times and addresses.
SENTENCE_MARKS = re.compile(r"[，。；：？！、…]|[,.;:?!](?=\s|$|[\u4e00-\u9fff”’」』])")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"


class Walk:
    """One pass over the tree: ``lines``, the block elements as ``nodes``, ``parents`` and ``images`` (see ``Blocks``).

    ``weight`` counts the sentence marks that are shown, ``hidden_weight`` those in elements that are not.
    """

    __slots__ = (
        "_block",
        "_blocks",
        "_heading",
        "_images",
        "_in_link",
        "_in_pre",
        "_link_parts",
        "_links",
        "_parts",
        "_path",
        "hidden_weight",
        "images",
        "lines",
        "nodes",
        "parents",
        "weight",
    )

    def __init__(self, tree: Any, *, max_depth: int, with_hidden: bool = False) -> None:
        """Walk ``tree``; raises ``Unusable("blocks", "page too deep")`` beyond ``max_depth`` levels."""
        self.lines: list[Line] = []
        self.nodes: list[Any] = []
        self.parents: list[int] = []
        self.images: list[tuple[int, Any]] = []
        self.weight = 0
        self.hidden_weight = 0
        self._blocks: list[tuple[int, tuple[str, ...], int]] = [(-1, (), 0)]
        self._block, self._path, self._heading = self._blocks[0]
        self._parts: list[str] = []
        self._link_parts: list[str] = []
        self._links = 0
        self._images = 0
        self._in_link = 0
        self._in_pre = 0
        self._run(tree, max_depth, with_hidden)
        self._flush()

    def _run(self, root: Any, max_depth: int, with_hidden: bool) -> None:
        element, depth = root, 0
        while True:
            child = self._enter(element, with_hidden)
            if child is not None:
                element, depth = child, depth + 1
                if depth > max_depth:
                    raise Unusable("blocks", "page too deep", f"more than {max_depth} levels")
                continue
            while element is not root:
                tail = element.tail
                if tail:
                    self._text(tail)
                following = element.getnext()
                if following is not None:
                    element = following
                    break
                element, depth = element.getparent(), depth - 1
                self._leave(element)
            else:
                return

    def _enter(self, element: Any, with_hidden: bool) -> Any:
        """Take in an element; its first child, if the walk shall go down (``_leave`` is then called later)."""
        kind = _KINDS.get(element.tag)
        if kind == _SKIP or not isinstance(element.tag, str):
            return None
        if kind == _BREAK:
            self._flush()
            return None
        if kind == _IMAGE:
            self._images += 1
            self.images.append((len(self.lines), element))
            return None
        if not with_hidden and self._is_hidden(element):
            self.hidden_weight += len(SENTENCE_MARKS.findall("".join(element.itertext("p", "div", "span", "br"))))
            return None
        if kind == _BLOCK:
            self._open(element)
        elif kind == _LINK and element.get("href"):
            self._in_link += 1
            self._links += 1
        text = element.text
        if text:
            self._text(text)
        if len(element):
            return element[0]
        self._leave(element)
        return None

    def _leave(self, element: Any) -> None:
        kind = _KINDS.get(element.tag)
        if kind == _BLOCK:
            self._flush()
            self._blocks.pop()
            self._block, self._path, self._heading = self._blocks[-1]
            if element.tag == "pre":
                self._in_pre -= 1
        elif kind == _LINK and self._in_link and element.get("href"):
            self._in_link -= 1

    def _open(self, element: Any) -> None:
        self._flush()
        tag = element.tag
        name = tag
        if identity := element.get("id"):
            name += "#" + identity
        if classes := element.get("class"):
            name += "." + ".".join(classes.split())
        self.nodes.append(element)
        self.parents.append(self._block)
        self._block = len(self.nodes) - 1
        self._path = (*self._path, name.lower())
        self._heading = _HEADINGS.get(tag, self._heading)
        self._blocks.append((self._block, self._path, self._heading))
        if tag == "pre":
            self._in_pre += 1

    @staticmethod
    def _is_hidden(element: Any) -> bool:
        style = element.get("style")
        return bool(style and _HIDDEN.search(style)) or element.get("hidden") is not None

    def _text(self, text: str) -> None:
        if self._in_pre and "\n" in text:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self._flush()
                self._add(line)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        if self._in_link:
            self._link_parts.append(text)

    def _flush(self) -> None:
        """End the line."""
        if not self._parts:
            return
        text = " ".join("".join(self._parts).split())
        self._parts.clear()
        if not text or not text.strip(_INVISIBLE):
            self._link_parts.clear()
            return
        linked = len(" ".join("".join(self._link_parts).split())) if self._link_parts else 0
        marks = len(SENTENCE_MARKS.findall(text))
        self.weight += marks
        self.lines.append(
            Line(
                text=text,
                tag=self.nodes[self._block].tag if self._block >= 0 else "",
                ancestors=self._path,
                node=self._block,
                link_share=min(1.0, linked / len(text)),
                links=self._links,
                images=self._images,
                punctuation=marks,
                heading=self._heading,
            )
        )
        self._link_parts.clear()
        self._links = 1 if self._in_link else 0
        self._images = 0
