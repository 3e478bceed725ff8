"""Matches put into a store; and the members of a family matched with each other, when what held them together is gone.

A copy is compared with what the match index proposes, and that has only one text of many copies: when it goes, what is
left of the family has lost what it was found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cleaners.dedup.index.memory import MemoryIndex
from cleaners.dedup.match import Found, match
from cleaners.ingest.vicinity import Vicinity
from cleaners.items import Match
from cleaners.store import Store


def link(store: Store, found: Sequence[Found]) -> None:
    """Keep these matches, but for those with a text that was superseded since; part of the transaction that is open."""
    ids = store.articles.ids({one.other for one in found})
    for one in found:
        if one.other in ids:
            kept = Match(
                kind=one.kind, other=ids[one.other], similarity=one.similarity, containment=one.containment,
                evidence=one.evidence,
            )  # fmt: skip
            store.families.link(one.doc, one.other, kept, back=one.covered)


def relink(store: Store, docs: Iterable[int]) -> None:
    """Match these texts with each other and keep what is found; part of the transaction that is open.

    In a store with a window, those that are not further apart: the family had grown so far by what is gone.
    """
    texts = store.articles.texts(sorted(docs))
    if len(texts) < 2:
        return
    order, near = sorted(texts), Vicinity.of(store, store.dates.days)
    link(store, match(order, [texts[doc] for doc in order], MemoryIndex(), lambda _: [], near=near).found)


def relink_left(store: Store, revised: Iterable[int]) -> set[int]:
    """Relink what earlier texts of these articles matched, where the new text does not; returns all texts concerned."""
    concerned = set(revised)
    for doc in sorted(concerned):
        left = store.heirs.left_by(doc)
        relink(store, left)
        concerned.update(left)
    return concerned
