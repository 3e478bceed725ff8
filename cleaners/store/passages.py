"""Passages of a text around the words that were looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.store.tokens import fold

_WIDTH = 80  # characters of a passage: two lines of a terminal
_LEAD = 20  # characters before the first word
_MOST = 2
_SCANNED = 400  # occurrences looked at: enough to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a text as it stands, with the places to highlight."""

    text: str
    """One line; ``…`` where it was cut out of more."""
    marks: tuple[tuple[int, int], ...]
    """(start, end) of each word found, in ``text``."""


def passages(text: str, finders: Sequence[re.Pattern[str]]) -> tuple[Passage, ...]:
    """The one or two pieces of a text with the most different words of those looked for, in order of the text."""
    folded = fold(text)
    spans: list[tuple[int, int, int]] = []
    for n, finder in enumerate(finders):
        for count, found in enumerate(finder.finditer(folded)):
            if count == _SCANNED:
                break
            spans.append((found.start(), found.end(), n))
    spans.sort()
    chosen: list[int] = []
    shown: set[int] = set()
    while len(chosen) < _MOST:
        best = max(range(len(spans)), key=lambda i: (len(_words(spans, i) - shown), -i), default=None)
        if best is None or not _words(spans, best) - shown:
            break
        chosen.append(best)
        shown |= _words(spans, best)
    return tuple(_cut(text, spans, i) for i in sorted(chosen))


def _words(spans: Sequence[tuple[int, int, int]], first: int) -> set[int]:
    """Which of the words stand in a passage that starts with this occurrence."""
    end = spans[first][0] + _WIDTH - _LEAD
    words: set[int] = set()
    for start, _, n in spans[first:]:
        if start >= end:
            break
        words.add(n)
    return words


def _cut(text: str, spans: Sequence[tuple[int, int, int]], first: int) -> Passage:
    start = max(0, spans[first][0] - _LEAD)
    line = text.rfind("\n", start, spans[first][0])
    start = line + 1 if line >= 0 else start
    end = min(len(text), max(start + _WIDTH, spans[first][1]))
    before, after = "…" if start and line < 0 else "", "…" if end < len(text) else ""
    shift = len(before) - start
    marks: list[tuple[int, int]] = []
    for a, b, _ in spans[first:]:
        if b <= end and (not marks or a + shift >= marks[-1][1]):
            marks.append((a + shift, b + shift))
    return Passage(text=before + text[start:end].replace("\n", " ") + after, marks=tuple(marks))
