"""The fold: what the normal form makes of each character and of some words, read from ``data/fold.txt``.

The file is made by ``benchmarks/build_fold.py``, which says from what; here it becomes arrays for the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

POINTS = 0x110000
STARTS = 1 << 30
"""Flag in the table: a word of the fold may start with this character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldTable:
    """The fold as arrays."""

    recipe: str
    """From which versions of Unicode and OpenCC it was made."""
    table: NDArray[np.int32]
    """For each code point: 0 when it goes, else what it becomes (``STARTS`` may be set), else minus an index into
    ``expansions``."""
    expansions: NDArray[np.int32]
    """Runs of table values, each after its length."""
    words: NDArray[np.int32]
    """Entries of the words, grouped by their first two characters, the longest first: length, length of what it
    becomes, the word, what it becomes; 0 ends a group."""
    slots: NDArray[np.int64]
    """Open-addressing table of the groups: first two characters (``a << 21 | b``), offset into ``words``."""


def _rows() -> list[list[str]]:
    text = (files("cleaners") / "data" / "fold.txt").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def _characters(rows: list[list[str]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    table = np.zeros(POINTS, dtype=np.int32)
    expansions = [0]
    for kind, key, *form in rows:
        if kind == "keep":
            first, last = (int(end, 16) for end in key.split("-"))
            table[first : last + 1] = np.arange(first, last + 1)
        elif kind == "char" and len(form[0]) == 1:
            table[int(key, 16)] = ord(form[0])
        elif kind == "char":
            table[int(key, 16)] = -len(expansions)
            expansions += [len(form[0]), *map(ord, form[0])]
    return table, np.array(expansions, dtype=np.int32)


def slot_of(pair: int, size: int) -> int:
    """Where the search for two characters begins in a table of ``size`` slots (a power of two)."""
    return (pair * 0x9E3779B97F4A7C15 >> 40) & (size - 1)


def _words(rows: list[list[str]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    groups: dict[int, list[tuple[str, str]]] = {}
    for kind, word, *form in rows:
        if kind == "word":
            groups.setdefault(ord(word[0]) << 21 | ord(word[1]), []).append((word, form[0]))
    slots = np.zeros((1 << (4 * len(groups)).bit_length(), 2), dtype=np.int64)
    entries = [0]
    for pair, words in groups.items():
        at = slot_of(pair, len(slots))
        while slots[at, 0]:
            at = (at + 1) % len(slots)
        slots[at] = pair, len(entries)
        for word, form_ in sorted(words, key=lambda entry: -len(entry[0])):
            entries += [len(word), len(form_), *map(ord, word), *map(ord, form_)]
        entries.append(0)
    return np.array(entries, dtype=np.int32), slots


@cache
def load() -> FoldTable:
    """The fold that ships with the package (read once)."""
    rows = _rows()
    table, expansions = _characters([row for row in rows if len(row) > 1])
    words, slots = _words([row for row in rows if len(row) > 1])
    starts = np.unique(slots[slots[:, 0] > 0, 0] >> 21)
    into = np.isin(table, starts)
    table[into] |= STARTS
    return FoldTable(
        recipe=rows[0][0].removeprefix("# recipe: "), table=table, expansions=expansions, words=words, slots=slots
    )
