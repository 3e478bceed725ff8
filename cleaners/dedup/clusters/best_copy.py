"""Which copy of an article is the best."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from cleaners.chinese.disguise.clause_order import worse_order
from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.disguises import rank

_COMPLETE = 1.5  # what a copy lacks counts more than what was appended to it
_SPUN_WORDS, _FURNITURE = 0.01, 0.1  # what a spinner's word (times its weight) and furniture cost, against what is held
_STEPS = 200  # copies that differ by less are equally good
_ARTICLE = 0.2  # of every text at least this share is taken to be no furniture
_SPINNER = 0.1  # what a spinner's word (times its weight) counts beside the rarity of all words, in bits
_MILD = 0.15  # a difference of so little is one honest word
_EVEN = 0.7  # in this proportion
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
    """docs that have rarer words, or more of a spinner's, than the text they match as spun, or clauses in worse order
    than the one they match as shuffled."""
    by_doc = {m.doc: m for m in members}
    found: set[int] = set()
    for edge in edges:
        a, b = by_doc[edge.a], by_doc[edge.b]
        if edge.kind == "spun":
            odder = _odder(a, b, even=_are_even(edge))
            found |= set() if odder is None else {odder.doc}
        elif edge.kind == "shuffled":
            side = worse_order(a.order, b.order)
            found |= set() if side is None else {(a, b)[side].doc}
    return found


def _odder(a: ClusterMember, b: ClusterMember, *, even: bool) -> ClusterMember | None:
    """The one that a machine rewrote; None where that cannot be told."""
    words = _SPINNER * (a.spun - b.spun)
    more = a.rarity - b.rarity + words if even else words if abs(words) > _MILD else 0.0
    return a if more > 0 else b if more < 0 else None


def _are_even(edge: MatchEdge) -> bool:
    """Whether neither text holds much besides, of which the words would be compared too."""
    less, more = sorted((edge.containment_a, edge.containment_b))
    return less >= _EVEN * more


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
