"""A line of the headline's furniture (``2021-03-05 14:07 来源：某报``) taken apart into labelled values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleaners.characters import HAN, HAN_CHARACTER
from cleaners.metadata.dates import FULL_DATE, FoundDate, stamps
from cleaners.metadata.labels import (
    BARE,
    BARE_LABELS,
    BRACKETED,
    BRACKETED_LABELS,
    COUNTED,
    GLUED,
    LONGEST,
    MARKED,
    SPACED,
    SPACED_LABELS,
    FieldLabel,
    Role,
    any_of,
)
from cleaners.metadata.names import is_organisation

# Counters: how often a page was read, commented on or shared. They stand among the furniture and say nothing of it.
#
# Without them ``某城水务 12345人看过`` is a name, and ``记者 王小明 阅读数 8.3万+`` a byline.

_NUMBER = r"\d[\d,.]{0,15}\s?[万亿千kw]?\+?"
_ACT = rf"(?:{any_of(COUNTED)}|views?\b|comments?\b|clicks?\b|hits?\b|reads?\b)"
_COUNTER = re.compile(
    # 12345人看过, 8.3万阅读, 37条跟贴; not the minutes or the day of a date: 14:07 阅读
    rf"(?<![\d:./年月-]){_NUMBER}\s?(?:人|次|条|个|位|名)?(?:已|正在)?{_ACT}(?:数|量|次数|人次|过)?|"
    # 阅读数 8.3万+, 评论(52), 点击：1234; not the year of a date: 浏览 2021-03-05
    rf"(?:(?<![^\W\d_])|(?<=我要)|(?<=网友)|(?<=全部)|(?<=最新)|(?<=热门)){_ACT}(?:数|量|次数|人次)?\s?[:(\[]?\s?{_NUMBER}(?![\d./年月日:-])\s?(?:次|人|条)?(?![^\W\d_])[)\]]?",
    re.IGNORECASE,
)
_HINT = re.compile(r"\d")


def blanked(text: str) -> str:
    """A folded line with blanks where its counters stand: everything else keeps its place.

    >>> blanked("2021-03-05 14:07 某城水务 123人看过").rstrip()
    '2021-03-05 14:07 某城水务'
    """
    if not _HINT.search(text):
        return text
    return _COUNTER.sub(lambda match: " " * len(match.group()), text)


_MARK = re.compile(r"(?<!\s)\s*+([:/|丨])")
_SPACED = re.compile(rf"(?:^|[^{HAN}])([{HAN}])\s{{1,4}}([{HAN}])$")
_OTHER_DATE = re.compile(f"(?:[{HAN}](?:时间|日期|期限)|今天是?|现在是?|今日|当前|截至|截止|自|于|至)$")
_WITHOUT_COLON = ((BRACKETED, BRACKETED_LABELS), (BARE, BARE_LABELS), (SPACED, SPACED_LABELS))
# Other labels say nothing of a date that follows them: 编辑:王某 2021-03-05, 原创2021-03-05.
_OF_DATES = frozenset(("published", "updated", "other date", "other"))
_BUTTON = re.compile(r"(?:只看该?|该|联系|关于|更多)$")  # 只看该作者 | 倒序浏览
_OPEN, _CLOSE = "([【〔", ")]】〕"
_STRIP = " \t|丨·•-—_,;:[]【】>"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoValue:
    """What stands behind a label."""

    role: Role
    """What the label announces."""
    label: str
    """The label's word."""
    text: str
    """The folded value; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoDate:
    """A date and what is said of it."""

    role: Role
    """By the label before it; ``published`` where there is none."""
    label: str
    """The label's word; empty where there is none."""
    stamp: FoundDate
    """The date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoLine:
    """A folded line taken apart."""

    text: str
    """The folded line, its counters blanked."""
    values: tuple[InfoValue, ...]
    """Labelled values in order."""
    dates: tuple[InfoDate, ...]
    """The dates in order."""
    free: tuple[str, ...]
    """What stands between the dates and before the first label."""

    def first(self, role: Role) -> InfoValue | None:
        """The first value of a role that is not empty."""
        return next((value for value in self.values if value.role == role and value.text), None)

    @property
    def labelled(self) -> bool:
        """Whether any label stands in the line."""
        return bool(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _LabelMark:
    start: int
    end: int
    label: FieldLabel
    word: str


def _word_before(text: str, mark: int, sign: str) -> tuple[int, str] | None:
    """The longest label word that ends at ``mark``: (where it begins, the word)."""
    for size in range(min(LONGEST, mark), 0, -1):
        word = text[mark - size : mark].lower()
        label = MARKED.get(word)
        if label and (sign == ":" or label.mark in "/_") and _may_stand(text, mark - size, label):
            return mark - size, word
    spaced = _SPACED.search(text, max(0, mark - 8), mark)
    if spaced and sign == ":" and spaced[1] + spaced[2] in MARKED:
        return spaced.start(1), spaced[1] + spaced[2]
    return None


def _may_stand(text: str, start: int, label: FieldLabel) -> bool:
    """Not inside a word: resource: names no source."""
    if start == 0:
        return True
    if text[start].isascii() and text[start - 1].isalpha():
        return False
    if _BUTTON.search(text, 0, start):
        return False
    return label.free or not HAN_CHARACTER.match(text[start - 1])


def _marks(text: str) -> list[_LabelMark]:
    found: list[_LabelMark] = []
    for mark in _MARK.finditer(text):
        word = _word_before(text, mark.start(), mark[1])
        if word and not (found and word[0] < found[-1].end):
            found.append(_LabelMark(start=word[0], end=mark.end(), label=MARKED[word[1]], word=word[1]))
    for pattern, labels in _WITHOUT_COLON:
        for bare in pattern.finditer(text):
            if not any(mark.start < bare.end() and bare.start() < mark.end for mark in found):
                name = (bare.groupdict().get("word") or bare.group().strip()).lower()
                found.append(_LabelMark(start=bare.start(), end=bare.end(), label=labels[name], word=name))
    if glued := GLUED.search(text):
        free = not any(mark.start < glued.end() and glued.start() < mark.end for mark in found)
        if free and (is_organisation(glued["value"]) or FULL_DATE.search(text)):
            name = str(glued["word"])
            found.append(_LabelMark(start=glued.start(), end=glued.end(), label=MARKED[name], word=name))
    return sorted(found, key=lambda mark: mark.start)


def _dated(text: str, stamp: FoundDate, marks: list[_LabelMark]) -> InfoDate:
    """What a date is of: by a label before it, also one without a mark, also one nobody knows (报名时间)."""
    before = [mark for mark in marks if mark.end <= stamp.start]
    if before and not text[before[-1].end : stamp.start].strip(_STRIP) and before[-1].label.role in _OF_DATES:
        return InfoDate(role=before[-1].label.role, label=before[-1].word, stamp=stamp)
    end = len(text[: stamp.start].rstrip(" :[]【】"))
    word = _word_before(text, end, ":")
    if word and MARKED[word[1]].role in _OF_DATES:
        return InfoDate(role=MARKED[word[1]].role, label=word[1], stamp=stamp)
    unknown = _OTHER_DATE.search(text, 0, end)
    return InfoDate(
        role="other date" if unknown else "published", label=unknown.group() if unknown else "", stamp=stamp
    )


def _closed(text: str) -> str:
    """A value until the bracket that closes around it: (来源:某报 作者:王某) 李某."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth < 0:
            return text[:place]
    return text


def parse_info_line(text: str) -> InfoLine:
    """Split a folded line at its labels and dates; counters (阅读 123) are left out."""
    text = blanked(text)
    marks = _marks(text)
    dates = [stamp for stamp in stamps(text) if not any(m.start < stamp.end and stamp.start < m.end for m in marks)]
    cuts = sorted([m.start for m in marks] + [d.start for d in dates] + [len(text)])
    values, free = [], []
    for mark in marks:
        end = next(cut for cut in cuts if cut >= mark.end)
        values.append(
            InfoValue(role=mark.label.role, label=mark.word, text=_closed(text[mark.end : end]).strip(_STRIP))
        )
    places = [0, *(d.end for d in dates)]
    for place in places:
        end = next((cut for cut in cuts if cut >= place), len(text))
        if piece := text[place:end].strip(_STRIP + "()"):
            free.append(piece)
    return InfoLine(
        text=text, values=tuple(values), dates=tuple(_dated(text, stamp, marks) for stamp in dates), free=tuple(free)
    )
