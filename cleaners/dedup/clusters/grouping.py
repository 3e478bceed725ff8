"""Who belongs together: stricter than single link.

Texts that match as wholes belong together, and so does a cut copy with the text it was cut from. A compilation only
links to what it contains and never welds two of its parts together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cleaners.chinese.disguise.clause_order import worse_order
from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.fingerprint import normalize
from cleaners.disguises import rank

# Which copy of an article is the best.

_COMPLETE = 1.5  # what a copy lacks counts more than what was appended to it
_SPUN_WORDS, _FURNITURE = 0.01, 0.1  # what a spinner's word (times its weight) and furniture cost, against what is held
_STEPS = 200  # copies that differ by less are equally good
_ARTICLE = 0.2  # of every text at least this share is taken to be no furniture
_NEVER = datetime.max.replace(tzinfo=UTC)


def best(
    members: Sequence[ClusterMember], edges: Sequence[MatchEdge] = (), compilations: Collection[int] = ()
) -> ClusterMember:
    """The best copy; ``edges`` are the matches between the members.

    Never a disguised one when another exists (the rewritten side of a match, annotated, ... in the order of
    :mod:`cleaners.disguises`), nor one that was converted to traditional characters, nor a compilation; then the one
    that holds most of the others and little beside them, with few words of spinners and little furniture; then by
    quality, repairs, noise and length; among equals one with an address, then the earlier one.
    """
    held = _agreement(members, edges)
    rewritten = _rewritten(members, edges)
    least = min(m.spun for m in members)
    simplified = 2 * sum(m.script == "simplified" for m in members) >= len(members)

    def order(m: ClusterMember) -> tuple[object, ...]:
        worth = held[m.doc] - _SPUN_WORDS * (m.spun - least) - _FURNITURE * m.furniture
        return (
            m.doc in rewritten, -rank(m.disguises), simplified and m.script in ("traditional", "mixed"),
            m.doc in compilations, -round(worth * _STEPS), -round(held[m.doc], 6), -round(m.quality, 2), m.repairs > 0,
            m.noise > 0, -round(m.length, -2), m.repairs, m.url is None, m.published or _NEVER, m.arrival, m.id,
        )  # fmt: skip

    return min(members, key=order)


def _rewritten(members: Sequence[ClusterMember], edges: Sequence[MatchEdge]) -> set[int]:
    """docs that have more of a spinner's words than the text they match as spun, or clauses in worse order than the one
    they match as shuffled."""
    weights, orders = {m.doc: m.spun for m in members}, {m.doc: m.order for m in members}
    sides = [(edge.a, edge.b) for edge in edges if edge.kind == "spun"]
    spun = {one for a, b in sides for one, other in ((a, b), (b, a)) if weights[one] > weights[other]}
    dealt = [(edge.a, edge.b) for edge in edges if edge.kind == "shuffled"]
    worse = [(pair, worse_order(*(orders[doc] for doc in pair))) for pair in dealt]
    return spun | {pair[side] for pair, side in worse if side is not None}


def _agreement(members: Sequence[ClusterMember], edges: Sequence[MatchEdge]) -> dict[int, float]:
    """doc -> 0..1: how much of the other copies it holds, their furniture aside, and how much of it they hold; nothing
    where it does not match one."""
    furniture = {m.doc: m.furniture for m in members}
    sides: dict[int, list[tuple[float, float]]] = {m.doc: [] for m in members}
    for edge in edges:
        for one, other, own, back in (
            (edge.a, edge.b, edge.containment_a, edge.containment_b),
            (edge.b, edge.a, edge.containment_b, edge.containment_a),
        ):
            sides[one].append((min(1.0, back / max(1 - furniture[other], _ARTICLE)), own))
    others = max(1, len(members) - 1)
    return {doc: sum(_COMPLETE * held + own for held, own in pairs) / (_COMPLETE + 1) / others
            for doc, pairs in sides.items()}  # fmt: skip


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
    title: int = 6
    """Characters two headlines must have in common to say something."""

    @property
    def recipe(self) -> str:
        """The settings as one string."""
        return (
            f"clusters near>={self.near}, spun>={self.spun}, even>={self.even}, framed>={self.framed}, "
            f"cut>={self.cut}, least>={self.least}, title>={self.title}"
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
    return _ContainedPart(back / found if found else 0.0, part, whole, found >= enough)


def _judge(
    parts: list[_ContainedPart],
    members: Mapping[int, ClusterMember],
    forest: _DisjointSets,
    strictness: ClusterSettings,
) -> set[int]:
    """Join each cut copy with its whole; returns the compilations."""
    linked = {(p.part, p.whole) for p in parts} | {(p.whole, p.part) for p in parts}
    of_whole: dict[int, list[int]] = {}
    for p in parts:
        of_whole.setdefault(p.whole, []).append(p.part)

    def strangers(p: _ContainedPart) -> bool:
        """Whether another part of the same whole has nothing to do with this one."""
        return any(not forest.same(p.part, other) and (p.part, other) not in linked for other in of_whole[p.whole])

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
