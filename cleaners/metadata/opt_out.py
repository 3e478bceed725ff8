"""Signals in the head that a publisher does not want a page mined or indexed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaners.items import Head

# ``/.well-known/tdmrep.json``: a host's reservations for text and data mining (W3C TDMRep, 2024, section 6).

SIGNAL = "tdmrep.json:tdm-reservation"
"""How a reservation stands in ``Article.opt_out``."""
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TdmReservation:
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


def reservations(body: bytes) -> tuple[TdmReservation, ...]:
    """The rules of a file; what is no such file has none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    entries = found if isinstance(found, list) else [found]
    return tuple(
        TdmReservation(location=entry["location"], reserved=str(entry.get("tdm-reservation")) == "1")
        for entry in entries[:_MOST]
        if isinstance(entry, dict) and isinstance(entry.get("location"), str) and len(entry["location"]) < 500
    )


def opt_out_host(rules: Sequence[TdmReservation], path: str) -> tuple[str, ...]:
    """The signal, where the longest rule that covers the path reserves it (as RFC 9309, 2.2.2 chooses)."""
    covering = [rule for rule in rules if rule.covers(path)]
    longest = max(covering, key=lambda rule: len(rule.location), default=None)
    return (SIGNAL,) if longest is not None and longest.reserved else ()


_ROBOTS = re.compile(r"(?:robots|[a-z0-9_-]*bot|ccbot|google-extended|anthropic-ai)$")
# none = noindex, nofollow (robots meta tag, REP). noai, noimageai: DeviantArt's convention, adopted by others.
_DIRECTIVES = ("noai", "noimageai", "noindex", "none", "noarchive")


def opt_out_head(head: Head) -> tuple[str, ...]:
    """The signals of a head, in order: robots directives (REP, noai) and the TDM Reservation Protocol (W3C, 2024)."""
    found: list[str] = []
    for name, content in head.meta:
        if name == "tdm-reservation" and content.strip() == "1":
            found.append("meta:tdm-reservation")
        elif _ROBOTS.match(name):
            words = re.split(r"[\s,;]+", content.lower())
            found += [f"meta:{word}" for word in _DIRECTIVES if word in words]
    return tuple(dict.fromkeys(found))


# Uses that mining a corpus is, or may be, in the words of AIPREF, of Content Signals and of RSL.
_USES = frozenset(
    ("all", "ai", "ai-all", "ai-train", "ai-input", "bots", "tdm", "train-ai", "train-genai", "foundation-model")
)
_NO = re.compile(r"\?0|n|no")
_LONGEST = 2000


def refused_uses(value: str) -> Iterator[str]:
    """The uses that a ``Content-Usage`` (draft-ietf-aipref-vocab) or a ``Content-Signal`` (contentsignals.org) refuses,
    as it has them.

    >>> list(refused_uses("search=yes, ai-train=no"))
    ['ai-train=no']
    """
    for part in re.split(r"[,;\s]+", value[:_LONGEST].strip().lower()):
        use, _, answer = part.partition("=")
        if use in _USES and _NO.fullmatch(answer.strip('"')):
            yield part


def opt_out_headers(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The signals of HTTP headers: ``X-Robots-Tag`` (REP, noai), ``TDM-Reservation`` (W3C, 2024), ``Content-Usage``
    (AIPREF) and ``Content-Signal``."""
    found: list[str] = []
    for name, value in headers:
        if name.lower() == "tdm-reservation" and value.strip() == "1":
            found.append("header:tdm-reservation")
        elif name.lower() in ("content-usage", "content-signal"):
            found += [f"header:{name.lower()}:{use}" for use in refused_uses(value)]
        elif name.lower() == "x-robots-tag":
            words = re.split(r"[\s,;:]+", value.lower())
            found += [f"header:{word}" for word in _DIRECTIVES if word in words]
    return tuple(dict.fromkeys(found))
