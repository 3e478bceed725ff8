"""What a Han character is, and a text reduced to its letters: the one home for both."""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Body of a character class: unified ideographs with the extensions and the compatibility forms (Unicode 15)."""
HAN_CHARACTER: re.Pattern[str] = re.compile(f"[{HAN}]")
KANA_OR_HANGUL: re.Pattern[str] = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_NOT_LETTERS = re.compile(r"[\W_]+")


def letters_only(text: str) -> str:
    """Letters, digits and CJK in lower case: equal for two ways to set one headline.

    >>> letters_only("《渡口》 No. 2")
    '渡口no2'
    """
    return _NOT_LETTERS.sub("", text).lower()
