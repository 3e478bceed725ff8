"""The lexicon: what machines write in place of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEntry:
    """One substitution."""

    spun: str
    """What the machine writes."""
    proper: str
    """What stood there."""
    weight: float
    """0..3, how odd the spun word is in honest text; 0 for an honest word that contains a spun one (海内外)."""


@dataclass(frozen=True, kw_only=True)
class SpunLexicon:
    """Substitutions to look for."""

    entries: Mapping[str, LexiconEntry]
    """By spun word."""

    @cached_property
    def heads(self) -> Mapping[str, tuple[str, ...]]:
        """The first two characters of a word -> the words that begin so, the longest first."""
        heads: dict[str, list[str]] = {}
        for word in sorted(self.entries, key=lambda word: (-len(word), word)):
            heads.setdefault(word[:2], []).append(word)
        return {head: tuple(words) for head, words in heads.items()}

    def count(self, text: str) -> Counter[str]:
        """How often the text has each word; where several words begin at one place, the longest counts."""
        heads, found, end = self.heads, Counter[str](), 0
        for start in [at for at in range(len(text) - 1) if text[at : at + 2] in heads]:
            if start < end:
                continue
            for word in heads[text[start : start + 2]]:
                if text.startswith(word, start):
                    found[word] += self.entries[word].weight > 0
                    end = start + len(word)
                    break
        return +found

    @staticmethod
    def load(learned: Iterable[LexiconEntry] = ()) -> SpunLexicon:
        """The shipped vocabulary (``data/spun.tsv``), and what the store has learned."""
        text = resources.files("cleaners.data").joinpath("spun.tsv").read_text(encoding="utf-8")
        rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
        shipped = [LexiconEntry(spun=spun, proper=proper, weight=float(weight)) for spun, proper, weight in rows]
        return SpunLexicon(entries={entry.spun: entry for entry in (*shipped, *learned)})
