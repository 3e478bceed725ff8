"""The grammar of annotations: readings in brackets after characters or words, as ``鄉(xiāng)`` or ``岸线(ànxiàn)``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cleaners.characters import HAN
from cleaners.chinese.script.pinyin import is_word

"""Regex class of Chinese characters."""
# What may stand between the letters without being read: zero-width, soft hyphen, private use, stray spaces.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ue000-\uf8ff"
)
"""Regex class of characters that a reader does not see."""
_TONES = (
    "\u0304\u0301\u030c\u0300\u0306\u0302"  # macron, acute, caron, grave; breve and circumflex stand in for the caron
)
_OTHER_LETTERS = str.maketrans({"ɡ": "g", "ɑ": "a", "ü": "v", "v": "v", "ê": "e", "'": "", "’": "", "-": "", "·": ""})
LETTERS = "a-zA-Zɡɑ\u00c0-\u017f\u01cd-\u01dc\u01f8\u01f9\u0300-\u030c\u1e3e\u1e3f\uff21-\uff3a\uff41-\uff5a"
# The look-behind stands after the bracket, so that the search jumps from bracket to bracket.
_BRACKETED = re.compile(
    rf"[(（〔\[](?<=[{HAN}{INVISIBLE}\u3007].)[{LETTERS}{INVISIBLE}'’·\u0020\u00a0-]{{1,48}}[)）〕\]]"
    rf"(?:[(（〔\[][{LETTERS}{INVISIBLE}'’·\u0020\u00a0-]{{1,48}}[)）〕\]])*"
)
_BOPOMOFO = re.compile(
    rf"[(（〔\[](?<=[{HAN}].)[\u02d9\u0020]?[\u3105-\u312f][\u3105-\u312f\u02ca\u02c7\u02cb\u02d9\u0020]{{0,24}}[)）〕\]]"
)
_ONE = re.compile(r"[(（〔\[]([^()（）〔〕\[\]]*)[)）〕\]]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinyinAnnotation:
    """One run of annotations behind a character or word (more than one where they are doubled)."""

    start: int
    """Where the bracket opens, an index into the text."""
    end: int
    """The index behind the last closing bracket."""
    readings: tuple[str, ...]
    """What stands in the brackets."""
    toned: bool
    """Whether a tone mark is set: without one, the brackets may hold a word of another language."""


def find(text: str) -> Iterator[PinyinAnnotation]:
    """Every annotation in reading order, toned or not."""
    for match in _BRACKETED.finditer(text):
        readings: list[str] = []
        end = match.start()
        for one in _ONE.finditer(match.group()):
            if not is_reading(one.group(1)):
                break  # 指數(shù)（CPI）: the second brackets are the author's
            readings.append(one.group(1).strip())
            end = match.start() + one.end()
        if readings:
            toned = any(has_tone(one) for one in readings)
            yield PinyinAnnotation(start=match.start(), end=end, readings=tuple(readings), toned=toned)
    for match in _BOPOMOFO.finditer(text):
        yield PinyinAnnotation(start=match.start(), end=match.end(), readings=(match.group()[1:-1],), toned=True)


def remove(text: str) -> str:
    """The text without its toned annotations."""
    end, out = 0, []
    for one in find(text):
        if one.toned:
            out.append(text[end : one.start])
            end = one.end
    return "".join((*out, text[end:])) if out else text


def is_reading(text: str) -> bool:
    """Whether the letters are syllables of Mandarin in pinyin."""
    letters = _plain(text)
    return is_word(letters)


def has_tone(text: str) -> bool:
    """Whether a tone is marked."""
    return any(mark in _TONES for mark in unicodedata.normalize("NFD", text))


def plain_reading(text: str) -> str:
    """The letters without tones, lower case, ü as v."""
    return _plain(text)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    decomposed = unicodedata.normalize("NFD", folded.replace("ü", "v"))
    decomposed = re.sub("u\u0308", "v", decomposed)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"\s", "", bare.translate(_OTHER_LETTERS))
