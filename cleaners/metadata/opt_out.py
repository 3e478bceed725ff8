"""Signals in the head that a publisher does not want a page mined or indexed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaners.items import Head

_ROBOTS = re.compile(r"(?:robots|[a-z0-9_-]*bot|ccbot|google-extended|anthropic-ai)$")
# none = noindex, nofollow (robots meta tag, REP). noai, noimageai: DeviantArt's convention, adopted by others.
_DIRECTIVES = ("noai", "noimageai", "noindex", "none", "noarchive")


def opt_out(head: Head) -> tuple[str, ...]:
    """The signals of a head, in order: robots directives (REP, noai) and the TDM Reservation Protocol (W3C, 2024)."""
    found: list[str] = []
    for name, content in head.meta:
        if name == "tdm-reservation" and content.strip() == "1":
            found.append("meta:tdm-reservation")
        elif _ROBOTS.match(name):
            words = re.split(r"[\s,;]+", content.lower())
            found += [f"meta:{word}" for word in _DIRECTIVES if word in words]
    return tuple(dict.fromkeys(found))


def opt_out_headers(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The signals of HTTP headers: ``X-Robots-Tag`` (REP, noai) and ``TDM-Reservation`` (W3C, 2024)."""
    found: list[str] = []
    for name, value in headers:
        if name.lower() == "tdm-reservation" and value.strip() == "1":
            found.append("header:tdm-reservation")
        elif name.lower() == "x-robots-tag":
            words = re.split(r"[\s,;:]+", value.lower())
            found += [f"header:{word}" for word in _DIRECTIVES if word in words]
    return tuple(dict.fromkeys(found))
