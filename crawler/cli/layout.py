"""Text in columns of a terminal: Chinese characters take two, and lines break between them.

Typer and ``str.format`` take every character to be one column wide; Typer breaks lines at spaces, which Chinese lacks.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from cleaners.publication_time import written
from cleaners.sentences import Sentence, sentence
from crawler.cli.language import is_translated, spoken, translated

_NEVER_FIRST = re.escape("，。；：、！？）》」』”’％…:;]")
_NEVER_LAST = re.escape("（《「『“‘[")
# What stays together: a space, a wide character with the signs that belong to it, a word of narrow ones.
_PIECE = re.compile(rf"\s+|[{_NEVER_LAST}]*(?:[⺀-鿿＀-￯]|[!-~]+)[{_NEVER_FIRST}]*|[^\s⺀-鿿＀-￯!-~]+")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes (UAX #11: wide and full-width characters take two).

    >>> columns("剪报 a")
    6
    """
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most ``width`` columns where that is possible.

    >>> wrapped("把保存的网页整理入库，每篇只留一份。", 12)
    ['把保存的网页', '整理入库，每', '篇只留一份。']
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or not piece.isspace() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def padded(text: str | Sentence, width: int) -> str:
    """A text, said in the language of the locale where it is a sentence, with spaces behind it up to ``width`` columns.

    >>> padded("剪报", 6) + "|"
    '剪报  |'
    """
    told = spoken(text) if isinstance(text, Sentence) else text
    return told + " " * max(0, width - columns(told))


def right_aligned(text: str | Sentence, width: int) -> str:
    """The same with the spaces before it.

    >>> right_aligned("剪报", 6)
    '  剪报'
    """
    told = spoken(text) if isinstance(text, Sentence) else text
    return " " * max(0, width - columns(told)) + told


def titled(title: str | None) -> str:
    """A headline, or that there is none."""
    return title or translated("(no title)")


def dated(moment: datetime | None, width: int = 16) -> str:
    """A date of publication in a column of its own, or that there is none; ``width`` 10 is for the day alone."""
    return padded(written(moment)[:width] if moment else sentence("no date"), width)


def glossed(kind: str, name: str) -> str:
    """A name that records and options have (a disguise, a class of noise), where the locale is Chinese with what it
    means behind it; ``kind`` as ``crawler/web/wording.toml`` has it."""
    if not is_translated():
        return name
    from crawler.web.language import Wording

    told = Wording(language="zh").of(kind, name)
    return name if told == name else f"{name}（{told}）"


def reason_told(text: str) -> str:
    """A stage and a reason of Drops, ``extract: empty``, where the locale is Chinese with what the reason means."""
    stage, mark, reason = text.partition(": ")
    return f"{stage}{mark}{glossed('reason', reason)}"
