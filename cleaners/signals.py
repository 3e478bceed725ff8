"""Signals of a text by which corpora are filtered, as corpus makers have published them.

A token is one Han character, or one run of other letters or digits: so Chinese needs no segmentation, and the same text
gives the same figures everywhere. The sources of the definitions:

- Gopher: Rae et al., 2021, https://arxiv.org/abs/2112.11446, table A1 (repetition) and section A.1.1 (lists, ellipses);
- FineWeb: Penedo et al., 2024, https://arxiv.org/abs/2406.17557, and FineWeb-2, https://arxiv.org/abs/2506.20920, as
  its library has them (datatrove, ``GopherRepetitionFilter``, ``FineWebQualityFilter``).

Shares are of characters where the name ends so, else of lines or tokens; all are 0..1, and 0 for an empty text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from cleaners.characters import HAN, HAN_CHARACTER
from cleaners.chinese.script.detection import language_score

SHORT_LINE = 30
"""Characters of a short line at most (FineWeb)."""
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_PARAGRAPHS, _LINES = re.compile(r"\n{2,}"), re.compile(r"\n+")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = tuple("。！？!?.…”’」』\"'；;：:）)")
_ELLIPSES = ("...", "…")
_LIST_LINE = re.compile(r"\s*(?:[•·●○■□◆◇▪※\-*–—]|[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）.、．])")
_TOP, _DUPLICATE = (2, 3, 4), tuple(range(5, 11))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSignals:
    """What is known of a text by counting."""

    characters: int
    """Of the text, line ends too."""
    tokens: int
    """Han characters and runs of other letters or digits."""
    lines: int
    """Lines that are not blank."""
    mean_line_length: float
    """Characters of a line."""
    language_score: float
    """How sure it is that the text is in the language it is taken for, 0..1."""
    chinese: float
    """Share of Han characters among those that are not blank."""
    digits: float
    """Share of digits among those that are not blank."""
    list_lines: float
    """Share of lines that begin with a bullet or a number (Gopher, with the marks of Chinese lists)."""
    ellipsis_lines: float
    """Share of lines that end with an ellipsis (Gopher)."""
    line_end_punctuation: float
    """Share of lines that end as a sentence does (FineWeb ``line_punct_ratio``)."""
    short_lines: float
    """Share of lines with at most 30 characters (FineWeb ``short_line_ratio``)."""
    newlines_per_token: float
    """Line ends for each token (FineWeb ``list_ratio``); may be above 1."""
    duplicate_lines: float
    """Share of lines that stood before (Gopher)."""
    duplicate_line_characters: float
    """Characters in such lines (Gopher)."""
    duplicate_paragraphs: float
    """Share of paragraphs, which a blank line parts, that stood before (Gopher)."""
    duplicate_paragraph_characters: float
    """Characters in such paragraphs (Gopher)."""
    top_2gram: float
    """Characters in the most frequent run of two tokens (Gopher)."""
    top_3gram: float
    """The same of three."""
    top_4gram: float
    """The same of four."""
    duplicate_5gram: float
    """Characters in runs of five tokens that stood before, counted without overlap (Gopher)."""
    duplicate_6gram: float
    """The same of six."""
    duplicate_7gram: float
    """The same of seven."""
    duplicate_8gram: float
    """The same of eight."""
    duplicate_9gram: float
    """The same of nine."""
    duplicate_10gram: float
    """The same of ten."""


NAMES = tuple(field.name for field in fields(TextSignals))
"""The signals, in order."""


def signals(text: str) -> TextSignals:
    """The signals of a text.

    >>> found = signals("新桥通车。\\n新桥通车。\\n（一）路灯亮了")
    >>> found.lines, round(found.duplicate_lines, 2), round(found.list_lines, 2)
    (3, 0.33, 0.33)
    """
    lines = [line for line in text.split("\n") if line.strip()]
    tokens = _TOKEN.findall(text)
    solid = len("".join(text.split()))
    paragraphs, lines_of_gopher = _PARAGRAPHS.split(text.strip()), _LINES.split(text)
    twice_paragraphs, in_paragraphs = duplicates(paragraphs)
    twice_lines, in_lines = duplicates(lines_of_gopher)
    size = max(1, len(text))
    repetition = {f"top_{n}gram": top_ngram(tokens, n) / size for n in _TOP}
    repetition |= {f"duplicate_{n}gram": duplicate_ngrams(tokens, n) / size for n in _DUPLICATE}
    return TextSignals(
        characters=len(text),
        tokens=len(tokens),
        lines=len(lines),
        mean_line_length=round(sum(map(len, lines)) / max(1, len(lines)), 2),
        language_score=round(language_score(text), 4),
        chinese=_share(len(HAN_CHARACTER.findall(text)), solid),
        digits=_share(len(_DIGIT.findall(text)), solid),
        list_lines=_share(sum(_LIST_LINE.match(line) is not None for line in lines), len(lines)),
        ellipsis_lines=_share(sum(line.rstrip().endswith(_ELLIPSES) for line in lines), len(lines)),
        line_end_punctuation=_share(sum(line.rstrip().endswith(_SENTENCE_END) for line in lines), len(lines)),
        short_lines=_share(sum(len(line) <= SHORT_LINE for line in lines), len(lines)),
        newlines_per_token=_share(text.count("\n"), len(tokens)),
        duplicate_lines=_share(twice_lines, len(lines_of_gopher)),
        duplicate_line_characters=_share(in_lines, size),
        duplicate_paragraphs=_share(twice_paragraphs, len(paragraphs)),
        duplicate_paragraph_characters=_share(in_paragraphs, size),
        **{name: round(value, 4) for name, value in repetition.items()},
    )


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 4)


def duplicates(parts: Sequence[str]) -> tuple[int, int]:
    """How many parts stood before, and their characters (datatrove ``find_duplicates``)."""
    seen = set[str]()
    again = [part for part in parts if part in seen or seen.add(part)]  # type: ignore[func-returns-value]
    return len(again), sum(map(len, again))


def top_ngram(tokens: Sequence[str], n: int) -> int:
    """Characters in the most frequent run of ``n`` tokens, all its places together; a run that stands once counts 0."""
    counts = Counter("".join(tokens[at : at + n]) for at in range(len(tokens) - n + 1))
    run, count = counts.most_common(1)[0] if counts else ("", 0)
    return len(run) * count if count > 1 else 0


def duplicate_ngrams(tokens: Sequence[str], n: int) -> int:
    """Characters in runs of ``n`` tokens that stood before, without overlap (datatrove ``find_all_duplicate``)."""
    seen = set[str]()
    repeated = at = 0
    while at + n <= len(tokens):
        run = "".join(tokens[at : at + n])
        if run in seen:
            repeated += len(run)
            at += n
        else:
            seen.add(run)
            at += 1
    return repeated
