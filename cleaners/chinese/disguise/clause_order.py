"""Texts whose clauses or paragraphs stand in another order than they were written in, seen from the text alone.

Three things show it. A dateline (某报讯（记者 …）) opens an article: one in the third paragraph or later was moved
there. Mills that break a text at its figures leave units alone between marks (，月，日，). And which mark stands
between two clauses, a comma or an end, mostly follows from how the one ends and the other begins; mills that deal
clauses anew set marks by chance, so that knowing the clauses no longer helps to guess the marks. What follows from what
was learned from news as it was written, not from shuffled text (multinomial logistic regression;
``benchmarks/train_clause_marks.py``). Whole sentences in another order do not show.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log

ENUMERATED = 1
"""The class of the mark 、; 0 is a comma, 2 an end."""
_CLASSES = {"，": 0, ",": 0, "、": 1, "。": 2, "！": 2, "？": 2, "；": 2, ";": 2, "!": 2, "?": 2}
_MARKS = re.compile(f"([{''.join(_CLASSES)}])")
_SPACES = re.compile(r"\s")
_LENGTHS = (1, 4, 7, 11, 17)  # of clauses, the same from one to the next
_PROSE = 2  # marks of a paragraph; a line of verse has one
_FEWEST = 10  # marks
_NO_GUESS = -0.7  # nats a mark: so much worse than by their shares alone are marks guessed that were set by chance
_MARGIN = 0.15  # nats a mark between a text and its original
_ODD = -2.0  # log probability of a 、 that stands where none belongs
_ODD_KINDS, _ODD_WEIGHT, _ODD_GUESS = 3, 8.0, -0.3  # different ones; their surprise in 15 marks; nats a mark
_WORST = 4.0  # the most that one odd mark counts
_STRETCH = 15
_ALIKE = 2  # characters that items of an enumeration begin or end with
_DATELINE = re.compile(
    r"(?:(?:本报|本网|[\u4e00-\u9fff]{2,8}(?:报|网|社|发布|在线|电视台|融媒))?[\u4e00-\u9fff]{0,4}"
    r"(?:[0-9]{1,2}月[0-9]{1,2}日)?(?:讯|电|消息)[ \u3000]*[（(](?:特约|实习|通讯员|记者|全媒体)"
    r"|(?:新华社|中新社|中新网|人民网|央视网|本报)[\u4e00-\u9fff]{1,6}(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:电|讯))"
)
_OPENING = 2  # paragraphs that may stand before a dateline's: a summary, an editor's note
_PARAGRAPH = 25  # characters; a shorter line is verse, an entry of a list, or with a dateline a signature
_UNITS = {
    "年": "轻均度初底货味产龄级近过年后前终中代夜份宵会检",
    "月": "球亮饼底初均子季色光薪租",
    "日": "前益常均夜日报本元方内子程落出晚间军媒美照喀历产",
    "时": "任间代常刻而隔值候期速政评尚装长节下有不至来光年",
}
"""Units of time, and what may stand behind them at the beginning of an ordinary clause (日前, 年初)."""
_LONE = frozenset("年月日时摄天号电") | {"记者"}
_FEWEST_LONE, _LONE_STRETCH = 4, 400  # clauses that are or begin with a bare unit; so many in so many characters
_UNITLESS = re.compile("[0-9](?=[，,。、；;])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseMark:
    """A mark and what stands on both sides."""

    mark: int
    """Its class."""
    before: str
    """The clause before it."""
    after: str
    """The clause after it; empty at the end of a paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkModel:
    """How probable each class of marks is between two clauses."""

    bias: tuple[float, float, float]
    weights: Mapping[str, tuple[float, float, float]]
    """By feature (:func:`features`)."""

    def log_probabilities(self, one: ClauseMark) -> list[float]:
        """For each class of marks."""
        comma, enumeration, end = self.bias
        for name in features(one):  # by hand: this is done eight times a mark
            if weights := self.weights.get(name):
                comma += weights[0]
                enumeration += weights[1]
                end += weights[2]
        total = log(exp(comma) + exp(enumeration) + exp(end))
        return [comma - total, enumeration - total, end - total]


def clause_marks(text: str) -> list[ClauseMark]:
    """The marks of a text, in order, those of its prose: lines of verse and of lists have few. Two in a row are one."""
    found = []
    for paragraph in text.split("\n"):
        parts = _MARKS.split(_SPACES.sub("", paragraph))
        clauses, marks = parts[::2], parts[1::2]
        if len(marks) < _PROSE or len(paragraph) < _PARAGRAPH:
            continue
        for at, mark in enumerate(marks):
            last = at == len(marks) - 1
            if clauses[at] and (clauses[at + 1] or last):
                found.append(ClauseMark(mark=_CLASSES[mark], before=clauses[at], after=clauses[at + 1]))
    return found


def features(one: ClauseMark) -> list[str]:
    """What the guess of a mark rests on: how clauses end, begin, and how long they are."""
    before, after = one.before, one.after
    left = _length(before)
    named = [f"l{before[-1:]}", f"L{before[-2:]}", f"n{left}", f"a{before[:1]}"]
    if not after:
        return [*named, "end"]
    right = _length(after)
    return [*named, f"r{after[:1]}", f"R{after[:2]}", f"m{right}", f"x{left}{right}"]


