"""Punctuation that a program turned to ASCII throughout: , . ; : ? ! and straight quotes in Chinese prose.

People type a half-width comma now and then, but end Chinese sentences with 。: where full stops are ASCII too, and no
mark is full width, a program did it.
"""

from __future__ import annotations

import re

from cleaners.characters import HAN
from cleaners.chinese.disguise.punctuation import RepairedText

_BESIDE = rf"[{HAN}\"'”」』)）%]"
_STOP = re.compile(rf"(?<=[{HAN}])\.(?=[\"'”」)]*(?:\s|$|[{HAN}]))|(?<=[{HAN}][\"”」)])\.(?=\s|$|[{HAN}])", re.M)
_COMMA = re.compile(rf"(?<=[{HAN}]),|,(?=[{HAN}])")
_WIDE = re.compile("[，。；！？]")
_FEWEST_STOPS, _FEWEST_COMMAS = 3, 5
_PER_HAN, _WIDE_SHARE = 1 / 60, 0.05
_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
# Never in numbers (8,000; 3.86; 8:30), addresses and Latin words: one neighbour must be a Chinese character, and a mark
# after a letter or digit must not be followed by another one.
_MARK = re.compile(rf"(?<={_BESIDE})(?<![\"'])[,;:?!](?!//)|[,;?!](?=[{HAN}])|(?<=[{HAN}][\"'])[,;:?!]")
_LAST_STOP = re.compile(rf"(?<=[{HAN}\d%])\.(?=[\"”」)]*$)", re.M)
_QUOTED = re.compile('"([^"]*)"')
_HAS_HAN = re.compile(f"[{HAN}]")


def is_halved(text: str, han: int) -> bool:
    """Whether all punctuation of a Chinese text is ASCII, its full stops too."""
    if text.count(".") < _FEWEST_STOPS or text.count(",") < _FEWEST_COMMAS:
        return False
    stops, commas = len(_STOP.findall(text)), len(_COMMA.findall(text))
    if stops < _FEWEST_STOPS or commas < _FEWEST_COMMAS or stops + commas < han * _PER_HAN:
        return False
    return len(_WIDE.findall(text)) <= (stops + commas) * _WIDE_SHARE


def repair(text: str) -> RepairedText:
    """Make marks beside Chinese characters full-width; quotes become pairs, paragraph by paragraph."""
    text, stops = _STOP.subn("。", text)
    text, last = _LAST_STOP.subn("。", text)
    text, marks = _MARK.subn(lambda match: _FULL[match.group()], text)
    paragraphs, quotes = [], 0
    for paragraph in text.split("\n"):
        number = paragraph.count('"')
        if number % 2 == 0 and _HAS_HAN.search(paragraph):
            mended = _QUOTED.sub(r"“\1”", paragraph)
            quotes += number
        else:
            mended = paragraph
        paragraphs.append(mended)
    count = stops + last + marks + quotes
    return RepairedText(text="\n".join(paragraphs), repairs={"half-width punctuation": count} if count else {})
