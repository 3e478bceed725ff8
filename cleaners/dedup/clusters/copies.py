"""Which copy of an article is the best."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from cleaners.store import Edge, Member

_WORST = ("spun", "annotated", "byte-slip", "forced-traditional", "invisible", "punctuation")
_COMPLETE = 1.5  # what a copy lacks counts more than what was appended to it
_NEVER = datetime.max.replace(tzinfo=UTC)


def best(members: Sequence[Member], edges: Sequence[Edge] = (), compilations: Collection[int] = ()) -> Member:
    """The best copy; ``edges`` are the matches between the members.

    Never a spun or annotated one, nor a compilation, when another exists; then the one that holds most of the others
    and little beside them; then by quality, repairs, noise and length; among equals the earlier one.
    """
    held = _agreement(members, edges)

    def order(m: Member) -> tuple[object, ...]:
        disguises = min((_WORST.index(d) for d in m.disguises if d in _WORST), default=len(_WORST))
        return (
            -disguises, m.doc in compilations, -round(held[m.doc] * 50), -round(m.quality, 2), m.repairs > 0,
            m.noise > 0, -round(m.length, -2), m.repairs, m.published or _NEVER, m.arrival, m.id,
        )  # fmt: skip

    return min(members, key=order)


def _agreement(members: Sequence[Member], edges: Sequence[Edge]) -> dict[int, float]:
    """doc -> 0..1: how much of the other copies it holds, and how much of it the other copies hold."""
    sides: dict[int, list[tuple[float, float]]] = {m.doc: [] for m in members}
    for edge in edges:
        sides[edge.a].append((edge.containment_b, edge.containment_a))
        sides[edge.b].append((edge.containment_a, edge.containment_b))
    return {doc: _mean(pairs) for doc, pairs in sides.items()}


def _mean(sides: Sequence[tuple[float, float]]) -> float:
    complete, pure = (sum(side) / len(sides) for side in zip(*sides, strict=True)) if sides else (0.0, 0.0)
    return (_COMPLETE * complete + pure) / (_COMPLETE + 1)
