"""Copies in disorder, as content mills make them: clauses, sentences or paragraphs of a text in another order.

Mills break a text at its marks (some at figures and units too), deal the pieces anew, set marks at random between them
and cut the whole into paragraphs of any length; some rotate the clauses of each sentence only. The kinds below are made
with other odds each time, so that a model learns disorder and not one mill.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from rewriters import sentences, spin

_CLAUSES = re.compile(r"(?<=[，。！？；、：,;!?])|\n+")
_FIGURES = re.compile(r"(?<=[年月日时点])(?=[^，。、；])|(?<=[^0-9])(?=[0-9])")
_MARKS = "，。；、！？：,;!? "


def clauses(text: str, figures: bool = False) -> list[str]:
    """The clauses of a text without the marks between them; ``figures``: broken before figures and behind units too."""
    parts = [part.strip(_MARKS) for part in _CLAUSES.split(text)]
    if figures:
        parts = [piece for part in parts for piece in _FIGURES.split(part)]
    return [part for part in parts if part]


def dealt(parts: Sequence[str], source: random.Random) -> str:
    """Pieces with marks at random between them, in paragraphs of any length."""
    marks = source.choice(("，，，。", "，，、。", "，。、；", "。，"))
    length = source.randrange(3, 12)
    out = [part + source.choice(marks) + ("\n" if source.randrange(length) == 0 else "") for part in parts]
    return "".join(out)


def fragments(text: str, source: random.Random) -> str:
    """All clauses in another order."""
    parts = clauses(text, figures=source.random() < 0.3)
    if source.random() < 0.3:  # pieces of two or three clauses
        parts = ["，".join(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return dealt(source.sample(parts, len(parts)), source)


def fragments_cut(text: str, source: random.Random) -> str:
    """A part of the clauses, in another order."""
    parts = clauses(text)
    kept = source.sample(parts, max(1, round(len(parts) * source.uniform(0.5, 0.9))))
    return dealt(kept, source)


def fragments_replaced(text: str, source: random.Random) -> str:
    """All clauses in another order, one character in twenty another one."""
    made = fragments(text, source)
    return "".join(source.choice(text) if char not in _MARKS and source.random() < 0.05 else char for char in made)


def fragments_keyword(text: str, source: random.Random) -> str:
    """All clauses in another order, a keyword between some of them."""
    parts = clauses(text)
    word = source.choice(("手机棋牌下载", "最新网址", "老品牌值得信赖", "在线观看", "二手车报价", "贷款平台"))
    parts += [word] * (1 + len(parts) // 8)
    return dealt(source.sample(parts, len(parts)), source)


def rotated(text: str, source: random.Random) -> str:
    """The clauses of each sentence turned round, or rotated."""
    made = []
    turn = source.random() < 0.5
    for sentence in sentences(text):
        parts = clauses(sentence)
        at = source.randrange(1, len(parts)) if len(parts) > 1 else 0
        parts = parts[::-1] if turn else parts[at:] + parts[:at]
        made.append("，".join(parts) + "。" + ("\n" if sentence.endswith("\n") or source.random() < 0.3 else ""))
    return "".join(made)


def sentences_shuffled(text: str, source: random.Random) -> str:
    """The sentences in another order."""
    parts = sentences(text)
    return "".join(source.sample(parts, len(parts)))


def paragraphs_shuffled(text: str, source: random.Random) -> str:
    """The paragraphs in another order, but for the headline."""
    first, *rest = text.strip().split("\n")
    return "\n".join([first, *source.sample(rest, len(rest))])


Shuffler = Callable[[str, random.Random], str]
SHUFFLERS: dict[str, Shuffler] = {
    "fragments": fragments,
    "fragments cut": fragments_cut,
    "fragments replaced": fragments_replaced,
    "fragments keyword": fragments_keyword,
    "clauses rotated": rotated,
    "sentences": sentences_shuffled,
    "paragraphs": paragraphs_shuffled,
}
"""By the name of the class."""
SPUN = {"rotated and spun": rotated, "fragments spun": fragments}
"""Classes of texts in which words were swapped first."""


def shuffled(name: str, text: str, source: random.Random, words: list[str]) -> str:
    """A copy of a class of :data:`SHUFFLERS` or :data:`SPUN`; ``words`` are what spinners put in place of others."""
    if name in SPUN:
        return SPUN[name](spin(text, words, source.choice((0.08, 0.15, 0.25)), source.randrange(7), None), source)
    return SHUFFLERS[name](text, source)
