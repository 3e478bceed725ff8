"""Doubled punctuation and stray spaces inside words and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.characters import HAN
from cleaners.chinese.disguise.model import model, simplify
from cleaners.chinese.script.census import census


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedText:
    """A text after one kind of repair."""

    text: str
    """The text."""
    repairs: Mapping[str, int]
    """Kind of repair -> how many were made; kinds with none are left out."""


def count_han(text: str) -> int:
    """How many Chinese characters the text has."""
    return census(text).han


def substitute(text: str, kind: str, pattern: re.Pattern[str], replacement: str) -> RepairedText:
    """Replace every match and count it."""
    changed, number = pattern.subn(replacement, text)
    return RepairedText(text=changed, repairs={kind: number} if number else {})


_CLAUSE = "，,、；;：:。"
# Look-behinds stand after a character that is looked for, so that the search jumps from one to the next.
_DOUBLE = re.compile(rf"[{_CLAUSE}](?<![\s:/.,;].)(?:[ \u3000]?[{_CLAUSE}.])+")
_QUOTES = re.compile("([“”‘’])\\1")
_ELLIPSIS = re.compile("。{3,}")  # how the young write …… is theirs
_STRENGTH = "。；;：:，,、."
_FEWEST_DOUBLE, _DOUBLE_PER_HAN = 2, 1 / 300
_BLANK = " \u00a0\u2000-\u200a\u3000"
_BETWEEN_HAN = re.compile(rf"[{_BLANK}](?<=([{HAN}]).)(?=([{HAN}]))")
_FEWEST_STRAY, _STRAY_PER_HAN, _STRAY_SHARE = 3, 1 / 100, 0.25
_AT_LINE_ENDS = re.compile(rf"(?<=[{HAN}，。、；：！？”）》…])[{_BLANK}]+$", re.M)
_MARKS = "，。、；：！？“”‘’（）《》…—%"
_STRAY = re.compile(
    rf"(?<=[{HAN}{_MARKS}])[{_BLANK}](?=[{HAN}{_MARKS}\d])|(?<=\d)[{_BLANK}](?=[{HAN}{_MARKS}])"
    rf"|(?<=\d)[{_BLANK}](?=\d)|(?<=\d\.)[{_BLANK}](?=\d)|(?<=\d)[{_BLANK}](?=\.\d)"
)


def has_doubles(text: str, han: int) -> bool:
    """Whether punctuation is doubled throughout."""
    count = sum(not _ELLIPSIS.fullmatch(match.group()) for match in _DOUBLE.finditer(text))
    return count >= _FEWEST_DOUBLE and count >= han * _DOUBLE_PER_HAN


def has_stray_spaces(text: str, han: int) -> bool:
    """Whether the text has spaces inside its words, again and again.

    Honest spaces separate words: names in a list, halves of a headline.
    """
    spaces = _BETWEEN_HAN.findall(text)
    if len(spaces) < _FEWEST_STRAY or len(spaces) < han * _STRAY_PER_HAN:
        return False
    pairs = model().pairs
    inside = sum(simplify(first + second) in pairs for first, second in spaces)
    return inside >= max(_FEWEST_STRAY, han * _STRAY_PER_HAN, _STRAY_SHARE * len(spaces))


def repair_doubles(text: str) -> RepairedText:
    """One mark for several: the strongest, where they differ."""
    number = 0

    def single(match: re.Match[str]) -> str:
        nonlocal number
        if _ELLIPSIS.fullmatch(match.group()):
            return match.group()
        number += 1
        return min(match.group().replace(" ", "").replace("\u3000", ""), key=_STRENGTH.index)

    changed = _DOUBLE.sub(single, text)
    changed, quotes = _QUOTES.subn(r"\1", changed)
    number += quotes
    return RepairedText(text=changed, repairs={"doubled punctuation": number} if number else {})


def repair_spaces(text: str) -> RepairedText:
    """Close the gaps inside Chinese and inside numbers; spaces between Latin words and at line ends stay."""
    inside = substitute(text, "stray spaces", _STRAY, "")
    return RepairedText(text=_AT_LINE_ENDS.sub("", inside.text), repairs=inside.repairs)
