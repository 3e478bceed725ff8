"""Where words begin and end: whole words are told apart from cut ones by the variety of characters beside them.

国度 for 国家 is one changed character, and the changed word might also be 度主 for 家主, in 国家主席.
But many different characters follow 国度, while 度主 always comes after 国. The more freely a string combines, the
more of a word it is (accessor variety: Feng et al., "Accessor Variety Criteria for Chinese Word Extraction", 2004).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

Pairs = Mapping[tuple[str, str], int]
"""``(spun, proper) -> count``."""


@dataclass(frozen=True, slots=True)
class _NeighbourCounts:
    """Characters before and after a changed character, with counts."""

    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


def whole_words(seen: Pairs) -> dict[tuple[str, str], int]:
    """The pairs that are whole words, judged by the variety of characters beside them."""
    companies: dict[tuple[str, str], _NeighbourCounts] = {}
    for (spun, proper), count in seen.items():
        if spun[1:] == proper[1:] and len(spun) == 2:
            companies.setdefault((spun[0], proper[0]), _NeighbourCounts()).after[spun[1]] += count
        elif spun[0] == proper[0] and len(spun) == len(proper) == 2:
            companies.setdefault((spun[1], proper[1]), _NeighbourCounts()).before[spun[0]] += count
    return {
        pair: count
        for pair, count in seen.items()
        if not _is_cut(pair, count, companies) and not _is_explained(pair, count, seen)
    }


def _is_cut(pair: tuple[str, str], count: int, companies: Mapping[tuple[str, str], _NeighbourCounts]) -> bool:
    """Whether a changed character has its word on the other side: it was met there as often, and in freer company."""
    spun, proper = pair
    if len(spun) != 2 or len(proper) != 2:
        return False
    if spun[1] == proper[1]:
        company = companies[spun[0], proper[0]]
        own, others = company.after, company.before
    elif spun[0] == proper[0]:
        company = companies[spun[1], proper[1]]
        own, others = company.before, company.after
    else:
        return False
    return max(others.values(), default=0) >= count and _dependence(others) > _dependence(own)


def _dependence(company: Counter[str]) -> float:
    return max(company.values()) / company.total()


def _is_explained(pair: tuple[str, str], count: int, seen: Pairs) -> bool:
    """Whether all but one character of either side is a pair met more often: 事情职 for 工作人, of 事情 for 工作."""
    spun, proper = pair
    if min(len(spun), len(proper)) < 3:
        return False
    return max(seen.get((spun[1:], proper[1:]), 0), seen.get((spun[:-1], proper[:-1]), 0)) > count
