"""The ways in which Chinese bytes are read in a wrong charset, each with its way back over the bytes.

ftfy undoes what single-byte charsets make of UTF-8 too, but knows neither GBK nor Big5, and takes pairs of GBK bytes
for UTF-8 (``C7 B0`` for ǰ, not 前): which is right can only be told by trying all of them, so that all are here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_WESTERN = ("latin", "cp437", "cp850", "mac_roman", "cp1250", "cp1254")
# Words of other scripts are valid bytes of GBK and Big5 too, so these are undone for UTF-8 only, and Korean is never.
_OTHERS = ("cp1251", "koi8_r", "cp866", "cp874")
_SINGLE_BYTE = (*_WESTERN, *_OTHERS)
_LOST_BYTE = b"\xff"  # begins no character in UTF-8, GBK or Big5
# The last byte of a character, A0, is a no-break space in single-byte charsets and became a space in a clean-up.
_NARROWED = re.compile(rb"(?<=[\xe2-\xe9][\x80-\xbf])\x20|(?<=[\xe2-\xe9])\x20(?=[\x80-\xbf])")
_FULL_STOP = re.compile(rb"\xe3\x80[\xff?]+(?=\s*$)")  # of all marks that begin so, the one that ends a line
_LOST = re.compile("\ufffd+\\??")  # bytes of one character; a question mark stands for one that had no place


@dataclass(frozen=True, slots=True, kw_only=True)
class Misreading:
    """Bytes of one charset that were read in another one."""

    wrong: str
    """The charset they were read in: a codec of Python, or ``latin``, windows-1252 and ISO 8859-1 in one."""
    right: str
    """The charset they were written in: a codec of Python."""

    @property
    def is_single_byte(self) -> bool:
        """Whether every byte became a character: Latin, Greek or Cyrillic letters and signs instead of Chinese."""
        return self.wrong in _SINGLE_BYTE

    @property
    def checks(self) -> bool:
        """Whether few bytes are valid in the right charset, so that validity alone is evidence."""
        return self.right == "utf-8"

    def undo(self, text: str) -> str | None:
        """The text as it was, U+FFFD for each character that is lost; None where a character is none of the charset.

        >>> Misreading(wrong="latin", right="gb18030").undo("ÐÂÎÅ")
        '新闻'
        """
        data = _single_bytes(text, self.wrong) if self.is_single_byte else _double_bytes(text, self.wrong)
        if data is None:
            return None
        if self.right == "utf-8":
            data = _FULL_STOP.sub(b"\xe3\x80\x82", _NARROWED.sub(b"\xa0", data))
        try:
            return data.decode(self.right)
        except UnicodeDecodeError:
            return _LOST.sub("\ufffd", data.decode(self.right, "replace"))


MISREADINGS = (
    *(Misreading(wrong=wrong, right="utf-8") for wrong in (*_SINGLE_BYTE, "gb18030", "big5hkscs", "cp932")),
    *(Misreading(wrong=wrong, right="gb18030") for wrong in (*_WESTERN, "big5hkscs", "cp932")),
    *(Misreading(wrong=wrong, right="big5hkscs") for wrong in (*_WESTERN, "gb18030", "cp932")),
)
"""All that are known, the commonest first."""


def _single_bytes(text: str, charset: str) -> bytes | None:
    table = _bytes_of(charset)
    try:
        return bytes([table[char] for char in text])
    except KeyError:
        return None


@cache
def _bytes_of(charset: str) -> Mapping[str, int]:
    """Character -> byte; bytes that a charset leaves out stand for themselves, as in browsers."""
    table = {"\ufffd": _LOST_BYTE[0]}
    for byte in range(256):
        char = bytes((byte,)).decode("cp1252" if charset == "latin" else charset, "replace")
        if char == "\ufffd" or charset == "latin":
            table[chr(byte)] = byte
        if char != "\ufffd":
            table[char] = byte
    return table


def _double_bytes(text: str, charset: str) -> bytes | None:
    try:
        if charset == "gb18030":  # decoders read the byte 80, which begins no pair, as €
            return _LOST_BYTE.join(
                b"\x80".join(part.encode(charset) for part in whole.split("€")) for whole in text.split("\ufffd")
            )
        return _LOST_BYTE.join(_encode(part, charset) for part in text.split("\ufffd"))
    except UnicodeEncodeError:
        return None


def _encode(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        if charset != "big5hkscs":
            raise
        return text.encode("cp950")
