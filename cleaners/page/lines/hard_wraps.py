"""Text that was broken into lines of one width, as old mail, boards and some converters write it: joined again."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cleaners.items import Line

_ENDS = tuple("。！？!?…”」』；：:)）")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapSettings:
    """When a text is taken to be broken at a width."""

    narrowest: int = 30
    """Columns; narrower is a list or verse, not a broken paragraph. A CJK character has two."""
    widest: int = 130
    """Columns; nobody breaks lines wider than this."""
    slack: int = 3
    """A line is full when at most this many columns are free (a wide character or a mark did not fit)."""
    fewest: int = 6
    """Full lines that must be there."""
    share: float = 0.4
    """Share of the lines at least half as wide that must be full."""
    longer: float = 0.1
    """Lines beyond the width (a long title, an address) for each full line that may be there."""
    ended: float = 0.5
    """Share of the full lines that may end as a sentence does: a break at a width falls anywhere."""


def columns(text: str) -> int:
    """How wide a text is shown: CJK and full-width characters take two columns."""
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def _full_width(lines: Sequence[Line], settings: WrapSettings) -> int | None:
    """The width the text was broken at, None when it was not."""
    widths = [columns(line.text) + line.indent for line in lines]
    counts = Counter(width for width in widths if settings.narrowest <= width <= settings.widest)
    if not counts:
        return None
    width = max(counts, key=lambda w: sum(counts[w - free] for free in range(settings.slack + 1)))
    full = sum(counts[width - free] for free in range(settings.slack + 1))
    wide = sum(1 for one in widths if one >= width / 2)
    longer = sum(1 for one in widths if one > width)
    if full < settings.fewest or full < settings.share * wide or longer > settings.longer * full:
        return None
    ended = sum(1 for line in lines if _is_full(line, width, settings) and line.text.endswith(_ENDS))
    return width if ended <= settings.ended * full else None


def _joined(parts: Sequence[str]) -> str:
    text = parts[0]
    for part in parts[1:]:
        words = text[-1:].isascii() and part[:1].isascii() and text[-1:].isalnum() and part[:1].isalnum()
        text += f" {part}" if words else part
    return text


def _paragraphs(lines: Sequence[Line], width: int, settings: WrapSettings) -> Iterator[list[Line]]:
    held: list[Line] = []
    for line in lines:
        goes_on = held and not line.gap and not line.indent and _is_full(held[-1], width, settings)
        if held and not goes_on:
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _is_full(line: Line, width: int, settings: WrapSettings) -> bool:
    return width - settings.slack <= columns(line.text) + line.indent <= width


def unwrap(lines: Sequence[Line], settings: WrapSettings = WrapSettings()) -> tuple[Line, ...]:
    """Join the lines of a text that was broken at one width into its paragraphs; other texts stay as they are.

    A line goes on below when it is full and the next one has neither a blank line before it nor an indent.
    """
    width = _full_width(lines, settings)
    if width is None:
        return tuple(lines)
    return tuple(
        replace(part[0], text=_joined([line.text for line in part]), punctuation=sum(line.punctuation for line in part))
        for part in _paragraphs(lines, width, settings)
    )
