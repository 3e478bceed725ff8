"""The short lines near the headline, each folded and taken apart once, and the answers read from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cleaners.metadata.dates import stamps
from cleaners.metadata.folding import FoldedText
from cleaners.metadata.info_line import InfoLine, parse_info_line
from cleaners.metadata.labels import words

_SHORT = 150
_BUTTONS = words("分享到 分享至 分享 打印 收藏 扫码")  # icons follow, no words
_PART_OF_DATE = re.compile(r"[\d\s/.年月日-]{2,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoPiece:
    """A short line, folded and taken apart."""

    line: FoldedText
    furniture: InfoLine
    value_line: int | None = None
    """The next line, where it holds the value of this one's label."""

    @property
    def index(self) -> int:
        """Index of the line on its page."""
        return self.line.index

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """What stands outside of labelled values and dates: the whole folded line where there are none."""
        if not self.furniture.labelled and not self.furniture.dates:
            return (self.line.text,) if self.line.text else ()  # empty: of signs that nobody sees, icons of a font
        return self.furniture.free


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoAnswer:
    """The answer to one field."""

    values: tuple[str, ...]
    """One value, or several names in order, in the page's own characters."""
    rule: str
    """What found it."""
    line: int | None = None
    """The line that was used up by it; None where it stands in the text or in the head."""

    @property
    def value(self) -> str:
        """The only value."""
        return self.values[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNames:
    """The names that one line tells, folded, with the rule that found them."""

    names: tuple[str, ...]
    """Of people, in order; of a publisher, one."""
    rule: str
    publisher: str | None = None
    """The publisher that a byline names beside its people: ``□某云/某日报 某人``."""


def first_named(pieces: Iterable[InfoPiece], *readers: Callable[[InfoPiece], FoundNames | None]) -> InfoAnswer | None:
    """The answer of the first piece in which one of the readers finds names; on one piece the first reader's."""
    for piece in pieces:
        for read in readers:
            if found := read(piece):
                return InfoAnswer(values=own(found.names, piece.line), rule=found.rule, line=piece.index)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoLines:
    """The pieces of a page by place."""

    above: tuple[InfoPiece, ...]
    """Before the headline."""
    top: tuple[InfoPiece, ...]
    """Between headline and text."""
    below: tuple[InfoPiece, ...]
    """Behind the text."""

    @property
    def around(self) -> tuple[InfoPiece, ...]:
        """Around the headline: first what follows it, then what precedes it, nearest first."""
        return (*self.top, *reversed(self.above))

    @property
    def values(self) -> dict[int, int]:
        """Line of a bare label -> line of its value."""
        pairs = ((piece.index, piece.value_line) for piece in (*self.above, *self.top, *self.below))
        return {label: value for label, value in pairs if value is not None}


def pieces(lines: Sequence[FoldedText]) -> tuple[InfoPiece, ...]:
    """Take short lines apart; one that ends in a bare label, or holds half a date, is read together with the next."""
    found, skip = [], -1
    for place, line in enumerate(lines):
        if len(line.text) > _SHORT or line.index == skip:
            continue
        furniture = parse_info_line(line.text)
        follow = lines[place + 1] if place + 1 < len(lines) else None
        if follow and (_answered(furniture, follow) or _in_two(line, follow)):
            line = FoldedText(index=line.index, raw=f"{line.raw} {follow.raw}", text=f"{line.text} {follow.text}")
            furniture, skip = parse_info_line(line.text), follow.index
            found.append(InfoPiece(line=line, furniture=furniture, value_line=follow.index))
        else:
            found.append(InfoPiece(line=line, furniture=furniture))
    return tuple(found)


def _in_two(line: FoldedText, follow: FoldedText) -> bool:
    """Whether two lines are one date: the day large in one, the rest small in the other."""
    parts = (line.text, follow.text)
    if not all(map(_PART_OF_DATE.fullmatch, parts)) or any(map(stamps, parts)):
        return False
    whole = " ".join(parts)
    return any(found.end - found.start >= len(whole.rstrip(" 年月日")) for found in stamps(whole))


def _answered(furniture: InfoLine, follow: FoldedText) -> bool:
    """Whether the next line holds the value of the label that a line ends in."""
    return _waits(furniture) and len(follow.text) <= 40 and not parse_info_line(follow.text).labelled


def _waits(furniture: InfoLine) -> bool:
    last = furniture.values[-1] if furniture.values else None
    if last is None or last.label in _BUTTONS:
        return False
    return not last.text and furniture.text.endswith(":") and not furniture.dates


def own(names: Sequence[str], line: FoldedText) -> tuple[str, ...]:
    """Values found in a folded line, in the page's own characters."""
    return tuple(line.own(name) for name in names)
