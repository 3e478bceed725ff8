"""Readings in brackets set after characters or words as bait against copy detection: found when dense, and removed."""

from __future__ import annotations

import re

from cleaners.chinese.disguise.model import simplify
from cleaners.chinese.disguise.punctuation import RepairedText
from cleaners.chinese.script import ruby
from cleaners.chinese.script.ruby import PinyinAnnotation

_FEWEST = 2
_PER_HAN = 1 / 250  # annotations per character above which they no longer explain rare characters only
_DOUBTFUL_PER_HAN = 1 / 60
# A text about pronunciation sets readings in brackets for its readers.
_LESSON = re.compile(
    "拼音|注音|读音|讀音|声调|聲調|声母|聲母|韵母|韻母|多音字|生字|轻声|輕聲|读作|讀作|读成|讀成|念作|认读|認讀"
)
_FEWEST_LESSON_WORDS = 2
_NEUTRAL = frozenset(
    ("de", "le", "zhe", "ma", "ne", "ba", "a", "ya", "wa", "la", "me", "men", "zi", "tou", "ge", "bu", "yi")
)


def is_dense(text: str, han: int) -> bool:
    """Whether the text is annotated to hide it: many readings, of common characters, in a text that is no lesson."""
    found = [one for one in ruby.find(text) if one.toned]
    if len(found) < _FEWEST or len(found) < han * _PER_HAN:
        return False
    if len(_LESSON.findall(text)) >= _FEWEST_LESSON_WORDS:
        return False
    common = sum(_is_common(text[one.start - 1]) for one in found)
    if common < max(_FEWEST, 0.6 * len(found)):
        return False
    runs_on = sum(_goes_on(text, one) for one in found)
    return len(found) >= han * _DOUBTFUL_PER_HAN or runs_on >= 0.5 * len(found)


def _is_common(char: str) -> bool:
    """GB2312 level 1, in either script: an honest reading explains a rarer character."""
    try:
        return simplify(char).encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return 0xE000 <= ord(char) <= 0xF8FF  # a private-use glyph between the character and its reading


def _goes_on(text: str, one: PinyinAnnotation) -> bool:
    return one.end < len(text) and text[one.end].isalpha()


def repair(text: str) -> RepairedText:
    """Remove every reading; without a tone mark only the neutral syllables, which carry none."""
    removed, end, out = 0, 0, []
    for one in sorted(ruby.find(text), key=lambda found: found.start):
        neutral = all(ruby.plain_reading(reading) in _NEUTRAL for reading in one.readings)
        if one.start < end or not (one.toned or neutral):
            continue
        out.append(text[end : one.start])
        end = one.end
        removed += len(one.readings)
    return RepairedText(text="".join((*out, text[end:])), repairs={"annotations": removed} if removed else {})
