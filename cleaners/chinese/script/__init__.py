"""Chinese scripts: conversion (the only home of OpenCC), detection, the grammar of annotations, a fold for rules."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaners.chinese.script import ruby
from cleaners.chinese.script.characters import scripts
from cleaners.chinese.script.conversion import to_simplified, to_traditional
from cleaners.chinese.script.detection import conversion_mistakes, detect, language
from cleaners.chinese.script.ruby import INVISIBLE

__all__ = [
    "annotation",
    "conversion_mistakes",
    "detect",
    "fold",
    "language",
    "to_simplified",
    "to_traditional",
    "variants",
]


def variants() -> Mapping[str, str]:
    """Traditional character -> the simplified one that :func:`fold` puts in its place."""
    return scripts().to_simplified


@cache
def _foldable() -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(scripts().to_simplified)
    table.update({chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)})
    table.update({"\u3000": " ", "\u00a0": " "})
    return re.compile("[" + "".join(scripts().to_simplified) + f"\u3000\u00a0\uff01-\uff5e{INVISIBLE}]"), table


def fold(text: str) -> str:
    """The form that rules are matched against, never stored: half width, simplified, without annotations.

    Full-width letters, digits and ASCII punctuation become ASCII (，： -> ``,`` ``:``), ideographic and no-break spaces
    become spaces, characters that are not seen go, traditional characters become simplified one by one.

    >>> fold("萍鄉（xiāng）新聞：２０２３")
    '萍乡新闻:2023'
    """
    if text.isascii():
        return text
    if len(text) > _LONG:
        return _fold_long(ruby.remove(text))
    pattern, table = _foldable()
    return pattern.sub(lambda match: table.get(match.group(), ""), ruby.remove(text))


_LONG = 300  # characters from which on one look-up for all takes less time than one for each that changes


def _fold_long(text: str) -> str:
    codes = _folded_codes()[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")]
    kept: bytes = codes[codes <= sys.maxunicode].tobytes()
    return kept.decode("utf-32-le", "surrogatepass")


@cache
def _folded_codes() -> NDArray[np.uint32]:
    """What stands for each code point, a number beyond all of them for those that go."""
    pattern, table = _foldable()
    codes = np.arange(sys.maxunicode + 1, dtype="<u4")
    for char in pattern.findall("".join(map(chr, range(0x10000)))):
        codes[ord(char)] = ord(table[char]) if char in table else sys.maxunicode + 1
    return codes