def _length(clause: str) -> int:
    return bisect_right(_LENGTHS, len(clause))


def guess(marks: Sequence[ClauseMark], model: MarkModel | None = None) -> float:
    """How much better a mark is guessed from the clauses beside it than from the shares of the marks alone, in nats on
    average: about .3 in ordinary text, less than nothing where clauses were shuffled."""
    if not marks:
        return 0.0
    model = model or load()
    return _gain([(one.mark, model.log_probabilities(one)[one.mark]) for one in marks])


def shuffled_side(one: str, other: str) -> int | None:
    """Which of two texts with the same clauses had them dealt anew: 0 for ``one``, 1 for ``other``, None where it
    does not show; both folded (:func:`cleaners.chinese.script.fold`).

    Compared with its original a text need not be sure to be shuffled, only less in order.
    """
    guesses = guess(clause_marks(one)), guess(clause_marks(other))
    return worse_order(*guesses)


def worse_order(one: float, other: float) -> int | None:
    """Which of two texts has clauses that were dealt anew, given how well the marks of each are guessed.

    >>> worse_order(0.3, -0.4), worse_order(0.3, 0.35)
    (1, None)
    """
    return None if abs(one - other) < _MARGIN else int(one > other)


def _is_between_items(one: ClauseMark) -> bool:
    before, after = one.before, one.after
    alike = before[-_ALIKE:] == after[-_ALIKE:] or before[:_ALIKE] == after[:_ALIKE]
    return one.mark == ENUMERATED and len(after) >= _ALIKE and alike


def _gain(guessed: Sequence[tuple[int, float]]) -> float:
    counts = [sum(mark == kind for mark, _ in guessed) for kind in range(3)]
    return sum(value - log((counts[mark] + 1) / (len(guessed) + 3)) for mark, value in guessed) / len(guessed)


def is_shuffled(text: str) -> bool:
    """Whether the clauses or paragraphs of a body of text, its headline left out, stand in another order; folded
    (:func:`cleaners.chinese.script.fold`)."""
    return has_late_dateline(text) or has_lone_units(text) or has_chance_marks(text)


def has_late_dateline(text: str) -> bool:
    """Whether the only dateline of a text stands behind its opening: its paragraphs were moved.

    >>> moved = "某某日报讯（记者 林小满）大桥今天通车，两岸的村民放起了鞭炮，孩子们跑过桥面。"
    >>> has_late_dateline(f"第二段。\\n第三段。\\n{moved}")
    True
    """
    paragraphs = [one.strip() for one in text.split("\n") if one.strip()]
    places = [at for at, one in enumerate(paragraphs) if len(one) > _PARAGRAPH and _DATELINE.match(one)]
    return len(places) == 1 and places[0] >= _OPENING


def has_lone_units(text: str) -> bool:
    """Whether units of time stand alone between marks all over a text, and figures without a unit: pieces broken off.

    >>> has_lone_units("月，大桥，日，通车了。时，记者，年，村民，在，2026，日，说。")
    True
    """
    clauses = [one for part in text.split() for one in _MARKS.split(part)[::2] if one]
    lone = sum(one in _LONE or (len(one) > 1 and one[1] not in _UNITS.get(one[0], one)) for one in clauses)
    return lone >= max(_FEWEST_LONE, _FEWEST_LONE * len(text) / _LONE_STRETCH) and bool(_UNITLESS.search(text))


def has_chance_marks(text: str, model: MarkModel | None = None) -> bool:
    """Whether the marks between the clauses of a text were set by chance; false where it has few marks.

    Long items that begin or end alike are no evidence: an agenda sets 、 between them where other texts have a comma.
    """
    marks = [one for one in clause_marks(text) if not _is_between_items(one)]
    if len(marks) < _FEWEST:
        return False
    model = model or load()
    guessed = [(one.mark, model.log_probabilities(one)[one.mark]) for one in marks]
    if _gain(guessed) < _NO_GUESS:
        return True
    inside = [(one, value) for one, (_, value) in zip(marks, guessed, strict=True) if one.after]
    odd = [(one, value) for one, value in inside if one.mark == ENUMERATED and value < _ODD]
    kinds = min(len({one.before[-1] for one, _ in odd}), len({one.after[0] for one, _ in odd}))
    weight = sum(min(_WORST, -value) for _, value in odd) * _STRETCH / max(_STRETCH, len(inside))
    return (
        kinds >= _ODD_KINDS and weight >= _ODD_WEIGHT and _gain([(o.mark, value) for o, value in inside]) < _ODD_GUESS
    )


@cache
def load() -> MarkModel:
    """The model that ships with the package (read once)."""
    data = json.loads((files("cleaners") / "data" / "clause-marks.json").read_text(encoding="utf-8"))
    return MarkModel(bias=tuple(data["bias"]), weights={name: tuple(row) for name, row in data["weights"].items()})
