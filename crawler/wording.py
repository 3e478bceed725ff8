"""Numbers as people say them: with their noun, and spans of time. Sentences, so that they can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cleaners.sentences import Sentence, listed, sentence

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds


def counted(count: int, noun: str) -> Sentence:
    """A number and what it counts, in the singular where it is one.

    >>> [str(counted(count, noun)) for count, noun in ((1, "record"), (2, "copy"), (2000, "day"))]
    ['1 record', '2 copies', '2,000 days']
    """
    return Sentence(counted_forms(noun)[count != 1], {"count": count})


def counted_forms(noun: str) -> tuple[str, str]:
    """How one is said, and how several.

    >>> counted_forms("copy")
    ('{count:,} copy', '{count:,} copies')
    """
    many = re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"
    return f"{{count:,}} {noun}", f"{{count:,}} {many}"


def lasting(seconds: float) -> Sentence:
    """A span of time in its two largest units.

    >>> [str(lasting(seconds)) for seconds in (0.4, 9.6, 200, 3900, 200_000)]
    ['under 1 s', '10 s', '3 min 20 s', '1 h 05 min', '2 days 07 h']
    """
    whole = round(seconds)
    if not whole:
        return sentence("under 1 s")
    if whole < _MINUTE:
        return sentence("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return sentence("{minutes} min {seconds:02} s", minutes=whole // _MINUTE, seconds=whole % _MINUTE)
    if whole < _DAY:
        return sentence("{hours} h {minutes:02} min", hours=whole // _HOUR, minutes=whole % _HOUR // _MINUTE)
    return sentence("{days} {hours:02} h", days=counted(whole // _DAY, "day"), hours=whole % _DAY // _HOUR)


# How a page ends -> how that is said; those of _ALWAYS also where it is none.
ENDS = {
    name: f"{{count:,}} {name}"
    for name in (
        "articles", "dropped", "joined parts", "unchanged", "cleaned before", "lists and feeds", "only archived",
        "redirects", "ruled out", "taken down", "left for later",
    )
}  # fmt: skip
_ALWAYS = frozenset(("articles", "dropped", "unchanged", "left for later"))


def balance(found: int, ends: Mapping[str, int]) -> Sentence:
    """What was found and what became of it, in one line; says so where that is not the same number.

    >>> print(balance(7, {"articles": 4, "dropped": 2, "unchanged": 1, "redirects": 0, "left for later": 0}))
    found 7 = 4 articles + 2 dropped + 1 unchanged + 0 left for later
    >>> print(balance(7, {"articles": 4, "dropped": 2}))
    found 7, but 4 articles + 2 dropped = 6: the sums differ by 1, please report it
    """
    told = listed(
        (Sentence(ENDS[name], {"count": count}) for name, count in ends.items() if count or name in _ALWAYS), " + "
    )
    total = sum(ends.values())
    if total == found:
        return sentence("found {found:,} = {ends}", found=found, ends=told)
    return sentence(
        "found {found:,}, but {ends} = {total:,}: the sums differ by {difference:,}, please report it",
        found=found,
        ends=told,
        total=total,
        difference=abs(found - total),
    )


def reasons(counts: Iterable[tuple[str, int]]) -> str:
    """Reasons as Drops have them, which are the same in every language, with how many there are of each.

    >>> reasons([("extract: no article", 3), ("read: empty", 1)])
    '3 extract: no article, 1 read: empty'
    """
    return ", ".join(f"{count} {reason}" for reason, count in counts)


def with_drops(told: Sentence, dropped: int, most: Iterable[tuple[str, int]]) -> Sentence:
    """What came of pages, with the number of those dropped and their commonest reasons; alone where there are none."""
    if not dropped:
        return told
    return sentence("{articles}; {count} dropped ({reasons})", articles=told, count=dropped, reasons=reasons(most))
