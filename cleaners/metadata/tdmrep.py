"""``/.well-known/tdmrep.json``: a host's reservations for text and data mining (W3C TDMRep, 2024, section 6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

SIGNAL = "tdmrep.json:tdm-reservation"
"""How a reservation stands in ``Article.opt_out``."""
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """One rule of the file."""

    location: str
    """A path; ``*`` stands for any characters, ``$`` for the end (RFC 9309, 2.2.3)."""
    reserved: bool

    def covers(self, path: str) -> bool:
        """Whether a path with its query falls under the rule."""
        first, *others = self.location.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        last = others.pop() if others and self.location.endswith("$") else None
        for piece in others:  # the nearest place of each is enough: a star takes the rest
            found = path.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        if self.location.endswith("$"):
            return path[at:].endswith(last) if last is not None else at == len(path)
        return True


def reservations(body: bytes) -> tuple[Reservation, ...]:
    """The rules of a file; what is no such file has none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    entries = found if isinstance(found, list) else [found]
    return tuple(
        Reservation(location=entry["location"], reserved=str(entry.get("tdm-reservation")) == "1")
        for entry in entries[:_MOST]
        if isinstance(entry, dict) and isinstance(entry.get("location"), str) and len(entry["location"]) < 500
    )


def opt_out_host(rules: Sequence[Reservation], path: str) -> tuple[str, ...]:
    """The signal, where the longest rule that covers the path reserves it (as RFC 9309, 2.2.2 chooses)."""
    covering = [rule for rule in rules if rule.covers(path)]
    longest = max(covering, key=lambda rule: len(rule.location), default=None)
    return (SIGNAL,) if longest is not None and longest.reserved else ()
