"""Which copy of an article is the best."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from cleaners.store import Edge, Member

_WORST = ("spun", "annotated", "byte-slip", "forced-traditional", "invisible", "punctuation")
_COMPLETE = 1.5  # what a copy lacks counts more than what was appended to it
_NEVER = datetime.max.replace(tzinfo=UTC)


def best(members: Sequence[Member], edges: Sequence[Edge] = (), compilations: Collection[int] = ()) -> Member:
    """The best copy.

    Never a spun or annotated one, nor a compilation, when another exists; then the one that holds most of the others
    and little beside them; then by quality, repairs, noise and length; among equals the earlier one.
    """
    held = {m.doc: _agreement(m, edges) for m in members}

    def order(m: Member) -> tuple[object, ...]:
        disguises = min((_WORST.index(d) for d in m.disguises if d in _WORST), default=len(_WORST))
        return (
            -disguises, m.doc in compilations, -round(held[m.doc] * 50), -round(m.quality, 2), m.repairs > 0,
            m.noise > 0, -round(m.length, -2), m.repairs, m.published or _NEVER, m.arrival, m.id,
        )  # fmt: skip

    return min(members, key=order)


def _agreement(member: Member, edges: Sequence[Edge]) -> float:
    """0..1: how much of the other copies this one holds, and how much of it the other copies hold."""
    sides = [(e.containment_b, e.containment_a) for e in edges if e.a == member.doc]
    sides += [(e.containment_a, e.containment_b) for e in edges if e.b == member.doc]
    if not sides:
        return 0.0
    complete = sum(other for other, _ in sides) / len(sides)
    pure = sum(own for _, own in sides) / len(sides)
    return (_COMPLETE * complete + pure) / (_COMPLETE + 1)
