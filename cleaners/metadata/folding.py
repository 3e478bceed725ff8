"""A line as it stands and as rules read it, with the way back from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass

from cleaners.chinese import script
from cleaners.chinese.script import ruby


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
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


def folded(index: int, raw: str) -> Folded:
    """Fold one line."""
    return Folded(index=index, raw=raw, text=script.fold(raw))


def _offsets(raw: str) -> list[int]:
    """Where each character of the folded text stands in the raw one."""
    removed: set[int] = set()
    for one in ruby.find(raw):
        if one.toned:
            removed.update(range(one.start, one.end))
    return [place for place, char in enumerate(raw) if place not in removed and script.fold(char)]
