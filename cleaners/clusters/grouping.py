"""Who belongs together: stricter than single link.

Texts that match as wholes belong together, and so does a cut copy with the text it was cut from. A compilation only
links to what it contains and never welds two of its parts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleaners.fingerprint import normalize
from cleaners.store import Edge, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """When a text that is part of another one is a copy of it (the recipe is stored with what it produced)."""

    cut: float = 0.5
    """A part that is at least this share of the whole is a cut copy, whatever else is known."""
    framed: float = 0.7
    """... unless the whole has unrelated parts too: then it must be this share, the rest being what was appended."""
    whole: float = 0.7
    """Texts match as wholes when at least one has this share in the other; else they only have a part in common."""
    title: int = 6
    """Characters two headlines must have in common to say something."""

    @property
    def recipe(self) -> str:
        """The settings as one string."""
        return f"clusters cut>={self.cut}, framed>={self.framed}, whole>={self.whole}, title>={self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Families, and what was found to be made of several."""

    families: tuple[tuple[int, ...], ...]
    """docs by family, each in order of arrival; families in order of their first members."""
    compilations: frozenset[int]
    """docs of texts with parts that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class _Part:
    share: float  # of the whole
    part: int
    whole: int


def group(members: Mapping[int, Member], edges: Iterable[Edge], strictness: Strictness = Strictness()) -> Grouping:
    """Group members (by doc) by the matches between them.

    A part that is no member belongs to no family here: it only shows that its whole has other parts.
    """
    forest = _Forest(members)
    parts: list[_Part] = []
    for edge in edges:
        part, whole, share = edge.a, edge.b, edge.containment_b
        if edge.containment_a < edge.containment_b:
            part, whole, share = edge.b, edge.a, edge.containment_a
        if _is_part(edge, strictness):
            if whole in members:
                parts.append(_Part(share, part, whole))
        elif part in members and whole in members:
            forest.join(part, whole)
    compilations = _judge(parts, members, forest, strictness)
    return Grouping(families=forest.families(), compilations=frozenset(compilations))


def _is_part(edge: Edge, strictness: Strictness) -> bool:
    """Whether a match says that the texts share a part, not that they are one text.

    An article and a digest that quotes half of it: most of neither is in the other. (Of spun text little is found.)
    """
    apart = max(edge.containment_a, edge.containment_b) < strictness.whole
    return edge.kind == "contains" or (edge.kind == "near" and apart)


def _judge(
    parts: list[_Part], members: Mapping[int, Member], forest: _Forest, strictness: Strictness
) -> set[int]:
    """Join each cut copy with its whole; returns the compilations."""
    linked = {(p.part, p.whole) for p in parts} | {(p.whole, p.part) for p in parts}
    of_whole: dict[int, list[int]] = {}
    for p in parts:
        of_whole.setdefault(p.whole, []).append(p.part)

    def strangers(p: _Part) -> bool:
        """Whether another part of the same whole has nothing to do with this one."""
        return any(
            not forest.same(p.part, other) and (p.part, other) not in linked for other in of_whole[p.whole]
        )

    # The surest first: what a text mostly consists of is settled before its small parts are judged.
    judged = [p for p in parts if p.part in members]
    judged.sort(key=lambda p: (-p.share, members[p.part].id, members[p.whole].id))
    small: list[_Part] = []
    for p in judged:
        titled = alike(members[p.part].title, members[p.whole].title, strictness.title)
        if titled or p.share >= strictness.framed or (p.share >= strictness.cut and not strangers(p)):
            forest.join(p.part, p.whole)
        else:
            small.append(p)
    for p in small:
        # A small part under another headline: a copy cut short if the whole holds nothing else that is known.
        if not strangers(p):
            forest.join(p.part, p.whole)
    return {p.whole for p in small if not forest.same(p.part, p.whole)}


def alike(title: str | None, other: str | None, least: int) -> bool:
    """Whether two headlines are the same or one holds the other, with at least ``least`` characters."""
    short, long = sorted((normalize(title or ""), normalize(other or "")), key=len)
    return len(short) >= least and short in long


class _Forest:
    """Union-find (Tarjan 1975) over docs."""

    def __init__(self, members: Mapping[int, Member]) -> None:
        self._members = members
        self._parent = {doc: doc for doc in members}

    def find(self, doc: int) -> int:
        if doc not in self._parent:
            return doc
        while self._parent[doc] != doc:
            self._parent[doc] = self._parent[self._parent[doc]]
            doc = self._parent[doc]
        return doc

    def same(self, a: int, b: int) -> bool:
        return self.find(a) == self.find(b)

    def join(self, a: int, b: int) -> None:
        a, b = sorted((self.find(a), self.find(b)))
        self._parent[b] = a

    def families(self) -> tuple[tuple[int, ...], ...]:
        found: dict[int, list[int]] = {}
        for doc in sorted(self._members, key=lambda d: (self._members[d].arrival, self._members[d].id)):
            found.setdefault(self.find(doc), []).append(doc)
        return tuple(map(tuple, found.values()))
