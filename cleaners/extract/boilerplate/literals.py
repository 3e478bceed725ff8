"""Which of many regular expressions may match a text, told by the literals that each of them needs.

Trying fifty expressions on every short line of a page costs more than reading the page. Nearly all need one of a few
characters, or pairs of characters, to match at all: a look-up for those of the text leaves the few that are tried. The
literals are read from the expressions themselves, as Python parses them; one that is not understood is always tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # how Python parses an expression is not typed
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Needs = frozenset[str] | None
"""A text that matches has one of these characters or pairs, in lower case; None: nothing is known."""
_BITS = 16  # of the hash of a pair
_SHARE = 64  # so many expressions have a bit of their own, others share one: they are tried more often
_EVERY = (1 << _SHARE) - 1


class LiteralIndex:
    """Regular expressions, of which those that may match a line are found by its characters and pairs."""

    __slots__ = ("_always", "_of_character", "_of_pair", "_size")

    def __init__(self, patterns: Sequence[str]) -> None:
        """``patterns`` ignore case where they are used."""
        self._size = len(patterns)
        self._always = 0
        self._of_character = np.zeros(1 << 16, np.uint64)
        self._of_pair = np.zeros(1 << _BITS, np.uint64)
        for number, pattern in enumerate(patterns):
            bit = 1 << number % _SHARE
            needs = literals(pattern)
            if needs is None:
                self._always |= bit
            for key in needs or ():
                if len(key) == 1:
                    self._of_character[_codes(key)] |= np.uint64(bit)
                else:
                    self._of_pair[_pairs(_codes(key))] |= np.uint64(bit)

    def look(self, lines: Sequence[str]) -> list[int]:
        """What may match each line, as :meth:`candidates` takes it: all lines are looked through at once."""
        codes = _codes("\n".join((*lines, "")).lower())
        met = self._of_character[codes]
        met[:-1] |= self._of_pair[_pairs(codes)]
        ends = np.flatnonzero(codes == ord("\n"))
        starts = np.concatenate(([0], ends[:-1] + 1))
        return [bits | self._always for bits in np.bitwise_or.reduceat(met, starts).tolist()] if lines else []

    def candidates(self, looked: int = _EVERY) -> Iterator[int]:
        """The numbers of the expressions that may match a line, rising; those left out do not."""
        while looked:
            lowest = looked & -looked
            yield from range(lowest.bit_length() - 1, self._size, _SHARE)
            looked ^= lowest


def _codes(text: str) -> NDArray[np.uint32]:
    """The code points; all beyond the BMP are one."""
    codes: NDArray[np.uint32] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return codes.clip(max=0xFFFF)


def _pairs(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A number for each two characters, below ``1 << _BITS``; chance gives some the same."""
    mixed: NDArray[np.uint32] = (codes[:-1] * np.uint32(0x9E3779B1)) ^ (codes[1:] * np.uint32(0x85EBCA77))
    numbers: NDArray[np.uint32] = mixed >> np.uint32(32 - _BITS)
    return numbers


_DIGITS = frozenset(re.findall(r"\d", "".join(map(chr, range(1 << 16)))))


def literals(pattern: str) -> _Needs:
    """What a text that matches ``pattern``, whatever the case of its letters, cannot do without one of.

    >>> sorted(literals("扫一扫|关[注住]"))
    ['关', '扫一']
    """
    return _of_sequence(_parser.parse(pattern, re.IGNORECASE))


def _of_sequence(parsed: Any) -> _Needs:
    """The needs of the part that is met most rarely: one with pairs, and few of them."""
    found: list[frozenset[str]] = []
    before = ""
    for kind, value in parsed:
        char = chr(value).lower() if kind is _constants.LITERAL else ""
        if len(char) == 1:
            found.append(frozenset((before + char,)))
        elif (needs := _of_part(kind, value)) is not None:
            found.append(needs)
        before = char if len(char) == 1 else ""
    return min(found, key=lambda needs: (min(map(len, needs)) < 2, len(needs)), default=None)


def _of_part(kind: Any, value: Any) -> _Needs:
    if kind is _constants.SUBPATTERN:
        return _of_sequence(value[-1])
    if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return _of_sequence(value[2]) if value[0] > 0 else None
    if kind is _constants.IN and value == [(_constants.CATEGORY, _constants.CATEGORY_DIGIT)]:
        return _DIGITS
    if kind is _constants.IN and all(one is _constants.LITERAL for one, _ in value):
        chars = [chr(code).lower() for _, code in value]
        return frozenset(chars) if all(len(char) == 1 for char in chars) else None
    if kind is _constants.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        known = [needs for needs in branches if needs is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    return None
