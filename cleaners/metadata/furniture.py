"""A line of the headline's furniture (``2021-03-05 14:07 来源：某报``) taken apart into labelled values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleaners.metadata.dates import Stamp, stamps
from cleaners.metadata.rules import BARE, BARE_LABELS, LONGEST, MARKED, Label, Role

_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_MARK = re.compile(r"\s*([:/|丨])")
_SPACED = re.compile("(?:^|[^\u4e00-\u9fff])([\u4e00-\u9fff])\\s{1,4}([\u4e00-\u9fff])$")
_STRIP = " \t|丨·•-—_,;:[]【】>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What stands behind a label."""

    role: Role
    """What the label announces."""
    label: str
    """The label's word."""
    text: str
    """The folded value; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """A folded line taken apart."""

    text: str
    """The folded line."""
    values: tuple[Value, ...]
    """Labelled values in order."""
    dates: tuple[tuple[Role, Stamp], ...]
    """The dates, each with the role of the label before it; without a label: ``published``."""
    free: tuple[str, ...]
    """What stands between the dates and before the first label."""

    def first(self, role: Role) -> Value | None:
        """The first value of a role that is not empty."""
        return next((value for value in self.values if value.role == role and value.text), None)

    @property
    def labelled(self) -> bool:
        """Whether any label stands in the line."""
        return bool(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    start: int
    end: int
    label: Label
    word: str


def _word_before(text: str, mark: int, sign: str) -> tuple[int, str] | None:
    """The longest label word that ends at ``mark``: (where it begins, the word)."""
    for size in range(min(LONGEST, mark), 0, -1):
        word = text[mark - size : mark]
        label = MARKED.get(word)
        if label and (sign == ":" or label.mark == "/") and _may_stand(text, mark - size, label):
            return mark - size, word
    spaced = _SPACED.search(text, max(0, mark - 8), mark)
    if spaced and sign == ":" and spaced[1] + spaced[2] in MARKED:
        return spaced.start(1), spaced[1] + spaced[2]
    return None


def _may_stand(text: str, start: int, label: Label) -> bool:
    return label.free or start == 0 or not _CJK.match(text[start - 1])


def _marks(text: str) -> list[_Mark]:
    found: list[_Mark] = []
    for mark in _MARK.finditer(text):
        word = _word_before(text, mark.start(), mark[1])
        if word and not (found and word[0] < found[-1].end):
            found.append(_Mark(start=word[0], end=mark.end(), label=MARKED[word[1]], word=word[1]))
    for bare in BARE.finditer(text):
        if not any(mark.start < bare.end() and bare.start() < mark.end for mark in found):
            found.append(_Mark(start=bare.start(), end=bare.end(), label=BARE_LABELS[bare.group()], word=bare.group()))
    return sorted(found, key=lambda mark: mark.start)


def take_apart(text: str) -> Furniture:
    """Split a folded line at its labels and dates."""
    marks = _marks(text)
    dates = [stamp for stamp in stamps(text) if not any(m.start < stamp.end and stamp.start < m.end for m in marks)]
    cuts = sorted([m.start for m in marks] + [d.start for d in dates] + [len(text)])
    values, roles, free = [], [], []
    for mark in marks:
        end = next(cut for cut in cuts if cut >= mark.end)
        values.append(Value(role=mark.label.role, label=mark.word, text=text[mark.end : end].strip(_STRIP)))
    for stamp in dates:
        before = [mark for mark in marks if mark.end <= stamp.start]
        near = before and stamp.start - before[-1].end <= 3
        roles.append((before[-1].label.role if near else "published", stamp))
    places = [0, *(d.end for d in dates)]
    for place in places:
        end = next((cut for cut in cuts if cut >= place), len(text))
        if piece := text[place:end].strip(_STRIP):
            free.append(piece)
    return Furniture(text=text, values=tuple(values), dates=tuple(roles), free=tuple(free))
