"""The lexicon: what machines write in place of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One substitution."""

    spun: str
    """What the machine writes."""
    proper: str
    """What stood there."""
    weight: float
    """0..3, how odd the spun word is in honest text; 0 for an honest word that contains a spun one (海内外)."""


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Substitutions to look for."""

    entries: Mapping[str, Entry]
    """By spun word."""

    @cached_property
    def lengths(self) -> Mapping[int, frozenset[str]]:
        """Length -> the words of that length, the longest first."""
        longest_first = sorted({len(word) for word in self.entries}, reverse=True)
        return {length: frozenset(word for word in self.entries if len(word) == length) for length in longest_first}

    def count(self, text: str) -> dict[str, int]:
        """How often each word stands in the text by itself, not as a part of a longer word of the lexicon."""
        found: dict[str, int] = {}
        for length, words in self.lengths.items():
            for word in {text[at : at + length] for at in range(len(text) - length + 1)} & words:
                inside = sum(number * longer.count(word) for longer, number in found.items())
                if (number := text.count(word) - inside) > 0:
                    found[word] = number
        return {word: number for word, number in found.items() if self.entries[word].weight > 0}

    @staticmethod
    def load(learned: Iterable[Entry] = ()) -> Lexicon:
        """The shipped vocabulary (``data/spun.tsv``), and what the store has learned."""
        text = resources.files("cleaners.data").joinpath("spun.tsv").read_text(encoding="utf-8")
        rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
        shipped = [Entry(spun=spun, proper=proper, weight=float(weight)) for spun, proper, weight in rows]
        return Lexicon(entries={entry.spun: entry for entry in (*shipped, *learned)})
