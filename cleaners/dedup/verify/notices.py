"""Short notices of one form: what differs in place, date, number or party is another notice and no copy.

Power cuts, court summonses, warnings of gales, prices: two such notices are alike but for what stands in the slots of
their form, and in a short text there is too little for the verifier's model to see that. Who rewrites a text swaps
words for words; in a slot names and numbers stand in each other's place, and neither of both names is ordinary writing.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise, takewhile

from cleaners.chinese.disguise.model import model
from cleaners.chinese.spinning import SpunLexicon
from cleaners.items import MatchKind

NOTICE = 200
"""Characters, in the normal form, of a notice at most."""
ALIKE = 0.5
"""Of the shorter one this share stands in both: they are of one form."""
SLOT = 30
"""What stands in a slot has so many characters at most."""
HEAD = 8
"""Before the form begins, so many: more is another headline."""
UNEVEN = 2
"""It has no more than so many times the characters of what stands there in the other text."""
SHARED = 1 / 3
"""Two names have no more than this share of their characters in common; a phrase and what an editor made of it have."""
CERTAIN = 6
"""A stretch of so many characters in both shows where the slots are."""
_NUMERALS = "〇零一二三四五六七八九"
_DIGITS = str.maketrans(_NUMERALS, "00123456789")
_NUMBER = re.compile(f"[0-9{_NUMERALS}]{{2,}}|[0-9]")


def other_slots(one: str, other: str, kind: MatchKind) -> tuple[str, str] | None:
    """What two texts of one form, in normal form, say of different things, as it stands in each; None where they may be
    the same notice. ``kind``: how they match; only copies that are alike throughout (``near``) are told apart by names.

    >>> form = "停电通知因线路检修{}将计划停电请相关用户提前做好准备"
    >>> other_slots(form.format("4月12日"), form.format("4月19日"), "near")
    ('12', '19')
    """
    if min(len(one), len(other)) > NOTICE:
        return None
    words = kind == "near"
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= CERTAIN]
    if sum(block.size for block in blocks) < ALIKE * min(len(one), len(other)):
        return None
    here = there = 0
    for at_one, at_other, size in [*((b.a, b.b, b.size) for b in blocks), (len(one), len(other), 0)]:
        mine, theirs = one[here:at_one], other[there:at_other]
        if min(len(mine), len(theirs)) > 0 and max(len(mine), len(theirs)) <= SLOT:
            numbers = _numbers(one, here, at_one), _numbers(other, there, at_other)
            if _differ(*numbers):
                return " ".join(numbers[0]), " ".join(numbers[1])
            if words and _are_names(mine, theirs, HEAD if here == there == 0 else SLOT):
                return mine, theirs
        here, there = at_one + size, at_other + size
    return None


def _are_names(mine: str, theirs: str, longest: int) -> bool:
    """Whether two stretches name two things: of about one length, of other characters, no spinner's word in either."""
    if max(len(mine), len(theirs)) > longest or _lexicon().count(mine) or _lexicon().count(theirs):
        return False
    shared = _prefix(mine, theirs)
    mine, theirs = mine[shared:], theirs[shared:]
    shared = _prefix(mine[::-1], theirs[::-1])
    mine, theirs = mine[: len(mine) - shared], theirs[: len(theirs) - shared]
    short, long = sorted((len(mine), len(theirs)))
    rewritten = len(set(mine) & set(theirs)) > SHARED * short
    return not rewritten and long <= UNEVEN * short + 2 and _is_name(mine) and _is_name(theirs)


def _prefix(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _differ(mine: list[str], theirs: list[str]) -> bool:
    """Whether both sides name numbers that the other does not; one torn apart by what was set in is the same."""
    return bool(set(mine) - set(theirs)) and bool(set(theirs) - set(mine)) and "".join(mine) != "".join(theirs)


def _numbers(text: str, start: int, end: int) -> list[str]:
    """The numbers in a stretch, in digits, whole where it cuts them; numerals are one where they stand beside another
    or beside a digit (1七 for 17)."""
    return [
        number.group().translate(_DIGITS)
        for number in _NUMBER.finditer(text)
        if number.start() < end and number.end() > start
    ]


def _is_name(stretch: str) -> bool:
    """Whether a stretch has two Chinese characters that ordinary writing does not set together."""
    pairs = model().pairs
    return any(
        first + second not in pairs and "\u4e00" <= min(first, second) <= max(first, second) <= "\u9fff"
        for first, second in pairwise(stretch)
    )


@cache
def _lexicon() -> SpunLexicon:
    return SpunLexicon.load()
