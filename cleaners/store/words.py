"""Text to tokens and queries to phrases, so that full-text search is exact for Chinese words of any length.

A run of CJK characters becomes its overlapping bigrams and, at its end, its last character alone:
人民大会堂 -> 人民 民大 大会 会堂 堂. So every character starts exactly one token: a word of two and more characters
is a phrase of bigrams, a word of one is a prefix. Other words and numbers are tokens as they stand. (Bigram indexing
of CJK text: Lucene's CJKAnalyzer does the same, without the last character.)
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from cleaners.fingerprint import fold as characters

_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"([{_CJK}]+)|[^\\W_{_CJK}]+")


def recipe() -> str:
    """Changes whenever :func:`tokens` would give other tokens: the search index must then be made anew."""
    return f"bigrams and last characters 1; {characters.load().recipe}"


def fold(text: str) -> str:
    """The text as search compares it: full width, case, script and presentation forms told apart no longer.

    Character by character, so that positions in the result are positions in the text.
    """
    return text.translate(_table())


def tokens(text: str) -> str:
    """The tokens of a text to be indexed, joined by spaces."""
    found: list[str] = []
    for run in _RUN.finditer(fold(text)):
        word = run.group()
        if run.group(1):
            found.extend(map("".join, pairwise(word)))
            found.append(word[-1])
        else:
            found.append(word)
    return " ".join(found)


def phrase(text: str) -> str | None:
    """A word or quoted phrase as an FTS5 phrase; None when it has nothing to look for."""
    words = tokens(text).split(" ")
    if words == [""]:
        return None
    if not _ends_in_cjk(words):
        return f'"{" ".join(words)}"'
    # The last character alone stands only at the end of a run: a text may go on after the word.
    if len(words) > 1 and len(words[-2]) == 2 and _is_cjk(words[-2]):
        return f'"{" ".join(words[:-1])}"'
    return f'"{" ".join(words)}" *'


def finder(text: str) -> re.Pattern[str] | None:
    """A pattern that finds in folded text what :func:`phrase` finds in the index; None when there is nothing."""
    parts: list[str] = []
    for run in _RUN.finditer(fold(text)):
        word = re.escape(run.group())
        parts.append(word if run.group(1) else f"(?<![^\\W_{_CJK}]){word}(?![^\\W_{_CJK}])")
    return re.compile("[\\W_]*".join(parts)) if parts else None


def _ends_in_cjk(words: list[str]) -> bool:
    return _is_cjk(words[-1])


def _is_cjk(token: str) -> bool:
    match = _RUN.match(token)
    return bool(match and match.group(1))


@cache
def _table() -> dict[int, str]:
    """Code point -> the one character it is compared as, for those that change."""
    import numpy as np

    points = characters.load().table & ~characters.STARTS
    changed = np.nonzero((characters.load().table > 0) & (points != np.arange(len(points))))[0]
    return dict(zip(changed.tolist(), map(chr, points[changed].tolist()), strict=True))
