"""Pieces of the title set behind the marks of the text, one after the other and round again: 青禾 镇跨 河大 桥提 …

One piece at a clause border is a word of the article; that the next border has the next piece, six times running, is
no accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cleaners.characters import letters_only
from cleaners.chinese.disguise.punctuation import RepairedText

_SIZES = (2, 3, 4)
_FEWEST = {2: 6, 3: 5, 4: 5}  # pieces running that are no accident, by their length
_FEWEST_MORE = 3  # in a further row of the same pieces
_FEWEST_KINDS = 3  # of pieces that are met at all
_SHARE = 0.2  # of the clauses that have a piece
_REACH = 4  # borders that may be left out
_MARKS = "，。！？；：、,!?;…"
_BORDER = re.compile(rf"(?P<mark>[{_MARKS}]+)[”’」』）)]*[ \t\u3000]*|^[ \t\u3000]*", re.M)
_CLAUSES = re.compile(rf"[{_MARKS}”’」』）)\s]+")
_SHORTEST_TITLE = 4
_SHORTEST_TEXT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlePieces:
    """How a title was cut up."""

    pieces: tuple[str, ...] = ()
    """Its pieces in order; the last may be shorter, or left out when it begins again. None: nothing was inserted."""
    before: bool = False
    """Whether they stand before the marks, not behind them."""


def find(text: str, title: str | None) -> TitlePieces:
    """The pieces that were inserted into a text, if any."""
    letters = letters_only(title or "")
    if len(letters) < _SHORTEST_TITLE:
        return TitlePieces()
    if len(text) < _SHORTEST_TEXT:
        return TitlePieces()
    clauses = [clause for clause in _CLAUSES.split(text.lower()) if clause]
    for before, sizes, beside in (
        (False, _SIZES, [clause[: _SIZES[-1]] for clause in clauses]),
        (True, _SIZES[:1], [clause[-_SIZES[0] :] for clause in clauses]),
    ):
        for size in sizes:
            cut = tuple(letters[at : at + size] for at in range(0, len(letters), size))
            first = slice(-size, None) if before else slice(size)
            kinds = {edge[first] for edge in beside}.intersection(cut)
            if len(cut) < 2 or len(kinds) < min(_FEWEST_KINDS, max(2, len(cut) - 1)):
                continue
            if sum(edge[first] in kinds for edge in beside) < max(_FEWEST[size], _SHARE * len(beside)):
                continue
            pieces = TitlePieces(pieces=cut, before=before)
            if _spans(text, pieces):
                return pieces
    return TitlePieces()


def repair(text: str, pieces: TitlePieces) -> RepairedText:
    """Take the pieces out."""
    spans = _spans(text, pieces) if pieces.pieces else []
    out, end = [], 0
    for start, stop in spans:
        out.append(text[end:start])
        end = stop
    return RepairedText(text="".join((*out, text[end:])), repairs={"title pieces": len(spans)} if spans else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    border: int
    piece: int
    start: int
    row: int
    """How many pieces stand in order up to this one."""
    previous: _Hit | None


def _spans(text: str, pieces: TitlePieces) -> list[tuple[int, int]]:
    """Where pieces stand in long enough rows, in order of the text."""
    fewest = _FEWEST[len(pieces.pieces[0])]
    hits = list(_hits(text, pieces))
    rows = [hit for hit in hits if hit.row >= _FEWEST_MORE]
    if max((hit.row for hit in rows), default=0) < fewest:
        return []
    found: dict[int, tuple[int, int]] = {}
    for last in sorted(rows, key=lambda hit: -hit.row):
        hit: _Hit | None = last
        while hit is not None and hit.border not in found:
            found[hit.border] = (hit.start, hit.start + len(pieces.pieces[hit.piece]))
            hit = hit.previous
    return sorted(found.values())


def _hits(text: str, pieces: TitlePieces) -> Iterator[_Hit]:
    by_text: dict[str, list[int]] = {}
    for index, piece in enumerate(pieces.pieces):
        by_text.setdefault(piece, []).append(index)
    sizes = {len(piece) for piece in pieces.pieces}
    recent: dict[int, _Hit] = {}  # the last hit of each piece
    lower = text.lower()
    for number, border in enumerate(_BORDER.finditer(text)):
        for start, size in _places(border, sizes, pieces):
            for index in by_text.get(lower[max(0, start) : start + size], ()):
                before = _before(recent, number, index, len(pieces.pieces))
                hit = _Hit(
                    border=number, piece=index, start=start, row=before.row + 1 if before else 1, previous=before
                )
                if index not in recent or recent[index].border < number:
                    recent[index] = hit
                yield hit


def _places(border: re.Match[str], sizes: set[int], pieces: TitlePieces) -> Iterator[tuple[int, int]]:
    """Where a piece may begin at a border, and how long it may be: behind the mark or the quote that it closes.

    One character at the beginning of a line is a word of the article.
    """
    fewest = 1 if border["mark"] else 2
    for size in sizes:
        if size < fewest:
            continue
        if pieces.before:
            yield border.start() - size, size
        else:
            yield from ((start, size) for start in {border.end(), border.end("mark")} if start >= 0)


def _before(recent: Mapping[int, _Hit], border: int, piece: int, count: int) -> _Hit | None:
    """The hit that this one goes on from: of the piece before it, of the last or the last but one at the beginning."""
    before = (piece - 1,) if piece else (count - 1, count - 2)
    hits = [hit for index in before if (hit := recent.get(index)) and border - _REACH <= hit.border < border]
    return max(hits, key=lambda hit: hit.row, default=None)
