"""The passages that two texts share, however disguised: why two documents are linked.

Both texts are compared in their normal form (:mod:`cleaners.dedup.fingerprint`), and what is found is told by its place
in the texts as they stand. Greedy string tiling (Wise, 1993) without its search for the longest first: the second text
is read from its beginning, and the longest stretch that begins here and stands anywhere in the first one is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.dedup import fingerprint

LEAST = 16
"""A passage has at least so many characters of the normal form (letters, digits, CJK)."""
_SEED = 8
_PLACES = 32
"""So many places of a set phrase are tried at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPassage:
    """A stretch that two texts share; places are characters, the end is not in it."""

    begin_a: int
    end_a: int
    begin_b: int
    end_b: int
    size: int
    """Characters of the normal form."""
    text: str
    """As the second text (b) has it."""


def shared_passages(a: str, b: str, *, least: int = LEAST) -> tuple[SharedPassage, ...]:
    """What two texts share, in the order of ``b``; a stretch of ``b`` is in one passage only.

    >>> shared = shared_passages("昨日，大桥(dàqiáo)正式通车，双向六车道。", "大橋正式通車，雙向六車道！", least=8)
    >>> [found.text for found in shared]
    ['大橋正式通車，雙向六車道']
    """
    forms, places = fingerprint.located_forms([a, b])
    first, second = (
        forms[0].tobytes().decode("utf-32-le", "surrogatepass"),
        forms[1].tobytes().decode("utf-32-le", "surrogatepass"),
    )
    in_a, in_b = places[0], places[1]
    seed = min(_SEED, least)
    seeds: dict[str, list[int]] = defaultdict(list)
    for at in range(len(first) - seed + 1):
        seeds[first[at : at + seed]].append(at)
    found: list[SharedPassage] = []
    at = 0
    while at + least <= len(second):
        start, size = _longest(first, second, at, seeds.get(second[at : at + seed], ()))
        if size < least:
            at += 1
            continue
        begin, end = int(in_b[at]), int(in_b[at + size - 1]) + 1
        found.append(
            SharedPassage(
                begin_a=int(in_a[start]),
                end_a=int(in_a[start + size - 1]) + 1,
                begin_b=begin,
                end_b=end,
                size=size,
                text=b[begin:end],
            )
        )
        at += size
    return tuple(found)


def _longest(first: str, second: str, at: int, starts: Sequence[int]) -> tuple[int, int]:
    """Where in ``first`` the longest stretch begins that ``second`` has at ``at``, and how long it is."""
    best, size = -1, 0
    for start in starts[:_PLACES]:
        reach = size
        if size and first[start : start + size] != second[at : at + size]:
            continue
        limit = min(len(first) - start, len(second) - at)
        while reach < limit and first[start + reach] == second[at + reach]:
            reach += 1
        if reach > size:
            best, size = start, reach
    return best, size
