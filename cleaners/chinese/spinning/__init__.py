"""The vocabulary of spun text: what machines write in place of ordinary words. It flags spun copies by themselves.

A spun word by itself proves nothing (技能 and 家当 have honest uses), so words are weighted by how odd they are, and
many different ones have to come together; or what is no word in any use (东说念主 for 人) stands all over the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cleaners.chinese.script import fold
from cleaners.chinese.script.census import census
from cleaners.chinese.spinning.learn import GrowthSettings, grow, spun_side, substitutions
from cleaners.chinese.spinning.usage import rarity
from cleaners.chinese.spinning.vocabulary import LexiconEntry, SpunLexicon
from cleaners.chinese.spinning.word_boundaries import whole_words

__all__ = [
    "GrowthSettings",
    "LexiconEntry",
    "SpunLexicon",
    "SpunScore",
    "grow",
    "rarity",
    "score",
    "spun_side",
    "substitutions",
    "whole_words",
]

_FEWEST_KINDS = 3  # different odd words
_ODD = 1.0  # weight from which on a word is odd
_SHARE = 0.008  # of the text, weighted
_NO_WORD = 4.0  # weight of what is no word in any use
_FEWEST_NO_WORDS = 4  # of these, where they stand all over the text,
_STRETCH = 250  # one in so many characters at least: who writes about spinning shows some
_CAP = 4  # times that one word counts: a topic may need an odd word often


@dataclass(frozen=True, slots=True, kw_only=True)
class SpunScore:
    """How much a text's vocabulary looks spun."""

    weight: float
    """Weighted count of the spun words (:attr:`LexiconEntry.weight`), each at most a few times."""
    share: float
    """Weighted share of the text's Chinese characters that are spun words."""
    kinds: int
    """Different odd words found."""
    hits: Mapping[str, int] = field(default_factory=dict)
    """Spun word -> how often it stands in the text."""
    is_spun: bool
    """Whether the text is flagged."""


def score(text: str, lexicon: SpunLexicon) -> SpunScore:
    """Judge a text by its vocabulary, in either script."""
    plain = fold(text)
    han = census(plain).han
    hits = lexicon.count(plain)
    entries = lexicon.entries
    kinds = sum(entries[word].weight >= _ODD for word in hits)
    weight = sum(min(count, _CAP) * entries[word].weight for word, count in hits.items())
    weighted = sum(min(count, _CAP) * entries[word].weight * len(word) / 3 for word, count in hits.items())
    share = min(1.0, weighted / han) if han else 0.0
    no_words = sum(count for word, count in hits.items() if entries[word].weight >= _NO_WORD)
    everywhere = no_words >= max(_FEWEST_NO_WORDS, han / _STRETCH)
    is_spun = everywhere or (kinds >= _FEWEST_KINDS and share >= _SHARE)
    return SpunScore(weight=weight, share=share, kinds=kinds, hits=hits, is_spun=is_spun)
