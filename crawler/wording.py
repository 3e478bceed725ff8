"""Numbers as people say them: with their noun, and spans of time."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds


def counted(count: int, noun: str) -> str:
    """A number and what it counts, in the singular where it is one.

    >>> counted(1, "record"), counted(2, "copy"), counted(2000, "day")
    ('1 record', '2 copies', '2,000 days')
    """
    many = re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"
    return f"{count:,} {noun if count == 1 else many}"


def lasting(seconds: float) -> str:
    """A span of time in its two largest units.

    >>> lasting(0.4), lasting(9.6), lasting(200), lasting(3900), lasting(200_000)
    ('under 1 s', '10 s', '3 min 20 s', '1 h 05 min', '2 days 07 h')
    """
    whole = round(seconds)
    if not whole:
        return "under 1 s"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{counted(whole // _DAY, 'day')} {whole % _DAY // _HOUR:02} h"


_ALWAYS = frozenset(("articles", "dropped", "unchanged", "left for later"))


def balance(found: int, ends: Mapping[str, int]) -> str:
    """What was found and what became of it, in one line; says so where that is not the same number.

    >>> balance(7, {"articles": 4, "dropped": 2, "unchanged": 1, "redirects": 0, "left for later": 0})
    'found 7 = 4 articles + 2 dropped + 1 unchanged + 0 left for later'
    >>> balance(7, {"articles": 4, "dropped": 2})
    'found 7, but 4 articles + 2 dropped = 6: the sums differ by 1, please report it'
    """
    told = " + ".join(f"{count:,} {name}" for name, count in ends.items() if count or name in _ALWAYS)
    total = sum(ends.values())
    if total == found:
        return f"found {found:,} = {told}"
    return f"found {found:,}, but {told} = {total:,}: the sums differ by {abs(found - total):,}, please report it"
