"""Where a story seems to come from: declared sources, dates and containment weighed against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleaners.dedup.clusters.model import ClusterMember, EarliestSource, MatchEdge
from cleaners.dedup.fingerprint import normalize
from cleaners.publication_time import before

# What each kind of evidence may add to the confidence that a member is the source. A 来源 is set by hand to say just
# this; dates are often those of the copying; a cut copy shows a direction, but both may be copies of a third.
_DECLARED, _DATED, _WHOLE = 0.5, 0.35, 0.15
_RIVALS = 20  # the earliest ones, which dates are compared with


@dataclass(frozen=True, slots=True)
class _SourceClaim:
    member: ClusterMember
    declared: float
    dated: float
    whole: float

    @property
    def weight(self) -> float:
        return _DECLARED * self.declared + _DATED * self.dated + _WHOLE * self.whole


def earliest(
    members: Sequence[ClusterMember], edges: Sequence[MatchEdge], publishers: Mapping[str, str]
) -> EarliestSource | None:
    """The member that the story seems to come from, None when nothing speaks for one.

    ``publishers``: site -> the name it goes by in a declared source. The confidence is what speaks for the member,
    less half of what speaks for the next best one.
    """
    dates = [m.published for m in members if m.published]
    # Who disguises a text is not its source, whatever date stands above it.
    honest = [m for m in members if not m.disguises] or members
    dated = sorted((m for m in honest if m.published), key=lambda m: (m.published, m.id))[:_RIVALS]
    named = Counter(normalize(m.source) for m in members if m.source)
    wholes = _wholes(edges)
    claims = [
        _SourceClaim(m, _declared(m, named, publishers), _dated(m, dated), float(m.doc in wholes)) for m in honest
    ]
    claims.sort(key=lambda c: (-c.weight, c.member.url is None, c.member.arrival, c.member.id))
    first, *rest = claims
    if not first.weight:
        return None
    rival = max((c.weight for c in rest), default=0.0)
    return EarliestSource(
        doc=first.member.doc,
        url=next((c.member.url for c in claims if c.member.url), None),
        published=min(dates, default=None),
        confidence=round(max(0.0, first.weight - rival / 2), 2),
        evidence={
            "declared": round(first.declared, 2),
            "sources": sorted({m.source for m in members if m.source}),
            "dated": round(first.dated, 2),
            "whole": round(first.whole, 2),
        },
    )


def _declared(member: ClusterMember, named: Counter[str], publishers: Mapping[str, str]) -> float:
    """Share of the declared sources that name this member's publisher."""
    name = normalize(publishers.get(member.site or "", ""))
    return named[name] / named.total() if name and named else 0.0


def _dated(member: ClusterMember, earliest_ones: Sequence[ClusterMember]) -> float:
    """1 when no other member may be earlier, 0.5 when another one of the same day may be, else 0."""
    if member.published is None:
        return 0.0
    others = [m.published for m in earliest_ones if m.published and m is not member]
    if not others:
        return 0.0  # one date alone says nothing about the order
    if any(before(other, member.published) for other in others):
        return 0.0
    return 1.0 if all(before(member.published, other) for other in others) else 0.5


def _wholes(edges: Sequence[MatchEdge]) -> set[int]:
    """docs that others are cut from and that are cut from none."""
    cut: set[int] = set()
    whole: set[int] = set()
    for edge in edges:
        if edge.kind == "contains":
            small, large = (edge.a, edge.b) if edge.containment_a > edge.containment_b else (edge.b, edge.a)
            cut.add(small)
            whole.add(large)
    return whole - cut
