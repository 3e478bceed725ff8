"""A line as it stands and as rules read it, with the way back from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from cleaners.chinese import script
from cleaners.chinese.script import ruby
from cleaners.page.lines import PageLines

# Where elements meet inside a line: styles set them apart, the text does not.
#
# ``<span>某报</span><span>12条评论</span>`` is one line of text, 某报12条评论; a reader sees two words.

_LONGEST = 150
_PIECES = 300  # an element with more pieces of text is no line of furniture


def text_with_gaps(blocks: PageLines, index: int) -> str:
    """The text of a line with a blank where two elements meet between two words; long lines as they are."""
    line = blocks.lines[index]
    if line.node < 0 or len(line.text) > _LONGEST:
        return line.text
    seams = _seams(blocks.nodes[line.node], "".join(line.text.split()))
    if not seams:
        return line.text
    out: list[str] = []
    place = 0
    for char in line.text:
        if not char.isspace():
            if place in seams and out and _is_word(out[-1]) and _is_word(char):
                out.append(" ")
            place += 1
        out.append(char)
    return "".join(out)


def _seams(element: Any, whole: str) -> frozenset[int]:
    """How many characters of the line stand before each seam, white space not counted."""
    if not len(element):  # most lines are an element of their own
        return frozenset()
    pieces = ["".join(piece.split()) for piece in islice(element.itertext(with_tail=False), _PIECES)]
    joined = "".join(pieces)
    start = joined.find(whole)
    if start < 0:
        return _shown(list(filter(None, pieces)), whole)
    return frozenset(end - start for end in accumulate(map(len, pieces)) if 0 < end - start < len(whole))


def _shown(pieces: list[str], whole: str) -> frozenset[int]:
    """The seams of a line whose element also holds pieces that are not shown: a card that opens under a name."""
    for first, piece in enumerate(pieces):
        if not whole.startswith(piece):
            continue
        place, seams = 0, set()
        for follow in pieces[first:]:
            if whole.startswith(follow, place):
                place += len(follow)
                seams.add(place)
        if place == len(whole):
            return frozenset(seams - {place})
    return frozenset()


def _is_word(char: str) -> bool:
    return char.isalnum()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedText:
    """One line twice: rules match ``text``, answers are given in ``raw``."""

    index: int
    """Index of the line on its page."""
    raw: str
    """As it stands."""
    text: str
    """Folded by ``script.fold``: half width, simplified, without annotations."""

    def own(self, value: str) -> str:
        """The page's own characters for a value found in the folded text; the value itself where it was reassembled."""
        if self.raw == self.text:
            return value
        start = self.text.find(value)
        if start < 0 or not value:
            return value
        if len(self.raw) == len(self.text):  # only widths and scripts differ
            return self.raw[start : start + len(value)].strip()
        offsets = _offsets(self.raw)
        if len(offsets) != len(self.text):
            return value
        end = start + len(value)
        return self.raw[offsets[start] : offsets[end] if end < len(offsets) else len(self.raw)].strip()


def folded(index: int, raw: str) -> FoldedText:
    """Fold one line."""
    return FoldedText(index=index, raw=raw, text=script.fold(raw))


def _offsets(raw: str) -> list[int]:
    """Where each character of the folded text stands in the raw one."""
    removed: set[int] = set()
    for one in ruby.find(raw):
        if one.toned:
            removed.update(range(one.start, one.end))
    return [place for place, char in enumerate(raw) if place not in removed and script.fold(char)]
