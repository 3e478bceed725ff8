"""What the judge of HTML lines knows of each line of an article's container: six families of named features.

*Home*: how the block of a line lies to the block that holds most prose. *Path*: how much of the container looks like
the line to the eye of the markup. *Place*: where in the container, and how far from prose. *Neighbours*: what stands
beside it. *Links*: how much of it leads elsewhere. *Claims*: what metadata has read it as. No word, rule, class, id or
length of a line decides: on pages of other sites they gave nothing.

Every family is a few groups; a line has exactly one level of each group, so the score of a line is a sum of as many
weights as there are groups, looked up for all lines of a page at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleaners.items import Line, Metadata
from cleaners.metadata.dates import LISTED
from cleaners.page.lines import PageLines

PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "blockquote", "figcaption", "pre"))
"""Blocks that hold one paragraph: what stands beside it stands in the block around them."""
_FADE, _LEAST = 0.7, 0.002
# Of the characters outside of links so many stand in prose, or it is no prose that is looked for.
_PROSAIC = 0.3
_ROLES = ("no claim", "title", "source line", "byline", "editor", "breadcrumb")
_ROLE = {role: number for number, role in enumerate(_ROLES)} | {"byline block": _ROLES.index("byline")}
_KINDS = ("no line", "a link", "a short line", "prose", "a claimed line", "a heading")
_NONE, _LINK, _SHORT, _PROSE, _CLAIMED, _HEADING = range(6)


_LISTED_SIZE = 90


def link_share(line: Line) -> float:
    """The share of a line's characters inside links, 0..1; a date beside a linked headline does not count."""
    if line.link_share > 0.6 or line.link_share < 0.3 or len(line.text) > _LISTED_SIZE:
        return line.link_share
    dated = sum(len(found) for found in LISTED.findall(line.text))
    return min(1.0, line.link_share * len(line.text) / max(1, len(line.text) - dated))


def _cuts(edges: Sequence[float], unit: str, first: str = "") -> tuple[str, ...]:
    """Names for what falls below the first edge, called ``first`` where that says more, between two, above the last."""
    between = [f"{low:g} to {high:g}{unit}" for low, high in pairwise(edges)]
    return (first or f"under {edges[0]:g}{unit}", *between, f"from {edges[-1]:g}{unit}")


_LINKED = (0.001, 0.5, 0.8)
_SHARES = (0.001, 0.05, 0.15, 0.4, 0.7, 0.95)
_DISTANCE = (-3, -1, 0, 1, 2, 3, 6)
_BEHIND = (0, 1, 2, 3, 4, 6, 10)
_DONE = (0.0001, 0.03, 0.1, 0.3, 0.9)
_FRACTION = (0.05, 0.2, 0.5, 0.8, 0.95)
_SIZES = (1, 10, 25, 60)
_UP = tuple(f"{up} levels up" for up in ("0", "1", "2", "3 or more"))
_DOWN = tuple(f"{down} down" for down in ("0", "1", "2", "3 or more"))
_LINKS = ("no links", "some links", "mostly links")


def _product(*names: Sequence[str]) -> tuple[str, ...]:
    out: tuple[str, ...] = ("",)
    for part in names:
        out = tuple(f"{left}, {right}" if left else right for left in out for right in part)
    return out


_YES_NO = ("no", "yes")
GROUPS: dict[str, tuple[str, ...]] = {
    "from the block of most prose": _product(_UP, _DOWN, _LINKS),
    "in the block of most prose": _product(_YES_NO, _KINDS),
    "in the tag path of most prose": _product(_YES_NO, _KINDS),
    "under the same blocks as most prose": _product(_YES_NO, _KINDS),
    "share of lines with its tag path": _cuts(_SHARES, "", "none"),
    "share of prose with its tag path": _cuts(_SHARES, "", "none"),
    "share of lines under the same blocks": _cuts(_SHARES, "", "none"),
    "share of prose under the same blocks": _cuts(_SHARES, "", "none"),
    "part of the container above it": _cuts(_FRACTION, ""),
    "lines above it": ("0", "1", "2", "3", "4 or more"),
    "lines below it": ("0", "1", "2", "3", "4", "5 or more"),
    "lines down to the first prose": _cuts(_DISTANCE, ""),
    "lines since the last prose": _cuts(_BEHIND, "", "prose follows"),
    "share of prose below it": _cuts(_DONE, "", "none"),
    "share of prose above it": _cuts(_DONE, "", "none"),
    "line before": _KINDS,
    "line after": _KINDS,
    "size of the line before": _cuts(_SIZES, " characters", "no line"),
    "links and sentence marks": _product(
        _cuts(_LINKED, " linked", "not linked"), ("0 marks", "1 mark", "2 marks", "3 or more marks")
    ),
    "links": ("0", "1", "2", "3 or more"),
    "links around": _product(("0", "1", "2", "3", "4"), ("is text", "is a link")),
    "is": _KINDS,
    "claimed": _product(_ROLES, ("above the prose", "not above the prose")),
}
"""Group -> its levels. The weights of a level are found by ``group: level``."""


