"""What differs between two texts: paragraph by paragraph, and inside a paragraph character by character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_LONG = 4000  # characters of a paragraph that are still compared one by one
_ALIKE = 0.4  # similarity from which one paragraph is a change of the other
_AHEAD = 40  # paragraphs among which the changed form of one is looked for: else the time grows with their square


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    """A stretch of a paragraph."""

    text: str
    changed: bool
    """Whether the other text has something else here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A paragraph of one text, or of both."""

    kind: Literal["same", "gone", "new", "changed"]
    old: tuple[DiffPiece, ...] = ()
    """As the old text has it; empty for what is new."""
    new: tuple[DiffPiece, ...] = ()
    """As the new text has it; empty for what is gone."""


def changes(old: str, new: str) -> tuple[LineChange, ...]:
    """The way from one text to another, in order (Ratcliff and Obershelp, as in :mod:`difflib`).

    >>> found = changes("雨停了。\\n路通了。", "雨停了。\\n路都通了。")
    >>> [(change.kind, [piece.text for piece in change.new if piece.changed]) for change in found]
    [('same', []), ('changed', ['都'])]
    """
    before, after = old.split("\n"), new.split("\n")
    found: list[LineChange] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [LineChange(kind="same", old=_whole(line), new=_whole(line)) for line in before[a:b]]
        else:
            found += _replaced(before[a:b], after[c:d])
    return tuple(found)


def near(found: Sequence[LineChange], context: int = 1) -> Iterator[LineChange | None]:
    """The changes, each with ``context`` unchanged paragraphs around it; None where paragraphs were left out."""
    shown = {
        at
        for n, change in enumerate(found)
        if change.kind != "same"
        for at in range(max(0, n - context), min(len(found), n + context + 1))
    }
    last = -1
    for at in sorted(shown):
        if at > last + 1:
            yield None
        yield found[at]
        last = at
    if shown and last + 1 < len(found):
        yield None


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[LineChange]:
    """Match replaced paragraphs in order: similar ones are changes, the others are gone or new."""
    at = 0
    for line in before:
        alike = [(_likeness(line, after[n]), -n) for n in range(at, min(len(after), at + _AHEAD))]
        share, best = max(alike, default=(0.0, 0))
        best = -best
        if share < _ALIKE:
            yield LineChange(kind="gone", old=_whole(line, changed=True))
            continue
        yield from (LineChange(kind="new", new=_whole(added, changed=True)) for added in after[at:best])
        yield _changed(line, after[best])
        at = best + 1
    yield from (LineChange(kind="new", new=_whole(added, changed=True)) for added in after[at:])


def _likeness(a: str, b: str) -> float:
    matcher = SequenceMatcher(None, a[:_LONG], b[:_LONG], autojunk=False)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())  # upper bounds of the ratio
    return matcher.ratio() if quick >= _ALIKE else 0.0


def _changed(a: str, b: str) -> LineChange:
    if max(len(a), len(b)) > _LONG:
        return LineChange(kind="changed", old=_whole(a, changed=True), new=_whole(b, changed=True))
    old: list[DiffPiece] = []
    new: list[DiffPiece] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        old += [DiffPiece(text=a[i:j], changed=tag != "equal")] if i < j else []
        new += [DiffPiece(text=b[k:m], changed=tag != "equal")] if k < m else []
    return LineChange(kind="changed", old=tuple(old), new=tuple(new))


def _whole(line: str, *, changed: bool = False) -> tuple[DiffPiece, ...]:
    return (DiffPiece(text=line, changed=changed),)
