"""Learn spun words: substitutions between an original and its aligned copy, kept when they recur."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from cleaners.characters import HAN
from cleaners.chinese.spinning.usage import commonness, oddness
from cleaners.chinese.spinning.vocabulary import LexiconEntry
from cleaners.chinese.spinning.word_boundaries import whole_words

_ANCHOR = 5  # characters of an n-gram that both texts have once: it anchors the alignment
_WIDEST_GAP = 120  # characters between anchors that are worth aligning
_LONGEST = 6  # characters of a substituted word
_HAN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthSettings:
    """What a substitution must show before it is believed."""

    fewest: int = 3
    """Times it was seen."""
    consistency: float = 0.5
    """Share of the occurrences of the spun word that replace this proper word."""
    weight: float = 0.7
    """How odd the spun word must be (see :class:`LexiconEntry`)."""
    honest_share: float = 0.002
    """Share of honest texts that may have the spun word."""


def substitutions(original: str, copy: str) -> Counter[tuple[str, str]]:
    """``(spun, proper) -> count`` for words of the original that the copy has replaced.

    Both texts in normal form, or at least of one script. Anchors as in patience diff (Bram Cohen): n-grams that stand
    once in both texts, in the longest run of equal order; between them the Ratcliff/Obershelp matcher of difflib. Where
    only one character differs, the word it belongs to is not known: both extensions are counted, and
    :func:`~cleaners.chinese.spinning.word_boundaries.whole_words` tells them apart when they have recurred.
    """
    found: Counter[tuple[str, str]] = Counter()
    for gap_original, gap_copy in _gaps(original, copy):
        for spun, proper in _replaced(gap_original, gap_copy):
            found[spun, proper] += 1
    return found


def _gaps(original: str, copy: str) -> Iterator[tuple[str, str]]:
    """Corresponding stretches that differ, with an anchor's characters on both sides."""
    here = there = 0
    for at_original, at_copy in [*_anchors(original, copy), (len(original), len(copy))]:
        if original[here:at_original] != copy[there:at_copy]:
            wide = max(at_original - here, at_copy - there)
            if wide <= _WIDEST_GAP:
                start_here, start_there = max(0, here - 1), max(0, there - 1)
                yield original[start_here : at_original + 1], copy[start_there : at_copy + 1]
        here, there = at_original, at_copy


def _anchors(original: str, copy: str) -> list[tuple[int, int]]:
    places = _unique(copy)
    pairs = [(at, places[gram]) for gram, at in _unique(original).items() if gram in places]
    return _longest_increasing(sorted(pairs))


def _unique(text: str) -> dict[str, int]:
    grams = Counter(text[at : at + _ANCHOR] for at in range(len(text) - _ANCHOR + 1))
    return {text[at : at + _ANCHOR]: at for at in range(len(text) - _ANCHOR + 1) if grams[text[at : at + _ANCHOR]] == 1}


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence in which both places rise (patience sorting)."""
    tails: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for index, (_, there) in enumerate(pairs):
        slot = bisect_left(tails, there)
        before.append(holders[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(there)
            holders.append(index)
        else:
            tails[slot], holders[slot] = there, index
    chain: list[tuple[int, int]] = []
    index = holders[-1] if holders else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _replaced(original: str, copy: str) -> Iterator[tuple[str, str]]:
    matcher = SequenceMatcher(None, original, copy, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        proper, spun = original[first:last], copy[start:end]
        if tag != "replace" or max(len(proper), len(spun)) > _LONGEST:
            continue
        if len(proper) > 1 and len(spun) > 1:
            candidates = [(spun, proper)]
        else:
            candidates = [
                (copy[start - 1 : end], original[first - 1 : last]) if first and start else ("", ""),
                (copy[start : end + 1], original[first : last + 1]),
            ]
        for word, stood in candidates:
            if len(word) > 1 and len(stood) > 1 and _HAN.fullmatch(word) and _HAN.fullmatch(stood):
                yield word, stood


def grow(
    seen: Mapping[tuple[str, str], int], honest: Sequence[str] = (), rule: GrowthSettings | None = None
) -> tuple[LexiconEntry, ...]:
    """The substitutions that recur, always for the same word, and whose spun word is odd in honest text.

    ``seen`` adds up what :func:`substitutions` found; ``honest`` are texts that are no copies (the originals of the
    same pairs will do): words that they use are no evidence, whatever a machine does with them. Random differences
    between two texts (edits, misprints, other news) do not recur with the same partner. Most frequent first.
    """
    rule = rule or GrowthSettings()
    totals: Counter[str] = Counter()
    for (spun, _), count in seen.items():
        totals[spun] += count
    best: dict[str, tuple[int, str]] = {}
    for (spun, proper), count in whole_words(seen).items():
        injected = proper in spun or spun in proper
        if count >= rule.fewest and count >= rule.consistency * totals[spun] and not injected:
            best[spun] = max(best.get(spun, (0, "")), (count, proper))
    usual = _used_by(honest, best)
    learned = [
        (count, LexiconEntry(spun=spun, proper=proper, weight=round(oddness(spun, proper), 1)))
        for spun, (count, proper) in best.items()
        if usual[spun] <= rule.honest_share * len(honest)
    ]
    kept = [found for found in learned if found[1].weight >= rule.weight]
    return tuple(entry for _, entry in sorted(kept, key=lambda found: (-found[0], found[1].spun)))


def spun_side(one: str, other: str) -> int:
    """Which of two versions of an article was spun: 0 for ``one``, 1 for ``other``.

    Writers use common words; a machine puts rarer ones in their place, word by word.
    """
    balance = 0.0
    for (theirs, ours), count in substitutions(one, other).items():
        if len(ours) > 1 and len(theirs) > 1:
            balance += count * math.log10((commonness(ours) + 3) / (commonness(theirs) + 3))
    return 1 if balance >= 0 else 0


def _used_by(texts: Sequence[str], words: Iterable[str]) -> Counter[str]:
    """How many texts have each word, inside other words too."""
    wanted = {length: {word for word in words if len(word) == length} for length in range(2, _LONGEST + 2)}
    used: Counter[str] = Counter()
    for text in texts:
        for length, candidates in wanted.items():
            if candidates:
                used.update({text[at : at + length] for at in range(len(text) - length + 1)} & candidates)
    return used
