"""Lines that a site repeats on page after page: learned from counts, applied as a first filter.

Pure functions: the counts live in the store, what was learned comes back as an argument. A line counts once per
cluster of reposts (the same article met ten times repeats all its lines and proves nothing).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleaners.chinese import script
from cleaners.items import Line

_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLineSettings:
    """When a repeated line is noise."""

    clusters: int = 4
    """In so many different articles of a site it must stand."""
    share: float = 0.1
    """And in at least this share of the site's articles."""
    most: float = 0.5
    """A page that would lose more of its prose than this keeps it all: then it was the article that was learned."""
    letters: int = 3
    """Lines with fewer letters are never learned: they say too little to be one thing."""


def key(text: str) -> str:
    """The normalised form under which a line is counted: folded, without white space, numbers as one 0.

    >>> key("已有 1,234 人参与") == key("已有1人参与")
    False
    >>> key("已有 234 人参与") == key("已有1人参与")
    True
    """
    return _DIGITS.sub("0", _SPACE.sub("", script.fold(text))).lower()


def countable(lines: Iterable[Line], settings: SiteLineSettings = SiteLineSettings()) -> dict[str, str]:
    """Key -> the line as it stands, for the lines of one judged page that are worth counting.

    Those are the lines that were kept: what the rules cut anyway need not be learned.
    """
    found: dict[str, str] = {}
    for line in lines:
        if line.verdict == "keep" and len(_LETTERS.findall(line.text)) >= settings.letters:
            found.setdefault(key(line.text), line.text)
    return found


def count(pages: Iterable[tuple[str, Iterable[str]]]) -> Counter[str]:
    """Key -> number of clusters it stands in, from ``(cluster id, keys of one page)``."""
    seen: dict[str, set[str]] = {}
    for cluster, keys in pages:
        seen.setdefault(cluster, set()).update(keys)
    counts: Counter[str] = Counter()
    for keys_of_cluster in seen.values():
        counts.update(keys_of_cluster)
    return counts


def learn(counts: Mapping[str, int], clusters: int, settings: SiteLineSettings = SiteLineSettings()) -> frozenset[str]:
    """The keys that are a site's noise, given in how many of its ``clusters`` each one stands."""
    enough = max(settings.clusters, settings.share * clusters)
    return frozenset(found for found, times in counts.items() if times >= enough)


def met(
    lines: Sequence[Line],
    weights: Sequence[float],
    learned: frozenset[str],
    settings: SiteLineSettings = SiteLineSettings(),
) -> frozenset[int]:
    """Indexes of the lines that were learned, or none when they hold most of the page's prose (``weights``)."""
    if not learned:
        return frozenset()
    found = frozenset(i for i, line in enumerate(lines) if key(line.text) in learned)
    if sum(weights[i] for i in found) > settings.most * sum(weights):
        return frozenset()
    return found
