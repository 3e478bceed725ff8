"""The words of a list that stand in a text: all places are looked at at once, by the first two characters of a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

_BITS = 18  # of a hash of two characters: lists have some thousand words


class WordFinder:
    """A list of words to look for; those of one character are never found."""

    __slots__ = ("_by_head", "_met")

    def __init__(self, words: Iterable[str]) -> None:
        by_head: dict[str, list[str]] = {}
        for word in sorted(words, key=lambda word: (-len(word), word)):
            if len(word) > 1:
                by_head.setdefault(word[:2], []).append(word)
        self._by_head: Mapping[str, list[str]] = by_head
        self._met = np.zeros(1 << _BITS, np.bool_)
        self._met[_hashes("".join(by_head))[::2]] = True

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Every word that stands in the text with its place, in order; at one place the longest word first."""
        for at in np.flatnonzero(self._met[_hashes(text)]).tolist():
            for word in self._by_head.get(text[at : at + 2], ()):
                if text.startswith(word, at):
                    yield at, word


def _hashes(text: str) -> NDArray[np.uint32]:
    """A number below ``1 << _BITS`` for each character but the last, made of it and the one behind it."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return ((codes[:-1] * np.uint32(0x9E3779B1)) ^ (codes[1:] * np.uint32(0x85EBCA77))) >> np.uint32(32 - _BITS)
