"""A cluster as a tree: from its best copy to each other one along the matches in which the two are most alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.publication_time import before

Direction = Literal["later", "earlier", "cut from it", "holds it", "rewritten from it", "unknown"]
"""What a copy is to the one above it; ``unknown``: neither dates nor extent tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTree:
    """A member, how it relates to the one above it, and those that hang on it."""

    doc: int
    kind: str | None
    """Kind of the match with the member above; None for the root, and for a member without a match of its own."""
    share: float
    """Share of this text that was found in the one above."""
    back: float
    """Share of the one above that was found in this text."""
    direction: Direction
    branches: tuple[CopyTree, ...]
    """Most alike first."""


@dataclass(frozen=True, slots=True)
class _CopyLink:
    parent: int
    kind: str | None
    share: float
    back: float

    @property
    def weight(self) -> float:
        return self.share + self.back


def lineage(members: Sequence[ClusterMember], edges: Sequence[MatchEdge], root: int) -> CopyTree:
    """The tree that spans a cluster from ``root`` (doc of a member): the strongest bonds first (Prim 1957)."""
    by_doc = {member.doc: member for member in members}
    beside: dict[int, list[tuple[int, _CopyLink]]] = {doc: [] for doc in by_doc}
    for e in edges:
        if e.a in by_doc and e.b in by_doc:
            beside[e.a].append((e.b, _CopyLink(e.a, e.kind, e.containment_b, e.containment_a)))
            beside[e.b].append((e.a, _CopyLink(e.b, e.kind, e.containment_a, e.containment_b)))
    bonds: dict[int, _CopyLink] = {}
    open_ = dict(beside[root])
    rest = set(by_doc) - {root}
    while rest:
        doc = max(open_, key=lambda d: (open_[d].weight, -d), default=min(rest))
        bonds[doc] = open_.pop(doc) if doc in open_ else _CopyLink(root, None, 0.0, 0.0)
        rest.discard(doc)
        for other, bond in beside[doc]:
            if other in rest and (other not in open_ or bond.weight > open_[other].weight):
                open_[other] = bond
    return _branch(root, bonds, by_doc)


def _branch(root: int, bonds: Mapping[int, _CopyLink], members: Mapping[int, ClusterMember]) -> CopyTree:
    """Put together from the ends to the root, without recursion: a chain of copies may be long."""
    below: dict[int, list[CopyTree]] = {}
    order = [root]
    children: dict[int, list[int]] = {}
    for doc, bond in bonds.items():
        children.setdefault(bond.parent, []).append(doc)
    for doc in order:
        order += children.get(doc, [])
    for doc in reversed(order):
        bond = bonds.get(doc, _CopyLink(root, None, 0.0, 0.0))
        branches = sorted(below.pop(doc, []), key=lambda b: (-(b.share + b.back), b.doc))
        direction = _direction(members[doc], members[bond.parent], bond) if doc != root else "unknown"
        made = CopyTree(doc=doc, kind=bond.kind, share=bond.share, back=bond.back, direction=direction,
                      branches=tuple(branches))  # fmt: skip
        if doc == root:
            return made
        below.setdefault(bond.parent, []).append(made)
    raise AssertionError("the root comes last")


def _direction(member: ClusterMember, above: ClusterMember, bond: _CopyLink) -> Direction:
    if "spun" in member.disguises and "spun" not in above.disguises:
        return "rewritten from it"
    if bond.kind == "contains":
        return "cut from it" if bond.share > bond.back else "holds it"
    if member.published and above.published:
        if before(above.published, member.published):
            return "later"
        if before(member.published, above.published):
            return "earlier"
    return "unknown"
