"""What a host's robots.txt says of the uses it does not want: the signals of 2025 and 2026.

- AIPREF (draft-ietf-aipref-attach, draft-ietf-aipref-vocab): ``Content-Usage: /news/ train-ai=n`` in a group of
  robots.txt (as a header: :func:`cleaners.metadata.opt_out.opt_out_headers`);
- Content Signals (https://contentsignals.org): ``Content-Signal: search=yes, ai-train=no`` in a group of robots.txt;
- RSL 1.0 (https://rslstandard.org/rsl): ``License: https://site.example/license.xml`` in robots.txt.

The groups of robots.txt are those of RFC 9309: that of the crawler's own name, else that of ``*``. What is read here
stops no request; it goes with the page as an opt-out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from cleaners.metadata.opt_out import TdmReservation, refused_uses
from cleaners.urls import is_web_address, path_and_query

_LINES, _LONGEST = 20_000, 2000
_LICENSE_BYTES = 1 << 20
_RESERVED = "robots.txt:license"
_TRAINING = frozenset(("all", "ai-all", "ai-train"))
_FREE = frozenset(("free", "attribution", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRule:
    """A wish of a group of robots.txt."""

    scope: TdmReservation
    """The paths it is for."""
    signals: tuple[str, ...]
    """As they stand in ``Article.opt_out``; empty where it allows what a shorter path forbids."""
    kind: str
    """``content-usage`` or ``content-signal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePreferences:
    """What the robots.txt of a host says of uses."""

    rules: tuple[UsageRule, ...] = ()
    licenses: tuple[str, ...] = ()
    """Addresses of RSL documents."""

    def signals(self, path: str) -> tuple[str, ...]:
        """The opt-outs for a path with its query: of each kind the longest rule that covers it decides (RFC 9309)."""
        found: list[str] = []
        for kind in ("content-usage", "content-signal"):
            covering = [rule for rule in self.rules if rule.kind == kind and rule.scope.covers(path)]
            longest = max((len(rule.scope.location) for rule in covering), default=0)
            for rule in covering:
                found += rule.signals if len(rule.scope.location) == longest else ()
        return tuple(dict.fromkeys(found))


def robots_preferences(body: bytes, agent: str) -> UsagePreferences:
    """The preferences in a robots.txt for the crawler whose ``User-Agent`` is ``agent``.

    >>> found = robots_preferences(b"User-agent: *\\nContent-Usage: /news/ train-ai=n\\nAllow: /\\n", "jianbao/0.2")
    >>> found.signals("/news/1.html"), found.signals("/")
    (('robots.txt:content-usage:train-ai=n',), ())
    """
    lines = body[: _LINES * 100].decode("utf-8", "replace").splitlines()[:_LINES]
    own = re.split(r"[/\s]", agent, maxsplit=1)[0].lower()
    groups: dict[str, list[UsageRule]] = {}
    licenses: list[str] = []
    names: list[str] = []
    in_rules = False
    for name, value in _fields(lines):
        if name == "license":
            licenses.append(value)
        elif name == "user-agent":
            names = [*([] if in_rules else names), value.lower()]
            in_rules = False
            groups.setdefault(names[-1], [])
        else:
            in_rules = True
            if name in ("content-usage", "content-signal"):
                for one in names:
                    groups[one].append(_rule(name, value))
    chosen = next((rules for group, rules in groups.items() if group != "*" and group in own), groups.get("*", []))
    return UsagePreferences(rules=tuple(chosen), licenses=tuple(filter(is_web_address, licenses[:5])))


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line[:_LONGEST].partition("#")[0].partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _rule(name: str, value: str) -> UsageRule:
    path, _, rest = value.partition(" ")
    if not path.startswith("/"):
        path, rest = "/", value
    signals = tuple(f"robots.txt:{name}:{use}" for use in refused_uses(rest))
    return UsageRule(scope=TdmReservation(location=path, reserved=bool(signals)), signals=signals, kind=name)


def license_signals(body: bytes | None, url: str) -> tuple[str, ...]:
    """The opt-out that an RSL document makes for an address: where no licence that covers it permits training without
    payment. None, or what is no such document: the terms are unknown, so it counts as reserved.
    """
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring((body or b"")[:_LICENSE_BYTES], parser)
    except (etree.XMLSyntaxError, ValueError):
        return (f"{_RESERVED}:unknown",)
    covering = [one for one in root.iter("{*}content") if _covers(one.get("url") or "/", url)]
    licenses = [terms for one in covering for terms in one.iter("{*}license")]
    return (_RESERVED,) if licenses and not any(map(_permits_training, licenses)) else ()


def _covers(location: str, url: str) -> bool:
    parts = urlsplit(url)
    path = path_and_query(url)
    if is_web_address(location):
        other = urlsplit(location)
        if other.netloc != parts.netloc:
            return False
        location = other.path or "/"
    return TdmReservation(location=location, reserved=True).covers(path)


def _permits_training(terms: etree._Element) -> bool:
    def uses(name: str) -> set[str]:
        return {
            use
            for one in terms.iter(f"{{*}}{name}") if one.get("type", "usage") == "usage"
            for use in re.split(r"[,\s]+", (one.text or "").lower()) if use
        }  # fmt: skip

    permitted, prohibited = uses("permits"), uses("prohibits")
    payments = {one.get("type", "") for one in terms.iter("{*}payment")}
    return (not permitted or bool(permitted & _TRAINING)) and not prohibited & _TRAINING and payments <= _FREE
