"""How many characters of each kind a text has: one look at each character for all that asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from cleaners.characters import HAN
from cleaners.chinese.script.characters import scripts

# A kind is a bit: a character may be of several.
_KINDS: dict[str, str] = {
    "han": f"[{HAN}]+",
    "kana": "[\u3041-\u3096\u30a1-\u30fa]+",
    "hangul": "[\uac00-\ud7a3\u1100-\u11ff]+",
    "letters": rf"[^\W\d_{HAN}\u3041-\u30fa\uac00-\ud7a3]+",
}
_PLANES = 0x20000  # the first two: in the next two all are Chinese, and behind them stands no letter
_LAST = 0x40000  # one place for all that is behind


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterCensus:
    """Counts of characters."""

    han: int
    """Chinese characters."""
    kana: int
    hangul: int
    letters: int
    """Those of other scripts."""
    simplified: int
    """Chinese characters that no traditional text has."""
    traditional: int
    """Chinese characters that no simplified text has."""
    alphabetic: int
    """Characters of all scripts that stand for a sound or a word; no digits."""


@lru_cache(maxsize=16)  # the body of a page is asked about again and again
def census(text: str) -> CharacterCensus:
    """Count the characters of a text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    met = np.bincount(_kinds()[np.minimum(codes, _LAST)], minlength=1 << len(_NAMES))
    counts = met @ _bits()
    return CharacterCensus(**dict(zip(_NAMES, counts.tolist(), strict=True)))


_NAMES = (*_KINDS, "simplified", "traditional", "alphabetic")


@cache
def _bits() -> NDArray[np.int64]:
    """Combinations of kinds x kinds: whether the combination has the kind, 0 or 1."""
    combinations = np.arange(1 << len(_NAMES))
    return np.stack([combinations >> bit & 1 for bit in range(len(_NAMES))], axis=1)


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kinds of every code point up to ``_LAST``, as bits."""
    table = np.zeros(_LAST + 1, np.uint8)
    every = "".join(map(chr, range(_PLANES)))
    for name, pattern in _KINDS.items():
        for run in re.finditer(pattern, every):
            table[run.start() : run.end()] |= _bit(name)
    own = scripts()
    for name, characters in (("simplified", own.simplified), ("traditional", own.to_simplified)):
        table[[ord(char) for char in characters]] |= _bit(name)
    table[:_PLANES][np.fromiter(map(str.isalpha, every), np.bool_, _PLANES)] |= _bit("alphabetic")
    table[_PLANES:_LAST] |= _bit("han") | _bit("alphabetic")
    return table


def _bit(name: str) -> int:
    return 1 << _NAMES.index(name)
