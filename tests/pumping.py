"""Strings on which a regular expression may take long, made from the expression itself.

A backtracking matcher is slow where one stretch of text can be read by a repeat in many ways, or from many places, and
what must follow does not: so each string is what may stand before a repeat, one of its rounds many times, and an end
that fits nothing (Weideman et al., Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers, 2016).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {"DIGIT": "7", "NOT_DIGIT": "x", "SPACE": " ", "NOT_SPACE": "x", "WORD": "x", "NOT_WORD": "-"}
_ANY = "x"
_CANDIDATES = "x7 中-。.<\n/\"'=&;:(、\t"  # for what is said by what it is not
_MANY = 64  # rounds: repeats of fewer are not pumped
_ENDS = ("\x00", "")  # a sign that nothing fits, and none


@dataclass(frozen=True, slots=True)
class PumpedText:
    """A family of texts: ``before + pump * n + after``."""

    before: str
    pump: str
    after: str

    def of(self, count: int) -> str:
        """The text with about ``count`` characters of the pump."""
        return self.before + self.pump * max(1, count // len(self.pump)) + self.after


def pumped(pattern: re.Pattern[Any]) -> Iterator[PumpedText]:
    """The texts to try, each once."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    seen: set[tuple[str, str]] = set()
    for before, pump in _repeats(tree, "", pattern.flags):
        # The last two: every place where the repeat may begin is another round.
        for start, round_ in {("", pump), (before, pump), ("", before), ("", before + pump)}:
            if round_ and (start, round_) not in seen:
                seen.add((start, round_))
                for after in _ENDS:
                    yield PumpedText(start, round_, after)


def _repeats(nodes: Iterable[Any], before: str, flags: int) -> Iterator[tuple[str, str]]:
    """Of every repeat in a sequence: what may stand before it, and its rounds."""
    for op, value in nodes:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = value
            if most >= _MANY:
                for one in _rounds(body, flags):
                    yield before, one
            yield from _repeats(body, before, flags)
            before += _example([(op, value)], flags)
            continue
        for inner in _inside(op, value):
            yield from _repeats(inner, before, flags)
        before += _example([(op, value)], flags)


def _inside(op: Any, value: Any) -> list[Any]:
    if op is sre.BRANCH:
        return list(value[1])
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    if op is sre.ATOMIC_GROUP:
        return [value]
    if op is sre.GROUPREF_EXISTS:
        return [one for one in value[1:] if one]
    return []


def _rounds(body: Any, flags: int) -> Iterator[str]:
    """A round of a repeat in several ways: by each alternative of it, by several signs of its first set."""
    nodes = list(body)
    while len(nodes) == 1 and nodes[0][0] is sre.SUBPATTERN:
        nodes = list(nodes[0][1][3])
    if len(nodes) == 1 and nodes[0][0] is sre.BRANCH:
        for alternative in nodes[0][1][1]:
            yield from _rounds(alternative, flags)
        return
    if len(nodes) == 1 and nodes[0][0] in (sre.IN, sre.ANY, sre.NOT_LITERAL):
        yield from _signs(*nodes[0], flags)
        return
    yield _example(nodes, flags)
    firsts = list(_signs(*nodes[0], flags))[:4] if nodes else []
    for first in firsts[1:]:
        yield first + _example(nodes[1:], flags)


def _signs(op: Any, value: Any, flags: int) -> list[str]:
    """Some of the characters that one place takes."""
    if op is sre.LITERAL:
        return [chr(value)]
    if op is sre.ANY:
        return [_ANY, " ", "7"]
    if op is sre.NOT_LITERAL:
        return [sign for sign in _CANDIDATES if ord(sign) != value][:6]
    if op is sre.IN:
        if value[0][0] is sre.NEGATE:
            taken = re.compile("[" + "".join(map(re.escape, _CANDIDATES)) + "]")
            return [sign for sign in taken.findall(_CANDIDATES) if not _is_in(sign, value[1:])][:6]
        return [sign for one in value for sign in _members(*one)][:6]
    if op is sre.CATEGORY:
        return list(_members(op, value))
    return []


def _members(op: Any, value: Any) -> Iterator[str]:
    if op is sre.LITERAL:
        yield chr(value)
    elif op is sre.RANGE:
        yield chr(value[0])
    elif op is sre.CATEGORY:
        yield _CATEGORIES[str(value).removeprefix("CATEGORY_").removeprefix("UNI_")]


def _is_in(sign: str, members: Iterable[Any]) -> bool:
    for op, value in members:
        if op is sre.LITERAL and ord(sign) == value:
            return True
        if op is sre.RANGE and value[0] <= ord(sign) <= value[1]:
            return True
        if op is sre.CATEGORY:
            name = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
            kind = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.removeprefix("NOT_")]
            if bool(re.match(kind, sign)) != name.startswith("NOT_"):
                return True
    return False


def _example(nodes: Iterable[Any], flags: int) -> str:
    """A text that a sequence takes, as short as it gets (a repeat that may be left out has one round)."""
    parts = []
    for op, value in nodes:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            parts.append(_example(value[2], flags) * max(1, min(value[0], _MANY)))
        elif op is sre.BRANCH:
            parts.append(_example(value[1][0], flags))
        elif op is sre.SUBPATTERN:
            parts.append(_example(value[3], flags))
        elif op is sre.ATOMIC_GROUP:
            parts.append(_example(value, flags))
        elif op is sre.ASSERT and value[0] > 0:
            continue
        else:
            parts.append(next(iter(_signs(op, value, flags)), ""))
    return "".join(parts)
