"""Characters nobody sees or reads: zero-width, soft hyphens, private-use glyphs, radicals in place of characters."""

from __future__ import annotations

import re
import unicodedata

from cleaners.characters import HAN
from cleaners.chinese.disguise.punctuation import RepairedText, substitute
from cleaners.chinese.script.ruby import INVISIBLE

_PRIVATE = "\ue000-\uf8ff"
_CHINESE = HAN + "\u3001-\u3011\uff01-\uff5e\u201c\u201d0-9"
# Only beside Chinese: in other scripts and in emoji some of these join letters and carry meaning.
_UNSEEN = re.compile(
    rf"(?<=[{_CHINESE}])(?![{_PRIVATE}])[{INVISIBLE}]+"
    rf"|(?<![{INVISIBLE}])(?P<glyphs>[{_PRIVATE}]*+)[{INVISIBLE}]++(?=[{_CHINESE}])"
)
_ANYWHERE = re.compile(rf"(?![{_PRIVATE}])[{INVISIBLE}]+")
_MARKED = re.compile(
    rf"(?<=[{_CHINESE}])[\U000e0000-\U000e007f]+|(?<=[{HAN}])[\u0300-\u036f\u20d0-\u20f0\U000e0100-\U000e01ef]+"
)
_GLYPH = re.compile(rf"(?<=[{_CHINESE}])\s?[{_PRIVATE}]+\s?(?=[{_CHINESE}])|[{_PRIVATE}]+")
_RADICAL = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]")
# Most texts have none of all these, and one look is enough to know.
_ODD = re.compile(f"[{INVISIBLE}\u0300-\u036f\u20d0-\u20f0\u2e80-\u2fd5\uf900-\ufaff\U000e0000-\U000e01ef]")
_FEWEST, _PER_HAN = 3, 1 / 200
_FEWEST_GLYPHS = 2  # a single one may be a character that old character sets lack


def is_dense(text: str, han: int) -> bool:
    """Whether so much is hidden in the text that it is no accident of an editor."""
    if not _ODD.search(text):
        return False
    count = sum(len(pattern.findall(text)) for pattern in (_UNSEEN, _MARKED, _RADICAL))
    return count >= _FEWEST and count >= han * _PER_HAN


def has_glyphs(text: str) -> bool:
    """Whether private-use glyphs are scattered over the text."""
    return _ODD.search(text) is not None and len(_GLYPH.findall(text)) >= _FEWEST_GLYPHS


def repair(text: str, *, dense: bool) -> RepairedText:
    """Remove invisible characters beside Chinese (always harmless); where the text is ``dense`` in them, all."""
    if not _ODD.search(text):
        return RepairedText(text=text, repairs={})
    if not dense:
        return substitute(text, "invisible", _UNSEEN, r"\g<glyphs>")
    text, unseen = _ANYWHERE.subn("", text)
    text, marks = _MARKED.subn("", text)
    radicals = len(_RADICAL.findall(text))
    text = _RADICAL.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    counts = {"invisible": unseen + marks, "radicals": radicals}
    return RepairedText(text=text, repairs={kind: number for kind, number in counts.items() if number})


def repair_glyphs(text: str) -> RepairedText:
    """Remove private-use glyphs, with the stray space that often comes with one."""
    return substitute(text, "private-use", _GLYPH, "")
