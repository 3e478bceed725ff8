"""Which articles hold a passage, and since when: found by its clauses in the search index, held against each text.

Disguises of the passage are no matter: it is compared in the normal form of :mod:`cleaners.dedup.fingerprint`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cleaners.dedup import fingerprint
from cleaners.dedup.passages import LEAST, SharedPassage, shared_passages
from cleaners.errors import UsageError
from cleaners.items import Clipping
from cleaners.publication_time import in_order
from cleaners.store.records import ClippingReader
from cleaners.store.search import ArticleSearch

SHORTEST = 8
"""Letters, digits and CJK of a passage that can be looked for."""
_SHORT = 100
"""In a passage of fewer characters a shorter stretch counts."""
_CLAUSE, _LONGEST = 6, 24  # letters of a clause that is looked for as a phrase
_CLAUSES = 40
_COMPARED = 500
"""So many articles are held against the passage at most: those that have most of its clauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageHit:
    """An article that holds a passage."""

    clipping: Clipping
    share: float
    """Share of the passage that stands in it, 0..1."""
    places: tuple[SharedPassage, ...]
    """Where: ``a`` is the article's text, ``b`` the passage."""


def find_passage(
    passage: str, search: ArticleSearch, clippings: ClippingReader, *, least: float = 0.5
) -> list[PassageHit]:
    """The articles that hold at least the share ``least`` of a passage: those that had it first come first, by date
    of publication (one without an hour counts as of the end of its day, those without one come last), then by arrival.

    Raises UsageError for a passage of too few characters.
    """
    forms, (places,) = fingerprint.located_forms([passage])
    size = len(forms.points)
    if size < SHORTEST:
        raise UsageError(
            "the passage has {size} letters and characters: give at least {shortest}, or use search",
            size=size,
            shortest=SHORTEST,
        )
    least_size = LEAST if size >= _SHORT else SHORTEST
    counts: Counter[int] = Counter()
    for clause in _clauses(passage, places.tolist()):
        counts.update(search.docs(f'"{clause}"'))
    docs = [doc for doc, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_COMPARED]]
    found = []
    for clipping in clippings.read(sorted(docs)):
        shared = shared_passages(clipping.article.text, passage, least=least_size)
        share = sum(one.size for one in shared) / size
        if share >= least:
            found.append(PassageHit(clipping=clipping, share=share, places=shared))
    return sorted(found, key=lambda hit: in_order(hit.clipping.article.published))


def _clauses(passage: str, places: list[int]) -> list[str]:
    """What stands between two marks in the passage, without what a disguise has put between its characters; the
    longest ones, and long ones in parts. Where blanks stand between all characters they part nothing."""
    kept = set(places)
    for blanks in (" ", ""):
        letters = "".join(
            char if at in kept else blanks if char.isspace() else "" if _is_hidden(char) else " "
            for at, char in enumerate(passage)
        )
        parts = {one[at : at + _LONGEST] for one in letters.split() for at in range(0, len(one), _LONGEST)}
        if long := sorted((part for part in parts if len(part) >= _CLAUSE), key=lambda part: (-len(part), part)):
            return long[:_CLAUSES]
    return sorted(parts, key=len)[-1:]


def _is_hidden(char: str) -> bool:
    """Whether a character that the normal form leaves out belongs to an annotation, or is not seen."""
    return char.isalnum() or char in "()（）[]【】" or not char.isprintable()
