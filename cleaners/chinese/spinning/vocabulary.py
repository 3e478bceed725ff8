"""The lexicon: what machines write in place of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from cleaners.chinese.word_finder import WordFinder


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEntry:
    """One substitution."""

    spun: str
    """What the machine writes."""
    proper: str
    """What stood there."""
    weight: float
    """0..3, how odd the spun word is in honest text; 0 for an honest word that contains a spun one (海内外), 4 for what
    is no word at all (东说念主)."""


@dataclass(frozen=True, kw_only=True)
class SpunLexicon:
    """Substitutions to look for."""

    entries: Mapping[str, LexiconEntry]
    """By spun word."""

    @cached_property
    def _finder(self) -> WordFinder:
        return WordFinder(self.entries)

    def count(self, text: str) -> Counter[str]:
        """How often the text has each word; where several words begin at one place, the longest counts."""
        found, end = Counter[str](), 0
        for start, word in self._finder.find(text):
            if start >= end:
                found[word] += self.entries[word].weight > 0
                end = start + len(word)
        return +found

    @staticmethod
    def load(learned: Iterable[LexiconEntry] = ()) -> SpunLexicon:
        """The shipped vocabulary (``data/spun.tsv``), and what the store has learned."""
        text = resources.files("cleaners.data").joinpath("spun.tsv").read_text(encoding="utf-8")
        rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
        shipped = [LexiconEntry(spun=spun, proper=proper, weight=float(weight)) for spun, proper, weight in rows]
        return SpunLexicon(entries={entry.spun: entry for entry in (*shipped, *learned)})
