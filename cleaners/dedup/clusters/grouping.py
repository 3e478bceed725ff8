"""Who belongs together: stricter than single link.

Texts that match as wholes belong together, and so does a cut copy with the text it was cut from. A compilation only
links to what it contains and never welds two of its parts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.fingerprint import normalize


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """When a text that is part of another one is a copy of it (the recipe is stored with what it produced)."""

    near: float = 0.5
    """A text is the copy of another one, or of a part of it, when at least this share of it was found there, in any
    order: two digests share some of their articles, and a digest may quote half of one."""
    spun: float = 0.3
    """The same for texts with words swapped, of which less can be found."""
    even: float = 0.7
    """Copies match as wholes when their lengths are at least in this proportion; else one is a part of the other."""
    framed: float = 0.7
    """A part that is at least this share of the whole is its copy, the rest being what was appended."""
    cut: float = 0.5
    """So is one of this share, unless the whole has unrelated parts too."""
    least: float = 0.4
    """So is one of this share, if it is the only part known; a smaller one only under the same headline."""
    beside: float = 1.1
    """Parts that are together more than this share of their whole do not lie side by side in it."""
    title: int = 6
    """Characters two headlines must have in common to say something."""

    @property
    def recipe(self) -> str:
        """The settings as one string."""
        return (
            f"clusters near>={self.near}, spun>={self.spun}, even>={self.even}, framed>={self.framed}, "
            f"cut>={self.cut}, least>={self.least}, beside<={self.beside}, title>={self.title}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterGrouping:
    """Clusters, and what was found to be made of several."""

    clusters: tuple[tuple[int, ...], ...]
    """docs by cluster, each in order of arrival; clusters in order of their first members."""
    compilations: frozenset[int]
    """docs of texts with parts that have nothing to do with each other."""

    def inside(self, edges: Iterable[MatchEdge]) -> list[list[MatchEdge]]:
        """The matches within each cluster, in the order of the clusters."""
        number = {doc: n for n, docs in enumerate(self.clusters) for doc in docs}
        found: list[list[MatchEdge]] = [[] for _ in self.clusters]
        for edge in edges:
            if number.get(edge.a, -1) == number.get(edge.b, -2):
                found[number[edge.a]].append(edge)
        return found


@dataclass(frozen=True, slots=True)
class _ContainedPart:
    share: float  # of the whole
    found: float  # the same, but only what was found of it
    part: int
    whole: int
    copied: bool  # most of the part is in the whole, not only a piece of it


def group(
    members: Mapping[int, ClusterMember], edges: Iterable[MatchEdge], strictness: ClusterSettings = ClusterSettings()
) -> ClusterGrouping:
    """Group members (by doc) by the matches between them.

    A part that is no member belongs to no cluster here: it only shows that its whole has other parts.
    """
    forest = _DisjointSets(members)
    parts: list[_ContainedPart] = []
    for edge in edges:
        part = _part(edge, strictness)
        if part.whole not in members:
            continue
        if edge.kind == "contains" or (edge.kind != "exact" and part.share < strictness.even):
            parts.append(part)
        elif part.copied and part.part in members:
            forest.join(part.part, part.whole)
    compilations = _judge(parts, members, forest, strictness)
    return ClusterGrouping(clusters=forest.clusters(), compilations=frozenset(compilations))


def _part(edge: MatchEdge, strictness: ClusterSettings) -> _ContainedPart:
    """A match as one of a part with a whole; the part is the text of which more was found.

    Of spun or edited text only a part of the overlap is found. The ratio of both containments therefore estimates how
    much of the whole the part covers.
    """
    part, whole, found, back = edge.a, edge.b, edge.containment_a, edge.containment_b
    if found < back:
        part, whole, found, back = whole, part, back, found
    enough = {"spun": strictness.spun, "near": strictness.near, "shuffled": strictness.near}.get(edge.kind, 0.0)
    return _ContainedPart(back / found if found else 0.0, back, part, whole, found >= enough)


def _judge(
    parts: list[_ContainedPart],
    members: Mapping[int, ClusterMember],
    forest: _DisjointSets,
    strictness: ClusterSettings,
) -> set[int]:
    """Join each cut copy with its whole; returns the compilations."""
    linked = {(p.part, p.whole) for p in parts} | {(p.whole, p.part) for p in parts}
    of_whole: dict[int, list[_ContainedPart]] = {}
    for p in parts:
        of_whole.setdefault(p.whole, []).append(p)

    def strangers(p: _ContainedPart) -> bool:
        """Whether another part of the same whole has nothing to do with this one: parts of a compilation lie side by
        side, so two that are together more than the whole share a passage, though nobody compared them."""
        return any(
            not forest.same(p.part, other.part) and (p.part, other.part) not in linked
            and p.found + other.found <= strictness.beside
            for other in of_whole[p.whole]
        )  # fmt: skip

    # The surest first: what a text mostly consists of is settled before its small parts are judged.
    judged = [p for p in parts if p.part in members and p.copied]
    judged.sort(key=lambda p: (-p.share, members[p.part].id, members[p.whole].id))
    small: list[_ContainedPart] = []
    for p in judged:
        titled = alike(members[p.part].title, members[p.whole].title, strictness.title)
        if titled or p.share >= strictness.framed or (p.share >= strictness.cut and not strangers(p)):
            forest.join(p.part, p.whole)
        else:
            small.append(p)
    for p in small:
        # A small part under another headline: a copy cut short if the whole holds nothing else that is known.
        if p.share >= strictness.least and not strangers(p):
            forest.join(p.part, p.whole)
    return {p.whole for p in small if not forest.same(p.part, p.whole)}


def alike(title: str | None, other: str | None, least: int) -> bool:
    """Whether two headlines are the same or one holds the other, with at least ``least`` characters."""
    short, long = sorted((normalize(title or ""), normalize(other or "")), key=len)
    return len(short) >= least and short in long


class _DisjointSets:
    """Union-find (Tarjan 1975) over docs."""

    def __init__(self, members: Mapping[int, ClusterMember]) -> None:
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

    def clusters(self) -> tuple[tuple[int, ...], ...]:
        found: dict[int, list[int]] = {}
        for doc in sorted(self._members, key=lambda d: (self._members[d].arrival, self._members[d].id)):
            found.setdefault(self.find(doc), []).append(doc)
        return tuple(map(tuple, found.values()))
