"""The walk over a parsed page: every visible line with its features, in document order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from cleaners.characters import HAN
from cleaners.errors import UnusableInput
from cleaners.items import Line
from cleaners.page.lines import visibility
from cleaners.page.lines.draft import LineDraft, frozen

# What an element is to the walk. Everything that is not named here is inline.
_BLOCK, _SKIP, _BREAK, _IMAGE, _LINK, _SHIFTED = range(1, 7)
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
    (_SHIFTED, "sub sup"),
)
_KINDS: dict[Any, int] = {name: kind for kind, names in _NAMES for name in names.split()}
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_SPECIAL = frozenset((*_HEADINGS, "pre"))
# ASCII marks count where a sentence mark can stand: not inside numbers, times and addresses. One class of characters
# comes first, so that the search jumps from mark to mark.
SENTENCE_MARKS = re.compile(rf"[，。；：？！、…,.;:?!](?:(?<![,.;:?!])|(?=\s|$|[{HAN}”’」』]))")
# Digits and signs that are set higher or lower: without that, ten to the sixth is a hundred and six.
_HIGHER = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWER = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_EXPONENT = re.compile(r"[-+−–]?[0-9A-Za-z./·×()]{0,8}[0-9][0-9A-Za-z./·×()]{0,8}")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"


def _marks_inside(element: Any) -> int:
    return len(SENTENCE_MARKS.findall("".join(element.itertext("p", "div", "span", "br"))))


def _leads_on(anchor: Any) -> bool:
    """Whether it is a link: one without an address waits for a script, one with a name is only a place."""
    return bool(anchor.get("href") or (anchor.get("name") is None and anchor.get("id") is None))


def _hidden_marks(element: Any) -> int:
    """How many sentence marks stand in an element."""
    return len(SENTENCE_MARKS.findall("".join(element.itertext("p", "div", "span", "br"))))


def _shifted(text: str, tag: str) -> str:
    """What stands in a ``sup`` or ``sub`` so that it is not read as part of what stands before it.

    Digits and signs have characters of their own (10⁶, m², CO₂); an exponent that has none is set off by ``^``. Words,
    and footnotes in brackets, stay as they are.

    >>> [_shifted(text, "sup") for text in ("6", "6.5", "[1]", "st")], _shifted("2", "sub")
    (['⁶', '^6.5', '[1]', 'st'], '₂')
    """
    bare = text.strip()
    table = _HIGHER if tag == "sup" else _LOWER
    if not bare or len(bare) > 8:
        return text
    if (all(ord(char) in table for char in bare) and not bare.isalpha()) or (bare == "n" and tag == "sup"):
        return text.replace(bare, bare.translate(table))
    return text.replace(bare, f"^{bare}") if tag == "sup" and _EXPONENT.fullmatch(bare) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkLimits:
    """How much a page may show; no news page met so far has a tenth of it."""

    depth: int = 256
    """Levels of elements."""
    lines: int = 20_000
    """Lines with text."""
    characters: int = 500_000
    """Characters of visible text."""


class TreeWalk:
    """One pass over the tree: ``lines``, the block elements as ``nodes``, ``parents`` and ``images`` (see ``Blocks``).

    ``weight`` counts the sentence marks that are shown, ``hidden_weight`` those in elements that take no place on the
    page, ``ruled_weight`` those that its style sheets hide.
    """

    __slots__ = (
        "_anchors",
        "_block",
        "_heading",
        "_hidden_classes",
        "_in_link",
        "_in_pre",
        "_limits",
        "_link_parts",
        "_links",
        "_parts",
        "_paths",
        "_pictures",
        "_room",
        "_shifts",
        "_unseen",
        "hidden_weight",
        "images",
        "lines",
        "nodes",
        "parents",
        "ruled_weight",
        "weight",
    )

    def __init__(
        self,
        tree: Any,
        *,
        limits: WalkLimits = WalkLimits(),
        with_hidden: bool = False,
        hidden_classes: frozenset[str] = frozenset(),
    ) -> None:
        """Walk ``tree`` without elements of ``hidden_classes`` (their ``class`` attributes as they stand).

        Raises ``Unusable("blocks", "page too deep" | "page too large")`` beyond ``limits``.
        """
        self._limits = limits
        self._room = limits.characters
        self.lines: list[Line] = []
        self.nodes: list[Any] = []
        self.parents: list[int] = []
        self.images: list[tuple[int, Any]] = []
        self.weight = self.hidden_weight = self.ruled_weight = 0
        self._hidden_classes = hidden_classes
        self._unseen = 0
        self._block = -1
        self._paths: dict[int, tuple[str, ...]] = {-1: ()}
        self._parts: list[str] = []
        self._anchors: list[bool] = []
        self._link_parts: list[str] = []
        self._shifts: list[int] = []
        self._heading = self._links = self._pictures = self._in_link = self._in_pre = 0
        self._run(tree, with_hidden)
        if self._parts:
            self._flush()

    def _run(self, root: Any, with_hidden: bool) -> None:
        """The hot loop: no element is visited twice, nothing is called for the inline ones."""
        walker = etree.iterwalk(root, events=("start", "end"))
        kind_of, parts = _KINDS.get, self._parts
        depth, deepest, skipped = 0, self._limits.depth, False
        for event, element in walker:
            tag = element.tag
            kind = kind_of(tag, 0)
            if event == "start":
                depth += 1
                if depth > deepest:
                    raise UnusableInput("blocks", "page too deep", f"more than {deepest} levels")
                if kind == _SKIP or (not with_hidden and self._is_hidden(element, tag)):
                    if tag == "noscript":
                        self.images += [(len(self.lines), image) for image in element.iter("img")]
                    walker.skip_subtree()
                    skipped = True
                    continue
                if kind == _BLOCK:
                    if parts:
                        self._flush()
                    self.parents.append(self._block)
                    self._block = len(self.nodes)
                    self.nodes.append(element)
                    if element.tag in _SPECIAL:
                        self._enter_special(element.tag)
                elif kind:
                    self._enter(element, kind)
                text = element.text
            else:
                depth -= 1
                if skipped:
                    skipped = False
                elif kind == _BLOCK:
                    if parts:
                        self._flush()
                    self._block = self.parents[self._block]
                    if element.tag in _SPECIAL:
                        self._leave_special(element.tag)
                elif kind:
                    self._leave(element, kind)
                text = element.tail if depth else None
            if text:
                if self._in_pre:
                    self._preformatted(text)
                elif parts or not text.isspace():  # white space before a line is none of it
                    parts.append(text)
                    if self._in_link:
                        self._link_parts.append(text)

    def _enter_special(self, tag: str) -> None:
        if tag == "pre":
            self._in_pre += 1
        else:
            self._heading = _HEADINGS[tag]

    def _leave_special(self, tag: str) -> None:
        if tag == "pre":
            self._in_pre -= 1
        else:
            self._heading = 0

    def _enter(self, element: Any, kind: int) -> None:
        if kind == _LINK:
            leads_on = _leads_on(element)
            self._anchors.append(leads_on)
            self._in_link += leads_on
            self._links += leads_on
        elif kind == _IMAGE:
            self._pictures += 1
            # Behind the text of its line, where it has some, it stands before the next one.
            self.images.append((len(self.lines) + any(map(str.strip, self._parts)), element))
        elif kind == _SHIFTED:
            self._shifts.append(len(self._parts))
        elif self._parts:
            self._flush()

    def _leave(self, element: Any, kind: int) -> None:
        if kind == _LINK:
            self._in_link -= self._anchors.pop()
        elif kind == _SHIFTED and self._shifts:
            start = self._shifts.pop()
            self._parts[start:] = [_shifted("".join(self._parts[start:]), element.tag)]

    def _is_hidden(self, element: Any, tag: str) -> bool:
        style = element.get("style")
        if (style is not None and visibility.is_gone(style)) or element.get("hidden") is not None:
            self.hidden_weight += _hidden_marks(element)
        elif self._hidden_classes and element.get("class") in self._hidden_classes and visibility.is_leaf(element):
            self.ruled_weight += _hidden_marks(element)
        elif not ((style is not None or tag == "font") and visibility.is_covered(element, style or "")):
            return False
        if self._parts or tag not in _KINDS:
            self._unseen += bool("".join(element.itertext()).strip())
        return True

    def _preformatted(self, text: str) -> None:
        first, *rest = text.split("\n")
        for number, line in enumerate((first, *rest)):
            if number and self._parts:
                self._flush()
            self._parts.append(line)
            if self._in_link:
                self._link_parts.append(line)

    def _flush(self) -> None:
        """End the line, which has parts."""
        self._shifts.clear()
        text = " ".join("".join(self._parts).split())
        self._parts.clear()
        if not text or not text.strip(_INVISIBLE):
            self._link_parts.clear()
            return
        linked = len(" ".join("".join(self._link_parts).split())) if self._link_parts else 0
        self._room -= len(text)
        if self._room < 0 or len(self.lines) >= self._limits.lines:
            raise UnusableInput("blocks", "page too large", "too much text for one page")
        marks = len(SENTENCE_MARKS.findall(text))
        self.weight += marks
        draft = LineDraft(
            text=text,
            tag=self.nodes[self._block].tag if self._block >= 0 else "",
            ancestors=self._path(self._block),
            node=self._block,
            link_share=min(1.0, linked / len(text)),
            links=self._links,
            images=self._pictures,
            punctuation=marks,
            heading=self._heading,
            unseen=self._unseen,
        )
        self._unseen = 0
        self.lines.append(frozen(draft))
        self._link_parts.clear()
        self._links = 1 if self._in_link else 0
        self._pictures = 0

    def _path(self, node: int) -> tuple[str, ...]:
        """``tag#id.class`` of a block and of those around it, made only for blocks that hold lines."""
        path = self._paths.get(node)
        if path is None:
            element = self.nodes[node]
            step = _step(element.tag, element.get("id"), element.get("class"))
            path = self._paths[node] = (*self._path(self.parents[node]), step)
        return path


@lru_cache(maxsize=4096)  # the elements of a list have one name
def _step(tag: str, identity: str | None, classes: str | None) -> str:
    """``tag#id.class`` in lower case."""
    name = f"{tag}#{identity}" if identity else tag
    return (f"{name}.{'.'.join(classes.split())}" if classes else name).lower()