@cache
def feature_names() -> tuple[str, ...]:
    """``group: level`` for every row of the weights, in order."""
    return tuple(f"{group}: {level}" for group, levels in GROUPS.items() for level in levels)


@cache
def _offsets() -> NDArray[np.int64]:
    sizes = [len(levels) for levels in GROUPS.values()]
    return np.cumsum([0, *sizes[:-1]]).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedLines:
    """The lines of a container as the judge sees them."""

    rows: NDArray[np.int64]
    """Lines x groups: the row of the weights (:func:`feature_names`) that each group adds."""
    marks: NDArray[np.float64]
    """How much prose each line is: its sentence marks outside of links, or its length where all is verse."""
    weights: NDArray[np.float64]
    """The same, less with every link line met after prose."""
    prose: NDArray[np.bool_]
    """Which lines are prose: two sentence marks outside of links, or verse where nothing else is there."""
    link: NDArray[np.bool_]
    """Which lines are links."""
    claimed: NDArray[np.bool_]
    """Which lines metadata has claimed."""
    paths: NDArray[np.int64]
    """For each line a number of its tag path: equal for lines of one path."""
    among: NDArray[np.bool_]
    """Which lines stand in the block of most prose, in an element of the same name as the prose there."""


@cache
def _edges(edges: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(edges, np.float64)


def _levels(values: NDArray[np.float64] | NDArray[np.int64], edges: tuple[float, ...]) -> NDArray[np.int64]:
    return _edges(edges).searchsorted(values, side="right")


def _shifted(values: NDArray[np.int64], by: int, fill: int) -> NDArray[np.int64]:
    out = np.full_like(values, fill)
    if by > 0:
        out[by:] = values[:-by]
    else:
        out[:by] = values[-by:]
    return out


def _total(keys: NDArray[np.int64], values: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """For each line the share of ``values`` that lines of its key have, and the key with most."""
    sums: NDArray[np.float64] = np.bincount(keys, weights=values).astype(np.float64)
    whole = sums.sum()
    share: NDArray[np.float64] = (sums / whole if whole else sums)[keys]
    return share, int(sums.argmax())


class _Tree:
    """Where the lines of a container hang in the page."""

    __slots__ = ("_chain", "_paths", "_relations", "_signs", "page")

    def __init__(self, page: PageLines) -> None:
        self.page = page
        self._chain: dict[int, int] = {}
        self._relations: dict[int, tuple[int, int]] = {}
        self._paths: dict[int, int] = {-1: -1}
        self._signs: dict[tuple[int, str], int] = {}

    def holder(self, line: Line) -> int:
        """The block a line stands in."""
        return self.page.parents[line.node] if line.tag in PARAGRAPHS and line.node >= 0 else line.node

    def path(self, node: int) -> int:
        """A number for the tags around a block: the same for blocks of one tag path."""
        found = self._paths.get(node)
        if found is None:
            sign = (self.path(self.page.parents[node]), self.page.nodes[node].tag)
            found = self._paths[node] = self._signs.setdefault(sign, len(self._signs))
        return found

    def set_home(self, home: int) -> None:
        """From which block relations are counted."""
        steps = 0
        while home >= 0:
            self._chain[home] = steps
            home, steps = self.page.parents[home], steps + 1
        self._chain[-1] = steps

    def relation(self, node: int) -> tuple[int, int]:
        """How many levels up from the home block, and down from there, a block is."""
        found = self._relations.get(node)
        if found is None:
            down, above = 0, node
            while above not in self._chain:
                above, down = self.page.parents[above], down + 1
            found = self._relations[node] = (min(3, self._chain[above]), min(3, down))
        return found


def encode(page: PageLines, meta: Metadata, first: int, last: int) -> EncodedLines:
    """The features of the lines ``first`` to ``last`` of a page, which are at least one."""
    lines = page.lines[first : last + 1]
    size, tree = len(lines), _Tree(page)
    sizes = np.array([len(line.text) for line in lines], np.int64)
    marks = np.array([line.punctuation for line in lines], np.int64)
    linked = np.array([link_share(line) for line in lines], np.float64)
    headings = np.array([line.heading for line in lines], np.int64) > 0
    begun = np.array([line.links for line in lines], np.int64)
    roles = np.array([_ROLE.get(meta.claims.get(first + i, "no claim"), 0) for i in range(size)], np.int64)
    claimed, link = roles > 0, linked > 0.6
    weights = np.where(headings | link | (sizes < 12) | claimed, 0.0, marks * (1 - linked))
    prose = weights >= 2
    shown = (linked < 0.3) & ~claimed
    if weights.sum() < 2 or sizes[prose].sum() < _PROSAIC * sizes[shown].sum():  # verse, a list of names, a table
        weights = np.where(shown, sizes / 4, 0.0)
        prose = weights >= 0.5
    seen = np.cumsum(weights > 1) > 0
    faded = weights * np.maximum(_FADE ** np.cumsum(link & seen), _LEAST)

    nodes = [line.node for line in lines]
    holders = [tree.holder(line) for line in lines]
    held: dict[int, float] = {}
    for holder, weight in zip(holders, faded.tolist(), strict=True):
        held[holder] = held.get(holder, 0.0) + weight
    home = max(held, key=held.__getitem__)
    tree.set_home(home)
    inner = [weight if holder == home else 0.0 for holder, weight in zip(holders, faded.tolist(), strict=True)]
    layout = (home, lines[int(np.argmax(inner))].tag)
    related = np.array([tree.relation(holder) for holder in holders], np.int64)
    up, down = related[:, 0], related[:, 1]
    paths = np.array([tree.path(node) for node in nodes], np.int64)
    numbers: dict[tuple[str, ...], int] = {}
    above = np.array([numbers.setdefault(line.ancestors, len(numbers)) for line in lines], np.int64)

    kinds = np.where(prose, _PROSE, np.where(link, _LINK, np.where(claimed, _CLAIMED, _SHORT)))
    kinds = np.where((kinds == _SHORT) & headings, _HEADING, kinds).astype(np.int64)
    index = np.arange(size)
    told = np.flatnonzero(prose)
    begin, end = (int(told[0]), int(told[-1])) if len(told) else (size, size)
    until = (np.cumsum(weights) - weights) / max(weights.sum(), 1e-9)
    after = 1 - until - weights / max(weights.sum(), 1e-9)
    ones = np.ones(size)
    path_lines, _ = _total(paths, ones)
    path_prose, path_home = _total(paths, faded)
    above_lines, _ = _total(above, ones)
    above_prose, above_home = _total(above, faded)
    links = link.astype(np.int64)
    around = sum((_shifted(links, by, 0) for by in (-2, -1, 1, 2)), np.zeros(size, np.int64))
    share = _levels(linked, _LINKED)
    kind_count = len(_KINDS)
    columns = (
        (up * 4 + down) * 3 + np.minimum(share, 2),
        ((up == 0) & (down == 0)) * kind_count + kinds,
        (paths == path_home) * kind_count + kinds,
        (above == above_home) * kind_count + kinds,
        _levels(path_lines, _SHARES),
        _levels(path_prose, _SHARES),
        _levels(above_lines, _SHARES),
        _levels(above_prose, _SHARES),
        _levels(index / max(1, size - 1), _FRACTION),
        np.minimum(index, 4),
        np.minimum(size - 1 - index, 5),
        _levels(begin - index, _DISTANCE),
        _levels(index - end, _BEHIND),
        _levels(after, _DONE),
        _levels(until, _DONE),
        _shifted(kinds, 1, _NONE),
        _shifted(kinds, -1, _NONE),
        _levels(_shifted(sizes, 1, 0), _SIZES),
        share * 4 + np.minimum(marks, 3),
        np.minimum(begun, 3),
        around * 2 + links,
        kinds,
        roles * 2 + (index >= begin),
    )
    rows = np.stack(columns, axis=1).astype(np.int64) + _offsets()
    return EncodedLines(
        rows=rows,
        marks=weights,
        weights=faded,
        prose=prose,
        link=link,
        claimed=claimed,
        paths=paths,
        among=np.array([(holder, line.tag) == layout for holder, line in zip(holders, lines, strict=True)]),
    )
