"""How much of a text cannot be read: characters that were lost, or all of it where a wrong charset made it so."""

from __future__ import annotations

import re

from cleaners.characters import HAN
from cleaners.chinese.disguise.model import model
from cleaners.chinese.disguise.punctuation import count_han

MUCH_LOST = 0.01
"""Share of a text from which on its losses are more than an accident."""
_FEWEST_LOST = 3
_LOST = "\ufffd"
_ORNAMENT = re.compile("^[\ufffd\\s]+$", re.M)  # a line of its own is the ghost of an emoji or a rule
# One in nine characters of news; not one of them is left where the bytes of Chinese were read in another charset.
_USUAL = "的，。、一在有人是年"
_USUAL_SHARE = 0.03
_FEWEST_HAN = 20
_UNLIKELY = -10.5  # mean log probability of a character: news has -6.2, lists of names -8.2; misread text -12 and less
_SAMPLE = 600  # characters that are enough to tell
# What single-byte charsets show for the bytes of Chinese; no language writes a third of its letters with these.
_LETTERS = re.compile("[\x80-\x9f\xa1-\xb6\xb8-\xff\u2500-\u25a0\uff61-\uff9f]+")
_MANY_LETTERS, _FEWEST_KINDS = 0.35, 12  # share of a text, and how many different ones: a frame has few
_WORST = 0.9


def lost_share(text: str) -> float:
    """Share of the text, 0..1, that is lost: U+FFFD where there are some, nearly all where nothing can be read.

    >>> lost_share("水位上涨。")
    0.0
    """
    if is_unreadable(text):
        return _WORST
    if _LOST not in text:
        return 0.0
    lost = _ORNAMENT.sub("", text).count(_LOST)
    return lost / len(text) if lost >= _FEWEST_LOST else 0.0


def is_unreadable(text: str) -> bool:
    """Whether the characters of a text are those of no language: it was read in a wrong charset."""
    usual = sum(text.count(char) for char in _USUAL)
    if usual >= _USUAL_SHARE * len(text):
        return False
    sample = "".join(text[: 2 * _SAMPLE].split())[:_SAMPLE]
    letters = "".join(_LETTERS.findall(sample))
    if len(letters) >= _MANY_LETTERS * len(sample) and len(set(letters)) >= _FEWEST_KINDS:
        return True
    han = count_han(sample)
    if han < _FEWEST_HAN or han < len(sample) / 3:
        return False
    chinese = "".join(re.findall(f"[{HAN}]+", sample))
    return model().text(chinese) < _UNLIKELY * len(chinese)
