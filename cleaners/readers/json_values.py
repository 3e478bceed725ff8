"""The values of a JSON text one after the other, in bounded memory: those of an array, or several behind each other.

Only where a value ends is looked for here. Each is read by the standard library, which takes what parsers of streams
stumble over: numbers of more than 64 bits, and half a surrogate pair, as a program leaves that cuts an emoji in two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from cleaners.errors import UnusableInput
from cleaners.readers.table_columns import integer

_PIECE = 64 * 1024  # characters
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_NEAR = 16  # characters: a word of JSON, or an escape, that is cut at the end
_NEXT_OBJECT = re.compile(r'\}[ \t\r\n]*+,?[ \t\r\n]*+(?=\{[ \t\r\n]*+")')
_OBJECT = re.compile(r'(?=\{[ \t\r\n]*+")')
_OVERLAP = 64  # characters: what stands between two objects may be cut at the end of what is held
_DECODER = json.JSONDecoder(parse_int=integer, strict=False)


@dataclass(frozen=True, slots=True)
class BrokenValue:
    """What stands in place of a value that is no JSON."""

    reason: str
    detail: str


def values(text: TextIO, limit: int, *, array: bool, is_part: bool = False) -> Iterator[object]:
    """The values of the array that the text is, or the values that it has.

    A value that is no JSON, or has more than ``limit`` characters, is a ``BrokenValue``: behind it the reading goes on
    at the next object. What follows an array that is part of something else (``is_part``) is not looked at. Raises
    ``UnusableInput("read", ...)`` where an array does not end as it should.
    """
    held = _TextBuffer(text, limit)
    if array:
        held.take("[")
    number = 0
    while sign := held.sign():
        if array and sign == "]":
            held.take("]")
            if is_part or not held.sign():
                return
            # Another array behind it, or what is none.
            number = 0
            try:
                held.take("[")
            except UnusableInput:
                raise UnusableInput("read", "not JSON", "something stands behind the array") from None
            continue
        try:
            if array and number:
                held.take(",")
            yield held.value()
        except UnusableInput as why:
            yield BrokenValue(why.reason, why.detail)
            if not held.skip_to_object():
                return
            number = 0  # no comma stands before it any more
        else:
            number += 1
    if array:
        raise UnusableInput("read", "not JSON", "it ends inside of the array")


class _TextBuffer:
    """A text as far as it was read and not yet used."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self._text, self._limit = text, limit
        self._held, self._at, self._ended = "", 0, False

    def sign(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            blank = _BLANK.match(self._held, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._held) or self._ended:
                return self._held[self._at : self._at + 1]
            self._more()

    def take(self, sign: str) -> None:
        """Pass over a sign that must be the next one."""
        if self.sign() != sign:
            raise UnusableInput("read", "not JSON", f"no {sign} where one should be")
        self._at += 1

    def value(self) -> object:
        """The next value."""
        self.sign()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._held, self._at)
            except RecursionError:
                raise UnusableInput("read", "not JSON", "brackets in brackets without end") from None
            except json.JSONDecodeError as why:
                cut = why.msg.startswith("Unterminated string") or why.pos > len(self._held) - _NEAR
                if self._ended or not cut:
                    raise UnusableInput("read", "not JSON", why.msg) from None
            else:
                if end - self._at > self._limit:
                    raise self._too_large()
                if end < len(self._held) or self._ended:  # else a number may go on
                    self._at = end
                    return found
            self._more()

    def skip_to_object(self) -> bool:
        """Go to the next object behind what could not be read; False where there is none.

        What was no object is passed over up to the next one, what was one up to an end behind which another begins.
        """
        pattern = _NEXT_OBJECT if self._held.startswith("{", self._at) else _OBJECT
        at = self._at + 1
        while (found := pattern.search(self._held, at)) is None:
            if self._ended:
                return False
            self._at = max(self._at, len(self._held) - _OVERLAP)
            at = 0
            self._more()
        self._at = found.end()
        return True

    def _more(self) -> None:
        """Read as much again as there is, so that a long value is not begun too often."""
        rest = self._held[self._at :]
        if len(rest) > self._limit:
            raise self._too_large()
        piece = self._text.read(max(_PIECE, len(rest)))
        self._held, self._at, self._ended = rest + piece, 0, not piece

    def _too_large(self) -> UnusableInput:
        return UnusableInput("read", "page too large", f"more than {self._limit} characters in an object")
